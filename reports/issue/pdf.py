"""The report as PDF/A-4: laid out by WeasyPrint from the one template, signed by pyHanko (PAdES) where a key is given.

Leaves what is said to `content`. The fonts are those of the machine: a font with Chinese must be there.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bench.case import Verdict
from reports.blocks import visible
from reports.issue.blocks import Block, Paper
from reports.issue.reading import PaperError
from reports.issue.words import WORDS

_HERE = Path(__file__).parent
VARIANT = "pdf/a-4u"
_LEVEL = re.compile(rb'\s+pdfaid:conformance="[^"]*"')
_BAD = (Verdict.FAIL, Verdict.ERROR)
_OPEN = (Verdict.INCONCLUSIVE, Verdict.NOT_RUN, Verdict.REVIEW)


def _lines(text: str) -> Markup:
    """Text with its line ends kept."""
    return Markup("<br>").join(escape(visible(line)) for line in text.split("\n"))


def _mood(cell: str) -> str:
    """How a cell that holds a verdict is set."""
    word = cell.partition("（")[0].partition("，")[0].partition(" (")[0].partition(",")[0]
    if any(word in (each.value, each.zh) for each in _BAD):
        return "bad"
    return "open" if any(word in (each.value, each.zh) for each in _OPEN) else ""


def _quoted(text: str) -> Markup:
    """A text as a CSS string."""
    return Markup(json.dumps(visible(text), ensure_ascii=False).replace("<", "\\3c "))


def _named(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    return [{"kind": type(each).__name__, "it": each} for each in blocks]


@cache
def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    cast(dict[str, Any], made.globals).update(lines=_lines, mood=_mood)
    made.filters["file"] = lambda path: Path(str(path)).resolve().as_uri()
    return made


def html_of(paper: Paper) -> str:
    """The report as one HTML text for paged media."""

    def word(key: str, **values: object) -> str:
        text = WORDS[key]
        return (text.en if paper.language == "en" else text.zh).format(**values)

    issue = word("issue", number=paper.issue)
    head = f"{word('number')} {paper.number}" + (f"  {issue}" if paper.issue > 1 else "")
    return (
        _environment()
        .get_template("paper.html.j2")
        .render(
            paper=paper,
            body=_named(paper.body),
            annexes=_named(paper.annexes),
            style=Markup((_HERE / "paper.css").read_text("utf-8")),
            header_left=_quoted(f"{paper.cover.laboratory}  {paper.title}"),
            header_right=_quoted(head),
            page_words=[_quoted(word(key)) for key in ("page", "page-of", "page-end")],
            page_seal=_quoted(word("page-seal")),
            working=_quoted(word("working")),
            working_words=word("working"),
            number_word=word("number"),
            issue_word=issue,
            mark_place=word("mark-place"),
            seal=word("seal"),
            notices_word=word("notices"),
            end=word("end"),
            colon=": " if paper.language == "en" else "：",
        )
    )


def pdf_of(paper: Paper) -> bytes:
    """The report as PDF/A-4. Raises PaperError where the machine lacks what draws it."""
    if paper.language == "zh" and not _chinese():
        raise PaperError(
            ["no font with Chinese is installed: tools/peers --for paper (fonts-noto-cjk) / 未安装中文字体"]
        )
    try:
        import weasyprint
    except OSError as error:
        raise PaperError([f"Pango cannot be loaded: tools/peers --for paper ({error}) / 缺少 Pango"]) from None
    return (
        weasyprint.HTML(string=html_of(paper), base_url=str(_HERE)).write_pdf(
            pdf_variant=VARIANT, finisher=_without_level
        )
        or b""
    )


def _without_level(document: object, pdf: Any) -> None:
    """Take out the level of conformance that WeasyPrint names: PDF/A-4 has none but E and F (ISO 19005-4, 6.7.3)."""
    del document
    for each in pdf.objects:
        if getattr(each, "extra", {}).get("Type") == "/Metadata":
            each.stream = [_LEVEL.sub(b"", part) if isinstance(part, bytes) else part for part in each.stream]


def _chinese() -> bool:
    try:
        told = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    except OSError:
        return True
    return bool(told.stdout.strip())
