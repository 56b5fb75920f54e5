"""Delivery: index values, resending, backfill (ISC-2 7.2.3-B(6), 7.2.4; CSMT 7.6; CPCIF 8.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.case import Case, Finding, beside, criterion
from bench.facade.bench import Bench
from bench.history import History, LinkRule, Sent
from bench.layout.scenario import Scenario
from conformance.common import delivery, frames, retention, timing
from conformance.common.actions import all_centres, delivered, reconciled
from conformance.common.phases import DAY_BEGINS, FAULTY, SOUND
from conformance.common.times import MINUTE, SECOND, ceil, local, uncertainty_s
from conformance.terminal import HJ212, LIVE, MODBUS

REPEATS_ONLY_WHAT_WAS_IN_FLIGHT = criterion(
    "repeats-only-what-was-in-flight",
    en="only what was in flight at a cut is sent again",
    zh="仅重发断网时的在途报文",
    unit="messages",
)
IS_RESENT = criterion(
    "is-resent", en="a record without an answer is sent again", zh="未得到应答的记录会重发", unit="records"
)
CUTS_MET_BACKLOG = criterion(
    "cuts-met-backlog", en="every cut met an unfinished backlog", zh="每次断网均有未传完的积压", condition=True
)
ANSWERS_CAME_AFTER_THEIR_EXCHANGE = criterion(
    "answers-came-after-their-exchange",
    en="acknowledgements came after their exchange had ended",
    zh="确有应答在交互结束后到达",
    condition=True,
)
PACKETS_WERE_LOST = criterion("packets-were-lost", en="packets were lost on the way", zh="确有丢包发生", condition=True)


# With fewer lost packets than this the loss was no stimulus.
FEWEST_DROPPED = 20
LIGHT = Scenario(circuits=2, points=2)


class DeliversQuarterHourIndex(Case):
    """Every automatic point reaches every centre as 96 quarter-hour values a day, once each, on time and unaltered."""

    zh = "每个自动采集点每日 96 个 15 分钟值，准时、各一次、无误地到达每个中心。"
    checks = {
        timing.NINETY_SIX_VALUES_A_DAY.of("a"): ("isc-2/7.2.4(1)d", "isc-2/7.2.4(1)e", "isc-2/7.3h"),
        timing.NINETY_SIX_VALUES_A_DAY.of("b"): ("isc-2/7.2.4(1)d", "isc-2/7.2.4(1)e", "isc-2/7.3h"),
        timing.PROMPT: ("isc-2/7.2.4(1)e", "isc-2/7.3h"),
        delivery.STAMPS_ARE_STARTS: ("isc-2/7.2.4(1)d",),
        delivery.REACHES_EVERY_CENTRE: ("isc-2/7.2.4a", "isc-2/7.2.4f", "isc-2/7.1k", "isc-2/7.1l"),
        delivery.NONE_LOST: (
            "isc-2/7.2.3f",
            "isc-2/7.2.4(1)e",
            "isc-2/7.2.3-A(2)b",
            "isc-2/7.2.2(2)t",
            "isc-2/7.2.4l",
            "isc-2/7.3.1c",
        ),
        delivery.NONE_ALTERED: ("isc-2/7.2.2(2)t", "isc-2/7.3.1e"),
        delivery.NONE_MIS_STAMPED: ("isc-2/7.2.4(1)d", "isc-2/7.2.2(2)t"),
        delivery.FLAGS_RIGHT: ("isc-2/7.2.2(2)t",),
        **beside(delivery.ALL_ACKNOWLEDGED, delivery.NONE_INVENTED, delivery.NO_NEEDLESS_REPEATS),
    }
    needs = (MODBUS, LIVE)
    scenario = LIGHT.but(start="2026-02-28T00:00:00+08:00")

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=10)
        DAY_BEGINS.put(bench)
        await bench.clock.sleep(days=1, hours=1)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        start = ceil(DAY_BEGINS.at(history), 15 * 60 * SECOND)
        for ledger in ledgers:
            yield from timing.index_findings(history, ledger, start)
        yield from timing.prompt_findings(ledgers, uncertainty=uncertainty_s(history))
        yield delivery.convention_finding(history, all_centres(history))
        yield delivery.reach_finding(history)
        yield from delivery.findings(ledgers)


class _Withholding:
    """What cases share whose centre A answers badly for a while."""

    needs = (MODBUS, LIVE)
    scenario = LIGHT
    hours = 2
    patience_s = LIGHT.over_time_s
    switches: dict[str, object] = {}
    sound: dict[str, object] = {}

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=1, minutes=5)
        FAULTY.put(bench)
        bench.centres["A"].behave(**self.switches)
        await bench.clock.sleep(hours=self.hours)
        SOUND.put(bench)
        bench.centres["A"].behave(**self.sound)
        await bench.clock.sleep(minutes=40)
        await bench.centres.settle(hours=1)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from frames.resend_findings(
            history, "A", FAULTY.at(history), SOUND.at(history), patience_s=self.patience_s
        )
        yield from delivered(history)


class ResendsWhileAcknowledgementIsWithheld(_Withholding, Case):
    """Records are sent again for 24 h without an acknowledgement, and the backlog drains once answers come."""

    zh = "24 h 内收不到应答时持续重发，恢复应答后积压数据全部送达。"
    checks = {
        frames.IS_RESENT: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.4(4)a", "csmt/7.6a", "csmt/7.6c"),
        frames.RESENT_UNCHANGED: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.4(4)a"),
        frames.ANSWER_AWAITED: ("isc-2/7.2.3-B(6)c",),
        frames.PAUSE_BETWEEN_ATTEMPTS: ("isc-2/7.2.3-B(6)d",),
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)d", "csmt/7.6a", "csmt/7.6c"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d", "csmt/7.6a"),
        delivery.NO_NEEDLESS_REPEATS: ("isc-2/7.2.3-B(6)d",),
        **beside(delivery.NONE_ALTERED, delivery.NONE_INVENTED, delivery.NONE_MIS_STAMPED, delivery.FLAGS_RIGHT),
    }
    scenario = LIGHT.but(circuits=1)
    hours = 24
    switches = {"ack": "never"}
    sound = {"ack": "always"}


class ResendsWhenAcknowledgementIsLate(_Withholding, Case):
    """An acknowledgement that comes after the time-out costs a repetition and no record."""

    zh = "应答晚于超时时间时允许重发，但不丢失、不改动记录。"
    checks = {
        frames.IS_RESENT: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.4(4)a", "csmt/7.6a", "csmt/7.6c"),
        frames.RESENT_UNCHANGED: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.4(4)a"),
        frames.ANSWER_AWAITED: ("isc-2/7.2.3-B(6)c",),
        frames.PAUSE_BETWEEN_ATTEMPTS: ("isc-2/7.2.3-B(6)d",),
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)d", "csmt/7.6a", "csmt/7.6c"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d", "csmt/7.6a"),
        delivery.NO_NEEDLESS_REPEATS: ("isc-2/7.2.3-B(6)d",),
        **beside(delivery.NONE_ALTERED, delivery.NONE_INVENTED, delivery.NONE_MIS_STAMPED, delivery.FLAGS_RIGHT),
    }
    switches = {"ack_after_s": 15}
    sound = {"ack_after_s": 0}


class KeepsAnswersOfEndedExchangesApart(Case):
    """A 9014 that comes when its exchange is over, while another record waits for one, acknowledges that other not."""

    zh = "交互结束后才到的 9014 不得算作另一条在途记录的应答：未获应答的记录继续重发，不丢失。"
    checks = {
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.3-B(6)d"),
        **beside(
            delivery.ALL_ACKNOWLEDGED,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            ANSWERS_CAME_AFTER_THEIR_EXCHANGE,
        ),
    }
    needs = (MODBUS, HJ212)
    scenario = LIGHT.but(circuits=1, minute_interval=1, kinds=("minute",), centres=("A",), over_time_s=5, re_count=1)
    times = 6
    # The record of the next minute is under way by then, and that of this one no more.
    late_s = 62

    async def drive(self, bench: Bench) -> None:
        centre = bench.centres["A"]
        await bench.clock.sleep(minutes=5)
        for _ in range(self.times):
            due = ceil(bench.clock.now_us(), MINUTE)
            await bench.clock.sleep((due - bench.clock.now_us()) / SECOND - 2)
            centre.behave(ack_after_s=self.late_s)
            await self._ask_something(bench)
            # The repetition is answered late too: its answer comes when that of the first has made way for the next.
            await bench.clock.sleep(9)
            centre.behave(ack="never", ack_after_s=0, persist=False)
            for _ in range(3):
                await bench.clock.sleep(25)
                await self._ask_something(bench)
            await bench.clock.sleep(40)
            centre.behave(ack="always", persist=True)
            await bench.clock.sleep(minutes=4)
        await bench.centres.settle(minutes=20)

    async def _ask_something(self, bench: Bench) -> None:
        """So that nobody takes the connection for dead, and the late answers still come by it."""
        await bench.centres["A"].read_clock()

    def judge(self, history: History) -> Iterator[Finding]:
        late = [event for event in history.of(Sent) if event.centre == "A" and event.spoiled == "late"]
        if not late:
            yield ANSWERS_CAME_AFTER_THEIR_EXCHANGE.decide(None)
        yield from delivered(history)


class ResendsAfterNegativeAnswer(_Withholding, Case):
    """A negative answer leaves the record undelivered: it is sent again until a positive one comes."""

    zh = "收到否定应答的记录视为未送达，直至肯定应答为止持续重发。"
    checks = {
        frames.IS_RESENT: ("isc-2/7.2.3-B(6)b", "isc-2/7.2.3-B(6)d"),
        frames.RESENT_UNCHANGED: ("isc-2/7.2.3-B(6)b",),
        frames.PAUSE_BETWEEN_ATTEMPTS: ("isc-2/7.2.3-B(6)d",),
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)b", "isc-2/7.2.3-B(6)d"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d",),
        delivery.NO_NEEDLESS_REPEATS: ("isc-2/7.2.3-B(6)d",),
        **beside(
            frames.ANSWER_AWAITED,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
        ),
    }
    patience_s = 1
    switches = {"ack": "negative"}
    sound = {"ack": "always"}


class IgnoresAcknowledgementOfAnotherMessage(_Withholding, Case):
    """A 9014 with another QN acknowledges nothing: the record is sent again."""

    zh = "请求编码不符的 9014 不视为应答，记录继续重发。"
    checks = {
        frames.IS_RESENT: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.3-B(6)d"),
        frames.RESENT_UNCHANGED: ("isc-2/7.2.3-B(6)c",),
        frames.ANSWER_AWAITED: ("isc-2/7.2.3-B(6)c",),
        frames.PAUSE_BETWEEN_ATTEMPTS: ("isc-2/7.2.3-B(6)d",),
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.3-B(6)d"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d",),
        delivery.NO_NEEDLESS_REPEATS: ("isc-2/7.2.3-B(6)d",),
        **beside(delivery.NONE_ALTERED, delivery.NONE_INVENTED, delivery.NONE_MIS_STAMPED, delivery.FLAGS_RIGHT),
    }
    needs = (MODBUS, HJ212)
    switches = {"ack": "wrong-qn", "persist": False}
    sound = {"ack": "always", "persist": True}


class IgnoresAnswerOfAnotherKind(_Withholding, Case):
    """A 9013 with the QN of an upload acknowledges nothing: the record is sent again."""

    zh = "以 9013 代替 9014 不视为数据应答，记录继续重发。"
    checks = {
        frames.IS_RESENT: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.3-B(6)d"),
        frames.RESENT_UNCHANGED: ("isc-2/7.2.3-B(6)c",),
        frames.ANSWER_AWAITED: ("isc-2/7.2.3-B(6)c",),
        frames.PAUSE_BETWEEN_ATTEMPTS: ("isc-2/7.2.3-B(6)d",),
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.3-B(6)d"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d",),
        delivery.NO_NEEDLESS_REPEATS: ("isc-2/7.2.3-B(6)d",),
        **beside(delivery.NONE_ALTERED, delivery.NONE_INVENTED, delivery.NONE_MIS_STAMPED, delivery.FLAGS_RIGHT),
    }
    needs = (MODBUS, HJ212)
    switches = {"ack": "wrong-cn", "persist": False}
    sound = {"ack": "always", "persist": True}


class IgnoresAcknowledgementForAnotherDevice(_Withholding, Case):
    """A 9014 with another device's number acknowledges nothing: the record is sent again."""

    zh = "设备标识不符的 9014 不视为应答，记录继续重发。"
    checks = {
        frames.IS_RESENT: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.3-B(6)d"),
        frames.RESENT_UNCHANGED: ("isc-2/7.2.3-B(6)c",),
        frames.ANSWER_AWAITED: ("isc-2/7.2.3-B(6)c",),
        frames.PAUSE_BETWEEN_ATTEMPTS: ("isc-2/7.2.3-B(6)d",),
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.3-B(6)d"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d",),
        delivery.NO_NEEDLESS_REPEATS: ("isc-2/7.2.3-B(6)d",),
        **beside(delivery.NONE_ALTERED, delivery.NONE_INVENTED, delivery.NONE_MIS_STAMPED, delivery.FLAGS_RIGHT),
    }
    needs = (MODBUS, HJ212)
    switches = {"ack": "wrong-mn", "persist": False}
    sound = {"ack": "always", "persist": True}


class ResendsWhenConnectionClosesBeforeTheAnswer(_Withholding, Case):
    """A centre that stores and then closes without an answer gets the record again, unaltered."""

    zh = "中心存储后未应答即断开时，记录原样重发。"
    checks = {
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)d", "csmt/7.6a", "csmt/7.6c"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d", "csmt/7.6a"),
        delivery.NONE_ALTERED: ("isc-2/7.2.3-B(6)b", "isc-2/7.2.4(4)a"),
        delivery.NO_NEEDLESS_REPEATS: ("isc-2/7.2.3-B(6)d",),
        IS_RESENT: ("isc-2/7.2.3-B(6)b", "isc-2/7.2.4(4)a", "csmt/7.6a", "csmt/7.6c"),
        **beside(delivery.NONE_INVENTED, delivery.NONE_MIS_STAMPED, delivery.FLAGS_RIGHT),
    }
    switches = {"ack": "close"}
    sound = {"ack": "always"}

    def judge(self, history: History) -> Iterator[Finding]:
        yield from delivered(history)
        ledger = delivery.reconcile(history, "A")
        yield IS_RESENT.decide(
            ledger.repeats > 0 if ledger.records else None, measured=ledger.repeats, limit=1, op=">="
        )


class ResendsWhenAnswerBreaksOff(ResendsWhenConnectionClosesBeforeTheAnswer):
    """Half an acknowledgement before the connection closes is none: the record is sent again, unaltered."""

    zh = "只收到半个 9014 即断开时视为未应答，记录原样重发。"
    checks = {
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)d", "csmt/7.6a", "csmt/7.6c"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d", "csmt/7.6a"),
        delivery.NONE_ALTERED: ("isc-2/7.2.3-B(6)b", "isc-2/7.2.4(4)a"),
        delivery.NO_NEEDLESS_REPEATS: ("isc-2/7.2.3-B(6)d",),
        IS_RESENT: ("isc-2/7.2.3-B(6)b", "isc-2/7.2.4(4)a", "csmt/7.6a", "csmt/7.6c"),
        **beside(delivery.NONE_INVENTED, delivery.NONE_MIS_STAMPED, delivery.FLAGS_RIGHT),
    }
    hours = 1
    switches = {"ack": "half"}


class IgnoresJunkInPlaceOfAnswer(_Withholding, Case):
    """Octets that are no frame in the place of a 9014 acknowledge nothing: the record is sent again."""

    zh = "以无效字节代替 9014 时视为未应答，记录继续重发。"
    checks = {
        frames.IS_RESENT: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.3-B(6)d", "isc-2/7.2.4(4)a", "csmt/7.6a", "csmt/7.6c"),
        frames.RESENT_UNCHANGED: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.4(4)a"),
        frames.ANSWER_AWAITED: ("isc-2/7.2.3-B(6)c",),
        frames.PAUSE_BETWEEN_ATTEMPTS: ("isc-2/7.2.3-B(6)d",),
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.3-B(6)d", "csmt/7.6a", "csmt/7.6c"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d", "csmt/7.6a"),
        delivery.NO_NEEDLESS_REPEATS: ("isc-2/7.2.3-B(6)d",),
        **beside(delivery.NONE_ALTERED, delivery.NONE_INVENTED, delivery.NONE_MIS_STAMPED, delivery.FLAGS_RIGHT),
    }
    switches = {"ack": "garbage", "persist": False}
    sound = {"ack": "always", "persist": True}


class IgnoresAnswerWithWrongCheckWord(_Withholding, Case):
    """A 9014 whose check word is wrong acknowledges nothing: the record is sent again."""

    zh = "校验码错误的 9014 不视为应答，记录继续重发。"
    checks = {
        frames.IS_RESENT: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.3-B(6)d", "isc-2/7.2.4(4)a", "csmt/7.6a", "csmt/7.6c"),
        frames.RESENT_UNCHANGED: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.4(4)a"),
        frames.ANSWER_AWAITED: ("isc-2/7.2.3-B(6)c",),
        frames.PAUSE_BETWEEN_ATTEMPTS: ("isc-2/7.2.3-B(6)d",),
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.3-B(6)d", "csmt/7.6a", "csmt/7.6c"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d", "csmt/7.6a"),
        delivery.NO_NEEDLESS_REPEATS: ("isc-2/7.2.3-B(6)d",),
        **beside(delivery.NONE_ALTERED, delivery.NONE_INVENTED, delivery.NONE_MIS_STAMPED, delivery.FLAGS_RIGHT),
    }
    needs = (MODBUS, HJ212)
    switches = {"ack": "wrong-crc", "persist": False}
    sound = {"ack": "always", "persist": True}


class _Patient:
    """What cases share whose centre answers oddly but in time: nothing may be sent twice."""

    needs = (MODBUS, LIVE)
    scenario = LIGHT
    switches: dict[str, object] = {}

    async def drive(self, bench: Bench) -> None:
        for centre in bench.centres.values():
            centre.behave(**self.switches)
        await bench.clock.sleep(hours=4, minutes=5)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from delivered(history)


class TakesDuplicatedAcknowledgement(_Patient, Case):
    """A 9014 that comes twice acknowledges one message once and disturbs nothing."""

    zh = "重复的 9014 不影响后续上传，不丢失也不重复记录。"
    checks = {
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)d",),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d",),
        delivery.NO_NEEDLESS_REPEATS: ("isc-2/7.2.3-B(6)d",),
        **beside(delivery.NONE_ALTERED, delivery.NONE_INVENTED, delivery.NONE_MIS_STAMPED, delivery.FLAGS_RIGHT),
    }
    switches = {"ack": "twice"}


class TakesAcknowledgementBeforeStoring(_Patient, Case):
    """A centre that acknowledges first and stores then gets everything once all the same."""

    zh = "中心先应答后入库时，数据同样完整且不重复。"
    checks = {
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d",),
        delivery.NO_NEEDLESS_REPEATS: ("isc-2/7.2.3-B(6)d",),
        **beside(
            delivery.NONE_LOST,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
        ),
    }
    needs = (MODBUS, HJ212)
    switches = {"ack_when": "before"}


class WaitsForSlowAcknowledgement(_Patient, Case):
    """An acknowledgement within the time-out is waited for: nothing is sent twice."""

    zh = "在超时之前到达的应答应予等待，不提前重发。"
    checks = {
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d",),
        delivery.NO_NEEDLESS_REPEATS: ("isc-2/7.2.3-B(6)d",),
        **beside(
            delivery.NONE_LOST,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
        ),
    }
    switches = {"ack_after_s": 5}


class DeliversOverLossyLink(Case):
    """With a tenth of all packets lost for six hours every record still arrives, unaltered."""

    zh = "持续 6 h 丢包 10 % 时全部记录仍无误到达。"
    checks = {
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.4(4)a", "isc-2/7.2.4(4)b", "csmt/7.6a", "csmt/7.6c"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)c", "isc-2/7.2.4(4)a", "csmt/7.6a"),
        **beside(
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            PACKETS_WERE_LOST,
        ),
    }
    needs = (MODBUS, LIVE)
    # So many packets that the fewest wanted are lost with any seed.
    scenario = LIGHT.but(minute_interval=5)

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=20)
        async with bench.links["uplink"].loss(0.10):
            await bench.clock.sleep(hours=6)
        await bench.clock.sleep(minutes=20)
        await bench.centres.settle(hours=1)

    def judge(self, history: History) -> Iterator[Finding]:
        dropped = [rule.detail.get("count", "") for rule in history.of(LinkRule) if rule.state == "dropped"]
        if sum(int(count) for count in dropped if count.isdigit()) < FEWEST_DROPPED:
            yield PACKETS_WERE_LOST.decide(None)
        yield from delivered(history)


class BackfillsAfterTwoDayOutage(Case):
    """Readings taken while every centre is unreachable for 48 h all arrive afterwards, once each, live data on time."""

    zh = "所有中心断网 48 h 期间的数据恢复后全部补传，各一次、无改动，且不延误实时数据。"
    checks = {
        retention.BACKFILL_COMPLETE: ("isc-2/7.2.4(5)a", "csmt/7.6a"),
        retention.LIVE_DURING_BACKFILL: ("isc-2/7.3h",),
        delivery.NONE_LOST: ("isc-2/7.2.4(5)a", "isc-2/7.2.4(4)b", "csmt/7.6a"),
        delivery.NONE_ALTERED: ("isc-2/7.2.4(5)a",),
        delivery.NONE_MIS_STAMPED: ("isc-2/7.2.4(5)a",),
        **beside(
            delivery.ALL_ACKNOWLEDGED,
            delivery.NONE_INVENTED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            retention.OUTAGE_TOOK_PLACE,
        ),
    }
    needs = (MODBUS, LIVE, "delivery.automatic-backfill")
    once = True
    # Three readings a record fill the buffer with as many records as sixty would.
    scenario = Scenario(circuits=29, points=1, period_s=300)

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=1, minutes=5)
        async with bench.links["uplink"].cut():
            await bench.clock.sleep(hours=48)
        await bench.clock.sleep(hours=3)
        await bench.centres.settle(hours=1)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from retention.outage_findings(history, ledgers, hours=48)
        yield from delivery.findings(ledgers)


class BuffersSevenDayOutage(Case):
    """A week's readings (168 h) taken without any network all arrive afterwards, once each and unaltered."""

    zh = "断网一周（168 h）期间的数据恢复后全部补传，各一次且无改动。"
    checks = {
        retention.BACKFILL_COMPLETE: ("cpcif/8.3b-2", "cpcif/8.3a-3"),
        delivery.NONE_LOST: ("cpcif/8.3b-1", "cpcif/8.3b-2", "cpcif/8.3a-3"),
        delivery.ALL_ACKNOWLEDGED: ("cpcif/8.3a-3",),
        delivery.NONE_ALTERED: ("cpcif/8.3b-1",),
        delivery.NONE_MIS_STAMPED: ("cpcif/8.3b-1",),
        **beside(
            retention.LIVE_DURING_BACKFILL,
            delivery.NONE_INVENTED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            retention.OUTAGE_TOOK_PLACE,
        ),
    }
    needs = (MODBUS, LIVE, "role.collector")
    once = True
    # The buffer is filled by records, so that polling may be as slow as their period.
    scenario = Scenario(circuits=2, points=2, period_s=900, largest=True)

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=1, minutes=5)
        async with bench.links["uplink"].cut():
            await bench.clock.sleep(hours=168)
        await bench.clock.sleep(hours=3)
        await bench.centres.settle(hours=1)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from retention.outage_findings(history, ledgers, hours=168)
        yield from delivery.findings(ledgers)


class ResumesAfterCutsDuringBackfill(Case):
    """Three cuts while the backlog is sent: it resumes at the break point and repeats at most what was in flight."""

    zh = "补传过程中再断网三次，从断点续传，重复的至多为在途批次。"
    checks = {
        retention.BACKFILL_COMPLETE: ("isc-2/7.2.4(5)a", "csmt/7.6a"),
        delivery.NONE_LOST: ("isc-2/7.2.4(5)a", "isc-2/7.2.4(4)a", "csmt/7.6a", "cpcif/8.3b-3"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.4(4)a", "csmt/7.6a"),
        delivery.NO_NEEDLESS_REPEATS: ("cpcif/8.3b-3",),
        REPEATS_ONLY_WHAT_WAS_IN_FLIGHT: ("cpcif/8.3b-3",),
        **beside(
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            retention.OUTAGE_TOOK_PLACE,
            CUTS_MET_BACKLOG,
        ),
    }
    needs = (MODBUS, LIVE, "delivery.automatic-backfill")
    scenario = LIGHT.but(minute_interval=5)
    cuts = 3

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=1, minutes=2)
        async with bench.links["uplink"].cut():
            await bench.clock.sleep(hours=12)
        chance = bench.chance("cuts")
        for _ in range(self.cuts):
            await _first_packet(bench)
            await bench.clock.sleep(chance.randrange(50, 2000) / 1000)
            async with bench.links["uplink"].cut():
                await bench.clock.sleep(minutes=2)
        await bench.clock.sleep(hours=1)
        await bench.centres.settle(hours=1)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from retention.outage_findings(history, ledgers, hours=12, recovery=False)
        yield from delivery.findings(ledgers)
        yield _in_flight(history, cuts=self.cuts + 1)
        yield from _missed_backlog(history, ledgers)


def _missed_backlog(history: History, ledgers: Sequence[delivery.Ledger]) -> Iterator[Finding]:
    """A cut on the way back that met no unfinished backlog proved nothing."""
    idle = [
        f"cut of {local(start)}: nothing was waiting"
        for start, _ in retention.outages(history)[1:]
        if not any(
            key.end < start and (record.acked is None or record.acked > start)
            for ledger in ledgers
            for key, record in ledger.records.items()
        )
    ]
    if idle:
        yield CUTS_MET_BACKLOG.decide(None, evidence=idle)


async def _first_packet(bench: Bench) -> None:
    """Wait until a centre has a connection again (at most ten minutes)."""
    for _ in range(600):
        if any(centre.connections for centre in bench.centres.values()):
            return
        await bench.clock.sleep(1)


def _in_flight(history: History, *, cuts: int) -> Finding:
    """Data that arrived more than once: at most one live and one backfill message for each cut and centre.

    The same data under another QN is a repetition too.
    """
    repeated: list[str] = []
    seen = 0
    for centre in all_centres(history):
        times: dict[tuple[str, str, str], int] = {}
        first: dict[tuple[str, str, str], str] = {}
        for one in frames.attempts(history, centre):
            times[one.data] = times.get(one.data, 0) + len(one.times)
            first.setdefault(one.data, one.numbers[0])
        seen += len(times)
        again = {first[data]: (data, count) for data, count in times.items() if count > 1}
        repeated += [
            f"{centre} CN={command} DataTime={stamp} PNO={part or 'none'}: {count} times"
            for (command, stamp, part), count in again.values()
        ]
    limit = 2 * cuts * len(all_centres(history))
    return REPEATS_ONLY_WHAT_WAS_IN_FLIGHT.decide(
        None if not seen else len(repeated) <= limit, measured=len(repeated), limit=limit, op="<=", evidence=repeated
    )


class ResumesUploadAfterPowerCut(Case):
    """Power is lost in the middle of uploads: once it is back everything undelivered is sent, unaltered."""

    zh = "上传过程中断电，来电后自动补传全部未送达数据。"
    checks = {
        delivery.NONE_LOST: ("csmt/7.6b",),
        delivery.ALL_ACKNOWLEDGED: ("csmt/7.6b",),
        **beside(
            retention.RESUMES_BY_ITSELF,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
        ),
    }
    needs = (MODBUS, LIVE)
    scenario = LIGHT.but(minute_interval=5)
    cuts = 8

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=1, minutes=2)
        chance = bench.chance("cuts")
        async with bench.links["uplink"].cut():
            await bench.clock.sleep(hours=6)
        for _ in range(self.cuts):
            await _first_packet(bench)
            await bench.clock.sleep(chance.randrange(10, 1500) / 1000)
            await bench.power.off(60)
            await bench.clock.sleep(minutes=7)
        await bench.clock.sleep(hours=1)
        await bench.centres.settle(hours=1)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from retention.resume_findings(history, cuts=self.cuts)
        yield from delivered(history)
