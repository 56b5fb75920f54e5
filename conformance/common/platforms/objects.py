"""Objects that people keep at a platform: whether it took them as they were entered, finds them, and changes them.

Leaves what follows from them to the judges of their chapters. A list is compared with what people of the history had
entered until then; of an account that belongs to an enterprise only that enterprise's objects count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.dut.platform.vocabulary import Kind
from bench.history import History
from conformance.common.platforms.answers import REFUSED
from conformance.common.platforms.books import Act, Listed, Row, acts, figure, listed

HOME = {"clerk-a": "A", "manager-a": "A", "clerk-b": "B"}
"""The enterprise that an account belongs to (profiles of platforms)."""


@dataclass(frozen=True)
class Found:
    """What is wrong, one line each, and how much was looked at."""

    wrong: tuple[str, ...]
    known: int

    def __add__(self, other: Found) -> Found:
        return Found((*self.wrong, *other.wrong), self.known + other.known)


NOTHING = Found((), 0)


def same(shown: str, told: str) -> bool:
    """Whether a field is shown as it was entered: numbers by value, everything else by text."""
    one, other = figure(shown), figure(told)
    return one == other if one is not None and other is not None else shown == told


def visible(rows: Sequence[Row], by: str) -> list[Row]:
    """Of objects those that an account's people can have entered or must see."""
    home = HOME.get(by)
    return [row for row in rows if home is None or row.get("enterprise", home) == home]


def _named(asked: Listed) -> dict[str, Row]:
    return {row.get("id", "") or row.get("object", ""): row for row in asked.rows}


def _filter(asked: Listed) -> Mapping[str, str]:
    return {name: value for name, value in asked.event.query.items() if name not in ("by", "object")}


def differences(asked: Listed, due: Row, where: str) -> list[str]:
    """What of one object a list shows otherwise."""
    shown = _named(asked).get(due["id"])
    if shown is None:
        return [f"{where}: {due['id']} is missing"]
    return [
        f"{where}: {due['id']} {name} {shown.get(name, '') or 'not shown'}, entered {value}"
        for name, value in due.items()
        if not same(shown.get(name, ""), value)
    ]


def _changed(history: History, kind: Kind) -> dict[str, list[Act]]:
    found: dict[str, list[Act]] = {}
    for act in acts(history, kind):
        if act.verb == "change" and act.taken:
            found.setdefault(act.key, []).append(act)
    return found


def entered(history: History, kind: Kind, *, by: str = "", **only: str) -> Found:
    """Objects of a kind are shown as they were entered, by lists without a filter before they are changed."""
    result = NOTHING
    changed = _changed(history, kind)
    for asked in listed(history, kind, **({"by": by} if by else {})):
        if _filter(asked):
            continue
        for row in visible(asked.books.all(kind, **only), asked.by):
            if any(act.order <= asked.order for act in changed.get(row["id"], ())):
                continue
            result += Found(tuple(differences(asked, row, asked.told())), 1)
    return result + Found(tuple(_refused(history, kind, only)), 0)


def _refused(history: History, kind: Kind, only: Mapping[str, str]) -> list[str]:
    """Entries of these that were refused and tell no flaw of their own: the case expects them to be taken."""
    return [
        f"{act.by}: {act.kind} {act.key} was not taken: {act.event.problem}"
        for act in acts(history, kind)
        if act.verb == "create"
        and not act.taken
        and act.event.outcome == "refused"
        and expected(act)
        and all(act.fields.get(name) == value for name, value in only.items())
    ]


def expected(act: Act) -> bool:
    """Whether an entry was meant to be taken: cases call those that are not `wrong-…`, and strangers try `not-…`."""
    return not act.key.startswith(("wrong-", "not-"))


def updated(history: History, kind: Kind, *, by: str = "", **only: str) -> Found:
    """Objects that were changed are shown so by every later list."""
    result = NOTHING
    for key, changes in _changed(history, kind).items():
        for asked in listed(history, kind, **({"by": by} if by else {})):
            if asked.order < changes[0].order or _filter(asked):
                continue
            due = asked.books.kinds.get(kind.name, {}).get(key)
            if due is None or any(due.get(name) != value for name, value in only.items()):
                continue
            if visible([due], asked.by):
                result += Found(tuple(differences(asked, due, asked.told())), 1)
    refused = [
        f"{act.by}: {act.kind} {act.key} was not changed: {act.event.problem}"
        for act in acts(history, kind)
        if act.verb == "change" and not act.taken and act.event.outcome == "refused" and HOME.get(act.by, "") != ""
    ]
    return result + Found(tuple(refused if not _changed(history, kind) else ()), 0)


def queried(history: History, kind: Kind, *, by: str = "", **only: str) -> Found:
    """Lists with a filter show exactly the objects that fit, of those that the account may see."""
    result = NOTHING
    for asked in listed(history, kind, **({"by": by} if by else {})):
        wanted = _filter(asked)
        if not wanted or any(wanted.get(name, value) != value for name, value in only.items()):
            continue
        due = {row["id"] for row in visible(asked.books.all(kind, **wanted), asked.by)}
        shown = set(_named(asked))
        lines = [f"{asked.told()}: {each} is missing" for each in sorted(due - shown)]
        lines += [f"{asked.told()}: {each} does not fit" for each in sorted(shown - due)]
        result += Found(tuple(lines), len(due))
    return result


def removed(history: History, kind: Kind) -> Found:
    """Objects that were removed are in no later list."""
    result = NOTHING
    for act in acts(history, kind):
        if act.verb != "remove":
            continue
        if not act.taken:
            if act.event.outcome == "refused":
                result += Found((f"{act.by}: {act.kind} {act.key} was not removed: {act.event.problem}",), 0)
            continue
        lists = list(listed(history, kind))
        before = any(asked.order < act.order and act.key in _named(asked) for asked in lists)
        for asked in lists:
            if asked.order > act.order and act.key not in asked.books.kinds.get(kind.name, {}):
                shown = act.key in _named(asked)
                # A list without rows tells of nothing removed, unless what was removed had been in one.
                known = bool(before or asked.rows) and asked.event.outcome != REFUSED
                result += Found((f"{asked.told()}: {act.key} is still there",) if shown else (), known)
    return result
