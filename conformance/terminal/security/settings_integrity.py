"""Authentication data and settings that the terminal keeps, altered behind its back (ISC-2 7.4.1.4).

Leaves altered records to `platforms`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, beside
from bench.dut import Alteration
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import delivery
from conformance.common.actions import reconciled
from conformance.common.phases import TAMPERED
from conformance.terminal import MODBUS, MUTUAL_TLS, UPLINK, read_out
from conformance.terminal.security import settings_integrity_judge

FAMILY = "kept"

_AUTHOR = "inspector Zhou"
_SET_S, _ALTERED_S = 120, 10


class FindsWhatIsKeptAltered(Case):
    """A renewed certificate and a set period, altered in the store while the power is off, are told and not used."""

    zh = "断电状态下篡改终端所存的证书私钥和采集周期：上电后终端发现并提示，不使用被篡改的内容。"
    checks = {
        settings_integrity_judge.ALTERED_TOLD.of("certificate"): ("isc-2/7.4.1.4(1)a",),
        settings_integrity_judge.ALTERED_TOLD.of("period"): ("isc-2/7.4.1.4(1)b",),
        settings_integrity_judge.ALTERED_PERIOD_UNUSED: ("isc-2/7.4.1.4(1)b",),
        **beside(settings_integrity_judge.ALTERED_ENDED.sometimes(), *delivery.ARRIVAL),
    }
    needs = (
        MODBUS,
        UPLINK,
        read_out("altered-certificate-told", "altered-period-told"),
        MUTUAL_TLS,
        "channel.certificate-renewal",
        "acquisition.user-period",
    )
    scenario = Scenario(
        circuits=1,
        points=1,
        minute_interval=5,
        kinds=("minute",),
        centres=("A",),
        centre_options=(("A", {"channel": "mtls"}),),
    )
    rigs = Rig.VIRTUAL | Rig.PROCESS

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=6)
        await bench.operator.set_period(next(iter(bench.meters)), _SET_S, _AUTHOR)
        await bench.clock.sleep(minutes=2)
        await bench.operator.renew_certificate("A", "renewed", _AUTHOR)
        await bench.clock.sleep(minutes=8)
        TAMPERED.put(bench)
        await bench.power.cut()
        bench.terminal.alter(
            [Alteration("kept", "certificate", "", 0), Alteration("kept", "period", str(_ALTERED_S), 0)]
        )
        await bench.power.restore()
        await bench.clock.sleep(minutes=14)
        await bench.operator.alarms()
        await bench.operator.log(start)
        meter = next(iter(bench.meters))
        await bench.operator.set_period(meter, _SET_S, _AUTHOR)
        settings_integrity_judge.SET_ANEW.put(bench, settings_integrity_judge.SetAnew(meter=meter))
        await bench.clock.sleep(minutes=3)
        await bench.operator.alarms()
        await bench.centres.settle(minutes=6)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from settings_integrity_judge.told_findings(history)
        yield from settings_integrity_judge.ended_findings(history)
        yield settings_integrity_judge.unused_finding(history, _ALTERED_S)
        yield from delivery.findings(reconciled(history))
