"""How one figure came about: readings, increments, units, factors with source and version, formula, rounding.

Leaves the arithmetic to `emissions`, which is asked again: an explanation is worked out anew from what is stored and
compared with the stored result, so that it can be followed by hand (ISC-2 5.2, R-23).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from msgspec import structs

from reference_terminal.accounting import library
from reference_terminal.accounting.boundary import Bound
from reference_terminal.accounting.printed import short
from reference_terminal.accounting.quantity import Quantity, unit
from reference_terminal.model.rows import BY_HAND, Record
from reference_terminal.model.seams import seam
from reference_terminal.model.times import HOUR, Span, iso, iso_ms, span_of
from reference_terminal.processing import stacks
from reference_terminal.processing.amounts import Amount
from reference_terminal.processing.emissions import Emissions, shown
from reference_terminal.processing.outcomes import Outcome, Period, Used
from reference_terminal.processing.tally import tally
from reference_terminal.processing.wording import both, class_of
from reference_terminal.settings.accounting import EQUIVALENT, SOURCE, FigureSet, ProductConfig
from reference_terminal.settings.meters import PointConfig
from reference_terminal.storage.store import Store

Chain = dict[str, Any]
_MOST_MISSING = 100
_BY_HAND = (
    "SELECT author, reason, entered_ms FROM manual_entry WHERE point=? AND span=? AND start_s=?"
    " ORDER BY number DESC LIMIT 1"
)
_BEFORE = (
    "SELECT s.revision, s.value, s.flag, s.cause, e.mass, e.equivalent, e.method, e.version FROM superseded s"
    " LEFT JOIN emission_before e"
    " ON e.span=s.span AND e.start_s=s.start_s AND e.point=s.point AND e.revision=s.revision"
    " WHERE s.span=? AND s.start_s=? AND s.point=? ORDER BY s.revision"
)
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
        told["before"] = results_before(self._store, figure, period.span, period.start_s, number)
        told["versions"] = self._versions(kept.version)
        if outcome is None:
            return told
        if outcome.parts is not None or (outcome.bound is not None and outcome.bound.source.stack.valid):
            told["how"] = outcome.told
        if outcome.parts is not None:
            told["parts"] = self._parts(figure, period, outcome)
            told |= self._of_valid(told["parts"], outcome)
            told["versions"] = self._versions(*(part["version"] for part in told["parts"]))
        elif outcome.stands:
            told["stands"] = self._standing(figure, outcome)
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
            rows.append(self._part(figure, outcome.parts, at_s))
            at_s = outcome.parts.end(at_s)
        return rows

    def _part(self, figure: FigureSet, span: Span, at_s: int) -> Chain:
        kept = self._emissions.kept(self._store.connection, span.code, at_s, self._number(figure.id))
        tonnes = None if kept is None or kept.mass is None else _tonnes(figure, kept.mass, kept.equivalent)
        return {
            "class": span.name,
            "start": iso(at_s),
            "value": None if kept is None else kept.record.value,
            "exact_t": None if tonnes is None else str(tonnes),
            "version": None if kept is None or kept.mass is None else kept.version,
            "flag": "B" if kept is None else kept.record.flag,
            "cause": "" if kept is None else kept.record.cause,
        }

    def _of_valid(self, parts: list[Chain], outcome: Outcome) -> Chain:
        """How the valid parts of a stack's period stand for the whole of it; nothing for other sums."""
        if outcome.bound is None or not outcome.bound.source.stack.valid:
            return {}
        if outcome.parts != self._emissions.spans(outcome.bound.source)[0]:
            return {}
        valid = [each for each in parts if each["exact_t"] is not None and each["flag"] in stacks.VALID]
        total = sum((Fraction(each["exact_t"]) for each in valid), Fraction(0))
        return {"mean": {"sum_t": str(total), "valid": len(valid), "of": len(parts)}}

    def _standing(self, figure: FigureSet, outcome: Outcome) -> list[Chain]:
        """The hours that stand for one of a stack, each with the address that explains it."""
        rows = [self._part(figure, HOUR, at_s) for at_s in outcome.stands]
        return [
            {**each, "explain": _address(figure, HOUR, at_s)} for each, at_s in zip(rows, outcome.stands, strict=True)
        ]

    def _versions(self, *numbers: int | None) -> list[Chain]:
        """What the numbers of versions stand for; 0 is the settings themselves."""
        known = {each.number: each for each in self._emissions.versions.every}
        return [
            {
                "version": number,
                "name": known[number].content.name,
                "from": iso(known[number].from_s),
                "author": known[number].author,
                "reason": known[number].reason,
                "origin": known[number].origin,
            }
            for number in dict.fromkeys(numbers)
            if number in known
        ]

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
        keys = dict.fromkeys(
            key
            for source in (bound.term.source, *(each.origin for each in outcome.used if _is_default(each)))
            for key in library.keys_in(source)
        )
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
            **self._numbers_put_in(outcome, bound),
            "keys": [
                {"key": key, "en": library.source_keys()[key].en, "zh": library.source_keys()[key].zh} for key in keys
            ],
            "inputs": [self._input(each) for each in outcome.used],
            "constants": [{"name": name, **structs.asdict(library.constant_as_written(name))} for name in names],
            "gas": bound.term.gas,
            "mass_t": None if outcome.mass is None else str(outcome.mass),
            "gwp": {"set": bound.method.gwp, "value": str(bound.gwp)},
            "equivalent_t": None if outcome.mass is None else str(outcome.equivalent),
        }

    def _numbers_put_in(self, outcome: Outcome, bound: Bound) -> Chain:
        """The formula with its numbers: what it looks up, what is put in, and what units are worth.

        A product keeps the numbers as they stand beside their inputs and ends with what its units are worth together;
        in any other formula each number is brought into base units where it stands.
        """
        formula = bound.formula
        given = {each.fed.wanted.name: (each.value, each.fed.wanted.unit) for each in outcome.used}
        constants = {name: library.constant_as_written(name) for name in formula.names if name in library.constants()}
        if outcome.mass is None or not all(name in given or name in constants for name in formula.names):
            return {}
        values = {name: Quantity.of(value, unit_) for name, (value, unit_) in given.items()} | library.constants()
        calls = formula.calls(values)
        texts = {name: exact_text(value) for name, (value, _) in given.items()}
        texts |= {name: f"({each.value})" if "/" in each.value else each.value for name, each in constants.items()}
        texts |= {text: exact_text(value) for text, value, _ in calls}
        units = {name: unit_ for name, (_, unit_) in given.items()}
        units |= {name: each.unit for name, each in constants.items()}
        units |= {text: unit_ for text, _, unit_ in calls}

        def in_base(name: str) -> str:
            scale = unit(units[name]).scale
            return texts[name] if scale == 1 else f"({texts[name]} × {exact_text(scale)})"

        if formula.is_product:
            scale = formula.scale(units) / unit(bound.term.unit).scale
            text = formula.spelt(texts.__getitem__) + ("" if scale == 1 else f" × {exact_text(scale)}")
        else:
            text, scale = formula.spelt(in_base), Fraction(1)
        looked_up = [{"call": text_, "value": exact_text(value), "unit": unit_} for text_, value, unit_ in calls]
        return {"numbers": {"text": text, "units_together": str(scale), "looked_up": looked_up}}

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
            "default": _is_default(used),
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
                "reason": used.entry.reason,
                "entered_at": iso_ms(used.entry.entered_ms),
            }
        return told

    def _activity(self, used: Used, record: Record) -> Chain:
        config = self._config(used.fed.point)
        by_hand = self._store.connection.execute(_BY_HAND, (used.fed.point, record.span, record.start_s)).fetchone()
        words = ("author", "reason", "entered_at")
        entered: Any = None if by_hand is None or record.flag != BY_HAND else by_hand
        return {
            "id": used.fed.point,
            "by_hand": None if entered is None else dict(zip(words, (*entered[:2], iso_ms(entered[2])), strict=True)),
            "kind": config.kind,
            "value": record.value,
            "unit": config.unit,
            "times": str(used.fed.scale),
            "flag": record.flag,
            "revision": record.revision,
            "mean": None if used.fed.extensive or record.total is None else {"sum": record.total, "of": record.n},
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


def results_before(store: Store, figure: FigureSet, span: int, start_s: int, point: int) -> list[Chain]:
    """What a period said before it was revised, each with method and version (R-24), the oldest first.

    `exact_t`, `method` and `version` are null where there was no value.
    """
    rows: list[Any] = list(store.connection.execute(_BEFORE, (span, start_s, point)))
    return [
        {
            "revision": revision,
            "value": value,
            "flag": flag,
            "cause": cause,
            "exact_t": None if mass is None else str(_tonnes(figure, Fraction(mass), Fraction(equivalent))),
            "method": method,
            "version": version,
        }
        for revision, value, flag, cause, mass, equivalent, method, version in rows
    ]


def exact_text(value: Fraction) -> str:
    """A number with which somebody can go on: a decimal where it ends within twelve digits, else a fraction."""
    text = short(value)
    return text if not text.endswith("…") else f"({value.numerator}/{value.denominator})"


def _is_default(used: Used) -> bool:
    return bool(used.fed.fixed and used.fed.fixed.default and used.entry is None and used.record is None)


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
    if "class" not in chain:
        return _sum_lines(chain)
    keys = {each["key"]: each for of in (chain, *chain.get("sources", ())) for each in of.get("keys", ())}
    return [*_lines(chain), *(f"[{key}] {each['en']} / {each['zh']}" for key, each in keys.items())]


def _sum_lines(chain: Chain, depth: int = 0) -> list[str]:
    pad, mass = "    " * depth, f"t{chain['measure']}"
    lines = [f"{pad}{chain['figure']}  {chain['start']} – {chain['end']}: {chain['value'] or '-'} {chain['unit']}"]
    lines += [f"{pad}  ! missing / 缺失: {each['from']} – {each['to']}" for each in chain["missing"]]
    for part in chain["parts"]:
        flag = "" if part["flag"] == "N" else f" {part['flag']}"
        exact = _with_fraction(Fraction(part["exact_t"]))
        lines.append(f"{pad}  + {part['start']} ({class_of(part['class'])}, #{part['version']}{flag}): {exact} {mass}")
    if chain["parts"]:
        lines.append(f"{pad}  each of them / 逐项说明: {chain['parts'][0]['explain']}")
    rounding, whole = chain["rounding"], _with_fraction(Fraction(chain["exact_t"]))
    told = chain["value"] or f"{chain['known']} (incomplete / 不完整)"
    rule = f"({rounding['decimals']} decimals / 位小数；{rounding['rule']})"
    return [*lines, f"{pad}  = {whole} {mass} → {told} {chain['unit']}  {rule}"]


def _quotient_lines(chain: Chain) -> list[str]:
    made = chain["amount"]
    told = chain["intensity"] or f"- ({chain['cause']})"
    lines = [f"{chain['product']}  {chain['from']} – {chain['to']}: {told} {chain['unit']}"]
    for each in chain["emissions"]:
        lines += _sum_lines(each, 1)
    mass = chain["unit"].partition("/")[0]
    tonnes = sum((Fraction(each["exact_t"]) for each in chain["emissions"]), Fraction(0))
    by_hand = "entered by hand / 人工填报" if made["by_hand"] else made.get("point", "")
    lines.append(f"  {_with_fraction(tonnes * (1000 if mass.startswith('kg') else 1))} {mass}")
    lines.append(f"  ÷ {_with_fraction(Fraction(made['value']))} {made['unit']}   {by_hand}")
    lines += [f"      {row['at']}: {row['value']} (raw / 原始值 {row['raw']})" for row in made.get("readings", ())]
    lines += [f"      ! missing / 缺失: {each['from']} – {each['to']}" for each in made["missing"]]
    if chain["exact"] is not None:
        rounding = chain["rounding"]
        lines.append(
            f"  = {_with_fraction(Fraction(chain['exact']))} → {chain['known']} {chain['unit']}"
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
    for each in chain["before"]:
        said = each["value"] or f"- ({both(each['cause'])})"
        of = "" if each["method"] is None else f", {each['method']} #{each['version']}"
        lines.append(f"{pad}  before / 修订前 #{each['revision']}: {said} {chain['unit']}{of}")
    for each in chain["versions"]:
        who = f"{each['author']}: {each['reason']}" if each["author"] else each["origin"]
        lines.append(f"{pad}#{each['version']} = {each['name']}, from / 自 {each['from']}, {who}")
    if how := chain.get("how", "").removesuffix(chain["cause"]).rstrip(": "):
        lines.append(f"{pad}{both(how)}")
    lines += _source_lines(chain, pad)
    for part in chain.get("parts", ()):
        lines.append(f"{pad}+ {part['start']} ({class_of(part['class'])}{_marked(part)}): {_part_text(chain, part)}")
    if mean := chain.get("mean"):
        # What stands for the whole is the sum of its valid parts, made larger by those that are not.
        lines.append(
            f"{pad}{_with_fraction(Fraction(mean['sum_t']))} t × {mean['of']} ÷ {mean['valid']}"
            "  (sum of the valid ones, for the whole / 有效值之和，折算为全时段)"
        )
    for each in chain.get("stands", ()):
        lines.append(f"{pad}{each['start']} ({class_of(each['class'])}): {_part_text(chain, each)}   {each['explain']}")
    if len(chain.get("stands", ())) > 1:
        lines.append(f"{pad}÷ {len(chain['stands'])}")
    for source in chain.get("sources", ()):
        lines += _lines(source, depth + 1)
    if chain["exact_t"] is not None:
        exact = Fraction(chain["exact_t"])
        rounding = chain["rounding"]
        lines.append(
            f"{pad}= {_with_fraction(exact)} t{chain['measure']} → {value} {chain['unit']}"
            f"  ({rounding['decimals']} decimals / 位小数；{rounding['rule']})"
        )
    if not chain["agrees"]:
        lines.append(f"{pad}! worked out again / 重算: {chain['worked_out_again']}")
    return lines


def _marked(part: Chain) -> str:
    version = "" if part["version"] is None else f", #{part['version']}"
    return version + ("" if part["flag"] == "N" else f", {part['flag']}")


def _part_text(chain: Chain, part: Chain) -> str:
    if part["exact_t"] is None:
        return f"- {both(part['cause'])}"
    return f"{_with_fraction(Fraction(part['exact_t']))} t{chain['measure']}"


def _with_fraction(value: Fraction) -> str:
    """For a reader: a decimal, and the fraction that it is where it does not end."""
    text = short(value)
    return text if not text.endswith("…") else f"{text} (= {value.numerator}/{value.denominator})"


def _source_lines(chain: Chain, pad: str) -> Sequence[str]:
    if "formula" not in chain:
        return ()
    term, formula = chain["term"], chain["formula"]
    lines = [
        f"{pad}{chain['document']} ({chain['edition']}), version / 版本 #{chain['version']}:"
        f" {term['en']} / {term['zh']}" + (f" [{chain['item']}]" if chain["item"] else "")
    ]
    for each in chain["inputs"]:
        lines += _input_lines(each, pad)
    if chain["mass_t"] is None:
        return lines
    for each in chain["constants"]:
        said = f"   {each['en']} / {each['zh']}" if each["en"] else ""
        lines.append(f"{pad}  {each['name']:<8} = {each['value']} {each['unit']}{said}")
    sign = "−" if formula["sign"] < 0 else ""
    unsure = "  (unverified / 未经证实)" if formula["unverified"] else ""
    lines.append(f"{pad}  {sign}({formula['text']})   {formula['source']}{unsure}")
    if numbers := chain.get("numbers"):
        for each in numbers["looked_up"]:
            lines.append(f"{pad}    {each['call']} = {each['value']} {each['unit']}   IAPWS-IF97")
        lines.append(f"{pad}    {sign}({numbers['text']})" + _worth(numbers, chain))
    lines.append(f"{pad}  = {_with_fraction(Fraction(chain['mass_t']))} t{chain['gas']}")
    if chain["gas"] not in ("CO2", EQUIVALENT):
        gwp, equivalent = chain["gwp"], _with_fraction(Fraction(chain["equivalent_t"]))
        lines.append(f"{pad}  × {gwp['value']} (GWP {gwp['set']}) = {equivalent} tCO2e")
    return lines


def _worth(numbers: Chain, chain: Chain) -> str:
    """What the last factor of a formula with its numbers is for."""
    if numbers["units_together"] == "1":
        return ""
    names = [each["unit"] for each in (*chain["inputs"], *chain["constants"], *numbers["looked_up"])]
    return f"   (× {numbers['units_together']}: {', '.join(dict.fromkeys(names))} → t{chain['gas']})"


def _input_lines(each: Chain, pad: str) -> list[str]:
    mark = "default 缺省值: " if each["default"] else ""
    value, note = _with_fraction(Fraction(each["value"])), f"{each['en']} / {each['zh']}"
    lines = [f"{pad}  {each['name']:<8} = {value} {each['unit']}   {note}; {mark}{each['origin']}"]
    if point := each.get("point"):
        step = f"{point['closing']} − {point['opening']} = " if point["closing"] else ""
        if (mean := point["mean"]) and point["flag"] != BY_HAND:
            step = f"{mean['sum']} ÷ {mean['of']} ({mean['of']} readings / {mean['of']} 个读数) ≈ "
        flag = "" if point["flag"] == "N" else f"   {point['flag']}"
        lines.append(f"{pad}      {point['id']}: {step}{point['value']} {point['unit']} × {point['times']}{flag}")
        if hand := point["by_hand"]:
            lines.append(f"{pad}      {_entered(hand)}")
        ratio = "" if point["ratio"] == "1" else f" × {point['ratio']}"
        lines += [
            f"{pad}      {row['at']}: {row['value']} (raw / 原始值 {row['raw']}{ratio})" for row in point["readings"]
        ]
    if entry := each.get("entry"):
        stretch = f"{entry['start']} – {entry['end']}"
        lines.append(f"{pad}      {_entered(entry)}: {entry['value']} {entry['unit']}, {stretch}")
    return lines


def _entered(entry: Chain) -> str:
    return f"entered by / 填报人 {entry['author']} ({entry['reason']}), {entry['entered_at']}"
