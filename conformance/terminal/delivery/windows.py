"""Daily upload windows, uploads and backfills by hand, the monthly index (ISC-2 7.2.4(1), (2), (5); CSMT 7.5; R-13).

Leaves the platform's own forms and its registration to `platforms`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Text, beside, criterion
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import delivery
from conformance.common.actions import all_centres, reconciled
from conformance.common.phases import UPLOAD_TIME, UploadTime
from conformance.common.times import HOUR, MINUTE, floor
from conformance.terminal import HJ212_WINDOW, LIVE, MODBUS, PLATFORM, read_out
from conformance.terminal.delivery import windows_judge
from simulators.centres.national.centre import NationalCentre

BACKFILL_LOGGED = criterion(
    "backfill-logged",
    en="a backfill by hand is in the log, with author and reason",
    zh="人工补传连同操作人和原因记入日志",
    unit="entries",
)


ORDER_LOGGED = criterion(
    "order-logged",
    en="an upload by hand is in the log, with its author",
    zh="人工上传连同操作人记入日志",
    unit="entries",
)


SETTING_LOGGED = criterion(
    "setting-logged",
    en="a change of the upload time is in the log, with its author",
    zh="上传时间变更连同操作人记入日志",
    unit="entries",
)


_TIME, _BY_HAND, _AGAIN = "02:17:00", "03:05:00", "04:20:00"
_MIDNIGHT = "00:00:00"
_AUTHOR, _REASON = "inspector Zhou", "the centre asks for what it lost"
_START = "2026-03-01T23:30:00+08:00"
_PLATFORM = Scenario(
    start=_START,
    circuits=1,
    points=2,
    kinds=("minute", "day"),
    centres=("N",),
    centre_options=(("N", {"kind": "https", "channel": "tls", "upload_time": _TIME}),),
)
_HJ212 = Scenario(
    start=_START,
    circuits=1,
    points=2,
    centres=("H",),
    centre_options=(("H", {"schedule": "window", "upload_time": _TIME}),),
)


class _ByHand:
    """What cases share whose operator sets the time of the window, power fails, and the window holds."""

    orders = 1
    times = _BY_HAND

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        (name,) = bench.centres if len(bench.centres) else bench.platforms
        if name in bench.platforms:
            bench.platforms[name].behave(ack_after_s=1)
        await bench.clock.sleep(hours=12.5)
        await bench.operator.set_upload_time(name, self.times, _AUTHOR)
        UPLOAD_TIME.put(bench, UploadTime(centre=name, time=self.times))
        await bench.clock.sleep(hours=1)
        await bench.power.off(60)
        await bench.clock.until(_MIDNIGHT)
        await self.afterwards(bench, name)
        await bench.operator.log(start)
        await bench.centres.settle(hours=6)

    async def afterwards(self, bench: Bench, name: str) -> None:
        """What happens in the next whole days, to a midnight."""
        await bench.clock.until(_MIDNIGHT)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield windows_judge.accepted_finding(history, "upload-time", self.orders)
        yield windows_judge.audit_finding(history, SETTING_LOGGED, "upload-time", ("author", "time"))
        for ledger in ledgers:
            yield from windows_judge.window_findings(history, ledger)
            yield from self.origins(history, ledger.centre)
        yield from delivery.findings(ledgers)

    def origins(self, history: History, centre: str) -> Iterator[Finding]:
        """What is asked of each origin of the time by itself."""
        yield from windows_judge.origin_findings(history, centre, platform=False)


class UploadsInWindowSetByHand(_ByHand, Case):
    """The last time told counts, the operator's or the platform's, for a platform over HTTPS, power cuts or not."""

    zh = "HTTPS 平台：上传时间以最后一次设定（人工或平台下发）为准，断电后仍有效。"
    checks = {
        windows_judge.ORDERS_TAKEN: ("isc-2/7.2.4(2)a", "isc-2/7.2.4(2)d", "csmt/7.5d"),
        windows_judge.STARTS_WITH_WINDOW.of("n"): ("isc-2/7.2.4g", "csmt/11.4a-1"),
        windows_judge.STARTS_AT_OPERATORS_TIME.of("n"): ("isc-2/7.2.4(2)a", "isc-2/7.2.4(2)d", "csmt/7.5d"),
        windows_judge.STARTS_AT_PLATFORMS_TIME.of("n"): ("isc-2/7.2.4(2)c",),
        windows_judge.INSIDE_WINDOW.of("n"): ("isc-2/7.2.4(2)a", "csmt/7.5d"),
        windows_judge.ACKNOWLEDGED_IN_WINDOW.of("n"): ("isc-2/7.2.4g",),
        **beside(SETTING_LOGGED, *delivery.ARRIVAL),
    }
    needs = (MODBUS, read_out("setting-logged"), PLATFORM, "uplink.schedule-manual", "uplink.schedule-from-platform")
    scenario = _PLATFORM

    async def afterwards(self, bench: Bench, name: str) -> None:
        platform = bench.platforms.of(NationalCentre, name)
        await bench.clock.sleep(hours=12)
        # The terminal learns of it when it next asks, at the opening of the window that the operator set.
        platform.set_upload_time(_AGAIN)
        UPLOAD_TIME.put(bench, UploadTime(centre=name, time=_AGAIN))
        await bench.clock.until(_MIDNIGHT)

    def origins(self, history: History, centre: str) -> Iterator[Finding]:
        yield from windows_judge.origin_findings(history, centre, platform=True)


class KeepsHj212WindowSetByHand(_ByHand, Case):
    """HJ 212 in a daily window: the time that the operator sets counts, power cuts or not."""

    zh = "HJ 212 每日窗口：人工设定的上传时间生效，断电后仍有效。"
    checks = {
        windows_judge.ORDERS_TAKEN: ("isc-2/7.2.4(2)a", "isc-2/7.2.4(2)d", "csmt/7.5d"),
        windows_judge.STARTS_WITH_WINDOW.of("h"): ("isc-2/7.2.4g", "csmt/11.4a-1"),
        windows_judge.STARTS_AT_OPERATORS_TIME.of("h"): ("isc-2/7.2.4(2)a", "isc-2/7.2.4(2)d", "csmt/7.5d"),
        windows_judge.INSIDE_WINDOW.of("h"): ("isc-2/7.2.4(2)a", "csmt/7.5d"),
        windows_judge.ACKNOWLEDGED_IN_WINDOW.of("h"): ("isc-2/7.2.4g",),
        **beside(SETTING_LOGGED, *delivery.ARRIVAL),
    }
    needs = (MODBUS, read_out("setting-logged"), HJ212_WINDOW, "uplink.schedule-manual")
    scenario = _HJ212


class ReportsAsOftenAsSet(_ByHand, Case):
    """HJ 212, automatic mode: set to three reports a day the terminal makes three, of what has ended by then."""

    zh = "HJ 212 自动模式：设为每日报送三次即按三个时刻报送，每次送出截至该时刻的数据。"
    checks = {
        windows_judge.ORDERS_TAKEN: ("csmt/7.5c",),
        windows_judge.STARTS_WITH_WINDOW.of("h"): ("csmt/7.5c",),
        windows_judge.STARTS_AT_OPERATORS_TIME.of("h"): ("csmt/7.5c", "csmt/7.5d"),
        windows_judge.INSIDE_WINDOW.of("h"): ("csmt/7.5c",),
        windows_judge.ACKNOWLEDGED_IN_WINDOW.of("h"): ("csmt/7.5c",),
        **beside(SETTING_LOGGED, *delivery.ARRIVAL),
    }
    needs = (MODBUS, read_out("setting-logged"), HJ212_WINDOW, "uplink.schedule-manual", "uplink.automatic-upload")
    scenario = _HJ212
    # All of them before noon, when they are set, so that the first of them comes after a midnight.
    times = "02:05:00,06:05:00,10:05:00"


class _AtTheButton:
    """What cases share whose operator orders an upload while the window is closed."""

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        (name,) = bench.centres if len(bench.centres) else bench.platforms
        await bench.clock.sleep(hours=12.5)
        await bench.operator.upload_now(name, _AUTHOR)
        await bench.clock.until(_MIDNIGHT)
        await bench.operator.log(start)
        await bench.centres.settle(hours=4)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield windows_judge.accepted_finding(history, "upload", 1)
        yield windows_judge.audit_finding(history, ORDER_LOGGED, "upload", ("author",))
        for ledger in ledgers:
            yield windows_judge.button_finding(history, ledger)
            yield from windows_judge.window_findings(history, ledger)
        yield from delivery.findings(ledgers)


class UploadsAtTheButton(_AtTheButton, Case):
    """An order by hand sends to a platform over HTTPS at once what waits, its window closed."""

    zh = "HTTPS 平台：窗口关闭时人工指令立即上传积压数据。"
    checks = {
        windows_judge.ORDERS_TAKEN: ("csmt/7.5b",),
        windows_judge.UPLOADS_AT_THE_BUTTON.of("n"): ("csmt/7.5b", "csmt/7.5e", "csmt/11.4a-1"),
        **beside(
            ORDER_LOGGED,
            windows_judge.STARTS_WITH_WINDOW.of("n"),
            windows_judge.INSIDE_WINDOW.of("n"),
            windows_judge.ACKNOWLEDGED_IN_WINDOW.of("n"),
            *delivery.ARRIVAL,
        ),
    }
    needs = (MODBUS, read_out("order-logged"), PLATFORM, "uplink.manual-upload")
    scenario = _PLATFORM


class UploadsHj212AtTheButton(_AtTheButton, Case):
    """An order by hand sends by HJ 212 at once what waits, its window closed."""

    zh = "HJ 212：窗口关闭时人工指令立即上传积压数据。"
    checks = {
        windows_judge.ORDERS_TAKEN: ("csmt/7.5b",),
        windows_judge.UPLOADS_AT_THE_BUTTON.of("h"): ("csmt/7.5b", "csmt/7.5e", "csmt/11.4a-1"),
        **beside(
            ORDER_LOGGED,
            windows_judge.STARTS_WITH_WINDOW.of("h"),
            windows_judge.INSIDE_WINDOW.of("h"),
            windows_judge.ACKNOWLEDGED_IN_WINDOW.of("h"),
            *delivery.ARRIVAL,
        ),
    }
    needs = (MODBUS, read_out("order-logged"), HJ212_WINDOW, "uplink.manual-upload")
    scenario = _HJ212


class _NextWindow:
    """What cases share in which a window passes without a path."""

    async def drive(self, bench: Bench) -> None:
        (name,) = bench.centres if len(bench.centres) else bench.platforms
        if name in bench.platforms:
            bench.platforms[name].behave(ack_after_s=1)
        await bench.clock.sleep(hours=20)
        async with bench.links["uplink"].cut():
            await bench.clock.sleep(hours=12)
        await bench.clock.until(_MIDNIGHT)
        await bench.centres.settle(hours=4)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        for ledger in ledgers:
            yield from windows_judge.missed_findings(history, ledger)
            yield from windows_judge.window_findings(history, ledger)
        yield from delivery.findings(ledgers)


class BackfillsInTheNextWindow(_NextWindow, Case):
    """What an outage kept from its window goes to a platform over HTTPS in the next one, without help."""

    zh = "HTTPS 平台：因断网错过窗口的数据在下一窗口自动补传。"
    checks = {
        windows_judge.ACKNOWLEDGED_IN_WINDOW.of("n"): ("isc-2/7.2.4(5)a", "isc-2/7.2.4(4)a", "csmt/7.6a"),
        delivery.NONE_LOST: ("isc-2/7.2.4(5)a", "isc-2/7.2.4(4)a", "csmt/7.6a"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.4(5)a", "isc-2/7.2.4(4)a", "csmt/7.6a"),
        **beside(
            windows_judge.STARTS_WITH_WINDOW.of("n"),
            windows_judge.INSIDE_WINDOW.of("n"),
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            windows_judge.WINDOW_WAS_MISSED.of("n"),
        ),
    }
    needs = (MODBUS, PLATFORM, "delivery.automatic-backfill")
    scenario = _PLATFORM


class BackfillsHj212InTheNextWindow(_NextWindow, Case):
    """What an outage kept from its window goes out by HJ 212 in the next one, without help."""

    zh = "HJ 212：因断网错过窗口的数据在下一窗口自动补传。"
    checks = {
        windows_judge.ACKNOWLEDGED_IN_WINDOW.of("h"): ("isc-2/7.2.4(5)a", "isc-2/7.2.4(4)a", "csmt/7.6a"),
        delivery.NONE_LOST: ("isc-2/7.2.4(5)a", "isc-2/7.2.4(4)a", "csmt/7.6a"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.4(5)a", "isc-2/7.2.4(4)a", "csmt/7.6a"),
        **beside(
            windows_judge.STARTS_WITH_WINDOW.of("h"),
            windows_judge.INSIDE_WINDOW.of("h"),
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            windows_judge.WINDOW_WAS_MISSED.of("h"),
        ),
    }
    needs = (MODBUS, HJ212_WINDOW, "delivery.automatic-backfill")
    scenario = _HJ212


class UploadsMonthlyIndex(Case):
    """The value of a whole month reaches the platform in the first window after the month, and is true."""

    zh = "月指标在月末后首个窗口上传至平台，数值正确。"
    checks = {
        windows_judge.MONTHLY_INDEX: ("isc-2/7.2.4(1)b",),
        windows_judge.MONTHLY_VALUES_TRUE: ("isc-2/7.2.4(1)b",),
        **beside(*delivery.ARRIVAL),
    }
    needs = (MODBUS, PLATFORM, "uplink.monthly-index")
    once = True
    scenario = _PLATFORM.but(start="2026-01-31T23:30:00+08:00", period_s=900)

    async def drive(self, bench: Bench) -> None:
        bench.platforms["N"].behave(ack_after_s=1)
        await bench.clock.sleep(days=28, minutes=30)
        await bench.centres.settle(hours=4)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from windows_judge.month_findings(history, "N")
        yield from delivery.findings(reconciled(history))


class BackfillsByHand(Case):
    """What a centre acknowledged and lost goes out again on an operator's order: that range only, with an entry."""

    zh = "中心已应答但丢失的数据可由操作员按范围人工补传，并留审计记录。"
    remark = Text(
        "7.2.4(5)b asks for values entered by hand (R-22); sending stored data again at an order is no clause",
        "7.2.4(5)b 要求人工填报补传（R-22）；按指令重发已存数据没有单独条款",
    )
    checks = {
        **beside(
            windows_judge.ORDERS_TAKEN,
            BACKFILL_LOGGED,
            windows_judge.BACKFILL_BRINGS_THE_RANGE,
            windows_judge.BACKFILL_BRINGS_NOTHING_ELSE,
            delivery.NONE_LOST,
            delivery.ALL_ACKNOWLEDGED,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
        ),
    }
    needs = (MODBUS, LIVE, read_out("backfill-logged"))
    scenario = Scenario(circuits=2, points=2, kinds=("minute",))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=2, minutes=5)
        bench.centres["A"].behave(persist=False)
        await bench.clock.sleep(hours=2)
        bench.centres["A"].behave(persist=True)
        restored = bench.clock.now_us()
        await bench.clock.sleep(hours=1)
        low, high = floor(start, HOUR) + HOUR, floor(restored, 15 * MINUTE)
        await bench.operator.backfill("A", "quarter", low, high, _AUTHOR, _REASON)
        await bench.clock.sleep(minutes=30)
        await bench.operator.log(start)
        await bench.centres.settle(minutes=20)

    def judge(self, history: History) -> Iterator[Finding]:
        yield windows_judge.accepted_finding(history, "backfill", 1)
        yield windows_judge.audit_finding(history, BACKFILL_LOGGED, "backfill", ("author", "reason"))
        yield from windows_judge.restored_findings(history, "A")
        ledgers = reconciled(history, all_centres(history))
        yield from delivery.findings(ledgers, duplicates=False)
