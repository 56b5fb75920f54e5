"""Emission figures that a terminal shows or sends, against the oracle, to the last digit (R-21, R-23, R-24).

Leaves what they must be to `conformance.common.carbon`. A figure is right if it is the exact one rounded half up at the
digits that it shows; it must show whole kilograms at least. Where the oracle is not sure there is a value, one that is
shown must be right; where there is none, one that looks complete is invented.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from bench.case import Check, criterion
from bench.history import History, Observed, Stored
from bench.history.accounting import Figure
from conformance.common.carbon.reckon import Books, Reckoned, books_of, categories, period, printed
from conformance.common.carbon.units import mass_unit
from conformance.common.delivery import horizon, setup_of
from conformance.common.queries import questions
from conformance.common.times import instant_of, instant_of_iso, local
from conformance.common.truth import Certainty, length_of, number

FIGURES = criterion(
    "figures-{0}",
    en="every figure of {1} is what the meters' readings, factors and formulas give, to the last digit",
    zh="{2}排放量与表计读数、因子和公式的计算结果逐位一致",
    unit="figures",
)
NONE_INVENTED = criterion(
    "none-invented",
    en="where an input is missing no figure looks complete",
    zh="缺少任一输入时，排放量不得表现为完整",
    unit="figures",
)
TOTALS_BY = criterion(
    "totals-by-{0}",
    en="the totals by {1} are those of their sources, to the last digit",
    zh="按{2}汇总的排放量与所属排放源之和逐位一致",
    unit="figures",
)
SENT = criterion(
    "emissions-sent",
    en="every centre gets every emission figure that its period gives, right and once",
    zh="各数据中心收到各时段的排放量，数值正确且不重复",
    unit="figures",
)
NAMED = criterion(
    "method-named",
    en="beside a figure stand the method with its edition and the version of its factors",
    zh="排放量旁注明核算方法、版本和因子版本",
    unit="figures",
)
CATEGORY = criterion(
    "category-{0}",
    en="emissions of the category {1} are shown by themselves, to the last digit",
    zh="“{2}”类排放量单独列出，逐位准确",
    unit="figures",
)
CATEGORIES = {
    "fuel": ("combustion of fuel", "燃料燃烧"),
    "carbonate": ("decomposition of carbonates", "碳酸盐分解"),
    "feedstock": ("carbon of feedstock and reductants", "原料和还原剂的碳转化"),
    "recovered": ("recovered CO2", "CO2 回收利用"),
    "stored": ("carbon kept in products", "产品固碳"),
    "electricity": ("purchased electricity", "净购入电力"),
    "heat": ("purchased heat", "净购入热力"),
}
CUMULATIVE = criterion(
    "cumulative-emission",
    en="the cumulative emission of every minute goes on by that minute's emission, to one unit of the last digit",
    zh="每分钟累积排放量的增量与该分钟排放量一致（末位差 1 以内）",
    unit="figures",
)
NAMES = {
    "minute": ("minutes", "分钟"),
    "quarter": ("quarter-hours", "15 分钟"),
    "hour": ("hours", "小时"),
    "day": ("days", "日"),
    "month": ("months", "月"),
    "quarter_year": ("quarters of a year", "季度"),
    "year": ("years", "年"),
    "span": ("any period", "任意时段"),
}
TOTALS = {
    "source": ("source", "排放源"),
    "unit": ("accounting unit", "核算单元"),
    "category": ("category", "类别"),
    "scope": ("scope", "范围"),
    "emitter": ("emitter", "排放主体"),
}


def figures_of(kind: str) -> str:
    """The id of the check on figures of a class."""
    return f"figures-{kind}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as the terminal showed it, or as a centre got it."""

    where: str
    at: int
    of: str
    id: str
    gas: str
    kind: str
    start: int
    end: int
    value: str
    unit: str
    state: str = ""
    method: str = ""
    version: str = ""
    revision: str = ""
    cumulative: str = ""

    def told(self) -> str:
        """For the evidence."""
        what = f"{self.of} {self.id}".strip()
        return f"{self.where}: {what}, {self.kind} from {local(self.start)}: {self.value or 'no value'} {self.unit}"


def shown(history: History) -> list[Shown]:
    """Every figure that the local interface showed, in order."""
    events = [event for event in history.of(Observed) if event.what in ("emissions", "emission-sum")]
    return [each for event in events for each in shown_in(event)]


def shown_in(event: Observed) -> list[Shown]:
    """The figures in an answer about emissions."""
    query = event.query
    found: list[Shown] = []
    for row in event.rows:
        start, end = instant_of_iso(row.get("start", "")), instant_of_iso(row.get("end", ""))
        if start is None or end is None:
            continue
        found.append(
            Shown(
                *("the terminal", event.t, query["of"], query.get("id", ""), query.get("gas", "CO2e")),
                *(query.get("kind", "span"), start, end, row.get("value", ""), mass_unit(row.get("unit", ""))),
                *(row.get("state", ""), row.get("method", ""), row.get("version", ""), row.get("revision", "")),
                row.get("cumulative", ""),
            )
        )
    return found


def sent(history: History, centre: str) -> list[Shown]:
    """Every emission figure that a centre got, in order; only the wire of the energy platform has revisions."""
    emitter, codes = history.began.emitter, history.began.emission_codes
    setup = setup_of(history, centre)
    codes = setup.figures or codes
    figures = {} if emitter is None else {codes[each.name]: each for each in emitter.figures}
    bears = setup.kind == "https"
    found: list[Shown] = []
    for event in history.of(Stored):
        figure, start = figures.get(event.code), instant_of(event.stamp)
        if figure is None or start is None or event.centre != centre or event.kind not in ("minute", "hour", "day"):
            continue
        text = event.fields.get("Cou") or event.fields.get("Value", "")
        end = start + length_of(event.kind, setup)
        state = "complete" if event.flag == "N" else "partial"
        kind = "minutes" if event.kind == "minute" else event.kind
        found.append(
            Shown(
                *(centre, event.t, figure.of, figure.id, figure.gas, kind, start, end, text, figure.unit, state),
                revision=str(event.revision) if bears else "",
            )
        )
    return found


def everywhere(history: History) -> list[Shown]:
    """Every figure that the terminal showed or a centre got."""
    return [*shown(history), *(each for setup in history.began.centres for each in sent(history, setup.name))]


def right(each: Shown, due: Fraction, decimals: int | None = None) -> bool:
    """Whether a value shows the exact tonnes, half up at its own digits (or those told), whole kilograms at least."""
    value = number(each.value)
    if value is None or each.unit not in ("kg", "t"):
        return False
    digits = len(each.value.partition(".")[2]) if decimals is None else decimals
    if decimals is None and digits < (3 if each.unit == "t" else 0):
        return False
    return Fraction(value) == Fraction(printed(due, each.unit, digits))


@dataclass
class Verdict:
    """What was found of the figures that were looked at."""

    wrong: list[str]
    invented: list[str]
    lacking: int
    known: int


def compare(books: Books, figures: Sequence[Shown], *, at: bool = True) -> Verdict:
    """Figures against the oracle, as of the instant when they were shown."""
    found = Verdict([], [], 0, 0)
    for each in figures:
        total = books.total(each.of, each.id, each.start, each.end, at=each.at if at else None)
        due = total.tonnes(each.gas)
        if total.state is Certainty.GAP:
            found.lacking += 1
            if each.value and each.state == "complete":
                found.invented.append(f"{each.told()}, {each.state}; {total.why}")
            continue
        if total.state is Certainty.UNSURE and not each.value:
            continue
        if each.unit and each.unit not in ("kg", "t"):
            # A unit of the product's own that its profile brings to no known one: nothing can be said.
            continue
        found.known += 1
        if not right(each, due):
            found.wrong.append(f"{each.told()}; exactly {exact(due, each.unit)}{_because(total)}")
    return found


def exact(tonnes: Fraction, unit: str) -> str:
    """For the evidence: eight decimals."""
    return f"{printed(tonnes, unit if unit in ('kg', 't') else 't', 8)} {unit}"


def _because(total: Reckoned) -> str:
    return f" ({total.why})" if total.why else ""


def missing(history: History, books: Books) -> list[str]:
    """Periods of which a figure was asked, that were over, and that the answer has not.

    A total of which a source is only entered for longer periods need not be told.
    """
    found: list[str] = []
    for event in questions(history, "emissions"):
        kind = event.query["kind"]
        have = {instant_of_iso(row.get("start", "")) for row in event.rows}
        for start, end in periods(kind, int(event.query["from"]), min(int(event.query["to"]), event.asked - _SETTLED)):
            of, id = event.query["of"], event.query["id"]
            if not books.knows_all(of, id, end - start):
                continue
            total = books.total(of, id, start, end, at=event.asked)
            if start not in have and total.state is Certainty.SURE and total.pieces:
                found.append(f"{f'{of} {id}'.strip()}, {kind} from {local(start)}: no figure {event.problem}")
    return found


_SETTLED = 61_000_000
"""So long after its end a figure must be there at the latest (R-13)."""


def periods(kind: str, low: int, high: int) -> Iterator[tuple[int, int]]:
    """The periods of a class that begin at or after `low` and have ended by `high`."""
    at = low
    while True:
        start, end = period(kind, at)
        if end > high:
            return
        yield start, end
        at = end


def findings(history: History, kinds: Sequence[str], totals: Sequence[str] = ()) -> Iterator[Check]:
    """Figures that were read out, by class of period, and by what they are the total of."""
    books = books_of(history)
    everything = shown(history)
    absent = missing(history, books)
    for kind in kinds:
        found = compare(books, [each for each in everything if each.kind == kind])
        wrong = [*found.wrong, *(line for line in absent if f", {kind} from " in line)]
        yield FIGURES.of(kind, *NAMES[kind]).none(wrong, found.known)
    for of in totals:
        found = compare(books, [each for each in everything if each.of == of])
        wrong = [*found.wrong, *(line for line in absent if line.startswith((f"{of} ", f"{of},")))]
        yield TOTALS_BY.of(of, *TOTALS[of]).none(wrong, found.known)


def cumulative_finding(history: History) -> Check:
    """Cumulative values of minutes that follow each other."""
    books = books_of(history)
    wrong: list[str] = []
    known = 0
    minutes = [each for each in shown(history) if each.kind == "minute" and each.cumulative]
    for before, after in pairwise(minutes):
        low, high = number(before.cumulative), number(after.cumulative)
        if (before.of, before.id, before.end) != (after.of, after.id, after.start) or low is None or high is None:
            continue
        total = books.total(after.of, after.id, after.start, after.end, at=after.at)
        if total.state is not Certainty.SURE:
            continue
        known += 1
        due = total.tonnes(after.gas) * (1000 if after.unit == "kg" else 1)
        unit = Fraction(1, 10 ** len(after.cumulative.partition(".")[2]))
        if abs(Fraction(high) - Fraction(low) - due) > unit:
            wrong.append(f"{after.told()}: {before.cumulative} → {after.cumulative}; exactly {exact(due, 't')}")
    return CUMULATIVE.none(wrong, known)


def category_findings(history: History) -> Iterator[Check]:
    """Each category by itself, its own figures and no other's."""
    books = books_of(history)
    everything = shown(history)
    absent = missing(history, books)
    for name in categories(books.emitter):
        found = compare(books, [each for each in everything if each.of == "category" and each.id == name])
        wrong = [*found.wrong, *(line for line in absent if line.startswith(f"category {name},"))]
        yield CATEGORY.of(name, *CATEGORIES[name]).none(wrong, found.known)


def invented_findings(history: History) -> Iterator[Check]:
    """No figure looks complete where an input is missing."""
    books = books_of(history)
    found = compare(books, everywhere(history))
    yield NONE_INVENTED.none(found.invented, found.lacking)


def sent_findings(
    history: History, centres: Sequence[str], kinds: Sequence[str] = ("minute", "hour"), until: int = 0
) -> Iterator[Check]:
    """What centres got, and did not get, of periods that end by `until` (0: by the settling)."""
    books = books_of(history)
    emitter = books.emitter
    wrong: list[str] = []
    known = 0
    until = until or horizon(history)
    for centre in centres:
        got = sent(history, centre)
        setup = setup_of(history, centre)
        last: dict[tuple[str, str, str, int, int], Shown] = {}
        for each in got:
            key = (each.of, each.id, each.gas, each.start, each.end)
            before = last.get(key)
            if before is not None and not _supersedes(each, before):
                wrong.append(f"{each.told()}: sent again with revision {each.revision or 'none'}")
            last[key] = each
        for figure in emitter.figures:
            for kind in kinds:
                length = length_of(kind, setup)
                first = history.began.t + length - 1
                for end in range((first // length + 1) * length, until + 1, length):
                    total = books.total(figure.of, figure.id, end - length, end)
                    each = last.get((figure.of, figure.id, figure.gas, end - length, end))
                    if total.state is Certainty.SURE and total.pieces:
                        known += 1
                        if each is None:
                            wrong.append(f"{centre}: {figure.name}, {kind} to {local(end)}: not sent")
                    if each is None or total.state is Certainty.GAP or not each.value:
                        continue
                    due = total.tonnes(figure.gas)
                    if not right(each, due, _decimals(figure, each)):
                        wrong.append(f"{each.told()}; exactly {exact(due, figure.unit)}")
    yield SENT.none(wrong, known)


def _supersedes(each: Shown, before: Shown) -> bool:
    """Whether a content is a revision of the one before it; where the wire has no number for that, by its content."""
    if not each.revision:
        return (each.value, each.state) != (before.value, before.state)
    return each.revision.isdigit() and before.revision.isdigit() and int(each.revision) > int(before.revision)


def _decimals(figure: Figure, each: Shown) -> int:
    """Figures are told to be sent with so many decimals; zeros at the end may be left out."""
    return max(figure.decimals, len(each.value.partition(".")[2]))


def named_findings(history: History) -> Iterator[Check]:
    """Every figure of a source names its method, with the edition, and what its factors are."""
    books = books_of(history)
    figures = [each for each in shown(history) if each.of == "source" and each.value]
    wrong = [
        f"{each.told()}: no {what}" for each in figures for what in ("method", "version") if not getattr(each, what)
    ]
    for source in books.emitter.sources:
        changes = books.changes(source.id)
        of = [each for each in figures if each.id == source.id and each.version]
        for change in changes:
            before = {each.version for each in of if each.end <= change}
            after = {each.version for each in of if each.start >= change}
            if both := before & after:
                wrong.append(f"{source.id}: version {', '.join(sorted(both))} before and after {local(change)}")
    yield NAMED.none(wrong, figures)
