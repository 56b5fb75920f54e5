"""Terminals as Locust users: HJ 212 in every channel, HTTPS/JSON, MQTT. Each is one greenlet with one connection.

Leaves what is due and under way to `bench.load.sender`, its form to `bench.load.forms`. Records become due by the
terminal's own clock, whatever the target does: a slow answer delays no intended start, and every time is counted from
it (no coordinated omission).
"""

from __future__ import annotations

from typing import Any, ClassVar

import gevent
from gevent import ssl
from locust import User, constant, task
from locust.contrib.fasthttp import FastHttpSession
from locust.contrib.mqtt import MqttClient
from locust.event import EventHook
from locust.exception import StopUser

from bench.load.engine.lines import Line
from bench.load.engine.numbers import TERMINAL
from bench.load.engine.park import PARK, now_us
from bench.load.forms import Answer, Hj212Form, JsonForm, MqttForm
from bench.load.receiver import began_of, terminal_side
from bench.load.sender import NEVER, Sender, Sending
from bench.load.truth import SECOND, chance_of

_REST_S = 3600.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
_OCTET_S = 0.01
_BREAK_EVERY = 5


class Terminal(User):
    """What all terminals have: a number, a truth, a sender, and its book when it ends."""

    abstract = True
    wait_time = constant(0)
    kind: ClassVar[str]

    def on_start(self) -> None:
        """Take a number; a user beyond those of the plan (a worker died with its own) ends at once."""
        number = PARK.numbers.next(TERMINAL)
        if number is None:
            raise StopUser
        self.terminal = number
        self.settings = PARK.plan.terminals
        self.sender = Sender(self.settings, PARK.plan.seed, number, PARK.t0_us)
        manner = chance_of(PARK.plan.seed, number, "manner") * 100
        self.slow = manner < self.settings.slow_percent
        self.dying = not self.slow and manner < self.settings.slow_percent + self.settings.dying_percent
        self.told = False
        PARK.started += 1
        self.prepare()

    def prepare(self) -> None:
        """What a kind of terminal needs."""

    def on_stop(self) -> None:
        """Everything that was never acknowledged, and what never left."""
        if not hasattr(self, "sender"):
            return
        self.leave()
        for sending in self.sender.waiting():
            PARK.sheet.add(self.terminal, sending, 0)
        until_us = min(PARK.until_us, now_us())
        PARK.sheet.unsent(self.terminal, self.sender.first, self.sender.unsent(until_us))

    def leave(self) -> None:
        """End the connection."""

    def acknowledged(self, sending: Sending, octets: int) -> None:
        """A record has arrived by the word of the target."""
        now = now_us()
        PARK.sheet.add(self.terminal, sending, now)
        name = "record" if sending.live else "backlog"
        PARK.meter.answered(name, now - sending.last_us, now - sending.due_us)
        self.environment.events.request.fire(
            request_type=self.kind,
            name=name,
            response_time=(now - sending.due_us) / 1000,
            response_length=octets,
            exception=None,
            context={},
        )

    def failed(self, name: str, why: str) -> None:
        """An operation failed; it is tried again."""
        PARK.meter.failed(name, why)
        self.environment.events.request.fire(
            request_type=self.kind,
            name=name,
            response_time=None,
            response_length=0,
            exception=RuntimeError(why),
            context={},
        )

    def pause(self, attempt: int) -> None:
        """Before the next attempt to connect: doubled each time, and a share of the terminal's own."""
        longest = min(_FIRST_PAUSE_S * 2**attempt, _LONGEST_PAUSE_S)
        gevent.sleep(longest * (0.5 + 0.5 * chance_of(PARK.plan.seed, self.terminal, f"pause{attempt}")))

    def return_from_outage(self) -> None:
        """Wait for power and path; without power nothing is measured."""
        if PARK.powered.is_set():
            return
        dark = PARK.stage.outage == "power"
        PARK.powered.wait()
        if within := self.settings.back_within_s:
            gevent.sleep(within * chance_of(PARK.plan.seed, self.terminal, "back"))
        if dark:
            self.sender.skip(now_us())

    def rest(self) -> None:
        """Nothing is left to send: stay connected until the load ends."""
        if not self.told:
            self.told = True
            PARK.finished += 1

    def patience_s(self) -> float:
        """Until something is due or overdue, or the load is over."""
        at = min(self.sender.next_us(PARK.until_us), self.sender.timeout_us())
        return _REST_S if at >= NEVER else max(at - now_us(), 0) / SECOND


class Hj212Terminal(Terminal):
    """A terminal that speaks HJ 212 over the channel of the target."""

    abstract = True
    kind = "HJ 212"

    def prepare(self) -> None:
        """Its frames."""
        self.form = Hj212Form(PARK.plan, self.terminal, PARK.stamps)
        self.line: Line | None = None
        self.frames = 0

    @task
    def live(self) -> None:
        """Connect, send what is due, take answers, come again, until the load is over."""
        attempt = 0
        while True:
            self.return_from_outage()
            wanted = now_us()
            try:
                self._connect(wanted)
                attempt = 0
                self._converse()
            except OSError as error:
                if PARK.powered.is_set():
                    self.failed("connection", type(error).__name__ if not str(error) else str(error))
            finally:
                self.leave()
            self.sender.broken()
            self.form.reset()
            if PARK.powered.is_set():
                self.pause(attempt)
                attempt += 1

    def leave(self) -> None:
        """Close."""
        line, self.line = self.line, None
        if line is not None:
            PARK.connected -= 1
            PARK.lines.discard(line)
            line.close()

    def _connect(self, wanted_us: int) -> None:
        assert PARK.locksmith is not None
        self.line = Line(PARK.host, PARK.port, PARK.locksmith)
        PARK.lines.add(self.line)
        PARK.connected += 1
        spent = now_us() - wanted_us
        PARK.meter.answered("connection", spent, spent)

    def _converse(self) -> None:
        line, sender = self.line, self.sender
        assert line is not None
        while True:
            now = now_us()
            frames: list[bytes] = []
            for sending in sender.take(now, PARK.until_us):
                qn, frame = self.form.message(sending.period, now)
                sender.under_way(qn, sending)
                frames.append(frame)
            if frames:
                self._send(line, frames)
            if sender.done(PARK.until_us):
                self.rest()
            octets = line.read(self.patience_s())
            if octets:
                for answer in self.form.answers(octets):
                    self._answered(answer)
                gevent.sleep(0)
            elif sender.flying and sender.overdue(now_us()):
                self.failed("record", "not acknowledged")
                return

    def _answered(self, answer: Answer) -> None:
        if answer.good:
            sending = self.sender.acknowledged(answer.qn)
            if sending is not None:
                self.acknowledged(sending, 0)
        elif self.sender.refused(answer.qn) is not None:
            self.failed("record", f"refused by {answer.cn}")
            gevent.sleep(_FIRST_PAUSE_S)

    def _send(self, line: Line, frames: list[bytes]) -> None:
        self.frames += len(frames)
        if self.slow:
            for octet in b"".join(frames):
                line.send(bytes([octet]))
                gevent.sleep(_OCTET_S)
            return
        if self.dying and self.frames % _BREAK_EVERY == 0:
            octets = b"".join(frames)
            line.send(octets[: len(octets) // 2])
            line.abort()
            raise ConnectionAbortedError("broken off by the terminal itself")
        line.send(b"".join(frames))


class Hj212PlainTerminal(Hj212Terminal):
    """HJ 212 in the clear."""

    abstract = False


class Hj212SecureTerminal(Hj212Terminal):
    """HJ 212 over TLS, mutual TLS, RFC 8998 or TLCP."""

    abstract = False
    kind = "HJ 212 (TLS)"


class JsonTerminal(Terminal):
    """A terminal that posts its records as JSON over HTTP or HTTPS (docs/WIRE.md section 6)."""

    abstract = False
    kind = "HTTPS/JSON"

    def prepare(self) -> None:
        """Its bodies, and a session of Locust's fast client; what that tells of itself is told by us."""
        target = PARK.plan.target
        self.form = JsonForm(PARK.plan, self.terminal)
        self.headers = {"Content-Type": "application/json; charset=utf-8"}
        if PARK.token:
            self.headers["Authorization"] = f"Bearer {PARK.token}"
        scheme = "http" if target.channel == "plain" else "https"
        self.session = FastHttpSession(
            base_url=f"{scheme}://{PARK.host}:{PARK.port}",
            request_event=EventHook(),
            user=None,
            insecure=not (target.ours or target.anchors),
            ssl_context_factory=context_of if target.channel != "plain" else None,
            connection_timeout=float(self.settings.over_time_s),
            network_timeout=float(self.settings.over_time_s),
            max_redirects=0,
            max_retries=0,
        )
        PARK.connected += 1

    def leave(self) -> None:
        """One fewer."""
        PARK.connected -= 1

    @task
    def live(self) -> None:
        """Post what is due in one body, wait for what is due next."""
        attempt = 0
        while True:
            self.return_from_outage()
            now = now_us()
            batch = list(self.sender.take(now, PARK.until_us))
            if not batch:
                if self.sender.done(PARK.until_us):
                    self.rest()
                gevent.sleep(min(self.patience_s(), 5.0))
                continue
            for sending in batch:
                self.sender.under_way(sending.period, sending)
            if self._posted(batch):
                attempt = 0
                # An answer that is there at once makes nobody else wait for us.
                gevent.sleep(0)
            else:
                self.sender.broken()
                self.pause(attempt)
                attempt += 1

    def _posted(self, batch: list[Sending]) -> bool:
        body = self.form.body([sending.period for sending in batch])
        answer = self.session.request("POST", PARK.plan.target.path, data=body.decode(), headers=self.headers)
        status = int(answer.status_code or 0)
        if 200 <= status < 300:
            for sending in batch:
                self.sender.acknowledged(sending.period)
                self.acknowledged(sending, len(body))
            return True
        error = getattr(answer, "error", None)
        self.failed("record", f"status {status}" if status else type(error).__name__)
        return False


def context_of() -> Any:
    """A context of the standard library for HTTPS and MQTT over TLS."""
    target = PARK.plan.target
    found = ssl.create_default_context()
    if target.ours:
        side = terminal_side(PARK.plan, began_of(PARK.t0_us))
        found.load_verify_locations(cadata=side.anchors)
    elif target.anchors:
        found.load_verify_locations(cafile=target.anchors)
    else:
        found.check_hostname = False
        found.verify_mode = ssl.CERT_NONE
    return found


class MqttTerminal(Terminal):
    """A terminal that publishes its values to a broker, each acknowledged by the broker (quality of service 1)."""

    abstract = False
    kind = "MQTT"

    def prepare(self) -> None:
        """Its messages, and Locust's MQTT client."""
        self.form = MqttForm(PARK.plan, self.terminal)
        self.client: MqttClient | None = None
        self.reached = False

    def leave(self) -> None:
        """Disconnect."""
        client, self.client = self.client, None
        PARK.connected -= self.reached
        self.reached = False
        if client is not None:
            client.loop_stop()
            client.disconnect()

    def _connect(self) -> MqttClient:
        target = PARK.plan.target
        quiet = _QuietEnvironment()
        client = MqttClient(environment=quiet, client_id=self.form.mn)  # type: ignore[arg-type]
        if target.user:
            client.username_pw_set(target.user, target.password)
        if target.channel == "tls":
            client.tls_set_context(context_of())
        client.on_publish = self._published  # type: ignore[assignment]
        client.connect_async(PARK.host, PARK.port)
        client.loop_start()
        return client

    def _published(self, client: object, userdata: object, mid: int, *more: object) -> None:
        sending = self.sender.acknowledged(mid)
        if sending is not None:
            self.acknowledged(sending, 0)

    @task
    def live(self) -> None:
        """Publish what is due; the broker's word ends a record."""
        attempt = 0
        while True:
            self.return_from_outage()
            wanted = now_us()
            client = self.client = self._connect()
            if not self._reached(client):
                self.failed("connection", "the broker does not answer")
                self.leave()
                self.pause(attempt)
                attempt += 1
                continue
            attempt = 0
            self.reached = True
            PARK.connected += 1
            spent = now_us() - wanted
            PARK.meter.answered("connection", spent, spent)
            self._publish(client)
            self.leave()
            self.sender.broken()

    def _reached(self, client: MqttClient) -> bool:
        for _ in range(round(10 / _OCTET_S)):
            if client.is_connected():
                return True
            gevent.sleep(_OCTET_S)
        return False

    def _publish(self, client: MqttClient) -> None:
        while PARK.powered.is_set():
            now = now_us()
            if not client.is_connected():
                self.failed("connection", "the broker closed the connection")
                return
            for sending in self.sender.take(now, PARK.until_us):
                info = super(MqttClient, client).publish(
                    PARK.plan.target.topic, self.form.payload(sending.period), qos=1
                )
                self.sender.under_way(info.mid, sending)
            if self.sender.done(PARK.until_us):
                self.rest()
            if self.sender.flying and self.sender.overdue(now_us()):
                self.failed("record", "not acknowledged")
                return
            gevent.sleep(min(self.patience_s(), 0.2 if self.sender.flying else 5.0))


class _QuietEnvironment:
    """Where Locust's MQTT client tells its own requests: ours are counted from their intended start."""

    class events:
        """Nobody listens."""

        request = EventHook()
