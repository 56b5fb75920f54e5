"""Points whose number stands in digits behind an identifier, and addresses of digits: what several protocols share.

Leaves identifiers and addresses of a protocol to its own settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from msgspec.structs import replace

from reference_terminal.model.bcd import Format, parse_format
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.settings import reasons
from reference_terminal.settings.protocols import Own, Place
from reference_terminal.settings.reader import Section

_OwnT = TypeVar("_OwnT", bound=Own)
_EIGHT = Format(6, 2)


@dataclass(frozen=True)
class DigitsPlace(Place):
    """Behind an `identifier`, in digits of a `form`."""

    identifier: str = ""
    form: Format = _EIGHT

    @property
    def signed(self) -> bool:
        """Whether the digits have a sign."""
        return self.form.signed

    def decimals(self) -> int | None:
        """Those of the digits."""
        return self.form.decimals

    @seam
    def modulus(self, kind: str) -> Decimal | None:
        """Where a counter of these digits starts again."""
        return self.form.modulus if kind == "counter" else None

    def taken(self) -> Iterator[tuple[tuple[int | str, ...], str, Text]]:
        """The identifier."""
        yield (self.identifier,), "identifier", Text(self.identifier, self.identifier)


def read_format(section: Section, text: str, *, signed: bool) -> Format:
    """Digits as written; a stand-in after noting a problem."""
    try:
        return parse_format(text, signed=signed)
    except ValueError:
        section.problem("format", reasons.DIGITS_FORM(text=text))
        return _EIGHT


def padded(section: Section, own: _OwnT, address: tuple[int, str], what: Text) -> _OwnT:
    """Settings with their address as it is used: highest digit first, padded with zeros in front."""
    digits, allowed = address
    text = own.known_as.upper()
    if own.known_as and (len(text) > digits or not set(text) <= set(allowed)):
        section.problem("address", reasons.METER_ADDRESS(what=what, address=own.known_as))
        text = ""
    return replace(own, address=text.rjust(digits, "0") if own.known_as else "")
