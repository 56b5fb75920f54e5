"""The budget of the bench's uncertainty over a run: its components as the run measured them (docs/MEASUREMENT.md).

Leaves computing the uncertainty of a check to `bench.case.measuring`; what is printed here is the largest that any case
of the run had.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from bench.case import VIRTUAL_RIG, RunResult, Text
from bench.case.measuring import RATE_LIMIT

_RECTANGULAR = Text("rectangular", "矩形分布")
_SPANS_S = (1, 10, 60, 3600, 86400)


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One row: what, how it is known, its distribution and its standard uncertainty with unit."""

    name: Text
    known_by: Text
    distribution: Text
    standard: str


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """All rows, and U (k=2) for spans of time."""

    rows: tuple[Component, ...]
    expanded: tuple[tuple[str, str], ...]


def budget(run: RunResult) -> Budget:
    """The budget of a run: in virtual time the rounding alone, else the components that its cases measured."""
    if run.rig == VIRTUAL_RIG:
        rounding = Component(
            name=Text("times are told to 1 ms", "时间以 1 ms 给出"),
            known_by=Text("instants of the simulated clock are exact", "仿真时钟的时刻是精确的"),
            distribution=_RECTANGULAR,
            standard="0.0003 s",
        )
        return Budget(rows=(rounding,), expanded=tuple((f"{span} s", "0.001 s") for span in _SPANS_S))
    late, waited, short = (_largest(run, name) for name in ("bench-loop-delay", "bench-cpu-wait", "bench-uncertainty"))
    supply = _largest(run, "supply-delay")
    rows = (
        Component(
            name=Text("late stamps of the bench's loop", "台架事件循环的时标延迟"),
            known_by=Text("sampled every 20 ms in each case; the largest P99", "每个用例每 20 ms 采样一次，取最大 P99"),
            distribution=_RECTANGULAR,
            standard=_over_root_3(late),
        ),
        Component(
            name=Text("wait of the bench for a CPU", "台架等待 CPU"),
            known_by=Text("the kernel's account; the largest mean", "内核统计，取最大平均值"),
            distribution=_RECTANGULAR,
            standard=_over_root_3(waited),
        ),
        Component(
            name=Text("rate of the bench's clock", "台架时钟速率"),
            known_by=Text("not calibrated: 100 ppm at most", "未校准：不超过 100 ppm"),
            distribution=_RECTANGULAR,
            standard=f"{RATE_LIMIT * 1_000_000 / Decimal(3).sqrt():.0f} ppm",
        ),
        Component(
            name=Text("relay or supply", "继电器或电源"),
            known_by=Text(
                "longest time from order to confirmation; checks count from the confirmed instant",
                "自指令至确认的最长时间；判定自确认时刻起算",
            ),
            distribution=Text("not part of U", "不计入 U"),
            standard="—" if supply is None else f"{supply} s",
        ),
        Component(
            name=Text("serial adapter", "串口适配器"),
            known_by=Text("measured by bench check, bounded by the rig file", "bench check 实测，台架文件限定"),
            distribution=Text("not part of U", "不计入 U"),
            standard="—",
        ),
    )
    if short is None:
        return Budget(rows=rows, expanded=(("—", "—"),))
    expanded: list[tuple[str, str]] = []
    for span in _SPANS_S:
        rate = 2 * RATE_LIMIT * span / Decimal(3).sqrt()
        expanded.append((f"{span} s", f"{(max(short, Decimal('0.001')) ** 2 + rate**2).sqrt():.4f} s"))
    return Budget(rows=rows, expanded=tuple(expanded))


def _largest(run: RunResult, name: str) -> Decimal | None:
    found = [Decimal(each.value) for case in run.cases for each in case.measurements if each.id == name]
    return max(found, default=None)


def _over_root_3(value: Decimal | None) -> str:
    return "—" if value is None else f"{value / Decimal(3).sqrt():.6f} s"
