"""Templates of the inventory report by sector: which activity data its table lists (CSMT table 1 and 11.11, ISC-2 A.1).

Leaves amounts to `processing.inventory`. A sector without a template has the rows that are common to all.
"""

from __future__ import annotations

from functools import cache

from msgspec.structs import replace

from reference_terminal.accounting.library import read_table
from reference_terminal.settings.reader import Settings


class Item(Settings, frozen=True, kw_only=True):
    """A row: what is acquired, and the terms of methods that are it, by patterns."""

    zh: str
    en: str
    terms: tuple[str, ...]


class Template(Settings, frozen=True, kw_only=True):
    """The rows of a sector."""

    zh: str
    en: str
    rows: tuple[Item, ...] = ()


class _Rows(Settings, frozen=True, kw_only=True):
    rows: tuple[Item, ...]


class _Common(Settings, frozen=True, kw_only=True):
    before: _Rows
    after: _Rows


class _File(Settings, frozen=True, kw_only=True):
    common: _Common
    sectors: dict[str, Template]


@cache
def templates() -> dict[str, Template]:
    """Every template by its sector, with the rows that are common to all."""
    read = read_table("tables/sectors.toml", _File)
    before, after = read.common.before.rows, read.common.after.rows
    found = {name: replace(each, rows=(*before, *each.rows, *after)) for name, each in read.sectors.items()}
    return {**found, GENERAL: Template(zh="工业其他行业", en="other sectors", rows=(*before, *after))}


GENERAL = "general"
"""The template of sectors that have none of their own."""
