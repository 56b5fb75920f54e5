"""What a configuration says of DL/T 645 meters: address, blocks, records; of their points: identifier and digits.

Leaves the tables of the standard to `model.dlt645_items`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from reference_terminal.acquisition.dlt645 import reasons
from reference_terminal.model import dlt645_items as items
from reference_terminal.settings.digits import DigitsPlace, padded, read_format
from reference_terminal.settings.protocols import Own
from reference_terminal.settings.reader import Section, Settings

EDITION_2007, EDITION_1997, AUTO = "dlt645-2007", "dlt645-1997", "dlt645-auto"
WORDS = (EDITION_2007, EDITION_1997, AUTO)
NO_RECORDS, LOAD_PROFILE, HOURLY_FREEZE = "none", "load-profile", "hourly-freeze"
ADDRESS = 12, "0123456789A"
"""Digits of an address, and which: A stands for any."""
_HEX = frozenset("0123456789ABCDEF")


class Dlt645Own(Own, frozen=True, kw_only=True):
    """`preamble` octets FE go before a request; `blocks` asks for FF blocks where several points lie in one.

    `records` (2007 only) is the memory of the meter that energies missed in a gap are read from (load-profile: every
    15 min, hourly-freeze: every hour; none).
    """

    address: str
    preamble: Annotated[int, Meta(ge=0, le=8)] = 4
    blocks: bool = False

    @property
    def known_as(self) -> str:
        """The address."""
        return self.address

    @property
    def memory(self) -> str:
        """Which memory gaps are filled from."""
        return NO_RECORDS


class Dlt645Own2007(Dlt645Own, frozen=True, kw_only=True):
    """A meter of 2007, which has a memory."""

    records: Literal["none", "load-profile", "hourly-freeze"] = NO_RECORDS

    @property
    def memory(self) -> str:
        """Which memory gaps are filled from."""
        return self.records


@dataclass(frozen=True)
class Dlt645Place(DigitsPlace):
    """The number behind an identifier."""

    device_unit: str = ""

    @property
    def unit(self) -> str:
        """That of the standard's table."""
        return self.device_unit


def read_own(section: Section, word: str) -> Dlt645Own:
    """The keys of a meter."""
    own = section.read(Dlt645Own2007 if word == EDITION_2007 else Dlt645Own)
    return padded(section, own, ADDRESS, reasons.DLT645_ADDRESS())


class _PlaceKeys(Settings, frozen=True, kw_only=True):
    identifier: str
    signed: bool | None = None
    format: str | None = None


def read_place(section: Section, word: str) -> Dlt645Place:
    """Identifier and digits of a point; what the standard's tables say stands for what is not given."""
    digits = 4 if word == EDITION_1997 else 8
    keys = section.read(_PlaceKeys)
    identifier = keys.identifier.upper()
    known = None
    if identifier and (len(identifier) != digits or not set(identifier) <= _HEX):
        section.problem(
            "identifier",
            reasons.IDENTIFIER_DIGITS(digits=digits, such="9010" if digits == 4 else "00010000", identifier=identifier),
        )
    else:
        known = items.item(identifier) if identifier else None
    signed = (known is not None and known.signed) if keys.signed is None else keys.signed
    text = keys.format or (known.format if known is not None else "")
    if identifier and not text:
        section.problem("format", reasons.NO_PUBLIC_IDENTIFIER(identifier=identifier))
    if word == AUTO and identifier and not items.to_1997(identifier):
        section.problem("identifier", reasons.NO_COUNTERPART(identifier=identifier))
    form = read_format(section, text or "XXXXXX.XX", signed=signed)
    return Dlt645Place(identifier=identifier, form=form, device_unit=known.unit if known is not None else "")
