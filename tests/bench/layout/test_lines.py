"""A scenario's serial lines as a world: names, places, sources, ratios; rigs that cannot disturb lines."""

from __future__ import annotations

import pytest

from bench.facade.bench import Unable
from bench.facade.parts import NoLines
from bench.layout import build
from bench.layout.scenario import Line, Scenario, Transformer

LINES = (Line(("modbus-rtu", "dlt645-2007"), 2400, "E"), Line(("modbus-rtu",), 19_200, "O", 2))


def test_meters_of_a_line_are_named_by_kind_and_numbered_from_the_second_on() -> None:
    world = build.build_world(Scenario(circuits=0, behind=LINES), 1)
    assert [(meter.name, str(meter.place), meter.unit) for meter in world.meters] == [
        ("modbus-rtu", "line ttyS1", 1),
        ("dlt645-2007", "line ttyS1", 2),
        ("modbus-rtu-2", "line ttyS2", 1),
    ]
    assert [(line.name, *line.settings) for line in world.lines] == [("ttyS1", 2400, "E", 1), ("ttyS2", 19_200, "O", 2)]


def test_no_two_meters_measure_the_same_circuit() -> None:
    world = build.build_world(Scenario(circuits=29, behind=LINES), 1)
    sources = [meter.source for meter in world.meters]
    assert len(set(sources)) == len(sources) == 32
    codes = [point.code for meter in world.meters for point in meter.points]
    assert len(set(codes)) == len(codes)


def test_a_ratio_goes_to_the_meter_it_names_and_to_its_standby_not() -> None:
    scenario = Scenario(circuits=2, behind=(*LINES, Transformer("e02", "80"), Transformer("dlt645-2007", "120")))
    world = build.build_world(scenario, 1)
    assert {meter.name: meter.ratio for meter in world.meters if meter.ratio != "1"} == {
        "e02": "80",
        "dlt645-2007": "120",
    }


def test_a_rig_that_cannot_disturb_lines_says_so() -> None:
    lines = NoLines()
    assert len(lines) == 0
    assert list(lines) == []
    with pytest.raises(Unable, match="ttyS1"):
        lines["ttyS1"]
