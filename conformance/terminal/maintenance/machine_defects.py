"""Defects of the state of the machine: figures that stand still or are not there, wrong words, errors untold (R-41)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.operations import machine
from reference_terminal.operations.machine import Figures, MachineWatch
from reference_terminal.platform import Used
from reference_terminal.web.api import Api
from reference_terminal.web.guard import DeskGuard
from reference_terminal.web.state import StateApi


@defect(
    "figures-stand-still",
    en="processor, memory and disk are looked at once, when the terminal starts",
    zh="CPU、内存、硬盘状态只在启动时读取一次",
    clauses=("isc-2/8.2k", "csmt/10.6.2b", "isc-2/8.2l", "csmt/10.6.2c", "isc-2/8.2m", "csmt/10.6.2d"),
)
def figures_stand_still(patch: Patch) -> None:
    """The timer was never started."""
    known: dict[int, Figures] = {}

    def look(self: MachineWatch) -> None:
        own(self)
        if self.figures.cpu is not None:
            self.figures = known.setdefault(id(self), self.figures)

    own = patch(MachineWatch, "look", look)


@defect(
    "processor-since-the-start",
    en="the figure of the processor is the mean since the machine was started",
    zh="CPU 使用率为开机以来的平均值",
    clauses=("isc-2/8.2k", "csmt/10.6.2b"),
)
def processor_since_the_start(patch: Patch) -> None:
    """One division fewer."""

    def figures_of(before: Used | None, now: Used) -> Figures:
        return own(None if before is None else replace(now, busy_s=0.0, all_s=0.0), now)

    own = patch(machine, "figures_of", figures_of)


def _system(patch: Patch, **other: Any) -> None:
    def system(self: StateApi, query: dict[str, str]) -> Any:
        return {**own(self, query), **other}

    own = patch(StateApi, "system", system)


@defect(
    "programs-not-told",
    en="the state of the machine says nothing of programs",
    zh="不显示应用程序运行状态",
    clauses=("isc-2/8.2n", "csmt/10.6.2e"),
)
def programs_not_told(patch: Patch) -> None:
    """There is but one."""
    _system(patch, programs=[])


@defect(
    "system-by-its-brand",
    en="kind and version of the operating system are the maker's brand",
    zh="操作系统类型和版本显示为厂商自有名称",
    clauses=("isc-2/8.2o", "isc-2/8.2p", "csmt/10.6.2f", "csmt/10.6.2g"),
)
def system_by_its_brand(patch: Patch) -> None:
    """Marketing asked for it."""
    _system(patch, os="CarbonGuard", os_version="Pro")


@defect(
    "errors-kept-from-view",
    en="errors are kept, and shown nowhere",
    zh="错误只保存、不显示",
    clauses=("isc-2/8.2q", "csmt/10.6.2h"),
)
def errors_kept_from_view(patch: Patch) -> None:
    """They worry the customer."""
    patch(Api, "alarms", lambda self, query: {"alarms": [], "more": False})  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "pages-show-no-state",
    en="the page of the state of the machine is for administrators on the spot alone",
    zh="设备状态页面只限本地管理员查看",
    clauses=("isc-2/8.1b", "isc-2/8.2e"),
)
def pages_show_no_state(patch: Patch) -> None:
    """What is not understood is asked about."""

    def permits(self: DeskGuard, right: Any, request: Any) -> bool:
        return (
            not request.path.endswith("/alarms") and not request.path.endswith("/system") and own(self, right, request)
        )

    own = patch(DeskGuard, "permits", permits)


@defect(
    "state-ends-in-an-error",
    en="whoever looks at the state of the machine gets an error of the terminal's own",
    zh="查看设备状态时返回终端自身错误",
    clauses=("isc-2/8.1b", "isc-2/8.2e", "isc-2/8.2k", "csmt/10.6.2b"),
)
def state_ends_in_an_error(patch: Patch) -> None:
    """A figure is looked for by a name that it has not."""

    def system(self: StateApi, query: dict[str, str]) -> Any:
        raise KeyError("cpu")

    patch(StateApi, "system", system)
