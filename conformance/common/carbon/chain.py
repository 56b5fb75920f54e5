"""One figure step by step, from registers to tonnes, as a laboratory and a plant's accountant follow it by hand.

Leaves the figures themselves to `reckon`: this prints what they are made of, and what the terminal and the centres
showed beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bench.history.accounting import EmissionSource, Feed
from conformance.common.carbon.methods import METHODS
from conformance.common.carbon.reckon import Books, Piece, Reckoned, printed
from conformance.common.times import MINUTE, local
from conformance.common.truth import Certainty, number

_MOST_READINGS = 12
_MOST = 60
"""Stretches of one source that are printed; the sum holds them all."""


def steps(books: Books, of: str, id: str, start: int, end: int) -> Iterator[str]:
    """The lines of one figure over [start, end)."""
    total = books.total(of, id, start, end)
    yield f"{of} {id}".strip() + f", {local(start)} to {local(end)}"
    for source in books.members(of, id):
        pieces = [piece for piece in total.pieces if piece.source == source.id]
        yield ""
        yield from _source(books, source, pieces, total)
    yield ""
    if total.state is Certainty.GAP:
        # A sum of what is there is no figure of the period: printed as one it would be invented.
        yield f"no figure / 无结果: {total.why} / 数据不全"
        return
    for gas, tonnes in total.gases.items():
        yield f"{gas}: {_exact(tonnes)} t"
    yield f"CO2e: {_exact(total.co2e)} t"
    for unit, decimals in (("kg", 3), ("t", 6), ("t", 0)):
        yield f"  rounded half up, once / 四舍五入一次: {printed(total.co2e, unit, decimals)} {unit}"
    if total.why:
        yield f"{total.state}: {total.why} / 数据不全"


def _source(books: Books, source: EmissionSource, pieces: list[Piece], whole: Reckoned) -> Iterator[str]:
    method = METHODS[source.method]
    formula = method.formula(source.term)
    yield f"{source.id}: {source.method}, {source.term}{f' ({source.item})' if source.item else ''}"
    yield f"  {formula.gas} [t] = {formula.printed}    (facts {formula.place}, {', '.join(_units(formula.units))})"
    fed = {feed.symbol for feed in source.inputs}
    for feed in source.inputs:
        yield f"  {feed.symbol}: {_origin(feed)}"
    for piece in pieces[:1]:
        for symbol in formula.units if piece.inputs else ():
            if symbol not in fed:
                value = f"{_exact(piece.inputs[symbol])} {formula.units[symbol]}"
                origin = method.origin(source.term, symbol, source.item)
                yield f"  {symbol}: default of the method / 方法缺省值 {value}, {origin}"
    tonnes = Fraction(0)
    for at, piece in enumerate(pieces):
        tonnes += piece.tonnes
        if at >= _MOST:
            continue
        yield f"  {local(piece.start)[11:19]} to {local(piece.end)[11:19]}"
        if piece.inputs:
            for feed in source.inputs:
                yield from _registers(books, feed, piece)
            yield "    " + ", ".join(f"{symbol} = {_exact(value)}" for symbol, value in piece.inputs.items())
        else:
            hours = ", ".join(local(each)[:16] for each in dict.fromkeys(whole.stands))
            share = f"mean of its minutes from {source.valid_share} % on / 分钟有效率达 {source.valid_share} % 取均值"
            share += "; each by --kind minute / 逐分钟查询"
            yield f"    {f'by valid hours / 以有效小时值替代: {hours}' if whole.substituted else share}"
        yield f"    {piece.gas} = {_exact(piece.tonnes)} t"
    if len(pieces) > _MOST:
        yield f"  … {len(pieces) - _MOST} more stretches / 其余 {len(pieces) - _MOST} 段"
    if not pieces and whole.state is not Certainty.SURE:
        yield "  nothing of it is known in this period / 该时段无数据"
        return
    potential = method.potential(formula.gas)
    times = f"× GWP {_exact(potential)} ({method.gwp})"
    yield f"  sum {_exact(tonnes)} t {formula.gas} {times} = {_exact(tonnes * potential)} t CO2e"


def _units(units: object) -> Iterator[str]:
    if isinstance(units, dict):
        yield from (f"{symbol} in {unit}" for symbol, unit in units.items())


def _origin(feed: Feed) -> str:
    if feed.point:
        return f"point {feed.point}, as {feed.unit} / 监测点"
    if feed.entered:
        return f"entered for each {feed.entered}, in {feed.unit} / 人工填报"
    since = f", from {feed.since} on" if feed.since else ""
    return f"{feed.value} {feed.unit}, {feed.origin}{since} / 常数"


def _registers(books: Books, feed: Feed, piece: Piece) -> Iterator[str]:
    """What the meter's register showed at both ends of a stretch."""
    if not feed.point:
        return
    series = books.truth.series[feed.point]
    if series.point.kind != "counter":
        found = [series.texts[at] for at in series.between(piece.start, piece.end)]
        listed = " + ".join(found[:_MOST_READINGS]) + (" + …" if len(found) > _MOST_READINGS else "")
        many = f"({listed}) ÷ {len(found)}" if len(found) > 1 else listed or "no reading / 无读数"
        yield f"    {feed.point} [{series.point.unit}]: {many}  (the mean of its readings counts / 取均值)"
        return
    length = max(piece.end - piece.start, MINUTE)
    shown: list[str] = []
    for edge in (piece.start, piece.end):
        found = books.truth.boundary(feed.point, edge, length)
        shown.append(f"{series.texts[found[0]]} ({local(series.times[found[0]])[11:23]})" if found else "no reading")
    values = [number(text.partition(" ")[0]) for text in shown]
    step = "" if None in values else f", + {_exact(Fraction(values[1] or 0) - Fraction(values[0] or 0))}"
    yield f"    {feed.point} [{series.point.unit}]: {shown[0]} → {shown[1]}{step}"


def _exact(value: Fraction) -> str:
    """A fraction as a decimal where it ends within twelve digits, else with ten decimals and the fraction itself."""
    scaled = value * 10**12
    if scaled.denominator == 1:
        text = printed(abs(value), "t", 12).rstrip("0").rstrip(".")
        return f"-{text}" if value < 0 else text
    return f"{printed(value, 't', 10)}… (= {value.numerator}/{value.denominator})"
