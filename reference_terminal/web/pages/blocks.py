"""What pages are made of: facts, tables, charts, forms, links; the template draws them.

Leaves what stands on which page to `content`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reference_terminal.model.messages import Text

Shown = Text | str | int | float | None
"""What a cell shows: a text in two languages, or the same in both."""


@dataclass(frozen=True)
class State:
    """A state: its word, and `good`, `warn`, `bad` or `off`, by which it has a colour beside the word."""

    text: Shown
    level: str


@dataclass(frozen=True)
class Pair:
    """A cell of several things that belong together: the first, and beneath it what is there of the others."""

    first: Shown
    under: Sequence[Shown]


Cell = Shown | State | Pair


@dataclass(frozen=True)
class Facts:
    """Names and values."""

    title: Text
    rows: Sequence[tuple[Text, Shown | State]]
    kind: str = "facts"


@dataclass(frozen=True)
class Table:
    """Rows under columns; `marked` are the numbers of those that ask for attention, `note` stands below.

    `numbers` are the columns of figures, aligned to the right; `empty` says what to do where there are no rows.
    """

    title: Text
    columns: Sequence[Text]
    rows: Sequence[Sequence[Cell]]
    marked: frozenset[int] = frozenset()
    note: Text | None = None
    numbers: frozenset[int] = frozenset()
    empty: Text | None = None
    half: bool = False
    """Whether it may stand beside another one where the window is wide."""
    kind: str = "table"


@dataclass(frozen=True)
class Chart:
    """Lines over time: `times` in UTC s, each line a name, a unit and values (None: nothing there)."""

    title: Text
    times: Sequence[int]
    lines: Sequence[tuple[str, str, Sequence[float | None]]]
    bars: bool = False
    kind: str = "chart"

    @property
    def data(self) -> dict[str, Any]:
        """What the script draws."""
        return {"times": list(self.times), "lines": [list(each) for each in self.lines], "bars": self.bars}


@dataclass(frozen=True)
class Field:
    """A field of a form: a text, one of `choices`, or hidden with its `value`."""

    name: str
    label: Text
    value: str = ""
    choices: Sequence[tuple[str, Shown]] = ()
    input: str = "text"
    hint: str = ""
    needed: bool = True


@dataclass(frozen=True)
class Form:
    """What a person sends: to an address of the interface, or (`search`) to the page itself."""

    title: Text
    button: Text
    fields: Sequence[Field]
    to: str = ""
    search: bool = False
    risky: bool = False
    kind: str = "form"


@dataclass(frozen=True)
class Send:
    """A file that a person sends to an address as it is."""

    title: Text
    button: Text
    to: str
    kind: str = "send"


@dataclass(frozen=True)
class Links:
    """Files to be had."""

    title: Text
    links: Sequence[tuple[Text, str]]
    kind: str = "links"


@dataclass(frozen=True)
class Lines:
    """Text as it is, line by line."""

    title: Text
    lines: Sequence[str]
    kind: str = "lines"


Block = Facts | Table | Chart | Form | Send | Links | Lines


@dataclass(frozen=True)
class Page:
    """A page: its blocks, and after how many seconds it is fetched anew (0: not at all)."""

    blocks: Sequence[Block]
    refresh_s: int = 0
    extra: dict[str, Any] = field(default_factory=dict[str, Any])
