"""Install, upgrade and removal leave everything as it was, and hand out nothing (ISC-2 8.4; CSMT 10.6.4; R-40).

Leaves power cuts during upgrades to `management` and what becomes of packages to `software`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bench.case import Case, Evidence, Finding, beside
from bench.facade.bench import Bench, Unable
from bench.history import History
from bench.history.marks import SETTLE
from bench.layout.scenario import Scenario
from conformance.common import packages
from conformance.common.actions import points, read_readings, read_records
from conformance.common.times import DAY, floor
from conformance.terminal import APPLICATIONS, HJ212, LOCAL, MANAGEMENT, MODBUS, MUTUAL_TLS, UPLINK
from conformance.terminal.acquisition.sources import MANUAL
from conformance.terminal.management import software_judge, untouched_judge
from conformance.terminal.management.management import FACTORS, PARAMETERS, management_of, told

FAMILY = "software"

_RECORDS = ("minute", "quarter", "hour", "day")
_APPLICATION = "load-forecast"
_DATABASE = ("isc-2/8.4g", "csmt/10.6.4d")
_DATA = ("isc-2/8.4h", "csmt/10.6.4e")


class KeepsEverythingAsItWas(Case):
    """Readings, records, entries, factors, settings and log are the same after install, upgrades and removal."""

    zh = "安装、升级（含失败的升级）和卸载前后，读数、各类记录、填报、因子、设定和日志一致。"
    checks = {
        untouched_judge.SAME["readings"]: (*_DATABASE, *_DATA),
        untouched_judge.SAME["records"]: (*_DATABASE, *_DATA),
        untouched_judge.SAME["entries"]: (*_DATABASE, *_DATA),
        untouched_judge.SAME["factors"]: _DATABASE,
        untouched_judge.SAME["settings"]: _DATABASE,
        untouched_judge.SAME["log"]: _DATABASE,
        untouched_judge.ORDERS_FOR_DATA_NOT_OBEYED: ("isc-2/8.4i", "isc-2/8.4j", "csmt/10.6.4f", "csmt/10.6.4g"),
        packages.ISSUER_SEES_NO_DATA: ("isc-2/8.4j", "csmt/10.6.4g"),
        **beside(software_judge.NO_COPY_LEFT),
    }
    needs = (
        MODBUS,
        UPLINK,
        LOCAL,
        MUTUAL_TLS,
        MANAGEMENT,
        APPLICATIONS,
        Evidence(MANUAL, "same-entries"),
        Evidence(HJ212, "same-settings"),
    )
    scenario = Scenario(
        # Midnight passes before the first look: there is a day's record.
        start="2026-03-01T23:10:00+08:00",
        circuits=1,
        points=2,
        kinds=("minute",),
        centres=("A", "M"),
        centre_options=(("A", {"channel": "mtls"}), ("M", {"kind": "management", "channel": "mtls"})),
    )

    async def drive(self, bench: Bench) -> None:
        begin = bench.clock.now_us()
        management = management_of(bench)
        await bench.clock.sleep(minutes=8)
        await told(bench, management.issue("factors", "grid", "1.0", FACTORS))
        await told(bench, management.issue("parameters", "intervals", "1.0", PARAMETERS))
        day = floor(begin, DAY) - 2 * DAY
        await bench.operator.manual_entry("e01.energy", "day", day, "120.50", "Li Wei", "delivery note")
        await bench.clock.sleep(minutes=50)
        await self._look(bench, "before", begin, day)
        await self._come_and_go(bench)
        for kind in untouched_judge.ORDERS:
            # No kind of package that there is: whoever may upgrade may not have data handed out.
            task = management.issue(kind, kind, "1.0", b"records")  # type: ignore[arg-type]
            await told(bench, task)
        SETTLE.put(bench)
        await self._look(bench, "after", begin, day)

    async def _come_and_go(self, bench: Bench) -> None:
        management = management_of(bench)
        for version in ("1.0", "1.1"):
            content = f"carbonbench-application {_APPLICATION} {version}\n".encode() + bytes(500)
            await told(bench, management.issue("application", _APPLICATION, version, content))
        await told(bench, management.issue("removal", _APPLICATION, "1.2", b""))
        for version, content in (("2.0", b"carbonbench-reference 2.0\n" + bytes(1000)), ("2.1", b"no program")):
            packages.UPGRADE.put(bench, packages.Version(version=version))
            await told(bench, management.issue("upgrade", "program", version, content))
        await bench.clock.sleep(minutes=6)

    async def _look(self, bench: Bench, when: str, begin_us: int, day_us: int) -> None:
        """Everything that the terminal shows of the time until the first look."""
        untouched_judge.LOOK.put(bench, untouched_judge.Look(when=when))
        # Whatever begins before midnight has ended by then.
        end = floor(begin_us, DAY) + DAY
        await read_readings(bench, points(bench), begin_us, end)
        await read_records(bench, _RECORDS, begin_us, end)
        for point in points(bench):
            await bench.operator.records("day", point, day_us, day_us + 3 * DAY)
            await bench.operator.manual_entries(point, day_us, day_us + 3 * DAY)
        await bench.operator.log(begin_us)
        await bench.operator.packages()
        # Only a centre of HJ 212 can ask what is in force.
        with contextlib.suppress(Unable):
            await bench.centres["A"].read_minute_interval()
        await bench.terminal.storage()

    def judge(self, history: History) -> Iterator[Finding]:
        yield from untouched_judge.findings(history)
        yield untouched_judge.orders_finding(history, "M")
        yield from packages.unseen_findings(history, "M")
        yield from software_judge.copy_findings(history)
