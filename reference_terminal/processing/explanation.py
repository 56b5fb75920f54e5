"""How one figure came about: readings, increments, units, factors with source and version, formula, rounding.

Leaves the arithmetic to `emissions`, which is asked again: an explanation is worked out anew from what is stored and
compared with the stored result, so that it can be followed by hand (ISC-2 5.2, R-23).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from reference_terminal.accounting import library
from reference_terminal.accounting.printed import short
from reference_terminal.accounting.quantity import written
from reference_terminal.model.rows import Record
from reference_terminal.model.seams import seam
from reference_terminal.model.times import Span, iso, iso_ms, span_of
from reference_terminal.processing.amounts import Amount
from reference_terminal.processing.emissions import Emissions, Outcome, Period, Used, shown
from reference_terminal.processing.tally import tally
from reference_terminal.processing.wording import both
from reference_terminal.settings.accounting import EQUIVALENT, SOURCE, FigureSet, ProductConfig
from reference_terminal.settings.meters import PointConfig
from reference_terminal.storage.store import Store

Chain = dict[str, Any]
_MOST_MISSING = 100
ROUNDED = "half up, once / 四舍五入，仅一次"


class Explanations:
    """Explains the figures of one emitter."""

    def __init__(
        self,
        emissions: Emissions,
        store: Store,
        numbers_of: Callable[[str], int],
        config_of: Callable[[str], PointConfig],
    ) -> None:
        self._emissions = emissions
        self._store = store
        self._number = numbers_of
        self._config = config_of

    def of(self, figure: FigureSet, period: Period) -> Chain | None:
        """The chain of a figure's period; None if nothing is stored of it."""
        number = self._number(figure.id)
        kept = self._emissions.kept(self._store.connection, period.span, period.start_s, number)
        if kept is None:
            return None
        if figure.of == SOURCE:
            outcome = self._emissions.work_out(self._store.connection, period, figure.key)
        else:
            outcome = self._emissions.sum_of(self._store.connection, period, figure)
        again = None if outcome is None or outcome.mass is None else self._emissions.printed(figure, outcome)
        told: Chain = {
            "figure": figure.id,
            "of": figure.of,
            "key": figure.key,
            "measure": figure.measure,
            "class": span_of(period.span).name,
            "start": iso(period.start_s),
            "end": iso(period.end_s),
            "value": kept.record.value,
            "unit": figure.point.unit,
            "exact_t": None if kept.mass is None else str(_tonnes(figure, kept.mass, kept.equivalent)),
            "flag": kept.record.flag,
            "cause": kept.record.cause,
            "revision": kept.record.revision,
            "method": kept.method,
            "version": kept.version,
            "rounding": {"decimals": figure.point.decimals, "rule": ROUNDED},
            "worked_out_again": again,
            "agrees": again == kept.record.value,
        }
        if outcome is None:
            return told
        if outcome.parts is not None or (outcome.bound is not None and outcome.bound.source.stack.valid):
            told["how"] = outcome.told
        if outcome.parts is not None:
            told["parts"] = self._parts(figure, period, outcome)
        elif figure.of == SOURCE:
            told |= self._source(outcome)
        else:
            told["sources"] = self._sources(figure, period)
        return told

    def over(self, figure: FigureSet, from_s: int, to_s: int) -> Chain:
        """The chain of a sum over any stretch: the stored periods that fill it, each to be asked for by itself."""
        found = tally(self._store, self._number(figure.id), from_s, to_s)
        tonnes = _tonnes(figure, found.mass, found.equivalent)
        value = shown(figure, tonnes)
        return {
            "figure": figure.id,
            "of": figure.of,
            "key": figure.key,
            "measure": figure.measure,
            "start": iso(from_s),
            "end": iso(to_s),
            "value": value if found.whole else None,
            "known": value,
            "unit": figure.point.unit,
            "exact_t": str(tonnes),
            "missing": [{"from": iso(begin_s), "to": iso(end_s)} for begin_s, end_s in found.missing[:_MOST_MISSING]],
            "parts": [
                {
                    "class": each.span.name,
                    "start": iso(each.start_s),
                    "exact_t": str(_tonnes(figure, each.mass, each.equivalent)),
                    "version": each.version,
                    "flag": each.flag,
                    "explain": _address(figure, each.span, each.start_s),
                }
                for each in found.pieces
            ],
            "rounding": {"decimals": figure.point.decimals, "rule": ROUNDED},
        }

    def amount(self, product: ProductConfig, made: Amount, from_s: int, to_s: int) -> Chain:
        """How much of a product was made: its register at both ends, or what was entered."""
        told: Chain = {
            "product": product.id,
            "value": str(made.value),
            "by_hand": made.by_hand,
            "parts": made.parts,
            "missing": [{"from": iso(begin_s), "to": iso(end_s)} for begin_s, end_s in made.missing[:_MOST_MISSING]],
        }
        if not product.point:
            return {**told, "unit": product.unit}
        number = self._number(product.point)
        readings = [each for at_s in (from_s, to_s) for each in self._readings(number, at_s)]
        return {**told, "unit": self._config(product.point).unit, "point": product.point, "readings": readings}

    def _parts(self, figure: FigureSet, period: Period, outcome: Outcome) -> list[Chain]:
        assert outcome.parts is not None
        rows: list[Chain] = []
        at_s = period.start_s
        while at_s < period.end_s:
            kept = self._emissions.kept(self._store.connection, outcome.parts.code, at_s, self._number(figure.id))
            tonnes = None if kept is None else _tonnes(figure, kept.mass or Fraction(0), kept.equivalent)
            rows.append(
                {
                    "class": outcome.parts.name,
                    "start": iso(at_s),
                    "value": None if kept is None else kept.record.value,
                    "exact_t": None if tonnes is None else str(tonnes),
                    "version": None if kept is None else kept.version,
                }
            )
            at_s = outcome.parts.end(at_s)
        return rows

    def _sources(self, figure: FigureSet, period: Period) -> list[Chain]:
        boundary, _ = self._emissions.versions.boundary(period.start_s)
        if boundary is None:
            return []
        of_source = {each.key: each for each in self._emissions.figures.values() if each.of == SOURCE}
        found = (
            self.of(of_source[each.id], period) for each in self._emissions.members(boundary, figure, period.start_s)
        )
        return [each for each in found if each is not None]

    def _source(self, outcome: Outcome) -> Chain:
        bound = outcome.bound
        if bound is None:
            return {}
        names = [name for name in bound.formula.names if name in library.constants()]
        return {
            "source": bound.id,
            "accounting_unit": bound.source.unit,
            "scope": bound.term.scope,
            "category": bound.category,
            "counts": bound.counts,
            "document": bound.method.document,
            "edition": bound.edition,
            "term": {"id": bound.term.id or bound.source.term, "en": bound.term.en, "zh": bound.term.zh},
            "item": bound.source.item,
            "formula": {
                "text": bound.formula.text,
                "sign": bound.term.sign,
                "gives": bound.term.unit,
                "source": bound.term.source,
                "unverified": bound.term.unverified,
            },
            "inputs": [self._input(each) for each in outcome.used],
            "constants": [
                {
                    "name": name,
                    "value": str(library.constants()[name].value),
                    "unit": written(library.constants()[name].dimensions),
                }
                for name in names
            ],
            "gas": bound.term.gas,
            "mass_t": None if outcome.mass is None else str(outcome.mass),
            "gwp": {"set": bound.method.gwp, "value": str(bound.gwp)},
            "equivalent_t": None if outcome.mass is None else str(outcome.equivalent),
        }

    @seam
    def _input(self, used: Used) -> Chain:
        wanted = used.fed.wanted
        told: Chain = {
            "name": wanted.name,
            "en": wanted.en,
            "zh": wanted.zh,
            "value": str(used.value),
            "unit": wanted.unit,
            "kind": wanted.kind,
            "origin": used.origin,
            "default": bool(used.fed.fixed and used.fed.fixed.default and used.entry is None and used.record is None),
        }
        if used.record is not None:
            told["point"] = self._activity(used, used.record)
        if used.entry is not None:
            told["entry"] = {
                "number": used.entry.number,
                "start": iso(used.entry.start_s),
                "end": iso(used.entry.end_s),
                "value": used.entry.value,
                "unit": used.entry.unit,
                "author": used.entry.author,
            }
        return told

    def _activity(self, used: Used, record: Record) -> Chain:
        config = self._config(used.fed.point)
        return {
            "id": used.fed.point,
            "kind": config.kind,
            "value": record.value,
            "unit": config.unit,
            "times": str(used.fed.scale),
            "flag": record.flag,
            "revision": record.revision,
            "opening": record.opening,
            "closing": record.closing,
            "ratio": str(config.ratio),
            "readings": [
                each for at_s in (record.start_s, record.end_s) for each in self._readings(record.point, at_s)
            ],
        }

    def _readings(self, point: int, at_s: int) -> list[Chain]:
        rows = self._store.readings(point, at_s, at_s + 1, 1)
        return [
            {
                "at": iso(row.slot_s),
                "read_at": iso_ms(row.at_ms),
                "value": row.value,
                "raw": row.raw,
                "cause": row.cause,
            }
            for row in rows
        ]


def _address(figure: FigureSet, span: Span, start_s: int) -> str:
    """Where a stored period is explained."""
    return f"emission-explain?figure={figure.id}&class={span.name}&start={iso(start_s)[:19]}"


def _tonnes(figure: FigureSet, mass: Fraction, equivalent: Fraction) -> Fraction:
    return equivalent if figure.measure == EQUIVALENT else mass


def text_of(chain: Chain) -> list[str]:
    """A chain of any kind for a reader, a line each."""
    if "compare" in chain:
        return _comparison_lines(chain)
    if "amount" in chain:
        return _quotient_lines(chain)
    return _lines(chain) if "class" in chain else _sum_lines(chain)


def _sum_lines(chain: Chain, depth: int = 0) -> list[str]:
    pad = "    " * depth
    lines = [f"{pad}{chain['figure']}  {chain['start']} – {chain['end']}: {chain['value'] or '-'} {chain['unit']}"]
    lines += [f"{pad}  ! missing / 缺失: {each['from']} – {each['to']}" for each in chain["missing"]]
    for part in chain["parts"]:
        flag = "" if part["flag"] == "N" else f" {part['flag']}"
        exact = short(Fraction(part["exact_t"]))
        lines.append(f"{pad}  + {part['start']} ({part['class']}, #{part['version']}{flag}): {exact} t")
    if chain["parts"]:
        lines.append(f"{pad}  each of them / 逐项说明: {chain['parts'][0]['explain']}")
    rounding, whole = chain["rounding"], short(Fraction(chain["exact_t"]))
    told = chain["value"] or f"{chain['known']} (incomplete / 不完整)"
    return [
        *lines,
        f"{pad}  = {whole} t → {told} {chain['unit']}  ({rounding['decimals']} decimals / 位小数；{rounding['rule']})",
    ]


def _quotient_lines(chain: Chain) -> list[str]:
    made = chain["amount"]
    told = chain["intensity"] or f"- ({chain['cause']})"
    lines = [f"{chain['product']}  {chain['from']} – {chain['to']}: {told} {chain['unit']}"]
    for each in chain["emissions"]:
        lines += _sum_lines(each, 1)
    by_hand = "entered by hand / 人工填报" if made["by_hand"] else made.get("point", "")
    lines.append(f"  ÷ {short(Fraction(made['value']))} {made['unit']}   {by_hand}")
    lines += [f"      {row['at']}: {row['value']} (raw {row['raw']})" for row in made.get("readings", ())]
    lines += [f"      ! missing / 缺失: {each['from']} – {each['to']}" for each in made["missing"]]
    if chain["exact"] is not None:
        rounding = chain["rounding"]
        lines.append(
            f"  = {short(Fraction(chain['exact']))} → {chain['known']} {chain['unit']}"
            f"  ({rounding['decimals']} decimals / 位小数；{rounding['rule']})"
        )
    return lines


def _comparison_lines(chain: Chain) -> list[str]:
    words = {"before": "the period before / 环比", "year_before": "the year before / 同比"}
    told = "-" if chain["change"] is None else f"{chain['change']} {chain['unit']}"
    percent = (
        ""
        if chain["percent"] is None
        else f", {chain['percent']} %  (÷ |{short(Fraction(chain['other']['exact_t']))} t|)"
    )
    lines = [f"{chain['figure']}, {words[chain['compare']]}: {told}{percent}", *_sum_lines(chain["period"], 1), "  −"]
    return [*lines, *_sum_lines(chain["other"], 1)]


def _lines(chain: Chain, depth: int = 0) -> list[str]:
    pad = "    " * depth
    value = "-" if chain["value"] is None else chain["value"]
    lines = [f"{pad}{chain['figure']}  {chain['start']} – {chain['end']}: {value} {chain['unit']}"]
    pad += "  "
    if chain["cause"]:
        lines.append(f"{pad}{chain['flag']}: {both(chain['cause'])}")
    if chain["revision"]:
        lines.append(f"{pad}revision / 修订: {chain['revision']}")
    if "how" in chain:
        lines.append(f"{pad}{both(chain['how'])}")
    lines += _source_lines(chain, pad)
    for part in chain.get("parts", ()):
        exact = "-" if part["exact_t"] is None else short(Fraction(part["exact_t"]))
        lines.append(f"{pad}+ {part['start']} ({part['class']}, #{part['version']}): {exact} t")
    for source in chain.get("sources", ()):
        lines += _lines(source, depth + 1)
    if chain["exact_t"] is not None:
        exact = Fraction(chain["exact_t"])
        rounding = chain["rounding"]
        lines.append(
            f"{pad}= {short(exact)} t → {value} {chain['unit']}"
            f"  ({rounding['decimals']} decimals / 位小数；{rounding['rule']})"
        )
    if not chain["agrees"]:
        lines.append(f"{pad}! worked out again / 重算: {chain['worked_out_again']}")
    return lines


def _source_lines(chain: Chain, pad: str) -> Sequence[str]:
    if "formula" not in chain:
        return ()
    term, formula = chain["term"], chain["formula"]
    lines = [
        f"{pad}{chain['document']} ({chain['edition']}), version / 版本 #{chain['version']}:"
        f" {term['en']} / {term['zh']}" + (f" [{chain['item']}]" if chain["item"] else "")
    ]
    for each in chain["inputs"]:
        mark = "default 缺省值: " if each["default"] else ""
        value = short(Fraction(each["value"]))
        lines.append(f"{pad}  {each['name']:<8} = {value} {each['unit']}   {mark}{each['origin']}")
        if point := each.get("point"):
            step = f"{point['closing']} − {point['opening']} = " if point["closing"] else ""
            lines.append(f"{pad}      {point['id']}: {step}{point['value']} {point['unit']} × {point['times']}")
            lines += [f"{pad}      {row['at']}: {row['value']} (raw {row['raw']})" for row in point["readings"]]
        if entry := each.get("entry"):
            lines.append(f"{pad}      entered by / 填报人 {entry['author']}: {entry['value']} {entry['unit']}")
    lines += [f"{pad}  {each['name']:<8} = {each['value']} {each['unit']}" for each in chain["constants"]]
    if chain["mass_t"] is not None:
        sign = "-" if formula["sign"] < 0 else ""
        unsure = "  (unverified / 未经证实)" if formula["unverified"] else ""
        lines.append(
            f"{pad}  {sign}({formula['text']}) = {short(Fraction(chain['mass_t']))} t{chain['gas']}"
            f"   {formula['source']}{unsure}"
        )
        if chain["gas"] not in ("CO2", EQUIVALENT):
            gwp = chain["gwp"]
            lines.append(f"{pad}  × {gwp['value']} (GWP {gwp['set']}) = {short(Fraction(chain['equivalent_t']))} tCO2e")
    return lines
