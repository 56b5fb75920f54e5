"""Certificates that are revoked while the terminal works, and lists of them that run out (ISC-2 7.4.1; R-34)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Text, beside
from bench.facade.bench import Bench, Unable
from bench.history import History
from bench.layout.scenario import Revocation, Scenario
from conformance.common import delivery
from conformance.common.actions import reconciled
from conformance.common.phases import MENDED
from conformance.terminal import LIVE, MODBUS, MQTT_RECORDS, MUTUAL_TLS, NATIONAL_TLS, REVOCATION_LISTS, read_out
from conformance.terminal.security import revocation_judge
from simulators.trust.certificates import Family
from simulators.trust.distribution import DistributionPoint

_LISTS = Revocation(publish_s=300, valid_s=1200, look_s=300)
_SCENARIO = Scenario(
    circuits=1,
    points=2,
    minute_interval=1,
    kinds=("minute",),
    centre_options=(("A", {"channel": "mtls"}), ("B", {"channel": "mtls"})),
    services=(_LISTS,),
)


def lists(bench: Bench) -> DistributionPoint:
    """Where the lists are published. Raises Unable on a bench without."""
    if bench.revocation is None:
        raise Unable("this bench publishes no revocation lists; run the case in virtual time / 本台架不发布吊销列表")
    return bench.revocation


class RefusesWhatIsRevokedMeanwhile(Case):
    """A centre whose certificate is revoked while the terminal works loses its session and gets nothing more."""

    zh = "运行中中心证书被吊销：在规定时间内断开会话并拒绝握手，解除后补齐；伪造的吊销列表不起作用。"
    checks = {
        revocation_judge.REVOKED_GETS_NOTHING.of("a"): ("isc-2/7.4.1b",),
        revocation_judge.REVOKED_AT_NEXT_HANDSHAKE: ("isc-2/7.4.1b",),
        revocation_judge.FORGED_LIST_NOT_BELIEVED: ("isc-2/7.4.1b",),
        **beside(revocation_judge.LIST_RENEWED, revocation_judge.OTHERS_ARE_SERVED_MEANWHILE, *delivery.ARRIVAL),
    }
    needs = (MODBUS, LIVE, read_out(), MUTUAL_TLS, REVOCATION_LISTS)
    scenario = _SCENARIO
    family: Family = "ecdsa"
    # Longer than a list holds, and than the terminal may take until it looks again.
    before_s = 1620.0
    revoked_s = 720.0
    reinstated_s = 600.0
    forged_s = 660.0
    cut_s = 180.0
    mended_s = 480.0
    settle_s = 180.0

    async def drive(self, bench: Bench) -> None:
        point, wish = lists(bench), self.scenario.service(Revocation) or _LISTS
        revocation_judge.LISTS.put(bench, revocation_judge.ListTerms(look_s=wish.look_s, valid_s=wish.valid_s))
        await bench.clock.sleep(self.before_s)
        revocation_judge.REVOKED.put(bench, revocation_judge.Whose(centre="A"))
        point.hold(self.family, "server", "A")
        await bench.clock.sleep(self.revoked_s)
        revocation_judge.REINSTATED.put(bench, revocation_judge.Whose(centre="A"))
        point.release(self.family, "server", "A")
        await bench.clock.sleep(self.reinstated_s)
        revocation_judge.FORGED_LIST.put(bench, revocation_judge.Whose(centre="B"))
        point.behave("forged")
        await bench.clock.sleep(self.forged_s)
        for centre in bench.centres.values():
            centre.disconnect(abort=True)
        await bench.clock.sleep(self.cut_s)
        MENDED.put(bench)
        point.behave("sound")
        await bench.clock.sleep(self.mended_s)
        await bench.operator.alarms()
        await bench.centres.settle(seconds=self.settle_s)

    def judge(self, history: History) -> Iterator[Finding]:
        yield revocation_judge.renewed_finding(history)
        yield from revocation_judge.revoked_findings(history, "A")
        yield revocation_judge.forged_finding(history, "AB")
        yield from delivery.findings(reconciled(history))


class ObeysListsOverNationalChannels(RefusesWhatIsRevokedMeanwhile):
    """Over TLS 1.3 with the national suites revocation lists of SM2 certificates are fetched and obeyed alike."""

    zh = "国密 TLS 1.3 通道上同样获取并遵从 SM2 证书吊销列表，伪造的列表不起作用。"
    checks = {
        revocation_judge.REVOKED_GETS_NOTHING.of("a"): ("isc-2/7.4.1b",),
        revocation_judge.REVOKED_AT_NEXT_HANDSHAKE: ("isc-2/7.4.1b",),
        revocation_judge.FORGED_LIST_NOT_BELIEVED: ("isc-2/7.4.1b",),
        **beside(revocation_judge.LIST_RENEWED, revocation_judge.OTHERS_ARE_SERVED_MEANWHILE, *delivery.ARRIVAL),
    }
    needs = (MODBUS, LIVE, read_out(), MUTUAL_TLS, NATIONAL_TLS, REVOCATION_LISTS)
    scenario = _SCENARIO.but(
        points=1,
        centre_options=(("A", {"channel": "gm-tls13"}), ("B", {"channel": "mtls"})),
        services=(Revocation(publish_s=180, valid_s=540, look_s=60),),
    )
    family = "sm2"
    before_s = 600.0
    revoked_s = 300.0
    reinstated_s = 240.0
    forged_s = 180.0
    mended_s = 240.0


class RefusesBrokersRevokedMeanwhile(RefusesWhatIsRevokedMeanwhile):
    """A broker before a platform whose certificate is revoked meanwhile loses its session and gets nothing more."""

    zh = "运行中平台 MQTT 代理的证书被吊销：在规定时间内断开会话并拒绝握手，解除后补齐。"
    checks = {
        revocation_judge.REVOKED_GETS_NOTHING.of("a"): ("isc-2/7.4.1b",),
        revocation_judge.REVOKED_AT_NEXT_HANDSHAKE: ("isc-2/7.4.1b",),
        revocation_judge.FORGED_LIST_NOT_BELIEVED: ("isc-2/7.4.1b",),
        **beside(revocation_judge.LIST_RENEWED, revocation_judge.OTHERS_ARE_SERVED_MEANWHILE, *delivery.ARRIVAL),
    }
    needs = (MODBUS, LIVE, read_out(), MUTUAL_TLS, REVOCATION_LISTS, MQTT_RECORDS)
    scenario = _SCENARIO.but(
        points=1,
        centre_options=(("A", {"kind": "mqtt-records", "channel": "mtls"}), ("B", {"channel": "mtls"})),
        services=(Revocation(publish_s=180, valid_s=540, look_s=60),),
    )
    before_s = 600.0
    revoked_s = 300.0
    reinstated_s = 240.0
    forged_s = 180.0
    mended_s = 240.0


class _RunsOut:
    """What cases share in which no list can be had for longer than the last one holds."""

    needs = (MODBUS, LIVE, read_out("list-alarmed"), MUTUAL_TLS, REVOCATION_LISTS)
    answers = "silent"

    async def drive(self, bench: Bench) -> None:
        point = lists(bench)
        revocation_judge.LISTS.put(bench, revocation_judge.ListTerms(look_s=_LISTS.look_s, valid_s=_LISTS.valid_s))
        await bench.clock.sleep(minutes=7)
        revocation_judge.NO_LISTS.put(bench)
        point.behave(self.answers)
        await bench.clock.sleep(minutes=23)
        revocation_judge.RAN_OUT.put(bench)
        for centre in bench.centres.values():
            centre.disconnect(abort=True)
        await bench.power.off(30)
        await bench.clock.sleep(minutes=6)
        await bench.operator.alarms()
        MENDED.put(bench)
        point.behave("sound")
        await bench.clock.sleep(minutes=8)
        await bench.centres.settle(minutes=4)


class RefusesWhenListsRunOut(_RunsOut, Case):
    """Told to refuse, the terminal sends nothing once its revocation list has run out, and alarms."""

    zh = "吊销列表过期且无法获取、策略为拒绝时：停止发送并告警，获得新列表后补齐。"
    checks = {
        revocation_judge.NOTHING_WITHOUT_A_LIST: ("isc-2/7.4.1b",),
        **beside(revocation_judge.LIST_ALARMED, *delivery.ARRIVAL),
    }
    scenario = _SCENARIO.but(centres=("A",))

    def judge(self, history: History) -> Iterator[Finding]:
        yield revocation_judge.stopped_finding(history, "A")
        yield revocation_judge.alarm_finding(history)
        yield from delivery.findings(reconciled(history))


class AlarmsWhenListsRunOut(_RunsOut, Case):
    """Told to go on, the terminal keeps sending once its revocation list has run out, and an alarm says so."""

    zh = "吊销列表过期且无法获取、策略为告警时：继续上传并告警。"
    remark = Text(
        "no draft asks for an alarm before a revocation list runs out",
        "各草案均未要求在吊销列表到期前告警",
    )
    checks = {
        **beside(revocation_judge.GOES_ON_WITHOUT_A_LIST, revocation_judge.LIST_ALARMED, *delivery.ARRIVAL),
    }
    scenario = _SCENARIO.but(centres=("A",), services=(Revocation(publish_s=300, valid_s=1200, policy="alarm"),))
    answers = "error"

    def judge(self, history: History) -> Iterator[Finding]:
        yield revocation_judge.goes_on_finding(history, "A")
        yield revocation_judge.alarm_finding(history)
        yield from delivery.findings(reconciled(history))
