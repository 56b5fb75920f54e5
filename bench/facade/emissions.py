"""What an operator may ask of a terminal's accounting, and tell it: figures, factors, boundary, activity by hand.

Leaves putting a question to `facade`, and its form to the adapters. Instants are microseconds UTC,
numbers decimal text; sources, units and symbols are those of the boundary (`bench.history.accounting`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager

from bench.history.questions import Question


class Emissions(ABC):
    """Questions and orders about emissions; whoever inherits this knows how to ask."""

    @abstractmethod
    async def _ask(self, what: Question, query: dict[str, str]) -> tuple[dict[str, str], ...]: ...

    @abstractmethod
    def emissions_told(self) -> AbstractAsyncContextManager[object]:
        """Hear what the terminal tells by itself of emissions as it derives them, while the scope lasts (R-16).

        An `Observed` event `emission-event` each, at the instant it came: a row text (as it came), source, at (the
        stamp of the input), value (what the input brought), unit. A terminal that tells nothing by itself is one
        event with a problem.
        """
        ...

    async def emissions(self, of: str, id: str, kind: str, from_us: int, to_us: int, gas: str = "CO2e") -> None:
        """Figures of one total for periods of a class that begin in [from, to).

        `of` is source, unit, category, scope or emitter. Rows start, end, value, unit, gas, method, version, revision
        (0 at first), state (complete, partial, missing), cumulative (since the year began).
        """
        words = {"of": of, "id": id, "kind": kind, "gas": gas, "from": str(from_us), "to": str(to_us)}
        await self._ask("emissions", words)

    async def emission_sum(self, of: str, id: str, from_us: int, to_us: int, gas: str = "CO2e") -> None:
        """The figure of one total over any period [from, to): one row as of `emissions`."""
        words = {"of": of, "id": id, "gas": gas, "from": str(from_us), "to": str(to_us)}
        await self._ask("emission-sum", words)

    async def emission_chain(self, source: str, kind: str, start_us: int) -> None:
        """How one figure of a source came about: rows symbol, value, unit, origin, version."""
        await self._ask("emission-chain", {"source": source, "kind": kind, "start": str(start_us)})

    async def emission_history(self, source: str, kind: str, start_us: int) -> None:
        """What a figure of a source was before it was reckoned anew (R-24): rows value, revision."""
        await self._ask("emission-history", {"source": source, "kind": kind, "start": str(start_us)})

    async def intensity(self, product: str, from_us: int, to_us: int) -> None:
        """The emitter's emission per unit of a product over [from, to): a row start, end, value, unit, state."""
        words = {"product": product, "from": str(from_us), "to": str(to_us)}
        await self._ask("intensity", words)

    async def footprint(self, product: str, from_us: int, to_us: int) -> None:
        """The footprint of a product with a boundary of its own, per unit of it: a row as of `intensity`."""
        words = {"product": product, "from": str(from_us), "to": str(to_us)}
        await self._ask("footprint", words)

    async def set_factor(
        self, source: str, symbol: str, value: str, unit: str, since_us: int, origin: str, author: str
    ) -> None:
        """Have a constant of a source count from an instant on (R-24): rows result, message; refusal is a problem."""
        words = {"source": source, "symbol": symbol, "value": value, "unit": unit, "since": str(since_us)}
        await self._ask("factor", {**words, "origin": origin, "author": author})

    async def set_formula(self, method: str, term: str, formula: str, edition: str, since_us: int, author: str) -> None:
        """Have a formula of a method's term count from an instant on, entered on the spot (R-24); as for a factor."""
        words = {"method": method, "term": term, "formula": formula, "edition": edition, "since": str(since_us)}
        await self._ask("formula", {**words, "author": author})

    async def move_source(self, source: str, inside: bool, since_us: int, author: str) -> None:
        """Have a source count inside the boundary, or not, from an instant on (R-23)."""
        words = {"source": source, "inside": "yes" if inside else "no", "since": str(since_us), "author": author}
        await self._ask("boundary", words)

    async def enter_activity(
        self, source: str, symbol: str, kind: str, start_us: int, end_us: int, value: str, author: str, reason: str
    ) -> None:
        """Enter an input of a source for a period [start, end) of this class (day, month) (R-22)."""
        words = {"source": source, "symbol": symbol, "kind": kind, "start": str(start_us), "end": str(end_us)}
        await self._ask("activity", {**words, "value": value, "author": author, "reason": reason})

    async def activities(self, source: str, from_us: int, to_us: int) -> None:
        """What was entered of a source for periods that begin in [from, to) (R-22).

        Rows symbol, start, end, value, unit, author, reason.
        """
        await self._ask("activities", {"source": source, "from": str(from_us), "to": str(to_us)})

    async def enter_calibration(self, source: str, at_us: int, zero: str, span: str, author: str, reason: str) -> None:
        """Enter a calibration of a stack's instrument: the drift of zero and span in percent of full scale."""
        words = {"source": source, "at": str(at_us), "zero": zero, "span": span, "author": author, "reason": reason}
        await self._ask("calibration", words)

    async def recalculate(self, from_us: int, to_us: int, author: str, reason: str) -> None:
        """Have [from, to) reckoned anew with what is in force; what was is kept (R-24)."""
        words = {"from": str(from_us), "to": str(to_us), "author": author, "reason": reason}
        await self._ask("recalculation", words)

    async def inventory_report(self, form: str, from_us: int, to_us: int) -> None:
        """The inventory report of [from, to) as a document (`form`: docx, xlsx): a row `text` for each of its rows."""
        await self._ask("inventory-report", {"form": form, "from": str(from_us), "to": str(to_us)})

    async def emission_comparison(self, of: str, id: str, kind: str, start_us: int) -> None:
        """A period, the one before it and the same of the year before.

        Rows what (period, before, year-before), start, value, unit, change (the period less that one).
        """
        await self._ask("emission-comparison", {"of": of, "id": id, "kind": kind, "start": str(start_us)})
