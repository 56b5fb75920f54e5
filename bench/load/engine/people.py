"""People at a platform as Locust users: sessions that are kept, and active users who think between two actions (R-43).

Leaves what an action asks to the plan. An active user's next action begins when the answer to the last one has come and
he has thought: that is what the ruling says, so that nothing is omitted; what a late generator adds is told beside.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping
from typing import ClassVar

import gevent
from locust import User, constant, task
from locust.contrib.fasthttp import FastHttpSession
from locust.event import EventHook
from locust.exception import StopUser

from bench.load.engine.numbers import ACTIVE, ONLINE
from bench.load.engine.park import PARK, now_us
from bench.load.engine.terminals import context_of
from bench.load.plan import Action
from bench.load.truth import SECOND, chance_of

_SIGNED_OUT = (401, 403)
_PAUSE_S = 1.0


class Person(User):
    """Somebody with a browser's session: cookies, or the token that logging in gave."""

    abstract = True
    wait_time = constant(0)
    kind: ClassVar[str]
    number: int

    def enter(self) -> None:
        """Take a number and open a session."""
        number = PARK.numbers.next(self.kind)
        if number is None:
            raise StopUser
        # Active people have the sessions behind those that are only kept.
        place = number + (PARK.plan.people.online if self.kind == ACTIVE else 0)
        self.number = number
        self.count = 0
        self.inside = False
        plan = PARK.plan
        scheme = "https" if PARK.secured else "http"
        host, port = PARK.door
        self.headers: dict[str, str] = {}
        self.session = FastHttpSession(
            base_url=f"{scheme}://{host}:{port}",
            request_event=EventHook(),
            user=None,
            insecure=not plan.target.anchors,
            ssl_context_factory=context_of if PARK.secured else None,
            connection_timeout=float(plan.people.timeout_s),
            network_timeout=float(plan.people.timeout_s),
            max_redirects=0,
            max_retries=0,
        )
        if PARK.logged_in:
            self.headers = dict(PARK.logged_in[place % len(PARK.logged_in)])
            self.inside = True
            PARK.sessions += 1
        self.by_class: Mapping[str, list[Action]] = {}
        found: dict[str, list[Action]] = {}
        for action in plan.actions:
            found.setdefault(action.of, []).append(action)
        self.by_class = found

    def log_in(self) -> bool:
        """Log in where the plan says how; whether the session is there."""
        if self.inside:
            return True
        if PARK.logged_in:
            # Whose session the target has ended stays outside: that is what is counted.
            return False
        for action in self.by_class.get("login", ()):
            answer = self.act(action, now_us())
            if answer is None:
                return False
            if action.token:
                self.headers["Authorization"] = f"Bearer {_token(answer, action.token)}"
        self.inside = True
        PARK.sessions += 1
        return True

    def act(self, action: Action, wanted_us: int) -> str | None:
        """Ask it; the answer's text, None where the operation failed. `wanted_us` is when it was to begin."""
        self.count += 1
        began = time.perf_counter_ns()
        kind = {"Content-Type": "application/json"} if action.body else {}
        headers = {**kind, **action.headers, **self.headers}
        answer = self.session.request(
            action.method, self._filled(action.path), data=self._filled(action.body) or None, headers=headers
        )
        spent = (time.perf_counter_ns() - began) // 1000
        status = int(answer.status_code or 0)
        text = answer.text or ""
        why = ""
        if not 200 <= status < 300:
            error = getattr(answer, "error", None)
            why = f"status {status}" if status else type(error).__name__
        elif spent > PARK.plan.people.timeout_s * SECOND:
            why = "timeout"
        elif action.contains and self._filled(action.contains) not in text:
            why = "wrong content"
        if status in _SIGNED_OUT and self.inside and action.of != "login":
            self.inside = False
            PARK.sessions -= 1
            PARK.meter.now().own.evicted += 1
        waited = now_us() - wanted_us
        if why:
            PARK.meter.failed(action.of, why)
        else:
            PARK.meter.answered(action.of, spent, waited)
        self.environment.events.request.fire(
            request_type="people",
            name=action.of,
            response_time=spent / 1000,
            response_length=len(text),
            exception=RuntimeError(why) if why else None,
            context={},
        )
        return None if why else text

    def on_stop(self) -> None:
        """The session ends with its user."""
        if getattr(self, "inside", False):
            PARK.sessions -= 1
        if hasattr(self, "number"):
            PARK.numbers.back(self.kind, self.number)

    def _filled(self, text: str) -> str:
        """A text of the plan with this person's number, and one that no other request of his has."""
        if "%{" not in text:
            return text
        return text.replace("%{person}", str(self.number)).replace("%{count}", str(self.count))


def _token(text: str, path: str) -> str:
    """The text at a path of member names in a JSON answer; empty if there is none."""
    try:
        found = json.loads(text)
        for name in path.split("."):
            found = found[name]
    except (ValueError, KeyError, TypeError):
        return ""
    return str(found)


class OnlinePerson(Person):
    """A session that is kept: one light request after another at the interval of the plan."""

    abstract = False
    kind = ONLINE

    def on_start(self) -> None:
        """A place in the interval of his own."""
        self.enter()
        self.next_us = now_us()
        every_us = PARK.plan.people.light_every_s * SECOND
        self.offset_us = int(every_us * chance_of(PARK.plan.seed, self.number, "online"))

    @task
    def light(self) -> None:
        """Log in, then a light request each interval, whatever the last one took."""
        every_us = PARK.plan.people.light_every_s * SECOND
        if not self.log_in():
            gevent.sleep(_PAUSE_S)
            return
        if self.count <= 1:
            self.next_us = now_us() + self.offset_us
        gevent.sleep(max(self.next_us - now_us(), 0) / SECOND)
        wanted, self.next_us = self.next_us, self.next_us + every_us
        for action in self.by_class.get("light", ()):
            self.act(action, wanted)


class ActivePerson(Person):
    """An active user: thinks, then does one of the mix."""

    abstract = False
    kind = ACTIVE

    def on_start(self) -> None:
        """A mind of his own."""
        self.enter()
        self.chance = random.Random(f"{PARK.plan.seed}/{self.number}/active")
        mix = PARK.plan.people.mix
        self.classes = [name for name in mix if mix[name] and self.by_class.get(name)]
        self.weights = [mix[name] for name in self.classes]
        PARK.active += 1

    def on_stop(self) -> None:
        """One active user fewer."""
        super().on_stop()
        if hasattr(self, "classes"):
            PARK.active -= 1

    @task
    def work(self) -> None:
        """Think, then act; nobody begins anything once the last stage is over."""
        people = PARK.plan.people
        wanted = now_us() + round(self.chance.uniform(people.think_from_ms, people.think_to_ms) * 1000)
        gevent.sleep(max(wanted - now_us(), 0) / SECOND)
        if PARK.ended():
            gevent.sleep(_PAUSE_S)
            return
        if not self.log_in():
            gevent.sleep(_PAUSE_S)
            return
        (name,) = self.chance.choices(self.classes, self.weights)
        self.act(self.chance.choice(self.by_class[name]), wanted)
