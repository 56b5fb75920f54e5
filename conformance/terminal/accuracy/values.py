"""Accuracy of acquisition: values, digits, instants (ISC-2 9.3; CPCIF 8.2)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import accuracy
from conformance.common.actions import all_centres, points, read_readings
from conformance.terminal import MODBUS, UPLINK, read_out
from simulators.meters.modbus.device import Meter, MeterError

FAMILY = "accuracy"


class _Compares:
    """What cases share that compare 10 000 stored readings, and each centre's copies, with the replies."""

    needs = (MODBUS, UPLINK, read_out("*-stored"))
    scenario = Scenario(circuits=6, points=4, realtime_interval_s=60, kinds=())
    aspect = ""

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=7, minutes=5)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from accuracy.findings(history, self.aspect, centres=all_centres(history))


class TakesOverInformationUnchanged(_Compares, Case):
    """Point, value, status and time of 10 000 stored readings and of the centres' copies equal the meters' replies."""

    zh = "10 000 条采集记录的测点、数值、状态和时刻与对接系统一致。"
    checks = {
        accuracy.SAME_STATUS.of("stored"): ("isc-2/9.3a",),
        accuracy.KNOWN_ORIGIN.of("stored"): ("isc-2/9.3a", "isc-2/7.3.1d", "csmt/12.3.2c"),
        accuracy.SAME_INSTANT.of("stored"): ("isc-2/9.3a", "isc-2/7.3.1d", "csmt/12.3.2c"),
        accuracy.SAME_VALUE.of("stored"): ("isc-2/9.3a", "isc-2/7.3.1d", "csmt/12.3.2c", "isc-2/4.1j", "isc-2/7.3.1e"),
        accuracy.SAME_STATUS.of("centre-a"): ("isc-2/9.3a",),
        accuracy.KNOWN_ORIGIN.of("centre-a"): ("isc-2/9.3a", "isc-2/7.3.1d", "csmt/12.3.2c"),
        accuracy.SAME_INSTANT.of("centre-a"): ("isc-2/9.3a", "isc-2/7.3.1d", "csmt/12.3.2c"),
        accuracy.SAME_VALUE.of("centre-a"): (
            "isc-2/9.3a",
            "isc-2/7.3.1d",
            "csmt/12.3.2c",
            "isc-2/4.1j",
            "isc-2/7.3.1e",
        ),
        accuracy.SAME_STATUS.of("centre-b"): ("isc-2/9.3a",),
        accuracy.KNOWN_ORIGIN.of("centre-b"): ("isc-2/9.3a", "isc-2/7.3.1d", "csmt/12.3.2c"),
        accuracy.SAME_INSTANT.of("centre-b"): ("isc-2/9.3a", "isc-2/7.3.1d", "csmt/12.3.2c"),
        accuracy.SAME_VALUE.of("centre-b"): (
            "isc-2/9.3a",
            "isc-2/7.3.1d",
            "csmt/12.3.2c",
            "isc-2/4.1j",
            "isc-2/7.3.1e",
        ),
    }
    aspect = "information"


class KeepsEveryDigit(_Compares, Case):
    """10 000 readings keep the digits of the meter, trailing zeros included."""

    zh = "10 000 条采集记录的有效位数（含末尾零）与计量终端一致。"
    checks = {
        accuracy.SAME_DIGITS.of("stored"): ("isc-2/9.3b", "cpcif/8.2a"),
        accuracy.SAME_DIGITS.of("centre-a"): ("isc-2/9.3b", "cpcif/8.2a"),
        accuracy.SAME_DIGITS.of("centre-b"): ("isc-2/9.3b", "cpcif/8.2a"),
    }
    aspect = "digits"


class EqualsTheReading(_Compares, Case):
    """10 000 readings equal what the registers held, floating-point registers to the bit."""

    zh = "10 000 条采集记录与计量终端实际读数一致，浮点寄存器逐位一致。"
    checks = {
        accuracy.SAME_READING.of("stored"): (
            "isc-2/9.3c",
            "cpcif/8.2b",
            "isc-2/4.1j",
            "isc-2/5.1c",
            "isc-2/7.2.2a-1",
            "isc-2/7.2.2(2)e",
        ),
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c", "cpcif/8.2b", "isc-2/4.1j"),
        accuracy.SAME_READING.of("centre-b"): ("isc-2/9.3c", "cpcif/8.2b", "isc-2/4.1j"),
    }
    aspect = "reading"


class ShowsEdges:
    """What cases share that show values one after another, each long enough to be polled twice, where registers can."""

    before_s, shown_s = 150.0, 130.0
    steps: tuple[str, ...] = accuracy.EDGES
    edges: tuple[str, ...] = accuracy.EDGES
    """Those of which each must have been shown."""

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(self.before_s)
        for step in self.steps:
            shown: dict[str, list[str]] = {}
            for meter in bench.meters.values():
                for point in meter.points:
                    if text := self.shown(meter, point, step):
                        shown.setdefault(text, []).append(point)
            for text, found in shown.items():
                accuracy.EDGE.put(bench, accuracy.Edge(text=text, points=" ".join(sorted(found))))
            await bench.clock.sleep(self.shown_s)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def shown(self, meter: Meter, point: str, step: str) -> str:
        """What a point shows at this step from now on; empty if it cannot."""
        return step if put_exactly(meter, point, step) else ""

    def judge(self, history: History) -> Iterator[Finding]:
        yield from accuracy.edge_findings(
            history, accuracy.edges_shown(history), all_centres(history), edges=self.edges
        )


class TakesOverEdgeValues(ShowsEdges, Case):
    """0.10, 123456.78, 99999999.9 and 4294967295 arrive digit for digit wherever a register can hold them."""

    zh = "0.10、123456.78、99999999.9、4294967295 等边界值逐位一致。"
    checks = {
        accuracy.EDGE_NUMBERS.of("stored"): ("isc-2/9.3c", "cpcif/8.2b"),
        accuracy.EDGE_VALUES.of("stored"): ("isc-2/9.3b", "cpcif/8.2a"),
        accuracy.EDGE_NUMBERS.of("centre-a"): ("isc-2/9.3c", "cpcif/8.2b"),
        accuracy.EDGE_VALUES.of("centre-a"): ("isc-2/9.3b", "cpcif/8.2a"),
        accuracy.EDGE_NUMBERS.of("centre-b"): ("isc-2/9.3c", "cpcif/8.2b"),
        accuracy.EDGE_VALUES.of("centre-b"): ("isc-2/9.3b", "cpcif/8.2a"),
    }
    needs = (MODBUS, UPLINK, read_out("*-stored"))
    scenario = Scenario(circuits=1, points=1, meters=("types",), realtime_interval_s=60, kinds=())
    shown_s = 180.0


def put_exactly(meter: Meter, point: str, text: str) -> bool:
    """Put the text into the registers of a point if they show exactly this text then."""
    try:
        meter.preset(point, text)
    except MeterError:
        return False
    if meter.text(point) != text:
        meter.release(point)
        return False
    return True
