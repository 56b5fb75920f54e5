"""Plain text at a fixed number of columns: widths of Chinese characters, wrapping, and tables.

Leaves what is said to the commands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

COLUMNS = 100


def width(text: str) -> int:
    """Columns a text takes on a screen; wide and full-width characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


_KEPT = "\N{NO-BREAK SPACE}"
# A number with what follows it: groups of digits, and a unit of a few letters or a sign.
_NUMBER = re.compile(r"(?<=\d) (?=\d{3}(?!\d)|(?:[A-Za-zµΩ]{1,4}(?:/[A-Za-z]+)?|%|°[CF]?)(?![A-Za-z]))")


def wrap(text: str, columns: int) -> Iterator[str]:
    """Cut a text into lines: between words, and between any two wide characters, never within a number and its unit."""
    for line in _wrapped(_NUMBER.sub(_KEPT, text), columns):
        yield line.replace(_KEPT, " ")


def _wrapped(text: str, columns: int) -> Iterator[str]:
    line, taken = "", 0
    for piece in _pieces(text):
        size = width(piece)
        if taken + width(piece.rstrip()) > columns and line.strip():
            yield line.rstrip()
            line, taken, piece = "", 0, piece.lstrip()
            size = width(piece)
        line, taken = line + piece, taken + size
    if line.strip():
        yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    word = ""
    for letter in text:
        wide = unicodedata.east_asian_width(letter) in "WF"
        closing = wide and unicodedata.category(letter).startswith("P") and letter not in "（《“‘【"
        if wide and not closing:
            if word:
                yield word
            word = letter
        elif wide or letter != " ":
            if word and not wide and _ends_wide(word):
                yield word
                word = ""
            word += letter
        else:
            yield word + letter
            word = ""
    if word:
        yield word


def _ends_wide(word: str) -> bool:
    return unicodedata.east_asian_width(word[-1]) in "WF" and word[-1] not in "（《“‘【"


def pad(text: str, columns: int) -> str:
    """Fill with spaces up to a number of columns."""
    return text + " " * max(0, columns - width(text))


def paragraph(text: str, indent: int, columns: int = COLUMNS) -> Iterator[str]:
    """A wrapped text, every line indented."""
    for line in wrap(text, columns - indent):
        yield " " * indent + line


def labelled(label: str, lines: Iterable[str], indent: int = 14, columns: int = COLUMNS) -> Iterator[str]:
    """A label and its texts, each wrapped and aligned beside it."""
    first = True
    for text in lines:
        for line in wrap(text, columns - indent):
            yield (pad(label, indent) if first else " " * indent) + line
            first = False


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1, gap: int = 2) -> Iterator[str]:
    """A table of short cells: the first `left` columns to the left, numbers to the right, a rule under the head."""
    body = [list(row) for row in rows]
    sizes = [max(width(row[place]) for row in [list(head), *body]) for place in range(len(head))]
    for number, row in enumerate([list(head), *body]):
        cells = [
            pad(cell, size) if place < left else " " * (size - width(cell)) + cell
            for place, (cell, size) in enumerate(zip(row, sizes, strict=True))
        ]
        yield (" " * gap).join(cells).rstrip()
        if number == 0:
            yield "─" * (sum(sizes) + gap * (len(sizes) - 1))
