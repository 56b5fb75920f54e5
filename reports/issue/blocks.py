"""What a report consists of: headings, paragraphs, tables, pictures, places to sign; the same for PDF and DOCX.

Leaves what they say to `content`, laying them out to `pdf` and `docx`.
"""

from __future__ import annotations

import msgspec


class Heading(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A heading; `level` 1 begins a page where `breaks`, `anchor` is what a list of contents leads to."""

    text: str
    level: int = 1
    breaks: bool = False
    anchor: str = ""


class Paragraph(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A paragraph; `style` is plain, note or strong."""

    text: str
    style: str = "plain"


class Listed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Sentences, one below the other."""

    lines: tuple[str, ...]


class Table(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A table: heads (empty: none), rows of texts, widths in percent. `dense` is printed small, `fine` smaller."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    dense: bool = False
    fine: bool = False


class Picture(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A photo handed over by the laboratory."""

    path: str
    caption: str


class Signatures(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Places for signatures: duty, name and function of each."""

    rows: tuple[tuple[str, str], ...]


class Contents(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Headings by text and anchor; where there are pages, with the page of each."""

    rows: tuple[tuple[str, str], ...]


Block = Heading | Paragraph | Listed | Table | Picture | Signatures | Contents


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """The first page: marks with their numbers, and what stands under the title."""

    marks: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...]
    laboratory: str
    address: str
    contact: str


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A report in one language. `working` is true until everything that the standard asks for is there."""

    language: str
    title: str
    number: str
    issue: int
    working: bool
    cover: Cover
    notices: tuple[str, ...]
    body: tuple[Block, ...]
    annexes: tuple[Block, ...]
