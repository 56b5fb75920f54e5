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
from reference_terminal.model.times import iso, iso_ms, span_of
from reference_terminal.processing.emissions import Emissions, Outcome, Period, Used
from reference_terminal.settings.accounting import EQUIVALENT, SOURCE, FigureSet
from reference_terminal.settings.meters import PointConfig
from reference_terminal.storage.store import Store

Chain = dict[str, Any]


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
            "rounding": {"decimals": figure.point.decimals, "rule": "half up, once / 四舍五入，仅一次"},
            "worked_out_again": again,
            "agrees": again == kept.record.value,
        }
        if outcome is None:
            return told
        if outcome.parts is not None:
            told["parts"] = self._parts(figure, period, outcome)
        elif figure.of == SOURCE:
            told |= self._source(outcome)
        else:
            told["sources"] = self._sources(figure, period)
        return told

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
            {"at": iso(slot_s), "read_at": iso_ms(at_ms), "value": value, "raw": raw, "cause": cause}
            for slot_s, at_ms, value, raw, _, cause, _ in rows
        ]


def _tonnes(figure: FigureSet, mass: Fraction, equivalent: Fraction) -> Fraction:
    return equivalent if figure.measure == EQUIVALENT else mass


def text_of(chain: Chain, figure: FigureSet, depth: int = 0) -> list[str]:
    """A chain for a reader, a line each."""
    pad = "    " * depth
    value = "-" if chain["value"] is None else chain["value"]
    lines = [f"{pad}{chain['figure']}  {chain['start']} – {chain['end']}: {value} {chain['unit']}"]
    pad += "  "
    if chain["cause"]:
        lines.append(f"{pad}{chain['flag']}: {chain['cause']}")
    if chain["revision"]:
        lines.append(f"{pad}revision / 修订: {chain['revision']}")
    lines += _source_lines(chain, pad)
    for part in chain.get("parts", ()):
        lines.append(f"{pad}+ {part['start']} ({part['class']}, #{part['version']}): {part['exact_t']} t")
    for source in chain.get("sources", ()):
        lines += text_of(source, figure, depth + 1)
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
