"""Commands of a centre: reading at once, history requests (ISC-2 7.2.3-A(2), 7.2.4, 9.1)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.bench import Bench
from bench.case import Case, Finding
from bench.history import History
from bench.scenario import Scenario
from conformance.judges import commands
from conformance.judges.times import DAY, HOUR, MINUTE, stamp_of
from conformance.terminal import HJ212, MODBUS


class ReadsMetersOnCommand(Case):
    """A centre's request makes the terminal read its meters now and answer with that reading within 5 s."""

    zh = "数据中心下达命令后，终端立即读取表计并在 5 s 内以该读数应答。"
    clauses = ("isc-2/9.1e", "isc-2/7.2.3-A(2)c")
    needs = (MODBUS, HJ212, "acquisition.on-command")
    scenario = Scenario(circuits=3, points=2, period_s=900, centres=("A",), kinds=("minute",))
    times = 5

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("command")
        await bench.clock.sleep(minutes=16)
        for _ in range(self.times):
            await bench.clock.sleep(chance.randrange(200_000, 700_000) / 1000)
            await bench.centres["A"].read_now()
        await bench.clock.sleep(minutes=1)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from commands.read_now_findings(history, "A", needed=self.times)


class AnswersHistoryRequests(Case):
    """History requests for minute, hour and day data bring every record of the closed range, and nothing else."""

    zh = "历史数据请求返回所请求闭区间内的全部记录，不多不少、内容正确。"
    clauses = ("isc-2/7.2.4i", "isc-2/7.2.3-A(2)c", "isc-2/7.2.3-A(3)b")
    needs = (MODBUS, HJ212, "uplink.query")
    scenario = Scenario(circuits=1, points=2, centres=("A",))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=25, minutes=10)
        quarter = 15 * MINUTE
        for kind, begin, end, empty in (
            ("minute", start + 4 * HOUR, start + 6 * HOUR, False),
            ("minute", start + 7 * HOUR, start + 7 * HOUR, False),
            ("hour", start + 3 * HOUR, start + 9 * HOUR, False),
            ("day", start, start, False),
            ("minute", start - 30 * DAY, start - 30 * DAY + quarter, True),
        ):
            marks = {"begin": stamp_of(begin), "end": stamp_of(end)}
            bench.phase("query", kind=kind, empty="yes" if empty else "no", **marks)
            await bench.centres["A"].history(kind, marks["begin"], marks["end"])
            await bench.clock.sleep(30)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from commands.query_findings(history, "A")
