"""Defects of emissions in daily sets: another code, days without their quarter-hours, whole kilograms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

import msgspec

from conformance.defects import Patch, defect
from reference_terminal.model.rows import Record
from reference_terminal.uplink.hj212.packets import Channel
from reference_terminal.uplink.platforms import energy
from reference_terminal.uplink.platforms.entries import Terms

_Entry = dict[str, object]
_EMISSIONS = "04-01-0097-"


def _entries(patch: Patch, change: Callable[[_Entry], _Entry | None]) -> None:
    """Change, or leave out, every entry of an emission."""
    whole: Any = energy.entries

    def entries(channels: Sequence[Channel], records: Mapping[int, Record], terms: Terms, now_s: int) -> list[_Entry]:
        made = [
            change(each) if str(each["dataCode"]).startswith(_EMISSIONS) else each
            for each in whole(channels, records, terms, now_s)
        ]
        return [each for each in made if each is not None]

    patch(energy, "entries", entries)


@defect(
    "emission-under-another-code",
    en="emissions are sent under a code that nobody configured",
    zh="排放量以未配置的编码上传",
    clauses=("csmt/7.2b",),
)
def under_another_code(patch: Patch) -> None:
    """The number of the point is lost."""
    _entries(patch, lambda made: {**made, "dataCode": f"{str(made['dataCode'])[:-2]}99"})


@defect(
    "emission-day-without-quarters",
    en="of emissions only the day goes into the daily set",
    zh="每日数据中排放量只有日值",
    clauses=("csmt/4g",),
)
def day_without_quarters(patch: Patch) -> None:
    """What is computed is settled once a day."""
    _entries(patch, lambda made: made if made["statType"] else None)


@defect(
    "emission-in-whole-units-at-platform",
    en="emissions are sent to the platform without their decimals",
    zh="上传平台的排放量舍去小数",
    clauses=("csmt/4g",),
)
def in_whole_units(patch: Patch) -> None:
    """The column is an integer."""

    def change(made: _Entry) -> _Entry:
        value = Decimal(bytes(made["dataValue"]).decode() if isinstance(made["dataValue"], msgspec.Raw) else "0")
        return {**made, "dataValue": msgspec.Raw(str(value.to_integral_value(ROUND_DOWN)).encode())}

    _entries(patch, change)
