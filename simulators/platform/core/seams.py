"""`@seam`: the mark of a function that a defect replaces.

A private function, or one whose body is a single expression, that looks as if it could be written in its only caller is
one decision of the platform with a name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

MARK = "__seam__"

_Function = TypeVar("_Function", bound=Callable[..., Any])


def seam(function: _Function) -> _Function:
    """Mark a function as one that a defect replaces."""
    setattr(function, MARK, True)
    return function
