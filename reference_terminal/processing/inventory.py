"""The inventory report of any period (温室气体盘查报告书), compiled from what the terminal has stored.

Leaves Word and Excel to `accounting.report`. Sections follow GB/T 32150 and ISO 14064-1 9.3.1 (ISC-2 7.2.7,
CSMT 11.11). What was not given, or is missing, is said to be so; nothing is filled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from fractions import Fraction

from reference_terminal.accounting.boundary import Bound, Boundary, Fed
from reference_terminal.accounting.method import CATEGORIES
from reference_terminal.accounting.printed import rounded, short
from reference_terminal.accounting.report import NONE, NOT_GIVEN, Report, Section, Table, legend
from reference_terminal.accounting.sectors import GENERAL, Item, Template, templates
from reference_terminal.crypto.symmetric import sm3
from reference_terminal.model.seams import seam
from reference_terminal.model.times import MONTH, iso
from reference_terminal.processing import amounts
from reference_terminal.processing.emissions import Emissions, inside
from reference_terminal.processing.exchange import mean_of
from reference_terminal.processing.tally import Tally, tally
from reference_terminal.settings.accounting import SOURCE, SourceConfig
from reference_terminal.storage.store import Store

_DIGITS, _INTENSITY_DIGITS, _MEAN_DIGITS = 2, 6, 6
_ENERGY = ("electricity", "heat")
_KNOWN = "仅为已知部分，数据不完整 / known part only, data are incomplete"
_PRODUCTION = {
    "main": "主要生产系统 / main",
    "auxiliary": "辅助生产系统 / auxiliary",
    "ancillary": "附属生产系统 / ancillary",
}
_ENTERED = "SELECT 1 FROM accounting_entry WHERE source=? AND input=? AND start_s<? AND end_s>? LIMIT 1"


@dataclass(frozen=True)
class Line:
    """A source over the period, or over the part [from, to) of it in which nothing changes that decides about it."""

    bound: Bound
    inside: bool
    found: Tally
    part: bool = False

    @property
    def name(self) -> str:
        """How a row calls it."""
        found = self.found
        return f"{self.bound.id} ({_at(found.from_s)} – {_at(found.to_s)})" if self.part else self.bound.id


class Inventory:
    """The report of one emitter."""

    def __init__(
        self,
        emissions: Emissions,
        store: Store,
        number_of: Callable[[str], int],
        unit_of: Callable[[str], str],
        place: str,
    ) -> None:
        self._emissions = emissions
        self._unit = unit_of
        self._store = store
        self._number = number_of
        self._place = place

    @seam
    def compiled(self, from_s: int, to_s: int, now_s: int, sector: str = "") -> Report:
        """The report of [from, to) by the template of a sector (empty: the emitter's own).

        Raises LookupError where the boundary cannot be used then.
        """
        boundary, wrong = self._emissions.versions.boundary(max(from_s, to_s - 1))
        if boundary is None:
            raise LookupError(wrong)
        lines = self._lines(from_s, to_s)
        config, notes = self._emissions.config, self._emissions.config.notes
        period = f"{_at(from_s)} – {_at(to_s)} (UTC+08:00)"
        template = templates().get(sector or config.sector, templates()[GENERAL])
        own = templates().get(config.sector)
        form = f"行业模板 / sector template: {template.zh} / {template.en}"
        entity = (
            ("排放主体 / emitter", config.emitter),
            ("行业 / sector", f"{config.sector}: {own.zh} / {own.en}" if own else config.sector),
            ("统一社会信用代码 / code", notes.code),
            ("地址 / address", notes.address),
            ("法定代表人 / representative", notes.representative),
            ("联系人 / contact", notes.contact),
            ("报告期 / period", period),
            ("终端 / terminal", self._place),
            ("编制时间 / compiled", f"{_at(now_s)} (UTC+08:00)"),
        )
        factors = self._factors(lines)
        sections = [
            Section("排放主体信息 / Entity", (), (_table(("项目 / item", "内容 / content"), entity),)),
            Section("核算边界 / Boundary", (notes.boundary or NOT_GIVEN,), (*self._boundary(boundary, lines),)),
            Section("核算方法 / Method", (), (self._methods(lines),)),
            Section(
                "活动数据 / Activity data",
                (form,),
                (self._listed(template, lines), self._activity(lines)),
            ),
            Section("排放因子 / Factors", legend(factors), (factors, self._entries(from_s, to_s))),
            Section("排放量 / Emissions", (), (self._sources(lines), *self._sums(lines))),
            Section("不计入总量 / Beside the total", (), (self._apart(lines),)),
            Section("总量 / Total", self._total(lines)),
            Section("排放强度 / Intensity", (), (self._intensity(lines, from_s, to_s),)),
            Section(
                "数据质量 / Data quality",
                (notes.data_quality or NOT_GIVEN, f"不确定度 / uncertainty: {notes.uncertainty or NOT_GIVEN}"),
                (self._quality(lines),),
            ),
            Section("缺失数据 / Missing data", (), (self._missing(lines),)),
            Section(
                "变化 / Changes",
                (f"基准年 / base year: {notes.base_year or NOT_GIVEN}",),
                (self._versions(from_s, to_s),),
            ),
        ]
        digest = sm3(repr(sections).encode()).hex()
        sections.append(
            Section("签署 / Signatures", ("编制 / prepared:", "审核 / checked:", "批准 / approved:", f"SM3: {digest}"))
        )
        return Report(f"{config.emitter} {period}", tuple(sections))

    def _lines(self, from_s: int, to_s: int) -> list[Line]:
        """Every source, cut where a version changes how it counts or what it is worked out with (R-24)."""
        of_source = {each.key: each for each in self._emissions.figures.values() if each.of == SOURCE}
        lines: list[Line] = []
        for source in self._emissions.config.sources:
            parts: list[tuple[int, Bound, bool]] = []
            for start_s in self._cuts(source, from_s, to_s):
                boundary, wrong = self._emissions.versions.boundary(start_s)
                bound = None if boundary is None else boundary.named(source.id)
                if bound is None:
                    raise LookupError(wrong)
                counts = bound.inside and inside(source, start_s)
                if not parts or (_what_counts(bound), counts) != (_what_counts(parts[-1][1]), parts[-1][2]):
                    parts.append((start_s, bound, counts))
            ends = [*(start_s for start_s, _, _ in parts[1:]), to_s]
            number = self._number(of_source[source.id].id)
            for (start_s, bound, counts), end_s in zip(parts, ends, strict=True):
                lines.append(Line(bound, counts, tally(self._store, number, start_s, end_s), len(parts) > 1))
        return lines

    def _cuts(self, source: SourceConfig, from_s: int, to_s: int) -> list[int]:
        """Where something may begin to count for a source: on its shortest periods, and as months close."""
        spans = self._emissions.spans(source)
        versions = self._emissions.versions.every
        cuts = {from_s: None}
        for at_s in (source.since_s, source.until_s, *(each.from_s for each in versions)):
            span = spans[0] if spans else MONTH
            start_s = span.start(at_s)
            cuts[at_s if start_s == at_s else span.end(start_s)] = None
        month_s = MONTH.end(MONTH.start(from_s))
        while versions and month_s < to_s:
            cuts[month_s] = None
            month_s = MONTH.end(month_s)
        return sorted(each for each in cuts if from_s <= each < max(to_s, from_s + 1))

    def _boundary(self, boundary: Boundary, lines: Sequence[Line]) -> list[Table]:
        config = boundary.config
        units = _table(
            ("核算单元 / unit", "名称 / name", "地点 / site", "用途 / use", "系统 / production system"),
            [(each.id, each.name, each.site, each.use, _PRODUCTION[each.production]) for each in config.units],
        )
        sources = _table(
            (
                "排放源 / source",
                "名称 / name",
                "核算单元 / unit",
                "类型 / term",
                "边界内 / inside",
                "计量器具 / instruments",
            ),
            [
                (
                    each.name,
                    each.bound.source.name,
                    each.bound.source.unit,
                    f"{each.bound.term.zh} / {each.bound.term.en}",
                    "是 / yes" if each.inside else "否 / no",
                    ", ".join(each.bound.source.instruments),
                )
                for each in lines
            ],
        )
        instruments = _table(
            (
                "编号 / id",
                "名称 / name",
                "型号 / model",
                "位置 / place",
                "准确度 / accuracy",
                "校准 / calibrated",
                "到期 / due",
            ),
            [
                (each.id, each.name, each.model, each.place, each.accuracy, each.calibrated, each.due)
                for each in config.instruments
            ],
        )
        return [units, sources, instruments]

    def _methods(self, lines: Sequence[Line]) -> Table:
        rows = [
            (
                each.name,
                each.bound.method.document,
                each.bound.edition,
                each.bound.formula.text,
                each.bound.method.gwp,
                "未经证实 / unverified" if each.bound.term.unverified or each.bound.method.unverified else "-",
            )
            for each in lines
        ]
        return _table(
            ("排放源 / source", "文件 / document", "版本 / edition", "公式 / formula", "GWP", "备注 / note"), rows
        )

    def _activity(self, lines: Sequence[Line]) -> Table:
        rows: list[tuple[str, ...]] = []
        for each in lines:
            for fed in each.bound.inputs:
                if fed.extensive:
                    found = self._amount(each, fed)
                    hand = f"{found.marked}/{found.parts}"
                    rows.append(
                        (
                            each.name,
                            f"{fed.wanted.zh} / {fed.wanted.en}",
                            short(found.value),
                            fed.wanted.unit,
                            fed.point or "人工填报 / by hand",
                            hand,
                            "完整 / whole" if found.whole else "有缺失 / incomplete",
                        )
                    )
        head = (
            *("排放源 / source", "数据 / quantity", "数值 / value", "单位 / unit", "来源 / origin"),
            *("非正常标记 / marked parts", "完整性 / completeness"),
        )
        return _table(head, rows)

    def unlisted(self, sector: str, from_s: int, to_s: int) -> list[str]:
        """Sources of the boundary that the template of a sector (empty: the emitter's own) has no row for."""
        boundary, _ = self._emissions.versions.boundary(max(from_s, to_s - 1))
        template = templates().get(sector or self._emissions.config.sector, templates()[GENERAL])
        sources = () if boundary is None else boundary.sources
        return [each.id for each in sources if not any(_is_of(item, each) for item in template.rows)]

    def _listed(self, template: Template, lines: Sequence[Line]) -> Table:
        """What the sector's template lists, with the sources that are it; a row without one is told to be so."""
        rows: list[tuple[str, ...]] = []
        for item in template.rows:
            mine = [each for each in lines if _is_of(item, each.bound)]
            told = [
                f"{each.name}: {short(self._amount(each, fed).value)} {fed.wanted.unit}"
                for each in mine
                for fed in each.bound.inputs
                if fed.extensive
            ]
            rows.append((f"{item.zh} / {item.en}", "; ".join(told) or "本期未涉及 / not concerned"))
        others = [each.name for each in lines if not any(_is_of(item, each.bound) for item in template.rows)]
        if others:
            rows.append(("模板未列 / not in the template", ", ".join(others)))
        return _table(("活动数据 / activity", "排放源与数量 / sources and amounts"), rows)

    def _amount(self, line: Line, fed: Fed) -> amounts.Amount:
        bound, from_s, to_s = line.bound, line.found.from_s, line.found.to_s
        if fed.point:
            found = amounts.of_point(self._store, self._number(fed.point), from_s, to_s)
        else:
            found = amounts.by_hand(self._store, bound.id, fed.wanted.name, from_s, to_s)
        return amounts.Amount(found.value * fed.scale, found.missing, found.by_hand, found.marked, found.parts)

    def _factors(self, lines: Sequence[Line]) -> Table:
        rows: list[tuple[str, ...]] = []
        for each in lines:
            for fed in each.bound.inputs:
                if fed.extensive:
                    continue
                mean = None
                if fed.point:
                    mean = mean_of(self._store, self._number(fed.point), fed, each.found.from_s, each.found.to_s)
                measured = f"实测 / measured: {fed.point if mean is None else mean[1]}" if fed.point else ""
                value = "" if fed.fixed is None else short(fed.fixed.value)
                origin = "" if fed.fixed is None else fed.fixed.origin
                default = "缺省值 / default: " if fed.fixed is not None and fed.fixed.default else ""
                rows.append(
                    (
                        each.name,
                        each.bound.source.item or "-",
                        f"{fed.wanted.zh} / {fed.wanted.en}",
                        value or ("" if mean is None else short(mean[0], _MEAN_DIGITS)),
                        fed.wanted.unit,
                        measured or f"{default}{origin}{self._entered_too(each, fed)}",
                    )
                )
        head = ("排放源 / source", "品种 / item", "数据 / quantity", "数值 / value", "单位 / unit", "来源 / origin")
        return _table(head, rows)

    def _entered_too(self, line: Line, fed: Fed) -> str:
        """That people entered a factor for parts of a line's time; empty if they did not."""
        key = (line.bound.id, fed.wanted.name, line.found.to_s, line.found.from_s)
        found = self._store.connection.execute(_ENTERED, key).fetchone() if fed.entry else None
        return "" if found is None else "；另有填报值，见下表 / entered values too, see below"

    def _entries(self, from_s: int, to_s: int) -> Table:
        found = self._store.connection.execute(
            "SELECT source, input, start_s, end_s, value, unit, origin, author FROM accounting_entry"
            " WHERE start_s<? AND end_s>? ORDER BY number",
            (to_s, from_s),
        )
        rows = [
            (str(row[0]), str(row[1]), _at(int(str(row[2]))), _at(int(str(row[3]))), *(str(each) for each in row[4:]))
            for row in found
        ]
        head = (
            *("排放源 / source", "数据 / input", "起 / from", "止 / to", "数值 / value", "单位 / unit"),
            *("来源 / origin", "填报人 / author"),
        )
        return _table(head, rows, NONE)

    @seam
    def _sources(self, lines: Sequence[Line]) -> Table:
        rows = [
            (
                each.name,
                each.bound.source.unit,
                _category(each.bound),
                str(each.bound.term.scope),
                each.bound.term.gas,
                rounded(each.found.mass, _DIGITS),
                rounded(each.found.equivalent, _DIGITS),
                ", ".join(f"#{number}" for number in sorted(dict.fromkeys(p.version for p in each.found.pieces))),
            )
            for each in lines
            if each.bound.term.counts and each.inside
        ]
        head = (
            *("排放源 / source", "核算单元 / unit", "类别 / category", "范围 / scope", "气体 / gas"),
            *("质量 / t", "tCO2e", "版本 / version"),
        )
        return _table(head, rows)

    def _unit_name(self, bound: Bound) -> str:
        """An accounting unit with its name."""
        names = {each.id: each.name for each in self._emissions.config.units}
        return f"{bound.source.unit} {names.get(bound.source.unit, '')}".strip()

    def _sums(self, lines: Sequence[Line]) -> list[Table]:
        words: dict[str, Callable[[Bound], str]] = {
            "核算单元 / unit": self._unit_name,
            "类别 / category": _category,
            "范围 / scope": lambda bound: str(bound.term.scope),
            "气体 / gas": lambda bound: bound.term.gas,
        }
        tables: list[Table] = []
        for title, word in words.items():
            sums: dict[str, Fraction] = {}
            for each in self._counted(lines):
                key = word(each.bound)
                sums[key] = sums.get(key, Fraction(0)) + each.found.equivalent
            tables.append(_table((title, "tCO2e"), [(key, rounded(value, _DIGITS)) for key, value in sums.items()]))
        return tables

    @seam
    def _counted(self, lines: Sequence[Line]) -> list[Line]:
        return [each for each in lines if each.bound.term.counts and each.inside]

    def _apart(self, lines: Sequence[Line]) -> Table:
        rows = [
            (
                each.name,
                f"{each.bound.term.zh} / {each.bound.term.en}",
                rounded(each.found.equivalent, _DIGITS),
                "边界外 / outside" if not each.inside else "方法规定 / by the method",
            )
            for each in lines
            if not (each.bound.term.counts and each.inside)
        ]
        return _table(("排放源 / source", "类型 / term", "tCO2e", "原因 / why"), rows, NONE)

    @seam
    def _whole(self, lines: Sequence[Line]) -> Fraction:
        return sum((each.found.equivalent for each in self._counted(lines)), Fraction(0))

    def _total(self, lines: Sequence[Line]) -> tuple[str, ...]:
        whole = self._whole(lines)
        energy = sum(
            (each.found.equivalent for each in self._counted(lines) if each.bound.term.category in _ENERGY), Fraction(0)
        )
        complete = all(each.found.whole for each in self._counted(lines))
        told = [
            f"{rounded(whole, _DIGITS)} tCO2e" if complete else f"{_KNOWN}: {rounded(whole, _DIGITS)} tCO2e",
            f"整吨 / in whole tonnes: {rounded(whole, 0)} tCO2e",
            f"不含电力和热力 / without electricity and heat: {rounded(whole - energy, _DIGITS)} tCO2e",
        ]
        if not complete:
            told.append("报告期数据不完整，见缺失数据 / the period is incomplete, see missing data")
        return tuple(told)

    def _intensity(self, lines: Sequence[Line], from_s: int, to_s: int) -> Table:
        rows: list[tuple[str, ...]] = []
        for product in self._emissions.config.products:
            number = self._number(product.point) if product.point else None
            made = amounts.of_product(self._store, product, number, from_s, to_s)
            of = [each for each in self._counted(lines) if not product.sources or each.bound.id in product.sources]
            emitted = sum((each.found.equivalent for each in of), Fraction(0))
            unit = product.unit or self._unit(product.point)
            told = "无产量 / nothing made"
            if made.value:
                told = f"{rounded(emitted / made.value, _INTENSITY_DIGITS)} tCO2e/{unit}"
            if not (made.whole and all(each.found.whole for each in of)):
                told += f" ({_KNOWN})"
            rows.append((product.name or product.id, f"{short(made.value)} {unit}", told))
        return _table(("产品 / product", "产量 / amount", "强度 / intensity"), rows)

    def _quality(self, lines: Sequence[Line]) -> Table:
        rows: list[tuple[str, ...]] = []
        for each in lines:
            flags = [piece.flag for piece in each.found.pieces if piece.flag != "N"]
            revised = sum(1 for piece in each.found.pieces if piece.revision)
            rows.append((each.name, str(len(each.found.pieces)), str(len(flags)), str(revised)))
        return _table(("排放源 / source", "时段 / periods", "非正常标记 / marked", "修订 / revised"), rows)

    def _missing(self, lines: Sequence[Line]) -> Table:
        rows = [(each.name, _at(begin_s), _at(end_s)) for each in lines for begin_s, end_s in each.found.missing[:100]]
        return _table(("排放源 / source", "起 / from", "止 / to"), rows, NONE)

    def _versions(self, from_s: int, to_s: int) -> Table:
        rows = [
            (f"#{each.number}", each.content.name, _at(each.from_s), each.origin, each.author, each.reason)
            for each in self._emissions.versions.every
            if from_s <= each.from_s < to_s
        ]
        head = ("版本 / version", "名称 / name", "生效 / from", "来源 / origin", "操作人 / author", "原因 / reason")
        return _table(head, rows, NONE)


def _what_counts(bound: Bound) -> tuple[object, ...]:
    """What of a source decides about its emission and where it is shown."""
    inputs = tuple(
        (
            each.wanted.name,
            each.point,
            each.entry,
            None if each.fixed is None else (each.fixed.value, each.fixed.origin),
        )
        for each in bound.inputs
    )
    source = bound.source
    return bound.method.id, bound.edition, bound.formula.text, source.term, source.item, source.unit, inputs


def _category(bound: Bound) -> str:
    """A category in both languages; one that the settings name as they name it."""
    return str(CATEGORIES.get(bound.category, bound.category))


def _at(at_s: int) -> str:
    """A local instant as a report has it."""
    return iso(at_s)[:16].replace("T", " ")


def _is_of(item: Item, source: Bound) -> bool:
    """Whether a row of a template is a source."""
    return any(fnmatchcase(source.term.id, word) for word in item.terms)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], empty: str = NOT_GIVEN) -> Table:
    return Table(head, tuple(tuple(cell or NOT_GIVEN for cell in row) for row in rows), empty)
