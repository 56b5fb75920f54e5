"""Configuration from afar, as a file, and from a backup (ISC-2 7.2.4(3), 7.4.1.4(4), 8.3; CSMT 11.4; R-24, R-38).

Leaves packages as such to `management` and centres set at the terminal to `dynamic_centres`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Configuration, Scenario
from conformance.common import delivery, packages, secrecy
from conformance.common.actions import points, reconciled
from conformance.common.packages import Wanted
from conformance.common.phases import AWAY, JOINED, LEFT, Absence, OfCentre
from conformance.terminal import (
    BACKUP,
    CONFIGURATION,
    HJ212,
    LOCAL,
    MANAGEMENT,
    MODBUS,
    MUTUAL_TLS,
    NATIONAL_TLS,
    PLATFORM,
    UPLINK,
    read_out,
)
from conformance.terminal.delivery import dynamic_centres_judge
from conformance.terminal.management import configuration_judge
from conformance.terminal.management.configuration_judge import CONFIGURED, Acquired, Configured
from conformance.terminal.management.management import management_of, told
from conformance.terminal.security.channels import CAPTURING
from simulators.centres.management.packages import Kind, Wrong

_AUTHOR = "inspector Zhou"
_WORLD = Scenario(
    circuits=1,
    points=3,
    minute_interval=1,
    kinds=("minute",),
    centres=("A", "B", "C", "M"),
    centre_options=(("M", {"kind": "management", "channel": "mtls"}),),
    configuration=Configuration(later=("B", "C")),
)
_FACTOR = {
    "code": "electricity", "value": "0.5568", "unit": "tCO2/MWh", "gas": "CO2", "source": "national", "region": "CN",
    "validFrom": "2026-01-01",
}  # fmt: skip
_METHOD = {"id": "purchased-electricity", "edition": "2022", "formula": "E=AD*EF"}
ISSUED: tuple[Wanted, ...] = (
    ("configuration", "address", "1.0"),
    ("configuration", "centre", "1.0"),
    ("factors", "grid", "1.1"),
    ("method", "electricity", "2022.1"),
)
IMPORTED: tuple[Wanted, ...] = (("configuration", "items", "1.1"), ("factors", "fuels", "1.0"))
_CONFIGURATION: Kind = "configuration"


def _body(**members: Any) -> bytes:
    return json.dumps({"configuration": members}).encode()


class ConfiguresFromAfar(Case):
    """Addresses, centres and items set by signed package act, formula and factor are in force; all of it stays."""

    zh = "上传地址、中心、数据项可由签名软件包远程配置并起作用，公式和因子在用；记入日志、断电保持，积压完整。"
    checks = {
        packages.OFFLINE_IN_FORCE: ("csmt/11.4b-3",),
        packages.FORMULA_IN_FORCE: ("isc-2/8.3e",),
        packages.FACTOR_IN_FORCE: ("isc-2/8.3a", "isc-2/8.3f"),
        packages.FACTOR_FROM_FILE_IN_FORCE: ("isc-2/8.3b",),
        configuration_judge.NEW_ADDRESS_GETS_EVERYTHING: ("isc-2/8.3c",),
        configuration_judge.OLD_ADDRESS_LEFT_ALONE: ("isc-2/8.3c",),
        configuration_judge.ITEM_NO_LONGER_ACQUIRED: ("isc-2/8.3d",),
        configuration_judge.CONFIGURATION_SURVIVES_RESTART: ("isc-2/8.3d",),
        configuration_judge.ITEM_ACQUIRED_AGAIN: ("csmt/11.4b-3",),
        dynamic_centres_judge.JOINED_IS_SERVED.of("c").sometimes(): ("isc-2/7.2.4(3)d",),
        configuration_judge.WRONG_CONFIGURATION_REFUSED: ("isc-2/7.4.1.4(3)b",),
        configuration_judge.REFUSED_CHANGES_NOTHING: ("isc-2/7.4.1.4(3)b",),
        **beside(packages.TAKEN_ONLINE, packages.ONLINE_IN_FORCE, configuration_judge.CONFIGURATION_LOGGED),
    }
    # Another address alone is no other platform: those that know their terminal by a token gave it one of their own.
    needs = (
        MODBUS,
        HJ212,
        read_out(
            "online-in-force",
            "offline-in-force",
            "formula-in-force",
            "factor-in-force",
            "factor-from-file-in-force",
            "configuration-logged",
            "refused-changes-nothing",
        ),
        MUTUAL_TLS,
        MANAGEMENT,
        CONFIGURATION,
    )
    scenario = _WORLD
    before_s = 720.0
    away_s = 300.0
    without_s = 180.0
    off_s = 60.0
    restarted_s = 0.0
    again_s = 360.0
    settle_s = 300.0

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(self.before_s)
        async with bench.links["uplink.A"].cut():
            AWAY.put(bench, Absence(centre="A"))
            await bench.clock.sleep(self.away_s)
            moved = bench.told_of("B")
            address = {"id": "A", **{key: moved[key] for key in ("host", "port", "mn", "pw", "st")}}
            await self._issue(bench, "address", "1.0", _body(centres=[address]), "A")
            await self._issue(bench, "centre", "1.0", _body(centres=[bench.told_of("C")]), "C")
            JOINED.put(bench, OfCentre(centre="C"))
        item = points(bench)[-1]
        await self._issue(bench, "items", "1.0", _body(items=[{"point": item, "acquired": "no"}]), item, acquired="no")
        await bench.clock.sleep(self.without_s)
        await bench.power.off(self.off_s)
        await self._others(bench)
        await self._wrong(bench, item)
        await bench.clock.sleep(self.restarted_s)
        await self._import(bench, item)
        await bench.clock.sleep(self.again_s)
        await bench.operator.packages()
        await bench.operator.log(start)
        await bench.centres.settle(seconds=self.settle_s)

    async def _issue(
        self, bench: Bench, name: str, version: str, content: bytes, subject: str, acquired: Acquired | None = None
    ) -> None:
        task = management_of(bench).issue(_CONFIGURATION, name, version, content)
        await told(bench, task)
        CONFIGURED.put(bench, Configured(what=name, subject=subject, acquired=acquired))

    async def _others(self, bench: Bench) -> None:
        """A factor and a formula."""
        management = management_of(bench)
        tasks = [
            management.issue("factors", "grid", "1.1", json.dumps({"factors": [_FACTOR]}).encode()),
            management.issue("method", "electricity", "2022.1", json.dumps({"method": _METHOD}).encode()),
        ]
        for task in tasks:
            await told(bench, task)

    async def _wrong(self, bench: Bench, item: str) -> None:
        """Configurations that must be refused, and what the terminal's centres are before and after."""
        await bench.operator.centres()
        made: tuple[tuple[str, bytes, Wrong], ...] = (
            ("unsigned", _body(removed=["C"]), "unsigned"),
            ("wrong-signature", _body(removed=["C"]), "wrong-signature"),
            ("port", _body(centres=[{"id": "A", "host": "10.2.0.99", "port": "70000"}], removed=["C"]), "sound"),
            ("point", _body(items=[{"point": "nowhere", "acquired": "no"}], removed=["C"]), "sound"),
            ("nothing-left", _body(items=[{"point": each, "acquired": "no"} for each in points(bench)]), "sound"),
            ("unknown-member", _body(removed=["C"], formulas=[]), "sound"),
        )
        tasks = [
            management_of(bench).issue(_CONFIGURATION, name, "9.0", content, wrong=wrong)
            for name, content, wrong in made
        ]
        for task in tasks:
            await told(bench, task)
        await bench.operator.centres()

    async def _import(self, bench: Bench, item: str) -> None:
        """The data item again and a factor, by files at the local interface."""
        content = _body(items=[{"point": item, "acquired": "yes"}])
        await bench.operator.install(management_of(bench).package(_CONFIGURATION, "items", "1.1", content), _AUTHOR)
        CONFIGURED.put(bench, Configured(what="items", subject=item, acquired="yes"))
        factors = json.dumps({"factors": [_FACTOR]}).encode()
        await bench.operator.install(management_of(bench).package("factors", "fuels", "1.0", factors), _AUTHOR)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history, ("A", "B", "C"))
        yield from packages.taken_findings(history, "M", ISSUED, IMPORTED)
        yield from packages.content_findings(history, "M", ISSUED)
        yield packages.on_site_finding(history, IMPORTED)
        yield from configuration_judge.address_findings(history, ledgers, "A", "B")
        yield from configuration_judge.item_findings(history, ("B", "C"))
        yield from (one for one in dynamic_centres_judge.findings(history, ledgers) if one.id == "joined-is-served-c")
        yield from configuration_judge.logged_findings(history)
        yield from configuration_judge.refused_findings(history, "M", "9.0")


class AddsAndRemovesSecuredCentresFromAfar(Case):
    """Centres over mutual TLS, over the national suites and a platform over HTTPS come and go by signed package."""

    zh = "双向 TLS 中心、国密套件中心和 HTTPS 平台可由签名软件包远程新增并随即上传、断电保持，远程删除后不再连接。"
    checks = {
        packages.TAKEN_ONLINE: ("isc-2/7.2.4(3)d",),
        dynamic_centres_judge.JOINED_IS_SERVED.of("c").sometimes(): ("isc-2/7.2.4(3)d",),
        dynamic_centres_judge.OWN_SCHEDULE.of("c").sometimes(): ("isc-2/7.2.4(3)d",),
        dynamic_centres_judge.JOINED_IS_SERVED.of("g").sometimes(): ("isc-2/7.2.4(3)d",),
        dynamic_centres_judge.OWN_SCHEDULE.of("g").sometimes(): ("isc-2/7.2.4(3)d",),
        dynamic_centres_judge.JOINED_IS_SERVED.of("n").sometimes(): ("isc-2/7.2.4(3)d",),
        dynamic_centres_judge.OWN_SCHEDULE.of("n").sometimes(): ("isc-2/7.2.4(3)d",),
        dynamic_centres_judge.LEFT_ALONE.of("c").sometimes(): ("isc-2/7.2.4(3)d",),
        dynamic_centres_judge.LEFT_ALONE.of("g").sometimes(): ("isc-2/7.2.4(3)d",),
        secrecy.OWN_CERTIFICATE: ("isc-2/7.4.1b",),
        secrecy.NATIONAL_SUITE: ("csmt/7.4a",),
        secrecy.NO_SECRET_IN_STORAGE: ("isc-2/7.4.1.4(2)a", "isc-2/7.4.1.4(2)b"),
        **beside(
            configuration_judge.CONFIGURATION_LOGGED,
            secrecy.NO_SECRET_SHOWN,
            secrecy.NOTHING_WEAK_OFFERED,
            secrecy.NOTHING_BUT_NATIONAL_OFFERED,
            *delivery.ARRIVAL,
        ),
    }
    needs = (
        MODBUS,
        UPLINK,
        read_out("configuration-logged"),
        MUTUAL_TLS,
        NATIONAL_TLS,
        PLATFORM,
        MANAGEMENT,
        CONFIGURATION,
    )
    scenario = Scenario(
        start="2026-03-01T23:05:00+08:00",
        circuits=1,
        points=2,
        kinds=("minute",),
        centres=("A", "C", "G", "N", "M"),
        centre_options=(
            ("C", {"channel": "mtls", "minute_interval": 5}),
            ("G", {"channel": "gm-tls13", "minute_interval": 5}),
            ("N", {"kind": "https", "channel": "tls", "upload_time": "00:17:00"}),
            ("M", {"kind": "management", "channel": "mtls", "report_s": 30}),
        ),
        configuration=Configuration(later=("C", "G", "N")),
    )
    rigs = CAPTURING
    added = ("C", "G", "N")
    removed = ("C", "G")

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=7, seconds=20)
        for name in self.added:
            # From the instant on at which the terminal may hear of it.
            JOINED.put(bench, OfCentre(centre=name))
            await self._issue(bench, f"add-{name}", _body(centres=[bench.told_of(name)]), name)
        served = bench.told_of("A")
        address = {"id": "A", **{key: served[key] for key in ("host", "port", "mn", "pw")}}
        await self._issue(bench, "address-A", _body(centres=[address]), "A")
        await bench.clock.sleep(minutes=12)
        await bench.power.off(60)
        # What ends after midnight is due in the platform's window of the next day.
        await bench.clock.until("00:00:00")
        await bench.centres.settle(minutes=32)
        await bench.terminal.search()
        for name in self.removed:
            await self._issue(bench, f"remove-{name}", _body(removed=[name]), name)
            LEFT.put(bench, OfCentre(centre=name))
        await bench.clock.sleep(minutes=12)
        await bench.operator.log(start)

    async def _issue(self, bench: Bench, what: str, content: bytes, subject: str) -> None:
        task = management_of(bench).issue(_CONFIGURATION, what, "1.0", content)
        await told(bench, task)
        CONFIGURED.put(bench, Configured(what=what, subject=subject))

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history, ("A", *self.added))
        issued: tuple[Wanted, ...] = (
            *(("configuration", f"add-{name}", "1.0") for name in self.added),
            *(("configuration", f"remove-{name}", "1.0") for name in self.removed),
        )
        yield from (one for one in packages.taken_findings(history, "M", issued, ()) if one.id == "taken-online")
        yield from configuration_judge.logged_findings(history)
        yield from dynamic_centres_judge.findings(history, ledgers)
        yield from secrecy.identity_findings(history, "C")
        yield from secrecy.national_findings(history, "G")
        yield from secrecy.rest_findings(history)
        yield from delivery.findings(dynamic_centres_judge.owed(history, ledgers))


class RestoresConfiguration(Case):
    """The configuration can be backed up as a file and restored from it; an altered file changes nothing."""

    zh = "配置可备份为文件并由其恢复；被改动的备份文件不被接受，配置不变。"
    checks = {
        configuration_judge.CONFIGURATION_BACKED_UP: ("isc-2/7.4.1.4(4)a",),
        configuration_judge.CONFIGURATION_RESTORED: ("isc-2/7.4.1.4(4)b",),
        configuration_judge.RESTORED_CONFIGURATION_ACTS: ("isc-2/7.4.1.4(4)b",),
        configuration_judge.ALTERED_BACKUP_REFUSED: ("isc-2/7.4.1.4(4)b", "isc-2/7.4.1.4(3)b"),
        **beside(configuration_judge.BACKUP_AND_RESTORE_LOGGED),
    }
    needs = (MODBUS, UPLINK, LOCAL, BACKUP, "centres.local-configuration")
    scenario = _WORLD.configured(later=("C",)).but(centres=("A", "B", "C"), centre_options=(), points=1)

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        operator = bench.operator
        await bench.clock.sleep(minutes=3)
        await operator.add_centre("C", _AUTHOR)
        await bench.clock.sleep(minutes=5)
        await operator.centres()
        file = await operator.back_up_configuration(_AUTHOR)
        configuration_judge.BACKED_UP.put(bench)
        await operator.remove_centre("C", _AUTHOR)
        await bench.clock.sleep(seconds=5)
        await operator.remove_centre("B", _AUTHOR)
        await bench.clock.sleep(minutes=5)
        await operator.centres()
        if file:
            middle = len(file) // 2
            altered = file[:middle] + bytes([file[middle] ^ 1]) + file[middle + 1 :]
            configuration_judge.RESTORED.put(bench, configuration_judge.Given(file="altered"))
            await operator.restore_configuration(altered, _AUTHOR)
            await operator.restore_configuration(file[:middle], _AUTHOR)
            await bench.clock.sleep(minutes=2)
            await operator.centres()
            configuration_judge.RESTORED.put(bench, configuration_judge.Given(file="sound"))
            await operator.restore_configuration(file, _AUTHOR)
            await bench.clock.sleep(minutes=3)
            await bench.power.off(60)
            await bench.clock.sleep(minutes=6)
            await operator.centres()
        await operator.log(start)
        await bench.centres.settle(minutes=3)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from configuration_judge.backup_findings(history, ("B", "C"))
