"""Defects of what is kept: fields cut short, numbers rounded, removals forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from conformance.defects import Patch, defect
from simulators.platform.core.desk import Desk
from simulators.platform.core.kinds import Kind, Thing
from simulators.platform.core.objects import Objects

_NAMES, _LONGEST = ("name", "source"), 12
_DECIMALS = Decimal("0.0001")


@defect(
    "platform-cuts-texts",
    en="Names and sources are kept to their first twelve characters",
    zh="名称与来源仅保存前 12 个字符",
    clauses=("isc-1/4.5e",),
)
def cuts_texts(patch: Patch) -> None:
    """Two texts of a new object are cut short."""
    create = Objects.create

    def cut(self: Objects, desk: Desk, kind: Kind, values: Mapping[str, Any]) -> str:
        short = {name: value[:_LONGEST] if name in _NAMES else value for name, value in values.items()}
        return create(self, desk, kind, short)

    patch(Objects, "create", cut)


@defect(
    "platform-rounds-what-is-changed",
    en="A number that is changed is kept to four decimals",
    zh="修改的数值仅保留四位小数",
    clauses=("isc-1/4.5e",),
)
def rounds_changes(patch: Patch) -> None:
    """Numbers of a change are rounded."""
    change = Objects.change

    def rounded(self: Objects, desk: Desk, kind: Kind, key: str, values: Mapping[str, Any]) -> Thing:
        amounts = {name for name, notes in kind.fields.items() if "amount" in notes}
        told = {
            name: str(Decimal(str(value)).quantize(_DECIMALS)) if name in amounts and value else value
            for name, value in values.items()
        }
        return change(self, desk, kind, key, told)

    patch(Objects, "change", rounded)


@defect(
    "platform-keeps-what-is-removed",
    en="What is removed stays where it is",
    zh="删除操作未生效",
    clauses=("isc-1/4.5e",),
)
def keeps_removed(patch: Patch) -> None:
    """A removal does nothing, and says that it did."""

    def remove(self: Objects, desk: Desk, kind: Kind, key: str) -> None:
        del self, desk, kind, key

    patch(Objects, "remove", remove)
