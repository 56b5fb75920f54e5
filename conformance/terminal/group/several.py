"""Several terminals of one enterprise: one is the master of the others and reports for all (CSMT 11.13).

Leaves sums of one terminal's own points to `processing.formulas`. How master and slaves speak is the product's own: the
bench cuts the cable between them, and the supply of one.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Configuration, Derived, Scenario, Slave
from conformance.common.alarms_over import MENDED, Mended
from conformance.terminal import BY_TIME_OF_DAY, LIVE, MODBUS, SLAVES, read_out
from conformance.terminal.group import several_judge

_NORTH, _SOUTH, _OWN = ("s1-e01.energy", "s1-e02.energy"), "s2-e01.energy", "e01.energy"
_LEVELS = {"site": ("site-north", "site-south"), "subsidiary": ("subsidiary",), "group": ("group",)}
_TOTALS = (
    Derived("site-north", "sum", _NORTH, "kWh"),
    Derived("site-south", "sum", (_SOUTH, "s2-e02.energy"), "kWh"),
    Derived("subsidiary", "sum", ("site-north", "site-south"), "kWh"),
    Derived("group", "sum", ("subsidiary", _OWN), "MWh"),
)
_SCENARIO = Scenario(
    start="2026-03-02T08:58:00+08:00",
    circuits=1,
    points=1,
    maps=("sdm630", "adl3000"),
    period_s=900,
    centres=("A",),
    kinds=("minute", "hour"),
    behind=(Slave("s1", 2), Slave("s2", 2)),
    configuration=Configuration(derived=_TOTALS),
)
_RIGS = Rig.VIRTUAL | Rig.LOOPBACK | Rig.PROCESS


class ReportsForItsSlaves(Case):
    """A master reports what its slaves' meters said and the totals of every site, subsidiary and the group."""

    zh = "主终端上报各从终端表计的数据，以及各厂区、子公司和集团的合计。"
    checks = {
        several_judge.TOTALS_TRUE.of("site"): ("csmt/11.13k",),
        several_judge.TOTALS_TRUE.of("subsidiary"): ("csmt/11.13j",),
        several_judge.TOTALS_TRUE.of("group"): ("csmt/11.13j", "csmt/11.13l", "csmt/11.13m"),
        several_judge.OWN_NAME: ("csmt/11.13l", "csmt/11.13m"),
    }
    needs = (MODBUS, LIVE, SLAVES, "processing.formulas")
    rigs = _RIGS
    scenario = _SCENARIO

    async def drive(self, bench: Bench) -> None:
        # Whatever time it is, four quarters of an hour are whole.
        await bench.clock.sleep(minutes=80)
        await bench.centres.settle(minutes=3)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from several_judge.totals_findings(history, _LEVELS)
        yield from several_judge.own_name_findings(history)


class CatchesUpAfterTheCable(Case):
    """A slave that is cut off measures on and keeps it; then every total of that time becomes the truth, once."""

    zh = "从终端断开期间继续采集并保存；恢复后补报，各项合计修订为真值且不重复计入。"
    checks = {
        several_judge.CAUGHT_UP: ("csmt/11.13l", "csmt/11.13m"),
        several_judge.NO_PARTIAL_TOTAL: ("csmt/11.13m",),
        several_judge.KEPT_AT_SLAVE: ("csmt/11.13l",),
        several_judge.MASTER_GOES_ON: ("csmt/11.13m",),
        **beside(several_judge.TOTALS_TRUE.of("group"), several_judge.OWN_NAME),
    }
    needs = (MODBUS, LIVE, SLAVES, "processing.formulas", read_out("kept-at-slave"))
    rigs = _RIGS
    scenario = _SCENARIO

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=35)
        since = bench.clock.now_us()
        async with bench.links["group.s1"].cut():
            await bench.clock.sleep(minutes=80)
            for point in _NORTH:
                await bench.slaves["s1"].operator.records("quarter", point, since, bench.clock.now_us())
        MENDED.put(bench, Mended(names="s1"))
        await bench.clock.sleep(minutes=10)
        await bench.operator.alarms()
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from several_judge.cut_findings(history)
        yield from several_judge.partial_findings(history)
        yield from several_judge.totals_findings(history, {"group": _LEVELS["group"]})
        yield from several_judge.own_name_findings(history)


class OutlivesLostPower(Case):
    """A slave loses power at several writes, the master for an hour: nothing is lost and nothing counts twice."""

    zh = "从终端在多次写入时刻断电、主终端断电一小时后，数据不丢失，合计不重复计入。"
    checks = {
        several_judge.CAUGHT_UP: ("csmt/11.13l", "csmt/11.13m"),
        several_judge.NO_PARTIAL_TOTAL: ("csmt/11.13m",),
    }
    needs = (MODBUS, LIVE, SLAVES, "processing.formulas")
    rigs = Rig.VIRTUAL
    virtual_only = BY_TIME_OF_DAY
    scenario = _SCENARIO.configured(derived=_TOTALS[:1]).but(behind=(Slave("s1", 2),))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.until("09:14:59")
        slave = bench.slaves["s1"]
        for writes in (2, 3, 4, 1):
            # The period that ends now is closed, reported and confirmed in writes of which each may be lost.
            slave.power.cut_at_sync(writes, off_s=30)
            await bench.clock.sleep(minutes=15)
        await bench.clock.sleep(minutes=5)
        await bench.power.off(hours=1)
        await bench.clock.sleep(minutes=15)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from several_judge.caught_up_findings(history)
        yield from several_judge.partial_findings(history)


class RefusesStrangers(Case):
    """A terminal that the master was not told of reports in a slave's name: none of it is taken."""

    zh = "未登记的终端冒用从终端名义上报，主终端不予接受。"
    checks = {
        several_judge.STRANGER_NOT_COUNTED: ("csmt/11.13l", "csmt/11.13m", "isc-2/7.4.2.1[2]h"),
        several_judge.STRANGER_LOGGED: ("isc-2/7.4.1.3(1)d",),
        **beside(several_judge.STRANGER_TRIED),
    }
    needs = (MODBUS, LIVE, SLAVES, "processing.formulas", read_out("stranger-logged"))
    rigs = _RIGS
    scenario = _SCENARIO.configured(derived=_TOTALS[:1]).but(
        behind=(Slave("s1", 2), Slave("x", 2, stranger=True, claims="s1"))
    )

    async def drive(self, bench: Bench) -> None:
        begun = bench.clock.now_us()
        # Whatever time it is, four quarters of an hour are whole.
        await bench.clock.sleep(minutes=80)
        await bench.centres.settle(minutes=3)
        await bench.slaves["x"].connections()
        await bench.operator.log(begun)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from several_judge.stranger_findings(history, "x")


class SpeaksInSecretBetweenTerminals(Case):
    """What slaves report to their master cannot be read on the cable between them."""

    zh = "从终端向主终端上报的内容在两者之间的线路上不可读。"
    checks = {several_judge.BETWEEN_UNREADABLE: ("isc-2/7.4.2.1[2]h",)}
    needs = (MODBUS, LIVE, SLAVES)
    capture = True
    rigs = Rig.VIRTUAL | Rig.PROCESS
    scenario = _SCENARIO.configured(derived=())

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=35)
        await bench.centres.settle(minutes=3)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from several_judge.between_findings(history)
