"""Software from afar: applications and modules that come and go, upgrades that are stopped (ISC-2 4.3, 8.4; R-40).

Leaves whole upgrades under power cuts to `management`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding
from bench.facade.bench import Bench
from bench.history import History
from bench.history.marks import SETTLE
from bench.layout.scenario import Scenario
from conformance.common import packages
from conformance.common.actions import read_records
from conformance.common.times import MINUTE
from conformance.terminal import APPLICATIONS, MANAGEMENT, MODBUS, MUTUAL_TLS, UPLINK, read_out
from conformance.terminal.management import software_judge
from conformance.terminal.management.management import management_of, told
from conformance.terminal.management.software_judge import Step
from simulators.centres.management.centre import Task

_WORLD = Scenario(
    circuits=1,
    points=2,
    period_s=10,
    kinds=("minute",),
    centres=("A", "M"),
    centre_options=(("A", {"channel": "mtls"}), ("M", {"kind": "management", "channel": "mtls"})),
    realtime_interval_s=30,
)
_APPLICATION = "load-forecast"
_BAD = "1.2"
STEPS = (
    Step(_APPLICATION, "1.0", "installed"),
    Step(_APPLICATION, "1.1", "upgraded"),
    Step(_APPLICATION, _BAD, "given-up"),
    Step(_APPLICATION, "1.3", "gone"),
    *(Step(module, "1.1", "upgraded") for module in software_judge.UNDISTURBED),
)


class InstallsAndRemovesApplications(Case):
    """Applications and modules are installed, upgraded and removed from afar; nothing else notices, no data leave."""

    zh = "应用程序和模块可远程安装、升级、卸载，其他模块不受影响，监测数据不被修改、复制或查看。"
    checks = {
        software_judge.INSTALLED_RUNS: ("csmt/10.6.4a", "isc-2/8.4d"),
        software_judge.UPGRADED_RUNS: ("isc-2/8.4f", "csmt/10.6.4c"),
        software_judge.BAD_APPLICATION_GIVEN_UP: ("isc-2/8.4f", "csmt/10.6.4c"),
        software_judge.REMOVED_IS_GONE: ("csmt/10.6.4b", "isc-2/8.4e"),
        software_judge.POLLING_UNDISTURBED: ("isc-2/4.3h",),
        software_judge.CONNECTION_UNDISTURBED: ("isc-2/4.3h",),
        software_judge.INTERFACE_UNDISTURBED: ("isc-2/4.3h",),
        packages.RECORDS_UNTOUCHED: ("csmt/10.6.4d", "csmt/10.6.4e", "isc-2/8.4g", "isc-2/8.4h"),
        packages.ISSUER_SEES_NO_DATA: ("csmt/10.6.4g", "isc-2/8.4j"),
        software_judge.NO_COPY_LEFT: ("csmt/10.6.4f", "isc-2/8.4i"),
    }
    needs = (
        MODBUS,
        UPLINK,
        read_out("interface-undisturbed", "records-untouched"),
        MUTUAL_TLS,
        MANAGEMENT,
        APPLICATIONS,
    )
    scenario = _WORLD
    kind = "quarter"
    before_s = 1860.0
    after_s = 360.0

    async def drive(self, bench: Bench) -> None:
        management = management_of(bench)
        begin = bench.clock.now_us()
        await bench.clock.sleep(self.before_s)
        end = bench.clock.now_us() - MINUTE
        await read_records(bench, (self.kind,), begin, end)
        await bench.terminal.storage()
        for step in STEPS:
            kind = software_judge.MODULE if step.name in software_judge.UNDISTURBED else software_judge.APPLICATION
            kind.put(bench, software_judge.Software(software=step.name))
            sound = f"carbonbench-application {step.name} {step.version}\n".encode()
            if step.fate == "gone":
                task = management.issue("removal", step.name, step.version, b"")
            else:
                content = b"nothing that runs" if step.fate == "given-up" else sound + bytes(500)
                task = management.issue("application", step.name, step.version, content)
            await told(bench, task)
            for _ in range(6):
                await bench.operator.status()
                await bench.clock.sleep(seconds=0.5)
        await bench.clock.sleep(self.after_s)
        SETTLE.put(bench)
        await read_records(bench, (self.kind,), begin, end)
        await bench.terminal.storage()

    def judge(self, history: History) -> Iterator[Finding]:
        yield from software_judge.application_findings(history, "M", STEPS)
        yield from software_judge.undisturbed_findings(history, "e01", "A", "M")
        yield from packages.data_findings(history)
        yield from packages.unseen_findings(history, "M")
        yield from software_judge.copy_findings(history)


_FETCHING, _TRIAL, _LOST, _BY_HAND = "2.0", "2.1", "2.2", "2.3"
_LARGE = 60_000
# A package of 80 000 octets takes ten seconds.
_RATE_BPS = 64_000


class StopsUpgradesFromAfar(Case):
    """Upgrades are stopped from afar, completed after a lost network and taken over the local one, data untouched."""

    zh = "升级在下载和试运行中均可远程切断，下载中断网可恢复完成，局域网也可升级，数据不变。"
    checks = {
        software_judge.STOPPED_WHILE_FETCHING: ("isc-2/8.4c",),
        software_judge.STOPPED_ON_TRIAL: ("isc-2/8.4c",),
        software_judge.DONE_AFTER_LOST_NETWORK: ("isc-2/8.4f", "csmt/10.6.4c"),
        software_judge.NEVER_HALF_INSTALLED: ("isc-2/8.4c", "isc-2/8.4f", "csmt/10.6.4c"),
        software_judge.UPGRADED_OVER_LOCAL_NETWORK: ("isc-2/8.4b",),
        packages.WORKS_AGAIN: ("isc-2/8.4f", "csmt/10.6.4c"),
        packages.RECORDS_UNTOUCHED: ("csmt/10.6.4d", "csmt/10.6.4e", "isc-2/8.4g", "isc-2/8.4h"),
        packages.ISSUER_SEES_NO_DATA: ("csmt/10.6.4g", "isc-2/8.4j"),
        software_judge.NO_COPY_LEFT: ("csmt/10.6.4f", "isc-2/8.4i"),
    }
    needs = (MODBUS, UPLINK, read_out("records-untouched"), MUTUAL_TLS, MANAGEMENT)
    scenario = _WORLD.but(period_s=60, realtime_interval_s=0, paced=True)
    kind = "quarter"
    before_s = 1860.0
    # A program on trial is confirmed after a minute, and reported with the next report.
    over_s = 360.0
    lost_s = 150.0

    async def drive(self, bench: Bench) -> None:
        begin = bench.clock.now_us()
        await bench.clock.sleep(self.before_s)
        end = bench.clock.now_us() - MINUTE
        await read_records(bench, (self.kind,), begin, end)
        await bench.terminal.storage()
        await self._stopped_while_fetching(bench)
        await self._stopped_on_trial(bench)
        await self._lost_network(bench)
        await self._over_local_network(bench)
        await bench.clock.sleep(self.over_s + 60)
        await read_records(bench, (self.kind,), begin, end)
        await bench.terminal.storage()

    def _issue(self, bench: Bench, version: str, size: int) -> Task:
        packages.UPGRADE.put(bench, packages.Version(version=version))
        content = f"carbonbench-reference {version}\n".encode() + bytes(size)
        return management_of(bench).issue("upgrade", "program", version, content)

    async def _stopped_while_fetching(self, bench: Bench) -> None:
        async with bench.links["uplink.M"].rate(_RATE_BPS):
            task = self._issue(bench, _FETCHING, _LARGE)
            await self._begun(bench, task)
            if not task.fetched:
                software_judge.CUT_OFF.put(bench, packages.Version(version=_FETCHING))
                management_of(bench).cut_off(task)
            await told(bench, task)

    async def _stopped_on_trial(self, bench: Bench) -> None:
        task = self._issue(bench, _TRIAL, 1000)
        await self._begun(bench, task)
        await bench.clock.sleep(seconds=15)
        if task.fetched and not task.result:
            software_judge.CUT_OFF.put(bench, packages.Version(version=_TRIAL))
            management_of(bench).cut_off(task)
        await told(bench, task)
        await bench.clock.sleep(self.over_s)

    async def _lost_network(self, bench: Bench) -> None:
        async with bench.links["uplink.M"].rate(_RATE_BPS):
            task = self._issue(bench, _LOST, _LARGE)
            await self._begun(bench, task)
            async with bench.links["uplink.M"].cut():
                await bench.clock.sleep(self.lost_s)
            await told(bench, task)

    async def _over_local_network(self, bench: Bench) -> None:
        packages.UPGRADE.put(bench, packages.Version(version=_BY_HAND))
        content = f"carbonbench-reference {_BY_HAND}\n".encode() + bytes(1000)
        file = management_of(bench).package("upgrade", "program", _BY_HAND, content)
        await bench.operator.install(file, "inspector Zhou")

    async def _begun(self, bench: Bench, task: Task) -> None:
        """Wait until some of a package has been handed out and a few seconds more, 11 min at most."""
        for _ in range(660):
            if task.served:
                break
            await bench.clock.sleep(seconds=1)
        await bench.clock.sleep(seconds=3)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from software_judge.stopped_findings(history, "M", _FETCHING, _TRIAL, _LOST)
        yield software_judge.by_hand_finding(history, "M", _BY_HAND)
        yield from packages.again_findings(history)
        yield from packages.data_findings(history)
        yield from packages.unseen_findings(history, "M")
        yield from software_judge.copy_findings(history)
