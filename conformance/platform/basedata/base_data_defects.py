"""Defects of base data: kinds of quantities merged, changes and removals forgotten, configuration without effect."""

from __future__ import annotations

from conformance.defects import Patch, defect
from conformance.defects.platform_seams import altered, listed, not_changed, not_removed
from simulators.platform.library import rules

_ENTERPRISE, _PARK, _OWN = ("cpcif/5.2.1.2b",), ("cpcif/5.2.1.2f",), ("cpcif/5.2.1.2e",)


@defect(
    "waste-not-kept",
    en="quantities of waste are taken and not kept",
    zh="废物量录入后未保存",
    clauses=(*_ENTERPRISE, *_PARK),
)
def waste_not_kept(patch: Patch) -> None:
    """It is no emission."""
    listed(patch, "activity", lambda things: [each for each in things if each.item != "waste"])


@defect(
    "tail-gas-cut-short",
    en="texts on tail gas are kept to their first three characters",
    zh="尾气处理说明只保存前三个字符",
    clauses=_ENTERPRISE,
)
def tail_gas_cut_short(patch: Patch) -> None:
    """A code of three letters was planned."""
    altered(patch, "technique", "tail_gas", lambda text: str(text)[:3])


@defect(
    "base-data-final",
    en="changes and removals of quantities are confirmed and not carried out",
    zh="活动量的更改和删除返回成功但未生效",
    clauses=(*_ENTERPRISE, *_PARK),
)
def base_data_final(patch: Patch) -> None:
    """The year is closed."""
    not_changed(patch, "activity")
    not_removed(patch, "activity")


@defect(
    "fuels-of-the-catalogue",
    en="fuels that an enterprise configures are kept in the unit of the catalogue",
    zh="企业配置的燃料单位被目录单位取代",
    clauses=_OWN,
)
def fuels_of_the_catalogue(patch: Patch) -> None:
    """Units are the park's to choose."""
    altered(patch, "fuel", "unit", lambda unit: "t")


@defect(
    "recovery-on-paper",
    en="recovered CO2 is configured and shown, and not deducted",
    zh="回收的 CO₂ 只作登记，不予扣减",
    clauses=_OWN,
)
def recovery_on_paper(patch: Patch) -> None:
    """The engine does not look there."""
    patch(rules, "recoveries", lambda found, start_us: [])
