"""What a product tells of itself and of what it looks after: its machine, instruments, rounds of inspection, reviews.

Leaves values and links to `pages`, the log to `log`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, cast

from bench.dut.access import INSTRUMENT_KEYS, STATE_KEYS, State
from bench.dut.access.exchange import Answer
from bench.dut.access.expressions import value
from bench.dut.access.visit import Kept, Session
from bench.dut.refused import no_answer
from bench.facade import sentences
from bench.facade.bench import Unable
from bench.facade.people.desk import TROUBLES, Visitor, looked, shown, text
from bench.facade.people.register import RegisterOfInstruments
from bench.history import people as told_of
from bench.history.people import (
    CountsRow,
    InstrumentQuery,
    InstrumentRow,
    MachineQuery,
    MachineRow,
    RoundRow,
    RoundsQuery,
    ToldQuery,
)


class Upkeep:
    """What a product shows of its own state."""

    def __init__(self, people: Visitor) -> None:
        self._people = people

    async def machine_shown(self, told: str, sessions: Sequence[Session]) -> None:
        """Put into the history what the product shows of its machine at the doors of these sessions."""
        known = self._people.access.state
        if known is None:
            raise Unable(str(sentences.NO_STATE()))
        for session in sessions:
            query = MachineQuery(told=told, door=session.door)
            await looked(self._people, told_of.MACHINE_SHOWN, query, partial(self._machine, known, session))

    async def _machine(self, known: State, session: Session) -> tuple[Sequence[MachineRow], Exception | None]:
        """What is shown at one door, and what came between."""
        row: dict[str, str] = {}
        problem: Exception | None = None
        for name, keys in ((known.of, STATE_KEYS[:-1]), (known.errors_of, STATE_KEYS[-1:])):
            if not name or session.door not in self._people.access.function(name).doors:
                continue
            try:
                call = self._people.access.function(name).calls[session.door]
                answer = shown(name, await self._people.visits.make(session, call))
                asked_for = {key: getattr(known, key) for key in keys}
                found = {key: value(each, answer=answer) for key, each in asked_for.items() if each}
            except TROUBLES as error:
                problem = error
                continue
            row |= {key: str(each) for key, each in found.items() if each is not None and each != ""}
        return [MachineRow(**row)] if row else [], problem

    async def instrument(self, session: Session, told: str, fields: Mapping[str, str]) -> None:
        """Enter what is known of an instrument; what the register shows of it then is in the history."""
        known = self._people.access.instruments
        if known is None:
            raise Unable(str(sentences.NO_INSTRUMENTS()))
        await self._people.use(known.set, session, trick=told, query=Kept(fields))
        asked = self._people.now_us()
        answer = await self._people.look(known.of)
        rows: list[InstrumentRow] = []
        for row in cast("list[Any]", [] if answer is None else value(known.rows, answer=answer) or []):
            shown = {key: text(value(getattr(known, key) or "''", row=row)) for key in INSTRUMENT_KEYS}
            words = (("this-month", known.this_month), ("next-month", known.next_month), ("under", known.under))
            due_word = next((word for word, states in words if shown["state"] in states), "")
            rows.append(InstrumentRow(**shown, due_word=due_word))
        query = InstrumentQuery(told=told, **fields)
        self._people.tell(told_of.INSTRUMENT, asked, query, rows, "" if answer else "LookupError: nothing shown")

    @property
    def register(self) -> RegisterOfInstruments:
        """The register of instruments as tables. Raises Unable where the profile tells nothing of it."""
        known = self._people.access.register
        if known is None:
            raise Unable(str(sentences.NO_REGISTER()))
        return RegisterOfInstruments(self._people, known)

    async def rounds_kept(self, told: str, session: Session) -> None:
        """Put into the history the rounds of inspection that the product shows: when each was made, what was wrong."""
        known = self._people.access.rounds
        if known is None:
            raise Unable(str(sentences.NO_ROUNDS()))
        call = self._people.access.function(known.of).calls[session.door]
        refused = self._people.access.doors[session.door].refused

        async def look() -> tuple[Sequence[RoundRow], Exception | None]:
            try:
                answer = shown(known.of, await self._people.visits.make(session, call, query=Kept({"told": told})))
                if value(refused, answer=answer):
                    raise no_answer(str(sentences.WAS_REFUSED(of=known.of)), answer.status)
                return [_round(known.at, known.wrong, row) for row in _list(known.rows, answer)], None
            except TROUBLES as error:
                return (), error

        await looked(self._people, told_of.ROUNDS, RoundsQuery(door=session.door, told=told), look)

    async def reviewed(self, told: str, mark: str) -> str:
        """Put into the history whether a value that bears `mark` counts; the number by which the last one waits."""
        known = self._people.access.review
        if known is None:
            raise Unable(str(sentences.NO_REVIEW()))
        asked = self._people.now_us()
        shown, waiting = await self._people.look(known.shown), await self._people.look(known.waiting)
        rows = [] if shown is None else [CountsRow(counts="yes" if mark in shown.text else "")]
        self._people.tell(told_of.REVIEW, asked, ToldQuery(told=told), rows)
        return "" if waiting is None else text(value(known.number, answer=waiting))


def _list(expression: str, answer: Answer) -> list[Any]:
    return cast("list[Any]", value(expression, answer=answer) or [])


def _round(at: str, wrong: str, row: Any) -> RoundRow:
    found = value(wrong, row=row)
    return RoundRow(at=text(value(at, row=row)), wrong=text(found) if found else "")
