"""Derived points kept up with what they are computed from, in the same transaction (CSMT 8.3.2, ruling R-22).

Leaves the arithmetic to `formula`. A period is computed when all its points have a record, and again under a new
revision when one of these has; what a person has entered for the derived point itself stays. Nothing is remembered
between transactions, so that lost power leaves nothing half computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import apsw
from msgspec import structs

from reference_terminal.model import numbers
from reference_terminal.model.rows import MADE_UP, MANUAL_ENTRY, Record
from reference_terminal.model.seams import seam
from reference_terminal.processing.formula import Operand, Outcome, evaluate
from reference_terminal.settings.derived import DerivedConfig
from reference_terminal.storage.store import insert_record, supersede

_OF_PERIOD = "SELECT * FROM record WHERE span=? AND start_s=? AND point=?"
_SOURCE = "INSERT OR REPLACE INTO record_source VALUES (?,?,?,?)"


class Derivation:
    """All derived points. `numbers_of` gives the number in the store of every point that the terminal has.

    `period_s(name)` is the polling period of a measured point, None for any other.
    """

    def __init__(
        self,
        derived: Sequence[DerivedConfig],
        numbers_of: Mapping[str, int],
        period_s: Callable[[str], int | None],
    ) -> None:
        self._numbers = numbers_of
        self._period_s = period_s
        self._dependent: dict[int, list[DerivedConfig]] = {}
        for formula in derived:
            for name in formula.operands:
                if name in numbers_of:
                    self._dependent.setdefault(numbers_of[name], []).append(formula)

    def added(self, connection: apsw.Connection, records: Sequence[Record]) -> list[Record]:
        """Compute what new records complete; the records made, all kept."""
        made: list[Record] = []
        fresh = list(records)
        while fresh:
            coming: list[Record] = []
            for key in self._touched(fresh):
                span, start_s, end_s, formula = key
                if self._stored(connection, span, start_s, self._numbers[formula.id]) is None:
                    record = self._compute(connection, span, start_s, end_s, formula)
                    if record is not None:
                        insert_record(connection, record[0])
                        self._keep_source(connection, *record)
                        coming.append(record[0])
            made += coming
            fresh = coming
        return made

    def revised(self, connection: apsw.Connection, record: Record) -> list[Record]:
        """Compute again what a revised record is part of; the records revised, all kept."""
        made: list[Record] = []
        fresh = [record]
        while fresh:
            coming: list[Record] = []
            for span, start_s, end_s, formula in self._touched(fresh):
                again = self._again(connection, span, start_s, end_s, formula)
                coming += [] if again is None else [again]
            made += coming
            fresh = coming
        return made

    def _touched(self, records: Sequence[Record]) -> list[tuple[int, int, int, DerivedConfig]]:
        """Periods of derived points that these records are part of, each once, in their order."""
        found: dict[tuple[int, int, str], tuple[int, int, int, DerivedConfig]] = {}
        for record in records:
            for formula in self._dependent.get(record.point, ()):
                key = (record.span, record.start_s, formula.id)
                found.setdefault(key, (record.span, record.start_s, record.end_s, formula))
        return list(found.values())

    def _stored(self, connection: apsw.Connection, span: int, start_s: int, point: int) -> Record | None:
        row = connection.execute(_OF_PERIOD, (span, start_s, point)).fetchone()
        return None if row is None else Record(*row)

    def _compute(
        self, connection: apsw.Connection, span: int, start_s: int, end_s: int, formula: DerivedConfig
    ) -> tuple[Record, str] | None:
        """The record of a derived point and what it was made of; None while a record of a point is still to come."""
        operands: dict[str, Operand] = {}
        for name in formula.operands:
            number = self._numbers.get(name)
            record = None if number is None else self._stored(connection, span, start_s, number)
            if number is not None and record is None:
                return None
            period_s = self._period_s(name)
            operands[name] = Operand(record, 0 if period_s is None else (end_s - start_s) // period_s)
        outcome = evaluate(formula, operands, end_s - start_s)
        return self._record(span, start_s, end_s, formula, outcome), _source(formula, operands)

    def _record(self, span: int, start_s: int, end_s: int, formula: DerivedConfig, outcome: Outcome) -> Record:
        value = None if outcome.value is None else numbers.text(outcome.value)
        point = self._numbers[formula.id]
        return Record(span, start_s, point, end_s, None, None, value, None, None, 0, None, outcome.flag, outcome.cause)

    def _again(
        self, connection: apsw.Connection, span: int, start_s: int, end_s: int, formula: DerivedConfig
    ) -> Record | None:
        """A derived point's period computed anew; None if nothing changes or a person has entered it."""
        computed = self._compute(connection, span, start_s, end_s, formula)
        if computed is None:
            return None
        record, source = computed
        old = self._stored(connection, span, start_s, record.point)
        if old is None:
            insert_record(connection, record)
        elif old.cause in (MANUAL_ENTRY, MADE_UP) or (old.value, old.flag) == (record.value, record.flag):
            return None
        else:
            record = structs.replace(record, revision=old.revision + 1)
            supersede(connection, record)
        self._keep_source(connection, record, source)
        return record

    @seam
    def _keep_source(self, connection: apsw.Connection, record: Record, source: str) -> None:
        connection.execute(_SOURCE, (record.span, record.start_s, record.point, source))


def _source(formula: DerivedConfig, operands: Mapping[str, Operand]) -> str:
    """What a result was made of: operation, and of each point value, flag and revision."""
    told: list[str] = []
    for name in formula.operands:
        record = operands[name].record
        if record is None:
            told.append(f"{name}=?")
            continue
        marks = ("" if record.flag == "N" else f" {record.flag}") + (f" r{record.revision}" if record.revision else "")
        told.append(f"{name}={'?' if record.value is None else record.value}{marks}")
    return f"{formula.operation}: {', '.join(told)}"
