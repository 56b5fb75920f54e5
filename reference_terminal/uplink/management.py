"""The link to the management software: reports, fetches packages, tells what became of them (docs/WIRE.md section 5).

Leaves verifying and keeping packages to the management room.
"""

from __future__ import annotations

from typing import Any, cast

from reference_terminal.management.installer import Installer, Outcome
from reference_terminal.uplink.http import HttpFailed
from reference_terminal.uplink.platform_link import Kit, PlatformLink, Refused

REPORT, RESULT = "/management/report", "/management/result"
_TRIAL_LOOK_S = 10.0


class ManagementLink(PlatformLink):
    """One management software; `report_s` is how often it hears from the terminal."""

    def __init__(self, kit: Kit, installer: Installer, report_s: int) -> None:
        super().__init__(kit)
        self._installer = installer
        self._report_s = report_s

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
            "alarms": [f"{kind} {subject}" for kind, subject in self._journal.raised()],
        }
        answer = await self.ask(self.home(REPORT), body)
        tasks: Any = answer.get("tasks", [])
        for task in cast(list[Any], tasks) if isinstance(tasks, list) else []:
            await self._carry_out(task)

    async def _carry_out(self, task: Any) -> None:
        try:
            number, kind, url = (str(task[name]) for name in ("taskId", "kind", "url"))
        except (TypeError, KeyError):
            raise HttpFailed("a task cannot be read", "任务无法解析") from None
        source = f"{self.config.id} {number}"
        outcome = self._installer.fate(source) if kind == "upgrade" else None
        if outcome is None and not (kind == "upgrade" and self._installer.on_trial):
            outcome = await self._fetch(url, source)
            if kind == "upgrade" and outcome.result == "done":
                # Its result is told when it has run.
                return
        if outcome is not None:
            body: dict[str, object] = {
                "deviceId": self.config.mn,
                "taskId": number,
                "result": outcome.result,
                "message": outcome.message,
            }
            await self.ask(self.home(RESULT), body)

    async def _fetch(self, url: str, source: str) -> Outcome:
        status, octets = await self._http.get(self.place(url), self._answer_s)
        if status != 200:
            raise Refused(status, "", "the package cannot be fetched")
        return self._installer.take(octets, source)
