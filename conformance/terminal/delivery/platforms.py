"""Platforms over HTTPS and JSON, and fingerprints (ISC-2 7.2.4; CSMT 7.3 to 7.5; CPCIF 8.4).

Leaves channels and certificates to `security.channels`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from bench.case import Case, Finding, Rig, beside
from bench.dut import Alteration
from bench.facade.bench import Bench
from bench.history import History
from bench.history.accounting import AccountingUnit, Emitter
from bench.history.marks import SETTLE
from bench.layout.scenario import Configuration, Scenario
from conformance.common import delivery
from conformance.common.actions import counters, points, read_records, reconciled
from conformance.common.phases import CORRECTED, FAILING, MENDED, TAMPERED, UPLOAD_TIME, Data, UploadTime
from conformance.common.times import HOUR, MINUTE, ceil, uncertainty_s
from conformance.terminal import BY_TIME_OF_DAY, FINGERPRINT, LIVE, LOCAL, MODBUS, MUTUAL_TLS, PLATFORM
from conformance.terminal.accounting.boundaries import electricity
from conformance.terminal.accounting.figures import ACCOUNTING
from conformance.terminal.acquisition.sources import MANUAL
from conformance.terminal.delivery import centres_judge, platforms_judge, tampering_judge
from simulators.centres.fingerprints.centre import FingerprintCentre
from simulators.centres.national.centre import NationalCentre
from simulators.stamps import from_stamp, stamp

_QUARTER_US = 900_000_000
_HOWS = ("digit",) * 8 + ("stamp",) * 4 + ("point",) * 4 + ("removed",) * 4
_TIME, _OTHER_TIME = "02:17:00", "03:05:00"
_OFFICE = Emitter(
    id="office",
    name="示范办公楼",
    sector="public-buildings",
    units=(AccountingUnit(id="office"),),
    sources=(electricity("grid", "office", "buildings-ndrc-2015", "e01.energy", "北京"),),
)
_NATIONAL = Scenario(
    start="2026-03-01T23:30:00+08:00",
    circuits=1,
    points=2,
    kinds=("minute", "day"),
    centres=("N",),
    centre_options=(("N", {"kind": "https", "channel": "tls", "upload_time": _TIME}),),
)


class UploadsDailySets(Case):
    """In the window that the platform told, it gets 96 quarter-hours and the day value of every point."""

    zh = "在平台下发的时间窗口内上传每测点 96 个 15 min 值和日值。"
    checks = {
        platforms_judge.STARTS_WITH_WINDOW: ("isc-2/7.2.4(2)c", "csmt/7.5a"),
        platforms_judge.INSIDE_WINDOW: ("isc-2/7.2.4(2)c",),
        platforms_judge.ACKNOWLEDGED_IN_WINDOW: ("isc-2/7.2.4(1)a", "isc-2/7.3.1f"),
        platforms_judge.NINETY_SIX_A_DAY: ("isc-2/7.2.4(1)a", "isc-2/7.2.4(1)c"),
        platforms_judge.REGISTERS_FIRST: ("isc-2/7.2.4(2)b",),
        **beside(platforms_judge.REQUESTS_WELL_FORMED, *delivery.ARRIVAL),
    }
    needs = (MODBUS, PLATFORM)
    scenario = _NATIONAL

    async def drive(self, bench: Bench) -> None:
        bench.platforms["N"].behave(ack_after_s=1)
        await bench.clock.sleep(hours=24.5)
        await bench.centres.settle(hours=4)

    def judge(self, history: History) -> Iterator[Finding]:
        (ledger,) = reconciled(history)
        yield from platforms_judge.window_findings(history, ledger)
        yield from platforms_judge.set_findings(history, "N")
        yield from platforms_judge.form_findings(history, "N")
        yield from delivery.findings([ledger])


class FollowsChangedUploadTime(Case):
    """A new upload time told by the platform moves the next window."""

    zh = "平台更改上传时间后，下一窗口随之改变。"
    checks = {
        platforms_judge.STARTS_WITH_WINDOW: ("isc-2/7.2.4(2)a", "isc-2/7.2.4(2)c", "csmt/7.5d"),
        platforms_judge.INSIDE_WINDOW: ("isc-2/7.2.4(2)a", "isc-2/7.2.4(2)c", "csmt/7.5d"),
        **beside(platforms_judge.ACKNOWLEDGED_IN_WINDOW, *delivery.ARRIVAL),
    }
    needs = (MODBUS, PLATFORM)
    scenario = _NATIONAL

    async def drive(self, bench: Bench) -> None:
        platform = bench.platforms.of(NationalCentre, "N")
        platform.behave(ack_after_s=1)
        await bench.clock.sleep(hours=36.5)
        platform.set_upload_time(_OTHER_TIME)
        UPLOAD_TIME.put(bench, UploadTime(time=_OTHER_TIME))
        await bench.clock.sleep(hours=12)
        await bench.centres.settle(hours=5)

    def judge(self, history: History) -> Iterator[Finding]:
        (ledger,) = reconciled(history)
        yield from platforms_judge.window_findings(history, ledger)
        yield from delivery.findings([ledger])


class KeepsWhatThePlatformSet(Case):
    """The upload time and the list of items that a platform told over HTTPS hold through two power cuts."""

    zh = "平台经 HTTPS 下发的上传时间和数据项清单在两次断电后仍然有效。"
    checks = {
        platforms_judge.STARTS_WITH_WINDOW: ("isc-2/7.2.4(2)c",),
        platforms_judge.INSIDE_WINDOW: ("isc-2/7.2.4(2)c",),
        **beside(platforms_judge.LISTED_ARRIVE, platforms_judge.LISTED_ALONE),
    }
    needs = (MODBUS, PLATFORM, "uplink.schedule-from-platform")
    scenario = _NATIONAL.but(period_s=300)

    async def drive(self, bench: Bench) -> None:
        platform = bench.platforms.of(NationalCentre, "N")
        platform.behave(ack_after_s=1)
        await bench.clock.sleep(hours=12)
        platform.set_upload_time(_OTHER_TIME)
        code = next(iter(platform.items))
        platform.list_items({code: ("0",)})
        # The terminal learns of both when it next asks, at the opening of the window that it knows, or a day before.
        await bench.clock.until("23:30:00")
        UPLOAD_TIME.put(bench, UploadTime(time=_OTHER_TIME))
        await bench.clock.until("06:00:00")
        await bench.power.off(60)
        await bench.clock.sleep(minutes=10)
        await bench.power.off(600)
        platforms_judge.LISTED.put(bench, platforms_judge.Listed(code=code))
        await bench.clock.until("00:00:00")
        await bench.centres.settle(hours=5)

    def judge(self, history: History) -> Iterator[Finding]:
        (ledger,) = reconciled(history)
        for found in platforms_judge.window_findings(history, ledger):
            if found.id != platforms_judge.ACKNOWLEDGED_IN_WINDOW.id:
                yield found
        yield from platforms_judge.listed_findings(history, "N")


class LogsWhatThePlatformSet(Case):
    """The list of items that a platform tells over HTTPS leaves an entry of a changed configuration in the log."""

    zh = "平台经 HTTPS 下发新的数据项清单，终端日志记录配置变更。"
    checks = {platforms_judge.PLATFORMS_ORDERS_LOGGED: ("isc-2/7.4.1.3(1)c",)}
    needs = (MODBUS, LOCAL, PLATFORM, "uplink.schedule-from-platform")
    scenario = _NATIONAL.but(period_s=900, circuits=1)

    async def drive(self, bench: Bench) -> None:
        platform = bench.platforms.of(NationalCentre, "N")
        await bench.clock.sleep(hours=2)
        start = bench.clock.now_us()
        code = next(iter(platform.items))
        platforms_judge.LISTED.put(bench, platforms_judge.Listed(code=code))
        platform.list_items({code: ("0",)})
        # It asks at the opening of its window, once a day.
        await bench.clock.sleep(hours=26)
        await bench.operator.log(start)

    def judge(self, history: History) -> Iterator[Finding]:
        yield platforms_judge.orders_logged_finding(history, "N")


class RepeatsUntilPlatformAcknowledges(Case):
    """After time-outs behind the commit and errors inside HTTP 200 the platform has everything once."""

    zh = "平台存储后超时或在 HTTP 200 内返回业务错误时重发，数据完整且内容一致。"
    checks = {
        platforms_judge.SAME_WHEN_SENT_AGAIN: ("isc-2/7.2.4(4)a",),
        delivery.NONE_LOST: ("isc-2/7.2.4(4)a", "isc-2/7.2.3-B(6)d", "csmt/7.6c"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.4(4)a", "isc-2/7.2.3-B(6)d", "csmt/7.6c"),
        **beside(
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
        ),
    }
    needs = (MODBUS, PLATFORM)
    scenario = _NATIONAL

    async def drive(self, bench: Bench) -> None:
        platform = bench.platforms["N"]
        await bench.clock.sleep(hours=24.5)
        SETTLE.put(bench)
        await bench.clock.sleep(hours=2)
        platform.behave(ack="negative", negative_code="3")
        await bench.clock.sleep(minutes=20)
        platform.behave(ack="never")
        await bench.clock.sleep(minutes=10)
        platform.behave(ack="always", ack_after_s=2)
        await bench.clock.sleep(hours=2)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from platforms_judge.idempotence_findings(history, "N")
        yield from delivery.findings(reconciled(history))


class SendsRevisionsToThePlatform(Case):
    """A day corrected by hand reaches a platform that has it, and one that is just taking the correction before."""

    zh = "人工更正的日值送达已存有该值的平台；平台应答缓慢、前一更正正在上传时再次更正，最终值仍送达。"
    checks = {
        platforms_judge.LAST_REVISION_THERE: ("isc-2/7.2.4(5)d",),
        platforms_judge.REVISIONS_RISE: ("isc-2/7.2.4(5)d",),
        **beside(
            platforms_judge.CORRECTED_UNDER_WAY,
            platforms_judge.MORE_THAN_ONE_BODY,
            platforms_judge.REQUESTS_WELL_FORMED,
        ),
    }
    needs = (MODBUS, PLATFORM, LOCAL, MANUAL, "manual-backfill.inaccurate")
    rigs = Rig.VIRTUAL
    virtual_only = BY_TIME_OF_DAY
    # A day of it is more entries than a body may hold.
    scenario = _NATIONAL.but(circuits=3, period_s=300)

    async def drive(self, bench: Bench) -> None:
        platform = bench.platforms["N"]
        point, day = "e01.energy", from_stamp("20260302000000")
        await bench.clock.sleep(hours=24.5)
        # The window of the first day is over when this ends.
        await bench.clock.sleep(hours=4)
        await self._correct(bench, point, day, "101.10")
        await bench.clock.sleep(seconds=1)
        await bench.operator.upload_now("N", "Li Wei")
        await bench.clock.sleep(minutes=5)
        platform.behave(ack_after_s=8)
        await self._correct(bench, point, day, "202.20")
        await bench.operator.upload_now("N", "Li Wei")
        await bench.clock.sleep(seconds=4)
        await self._correct(bench, point, day, "303.30")
        await bench.clock.sleep(minutes=2)
        platform.behave(ack_after_s=0)
        await bench.operator.upload_now("N", "Li Wei")
        await bench.clock.sleep(minutes=10)

    async def _correct(self, bench: Bench, point: str, day: int, value: str) -> None:
        CORRECTED.put(bench, Data(data="inaccurate"))
        await bench.operator.manual_entry(point, "day", day, value, "Li Wei", "panel meter")

    def judge(self, history: History) -> Iterator[Finding]:
        yield from platforms_judge.revision_findings(history, "N")


class OutlastsEveryWrongAnswer(Case):
    """Whatever answer but its own good one the platform gives, the records stay due until that one comes."""

    zh = "平台以 HTTP 500、404、残缺、非 JSON、无 responseCode 应答或直接断开时，数据保留并重发，直至得到成功应答。"
    checks = {
        platforms_judge.SAME_WHEN_SENT_AGAIN: ("isc-2/7.2.4(4)a",),
        delivery.NONE_LOST: ("isc-2/7.2.4(4)a", "isc-2/7.2.3-B(6)b", "isc-2/7.2.3-B(6)d", "csmt/7.6c"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.4(4)a", "isc-2/7.2.3-B(6)b", "isc-2/7.2.3-B(6)d", "csmt/7.6c"),
        **beside(delivery.NONE_ALTERED, delivery.NONE_INVENTED, delivery.NONE_MIS_STAMPED, delivery.FLAGS_RIGHT),
    }
    needs = (MODBUS, PLATFORM)
    scenario = _NATIONAL

    async def drive(self, bench: Bench) -> None:
        platform = bench.platforms["N"]
        await bench.clock.sleep(hours=24.5)
        SETTLE.put(bench)
        # Shortly before the window opens.
        await bench.clock.sleep(hours=2, minutes=16)
        for status in (500, 404):
            platform.behave(ack="status", status=status)
            await bench.clock.sleep(minutes=5)
        for ack in ("close", "half", "garbage", "no-code"):
            platform.behave(ack=ack, status=500)
            await bench.clock.sleep(minutes=4)
        platform.behave(ack="always", code_as_number=True)
        await bench.clock.sleep(hours=1)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from platforms_judge.idempotence_findings(history, "N")
        # Sent again without an answer, as it has to be.
        yield from delivery.findings(reconciled(history), duplicates=False)


class FollowsTheTermsOfItsRegistration(Case):
    """Another key while an upload fails, a registration forgotten, URLs on another port: everything arrives, once."""

    zh = "上传失败期间更换密钥、平台遗失注册信息、数据 URL 改至其他端口后，终端重新注册，数据完整到达。"
    checks = {
        platforms_judge.REGISTERS_AGAIN: ("isc-2/7.2.4(2)b",),
        delivery.NONE_LOST: ("csmt/7.6c",),
    }
    needs = (MODBUS, PLATFORM)
    scenario = _NATIONAL.but(
        circuits=1,
        points=1,
        period_s=300,
        centre_options=(
            ("N", {"kind": "https", "channel": "tls", "upload_time": _TIME, "encrypted": True, "data_port": 8444}),
        ),
    )

    async def drive(self, bench: Bench) -> None:
        platform = bench.platforms.of(NationalCentre, "N")
        await bench.clock.sleep(hours=2, minutes=46.5)
        platform.behave(ack="negative", negative_code="3")
        await bench.clock.sleep(minutes=2)
        platform.rotate_key()
        platform.behave(ack="always")
        platforms_judge.TERMS.put(bench, platforms_judge.Terms(changed="key"))
        await bench.clock.sleep(hours=20)
        platform.forget()
        platforms_judge.TERMS.put(bench, platforms_judge.Terms(changed="registration"))
        await bench.clock.sleep(hours=24)
        platform.move(platform.port)
        platforms_judge.TERMS.put(bench, platforms_judge.Terms(changed="address"))
        await bench.clock.sleep(hours=1.5)
        SETTLE.put(bench)
        await bench.clock.sleep(hours=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield platforms_judge.registered_finding(history, "N")
        yield from (found for found in delivery.findings(reconciled(history)) if found.id == "none-lost")


class DepositsFingerprints(Case):
    """Every record of a quarter-hour has its fingerprint at the platform, signed, and equal to the record's own.

    Of one the platform has another already, and refuses it: those that follow are deposited as ever.
    """

    zh = "每条 15 min 记录的指纹经签名存证，且与记录一致。"
    checks = {
        platforms_judge.ALL_DEPOSITED: ("csmt/7.4d",),
        platforms_judge.FINGERPRINTS_AGREE: ("csmt/7.4c", "csmt/12.3.2f"),
        platforms_judge.NO_DEPOSIT_REFUSED: ("csmt/7.4c", "csmt/12.3.2f"),
        **beside(platforms_judge.NOT_AGAIN_AND_AGAIN),
    }
    needs = (MODBUS, LOCAL, FINGERPRINT)
    scenario = Scenario(
        circuits=2,
        points=1,
        kinds=("minute",),
        centres=("A", "F"),
        centre_options=(("F", {"kind": "fingerprint", "channel": "tls"}),),
    )

    async def drive(self, bench: Bench) -> None:
        begin = bench.clock.now_us()
        await bench.clock.sleep(hours=1, minutes=5)
        platform = bench.platforms.of(FingerprintCentre, "F")
        code, start = next(iter(platform.items)), stamp(begin + 5 * _QUARTER_US)
        platform.hold(code, "quarter", start)
        platforms_judge.HELD.put(bench, platforms_judge.Held(point=code, start=start))
        await bench.clock.sleep(hours=3)
        await read_records(bench, ("quarter",), begin, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from platforms_judge.deposit_findings(history, "F", "quarter")


class FindsAlteredRecords(Case):
    """Twenty of a thousand records altered in the store, and twenty at a centre: fingerprints name exactly these."""

    zh = "存储和中心处各改动千余条记录中的 20 条，指纹核验恰好指出这些记录。"
    checks = {
        tampering_judge.UNTOUCHED_STORE_AGREES: ("csmt/12.3.2f",),
        tampering_judge.ALTERATIONS_FOUND: (
            "csmt/12.3.2f",
            "csmt/12.3.2g",
            "isc-2/7.4.1.4(1)c",
            "isc-2/7.4.2.1[2]c",
            "isc-2/4.1i",
        ),
        tampering_judge.NOTHING_ELSE_NAMED: ("csmt/12.3.2f", "csmt/12.3.2g"),
        tampering_judge.COPIES_AGREE: ("csmt/7.4c", "csmt/7.4e", "csmt/12.3.2f"),
        tampering_judge.ALTERED_COPIES_FOUND: ("csmt/7.4e", "csmt/12.3.2f", "csmt/12.3.2g", "isc-2/7.4.2.1[2]c"),
    }
    needs = (MODBUS, LIVE, LOCAL, FINGERPRINT)
    scenario = Scenario(
        circuits=11,
        points=4,
        period_s=900,
        kinds=("minute",),
        centres=("A", "F"),
        centre_options=(("F", {"kind": "fingerprint", "channel": "tls"}),),
    )
    rigs = Rig.VIRTUAL | Rig.PROCESS

    async def drive(self, bench: Bench) -> None:
        begin = bench.clock.now_us()
        await bench.clock.sleep(hours=6, minutes=5)
        end = bench.clock.now_us()
        await bench.operator.verify("quarter", begin, end)
        drawn = bench.chance("tampering")
        starts = range(begin, begin + 24 * _QUARTER_US, _QUARTER_US)
        chosen = drawn.sample(starts, len(_HOWS))
        TAMPERED.put(bench)
        await bench.power.cut()
        counted = counters(bench)
        bench.terminal.alter(
            [
                Alteration(how, drawn.choice(counted if how == "point" else points(bench)), "quarter", start)
                for how, start in zip(_HOWS, chosen, strict=True)
            ]
        )
        await bench.power.restore()
        await bench.clock.sleep(minutes=3)
        await bench.operator.verify("quarter", begin, end)
        self._compare_copies(bench, drawn)

    def _compare_copies(self, bench: Bench, drawn: random.Random) -> None:
        """The centre has what it stored compared; twenty records of it were altered there."""
        platform = bench.platforms.of(FingerprintCentre, "F")
        copies = [
            (code, start, dict(fields), flag)
            for (_, kind, code, start), ((fields, flag), *_) in bench.centres["A"].records.items()
            # As JSON what is no counter comes as its mean alone; its fingerprint is over minimum and maximum too.
            if kind == "minute" and set(fields) != {"Avg"}
        ]
        altered = sorted(drawn.sample(range(len(copies)), 20))
        for index in altered:
            name, value = next(iter(copies[index][2].items()))
            copies[index][2][name] = f"{value[:-1]}{(int(value[-1]) + 1) % 10}"
        names = " ".join(f"{copies[index][0]}/{copies[index][1]}" for index in altered)
        tampering_judge.ALTERED.put(bench, tampering_judge.Copies(records=names))
        platform.compare(
            [
                {
                    "point": code, "kind": "quarter", "start": start, "end": stamp(from_stamp(start) + _QUARTER_US),
                    "unit": platform.items[code].unit, "flag": flag, "revision": "0", "fields": fields,
                }
                for code, start, fields, flag in copies
            ]
        )  # fmt: skip

    def judge(self, history: History) -> Iterator[Finding]:
        yield from tampering_judge.store_findings(history, "quarter")
        yield from tampering_judge.copies_findings(history, "F")


class VerifiesWhileDepositsWait(Case):
    """Records whose fingerprints still wait for the platform are not called altered; they are compared in the end."""

    zh = "指纹尚待存证时进行校验，不误报为被改动；存证后全部比对一致。"
    checks = {
        tampering_judge.WAITING_NOT_ALTERED: ("csmt/12.3.2g",),
        tampering_judge.COMPARED_IN_THE_END: ("csmt/12.3.2g", "csmt/7.4d"),
    }
    needs = (MODBUS, LOCAL, FINGERPRINT)
    scenario = Scenario(
        circuits=1,
        points=2,
        kinds=("minute",),
        centres=("A", "F"),
        centre_options=(("F", {"kind": "fingerprint", "channel": "tls"}),),
    )

    async def drive(self, bench: Bench) -> None:
        begin = bench.clock.now_us()
        await bench.clock.sleep(hours=1, minutes=5)
        tampering_judge.DEPOSITS_WAIT.put(bench)
        async with bench.links["uplink.F"].cut():
            await bench.clock.sleep(hours=1, minutes=7)
        end = bench.clock.now_us()
        # The path is back; what waited has not gone yet.
        await bench.operator.verify("quarter", begin, end)
        tampering_judge.DEPOSITS_TAKEN.put(bench)
        await bench.clock.sleep(minutes=25)
        await bench.operator.verify("quarter", begin, end)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from tampering_judge.waiting_findings(history, "F")


class VerifiesFiguresThatWereMended(Case):
    """An emission that is worked out again because an entry fills a gap agrees with its fingerprint, as before."""

    zh = "补录使排放量重新计算后，其记录仍与指纹一致。"
    checks = {tampering_judge.UNTOUCHED_STORE_AGREES: ("csmt/12.3.2f",)}
    needs = (ACCOUNTING, MANUAL, MODBUS, LOCAL, FINGERPRINT)
    scenario = Scenario(
        start="2026-03-02T08:57:00+08:00",
        circuits=1,
        points=1,
        kinds=("minute",),
        centres=("A", "F"),
        centre_options=(("F", {"kind": "fingerprint", "channel": "tls"}),),
        configuration=Configuration(emitter=_OFFICE),
    )

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)
        await bench.clock.sleep(minutes=18)
        async with bench.links["field"].cut():
            await bench.clock.sleep(minutes=20)
        await bench.clock.sleep(minutes=30)
        await bench.operator.manual_entry("e01.energy", "quarter", hour + 15 * MINUTE, "3.75", "Li Wei", "panel meter")
        await bench.clock.sleep(minutes=2)
        await bench.operator.emission_history("grid", "quarter", hour + 15 * MINUTE)
        await bench.operator.verify("quarter", hour, hour + HOUR)

    def judge(self, history: History) -> Iterator[Finding]:
        yield tampering_judge.mended_finding(history)


class ServesThreeCentresInDifferentStates(Case):
    """A platform that refuses and a plain centre that is dead delay the centre over mutual TLS by nothing."""

    zh = "平台拒绝连接、另一中心不可达时，双向 TLS 中心不受影响。"
    checks = {
        centres_judge.NO_DELAY_FROM_THE_OTHER.of("a"): ("csmt/7.3b", "isc-2/7.2.4(3)b"),
        centres_judge.SERVED_MEANWHILE.of("a"): ("isc-2/7.2.4(3)a", "isc-2/7.2.4(3)b", "csmt/7.3a", "csmt/7.3b"),
        delivery.NONE_LOST: ("isc-2/7.2.4(3)a", "csmt/7.3a", "csmt/7.3b"),
        **beside(
            delivery.ALL_ACKNOWLEDGED,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
        ),
    }
    needs = (MODBUS, LIVE, MUTUAL_TLS, PLATFORM, "centres.three")
    scenario = Scenario(
        circuits=6,
        points=4,
        minute_interval=1,
        kinds=("minute",),
        centres=("A", "N", "P"),
        centre_options=(("A", {"channel": "mtls"}), ("N", {"kind": "https", "channel": "tls"})),
    )

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=46, seconds=30)
        FAILING.put(bench)
        bench.platforms["N"].behave(accept="refuse")
        bench.platforms["N"].disconnect(abort=True)
        async with bench.links["uplink.P"].cut():
            await bench.clock.sleep(minutes=46)
        bench.platforms["N"].behave(accept="accept")
        MENDED.put(bench)
        await bench.clock.sleep(minutes=15)
        await bench.centres.settle(minutes=30)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history, ("A", "P"))
        failing, mended = FAILING.at(history), MENDED.at(history)
        yield from centres_judge.independence_findings(ledgers[:1], failing, mended, uncertainty=uncertainty_s(history))
        yield from delivery.findings(ledgers)
