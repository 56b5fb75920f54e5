"""A sheet of a workbook (xlsx) that a product wrote, as lines of texts. Leaves heads and columns to the reader."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO


class NoWorkbook(ValueError):
    """What is no workbook that can be read, or has no such sheet."""


def lines_of(source: Path | IO[bytes], sheet: str = "") -> list[list[str]]:
    """The lines of a sheet, the first one where none is named. Raises NoWorkbook, OSError where there is no file."""
    # Only a profile with such a file pays for the library.
    from openpyxl import load_workbook

    if isinstance(source, Path):
        source.stat()
    try:
        book = load_workbook(source, read_only=True, data_only=True)
    except Exception as error:
        raise _broken(error) from None
    try:
        if sheet and sheet not in book.sheetnames:
            raise NoWorkbook(f"no sheet {sheet!r}, there are {', '.join(book.sheetnames)}")
        page = book[sheet] if sheet else book.worksheets[0]
        return [[_cell(value) for value in row] for row in page.iter_rows(values_only=True)]
    except NoWorkbook:
        raise
    except Exception as error:
        raise _broken(error) from None
    finally:
        book.close()


def _broken(error: Exception) -> NoWorkbook:
    """Of a damaged workbook each part is read by another library, which raises what it likes."""
    said = " ".join(str(error).split())[:200]
    return NoWorkbook(f"no xlsx: {type(error).__name__}{said and ': '}{said}")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else str(value)
