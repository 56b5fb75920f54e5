"""Third-party platforms: everything passed on, as each of them wants it authenticated and enciphered (CSMT 11.13).

Leaves the channels themselves to `security.channels`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import accuracy
from conformance.common.actions import points, reconciled
from conformance.common.phases import OfCentre
from conformance.terminal import HTTPS_RECORDS, LOCAL, MANAGEMENT, MODBUS, MUTUAL_TLS, THIRD_PARTY
from conformance.terminal.delivery import third_party_judge
from conformance.terminal.management.management import management_of, told
from simulators.centres.third_party.centre import ThirdPartyCentre

_METHOD = {"id": "purchased-electricity", "edition": "2022", "formula": "E=AD*EF"}
_BOUNDARY = {"id": "plant-1", "enterprise": "91350200MA2XXXXX0X", "edition": "2026"}
_UNITS = [{"unit": "workshop 1", "sector": "other", "source": "electricity", "gas": "CO2", "point": "e01.energy"}]
_AUTHOR, _REASON = "inspector Zhou", "the meter was read by hand"
_ENTRY = "12.5"
_HOUR_US = 3_600_000_000


class TellsLiveReadings(Case):
    """The latest readings reach a platform over HTTPS/JSON as the meters told them, beside the records of periods."""

    zh = "经 HTTPS/JSON 上传时，实时读数与时段记录一并送达，且与仪表示值一致。"
    checks = {
        accuracy.SAME_READING.of("centre-t"): ("isc-2/9.3c",),
        **beside(third_party_judge.READINGS_TOLD.of("t")),
    }
    needs = (MODBUS, HTTPS_RECORDS)
    scenario = Scenario(
        circuits=1,
        points=2,
        minute_interval=5,
        kinds=("minute",),
        realtime_interval_s=60,
        centres=("T",),
        centre_options=(("T", {"kind": "third-party", "channel": "tls"}),),
    )
    centre = "T"

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=31)

    def judge(self, history: History) -> Iterator[Finding]:
        yield third_party_judge.readings_finding(history, self.centre)
        yield from accuracy.findings(history, "reading", centres=(self.centre,), needed=40, stored=False)


class PassesOnAllItHas(Case):
    """Activity data, methods, boundaries, entries and statistics reach two third parties, each as it demands."""

    zh = "活动数据、核算方法、排放边界、填报数据和统计数据按各第三方平台的认证和加密要求送达。"
    checks = {
        third_party_judge.ACTIVITY_DATA_PASSED.of("t"): ("csmt/11.13a", "isc-2/7.2.4m", "isc-2/7.2.4n"),
        third_party_judge.PASSED.of("method", "t"): ("csmt/11.13b",),
        third_party_judge.PASSED.of("boundary", "t"): ("csmt/11.13c",),
        third_party_judge.ENTRIES_PASSED.of("t"): ("csmt/11.13d",),
        third_party_judge.STATISTICS_PASSED.of("t"): ("csmt/11.13e",),
        third_party_judge.ACTIVITY_DATA_PASSED.of("u"): ("csmt/11.13a", "isc-2/7.2.4m", "isc-2/7.2.4n"),
        third_party_judge.PASSED.of("method", "u"): ("csmt/11.13b",),
        third_party_judge.PASSED.of("boundary", "u"): ("csmt/11.13c",),
        third_party_judge.ENTRIES_PASSED.of("u"): ("csmt/11.13d",),
        third_party_judge.STATISTICS_PASSED.of("u"): ("csmt/11.13e",),
        third_party_judge.AUTHENTICATES_AS_DEMANDED: ("csmt/11.13f",),
        third_party_judge.REFUSED_DATA_WAIT: ("csmt/11.13a",),
        third_party_judge.BODY_ENCIPHERED_AS_DEMANDED: ("csmt/11.13g",),
    }
    needs = (MODBUS, LOCAL, MUTUAL_TLS, MANAGEMENT, THIRD_PARTY, "acquisition.manual-entry")
    scenario = Scenario(
        start="2026-03-01T23:40:00+08:00",
        circuits=2,
        points=2,
        period_s=900,
        kinds=("minute",),
        centres=("T", "U", "M"),
        centre_options=(
            ("T", {"kind": "third-party", "channel": "mtls"}),
            ("U", {"kind": "third-party", "encrypted": True}),
            ("M", {"kind": "management"}),
        ),
    )

    async def drive(self, bench: Bench) -> None:
        await bench.clock.until("00:00")
        begin = bench.clock.now_us()
        management = management_of(bench)
        await bench.clock.sleep(hours=1)
        tasks = [
            management.issue("method", "electricity", "2022.1", json.dumps({"method": _METHOD}).encode()),
            management.issue(
                "boundary", "plant", "1.0", json.dumps({"boundary": {**_BOUNDARY, "units": _UNITS}}).encode()
            ),
        ]
        for task in tasks:
            await told(bench, task)
        await bench.clock.sleep(hours=1)
        await bench.operator.manual_entry(points(bench)[0], "hour", begin, _ENTRY, _AUTHOR, _REASON)
        await bench.clock.sleep(hours=1)
        platform = bench.platforms.of(ThirdPartyCentre, "T")
        token = platform.token
        third_party_judge.TOKEN_CHANGED.put(bench, OfCentre(centre="T"))
        platform.ask_for("another")
        await bench.clock.sleep(minutes=50)
        platform.ask_for(token)
        third_party_judge.TOKEN_RESTORED.put(bench, OfCentre(centre="T"))
        await bench.clock.until("00:45")
        await bench.centres.settle(minutes=20)

    def judge(self, history: History) -> Iterator[Finding]:
        for name, ledger in zip(("T", "U"), reconciled(history, ("T", "U")), strict=True):
            yield third_party_judge.activity_finding(ledger)
            yield third_party_judge.document_finding(
                history, name, "method", "electricity", {"version": "2022.1", **_METHOD}
            )
            yield third_party_judge.document_finding(
                history, name, "boundary", "plant", {"version": "1.0", **_BOUNDARY}, _UNITS
            )
            yield third_party_judge.entry_finding(history, name)
            yield third_party_judge.statistics_finding(history, name)
        yield from third_party_judge.authentication_findings(history, "T")
        yield third_party_judge.enciphered_finding(history, "U")
