"""Emissions measured in a stack against the oracle, and the totals beside them.

Leaves comparing a figure to `figures_judge`. How far measuring and accounting lie apart is printed and not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bench.case import Criterion, Finding, criterion, measure
from bench.history import History
from conformance.common.carbon.reckon import books_of
from conformance.common.truth import Certainty
from conformance.terminal.accounting.figures_judge import compare, exact, missing, right, shown

MEASURED = criterion(
    "stack-measured",
    en="what a stack gives off is volume, moisture and concentration in one state and basis, to the last digit",
    zh="烟气实测排放量由同一状态和基准的流量、含湿量与浓度得出，逐位准确",
    unit="figures",
)
BESIDE = criterion(
    "measured-beside-the-total",
    en="the totals are those of the accounting, with nothing measured in them",
    zh="各级汇总为核算结果，不含实测排放量",
    unit="figures",
)
NO_GAS_NO_RESULT = criterion(
    "stack-without-instrument",
    en="where an instrument of the stack gives no value, nothing is told as measured",
    zh="烟气仪表无值的时段不给出实测排放量",
    unit="figures",
)
HOURS = criterion(
    "hours-valid",
    en="an hour of a stack counts from three quarters of its minutes on, and is their mean for the whole hour",
    zh="烟气实测小时值自有效分钟达四分之三起有效，按有效分钟均值计全小时",
    unit="hours",
)
SUBSTITUTED = criterion(
    "hours-substituted",
    en="for an hour that is not valid stands the largest of the valid hours that the rule names",
    zh="无效小时以规则所列有效小时的最大值替代",
    unit="hours",
)
MARKED = criterion(
    "substitute-marked",
    en="what stands for an hour is not shown as measured",
    zh="替代值不得表现为实测值",
    unit="hours",
)
INTERPOLATED = criterion(
    "hours-interpolated",
    en="for each hour of a failure stands the mean of the valid hours on either side of it",
    zh="失效时段各小时以其前后有效小时的均值替代",
    unit="hours",
)
NOT_YET = criterion(
    "failure-not-over",
    en="while a failure goes on nothing stands for its hours",
    zh="失效未结束时不替代其小时值",
    unit="hours",
)
IN_CONTROL = criterion(
    "hours-in-control",
    en="hours before and after an instrument was out of control, and those by a drift at its limit, count as measured",
    zh="失控时段前后的小时、漂移等于限值时的小时，均按实测计",
    unit="hours",
)
CONTROL_SUBSTITUTED = criterion(
    "out-of-control-substituted",
    en="for hours out of control stands the largest of the valid hours before the last calibration that was passed",
    zh="失控时段以上次合格校准之前有效小时的最大值替代",
    unit="hours",
)
NOT_BACK_YET = criterion(
    "out-of-control-goes-on",
    en="until a calibration is passed nothing that was measured out of control counts",
    zh="校准合格之前失控时段的测量值不计",
    unit="hours",
)
DAY_MENDED = criterion(
    "day-before-mended",
    en="a day whose last hours failed is told once the failure is over, with what stands for these hours",
    zh="失效结束后，含失效小时的前一日及相应合计以替代值补齐，逐位准确",
    unit="figures",
)
DAY_NOT_YET = criterion(
    "day-before-not-yet",
    en="while a failure goes on the day whose last hours it took does not look complete",
    zh="失效未结束时，前一日及相应合计不得表现为完整",
    unit="figures",
)
NO_RULE = criterion(
    "substitute-without-rule",
    en="where too few hours of the quarter are valid nothing is stood in for",
    zh="季度有效率不足时不自动替代",
    unit="hours",
)


def findings(history: History, stack: str) -> Iterator[Finding]:
    """The stack by itself, the totals, and the minutes without an instrument."""
    books = books_of(history)
    everything, absent = shown(history), missing(history, books)
    own = compare(books, [each for each in everything if each.of == "source" and each.id == stack])
    yield MEASURED.none([*own.wrong, *(line for line in absent if line.startswith(f"source {stack},"))], own.known)
    yield NO_GAS_NO_RESULT.none(own.invented, own.lacking)
    totals = compare(books, [each for each in everything if each.of != "source"])
    yield BESIDE.none([*totals.wrong, *(line for line in absent if not line.startswith("source "))], totals.known)
    both: list[tuple[Fraction, Fraction]] = []
    for each in everything:
        if each.of == "source" and each.id == stack:
            measured = books.total("source", stack, each.start, each.end)
            reckoned = books.total("scope", "1", each.start, each.end)
            if measured.state is Certainty.SURE and reckoned.state is Certainty.SURE:
                both.append((measured.co2e, reckoned.co2e))
    whole = sum((reckoned for _, reckoned in both), Fraction(0))
    if whole:
        apart = (sum((measured for measured, _ in both), Fraction(0)) / whole - 1) * 100
        yield measure(
            "stack-against-accounting",
            round(float(apart), 3),
            en="measured in the stack, against accounted direct emission",
            zh="烟气实测相对核算直接排放的偏差",
            unit="%",
        )


def hours_findings(history: History, stack: str) -> Iterator[Finding]:
    """Hours of a stack that lack values, stood in for by HJ 75-2017."""
    yield from _by_rule(history, stack, SUBSTITUTED, NO_RULE)


def interpolated_findings(history: History, stack: str) -> Iterator[Finding]:
    """Hours of a stack that lack values, stood in for by HJ/T 75-2007."""
    yield from _by_rule(history, stack, INTERPOLATED, NOT_YET)


def control_findings(history: History, stack: str) -> Iterator[Finding]:
    """Hours of a stack around calibrations that were not passed (HJ 75-2017)."""
    yield from _by_rule(history, stack, CONTROL_SUBSTITUTED, NOT_BACK_YET, IN_CONTROL, sums=True)


def day_findings(history: History, stack: str) -> Iterator[Finding]:
    """The day before a failure's end, and sums over its hours, as they were asked for during it and after it."""
    books = books_of(history)
    found = compare(books, [each for each in shown(history) if (each.of, each.id) == ("source", stack)])
    yield DAY_MENDED.none([*found.wrong, *missing(history, books)], found.known)
    yield DAY_NOT_YET.none(found.invented, found.lacking)


def _by_rule(
    history: History,
    stack: str,
    stood_in: Criterion,
    nothing: Criterion,
    measured: Criterion = HOURS,
    *,
    sums: bool = False,
) -> Iterator[Finding]:
    """Hours of a stack that lack values: by how the oracle has each; `sums` of what counts for nothing too."""
    books = books_of(history)
    wrong: dict[str, list[str]] = {"valid": [], "substituted": [], "marked": [], "none": []}
    known = dict.fromkeys(wrong, 0)
    for each in shown(history):
        if (each.of, each.id, each.kind) != ("source", stack, "hour"):
            continue
        total = books.total("source", stack, each.start, each.end, at=each.at)
        if total.state is Certainty.UNSURE:
            continue
        if total.state is Certainty.GAP:
            known["none"] += 1
            if each.value:
                wrong["none"].append(f"{each.told()}; {total.why}")
            continue
        how = "substituted" if total.substituted else "valid"
        known[how] += 1
        if not right(each, total.co2e):
            wrong[how].append(f"{each.told()}; exactly {exact(total.co2e, each.unit)}")
        if total.substituted and each.value:
            known["marked"] += 1
            if each.state == "complete":
                wrong["marked"].append(f"{each.told()}, {each.state}")
    if sums:
        of = [each for each in shown(history) if (each.of, each.id, each.kind) == ("source", stack, "span")]
        found = compare(books, of)
        known["none"] += found.lacking
        wrong["none"] += found.invented
    absent = missing(history, books)
    yield measured.none([*wrong["valid"], *absent], known["valid"])
    yield stood_in.none(wrong["substituted"], known["substituted"])
    yield MARKED.none(wrong["marked"], known["marked"])
    yield nothing.none(wrong["none"], known["none"])
