"""The texts of a Word or Excel file (docx, xlsx), row by row, for questions whose answer is a document.

Leaves what stands in them to judges. A paragraph is a row of one cell; cells of a row are parted by a tab.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree

from bench.dut import sentences

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_MOST_OCTETS = 20_000_000
"""A part of a document that is larger is none that people read."""


class DocumentError(ValueError):
    """Octets that are no such document; one sentence in both languages."""


def rows_of(octets: bytes) -> list[str]:
    """The rows of a document in order. Raises DocumentError."""
    try:
        with zipfile.ZipFile(BytesIO(octets)) as archive:
            names = archive.namelist()
            if "word/document.xml" in names:
                return list(_word(_part(archive, "word/document.xml")))
            if "xl/workbook.xml" in names:
                return list(_sheets(archive, names))
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, IndexError, ValueError) as error:
        raise DocumentError(str(sentences.NO_OFFICE_FILE_OF(error=error))) from None
    raise DocumentError(str(sentences.NO_OFFICE_FILE()))


def _part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if archive.getinfo(name).file_size > _MOST_OCTETS:
        raise ValueError(f"{name} is too large")
    octets = archive.read(name)
    if b"<!DOCTYPE" in octets:
        raise ValueError(f"{name} declares a document type")
    return ElementTree.fromstring(octets)


def _text(node: ElementTree.Element, tag: str) -> str:
    return "".join(each.text or "" for each in node.iter(tag)).replace("\t", " ").strip()


def _word(root: ElementTree.Element) -> Iterator[str]:
    for node in root.find(f"{_WORD}body") or ():
        if node.tag == f"{_WORD}p":
            yield from (line for line in [_text(node, f"{_WORD}t")] if line)
        elif node.tag == f"{_WORD}tbl":
            for row in node.iter(f"{_WORD}tr"):
                yield "\t".join(_text(cell, f"{_WORD}t") for cell in row.iter(f"{_WORD}tc"))


def _sheets(archive: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    shared: list[str] = []
    if "xl/sharedStrings.xml" in names:
        shared = [_text(each, f"{_SHEET}t") for each in _part(archive, "xl/sharedStrings.xml")]
    for name in sorted(each for each in names if each.startswith("xl/worksheets/sheet")):
        for row in _part(archive, name).iter(f"{_SHEET}row"):
            cells: list[str] = []
            for cell in row.iter(f"{_SHEET}c"):
                value = cell.findtext(f"{_SHEET}v") or ""
                cells.append(shared[int(value)] if cell.get("t") == "s" else value or _text(cell, f"{_SHEET}t"))
            if any(cells):
                yield "\t".join(cells)
