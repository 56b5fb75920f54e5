"""The report as DOCX, for a laboratory's own template: its styles, headers and footers stay, the text is added.

Leaves what is said to `content`. A template is a .docx whose body is kept in front of what is written here.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, cast

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from reports.blocks import visible
from reports.issue.blocks import Block, Contents, Heading, Listed, Paper, Paragraph, Picture, Signatures, Table
from reports.issue.reading import PaperError
from reports.issue.words import WORDS

_FONT = "Noto Sans CJK SC"


def docx_of(paper: Paper, template: Path | None = None) -> bytes:
    """The report as a file for Word. Raises PaperError for a template that is none."""
    try:
        made = docx.Document(str(template)) if template else docx.Document()
    except Exception as error:
        raise PaperError([f"{template}: cannot be used as a template: {error} / 模板不可用"]) from None
    if template is None:
        _page(made, paper)
    _Writer(made, paper).write()
    kept = BytesIO()
    made.save(kept)
    return kept.getvalue()


def _page(made: Document, paper: Paper) -> None:
    """Page, fonts, header and footer of a file without template."""
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin, section.right_margin = Cm(2.2), Cm(1.8)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.0)
    style: Any = made.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(10)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    writer = _Writer(made, paper)
    issue = f"  {writer.word('issue', number=paper.issue)}" if paper.issue > 1 else ""
    section.header.paragraphs[0].text = f"{paper.cover.laboratory}    {writer.word('number')} {paper.number}{issue}"
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for field in ("PAGE", "NUMPAGES"):
        run = footer.add_run()
        for kind, text in (("begin", ""), ("", field), ("end", "")):
            element: Any = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                element.set(qn("w:fldCharType"), kind)
            else:
                element.text = text
            run._r.append(element)  # pyright: ignore[reportPrivateUsage]
        if field == "PAGE":
            footer.add_run(" / ")


class _Writer:
    """Adds the parts of a report to a document."""

    def __init__(self, made: Document, paper: Paper) -> None:
        self.made, self.paper = made, paper
        self.colon = ": " if paper.language == "en" else "："

    def word(self, key: str, **values: object) -> str:
        text = WORDS[key]
        return (text.en if self.paper.language == "en" else text.zh).format(**values)

    def write(self) -> None:
        paper = self.paper
        self._line(f"{self.word('number')}{self.colon}{paper.number}", align=WD_ALIGN_PARAGRAPH.RIGHT)
        if paper.issue > 1:
            self._line(self.word("issue", number=paper.issue), align=WD_ALIGN_PARAGRAPH.RIGHT)
        for mark, number in paper.cover.marks:
            self._line(f"{mark} {number} [{self.word('mark-place')}]")
        if paper.working:
            self._line(self.word("working"), align=WD_ALIGN_PARAGRAPH.CENTER, bold=True, size=14)
        self._line(paper.title, align=WD_ALIGN_PARAGRAPH.CENTER, bold=True, size=28)
        self._table(Table(heads=(), rows=paper.cover.rows, widths=(30, 70)))
        self._line(f"[{self.word('seal')}]", align=WD_ALIGN_PARAGRAPH.RIGHT)
        for text in (paper.cover.laboratory, paper.cover.address, paper.cover.contact):
            self._line(text, align=WD_ALIGN_PARAGRAPH.CENTER)
        self._break()
        self.made.add_heading(self.word("notices"), 1)
        for number, text in enumerate(paper.notices, start=1):
            self._line(f"{number}. {text}")
        for each in (*paper.body, *paper.annexes):
            self._block(each)
        self._line(self.word("end"), align=WD_ALIGN_PARAGRAPH.CENTER)

    def _break(self) -> None:
        self.made.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def _line(self, text: str, *, align: Any = None, bold: bool = False, size: int = 0) -> None:
        paragraph = self.made.add_paragraph()
        run = paragraph.add_run(_safe(text))
        run.bold = bold or None
        if size:
            run.font.size = Pt(size)
        if align is not None:
            paragraph.alignment = align

    def _block(self, each: Block) -> None:
        match each:
            case Heading():
                if each.breaks:
                    self._break()
                self.made.add_heading(_safe(each.text), each.level)
            case Paragraph():
                centred = WD_ALIGN_PARAGRAPH.CENTER if each.style == "end" else None
                self._line(each.text, bold=each.style == "strong", align=centred)
            case Listed():
                for line in each.lines:
                    self._line(f"· {line}")
            case Table():
                self._table(each)
            case Contents():
                for title, _ in each.rows:
                    self._line(title)
            case Picture():
                self.made.add_picture(each.path, width=Cm(14))
                self._line(each.caption)
            case Signatures():
                self._table(
                    Table(heads=(), rows=tuple((duty, name, "") for duty, name in each.rows), widths=(20, 40, 40))
                )

    def _table(self, each: Table) -> None:
        columns = len(each.widths)
        size = Pt(7 if each.fine else 8 if each.dense else 9.5)
        table = self.made.add_table(rows=0, cols=columns)
        if "Table Grid" in [style.name for style in self.made.styles]:
            table.style = "Table Grid"
        table.autofit = False
        for place, width in enumerate(each.widths):
            table.columns[place].width = Cm(17 * width / 100)
        for row in (*((each.heads,) if each.heads else ()), *each.rows):
            cells = cast(Any, table.add_row().cells)
            for place, text in enumerate(row):
                cell = cells[place]
                cell.width = Cm(17 * each.widths[place] / 100)
                cell.text = _safe(text)
                for paragraph in cell.paragraphs:
                    paragraph.paragraph_format.space_after = Pt(0)
                    for run in paragraph.runs:
                        run.font.size = size
                        run.bold = (row is each.heads) or None


def _safe(text: str) -> str:
    """Text without what a file of Word cannot hold."""
    return "\n".join(visible(line) for line in text.split("\n"))
