"""A collector that publishes what it has read by MQTT, through its own broker or a Mosquitto.

Leaves sessions to the brokers and forms to `payloads`. Every device is read and published at each instant of the
collector's grid; faults of a device bend its messages, switches those of the whole collector.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal

from simulators.centres.channel import Locks
from simulators.clock import Clock, Observe
from simulators.collectors.collected import CollectedMeter, Sample
from simulators.collectors.payloads import Form, content_type, status_topic, topic_of, write
from simulators.events import Behaviour, Published
from simulators.meters.faults import Delayed, Duplicate, Late
from simulators.mqtt.broker import ADMINISTRATIVE, Broker, Version
from simulators.mqtt.mosquitto import Mosquitto
from simulators.mqtt.packets import LEVEL, LEVEL_5, Message
from simulators.mqtt.properties import NONE, Properties

ONLINE, OFFLINE = b"online", b"offline"


def _properties(form: Form, collector: str) -> Properties:
    """What MQTT 5.0 says of every message: text in UTF-8, of which kind, and from whom."""
    return Properties((("payload-format", 1), ("content-type", content_type(form)), ("user", ("collector", collector))))


class MqttCollector:
    """A collector and its broker. `mosquitto` are PEM texts for a Mosquitto in place of the embedded broker.

    Where clients may speak 5.0 (`version`) messages say what they are, and expire after `expiry_s` (0: never). With
    `spread` devices are read and published one after the other over most of the period, in place of all at once.
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        meters: Sequence[CollectedMeter],
        *,
        form: Form,
        period_s: int,
        qos: int,
        retain: bool,
        clock: Clock,
        observe: Observe,
        locks: Locks | None,
        login: tuple[str, str] = ("", ""),
        version: Version = "3.1.1",
        expiry_s: int = 0,
        keepalive_s: int = 0,
        spread: bool = False,
        mosquitto: Mapping[str, str] | None = None,
    ) -> None:
        self.name, self.host, self.port = name, host, port
        self.broker: Broker | Mosquitto = (
            Broker(
                name,
                host,
                port,
                clock=clock,
                observe=observe,
                locks=locks,
                user=login[0],
                password=login[1],
                version=version,
                keepalive_s=keepalive_s,
            )
            if mosquitto is None
            else Mosquitto(
                name,
                host,
                port,
                clock=clock,
                observe=observe,
                material=mosquitto,
                level=LEVEL if version == "3.1.1" else LEVEL_5,
                expires=expiry_s > 0,
            )
        )
        self.publishing = True
        self._meters = tuple(meters)
        self._form: Form = form
        self._period_us = period_s * 1_000_000
        self._qos = qos
        self._retain = retain
        self._expiry_s = expiry_s or -1
        # Whole milliseconds, which every form of message can tell.
        self._apart_us = self._period_us * 8 // 10 // max(len(self._meters), 1) // 1000 * 1000 if spread else 0
        self._properties = NONE if version == "3.1.1" else _properties(form, name)
        self._clock = clock
        self._observe = observe
        self._told = 0
        self._work: asyncio.Task[None] | None = None
        self._later: list[asyncio.TimerHandle] = []

    async def start(self) -> None:
        """Open the broker and publish from the next instant of the grid. Raises OSError."""
        await self.broker.start()
        self._say(ONLINE)
        self._work = asyncio.get_running_loop().create_task(self._publish_all(), name=f"collector {self.name}")

    async def stop(self) -> None:
        """Publish no more and close the broker."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
            self._work = None
        for timer in self._later:
            timer.cancel()
        self._later.clear()
        await self.broker.stop()

    def behave(self, **switches: object) -> None:
        """Change what it does from now on: `publishing` (False: it has stopped, and its will says so), or its broker's.

        Raises SwitchError for an unknown switch or value.
        """
        publishing = switches.pop("publishing", None)
        if isinstance(publishing, bool):
            self.publishing = publishing
            shown = {"publishing": str(publishing)}
            self._observe(Behaviour(t=self._clock.now_us(), centre=self.name, switches=shown))
            self._say(ONLINE if publishing else OFFLINE)
        if switches:
            self.broker.behave(**switches)

    def disconnect(self, *, abort: bool = False, code: int = ADMINISTRATIVE, reason: str = "") -> None:
        """Close (or abort) every connection of the broker; what its sessions hold stays.

        Clients of MQTT 5.0 are told `code` and `reason`, unless connections are aborted.
        """
        self.broker.disconnect(abort=abort, code=code, reason=reason)

    def _say(self, state: Literal[b"online", b"offline"]) -> None:
        self.broker.publish(Message(status_topic(self.name), state, 1, True))

    async def _publish_all(self) -> None:
        """From every instant of the grid on: a message about each device."""
        while True:
            now = self._clock.now_us()
            due = now - now % self._period_us + self._period_us
            for number, meter in enumerate(self._meters):
                at = due + number * self._apart_us
                await self._until(at)
                if self.publishing:
                    self._publish(meter, at)

    async def _until(self, at: int) -> None:
        if (left := at - self._clock.now_us()) > 0:
            await asyncio.sleep(left / 1_000_000)
        if (left := at - self._clock.now_us()) > 0:
            # A timer of the loop may be early by what a float of seconds cannot hold.
            await asyncio.sleep(left / 1_000_000 + 1e-6)

    def _publish(self, meter: CollectedMeter, due: int) -> None:
        sample = meter.sample(due)
        silent = sample.outcome == "silent" and self._form in ("thingsboard", "properties")
        if silent:
            # These forms have no word for a device that does not answer.
            meter.untold("silent", sample.fault, meter.tagged)
            return
        timing = meter.in_force.get("delayed") or meter.in_force.get("late")
        if isinstance(timing, Delayed | Late):
            self._at(timing.after_s, meter, sample, isinstance(timing, Late))
        else:
            self._send(meter, sample, late=False)

    def _send(self, meter: CollectedMeter, sample: Sample, *, late: bool) -> None:
        octets, spoiled = meter.written(write(self._form, meter.name, sample.stamp_us, sample.entries))
        topic = topic_of(self._form, self.name, meter.name)
        self._told += 1
        message = Message(
            topic, octets, self._qos, self._retain, self._told, self._expiry_s, NONE if spoiled else self._properties
        )
        meter.told(
            self.name,
            self._told,
            sample,
            octets,
            topic=topic,
            spoiled=spoiled,
            late=late,
            retain=self._retain,
        )
        self.broker.publish(message)
        twice = meter.in_force.get("duplicate")
        if isinstance(twice, Duplicate):
            if twice.after_s:
                loop = asyncio.get_running_loop()
                self._keep(loop.call_later(twice.after_s, self._again, meter, sample, message))
            else:
                self._again(meter, sample, message)

    def _again(self, meter: CollectedMeter, sample: Sample, message: Message) -> None:
        """The same message once more: the collector did not hear that its broker has it."""
        self._observe(
            Published(
                t=self._clock.now_us(),
                collector=self.name,
                meter=meter.name,
                number=message.number,
                stamp=sample.stamp_us,
                payload=message.payload.decode("utf-8", "replace"),
                topic=message.topic,
                values=sample.values,
                retain=message.retain,
                copy=True,
                fault="duplicate",
            )
        )
        self.broker.publish(message)

    def _at(self, after_s: float, meter: CollectedMeter, sample: Sample, late: bool) -> None:
        loop = asyncio.get_running_loop()
        self._keep(loop.call_later(after_s, lambda: self._send(meter, sample, late=late)))

    def _keep(self, timer: asyncio.TimerHandle) -> None:
        now_s = asyncio.get_running_loop().time()
        self._later = [each for each in self._later if not each.cancelled() and each.when() > now_s]
        self._later.append(timer)
