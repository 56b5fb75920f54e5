"""Where the terminal is made to be taken apart: functions that stand alone so that a broken one can take their place.

Leaves breaking them to whoever tests a test bench with this terminal. A function of one expression, or a private one,
that looks as if it could be written in its only caller is a seam: it is one decision of the terminal with a name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

MARK = "__seam__"
_Function = TypeVar("_Function", bound=Callable[..., Any])


def seam(function: _Function) -> _Function:
    """Mark a function as made to be replaceable; it stays as it is."""
    setattr(function, MARK, True)
    return function
