"""Inventory reports against the oracle: numbers are looked for in rows that name what they belong to.

Leaves order, words and chapters of a report to a reviewer. A number is right if it is the exact one rounded half up at
its own digits (R-23): tonnes at whole ones at least, so that a report in whole tonnes is no fault; one of fewer than
three significant digits is too common to be found by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from bench.case import Check, criterion
from bench.history import History, Observed
from conformance.common.carbon.reckon import Books, Reckoned, books_of, printed
from conformance.common.queries import questions
from conformance.common.truth import Certainty, number
from conformance.terminal.accounting.figures_judge import exact

OPENS = criterion(
    "report-opens",
    en="the report comes as a document that opens and names its emitter",
    zh="报告为可打开的文件，并写明排放主体",
    unit="reports",
)
TOTAL = criterion(
    "report-total",
    en="the report states the total of the period, to its last digit, in each row that the maker says is of it",
    zh="报告给出的总量逐位正确，厂商指明的每一处均如此",
    unit="reports",
)
BY_SOURCE = criterion(
    "report-by-source",
    en="the report states the emission of every source, to its last digit",
    zh="报告给出的各排放源排放量逐位正确",
    unit="sources",
)
ACTIVITY = criterion(
    "report-activity",
    en="the report states the activity of every source",
    zh="报告给出各排放源的活动数据",
    unit="sources",
)
FACTORS = criterion(
    "report-factors",
    en="the report states every factor that was told for a source",
    zh="报告给出所告知的各排放因子",
    unit="factors",
)
UNITS = criterion(
    "report-units",
    en="the emission of every source stands with its unit: in its row, over it, or told for the whole report",
    zh="报告中各排放源的排放量标有单位：在该行、其上方表头或全文说明中",
    unit="sources",
)
_UNIT = re.compile(r"(?<![A-Za-z/])(?:kg|t)\s?(?:CO[2₂](?:-?eq?)?)?(?![A-Za-z/])|千克|公斤|吨|tonne", re.IGNORECASE)
_FOR_ALL = re.compile(r"单位|\bunits?\b", re.IGNORECASE)
_HEAD_ROWS = 2
_WORD = re.compile(r"[^\W\d_]")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*\d)")
_SIGNIFICANT = 3


def _numbers(text: str) -> list[str]:
    """The numbers in a row that are not parts of other words, thousands separators taken out."""
    plain = re.sub(r"(?<=\d)[, ](?=\d{3}\b)", "", text)
    return _NUMBER.findall(plain)


def _states(rows: Sequence[str], value: Fraction) -> bool:
    """Whether a row states a value, rounded half up at the digits of the row."""
    for text in (each for row in rows for each in _numbers(row)):
        digits = text.lstrip("-0.").replace(".", "")
        decimals = len(text.partition(".")[2])
        if len(digits) >= _SIGNIFICANT and Fraction(text) == Fraction(printed(value, "t", decimals)):
            return True
    return False


def _is(text: str, value: Fraction) -> bool:
    """Whether a text has one number, and this is the value, rounded half up at its digits."""
    found = _numbers(text)
    return len(found) == 1 and Fraction(found[0]) == Fraction(printed(value, "t", len(found[0].partition(".")[2])))


def _heads(rows: Sequence[str], at: int) -> list[str]:
    """The rows of words right over the table of a row."""
    found: list[str] = []
    for row in reversed(rows[:at]):
        if _numbers(row):
            if found:
                break
            continue
        found.append(row)
        if len(found) == _HEAD_ROWS:
            break
    return found


def _has_unit(rows: Sequence[str], at: int) -> bool:
    """Whether the symbol of a unit of emissions stands in a row, or in the rows of words right over its table."""
    return any(_UNIT.search(row) for row in (rows[at], *_heads(rows, at)))


def _may_have_unit(rows: Sequence[str], at: int, value: Fraction) -> list[str]:
    """Rows in which a unit may stand in words: beside the figure, or as heads of a table of as many columns."""
    cells = rows[at].split("\t")
    heads = [row for row in _heads(rows, at) if len(cells) > 1 and row.count("\t") + 1 == len(cells)]
    beside = any(
        _states(cells[n : n + 1], value) and _WORD.search("".join(cells[n : n + 2])) for n in range(len(cells))
    )
    return [*heads, rows[at]] if heads or beside else []


def findings(history: History) -> Iterator[Check]:
    """Every report that was asked for."""
    books = books_of(history)
    shut: list[str] = []
    totals: list[str] = []
    sources: list[str] = []
    activities: list[str] = []
    factors: list[str] = []
    bare: list[str] = []
    doubtful: list[str] = []
    known = {"reports": 0, "totals": 0, "sources": 0, "stated": 0, "activities": 0, "factors": 0}
    for event in questions(history, "inventory-report"):
        if event.problem and not event.problem.startswith(("DocumentError", "LookupError")):
            continue
        form = event.query["form"]
        rows = [row.get("text", "") for row in event.rows]
        known["reports"] += 1
        if event.problem or not any(books.emitter.name in row for row in rows):
            shut.append(f"{form}: {event.problem or f'no row names {books.emitter.name}'}")
            continue
        for_all = any("\t" not in row and _FOR_ALL.search(row) and _UNIT.search(row) for row in rows)
        whole = _total(books, event, "emitter", "")
        if whole.state is Certainty.SURE:
            known["totals"] += 1
            if not _states(rows, whole.co2e):
                totals.append(f"{form}: no row states {exact(whole.co2e, 't')}")
            elif wrong := [told for row in event.rows if (told := row.get("total")) and not _is(told, whole.co2e)]:
                totals.append(f"{form}: {', '.join(wrong)}, not {exact(whole.co2e, 't')}")
        for source in books.emitter.sources:
            own = _total(books, event, "source", source.id)
            mine = [row for row in rows if source.id in re.split(r"[^\w-]+", row)]
            if own.state is not Certainty.SURE:
                continue
            if len(printed(abs(own.co2e), "t", 2).lstrip("0.").replace(".", "")) >= _SIGNIFICANT:
                known["sources"] += 1
                if not _states(mine, own.co2e):
                    sources.append(f"{form}: {source.id}: no row states {exact(own.co2e, 't')}")
                else:
                    known["stated"] += 1
                    told = [at for at, row in enumerate(rows) if row in mine and _states([row], own.co2e)]
                    if not for_all and not any(_has_unit(rows, at) for at in told):
                        words = [row for at in told for row in _may_have_unit(rows, at, own.co2e)]
                        doubtful += [f"{form}: {source.id}: {row}" for row in words]
                        if not words:
                            bare.append(f"{form}: {source.id}: no unit beside or over {rows[told[0]]}")
            for feed in source.inputs:
                if feed.value:
                    known["factors"] += 1
                    if not any(number(each) == number(feed.value) for row in mine for each in _numbers(row)):
                        factors.append(f"{form}: {source.id}: no row states {feed.symbol} {feed.value} {feed.unit}")
                elif feed.point and books.truth.series[feed.point].point.kind == "counter":
                    amount = sum((piece.inputs[feed.symbol] for piece in own.pieces), Fraction(0))
                    known["activities"] += 1
                    if not _states(mine, amount):
                        activities.append(f"{form}: {source.id}: no row states {feed.symbol} {float(amount):g}")
    yield OPENS.none(shut, known["reports"])
    yield TOTAL.none(totals, known["totals"])
    yield BY_SOURCE.none(sources, known["sources"])
    yield _units(bare, doubtful, known["stated"])
    yield ACTIVITY.none(activities, known["activities"])
    yield FACTORS.none(factors, known["factors"])


def _units(bare: Sequence[str], doubtful: Sequence[str], stated: int) -> Check:
    """Where no symbol of a unit stands, but other words do, a person says whether one of them is a unit."""
    if bare or not doubtful:
        return UNITS.none(bare, stated)
    found = list(dict.fromkeys(doubtful))
    return UNITS.review(
        found,
        actual=f"no symbol of a unit; a person reads {len(found)} rows for one in words / "
        f"无单位符号，请人工核对 {len(found)} 行文字是否写明单位",
    )


def _total(books: Books, event: Observed, of: str, id: str) -> Reckoned:
    return books.total(of, id, int(event.query["from"]), int(event.query["to"]), at=event.asked)
