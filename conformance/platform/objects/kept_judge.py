"""Objects as they are listed against what was entered, changed and removed before.

Leaves versions, rights and imports to chapters of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.case import Check, criterion
from bench.dut.platform.vocabulary import DECIMAL, Kind
from bench.dut.platform.vocabulary.base import ENTERPRISE, FACTOR
from bench.history import History, Observed
from conformance.common.platforms import answers as platform

KEPT = criterion(
    "kept-as-entered",
    en="Every object is listed with each field as it was entered",
    zh="对象按录入的每个字段列出",
    unit="fields",
)
CHANGED = criterion(
    "changed-as-entered",
    en="A changed object is listed as changed, in those fields alone",
    zh="修改的对象仅在所改字段上改变",
    unit="fields",
)
REMOVED = criterion("removed-is-gone", en="A removed object is listed no more", zh="删除的对象不再列出", unit="objects")


@dataclass
class _Kept:
    """What was entered of a kind so far, and what its lists show otherwise; `asked` are those that were compared."""

    kind: Kind
    entered: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    changed: set[str] = field(default_factory=set[str])
    gone: set[str] = field(default_factory=set[str])
    wrong: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def see(self, event: Observed) -> None:
        """Take one event in, in the order of the history."""
        action = event.what.partition(" ")[0]
        if event.outcome == platform.REFUSED and action in ("create", "change", "remove", "list"):
            check = {"change": CHANGED, "remove": REMOVED}.get(action, KEPT)
            self.wrong.setdefault(check.id, []).append(f"{event.what}: refused, {event.problem} / 被拒绝")
        if event.outcome != platform.DONE:
            return
        key = event.query.get("object") or (event.rows[0].get("object", "") if event.rows else "")
        if action in ("create", "change"):
            fields = {name: text for name, text in event.query.items() if name in self.kind.fields}
            self.entered[key] = self.entered.get(key, {}) | fields
            self.changed |= {key} if action == "change" else set()
        elif action == "remove":
            self.gone.add(key)
            self.entered.pop(key, None)
        elif action == "list":
            self._compare(event)

    def _compare(self, event: Observed) -> None:
        shown = {row.get("object", ""): row for row in event.rows}
        for key, fields in self.entered.items():
            check = CHANGED if self.changed else KEPT
            found = self.wrong.setdefault(check.id, [])
            if key not in shown:
                found.append(f"{event.what}: {key} is not listed / 未列出")
                continue
            found += [
                f"{event.what}: {key}.{name} is {shown[key].get(name, 'absent')!r}, entered {text!r} / 与录入不符"
                for name, text in fields.items()
                if not self._same(name, shown[key], text)
            ]
        if self.gone and shown:
            still = sorted(self.gone & set(shown))
            self.wrong.setdefault(REMOVED.id, []).extend(
                f"{event.what}: {key} is listed still / 仍列出" for key in still
            )

    def _same(self, name: str, shown: dict[str, str], entered: str) -> bool:
        """Numbers by value, everything else as it is written."""
        if self.kind.fields[name] is DECIMAL:
            return platform.number(shown.get(name, "")) == platform.number(entered)
        return shown.get(name, "") == entered


def findings(history: History) -> Iterator[Check]:
    """What differs, list by list."""
    kept = {kind.name: _Kept(kind) for kind in (ENTERPRISE, FACTOR)}
    for event in history.of(Observed):
        of = kept.get(event.what.partition(" ")[2])
        if of is not None:
            of.see(event)
    for check in (KEPT, CHANGED, REMOVED):
        asked = [each.wrong[check.id] for each in kept.values() if check.id in each.wrong]
        yield check.none([each for found in asked for each in found], bool(asked))
