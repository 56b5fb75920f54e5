"""Defects of inventories: sources of somebody else, of another process, under the wrong class (SSEA 5.4.3)."""

from __future__ import annotations

from typing import Any

from conformance.defects import Patch, defect
from simulators.platform import inventory
from simulators.platform.accounting.lines import Line


@defect(
    "inventory-of-the-park",
    en="the inventory of an enterprise shows the sources of the whole park",
    zh="企业数据清单列出整个园区的排放源",
    clauses=("ssea/5.4.1b", "ssea/5.4.3.1-1"),
)
def inventory_of_the_park(patch: Patch) -> None:
    """The operator may see them all."""

    def within(line: Line, query: Any) -> bool:
        return query.of == "enterprise" or whole(line, query)

    whole = patch(inventory, "_within", within)


@defect(
    "process-by-enterprise",
    en="the inventory of a process is that of its enterprise",
    zh="工序数据清单为其企业的清单",
    clauses=("ssea/5.4.3.1-2",),
)
def process_by_enterprise(patch: Patch) -> None:
    """The process is not known where the enterprise is."""

    def within(line: Line, query: Any) -> bool:
        return line.enterprise == query.id.partition("-")[0] if query.of == "process" else whole(line, query)

    whole = patch(inventory, "_within", within)


@defect(
    "stored-under-process",
    en="carbon stored in products stands under process emissions",
    zh="固碳产品列入过程排放",
    clauses=("ssea/5.4.3.2",),
)
def stored_under_process(patch: Patch) -> None:
    """It has to do with the process."""
    whole = inventory.source_class

    def source_class(line: Line) -> str:
        found = whole(line)
        return "process" if found == "stored" else found

    patch(inventory, "source_class", source_class)
