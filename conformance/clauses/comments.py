"""The form in which a drafting group handles comments (征求意见汇总处理表): CSV, XLSX and DOCX.

Leaves what stands in it to `review`. The column of handling is empty: it is the group's.
The same rows give the same octets.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any
from unicodedata import east_asian_width

from conformance.clauses.ledger import Words

TITLE = Words(zh="征求意见汇总处理表", en="Comments on the consultation drafts and their handling")
FILLED_IN = Words(
    zh="          ".join(("标准项目名称：", "负责起草单位：", "承办人：", "电话：", "填写日期：    年  月  日")),
    en="          ".join(("Title of the standard:", "Drafted by:", "Handled by:", "Telephone:", "Date:")),
)
"""What the drafting group writes above the table."""
HEADS = (
    Words(zh="序号", en="No."),
    Words(zh="标准", en="Draft"),
    Words(zh="章条编号", en="Clause"),
    Words(zh="原文", en="Text of the draft"),
    Words(zh="意见内容", en="Comment"),
    Words(zh="理由", en="Reason"),
    Words(zh="修改建议", en="Proposed wording"),
    Words(zh="提出单位", en="Raised by"),
    Words(zh="提出日期", en="Raised on"),
    Words(zh="处理意见", en="Handling"),
    Words(zh="备注", en="Remark"),
)
_WIDTHS = (7, 11, 15, 34, 36, 32, 44, 17, 16, 25, 20)
_LINE_PT, _MOST_PT = 15, 409
"""Height of a line of a sheet, and of the highest row that a sheet can have."""
MOST_QUOTED = 240
"""Characters of a draft's text in a form; the review has all of it."""
_RAISED_BY = "carbonbench"
_DATE = (2025, 1, 1, 0, 0, 0)
"""Of every member of a file made here: a file says nothing of when it was made."""


@dataclass(frozen=True)
class Row:
    """One comment: draft and clauses, their text where it is at hand, what is said, why, the wording, since when (ISO
    8601), id and grade.
    """

    draft: str
    clauses: str
    text: str
    comment: str
    reason: str
    wording: str
    raised: str
    remark: str


def _cells(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for number, row in enumerate(rows, 1):
        *told, raised, remark = (str(cell) for cell in astuple(row))
        found.append((str(number), *told, _RAISED_BY, raised, "", remark))
    return found


def quoted(texts: Sequence[str]) -> str:
    """The draft's own words for a form: each clause once, what is long cut."""
    return "\n".join(text if len(text) <= MOST_QUOTED else f"{text[:MOST_QUOTED]}…" for text in dict.fromkeys(texts))


def _heads(language: str) -> list[str]:
    return [words.zh if language == "zh" else words.en for words in HEADS]


def as_csv(rows: Sequence[Row], language: str) -> bytes:
    """With a byte order mark, so that spreadsheet programs read Chinese; cells that look like formulas are text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_heads(language))
    writer.writerows([_harmless(cell) for cell in cells] for cells in _cells(rows))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell


def _lines(text: str, width: int) -> int:
    """Lines that a text takes in a column: not every program works it out for a file that it has not written."""
    room = width - 1
    return sum(
        max(1, -(-sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in part) // room))
        for part in text.split("\n")
    )


def as_xlsx(rows: Sequence[Row], language: str) -> bytes:
    """One sheet, its head repeated on every printed page."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet: Any = book.active
    sheet.title = TITLE.zh if language == "zh" else "Comments"
    sheet.append(_heads(language))
    for cells in _cells(rows):
        sheet.append([int(cells[0]), *cells[1:]])
    for column, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        head = sheet.cell(1, column)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="DDE3EA")
    rim = Side(style="thin", color="999999")
    for line in sheet.iter_rows():
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = Border(left=rim, right=rim, top=rim, bottom=rim)
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
        lines = max(_lines(str(cell.value or ""), width) for cell, width in zip(line, _WIDTHS, strict=True))
        sheet.row_dimensions[line[0].row].height = min(lines * _LINE_PT, _MOST_PT)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 8  # A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddHeader.center.text = TITLE.zh if language == "zh" else TITLE.en
    sheet.oddFooter.center.text = "&P / &N"
    out = io.BytesIO()
    book.save(out)
    return _steady(out.getvalue())


def as_docx(rows: Sequence[Row], language: str) -> bytes:
    """A3 across, the head of the table repeated on every page."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    document: Any = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "SimSun", Pt(9)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "SimSun")
    page = document.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Mm(420), Mm(297)
    page.left_margin = page.right_margin = Mm(12)
    document.add_heading(TITLE.zh if language == "zh" else TITLE.en, 1)
    document.add_paragraph(FILLED_IN.zh if language == "zh" else FILLED_IN.en)
    number = page.footer.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    number._p.append(field)
    table = document.add_table(rows=1, cols=len(HEADS), style="Table Grid")
    table.autofit = False
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    widths = [Mm(396 * width / sum(_WIDTHS)) for width in _WIDTHS]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for number, cells in enumerate([_heads(language), *_cells(rows)]):
        line = table.add_row() if number else table.rows[0]
        line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, text, width in zip(line.cells, cells, widths, strict=True):
            cell.text, cell.width = text, width
    out = io.BytesIO()
    document.save(out)
    return _steady(out.getvalue())


def _steady(octets: bytes) -> bytes:
    """A packed file without the instant at which it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(octets)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in sorted(before.namelist()):
            content = before.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2025-01-01T00:00:00Z", content)
            after.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


FORMS: Mapping[str, Callable[[Sequence[Row], str], bytes]] = {"csv": as_csv, "xlsx": as_xlsx, "docx": as_docx}
"""How each is made, by the ending of its name."""
