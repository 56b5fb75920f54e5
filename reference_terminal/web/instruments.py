"""The register of instruments at the local interface: seen, searched, entered, as a table (CSMT 11.1, 11.10).

Leaves the register to `operations.instruments`, its table to `operations.instrument_table`. Only with accounts.
"""

from __future__ import annotations

from typing import Any, Protocol

from msgspec import structs

from reference_terminal.access.rights import Right
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Text
from reference_terminal.model.times import iso
from reference_terminal.operations import instrument_table
from reference_terminal.operations.instruments import Instrument, Instruments, flaw
from reference_terminal.settings.config import Config
from reference_terminal.web import refusals
from reference_terminal.web.router import Addresses, route
from reference_terminal.web.server import File, Request

_ENTERED = ("number", "type", "accuracy", "basis", "calibrated", "due", "under_verification")
PLACE = ("enterprise", "region", "sector", "level")
"""Where an instrument belongs, and by what the register is searched."""


class Needs(Protocol):
    """What these addresses use of a terminal."""

    config: Config
    clock: WallClock
    instruments: Instruments


class InstrumentsApi(Addresses):
    """The register of instruments: every meter, and what else was put into it."""

    def __init__(self, terminal: Needs) -> None:
        self._terminal = terminal

    @route("GET", "instruments", right=Right.STATE, query=PLACE)
    def instruments(self, query: dict[str, str]) -> Any:
        """The instruments, all or those of an enterprise, a region, a sector and a level; whether each is due."""
        terminal = self._terminal
        rows = terminal.instruments.told(self._names(), terminal.clock.now_s())
        sought = {key: text for key, text in query.items() if text}
        return {"instruments": [row for row in rows if all(row[key] == text for key, text in sought.items())]}

    @route("POST", "instrument", right=Right.OPERATE, body=("instrument", *_ENTERED, "author"))
    def enter(self, fields: dict[str, str]) -> Any:
        """Put down what is known of an instrument; where it belongs stays as it is."""
        known = self._known(fields["instrument"])
        given = {key: fields[key].strip() for key in _ENTERED}
        for key, text in given.items():
            if not text:
                raise refusals.NOT_PRINTABLE(key=key, most=instrument_table.MOST_TEXT)
        return self._keep(fields, structs.replace(known, **given), given)

    @route("POST", "instrument-place", right=Right.OPERATE, body=("instrument", *PLACE, "author"))
    def place(self, fields: dict[str, str]) -> Any:
        """Put down where an instrument belongs; empty where it is not known."""
        known = self._known(fields["instrument"])
        given = {key: fields[key].strip() for key in PLACE}
        return self._keep(fields, structs.replace(known, **given), given)

    @route("GET", "instrument-table", right=Right.STATE)
    def table(self, query: dict[str, str]) -> File:
        """The whole register as CSV."""
        del query
        terminal = self._terminal
        octets = instrument_table.write((name, terminal.instruments.get(name)) for name in self._names())
        day = iso(terminal.clock.now_s())[:10]
        return File(octets, "text/csv; charset=utf-8", f"instruments-{day}.csv")

    @route(
        "POST",
        "instrument-table",
        right=Right.OPERATE,
        query=("author",),
        most_octets=instrument_table.MOST_OCTETS,
    )
    def take_table(self, query: dict[str, str], request: Request) -> Any:
        """A table of instruments, CSV: those it names are put down as it says, the others stay as they are."""
        author = query.get("author", "").strip()
        if not author or len(author) > 64 or not author.isprintable():
            raise refusals.AUTHOR_NOT_PRINTABLE(most=64)
        try:
            rows = instrument_table.read(request.body)
        except instrument_table.TableWrong as error:
            en = "; ".join(each.en for each in error.problems)
            zh = "；".join(each.zh for each in error.problems)
            raise refusals.BAD_INSTRUMENT(said=Text(en, zh)) from None
        whole = len({*self._names(), *(name for name, _ in rows)})
        if whole > instrument_table.MOST_ROWS:
            raise refusals.REGISTER_FULL(most=instrument_table.MOST_ROWS, got=whole)
        if not self._terminal.instruments.take(rows, author):
            raise refusals.NOT_RECORDED()
        return {"taken": len(rows)}

    def _names(self) -> list[str]:
        config = self._terminal.config
        return self._terminal.instruments.names([each.id for each in (*config.meters, *config.standbys)])

    def _known(self, name: str) -> Instrument:
        if name not in self._names():
            raise refusals.NO_INSTRUMENT()
        return self._terminal.instruments.get(name)

    def _keep(self, fields: dict[str, str], made: Instrument, given: dict[str, str]) -> Any:
        for key, text in given.items():
            if len(text) > instrument_table.MOST_TEXT or (text and not text.isprintable()):
                raise refusals.NOT_PRINTABLE(key=key, most=instrument_table.MOST_TEXT)
        wrong = flaw(made) if made.calibrated or made.due or "due" in given else None
        if wrong is not None:
            raise refusals.BAD_INSTRUMENT(said=wrong)
        if not self._terminal.instruments.set(fields["instrument"], made, fields["author"]):
            raise refusals.NOT_RECORDED()
        return {"instrument": fields["instrument"]}
