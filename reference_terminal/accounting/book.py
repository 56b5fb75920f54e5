"""The activity file of a period: read from TOML, and its account written for people and programs.

Leaves working it out to `account`. The file serves any computer, without a terminal (CSMT 11.4).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import msgspec

from reference_terminal.accounting import library, reasons
from reference_terminal.accounting.account import Account, Emission, Given, Source, account
from reference_terminal.accounting.method import CATEGORIES
from reference_terminal.accounting.printed import rounded, short
from reference_terminal.accounting.quantity import written
from reference_terminal.model.messages import Text
from reference_terminal.settings.problems import InputError, Problem
from reference_terminal.settings.reader import PlainDecimal, Settings, did_you_mean, read

FORMAT = "carbon-account/1"
_MOST_OCTETS = 16 << 20
_TITLES = {
    "unit": "accounting unit / 核算单元",
    "category": "category / 类别",
    "scope": "scope / 范围",
    "gas": "gas / 气体",
}
"""By what a total is told."""


class _Value(Settings, frozen=True, kw_only=True):
    value: PlainDecimal
    unit: str = ""
    source: str = ""

    def flaws(self) -> Iterator[tuple[str, Text]]:
        """A number has a unit."""
        if not self.unit:
            yield "unit", reasons.NO_UNIT_GIVEN()


class _Source(Settings, frozen=True, kw_only=True):
    id: str
    term: str
    unit: str = ""
    item: str = ""
    data: dict[str, _Value] = {}


class Instrument(Settings, frozen=True, kw_only=True):
    """A measuring instrument of the report's list (ISC-2 7.3.1, CSMT 11.10)."""

    id: str
    name: str = ""
    model: str = ""
    place: str = ""
    accuracy: str = ""
    calibrated: str = ""
    due: str = ""


class Product(Settings, frozen=True, kw_only=True):
    """What intensity is told by: a product, or energy, and how much of it was made."""

    name: str
    amount: PlainDecimal
    unit: str

    def flaws(self) -> Iterator[tuple[str, Text]]:
        """Something was made."""
        if self.amount <= 0:
            yield "amount", reasons.AMOUNT_ABOVE_ZERO()


class Notes(Settings, frozen=True, kw_only=True):
    """What a report tells beside figures; what is empty is told as not given."""

    code: str = ""
    industry: str = ""
    address: str = ""
    representative: str = ""
    contact: str = ""
    boundary: str = ""
    data_quality: str = ""
    uncertainty: str = ""
    missing_data: tuple[str, ...] = ()
    base_year: str = ""
    changes: tuple[str, ...] = ()


class Book(Settings, frozen=True, kw_only=True):
    """The file: method, year of accounting, what period it is of, the emitter, decimals to print, the sources.

    `products`, `instruments` and `notes` are for the report only.
    """

    method: str
    year: int
    sources: tuple[_Source, ...] = ()
    period: str = ""
    emitter: str = ""
    digits: Annotated[int, msgspec.Meta(ge=0, le=12)] = 2
    products: tuple[Product, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    notes: Notes = Notes()

    def flaws(self) -> Iterator[tuple[str, Text]]:
        """A method that there is, and sources that are told apart."""
        if self.method and self.method not in library.methods():
            near = did_you_mean(self.method, list(library.methods()))
            yield "method", reasons.NO_METHOD_NAMED(name=self.method, hint=near)
        if not self.sources:
            yield "sources", reasons.NO_SOURCES()
        seen: set[str] = set()
        for number, each in enumerate(self.sources):
            if each.id and each.id in seen:
                yield f"sources[{number}].id", reasons.SOURCE_TWICE()
            seen.add(each.id)


def read_book(path: Path) -> Book:
    """The file as it stands. Raises InputError with everything that is wrong with it."""
    try:
        octets = path.read_bytes()
    except OSError as error:
        raise InputError([Problem(str(path), reasons.BOOK_UNREADABLE(strerror=error.strerror))]) from None
    if len(octets) > _MOST_OCTETS:
        raise InputError([Problem(str(path), reasons.BOOK_TOO_LARGE(most=_MOST_OCTETS >> 20))])
    try:
        # A decimal number keeps its digits: it never passes through a binary float.
        data = tomllib.loads(octets.decode("utf-8-sig"), parse_float=str)
    except UnicodeDecodeError as error:
        raise InputError([Problem(str(path), reasons.NO_UTF8(start=error.start))]) from None
    except (ValueError, RecursionError) as error:
        raise InputError([Problem(str(path), reasons.NO_BOOK(error=error))]) from None
    book, problems = read(data, Book)
    if problems:
        raise InputError([Problem(f"{path}: {each.where}", each.said) for each in problems])
    return book


def account_of(book: Book, where: str) -> Account:
    """Work a book out. Raises InputError with everything that is wrong with its figures."""
    sources = [
        Source(
            each.id,
            each.unit,
            each.term,
            each.item,
            {name: Given(Fraction(value.value), value.unit, value.source) for name, value in each.data.items()},
        )
        for each in book.sources
    ]
    found, wrong = account(library.methods()[book.method], book.year, sources)
    if wrong:
        raise InputError([Problem(f"{where}: {each.where}", each.said) for each in wrong])
    return found


def chain(emission: Emission) -> list[str]:
    """How one figure came about, a line each: inputs with origin, formula, mass, CO2 equivalent."""
    source, term = emission.source, emission.term
    lines = [f"{source.id}  {term.en} / {term.zh}" + (f"  [{source.item}]" if source.item else "")]
    for step in emission.steps:
        origin = step.origin or "not said / 未说明"
        mark = "default 缺省值: " if step.default else ""
        lines.append(f"    {step.input.name:<8} = {short(step.value)} {step.input.unit}   {mark}{origin}")
    for name in emission.constants:
        value = library.constants()[name]
        lines.append(f"    {name:<8} = {value.value} {written(value.dimensions)}")
    sign = "-" if term.sign < 0 else ""
    unsure = "  (unverified / 未经证实)" if term.unverified else ""
    lines.append(f"    {sign}({term.formula}) = {short(emission.mass)} t{term.gas}   {term.source}{unsure}")
    if term.gas != "CO2":
        lines.append(f"    = {short(emission.equivalent)} tCO2e")
    return lines


def printed(book: Book, found: Account) -> str:
    """The whole account for a reader."""
    method = found.method
    lines = [f"{book.emitter}  {book.period or book.year}".strip()]
    lines.append(f"{method.document} ({method.edition})  GWP {method.gwp}")
    if method.unverified:
        lines.append(f"unverified / 未经证实: {method.unverified}")
    for emission in found.emissions:
        lines += ["", *chain(emission)]
        if not emission.term.counts:
            lines.append("    beside the total / 不计入总量")
    for what, title in _TITLES.items():
        lines += ["", title]
        for key, value in found.by(what).items():
            name = str(CATEGORIES[key]) if what == "category" else key or "-"
            lines.append(f"    {name}: {rounded(value, book.digits)} tCO2e")
    lines += ["", f"total / 总量: {rounded(found.total, book.digits)} tCO2e"]
    return "\n".join(lines)


def to_json(book: Book, found: Account) -> bytes:
    """The account for programs; exact values are fractions of whole numbers as text."""

    def amount(value: Fraction) -> dict[str, str]:
        return {"exact": str(value), "printed": rounded(value, book.digits)}

    whole: dict[str, Any] = {
        "format": FORMAT,
        "emitter": book.emitter,
        "period": book.period or str(book.year),
        "year": book.year,
        "method": {"id": found.method.id, "document": found.method.document, "edition": found.method.edition},
        "gwp": found.method.gwp,
        "unit": "tCO2e",
        "total": amount(found.total),
        **{f"by_{what}": {key: amount(value) for key, value in found.by(what).items()} for what in _TITLES},
        "sources": [
            {
                "id": each.source.id,
                "unit": each.source.unit,
                "term": each.source.term,
                "item": each.source.item,
                "formula": each.term.formula,
                "gas": each.term.gas,
                "mass_t": amount(each.mass),
                "equivalent_t": amount(each.equivalent),
                "counts": each.term.counts,
                "inputs": [
                    {
                        "name": step.input.name,
                        "value": str(step.value),
                        "unit": step.input.unit,
                        "origin": step.origin,
                        "default": step.default,
                    }
                    for step in each.steps
                ],
            }
            for each in found.emissions
        ],
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"


def listed() -> str:
    """Every method with its terms, and the items of the documents' lists that have none."""
    lines: list[str] = []
    for method in library.methods().values():
        numbers = [f"ISC-2 A.2 {', '.join(map(str, method.isc2_items))}"] if method.isc2_items else []
        numbers += [f"CSMT A {', '.join(map(str, method.csmt_items))}"] if method.csmt_items else []
        lines.append(f"{method.id}  {method.document} ({method.edition})  {'; '.join(numbers)}")
        lines += [f"    {key}: {term.en} / {term.zh}" for key, term in method.terms.items()]
    for each in library.absent():
        numbers = [f"ISC-2 A.2 {', '.join(map(str, each.isc2_items))}"] if each.isc2_items else []
        numbers += [f"CSMT A {', '.join(map(str, each.csmt_items))}"] if each.csmt_items else []
        lines.append(f"-  {each.document}  {'; '.join(numbers)}: {each.en} / {each.zh}")
    return "\n".join(lines)
