# pyright: reportPrivateUsage=false
"""Defects of flags: one flag for everything that is not normal, or the causes taken for each other."""

from __future__ import annotations

from conformance.defects import Patch, defect
from reference_terminal.model import reading
from reference_terminal.processing import interval


@defect(
    "one-flag-for-everything",
    en="whatever is not normal is flagged as an instrument out of range",
    zh="凡不正常的数据一律标记为超量程",
    clauses=("isc-2/7.2.4k",),
)
def one_flag_for_everything(patch: Patch) -> None:
    """N or not N is all that the program tells."""
    patch(interval, "flag_of", lambda cause: "T" if cause else "N")


@defect(
    "range-flagged-as-line",
    en="what exceeds an instrument's range is flagged as failed communication",
    zh="超量程数据标记为通信异常",
    clauses=("isc-2/7.2.4k", "isc-2/7.2.3-B(3)b"),
)
def range_flagged_as_line(patch: Patch) -> None:
    """A reading that was left out was not read: what else could it be than the line."""
    patch(interval, "flag_of", lambda cause: "B" if cause else "N")
    patch(reading, "flag_of", lambda cause: "B" if cause else "N")
