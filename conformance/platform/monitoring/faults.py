"""Faults of terminals, instruments and acquisition, and warning values: the alarms of a platform (SSEA 5.4.6; R-41)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.base import ALARMS
from bench.dut.platform.vocabulary.system import COMMUNICATION, WARNING_VALUE
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.park import Enterprise, Measured, Named, Park, Terminal
from bench.layout.scenario import BARE
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.monitoring import faults_judge as judge
from simulators.plant.flows import Flow, Level

_EVERY_S = 30
PARK = Park(
    enterprises=(
        Enterprise(
            "A",
            "示范企业 A",
            "steel",
            processes=(Named("A-iron", "炼铁"),),
            terminals=tuple(
                Terminal(name, {"classes": ("realtime",), "realtime_s": _EVERY_S}) for name in ("A1", "A2")
            ),
            points=(
                Measured("A.co2", "A1", Level("co2", "%", "8", "16"), "co2", "process", "A-iron", low="5", high="40"),
                Measured("A.heat", "A1", Level("temperature", "C", "100", "180"), "t", "other", "A-iron", decimals=1),
                Measured("A.coke", "A2", Flow("coke", "t", "30"), "coke", "fuel", "A-iron"),
                Measured("A.gas", "A2", Level("gas", "kPa", "20", "30"), "p", "other", "A-iron", decimals=2),
            ),
        ),
    ),
)
SCENARIO = BARE.but(start="2026-03-02T08:00:00+08:00", park=PARK)
_PATIENCE_S = {"A1": 100, "A2": 260}


class RaisesAlarms(PlatformCase):
    """A silent terminal, a faulty instrument, abnormal acquisition and a crossed warning value each raise one alarm."""

    zh = "终端中断、仪表故障、采集异常和越过预警值各在 60 s 内报警一次，指明对象，原因消除后解除；中断按通讯设置判定。"
    checks = {
        judge.RAISED.of("terminal", *judge.WHAT["terminal"]): ("ssea/5.4.6.1-1",),
        judge.RAISED.of("instrument", *judge.WHAT["instrument"]): ("ssea/5.4.6.1-2", "cpcif/5.2.2.2a-3"),
        judge.RAISED.of("acquisition", *judge.WHAT["acquisition"]): ("ssea/5.4.6.2", "cpcif/5.2.2.2b-2"),
        judge.RAISED.of("warning", *judge.WHAT["warning"]): ("ssea/5.4.2.1-7", "cpcif/5.2.2.2a-3"),
        judge.CLEARED: ("ssea/5.4.1e-2",),
        judge.NONE_FALSE: ("ssea/5.4.1e-2",),
        judge.BY_SETTING: ("ssea/5.4.2.1-5",),
    }
    needs = (OBJECTS,)
    scenario = SCENARIO

    async def drive(self, bench: Bench) -> None:
        await bench.park.set_up()
        manager = await bench.platform.login("manager-a")
        mns = {name: bench.senders[name].spec.mn for name in ("A1", "A2")}
        for name, patience in _PATIENCE_S.items():
            told = {"terminal": mns[name], "period_s": _EVERY_S, "silent_after_s": patience}
            await manager.create(COMMUNICATION, id=f"C-{name}", enterprise="A", **told)
        await manager.list(COMMUNICATION, enterprise="A")
        began = bench.clock.now_us()
        bench.senders.connect()
        await bench.clock.sleep(minutes=2)
        one, two = bench.senders["A1"], bench.senders["A2"]
        await self._fault(bench, "instrument", "A1", "A.heat", one.flags("D", "A.heat"))
        await self._fault(bench, "acquisition", "A1", "A.co2", one.wrong(7, 1, "A.co2"))
        await self._fault(bench, "acquisition", "A2", "A.gas", two.flags("B", "A.gas"))
        await self._fault(bench, "warning", "A1", "A.heat", None)
        # What has been warned of, and is well again, is warned of another time.
        await self._fault(bench, "instrument", "A1", "A.heat", one.flags("D", "A.heat"))
        for name, control in (("A1", one), ("A2", two)):
            patience = _PATIENCE_S[name]
            await self._fault(bench, "terminal", name, mns[name], control.silent(), patience)
        await manager.ask(ALARMS, from_=began, to=bench.clock.now_us())

    async def _fault(self, bench: Bench, what: str, sender: str, name: str, scope: object, after_s: int = 0) -> None:
        """One fault for as long as its alarm may take, and its end."""
        judge.FAULT.put(bench, judge.Failing(what=what, sender=sender, names=name, after_s=after_s))
        if scope is None:
            manager = await bench.platform.login("manager-a")
            told = {"enterprise": "A", "point": name, "direction": "above", "unit": "C"}
            key = await manager.create(WARNING_VALUE, id=f"W-{name}", value="60", **told)
            await bench.clock.sleep(after_s + 100)
            await manager.change(WARNING_VALUE, key, value="400")
        else:
            with scope:  # type: ignore[attr-defined]
                await bench.clock.sleep(after_s + 100)
        judge.MENDED.put(bench, judge.Names(names=name))
        await bench.clock.sleep(minutes=2, seconds=10)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from judge.findings(history, *judge.WHAT)
        yield from judge.setting_findings(history)
