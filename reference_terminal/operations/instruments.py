"""The register of instruments: calibration basis and dates, where each belongs, what is due this month and next
(CSMT 11.1, 11.8, 11.10).

Leaves what an instrument measures to its meter, tables to `instrument_table`. Months are those of the terminal's clock,
UTC+8.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from typing import Any

import msgspec

from reference_terminal.access import messages
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.model.times import iso
from reference_terminal.operations import reasons
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

SCOPE = "instrument"
VALID, THIS_MONTH, NEXT_MONTH, UNDER, OVERDUE, UNKNOWN = (
    "valid",
    "due-this-month",
    "due-next-month",
    "under-verification",
    "overdue",
    "unknown",
)


class Instrument(msgspec.Struct, frozen=True):
    """What is known of an instrument; dates as YYYY-MM-DD, `under_verification` yes or no."""

    number: str = ""
    type: str = ""
    accuracy: str = ""
    basis: str = ""
    calibrated: str = ""
    due: str = ""
    under_verification: str = "no"
    enterprise: str = ""
    region: str = ""
    sector: str = ""
    level: str = ""


def flaw(made: Instrument) -> Text | None:
    """What is wrong with an entry."""
    dates = [_date(made.calibrated), _date(made.due)]
    if None in dates:
        return reasons.DATES_UNREADABLE()
    if made.calibrated >= made.due:
        return reasons.DUE_BEFORE_CALIBRATED()
    if made.under_verification not in ("yes", "no"):
        return reasons.NOT_YES_OR_NO()
    return None


@seam
def state_of(made: Instrument, now_s: int) -> str:
    """Whether an instrument is due."""
    due = _date(made.due)
    if due is None:
        return UNKNOWN
    if made.under_verification == "yes":
        return UNDER
    today = datetime.date.fromisoformat(iso(now_s)[:10])
    if due < today:
        return OVERDUE
    months = (due.year - today.year) * 12 + due.month - today.month
    return THIS_MONTH if months == 0 else NEXT_MONTH if months == 1 else VALID


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


class Instruments:
    """The register, kept among the settings."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal

    def get(self, name: str) -> Instrument:
        """What is known of an instrument."""
        text = self._store.setting(SCOPE, name)
        return Instrument() if text is None else msgspec.json.decode(text, type=Instrument)

    def names(self, meters: Sequence[str]) -> list[str]:
        """The instruments: the meters, then what else was put into the register, by name."""
        return [*meters, *(name for name in self._store.settings(SCOPE) if name not in meters)]

    @seam
    def set(self, name: str, made: Instrument, author: str) -> bool:
        """Keep what is known of an instrument; False if the store cannot be written."""
        return self.take([(name, made)], author)

    @seam
    def take(self, rows: Sequence[tuple[str, Instrument]], author: str) -> bool:
        """Keep what is known of these instruments, all or none; False if the store cannot be written."""

        def gather() -> None:
            for name, made in rows:
                before, after = _text(self.get(name)), _text(made)
                self._store.keep_setting(SCOPE, name, after)
                self._journal.event(messages.INSTRUMENT_SET, name, author=author, before=before, after=after)

        return self._store.attempt(gather)

    def told(self, names: Sequence[str], now_s: int) -> list[dict[str, Any]]:
        """The register with the state of each."""
        found: list[dict[str, Any]] = []
        for name in names:
            made = self.get(name)
            found.append({"instrument": name, **msgspec.structs.asdict(made), "state": state_of(made, now_s)})
        return found


def _text(made: Instrument) -> str:
    return json.dumps(msgspec.structs.asdict(made), ensure_ascii=False)
