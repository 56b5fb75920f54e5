# pyright: reportPrivateUsage=false
"""Defects in software from afar: applications that never run or never go, upgrades that nobody can stop.

Leaves packages and whole upgrades to `management`.
"""

# The management room is broken where it keeps its own state.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.acquisition.poller import GatewayPoller
from reference_terminal.assembly import Terminal
from reference_terminal.management import installer
from reference_terminal.management.applications import Applications
from reference_terminal.management.installer import Installer, Outcome
from reference_terminal.management.packages import Package
from reference_terminal.model.messages import Text
from reference_terminal.net.http import HttpFailed
from reference_terminal.uplink.platforms.management import ManagementLink

_INSTALL = ("isc-2/8.4d", "csmt/10.6.4a")
_REMOVE = ("isc-2/8.4e", "csmt/10.6.4b")
_MODULES = ("isc-2/4.3h",)
_STOP = ("isc-2/8.4c",)


@defect(
    "applications-never-started",
    en="applications are kept and never started",
    zh="应用程序已保存但从不启动",
    clauses=_INSTALL,
)
def applications_never_started(patch: Patch) -> None:
    """They would run after the next visit."""
    patch(Applications, "_settle", lambda self: None)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "first-version-awaits-a-visit",
    en="an application that is new is kept and not started, its upgrade is",
    zh="新安装的应用程序不启动，升级后才运行",
    clauses=_INSTALL,
)
def first_version_awaits_a_visit(patch: Patch) -> None:
    """What was never there has to be set up on site first."""
    first: dict[str, str] = {}

    def settle(self: Applications) -> None:
        own(self)
        for name, (version, task) in list(self._running.items()):
            if first.setdefault(name, version) == version:
                task.cancel()
                del self._running[name]

    own = patch(Applications, "_settle", settle)


@defect(
    "old-version-goes-on",
    en="of an application that was upgraded the version before goes on until the next start",
    zh="应用程序升级后，原版本继续运行至下次启动",
    clauses=("isc-2/8.4f", "csmt/10.6.4c"),
)
def old_version_goes_on(patch: Patch) -> None:
    """A program that runs is not disturbed."""

    def settle(self: Applications) -> None:
        installed = self._installer.applications()
        if not any(name in installed for name in self._running):
            own(self)

    own = patch(Applications, "_settle", settle)


@defect(
    "anything-is-an-application",
    en="an application is called installed whether it runs or not",
    zh="不验证应用程序能否运行",
    clauses=_INSTALL,
)
def anything_is_an_application(patch: Patch) -> None:
    """The signature was right."""
    patch(installer, "_is_ours", lambda package: True)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "removal-only-noted",
    en="removing an application is acknowledged and not done",
    zh="卸载应用程序仅回执，未执行",
    clauses=_REMOVE,
)
def removal_only_noted(patch: Patch) -> None:
    """It is done as far as anybody asks."""

    def keep(self: Installer, package: Package, source: str) -> Outcome:
        return Outcome("done", "") if package.kind == "removal" else own(self, package, source)

    own = patch(Installer, "_keep", keep)


@defect(
    "removal-takes-records-along",
    en="removing an application empties the table of records",
    zh="卸载应用程序时清空记录",
    clauses=("isc-2/8.4h", "csmt/10.6.4e"),
)
def removal_takes_records_along(patch: Patch) -> None:
    """A thorough uninstaller."""

    def keep(self: Installer, package: Package, source: str) -> Outcome:
        if package.kind == "removal":
            self._store.write("DELETE FROM record", ())
        return own(self, package, source)

    own = patch(Installer, "_keep", keep)


@defect(
    "module-upgrade-restarts-everything",
    en="an upgrade of any module or application starts the whole terminal anew",
    zh="任一模块升级即重启整个终端",
    clauses=_MODULES,
)
def module_upgrade_restarts_everything(patch: Patch) -> None:
    """Connections to all centres are lost each time."""

    def changed(self: Terminal, name: str) -> None:
        self.restart_soon()

    patch(Terminal, "_application_changed", changed)


@defect(
    "polling-rests-during-installation",
    en="polling rests for a minute when an application is installed",
    zh="安装应用程序时采集暂停一分钟",
    clauses=_MODULES,
)
def polling_rests_during_installation(patch: Patch) -> None:
    """The processor is wanted elsewhere."""

    def changed(self: Terminal, name: str) -> None:
        own(self, name)
        loop = asyncio.get_running_loop()
        self.resting = [loop.create_task(_hold(poller, 60)) for poller in self.pollers]  # type: ignore[attr-defined]

    own = patch(Terminal, "_application_changed", changed)


@defect(
    "interface-closed-during-installation",
    en="the local interface is closed for a while when an application is installed",
    zh="安装应用程序时关闭本地接口",
    clauses=_MODULES,
)
def interface_closed_during_installation(patch: Patch) -> None:
    """Nobody shall see what is half there."""

    def changed(self: Terminal, name: str) -> None:
        own(self, name)
        loop = asyncio.get_running_loop()
        self.closing = loop.create_task(_close_for(self, 10))  # type: ignore[attr-defined]

    own = patch(Terminal, "_application_changed", changed)


async def _hold(poller: GatewayPoller, seconds: float) -> None:
    async with poller._bus:
        await asyncio.sleep(seconds)


async def _close_for(terminal: Terminal, seconds: float) -> None:
    await terminal.server.stop()
    await asyncio.sleep(seconds)
    # An installation a moment before may have opened it again.
    with suppress(OSError):
        await terminal.server.start()


@defect(
    "copy-left-behind",
    en="a copy of the database is made before an upgrade or installation and left behind",
    zh="升级或安装前复制数据库且不删除",
    clauses=("isc-2/8.4i", "csmt/10.6.4f"),
)
def copy_left_behind(patch: Patch) -> None:
    """One never knows."""

    def keep(self: Installer, package: Package, source: str) -> Outcome:
        if package.kind in ("application", "upgrade"):
            self._store.flush()
            self._store.connection.execute(
                "VACUUM INTO ?", (f"{self._store.path}.before-{package.name}-{package.version}",)
            )
        return own(self, package, source)

    own = patch(Installer, "_keep", keep)


@defect(
    "stop-not-heard",
    en="an upgrade that was stopped is fetched again and again",
    zh="不响应远程切断，反复下载",
    clauses=_STOP,
)
def stop_not_heard(patch: Patch) -> None:
    """What is gone must come back some day."""

    async def stop(self: ManagementLink, number: str) -> None:
        return None

    async def fetch(self: ManagementLink, number: str, url: str) -> bytes | None:
        octets = await own(self, number, url)
        if octets is None:
            raise HttpFailed(Text("the package is gone", "软件包不存在"))
        return octets

    patch(ManagementLink, "_stop", stop)
    own = patch(ManagementLink, "_fetch", fetch)


@defect(
    "stopped-program-goes-on",
    en="a program on trial is called stopped and goes on",
    zh="试运行程序回报已切断但继续运行",
    clauses=_STOP,
)
def stopped_program_goes_on(patch: Patch) -> None:
    """Somebody else will switch it off."""

    def stop(self: Installer, source: str) -> Outcome:
        return Outcome("stopped", "")

    patch(Installer, "stop", stop)


@defect(
    "lost-network-is-the-end",
    en="an upgrade whose network is lost is given up",
    zh="下载中断网即放弃升级",
    clauses=("isc-2/8.4f", "csmt/10.6.4c"),
)
def lost_network_is_the_end(patch: Patch) -> None:
    """What has come is handed on as if it were all, and nothing more is asked for."""
    given_up: dict[str, bytes] = {}

    async def fetch(self: ManagementLink, number: str, url: str) -> bytes | None:
        if number in given_up:
            return given_up[number]
        try:
            return await own(self, number, url)
        except (HttpFailed, OSError, TimeoutError):
            given_up[number] = bytes(self._come.pop(number, b""))
            raise

    own = patch(ManagementLink, "_fetch", fetch)


@defect(
    "program-changed-before-it-is-whole",
    en="a program counts as installed when its first part has come",
    zh="升级包未下载完整即视为已安装",
    clauses=("isc-2/8.4g", "csmt/10.6.4d"),
)
def program_changed_before_it_is_whole(patch: Patch) -> None:
    """The version is set at the beginning, the rest follows."""

    def version(self: Installer) -> str:
        return getattr(self, "announced", "") or own.fget(self)

    async def carry_out(self: ManagementLink, task: Any) -> None:
        self._installer.announced = task["version"] if task["kind"] == "upgrade" else ""  # type: ignore[attr-defined]
        await carried_out(self, task)

    own = patch(Installer, "version", property(version))
    carried_out = patch(ManagementLink, "_carry_out", carry_out)


@defect(
    "upgrades-from-afar-alone",
    en="a program handed over in the local network is refused",
    zh="拒绝局域网内的软件升级",
    clauses=("isc-2/8.4b",),
)
def upgrades_from_afar_alone(patch: Patch) -> None:
    """Only the maker upgrades."""

    def take(self: Installer, octets: bytes, source: str) -> Outcome:
        if source.startswith("file by"):
            return Outcome("refused", "upgrades come over the internet")
        return own(self, octets, source)

    own = patch(Installer, "take", take)
