"""Templates of the inventory report by sector: which activity data its table lists (CSMT table 1 and 11.11, ISC-2 A.1).

Leaves amounts to `processing.inventory`. A sector without a template has the rows that are common to all.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

_FILE = Path(__file__).parent / "tables" / "sectors.toml"


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row: what is acquired, and the terms of methods that are it, by patterns."""

    zh: str
    en: str
    terms: tuple[str, ...]


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rows of a sector."""

    zh: str
    en: str
    rows: tuple[Item, ...]


class _Rows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rows: tuple[Item, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    common: dict[str, _Rows]
    sectors: dict[str, Template]


@cache
def templates() -> dict[str, Template]:
    """Every template by its sector, with the rows that are common to all."""
    read = msgspec.toml.decode(_FILE.read_bytes(), type=_File)
    before, after = read.common["before"].rows, read.common["after"].rows
    found = {name: Template(each.zh, each.en, (*before, *each.rows, *after)) for name, each in read.sectors.items()}
    return {**found, GENERAL: Template("工业其他行业", "other sectors", (*before, *after))}


GENERAL = "general"
"""The template of sectors that have none of their own."""
