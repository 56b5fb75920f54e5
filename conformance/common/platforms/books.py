"""What people typed into a platform and it took: objects of a history as they stand at an instant, and figures of it.

Leaves what must come of them to the truths. An object is what its last accepted creation or change says, by field;
a refused one is none, nor is what was changed and never made. Figures are exact; one that is shown is right if it is
the exact one, rounded at its own digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Generic

from bench.dut.platform.vocabulary import Analysis, AnyAnalysis, Kind, Misspelt, Q, R, unknown
from bench.dut.platform.vocabulary import Row as Shown
from bench.history import History, Observed
from conformance.common.platforms.answers import REFUSED

Row = dict[str, str]


@dataclass(frozen=True)
class Act:
    """One creation, change or removal that was tried: by whom, of which object, with what, and why not if refused.

    `order` counts what people did and asked: several of it can bear one instant.
    """

    event: Observed
    order: int
    verb: str
    kind: str
    key: str
    fields: Row
    by: str

    @property
    def taken(self) -> bool:
        """Whether the platform took it."""
        return not self.event.problem


@dataclass(frozen=True)
class Books:
    """Objects by kind and id."""

    kinds: dict[str, dict[str, Row]] = field(default_factory=dict[str, dict[str, Row]])

    def all(self, kind: Kind, **only: str) -> list[Row]:
        """The objects of a kind whose fields are these, in order of creation. Raises Misspelt."""
        known(kind, kind.fields, only)
        found = self.kinds.get(kind.name, {}).values()
        return [row for row in found if all(row.get(name) == value for name, value in only.items())]

    def find(self, kind: Kind, key: str) -> Row | None:
        """The object of this id; None where the platform did not take it."""
        return self.kinds.get(kind.name, {}).get(key)

    def amount(self, kind: Kind, name: str, **only: str) -> Fraction:
        """The sum of a field. Raises Misspelt."""
        known(kind, kind.fields, {name: ""})
        return sum((figure(row.get(name, "")) or Fraction(0) for row in self.all(kind, **only)), Fraction(0))


def known(word: Kind | AnyAnalysis, fields: Mapping[str, object], named: Mapping[str, str]) -> None:
    """Raises Misspelt for a field that a kind or an analysis has not."""
    for name in named:
        if name not in (*fields, "by", "object"):
            raise Misspelt(f"{word.name}: {unknown(name, fields)}")


def figure(text: str) -> Fraction | None:
    """A decimal number, exact; None where there is none."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return Fraction(found) if found.is_finite() else None


_VERBS = ("create", "change", "remove")


def _acts(history: History) -> Iterator[tuple[int, Observed, Act | None]]:
    """What people did and asked, in order; creations, changes and removals as such."""
    names: dict[str, str] = {}
    for order, event in enumerate(history.of(Observed)):
        verb, _, kind = event.what.partition(" ")
        if verb not in _VERBS:
            yield order, event, None
            continue
        fields = {name: value for name, value in event.query.items() if name not in ("by", "object")}
        called = event.query.get("object", "") or next((row.get("object", "") for row in event.rows), "")
        if verb == "create":
            key = fields.get("id", "") or called
            names[f"{kind} {called}"] = key
        else:
            key = names.get(f"{kind} {called}", called)
        yield order, event, Act(event, order, verb, kind, key, fields, event.query.get("by", ""))


def _take(kinds: dict[str, dict[str, Row]], act: Act) -> None:
    """Objects after an act that the platform took."""
    if not act.taken:
        return
    of_kind = kinds.setdefault(act.kind, {})
    if act.verb == "remove":
        of_kind.pop(act.key, None)
    elif act.verb == "create" or act.key in of_kind:
        of_kind[act.key] = {**of_kind.get(act.key, {}), **act.fields}


def acts(history: History, *kinds: Kind) -> list[Act]:
    """What was tried on objects of these kinds, in order."""
    wanted = [each.name for each in kinds]
    return [act for _, _, act in _acts(history) if act is not None and (not wanted or act.kind in wanted)]


def books(history: History, order: int | None = None) -> Books:
    """The objects as they stand after an act, else at the end."""
    kinds: dict[str, dict[str, Row]] = {}
    for at, _, act in _acts(history):
        if act is not None and (order is None or at <= order):
            _take(kinds, act)
    return Books(kinds)


@dataclass(frozen=True)
class Look:
    """One question that was asked, with the books as they stood then."""

    event: Observed
    order: int
    books: Books

    @property
    def by(self) -> str:
        """The account that asked."""
        return self.event.query.get("by", "")

    def told(self) -> str:
        """For the evidence."""
        words = ", ".join(f"{name} {value}" for name, value in self.event.query.items() if name != "by")
        refused = f", refused ({self.event.problem})" if self.event.problem else ""
        return f"{self.by}: {self.event.what} ({words}){refused}"


@dataclass(frozen=True)
class Asked(Look, Generic[Q, R]):
    """A question for an analysis, and the rows of the answer."""

    query: Q
    rows: tuple[R, ...]


@dataclass(frozen=True)
class Listed(Look):
    """A list of objects of a kind."""

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of the answer, by field."""
        return self.event.rows


def _questions(history: History, what: str, only: Mapping[str, str]) -> Iterator[Look]:
    kinds: dict[str, dict[str, Row]] = {}
    for order, event, act in _acts(history):
        if act is not None:
            _take(kinds, act)
        elif (
            event.what == what
            and (not event.problem or event.outcome == REFUSED)
            and all(event.query.get(name, "") == value for name, value in only.items())
        ):
            yield Look(event, order, Books({kind: dict(rows) for kind, rows in kinds.items()}))


def asked(history: History, analysis: Analysis[Q, R], **only: str) -> Iterator[Asked[Q, R]]:
    """Every question of this analysis that was put to the platform and whose fields are these. Raises Misspelt.

    Who is refused has no rows. What is not mapped, not answered or not as the profile says shows nothing, and is no
    question.
    """
    known(analysis, analysis.query, only)
    for look in _questions(history, f"ask {analysis.name}", only):
        query, rows = analysis.question(look.event.query), analysis.shown(look.event.rows)
        yield Asked(look.event, look.order, look.books, query, rows)


def listed(history: History, kind: Kind, **only: str) -> Iterator[Listed]:
    """Every list of a kind, as `asked`, whose filter and account (`by`) are these. Raises Misspelt."""
    known(kind, kind.fields, only)
    for look in _questions(history, f"list {kind.name}", only):
        yield Listed(look.event, look.order, look.books)


def right(shown: str, due: Fraction) -> bool:
    """Whether a figure is the exact one, rounded at the digits that it shows."""
    found = figure(shown)
    if found is None:
        return False
    places = len(shown.partition(".")[2])
    return abs(found - due) <= Fraction(1, 2 * 10**places)


def told(value: Fraction) -> str:
    """An exact figure for the evidence."""
    return f"{float(value):.6f}".rstrip("0").rstrip(".")


def wrong_cells(row: Shown, due: Mapping[str, Fraction | str], where: str) -> list[str]:
    """What of a row is not as it must be, one line each; a figure that is not shown is wrong.

    Raises AttributeError for a field that the row's type has not.
    """
    lines: list[str] = []
    for name, value in due.items():
        shown: str = getattr(row, name)
        if isinstance(value, Fraction):
            if not right(shown, value):
                lines.append(f"{where}: {name} {shown or 'not shown'}, exactly {told(value)}")
        elif shown != value:
            lines.append(f"{where}: {name} {shown or 'not shown'}, expected {value}")
    return lines


Due = dict[tuple[str, ...], dict[str, Fraction | str]]
"""What each row must hold, by the values of its key fields."""


def wrong_rows(rows: Sequence[Shown], key: Sequence[str], due: Due, where: str, *, others: bool = False) -> list[str]:
    """What of an answer is not as it must be: rows missing, doubled, wrong, or (unless `others` may be) invented."""
    lines: list[str] = []
    found: dict[tuple[str, ...], Shown] = {}
    for row in rows:
        name = tuple(str(getattr(row, each)) for each in key)
        if name in found:
            lines.append(f"{where}: {' '.join(name)} is shown twice")
        elif name not in due and not others:
            lines.append(f"{where}: {' '.join(name)} does not belong there")
        found.setdefault(name, row)
    for name, cells in due.items():
        row = found.get(name)
        if row is None:
            lines.append(f"{where}: {' '.join(name) or 'the row'} is missing")
        else:
            lines.extend(wrong_cells(row, cells, f"{where}: {' '.join(name)}".strip()))
    return lines
