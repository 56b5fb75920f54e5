# pyright: reportPrivateUsage=false
"""Defects of requests about instruments and of field information: success for nothing, wrong codes, another's log.

Leaves settings and identity to `commands`.
"""

# Handlers of single commands are the terminal's own affair; a defect breaks one of them.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from conformance.defects import Patch, defect
from reference_terminal.hj212.message import Message
from reference_terminal.model.rows import LoggedEvent, Pending
from reference_terminal.model.times import stamp
from reference_terminal.storage.journal import Journal
from reference_terminal.uplink.hj212 import commands as command_module
from reference_terminal.uplink.hj212.commands import CommandSet
from reference_terminal.uplink.hj212.link import CentreLink

_CLAUSES = ("isc-2/7.2.4k",)
_OF_INSTRUMENTS = ("3011", "3012", "3013", "3014", "3016", "3017", "3018", "3019")


@defect(
    "calibrates-what-is-not-there",
    en="calibration and sampling are reported as done without any instrument",
    zh="没有仪表也报告校准、采样成功",
    clauses=_CLAUSES,
)
def calibrates_what_is_not_there(patch: Patch) -> None:
    """Every command of the table has a handler; these have an empty one."""

    def verdict(self: CommandSet, link: CentreLink, request: Message) -> int:
        return command_module.ACCEPTED if request.cn in _OF_INSTRUMENTS else own(self, link, request)

    async def asked(self: CommandSet, link: CentreLink, request: Message) -> None:
        if request.cn not in _OF_INSTRUMENTS:
            return await sound(self, link, request)
        self._reply(link, request, "9011", "QnRtn=1")
        self._reply(link, request, "9012", f"ExeRtn={command_module.DONE}")
        return None

    own = patch(CommandSet, "check", verdict)
    sound = patch(CommandSet, "_request", asked)


@defect(
    "blames-the-number-for-the-command",
    en="commands that the terminal does not have are refused as if their QN were wrong",
    zh="不支持的命令以 QN 错误拒绝",
    clauses=_CLAUSES,
)
def blames_the_number_for_the_command(patch: Patch) -> None:
    """A table of codes that is off by one."""

    def verdict(self: CommandSet, link: CentreLink, request: Message) -> int:
        code = own(self, link, request)
        return command_module.WRONG_QN if code == command_module.WRONG_CN else code

    own = patch(CommandSet, "check", verdict)


@defect(
    "any-clock-is-mine",
    en="a time for an instrument sets the terminal's own clock",
    zh="对仪表的校时命令被用于终端自身时钟",
    clauses=_CLAUSES,
)
def any_clock_is_mine(patch: Patch) -> None:
    """PolId is not looked at."""

    async def set_clock(self: CommandSet, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        return await own(self, link, request, {name: text for name, text in fields.items() if name != "PolId"})

    own = patch(CommandSet, "_set_clock", set_clock)


@defect(
    "tells-a-state-of-its-own",
    en="state and link are told by the numbers of another table",
    zh="状态与通信状态按其他码表上报",
    clauses=_CLAUSES,
)
def tells_a_state_of_its_own(patch: Patch) -> None:
    """One is yes."""

    def tell(self: CommandSet, link: CentreLink, request: Message, cp: str) -> None:
        own(self, link, request, cp.replace("-Info=0", "-Info=1") if request.cn == "3020" else cp)

    own = patch(CommandSet, "_tell", tell)


@defect(
    "log-from-the-beginning",
    en="a request for the log brings it from its beginning, whatever range was asked for",
    zh="日志请求不分时段，从头返回",
    clauses=_CLAUSES,
)
def log_from_the_beginning(patch: Patch) -> None:
    """BeginTime and EndTime belong to measured data."""

    async def information(self: CommandSet, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        if "BeginTime" in fields:
            fields |= {"BeginTime": "20200101000000", "EndTime": stamp(self._clock.now_s())}
        return await own(self, link, request, fields)

    own = patch(CommandSet, "_tell_information", information)


@defect(
    "log-at-other-times",
    en="entries of the log are told with times that are off by more than a minute",
    zh="上报日志的时间偏差一分多钟",
    clauses=_CLAUSES,
)
def log_at_other_times(patch: Patch) -> None:
    """The time of sending is taken for the time of the entry."""
    telling: list[bool] = []

    async def information(self: CommandSet, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        telling.append(True)
        try:
            return await own(self, link, request, fields)
        finally:
            telling.pop()

    def events(self: Journal, from_ms: int, limit: int) -> list[LoggedEvent]:
        rows = sound(self, from_ms, limit)
        return [row._replace(at_ms=row.at_ms + 90_000) for row in rows] if telling else rows

    own = patch(CommandSet, "_tell_information", information)
    sound = patch(Journal, "events", events)


@defect(
    "log-text-without-its-bounds",
    en="log text is told without the // around it",
    zh="上报日志文本缺少 // 界定",
    clauses=_CLAUSES,
)
def log_text_without_its_bounds(patch: Patch) -> None:
    """A comment sign was taken for a comment sign."""

    async def upload(self: CentreLink, cn: str, first: str, items: list[str], pending: Pending | None = None) -> bool:
        bare = [item.replace("//", "") for item in items] if cn == "3020" else items
        return await own(self, cn, first, bare, pending)

    own = patch(CentreLink, "upload", upload)


@defect(
    "information-of-nobody",
    en="field information does not say which device it is of",
    zh="上报的现场信息不带所询问的设备标识",
    clauses=("isc-2/7.2.4k",),
)
def information_of_nobody(patch: Patch) -> None:
    """A random small fault of the terminal that the suite had let pass."""
    own = CommandSet._tell_information

    async def tell(self: CommandSet, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        return await own(self, link, request, {name: text for name, text in fields.items() if name != "PolId"})

    patch(CommandSet, "_tell_information", tell)
