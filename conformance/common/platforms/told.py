"""What people told a platform and asked of it, as the history has it: orders, lists, versions, files, analyses, rights.

Leaves what must come of it to `platforms.bookkeeping` and the judges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.dut.platform.vocabulary import Analysis, Q, R
from bench.history import History, Observed
from conformance.common.platforms.answers import Answered, answers, done

VERBS = ("create", "change", "remove")
_LOST = ("unanswered", "unmapped", "unfit")
_ABOUT = ("by", "object")


@dataclass(frozen=True)
class Told:
    """One order: `by` is the account's word, `key` by what the product calls the object, `at` when it was answered.

    `place` counts what was observed: several things may happen at one instant of virtual time.
    """

    place: int
    asked: int
    at: int
    by: str
    verb: str
    kind: str
    key: str
    fields: Mapping[str, str]
    outcome: str

    @property
    def done(self) -> bool:
        """Whether the product says that it did it."""
        return self.outcome == "done"

    @property
    def lost(self) -> bool:
        """Whether it was not tried, or nobody knows what came of it."""
        return self.outcome in _LOST


def told(history: History) -> list[Told]:
    """Every order to create, change or remove an object, in the order of their answers."""
    found: list[Told] = []
    for place, event in enumerate(history.of(Observed)):
        verb, _, kind = event.what.partition(" ")
        if verb not in VERBS or not kind:
            continue
        fields = {name: text for name, text in event.query.items() if name not in _ABOUT}
        key = event.query.get("object", "")
        if verb == "create":
            key = (event.rows[0].get("object", "") if event.rows else "") or fields.get("id", "")
        found.append(Told(place, event.asked, event.t, event.query["by"], verb, kind, key, fields, event.outcome))
    return found


def _done(verb: str, history: History, names: tuple[str, ...]) -> list[tuple[str, Observed]]:
    found: list[tuple[str, Observed]] = []
    for event in history.of(Observed):
        did, _, name = event.what.partition(" ")
        if did == verb and name and event.outcome == "done" and (not names or name in names):
            found.append((name, event))
    return found


def lists(history: History, *kinds: str) -> list[tuple[str, Observed]]:
    """Lists that were answered, each with its kind."""
    return _done("list", history, kinds)


def versions(history: History, *kinds: str) -> list[tuple[str, Observed]]:
    """Histories of objects that were answered, each with its kind; `object` of the query is which."""
    return _done("history", history, kinds)


def exports(history: History, *kinds: str) -> list[tuple[str, Observed]]:
    """Exports that were answered, each with its kind."""
    return _done("export", history, kinds)


def imports(history: History, *kinds: str) -> list[tuple[str, Observed]]:
    """Files that were taken, each with its kind."""
    return _done("import", history, kinds)


def analyses(history: History, analysis: Analysis[Q, R]) -> list[Answered[Q, R]]:
    """Questions for an analysis that were answered, be it by no rows."""
    return done(answers(history, analysis))


def conditions(event: Observed) -> dict[str, str]:
    """The fields of a question besides who asked."""
    return {name: text for name, text in event.query.items() if name not in _ABOUT}


def rights(history: History) -> dict[str, tuple[str, ...]]:
    """Who may do what, as the profile declares: `verb kind` to words of accounts; `*` stands for any."""
    return {
        row["function"]: tuple(row.get("may", "").split())
        for event in history.of(Observed)
        if event.what == "rights"
        for row in event.rows
    }


def may(declared: Mapping[str, tuple[str, ...]], by: str, verb: str, kind: str) -> bool | None:
    """Whether an account may, by the most exact line that the profile has; None where it has none."""
    for function in (f"{verb} {kind}", f"* {kind}", f"{verb} *", "* *"):
        if function in declared:
            return by in declared[function]
    return None


def denied(history: History, *kinds: str) -> list[str]:
    """Orders for objects of these kinds that were refused to whom the profile does not forbid them, a line each."""
    declared = rights(history)
    refused = [each for each in told(history) if each.kind in kinds and each.outcome == "refused"]
    return [
        f"{each.by}: {each.verb} {each.kind} {each.key or each.fields.get('id', '')} is refused"
        for each in refused
        if may(declared, each.by, each.verb, each.kind) is not False
    ]
