"""The management software: signed packages online and as files, upgrades (CSMT 10.6.4, 11.4; ISC-2 8.4; R-40).

Leaves channels and certificates to `security`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator, Mapping

from bench.case import Case, Evidence, Finding, Notice, beside
from bench.facade.bench import Bench, Unable
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import packages, secrecy
from conformance.common.actions import points, read_readings, read_records
from conformance.common.settable import SETTABLE
from conformance.common.times import MINUTE, SECOND, ceil, local
from conformance.terminal import HJ212, LOCAL, MANAGEMENT, MODBUS, MUTUAL_TLS, UPLINK, read_out
from conformance.terminal.processing import counters_judge
from conformance.terminal.security.channels import CAPTURING
from simulators.centres.management.centre import ManagementCentre, Task
from simulators.centres.management.packages import Kind, Wrong
from simulators.trust.authority import Choice

_MANAGED = Scenario(
    circuits=1,
    points=2,
    kinds=("minute",),
    centres=("A", "M"),
    centre_options=(("A", {"channel": "mtls"}), ("M", {"kind": "management", "channel": "mtls"})),
)
_FACTOR = {
    "code": "electricity", "value": "0.5568", "unit": "tCO2/MWh", "gas": "CO2", "source": "national", "region": "CN",
    "validFrom": "2026-01-01",
}  # fmt: skip
FACTORS = json.dumps({"factors": [_FACTOR]}).encode()
METHOD = json.dumps({"method": {"id": "purchased-electricity", "edition": "2022", "formula": "E=AD*EF"}}).encode()
_MINUTES = 5
PARAMETERS = json.dumps({"parameters": {"A.minute_interval": str(_MINUTES)}}).encode()
_AT_LIMITS = {f"limits-{end}": {each.parameter: getattr(each, end) for each in SETTABLE} for end in ("low", "high")}
_BEYOND = {f"beyond-{each.parameter}-{value}": {each.parameter: value} for each in SETTABLE for value in each.beyond}
_ISSUED: tuple[packages.Wanted, ...] = (
    ("factors", "grid", "1.1"),
    ("method", "electricity", "2022.1"),
    ("parameters", "intervals", "1.0"),
)
_IMPORTED: tuple[packages.Wanted, ...] = (("factors", "fuels", "1.0"),)
_CONTENT = {"factors": FACTORS, "method": METHOD, "parameters": PARAMETERS}


def management_of(bench: Bench) -> ManagementCentre:
    """The management software on the bench."""
    return bench.platforms.of(ManagementCentre, "M")


_HUNDREDTH_US = 10_000


async def told(bench: Bench, task: Task) -> None:
    """Wait until the terminal has told what became of a task, 12 min at most."""
    for _ in range(72):
        if task.result:
            return
        await bench.clock.sleep(seconds=10)


async def _fetched(bench: Bench, task: Task) -> None:
    """Wait, to the hundredth of a second, until the terminal has fetched a package, 11 min at most."""
    begun = bench.clock.now_us()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(task.whole.wait(), 660)
    await bench.clock.sleep(seconds=-(bench.clock.now_us() - begun) % _HUNDREDTH_US / 1e6)


class TakesOverSignedPackages(Case):
    """Factors, methods and parameters are taken over, online over mutual TLS and as signed files, and are in force."""

    zh = "终端可在线（双向 TLS）和以签名文件离线接收因子、核算方法和参数，并使其生效。"
    checks = {
        packages.REPORTS_BY_ITSELF: ("csmt/11.4-6", "csmt/11.4a-3"),
        packages.TAKEN_ONLINE: ("csmt/11.4-6", "csmt/11.4a-3"),
        packages.ONLINE_IN_FORCE: ("csmt/11.4-6", "csmt/11.4a-3"),
        packages.OFFLINE_IN_FORCE: ("csmt/11.4b-3",),
        secrecy.UPLOADS_ENCRYPTED: ("isc-2/7.2.3-B(6)a",),
        **beside(packages.PARAMETERS_ACT, packages.LIMITS_TAKEN, packages.BEYOND_REFUSED, secrecy.NOTHING_READABLE),
    }
    needs = (
        MODBUS,
        UPLINK,
        read_out("online-in-force", "offline-in-force"),
        MUTUAL_TLS,
        MANAGEMENT,
        Evidence(HJ212, "parameters-act", "limits-taken", "beyond-refused"),
    )
    scenario = _MANAGED
    rigs = CAPTURING
    capture = True

    async def drive(self, bench: Bench) -> None:
        management = management_of(bench)
        await bench.clock.sleep(minutes=11)
        for name, values in {**_AT_LIMITS, **_BEYOND}.items():
            content = {"parameters": {f"A.{parameter}": str(value) for parameter, value in values.items()}}
            management.issue("parameters", name, "1.0", json.dumps(content).encode())
        for task in management.tasks.values():
            await told(bench, task)
        tasks = [management.issue(kind, name, version, _CONTENT[kind]) for kind, name, version in _ISSUED]  # type: ignore[arg-type]
        for task in tasks:
            await told(bench, task)
        for kind, name, version in _IMPORTED:
            file = management.package(kind, name, version, _CONTENT[kind])  # type: ignore[arg-type]
            await bench.operator.install(file, "operator")
        await bench.operator.packages()
        # Only a centre of HJ 212 can ask what is in force.
        with contextlib.suppress(Unable):
            await bench.centres["A"].read_minute_interval()
        await bench.clock.sleep(minutes=6)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from packages.report_findings(history, "M")
        yield from packages.taken_findings(history, "M", _ISSUED, _IMPORTED)
        yield from packages.parameter_findings(history, "A", _MINUTES)
        yield from packages.limit_findings(history, "M", tuple(_AT_LIMITS), tuple(_BEYOND))
        yield from secrecy.encrypted_findings(history, ("A", "M"))


class PutsPackagesInForceOnTheirDay(Case):
    """A package that counts from a later instant is told as taken and acts then, not before, lost power in between."""

    zh = "带未来生效时间的软件包先接收后生效：生效时刻前不起作用，其间断电重启后仍按时生效。"
    checks = {
        packages.NOT_BEFORE_ITS_DAY: ("csmt/11.4-6", "csmt/11.4a-3"),
        packages.ON_ITS_DAY: ("csmt/11.4-6", "csmt/11.4a-3"),
        **beside(packages.LATER_TAKEN, packages.PARAMETERS_ACT),
    }
    needs = (MODBUS, LOCAL, MUTUAL_TLS, MANAGEMENT, Evidence(HJ212, "parameters-act"))
    scenario = _MANAGED

    async def drive(self, bench: Bench) -> None:
        management = management_of(bench)
        await bench.clock.sleep(minutes=2)
        since = ceil(bench.clock.now_us() + 24 * MINUTE, MINUTE)
        begins = f"{local(since)[:10]}T{local(since)[11:19]}"
        packages.COUNTS_FROM.put(bench, packages.Since(since=since))
        await told(bench, management.issue("factors", "grid", "1.2", FACTORS, valid_from=begins))
        await told(bench, management.issue("parameters", "intervals", "1.1", PARAMETERS, valid_from=begins))
        await bench.operator.packages()
        await bench.power.off(30)
        await bench.clock.sleep((since - bench.clock.now_us()) / SECOND - 45)
        await bench.operator.packages()
        with contextlib.suppress(Unable):
            await bench.centres["A"].read_minute_interval()
        await bench.clock.sleep(minutes=6)
        await bench.operator.packages()
        with contextlib.suppress(Unable):
            await bench.centres["A"].read_minute_interval()
        await bench.clock.sleep(minutes=1)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from packages.later_findings(history, "M", LATER, _MINUTES)
        yield from packages.parameter_findings(history, "A", _MINUTES)


LATER: tuple[packages.Wanted, ...] = (("factors", "grid", "1.2"), ("parameters", "intervals", "1.1"))
WRONG: tuple[Wrong, ...] = ("altered", "wrong-digest", "wrong-signature", "unsigned", "truncated")
ISSUERS: tuple[Choice, ...] = ("expired", "not-yet-valid", "revoked", "unknown-issuer", "look-alike", "self-signed")
_OLDER = "older-version"
MISLABELLED: Mapping[Kind, str] = {"method": "factors-as-method", "boundary": "factors-as-boundary"}
"""Sound packages of these kinds that hold emission factors, by their name."""


class RefusesWrongPackages(Case):
    """A package wrong in signature, digest, issuer, version or content is refused as a whole, online and as a file."""

    zh = "签名、摘要、签发者、版本或内容异常的软件包在线和离线均被整体拒绝，不留痕迹。"
    checks = {
        packages.REFUSED.of("truncated"): ("isc-2/7.4.1.4(3)b",),
        packages.REFUSALS_LOGGED: ("isc-2/7.4.1.3(1)d",),
        **beside(
            packages.REFUSED.of("older-version"),
            packages.REFUSED.of("altered"),
            packages.REFUSED.of("wrong-digest"),
            packages.REFUSED.of("wrong-signature"),
            packages.REFUSED.of("unsigned"),
            packages.REFUSED.of("expired"),
            packages.REFUSED.of("not-yet-valid"),
            packages.REFUSED.of("revoked"),
            packages.REFUSED.of("unknown-issuer"),
            packages.REFUSED.of("look-alike"),
            packages.REFUSED.of("self-signed"),
            packages.REFUSED.of("factors-as-method"),
            packages.REFUSED.of("factors-as-boundary"),
            packages.NOTHING_LEFT_BEHIND,
        ),
    }
    needs = (MODBUS, LOCAL, MUTUAL_TLS, MANAGEMENT)
    scenario = _MANAGED

    async def drive(self, bench: Bench) -> None:
        management = management_of(bench)
        begun = bench.clock.now_us()
        await bench.clock.sleep(minutes=2)
        for version in ("2.0", "1.9"):
            packages.PACKAGE.put(bench, packages.Package(package=_OLDER))
            await self._both(bench, version, _OLDER, "sound", "good", first=version == "2.0")
            if version == "2.0":
                await bench.operator.packages()
        for wrong in WRONG:
            packages.PACKAGE.put(bench, packages.Package(package=wrong))
            await self._both(bench, "3.0", wrong, wrong, "good")
        for issuer in ISSUERS:
            packages.PACKAGE.put(bench, packages.Package(package=issuer))
            await self._both(bench, "3.0", issuer, "sound", issuer)
        for kind, name in MISLABELLED.items():
            packages.PACKAGE.put(bench, packages.Package(package=name))
            await self._both(bench, "3.0", name, "sound", "good", kind=kind)
        for task in management.tasks.values():
            await told(bench, task)
        await bench.operator.packages()
        await bench.operator.log(begun)

    async def _both(
        self,
        bench: Bench,
        version: str,
        name: str,
        wrong: Wrong,
        issuer: Choice,
        *,
        first: bool = False,
        kind: Kind = "factors",
    ) -> None:
        """The same package online and as a file; of the first, sound one only the file: its name then has a version."""
        management = management_of(bench)
        made = management.package(kind, name, version, FACTORS, wrong=wrong, certificate=issuer)
        await bench.operator.install(made, "operator")
        if not first:
            management.issue(kind, name, version, FACTORS, wrong=wrong, certificate=issuer)

    def judge(self, history: History) -> Iterator[Finding]:
        names = (_OLDER, *WRONG, *ISSUERS, *MISLABELLED.values())
        yield from packages.refusal_findings(history, "M", {name: name for name in names})
        moments = packages.refusal_moments(history, "M")
        yield counters_judge.log_finding(history, packages.REFUSALS_LOGGED, Notice.PACKAGE_REFUSED, moments=moments)


_VERSIONS = tuple(f"2.{number}" for number in range(12))
_BAD = ("2.5",)
_GOOD = tuple(version for version in _VERSIONS if version not in _BAD)


class UpgradesWithoutTouchingData(Case):
    """Upgrades from afar, power cut in the middle or not, a program that does not run: data stay, work goes on."""

    zh = "远程升级（含中途断电和不可运行的程序）后数据不变，终端继续工作。"
    checks = {
        packages.UPGRADES_IN_THE_END: ("isc-2/8.4a", "isc-2/8.4f", "csmt/10.6.4c"),
        packages.RECORDS_UNTOUCHED: ("csmt/10.6.4d", "csmt/10.6.4e", "isc-2/8.4g", "isc-2/8.4h"),
        packages.WORKS_AGAIN: ("isc-2/8.4a", "isc-2/8.4f", "csmt/10.6.4c"),
        packages.ISSUER_SEES_NO_DATA: ("isc-2/8.4j", "csmt/10.6.4g"),
        **beside(packages.BAD_PROGRAM_GIVEN_UP, packages.GIVING_UP_LOGGED.sometimes()),
    }
    needs = (MODBUS, UPLINK, read_out("records-untouched"), MUTUAL_TLS, MANAGEMENT)
    scenario = _MANAGED

    async def drive(self, bench: Bench) -> None:
        management = management_of(bench)
        begin = bench.clock.now_us()
        await bench.clock.sleep(hours=1, minutes=3)
        end = begin + 3_600_000_000
        await self._look(bench, begin, end)
        for number, version in enumerate(_VERSIONS):
            packages.UPGRADE.put(bench, packages.Version(version=version))
            sound = f"carbonbench-reference {version}\n".encode()
            content = b"not a program of this terminal" if version in _BAD else sound + bytes(1000)
            task = management.issue("upgrade", "program", version, content)
            await _fetched(bench, task)
            if number and version not in _BAD:
                # From the write of the package over its trial to the write that confirms it.
                bench.power.cut_at_sync(number, off_s=20, after=number % 2 == 0)
            await told(bench, task)
        await bench.clock.sleep(minutes=2)
        await self._look(bench, begin, end)
        await bench.operator.log(end)

    async def _look(self, bench: Bench, begin_us: int, end_us: int) -> None:
        await read_records(bench, ("minute", "quarter", "hour"), begin_us, end_us)
        await read_readings(bench, points(bench), begin_us, end_us)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from packages.upgrade_findings(history, "M", _GOOD, _BAD)
        if moments := packages.given_up_moments(history, "M", _BAD):
            yield counters_judge.log_finding(
                history, packages.GIVING_UP_LOGGED, Notice.PROGRAM_GIVEN_UP, moments=moments
            )
