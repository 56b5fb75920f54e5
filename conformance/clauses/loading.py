"""Importing modules of the suite: one that cannot be imported is told in a sentence that names file, line and error.

Leaves which modules there are to `suite` and `conformance.defects`.
"""

from __future__ import annotations

import importlib
import traceback
from pathlib import Path
from types import ModuleType

_HOUSE = Path(__file__).resolve().parents[2]


class SuiteBroken(Exception):
    """The suite is not whole: one sentence about the file that is to be mended."""


def load(name: str) -> ModuleType:
    """A module of the suite. Raises SuiteBroken if it, or what it imports, cannot be."""
    try:
        return importlib.import_module(name)
    except SuiteBroken:
        raise
    except Exception as error:
        # Whatever a module does when it is imported is its own; who mends it needs the place.
        raise SuiteBroken(
            f"{_place(name, error)}: {name} cannot be imported: {type(error).__name__}: {_words(error)} / 模块无法导入"
        ) from error


def _words(error: Exception) -> str:
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return " ".join(said.split())[:300]


def _place(name: str, error: Exception) -> str:
    """File and line: of what cannot be read, else the last line of the house that was at work."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno or 1}"
    frames = [each for each in traceback.extract_tb(error.__traceback__) if Path(each.filename).is_relative_to(_HOUSE)]
    inside = [each for each in frames if Path(each.filename) != Path(__file__)]
    return f"{inside[-1].filename}:{inside[-1].lineno}" if inside else name
