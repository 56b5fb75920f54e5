"""The link to the management software: reports, fetches packages, tells what became of them (docs/WIRE.md section 5).

Leaves verifying and keeping packages to the management room. A package comes in parts, and what has come is kept while
the network is away; only a whole one is handed on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from reference_terminal.management.installer import Installer, Outcome
from reference_terminal.management.packages import MOST_OCTETS
from reference_terminal.model.seams import seam
from reference_terminal.net.http import HttpFailed
from reference_terminal.uplink import reasons
from reference_terminal.uplink.platforms.link import LinkContext, PlatformLink, Refused

REPORT, RESULT = "/management/report", "/management/result"
PART_OCTETS = 16_384
WHOLE, PART, GIVEN_UP, PAST_END = 200, 206, 410, 416
_TRIAL_LOOK_S = 10.0

States = Callable[[], list[dict[str, str]]]


class ManagementLink(PlatformLink):
    """One management software; `report_s` is how often it hears from the terminal, `states` tells the applications."""

    def __init__(self, context: LinkContext, installer: Installer, report_s: int, states: States) -> None:
        super().__init__(context)
        self._installer = installer
        self._report_s = report_s
        self._states = states
        self._come: dict[str, bytearray] = {}

    async def work_on(self) -> None:
        """Report, do what the answer asks, wait."""
        if await self.attempt(self._report):
            await self._clock.nap(_TRIAL_LOOK_S if self._installer.on_trial else self._report_s)

    async def _report(self) -> None:
        packages = [{name: row[name] for name in ("kind", "name", "version")} for row in self._installer.in_force()]
        body: dict[str, object] = {
            "deviceId": self.config.mn,
            "version": self._installer.version,
            "packages": packages,
            "applications": self._states(),
            "alarms": [f"{kind} {subject}" for kind, subject in self._journal.raised()],
        }
        answer = await self.ask(self.home(REPORT), body)
        for number in _list(answer, "stopped"):
            await self._stop(str(number))
        for task in _list(answer, "tasks"):
            await self._carry_out(task)

    @seam
    async def _stop(self, number: str) -> None:
        self._come.pop(number, None)
        await self._tell_result(number, self._installer.stop(self._source(number)))

    @seam
    async def _carry_out(self, task: Any) -> None:
        try:
            number, kind, url = (str(task[name]) for name in ("taskId", "kind", "url"))
        except (TypeError, KeyError):
            raise HttpFailed(reasons.TASK_UNREADABLE()) from None
        source = self._source(number)
        outcome = self._installer.fate(source) if kind == "upgrade" else None
        if outcome is None and not (kind == "upgrade" and self._installer.on_trial):
            octets = await self._fetch(number, url)
            outcome = self._installer.stop(source) if octets is None else self._installer.take(octets, source)
            if kind == "upgrade" and outcome.result == "done":
                # Its result is told when it has run.
                return
        if outcome is not None:
            await self._tell_result(number, outcome)

    def _source(self, number: str) -> str:
        return f"{self.config.id} {number}"

    async def _tell_result(self, number: str, outcome: Outcome) -> None:
        body: dict[str, object] = {
            "deviceId": self.config.mn,
            "taskId": number,
            "result": outcome.result,
            "message": outcome.message,
        }
        await self.ask(self.home(RESULT), body)

    @seam
    async def _fetch(self, number: str, url: str) -> bytes | None:
        """The whole package, going on where the network was lost; None if the task was stopped meanwhile."""
        come = self._come.setdefault(number, bytearray())
        while len(come) <= MOST_OCTETS:
            wanted = ("Range", f"bytes={len(come)}-{len(come) + PART_OCTETS - 1}")
            status, octets = await self._http.get(self.place(url), self._answer_s, (wanted,))
            if status == GIVEN_UP:
                del self._come[number]
                return None
            if status not in (WHOLE, PART, PAST_END):
                raise Refused(status, "", "the package cannot be fetched")
            if status == WHOLE:
                come.clear()
            come += octets if status != PAST_END else b""
            if status != PART or len(octets) < PART_OCTETS:
                break
        return bytes(self._come.pop(number))


def _list(answer: Mapping[str, Any], name: str) -> list[Any]:
    found: Any = answer.get(name, [])
    return cast(list[Any], found) if isinstance(found, list) else []
