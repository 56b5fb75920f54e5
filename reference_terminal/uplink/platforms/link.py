"""What the links to platforms over HTTP and JSON share: one exchange at a time, alarms, pauses, waiting for work.

Leaves what is asked to `energy`, `deposit` and `records_json`, and HTTP to `http`.
"""

from __future__ import annotations

import asyncio
import random as random_module
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from reference_terminal.crypto.certificates import CertificateError
from reference_terminal.model import json_text
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import text_of
from reference_terminal.model.seams import seam
from reference_terminal.net.channel import ChannelRefused, Security
from reference_terminal.net.http import HttpClient, HttpFailed, Place, place_of
from reference_terminal.net.mqtt.courier import BrokerRefused
from reference_terminal.settings.centre_parameters import CentreSettings
from reference_terminal.settings.centres import CentreConfig
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.outbox import LIVE, Outbox
from reference_terminal.storage.store import Store
from reference_terminal.uplink import messages
from reference_terminal.uplink.hj212.packets import Channel

ANSWER_S, ANSWER_MOST_S = 10.0, 120.0
"""How long an answer is waited for at first; doubled after each time-out, so that a slow platform is heard."""
_LOOK_AGAIN_S = 30.0
_PAUSE_MOST_S = 60.0


class Refused(Exception):
    """The platform answered, but not with success; `code` is its own."""

    def __init__(self, status: int, code: str, message: str) -> None:
        said = f"HTTP {status}" if status // 100 != 2 else f"code {code or 'missing'}"
        super().__init__(f"{said}: {message[:200]}" if message else said)
        self.code = code


FAILURES = (HttpFailed, Refused, BrokerRefused, OSError, TimeoutError, ChannelRefused, CertificateError)
"""What an exchange with a platform can end in besides success."""


@dataclass(frozen=True)
class LinkContext:
    """What every link to a platform works with."""

    config: CentreConfig
    settings: CentreSettings
    channels: Sequence[Channel]
    outbox: Outbox
    store: Store
    clock: WallClock
    journal: Journal
    random: random_module.Random
    security: Security
    settled: Callable[[int, float], Awaitable[None]]
    """Waits until all meters due at an instant (s) are read, for so long at most (s)."""


class PlatformLink:
    """One platform; a subclass does its work in `work_on`."""

    def __init__(self, context: LinkContext) -> None:
        self.config = context.config
        self.settings = context.settings
        self.channels = context.channels
        self.outbox = context.outbox
        self.connected = False
        self._context = context
        self._store = context.store
        self._clock = context.clock
        self._journal = context.journal
        self._http = self.client()
        self._loop = asyncio.get_running_loop()
        self._answer_s = ANSWER_S
        self._failures = 0

    def client(self) -> HttpClient:
        """A connection to the platform that nobody else uses."""
        context = self._context
        return HttpClient(context.security, context.config.host, context.clock.now_s, context.config.connect_timeout_s)

    @property
    def agreed(self) -> str:
        """What the channel of the open connection is; empty without one."""
        return self._http.agreed

    def works(self) -> list[Callable[[], Awaitable[None]]]:
        """What runs of it."""
        return [self.run]

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                await self.work_on()
        finally:
            self._http.close()

    async def work_on(self) -> None:
        """The next thing to do, or waiting for one."""
        raise NotImplementedError

    async def wait(self, waiting: bool) -> None:
        """Wait for work; while something rests in the queue, look again from time to time."""
        event = self.outbox.work[LIVE]
        event.clear()
        timer = self._loop.call_later(_LOOK_AGAIN_S, event.set) if waiting else None
        try:
            await event.wait()
        finally:
            if timer is not None:
                timer.cancel()

    async def attempt(self, step: Callable[[], Coroutine[Any, Any, None]], *, mends: bool = True) -> bool:
        """One exchange; what goes wrong is told and followed by a pause.

        One that `mends` nothing shows that the platform is there, not that it takes what it refused: the next pause
        stays as long as it would have been, the alarm stands.
        """
        try:
            await step()
        except FAILURES as error:
            self._failures += 1
            self._tell(error)
            self.failed(error)
            await self._clock.nap(self.pause_s(self._failures))
            return False
        self._answer_s = max(ANSWER_S, self._answer_s / 2)
        self.connected = True
        for alarm in (messages.CENTRE_LOST, messages.CHANNEL_REFUSED):
            self._journal.clear_alarm(alarm, self.config.id)
        if mends:
            self._failures = 0
            self._journal.clear_alarm(messages.CENTRE_REFUSES, self.config.id)
        return True

    def failed(self, error: Exception) -> None:
        """What else follows from a failure."""

    @seam
    def _tell(self, error: Exception) -> None:
        name, address = self.config.id, f"{self.config.host}:{self.config.port}"
        if isinstance(error, ChannelRefused | CertificateError):
            self.connected = False
            self._journal.raise_alarm(messages.CHANNEL_REFUSED, name, reason=text_of(error))
        elif isinstance(error, Refused | BrokerRefused):
            self._journal.raise_alarm(messages.CENTRE_REFUSES, name, address=address, answer=error)
        else:
            self.connected = False
            if isinstance(error, TimeoutError):
                self._answer_s = min(ANSWER_MOST_S, self._answer_s * 2)
            said = text_of(error) if isinstance(error, HttpFailed) else type(error).__name__
            reason = messages.NO_ANSWER(reason=said)
            self._journal.raise_alarm(messages.CENTRE_LOST, name, address=address, reason=reason)

    def pause_s(self, failures: int) -> float:
        """Pause after so many failures in a row: 1 s, doubling to 60 s, with jitter."""
        return min(_PAUSE_MOST_S, 2.0 ** min(failures - 1, 10)) * (0.75 + 0.25 * self._context.random.random())

    # Exchanges

    def home(self, path: str) -> Place:
        """A path on the host the centre is configured with."""
        return Place(self.config.host, self.config.port, path)

    def place(self, url: str) -> Place:
        """An address the platform gave. Raises HttpFailed."""
        return place_of(url, self._context.security.channel)

    async def ask(
        self,
        place: Place,
        body: dict[str, object],
        headers: Sequence[tuple[str, str]] = (),
        client: HttpClient | None = None,
    ) -> dict[str, Any]:
        """One operation. Raises Refused unless the platform says success, and what `HttpClient.post` raises."""
        status, octets = await (client or self._http).post(place, msgspec.json.encode(body), self._answer_s, headers)
        try:
            answer: Any = json_text.read(octets)
        except json_text.NoJson:
            answer = None
        if not isinstance(answer, dict):
            raise Refused(status, "", "the body is no JSON object")
        found: dict[str, Any] = dict(answer)  # pyright: ignore[reportUnknownArgumentType]
        if not self.is_success(status, found):
            said = found.get("responseMessage", found.get("error", ""))
            raise Refused(status, str(found.get("responseCode", "")), str(said))
        return found

    def is_success(self, status: int, answer: dict[str, Any]) -> bool:
        """2xx and the platform's own code of success; its absence is none."""
        code = answer.get("responseCode")
        return status // 100 == 2 and not isinstance(code, bool) and code in ("0", 0)
