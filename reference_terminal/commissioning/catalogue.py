"""Every message of the terminal, found by walking its rooms for their tables.

Leaves what a message is to `model.messages`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from reference_terminal.model.messages import Message

_TABLE = "messages"
_ROOT = Path(__file__).parents[1]


def messages() -> list[tuple[str, Message]]:
    """Room and message, in the order of rooms and tables."""
    found: list[tuple[str, Message]] = []
    for module in pkgutil.walk_packages([str(_ROOT)], f"{_ROOT.name}."):
        room, _, name = module.name.removeprefix(f"{_ROOT.name}.").rpartition(".")
        if name == _TABLE and room != "model":
            table = vars(importlib.import_module(module.name))
            found += [(room, message) for value in table.values() for message in _rows(value)]
    return found


def _rows(value: object) -> Iterator[Message]:
    if isinstance(value, Message):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _rows(each)
