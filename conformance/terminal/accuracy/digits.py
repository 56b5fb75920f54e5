"""Digits: every register type, word order and protocol at its limits (ISC-2 9.3; CSMT 11.3; CPCIF 8.2).

Leaves the long comparison of live values to `values` and `interfaces`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding
from bench.history import History
from bench.layout.scenario import Line, Scenario
from conformance.common import accuracy
from conformance.terminal import MODBUS, UPLINK, read_out
from conformance.terminal.accuracy.values import ShowsEdges, put_exactly
from conformance.terminal.acquisition.interfaces import CJT188, DLT645, SERIAL
from simulators.meters.meter import Meter

SMALLEST, LARGEST = "smallest", "largest"
# Whole numbers up to these stand in binary floats without loss; the last digit shows where precision ends.
_FLOAT_EDGES = ("16777215", "9007199254740991")
# How many values by Modbus TCP must have been compared.
_COMPARED = 60


class _Limits(ShowsEdges):
    """What cases share that show edge values and the limits of every register."""

    steps = (SMALLEST, *accuracy.EDGES, *_FLOAT_EDGES, LARGEST)

    def shown(self, meter: Meter, point: str, step: str) -> str:
        text = text_for(meter, point, step)
        return text if text and holds(meter, point, text) else ""


def text_for(meter: Meter, point: str, step: str) -> str:
    """What a point is to show at this step: the text itself, or a limit of its registers; empty for none."""
    limits = meter.points[point].limits()
    if step not in (SMALLEST, LARGEST):
        return step
    return limits[step == LARGEST] if limits else ""


def holds(meter: Meter, point: str, text: str) -> bool:
    """Put the text into the registers of a point if they show exactly this text then, within the range of readings."""
    register = meter.points[point].register
    value = float(text)
    if (register.low and value < float(register.low)) or (register.high and value > float(register.high)):
        return False
    return put_exactly(meter, point, text)


class TakesOverLimitsOfEveryType(_Limits, Case):
    """Every type from 16 to 64 bits, BCD and float, in every word order, is exact from its smallest to its largest."""

    zh = "16 位至 64 位整数、BCD、浮点各类型在各种字序下，自最小值至最大值逐位一致。"
    checks = {
        accuracy.EDGE_NUMBERS.of("stored"): ("isc-2/9.3c", "cpcif/8.2b"),
        accuracy.EDGE_VALUES.of("stored"): ("isc-2/9.3b", "isc-2/7.2.3-B(1)c", "csmt/8.3.1b"),
        accuracy.EDGE_NUMBERS.of("centre-a"): ("isc-2/9.3c", "cpcif/8.2b"),
        accuracy.EDGE_VALUES.of("centre-a"): ("isc-2/9.3b", "isc-2/7.2.3-B(1)c", "csmt/8.3.1b"),
        accuracy.SAME_READING.of("stored-modbus-tcp"): ("isc-2/7.2.2(2)e",),
    }
    needs = (MODBUS, SERIAL, UPLINK, read_out("*-stored", "*-stored-modbus-tcp"))
    tcp = ("types",)
    scenario = Scenario(
        circuits=0,
        meters=tcp,
        behind=(Line(("types-rtu",), 19_200, "E"), Line(("types-ascii",), 19_200, "E")),
        centres=("A",),
        realtime_interval_s=60,
        kinds=(),
    )

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        by_tcp = [point.id for point in history.began.points if point.meter in self.tcp]
        yield accuracy.part_finding(history, "stored-modbus-tcp", "本地存储，Modbus TCP", by_tcp, _COMPARED)


class TakesOverLimitsOfBcdMeters(_Limits, Case):
    """The digits of DL/T 645 and CJ/T 188 meters are exact from the smallest to the largest they can show."""

    zh = "DL/T 645 与 CJ/T 188 表计自最小值至最大值逐位一致。"
    checks = {
        accuracy.EDGE_NUMBERS.of("stored"): ("isc-2/9.3c", "cpcif/8.2b"),
        accuracy.EDGE_VALUES.of("stored"): ("isc-2/9.3b", "isc-2/7.2.3-B(1)b", "csmt/8.3.1a"),
        accuracy.EDGE_NUMBERS.of("centre-a"): ("isc-2/9.3c", "cpcif/8.2b"),
        accuracy.EDGE_VALUES.of("centre-a"): ("isc-2/9.3b", "isc-2/7.2.3-B(1)b", "csmt/8.3.1a"),
    }
    needs = (DLT645, CJT188, UPLINK, read_out("*-stored"))
    scenario = Scenario(
        circuits=0,
        behind=(
            Line(("dlt645-2007", "dlt645-1997"), 2400, "E"),
            Line(("cjt188-water", "cjt188-heat", "cjt188-gas"), 2400, "E"),
        ),
        centres=("A",),
        realtime_interval_s=60,
        kinds=(),
    )
    edges = ("0.10", "123456.78")
