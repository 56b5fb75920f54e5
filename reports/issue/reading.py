"""The files of a laboratory that a report is written from: read as trees of structs, all that is wrong told at once.

Leaves what a missing field means to `demands`: a reader that knows only types.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from simulators.settings import read
from simulators.tables import DescriptionError, Table, read_file

S = TypeVar("S", bound=msgspec.Struct)


class PaperError(Exception):
    """A file of the laboratory that cannot be used; `problems` holds one sentence for each thing wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text that reads differently in the two languages a report may have."""

    zh: str = ""
    en: str = ""


Said = str | Words
"""A text of the laboratory: one that is printed as it stands in either language, or one for each."""


def read_paper(path: Path, kind: type[S], *, beside: Collection[str] = ()) -> S:
    """A file as its struct, blanks around texts apart. Raises PaperError with every problem of the file.

    Tables of the names `beside` belong to others and are left unread.
    """

    def build(table: Table) -> S:
        mine = {key: _trimmed(value) for key, value in table.data.items() if key not in beside}
        return read(Table(mine, "", table.problems, table.first), kind)

    try:
        return read_file(path, build, first=1)
    except DescriptionError as error:
        raise PaperError([f"{path}: {problem}" for problem in error.problems]) from None


def _trimmed(value: object) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [_trimmed(each) for each in cast(list[object], value)]
    if isinstance(value, dict):
        return {key: _trimmed(each) for key, each in cast(Mapping[str, object], value).items()}
    return value
