"""Defects of entries by hand: numbers that lose their decimals, lists that show the newest alone."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from conformance.defects import Patch, defect
from simulators.platform.core.desk import Desk
from simulators.platform.core.kinds import Kind
from simulators.platform.core.objects import Objects

_ALL = ("cpcif/5.1.5.1b", "cpcif/5.1.6.1b", "cpcif/5.1.7c", "cpcif/5.1.8c", "cpcif/5.1.2.2c", "cpcif/5.1.2.3b")


@defect(
    "platform-rounds-entries",
    en="Numbers entered by hand are kept with one decimal",
    zh="填报的数值只保留一位小数",
    clauses=(*_ALL, "cpcif/5.1.5.2b", "cpcif/5.1.6.2b", "cpcif/5.1.2.2b"),
)
def rounds_entries(patch: Patch) -> None:
    """Values of entries and factors are rounded."""
    create = Objects.create

    def rounded(self: Objects, desk: Desk, kind: Kind, values: Mapping[str, Any]) -> str:
        told = dict(values)
        if kind.name in ("entry", "factor"):
            told["value"] = str(Decimal(str(told["value"])).quantize(Decimal("0.1")))
            if kind.name == "entry":
                told["reason"] = ""
        return create(self, desk, kind, told)

    patch(Objects, "create", rounded)
