"""The register of instruments: what is known of each, what is due this month and next, what is away (CSMT 11.10).

Leaves what an instrument measures to its meter, and who may enter it to `rights`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

from bench.case import Case, Finding
from bench.facade.bench import Bench
from bench.history import History
from conformance.terminal import ACCOUNTS, FUNCTIONS, MODBUS
from conformance.terminal.access.logins import OFFICE
from conformance.terminal.access.rights import begin
from conformance.terminal.instruments import instruments_judge

FAMILY = "register"
_LOCAL = timezone(timedelta(hours=8))


def in_months(today: date, months: int) -> date:
    """The last day of the month that comes so many months later."""
    year, month = divmod(today.year * 12 + today.month - 1 + months + 1, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


class KeepsItsInstruments(Case):
    """Of each instrument it keeps data, calibration and basis, and points out what is due or under verification."""

    zh = "在线管理计量器具的基本信息、检定信息与依据，提示本月、下月到期及在检器具。"
    checks = {
        instruments_judge.BASICS: ("csmt/11.10a",),
        instruments_judge.CALIBRATION: ("csmt/11.10b",),
        instruments_judge.BASIS: ("csmt/11.10c",),
        instruments_judge.THIS_MONTH: ("csmt/11.10d",),
        instruments_judge.NEXT_MONTH: ("csmt/11.10e",),
        instruments_judge.UNDER: ("csmt/11.10f",),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        known = people.access.instruments
        if known is None:
            return
        function = people.access.function(known.set)
        door = function.doors[0]
        session = await people.login(door, people.access.of_role(function.may[0]))
        today = datetime.fromtimestamp(bench.clock.now_us() / 1e6, UTC).astimezone(_LOCAL).date()
        usual = {"type": "ADL3000", "accuracy": "0.5S", "basis": "JJG 596", "calibrated": "2025-01-15", "under": "no"}
        for number, (told, months, under) in enumerate(
            (("far", 7, "no"), ("this-month", 0, "no"), ("next-month", 1, "no"), ("under", 7, "yes"), ("back", 2, "no"))
        ):
            fields = {**usual, "number": f"SN-{number}", "due": str(in_months(today, months)), "under": under}
            if session is not None:
                await people.upkeep.instrument(session, told, fields)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from instruments_judge.findings(history)
