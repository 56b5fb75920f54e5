"""Defects of the register of instruments: what is lost on the way in, and months that are counted wrongly."""

from __future__ import annotations

import datetime

from msgspec import structs

from conformance.defects import Patch, defect
from reference_terminal.operations import instruments
from reference_terminal.operations.instruments import Instrument, Instruments


def _kept(patch: Patch, **instead: str) -> None:
    def set(self: Instruments, name: str, made: Instrument, author: str) -> bool:
        return own(self, name, structs.replace(made, **instead), author)

    own = patch(Instruments, "set", set)


@defect(
    "instrument-class-lost",
    en="the class of an instrument is not kept",
    zh="不保存准确度等级",
    clauses=("csmt/11.10a",),
)
def instrument_class_lost(patch: Patch) -> None:
    """The column is for another screen."""
    _kept(patch, accuracy="–")


@defect(
    "calibration-date-lost", en="the date of calibration is not kept", zh="不保存检定日期", clauses=("csmt/11.10b",)
)
def calibration_date_lost(patch: Patch) -> None:
    """Only the end counts."""
    _kept(patch, calibrated="2000-01-01")


@defect(
    "calibration-basis-lost", en="the basis of calibration is not kept", zh="不保存检定依据", clauses=("csmt/11.10c",)
)
def calibration_basis_lost(patch: Patch) -> None:
    """It is always the same."""
    _kept(patch, basis="JJG")


@defect(
    "due-by-days",
    en="what is due within twenty days is due this month, within a hundred next month",
    zh="按天数而非自然月提示到期",
    clauses=("csmt/11.10d", "csmt/11.10e"),
)
def due_by_days(patch: Patch) -> None:
    """Days are simpler than months."""

    def state_of(made: Instrument, now_s: int) -> str:
        found = own(made, now_s)
        if found not in (instruments.VALID, instruments.THIS_MONTH, instruments.NEXT_MONTH):
            return found
        left = datetime.date.fromisoformat(made.due) - datetime.datetime.fromtimestamp(now_s, datetime.UTC).date()
        if left.days <= 20:
            return instruments.THIS_MONTH
        return instruments.NEXT_MONTH if left.days <= 100 else instruments.VALID

    own = patch(instruments, "state_of", state_of)


@defect(
    "away-is-not-told",
    en="an instrument under verification is shown as valid",
    zh="在检器具显示为有效",
    clauses=("csmt/11.10f",),
)
def away_is_not_told(patch: Patch) -> None:
    """Nobody enters when it is back."""

    def state_of(made: Instrument, now_s: int) -> str:
        return own(structs.replace(made, under_verification="no"), now_s)

    own = patch(instruments, "state_of", state_of)
