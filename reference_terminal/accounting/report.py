"""The inventory report of a period (温室气体盘查报告书) as Word and Excel: sections and tables of one account.

Leaves figures to `account` and what is told beside them to the book. Sections follow GB/T 32150 and ISO 14064-1 9.3.1,
so that both find theirs (ISC-2 7.2.7, CSMT 11.11). What was not given is said to be so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from typing import Any

from reference_terminal.accounting import library
from reference_terminal.accounting.account import Account
from reference_terminal.accounting.book import Book, chain
from reference_terminal.accounting.method import CATEGORIES
from reference_terminal.accounting.printed import rounded, short

TITLE = "温室气体盘查报告书 / Greenhouse gas inventory report"
NOT_GIVEN = "未提供 / not given"
NONE = "无 / none"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_NARROWEST, _WIDEST = 8, 40
_LINE_POINTS = 15
_A4_CM, _MARGIN_CM = (21.0, 29.7), 2.0
_CELL_CM, _LETTER_CM = 0.45, 0.215
"""What the edges of a cell and a letter of the usual size take; a bold one of the head fits too."""
_HAN = re.compile("[\u2e80-\uffff]")
_LATIN = 0x2E7F
"""Behind it stand Chinese characters, which are as wide as two letters."""
_INTENSITY_DIGITS = 6


@dataclass(frozen=True)
class Table:
    """Rows under a head, all texts; `empty` is what stands there where there are none."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = NOT_GIVEN


@dataclass(frozen=True)
class Section:
    """A numbered section: its title, paragraphs and tables."""

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Report:
    """What both forms of a report hold."""

    heading: str
    sections: tuple[Section, ...]


def legend(*tables: Table) -> tuple[str, ...]:
    """What the letters in the last column of tables stand for, a paragraph each."""
    told = [row[-1] for table in tables for row in table.rows if "[" in row[-1]]
    keys = dict.fromkeys(key for each in told for key in library.keys_in(each))
    return tuple(f"[{key}] {library.source_keys()[key].zh} / {library.source_keys()[key].en}" for key in keys)


def _factors(table: Table) -> Section:
    return Section("排放因子 / Factors", legend(table), (table,))


def compiled(book: Book, found: Account) -> Report:
    """The report of an account."""
    method, notes = found.method, book.notes
    period = book.period or str(book.year)
    entity = (
        ("排放主体 / emitter", book.emitter),
        ("统一社会信用代码 / code", notes.code),
        ("行业 / industry", notes.industry),
        ("地址 / address", notes.address),
        ("法定代表人 / representative", notes.representative),
        ("联系人 / contact", notes.contact),
        ("报告期 / period", period),
    )
    return Report(
        f"{book.emitter} {period}".strip(),
        (
            Section("排放主体信息 / Entity", tables=(_table(("项目 / item", "内容 / content"), entity),)),
            Section("核算边界 / Boundary", (notes.boundary or NOT_GIVEN,), (_units(found), _instruments(book))),
            Section(
                "核算方法 / Method", (f"{method.document}（{method.edition}）, GWP {method.gwp}", *_unverified(found))
            ),
            Section("活动数据 / Activity data", tables=(_inputs(found, "activity"),)),
            _factors(_inputs(found, "factor")),
            Section("排放量 / Emissions", tables=(_sources(book, found), *_sums(book, found))),
            Section("不计入总量 / Beside the total", tables=(_apart(book, found),)),
            Section("总量 / Total", (f"{rounded(found.total, book.digits)} tCO2e", *_without_energy(book, found))),
            Section("排放强度 / Intensity", tables=(_intensity(book, found),)),
            Section(
                "数据质量 / Data quality",
                (notes.data_quality or NOT_GIVEN, f"不确定度 / uncertainty: {notes.uncertainty or NOT_GIVEN}"),
            ),
            Section("缺失数据 / Missing data", notes.missing_data or (NOT_GIVEN,)),
            Section(
                "变化 / Changes",
                (f"基准年 / base year: {notes.base_year or NOT_GIVEN}", *(notes.changes or (NOT_GIVEN,))),
            ),
            Section("计算过程 / How each figure came about", tuple("\n".join(chain(each)) for each in found.emissions)),
            Section("签署 / Signatures", ("编制 / prepared:", "审核 / checked:", "批准 / approved:")),
        ),
    )


def _table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Table:
    return Table(head, tuple(tuple(cell or NOT_GIVEN for cell in row) for row in rows))


def _unverified(found: Account) -> tuple[str, ...]:
    terms = [f"{each.term.zh} / {each.term.en}" for each in found.emissions if each.term.unverified]
    told = [f"未经证实 / unverified: {found.method.unverified}"] if found.method.unverified else []
    return (*told, *(f"未经证实 / unverified: {term}" for term in dict.fromkeys(terms)))


def _units(found: Account) -> Table:
    rows = tuple((each.source.unit, each.source.id, each.term.zh, each.term.en) for each in found.emissions)
    return _table(("核算单元 / unit", "排放源 / source", "类型", "term"), rows)


def _instruments(book: Book) -> Table:
    head = (
        "编号 / id",
        "名称 / name",
        "型号 / model",
        "位置 / place",
        "准确度 / accuracy",
        "校准 / calibrated",
        "到期 / due",
    )
    return _table(
        head,
        tuple(
            (each.id, each.name, each.model, each.place, each.accuracy, each.calibrated, each.due)
            for each in book.instruments
        ),
    )


def _inputs(found: Account, kind: str) -> Table:
    rows = tuple(
        (
            each.source.id,
            each.source.item or "-",
            f"{step.input.zh} / {step.input.en}",
            short(step.value),
            step.input.unit,
            f"{'缺省值 / default: ' if step.default else ''}{step.origin or NOT_GIVEN}",
        )
        for each in found.emissions
        for step in each.steps
        if step.input.kind == kind
    )
    return _table(
        ("排放源 / source", "品种 / item", "数据 / quantity", "数值 / value", "单位 / unit", "来源 / origin"), rows
    )


def _sources(book: Book, found: Account) -> Table:
    rows = tuple(
        (
            each.source.id,
            each.source.unit,
            str(CATEGORIES[each.term.category]),
            str(each.term.scope),
            each.term.gas,
            rounded(each.mass, book.digits),
            rounded(each.equivalent, book.digits),
        )
        for each in found.emissions
        if each.term.counts
    )
    head = ("排放源 / source", "核算单元 / unit", "类别 / category", "范围 / scope", "气体 / gas", "质量 / t", "tCO2e")
    return _table(head, rows)


def _sums(book: Book, found: Account) -> tuple[Table, ...]:
    titles = {"unit": "核算单元 / unit", "category": "类别 / category", "scope": "范围 / scope", "gas": "气体 / gas"}
    tables: list[Table] = []
    for what, title in titles.items():
        names = {key: str(CATEGORIES[key]) if what == "category" else key for key in found.by(what)}
        rows = tuple((names[key], rounded(value, book.digits)) for key, value in found.by(what).items())
        tables.append(_table((title, "tCO2e"), rows))
    return tuple(tables)


def _apart(book: Book, found: Account) -> Table:
    rows = tuple((each.source.id, each.term.zh, rounded(each.equivalent, book.digits)) for each in found.apart())
    return _table(("排放源 / source", "类型 / term", "tCO2e"), rows)


def _without_energy(book: Book, found: Account) -> tuple[str, ...]:
    energy = sum(value for key, value in found.by("category").items() if key in ("electricity", "heat"))
    rest = rounded(found.total - energy, book.digits)
    return (f"不含电力和热力 / without electricity and heat: {rest} tCO2e",)


def _intensity(book: Book, found: Account) -> Table:
    rows = tuple(
        (
            each.name,
            f"{each.amount:f} {each.unit}",
            f"{rounded(found.total / Fraction(each.amount), _INTENSITY_DIGITS)} tCO2e/{each.unit}",
        )
        for each in book.products
    )
    return _table(("产品 / product", "产量 / amount", "强度 / intensity"), rows)


def to_docx(report: Report) -> bytes:
    """The octets of a Word file: A4, pages numbered, tables as wide as what stands in their columns asks for."""
    import docx
    from docx.oxml.ns import qn
    from docx.shared import Cm

    made: Any = docx.Document()
    page = made.sections[0]
    page.page_width, page.page_height = Cm(_A4_CM[0]), Cm(_A4_CM[1])
    page.left_margin = page.right_margin = Cm(_MARGIN_CM)
    for name, chinese in (("Normal", "宋体"), ("Title", "黑体"), ("Heading 1", "黑体")):
        style = made.styles[name]
        style.font.name = "Times New Roman"
        fonts = style.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), chinese)
    made.core_properties.title = TITLE
    _number_pages(page.footer.paragraphs[0])
    made.add_heading(TITLE, 0)
    made.add_paragraph(report.heading)
    for number, section in enumerate(report.sections, 1):
        made.add_heading(f"{number} {section.title}", 1)
        for paragraph in section.paragraphs:
            made.add_paragraph(paragraph)
        for table in section.tables:
            _add_table(made, table)
            made.add_paragraph()
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _number_pages(paragraph: Any) -> None:
    """The number of each page, which the program that shows it fills in."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph._p.append(paragraph._p.makeelement(qn("w:fldSimple"), {qn("w:instr"): "PAGE"}))


def _add_table(made: Any, table: Table) -> None:
    """A table; its head stands again on every page that it goes on to, and no row goes over a page's end."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Cm

    rows = (table.head, *(table.rows or ((table.empty,) + ("",) * (len(table.head) - 1),)))
    cells = made.add_table(rows=1, cols=len(table.head), style="Table Grid")
    cells.autofit = False
    widths = _widths(rows)
    for column, width in zip(cells.columns, widths, strict=True):
        column.width = Cm(width)
    for row in rows:
        into = cells.rows[0] if row is table.head else cells.add_row()
        properties = into._tr.get_or_add_trPr()
        properties.append(properties.makeelement(qn("w:cantSplit"), {}))
        if row is table.head:
            properties.append(properties.makeelement(qn("w:tblHeader"), {}))
        for cell, text, width in zip(into.cells, row, widths, strict=True):
            cell.width = Cm(width)
            cell.text = text
            if row is table.head:
                cell.paragraphs[0].runs[0].bold = True
            elif _NUMBER.fullmatch(text):
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _widths(rows: Sequence[tuple[str, ...]]) -> list[float]:
    """How wide columns are in cm: room for the longest word of each, and the rest by what stands in them."""
    room = _A4_CM[0] - 2 * _MARGIN_CM
    columns = list(zip(*rows, strict=True))
    least = [_CELL_CM + _LETTER_CM * max(map(_longest_word, column)) for column in columns]
    if sum(least) > room:
        return [each * room / sum(least) for each in least]
    asked = [max(map(_width, column)) ** 0.5 for column in columns]
    return [low + (room - sum(least)) * share / sum(asked) for low, share in zip(least, asked, strict=True)]


def _longest_word(text: str) -> int:
    """About how many letters cannot be parted; Chinese may be parted anywhere."""
    return max((_width(word) for word in re.split(r"[\s-]+", _HAN.sub(" ", text)) if word), default=2)


def to_xlsx(report: Report) -> bytes:
    """The octets of an Excel file: a sheet a section. Figures are texts, so that no program rounds them again."""
    import openpyxl
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book: Any = openpyxl.Workbook()
    first: Any = book.active
    first.title = "0"
    first.append([TITLE])
    first.append([report.heading])
    for number, section in enumerate(report.sections, 1):
        # What a sheet may not be called is left out of its name; the title stands in the sheet.
        sheet: Any = book.create_sheet(f"{number} {section.title.partition(' / ')[0]}")
        sheet.append([section.title])
        for paragraph in section.paragraphs:
            _row(sheet, (paragraph,))
        longest: dict[int, int] = {}
        tall: list[int] = []
        for table in section.tables:
            sheet.append([])
            for row in (table.head, *(table.rows or ((table.empty,),))):
                _row(sheet, row, of_table=True, head=row is table.head)
                tall.append(sheet.max_row)
                for column, text in enumerate(row, 1):
                    longest[column] = max(longest.get(column, 0), *map(_width, text.split("\n")))
        widths = {column: min(_WIDEST, max(_NARROWEST, letters + 2)) for column, letters in longest.items()}
        for column, width in widths.items():
            sheet.column_dimensions[get_column_letter(column)].width = width
        for row_number in tall:
            cells = [(str(cell.value or ""), widths[cell.column]) for cell in sheet[row_number]]
            lines = max(sum(-(-_width(line) // (width - 1)) or 1 for line in text.split("\n")) for text, width in cells)
            sheet.row_dimensions[row_number].height = _LINE_POINTS * lines
    for sheet in book.worksheets:
        sheet["A1"].font = Font(bold=True, size=14)
        sheet.page_setup.paperSize, sheet.page_setup.orientation = sheet.PAPERSIZE_A4, "landscape"
        # As wide as the paper, as long as it takes.
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.fitToHeight = 0
        sheet.oddFooter.center.text = "&A  &P / &N"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _width(text: str) -> int:
    """About how many letters a text is wide: a Chinese character is two."""
    return sum(2 if ord(each) > _LATIN else 1 for each in text)


def _row(sheet: Any, texts: tuple[str, ...], *, of_table: bool = False, head: bool = False) -> None:
    """One row of texts; what begins like a formula stays a text."""
    from openpyxl.styles import Alignment, Border, Font, Side

    sheet.append(list(texts))
    for cell in sheet[sheet.max_row][: len(texts)]:
        cell.data_type = "s"
        if of_table:
            side = Side(style="thin")
            cell.border = Border(left=side, right=side, top=side, bottom=side)
            right = not head and bool(_NUMBER.fullmatch(str(cell.value)))
            cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="right" if right else None)
            cell.font = Font(name="宋体", bold=head)


WRITERS: dict[str, Callable[[Report], bytes]] = {".docx": to_docx, ".xlsx": to_xlsx}
"""How a report is written, by the end of its name."""
