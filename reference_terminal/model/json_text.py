"""JSON from outside: whatever the octets are, they are a value or they are no JSON.

Leaves what a value should look like to whoever asks for it.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from reference_terminal.model.seams import seam

_Kind = TypeVar("_Kind")


class NoJson(Exception):
    """Octets that are no JSON, or none of the kind that was asked for."""


@seam
def read(octets: bytes | str) -> Any:
    """The value of a text. Raises NoJson: for broken UTF-8, too deep nesting and numbers without end, too."""
    return read_as(octets, object)


def read_as(octets: bytes | str, kind: type[_Kind]) -> _Kind:
    """The value of a text, of a kind. Raises NoJson."""
    try:
        return msgspec.json.decode(octets, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise NoJson("expected JSON") from None
