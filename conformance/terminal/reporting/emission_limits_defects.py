# pyright: reportPrivateUsage=false
"""Defects of warning limits of emissions: never told, always told, told for ever."""

from __future__ import annotations

from conformance.defects import Patch, defect
from reference_terminal.model.messages import Alarm
from reference_terminal.processing import messages
from reference_terminal.processing.emissions import Emissions
from reference_terminal.processing.outcomes import Period
from reference_terminal.settings.accounting import FigureSet
from reference_terminal.storage.journal import Journal


@defect(
    "emission-limit-not-watched",
    en="a warning limit of emissions is kept and nobody looks at it",
    zh="仅保存排放预警限值而不判断",
    clauses=("isc-2/7.2.6a", "isc-2/7.2.6c"),
)
def emission_limit_not_watched(patch: Patch) -> None:
    """No alarm comes."""
    patch(Emissions, "_warn", lambda self, figure, period, value: None)


@defect(
    "emission-limit-of-another-unit",
    en="a warning limit is taken for one of another unit: a thousandth of it",
    zh="预警限值单位错位，按千分之一判断",
    clauses=("isc-2/7.2.6b",),
)
def emission_limit_of_another_unit(patch: Patch) -> None:
    """Alarms come where nothing is above the limit."""
    whole = Emissions._warn

    def warn(self: Emissions, figure: FigureSet, period: Period, value: str | None) -> None:
        whole(self, figure, period, None if value is None else f"{value.replace('.', '')}")

    patch(Emissions, "_warn", warn)


@defect(
    "emission-alarm-stays",
    en="the alarm of an emission above its limit stays for ever",
    zh="排放预警告警不解除",
    clauses=("isc-2/7.2.6c",),
)
def emission_alarm_stays(patch: Patch) -> None:
    """Nobody takes it back."""
    whole = Journal.clear_alarm

    def clear(self: Journal, alarm: Alarm, subject: str) -> None:
        if alarm is not messages.EMISSION_LIMIT:
            whole(self, alarm, subject)

    patch(Journal, "clear_alarm", clear)
