"""Protocol: the frames of HJ 212-2017 as the terminal sends and takes them (ISC-2 7.2.4; R-33)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Case, Finding, beside, measure
from bench.facade.bench import Bench
from bench.history import History, Received
from bench.history.marks import Mark
from bench.history.observation import Words
from bench.layout.scenario import Scenario
from conformance.common import clock_steps, delivery, frames
from conformance.common.actions import all_centres, delivered, reconciled
from conformance.common.phases import FAULTY, SOUND
from conformance.terminal import HJ212, MODBUS


class SendsWellFormedFrames(Case):
    """Every frame of an ordinary morning has the right length, check sum, size, fields, times, numbers and flags."""

    zh = "正常上传的每一帧，其长度、CRC、大小、字段、时间、数值与标记均符合 HJ 212—2017。"
    checks = {
        frames.FRAME_LENGTH: ("isc-2/7.2.4k", "isc-2/7.2.2(2)t"),
        frames.FRAME_CRC: ("isc-2/7.2.4k", "isc-2/7.2.2(2)t"),
        frames.FRAME_SIZE: ("isc-2/7.2.4k", "isc-2/7.2.2(2)t"),
        frames.FRAME_FIELDS: ("isc-2/7.2.4k", "isc-2/7.2.2(2)t"),
        frames.FRAME_CONTENT: ("isc-2/7.2.4k", "isc-2/7.2.2(2)t", "isc-2/7.3.1b"),
        frames.NO_ANSWER_TO_AN_ANSWER: ("isc-2/7.2.4k",),
        frames.ANSWERS_WANT_NONE: ("isc-2/7.2.4k",),
    }
    needs = (MODBUS, HJ212)
    scenario = Scenario(circuits=6, points=4, realtime_interval_s=60)

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=3, minutes=5)
        for centre in bench.centres.values():
            await centre.read_clock()
            await centre.read_minute_interval()
        await bench.clock.sleep(minutes=2)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from frames.format_findings(history, all_centres(history))
        yield from frames.answer_findings(history, all_centres(history))


class IdentifiesItself(Case):
    """Every frame carries the number, password and system code set for its centre, and a QN names one message."""

    zh = "每一帧均含该中心设定的设备标识、密码和系统编码，请求编码唯一。"
    checks = {
        frames.IDENTITY_MN: ("isc-2/7.2.4k",),
        frames.IDENTITY_PW: ("isc-2/7.2.4k",),
        frames.IDENTITY_ST: ("isc-2/7.2.4k",),
        frames.QN_NAMES_ONE_MESSAGE: ("isc-2/7.2.4k",),
    }
    needs = (MODBUS, HJ212)
    scenario = Scenario(circuits=2, points=2, realtime_interval_s=60)

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=2, minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from frames.identity_findings(history, all_centres(history))


class SplitsLongPackets(Case):
    """Data too long for one frame come in numbered parts, each whole in itself and answered before the next."""

    zh = "超长数据分包上传，分包编号、时间齐全，逐包应答。"
    checks = {
        frames.PARTS_COMPLETE: ("isc-2/7.2.4k",),
        frames.PARTS_STAMPED: ("isc-2/7.2.4k",),
        frames.PARTS_OWN_QN: ("isc-2/7.2.4k",),
        frames.PARTS_ANSWERED_FIRST: ("isc-2/7.2.4k",),
        frames.FRAME_LENGTH: ("isc-2/7.2.4k",),
        frames.FRAME_CRC: ("isc-2/7.2.4k",),
        frames.FRAME_SIZE: ("isc-2/7.2.4k",),
        frames.FRAME_FIELDS: ("isc-2/7.2.4k",),
        frames.FRAME_CONTENT: ("isc-2/7.2.4k",),
        **beside(*delivery.ARRIVAL),
    }
    needs = (MODBUS, HJ212)
    scenario = Scenario(circuits=10, points=4, kinds=("minute", "hour"))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=3, minutes=5)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from frames.split_findings(history, all_centres(history))
        yield from frames.format_findings(history, all_centres(history))
        yield from delivery.findings(reconciled(history))


class SplitsAtTheLimit(Case):
    """Data of every size from thirty octets below one frame's limit to thirty above come whole and right."""

    zh = "数据量从单帧上限以下 30 字节至以上 30 字节逐字节递增，均完整、正确上传。"
    checks = {
        frames.FRAME_SIZE: ("isc-2/7.2.4k",),
        frames.FRAME_LENGTH: ("isc-2/7.2.4k",),
        frames.PARTS_COMPLETE: ("isc-2/7.2.4k",),
        delivery.NONE_LOST: ("isc-2/7.2.4k",),
        delivery.NONE_ALTERED: ("isc-2/7.2.4k",),
    }
    needs = (MODBUS, HJ212)
    scenario = Scenario(circuits=29, points=1, maps=("adl3000",), centres=("A",), minute_interval=1, kinds=("minute",))
    minutes = 64

    async def drive(self, bench: Bench) -> None:
        totals = {meter.name: Decimal("1000.00") for meter in bench.meters.values()}
        await bench.clock.sleep(30)
        for more in range(self.minutes):
            # What a counter advanced in the minute has four digits with its point, and up to three more.
            for number, meter in enumerate(bench.meters.values()):
                digits = min(max(more - 3 * number, 0), 3)
                totals[meter.name] += Decimal("9.99") + Decimal(10 ** (digits + 1) - 10 if digits else 0)
                meter.preset(f"{meter.name}.energy", f"{totals[meter.name]}")
            await bench.clock.sleep(60)
        await bench.centres.settle(minutes=4)

    def judge(self, history: History) -> Iterator[Finding]:
        asked = {question.id for question in self.checks}
        sizes = [len(event.frame.encode()) - 12 for event in history.of(Received) if event.cn == "2051"]
        yield measure(
            "largest-segment", max(sizes, default=0), en="largest data segment", zh="最大数据段", unit="octets"
        )
        for found in (
            *frames.format_findings(history, all_centres(history)),
            *frames.split_findings(history, all_centres(history)),
            *delivery.findings(reconciled(history)),
        ):
            if found.id in asked:
                yield found


class FinishesSplitAfterReconnecting(Case):
    """A connection that closes between the parts of a packet costs no part and doubles none in the record."""

    zh = "分包之间连接中断，重连后数据完整且不重复入库。"
    checks = {
        frames.PARTS_COMPLETE: ("isc-2/7.2.4k",),
        frames.PARTS_STAMPED: ("isc-2/7.2.4k",),
        frames.PARTS_OWN_QN: ("isc-2/7.2.4k",),
        frames.PARTS_ANSWERED_FIRST: ("isc-2/7.2.4k",),
        delivery.NONE_LOST: ("isc-2/7.2.4(4)a",),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.4(4)a",),
        **beside(
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
        ),
    }
    needs = (MODBUS, HJ212)
    scenario = Scenario(circuits=10, points=4, kinds=("minute",))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=35)
        bench.centres["A"].behave(close_between_parts=3)
        await bench.clock.sleep(hours=1)
        await bench.centres.settle(minutes=10)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from frames.split_findings(history, all_centres(history))
        yield from delivered(history)


class ResendsUnchanged(Case):
    """A message that gets no answer is repeated with the same QN and the same octets, after the time-out."""

    zh = "未得到应答的报文在超时后以相同请求编码和内容重发。"
    checks = {
        frames.IS_RESENT: ("isc-2/7.2.4k", "isc-2/7.2.4(4)a"),
        frames.RESENT_UNCHANGED: ("isc-2/7.2.4k", "isc-2/7.2.4(4)a"),
        frames.ANSWER_AWAITED: ("isc-2/7.2.4k",),
        delivery.NONE_LOST: ("isc-2/7.2.4(4)a",),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.4(4)a",),
        **beside(
            frames.PAUSE_BETWEEN_ATTEMPTS,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
        ),
    }
    needs = (MODBUS, HJ212)
    scenario = Scenario(circuits=2, points=2, centres=("A",))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=20)
        FAULTY.put(bench)
        bench.centres["A"].behave(ack_from_copy=3)
        await bench.clock.sleep(hours=2)
        SOUND.put(bench)
        bench.centres["A"].behave(ack_from_copy=1)
        await bench.clock.sleep(minutes=20)
        await bench.centres.settle(minutes=30)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from frames.resend_findings(
            history, "A", FAULTY.at(history), SOUND.at(history), patience_s=self.scenario.over_time_s
        )
        yield from delivered(history)


class TakesAwkwardOctets(Case):
    """Answers glued together, octet by octet, after junk or in lower-case CRC are understood: nothing is sent twice."""

    zh = "粘包、逐字节、前缀垃圾、小写 CRC 的应答均能识别，不因此重发或丢失。"
    checks = {
        delivery.NO_NEEDLESS_REPEATS: ("isc-2/7.2.4k",),
        frames.NO_ANSWER_TO_AN_ANSWER: ("isc-2/7.2.4k",),
        frames.ANSWERS_WANT_NONE: ("isc-2/7.2.4k",),
        **beside(
            delivery.NONE_LOST,
            delivery.ALL_ACKNOWLEDGED,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
        ),
    }
    needs = (MODBUS, HJ212)
    scenario = Scenario(circuits=2, points=2, minute_interval=5, kinds=("minute",))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=11)
        for switches in (
            {"sending": "octets"},
            {"sending": "glued"},
            {"sending": "junk-hash"},
            {"sending": "junk-head"},
            {"sending": "whole", "crc_case": "lower"},
            {"crc_case": "upper"},
        ):
            for centre in bench.centres.values():
                centre.behave(**switches)
            await bench.clock.sleep(minutes=24)
            for centre in bench.centres.values():
                await centre.read_clock()
            await bench.clock.sleep(minutes=1)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from delivered(history)
        yield from frames.answer_findings(history, all_centres(history))


# Octets that a centre never means: what they are, and what they look like.
JUNK = (
    ("a megabyte of #", b"#" * 1_000_000),
    ("half a frame", b"##0101QN=20160801085857223;ST=31;CN=1062;PW=123456;MN="),
    ("most of a long frame", b"##0800QN=20160801085857223;ST=31;CN=1062;PW=123456;MN=" + b"0" * 730),
    ("a length beyond every limit", b"##9999QN=20160801085857223;ST=31;CN=1062;Flag=5;CP=&&RtdInterval=30&&1C80\r\n"),
    ("a length that is no number", b"##01x1QN=20160801085857223;ST=31;CN=1062;Flag=5;CP=&&RtdInterval=30&&1C80\r\n"),
    ("binary octets", bytes(range(256)) * 8),
    ("heads without frames", b"##" * 3000),
)


class Junk(Words, frozen=True, kw_only=True):
    """What is sent next."""

    what: str


JUNK_SENT = Mark("junk", Junk)


class SurvivesJunkFromCentre(Case):
    """Junk, half frames, impossible lengths and wrong check sums from a centre stop nothing and set nothing."""

    zh = "中心发来垃圾字节、残帧、错误长度或错误 CRC 时，终端不停止工作、不误执行命令。"
    checks = {
        clock_steps.COMMAND_EXECUTED.of("1011"): ("isc-2/7.2.4k",),
        clock_steps.CLOCK_NOT_SET_BY_JUNK: ("isc-2/7.2.4k",),
        **beside(*delivery.ARRIVAL),
    }
    needs = (MODBUS, HJ212, "clock.centre")
    scenario = Scenario(circuits=2, points=2, minute_interval=5, kinds=("minute",), centres=("A",))

    async def drive(self, bench: Bench) -> None:
        centre = bench.centres["A"]
        await bench.clock.sleep(minutes=11)
        for name, octets in (*JUNK, ("a clock command with a wrong check sum", _wrong_clock(centre.mn, centre.pw))):
            JUNK_SENT.put(bench, Junk(what=name))
            centre.send_octets(octets, name)
            await bench.clock.sleep(minutes=4)
            await centre.read_clock()
            await bench.clock.sleep(minutes=3)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield clock_steps.accepted_finding(history, "1011")
        yield from clock_steps.untouched_findings(history, probes=len(JUNK) + 1)
        yield from delivered(history)


def _wrong_clock(mn: str, pw: str) -> bytes:
    """1012 to the year 2030 for this very terminal, with a check sum that is not its own."""
    data = (f"QN=20260302001100000;ST=31;CN=1012;PW={pw};MN={mn};Flag=5;CP=&&SystemTime=20300101000000&&").encode()
    return b"##%04d%s%04X\r\n" % (len(data), data, frames.crc(data) ^ 0x0F00)
