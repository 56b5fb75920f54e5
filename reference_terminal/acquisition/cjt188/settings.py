"""What a configuration says of CJ/T 188 meters: address, type, layout of answers; of points: identifier and field.

Leaves what layouts there are to `model.cjt188_layouts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from msgspec import Meta, structs

from reference_terminal.acquisition.cjt188 import reasons
from reference_terminal.model.bcd import Format
from reference_terminal.model.cjt188_layouts import NAMED, FieldLayout, fields_named
from reference_terminal.model.messages import Text, listing
from reference_terminal.settings.digits import DigitsPlace, padded, read_format
from reference_terminal.settings.protocols import Own
from reference_terminal.settings.reader import Section, Settings, did_you_mean, one_of

WORDS = ("cjt188-2004", "cjt188-2018")
ADDRESS = 14, "0123456789ABCDEF"
"""Digits of an address, and which: A stands for any."""
_HEX = frozenset("0123456789ABCDEF")


class _Keys(Own, frozen=True, kw_only=True):
    """What stands in the meter's own table.

    `preamble` octets FE go before a request; `kind` is the type octet (hexadecimal), `identifier_order` that of
    requests, `layout` that of the answer, `status_scheme` says where valve and battery stand.
    """

    address: str
    preamble: Annotated[int, Meta(ge=0, le=8)] = 4
    kind: str = "10"
    identifier_order: Literal["low", "high"] = "low"
    layout: Annotated[str, one_of(("standard", *NAMED, "own"))] = "standard"
    status_scheme: Literal["standard", "high"] = "standard"

    @property
    def known_as(self) -> str:
        """The address."""
        return self.address

    def flaws(self) -> Iterator[tuple[str, Text]]:
        """The type octet."""
        if len(self.kind) != 2 or not set(self.kind.upper()) <= _HEX:
            yield ("kind", reasons.TYPE_OCTET(kind=self.kind.upper()))


class Cjt188Own(_Keys, frozen=True, kw_only=True):
    """The same with the `fields` of a layout of its own."""

    fields: tuple[FieldLayout, ...] = ()


@dataclass(frozen=True)
class Cjt188Place(DigitsPlace):
    """A `field` of the answer to an identifier."""

    field: str = ""

    def taken(self) -> Iterator[tuple[tuple[int | str, ...], str, Text]]:
        """The field."""
        name = f"{self.identifier} {self.field}"
        yield (self.identifier, self.field), "identifier", Text(name, name)


def read_own(section: Section) -> Cjt188Own:
    """The keys of a meter."""
    keys = section.read(_Keys)
    fields = tuple(_field(each) for each in section.sections("fields"))
    if (keys.layout == "own") != bool(fields):
        section.problem("fields", reasons.OWN_LAYOUT())
    told: dict[str, Any] = structs.asdict(keys) | {"kind": keys.kind.upper(), "fields": fields}
    made = Cjt188Own(**told)
    return padded(section, made, ADDRESS, reasons.CJT188_ADDRESS())


class _Digits(Settings, frozen=True, kw_only=True):
    name: str = ""
    format: str = ""
    signed: bool = False
    unit: Literal["code", "code-first", "none"] = "none"


class _Skipped(Settings, frozen=True, kw_only=True):
    name: str = ""
    octets: Annotated[int, Meta(ge=1, le=64)]


def _field(section: Section) -> FieldLayout:
    """Digits, or octets that are no number."""
    skipped = section.read(_Skipped) if "octets" in section else None
    if skipped is not None and "format" not in section:
        section.done()
        return FieldLayout(name=skipped.name, form=None, unit="none", octets=skipped.octets)
    digits = section.read(_Digits)
    if skipped is not None or not digits.format:
        section.problem("format", reasons.FORMAT_OR_OCTETS())
    form = read_format(section, digits.format, signed=digits.signed) if digits.format else None
    section.done()
    return FieldLayout(name=digits.name, form=form, unit=digits.unit, octets=0)


def fields_of(own: Cjt188Own, identifier: str) -> tuple[FieldLayout, ...]:
    """The fields of the answer to an identifier."""
    return fields_named(own.layout, own.fields, own.kind, identifier)


class _PlaceKeys(Settings, frozen=True, kw_only=True):
    identifier: str = "901F"
    field: str = "volume"
    format: str | None = None

    def flaws(self) -> Iterator[tuple[str, Text]]:
        """Two octets."""
        if len(self.identifier) != 4 or not set(self.identifier.upper()) <= _HEX:
            yield "identifier", reasons.FOUR_DIGITS(identifier=self.identifier.upper())


def read_place(section: Section, own: Cjt188Own) -> Cjt188Place:
    """Identifier, field and digits of a point."""
    keys = section.read(_PlaceKeys)
    identifier, name = keys.identifier.upper(), keys.field
    fields = fields_of(own, identifier)
    names = [each.name for each in fields if each.name and each.form is not None]
    found = next((each for each in fields if each.name == name and each.form is not None), None)
    if found is None:
        section.problem("field", reasons.FIELD_NAME(names=listing(names), name=name, hint=did_you_mean(name, names)))
    place = Cjt188Place(identifier=identifier, field=name)
    if found is not None and found.form is not None:
        place = replace(place, form=found.form)
    if keys.format:
        given: Format = read_format(section, keys.format, signed=place.form.signed)
        if given.width != place.form.width:
            section.problem("format", reasons.FIELD_WIDTH(wanted=2 * place.form.width, got=2 * given.width))
        place = replace(place, form=given)
    return place
