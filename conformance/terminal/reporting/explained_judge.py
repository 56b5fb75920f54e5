"""How a figure came about, as the terminal tells it: inputs of the formula with value and unit (R-23).

Leaves the figure itself to `figures_judge`, words of an explanation to a reviewer. A row whose unit is no size of the
formula's says nothing about its value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bench.case import Check, criterion
from bench.history import History, Observed
from bench.history.accounting import EmissionSource
from conformance.common.carbon.methods import METHODS
from conformance.common.carbon.reckon import Piece, books_of, period, printed
from conformance.common.carbon.units import UnlikeUnits, in_unit
from conformance.common.queries import answers, questions
from conformance.common.times import local
from conformance.common.truth import Certainty, number

INPUTS_TOLD = criterion(
    "inputs-told",
    en="what is told of how a figure came about names every input of the formula, with its value",
    zh="排放量的计算说明列出公式的每一项输入及其数值",
    unit="inputs",
)
UNITS_TOLD = criterion(
    "units-told",
    en="every unit there is in lowest terms: nothing stands above its line and below it",
    zh="计算说明中的单位均为最简形式，分子分母无相同单位",
    unit="inputs",
)
_RATIO = 2
"""Parts of a plain ratio such as t/t, which is a unit of its own."""


def findings(history: History) -> Iterator[Check]:
    """Every figure of a source that was asked how it came about, where all that feeds it is known."""
    wrong, known = _inputs_told(history)
    yield INPUTS_TOLD.none(wrong, known)
    rows = [row for event in answers(history, "emission-chain") for row in event.rows if row.get("unit")]
    yield UNITS_TOLD.none_among(rows, [_told(row) for row in rows if not _is_lowest(row["unit"])])


def inputs_findings(history: History) -> Iterator[Check]:
    """The inputs alone, where the product tells how a figure came about."""
    if answers(history, "emission-chain"):
        yield INPUTS_TOLD.none(*_inputs_told(history))


def _inputs_told(history: History) -> tuple[list[str], int]:
    """What is wrong with inputs as they are told, and how many were looked at.

    A product that explains one figure has to explain the others (R-03).
    """
    books = books_of(history)
    looks = answers(history, "emission-chain")
    unanswered = [event for event in questions(history, "emission-chain") if event.problem and looks]
    wrong = [f"{event.query['source']}: {event.problem}" for event in unanswered]
    known = len(unanswered)
    for event in looks:
        start, end = period(event.query["kind"], int(event.query["start"]))
        source = books.emitter.source(event.query["source"])
        total = books.total("source", source.id, start, end, at=event.asked)
        if total.state is not Certainty.SURE or not total.pieces:
            continue
        for symbol, value in _inputs(source, total.pieces).items():
            unit = METHODS[source.method].formula(source.term).units[symbol]
            problem = _problem(event, symbol, value, unit)
            if problem is not None:
                known += 1
                wrong += [f"{source.id} from {local(start)}: {problem}"] if problem else []
    return wrong, known


def _inputs(source: EmissionSource, pieces: list[Piece]) -> dict[str, Fraction]:
    """Inputs in units of the formula: amounts added up, factors where one counts for the whole period."""
    metered = {feed.symbol for feed in source.inputs if feed.point or feed.entered}
    found: dict[str, Fraction] = {}
    for symbol in pieces[0].inputs:
        values = [piece.inputs[symbol] for piece in pieces]
        if len(set(values)) == 1 and (symbol not in metered or len(values) == 1):
            found[symbol] = values[0]
    return found


def _problem(event: Observed, symbol: str, value: Fraction, unit: str) -> str | None:
    """What is wrong with what is told of an input; empty for nothing, None where nothing can be said."""
    rows = [row for row in event.rows if row.get("symbol") == symbol]
    if not rows:
        return f"nothing about {symbol}"
    for row in rows:
        told = number(row.get("value", ""))
        if told is None:
            continue
        try:
            shown = in_unit(Fraction(told), row.get("unit", ""), unit)
            due = value * Fraction(told) / shown if shown else value
        except UnlikeUnits:
            return None
        if Fraction(told) == Fraction(printed(due, "t", len(row["value"].partition(".")[2]))):
            return ""
    return f"{symbol} is {'; '.join(map(_told, rows))}, not {float(value):g} {unit}"


def _told(row: Mapping[str, str]) -> str:
    return f"{row.get('symbol', '')} {row.get('value', '')} {row.get('unit', '')}"


def _is_lowest(unit: str) -> bool:
    above, *below = unit.split("/")
    parts = [part for part in above.replace("·", " ").split() if not part[0].isdigit()]
    others = [part for each in below for part in each.strip("() ").replace("·", " ").split() if not part[0].isdigit()]
    return len(parts) + len(others) <= _RATIO or not set(parts) & set(others)
