"""How the reference terminal is told of collectors, one module a kind, by the kind's id (with _ for -).

Leaves to others: address, form and channel, which all collectors have (`reference_collectors`). A kind without a module
here is one that the reference terminal does not take data from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

Told = Callable[[Any], Mapping[str, Any]]
"""Settings of a collector that only its kind has, from its description."""


@cache
def told_of() -> Mapping[str, Told]:
    """What tells the terminal of a kind, by the kind's id."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    return {name.replace("_", "-"): import_module(f"{__name__}.{name}").told for name in names}
