"""Points to be computed from others: in the record, in the reference's configuration, told to any terminal."""

from __future__ import annotations

import random
from pathlib import Path

import tomli_w

from bench.dut import Seat
from bench.dut.command import variables
from bench.dut.manual import commissioning
from bench.dut.profile import Profile
from bench.dut.reference import render
from bench.layout import build
from bench.layout.scenario import Configuration, Derived, Scenario
from reference_terminal.settings.config import load_config
from simulators.world import Site

DERIVED = (
    Derived("all", "sum", ("e01.energy", "e02.energy"), "MWh"),
    Derived("rest", "difference", ("all", "e02.energy"), "kWh"),
    Derived("hall", "product", ("e01.energy",), "kWh", factor="2.5"),
    Derived("ratio", "quotient", ("e01.energy", "e02.energy"), "1", decimals=3),
    Derived("floor", "share", ("e01.energy",), "kWh", 2, weights=("3", "1"), part=2),
    Derived("shop", "share", ("e01.energy",), "kWh", 2, by=("e01.energy", "e02.energy"), part=1),
    Derived("counted", "integral", ("e01.power",), "kWh", decimals=1),
)
SCENARIO = Scenario(circuits=2, points=2, centres=("A", "B"), configuration=Configuration(derived=DERIVED))


class _NoClock:
    def now_us(self) -> int:
        return 0

    def time_ns(self) -> int:
        return 0

    def set_time_ns(self, time_ns: int, /) -> None:
        return None


def seat() -> Seat:
    clock = _NoClock()
    site = Site(build.build_world(SCENARIO, 1), clock=clock, observe=lambda event: None)
    settings = build.settings_of(SCENARIO)
    return Seat(site=site, settings=settings, clock=clock, chance=random.Random(0), local=("127.0.0.1", 1))


def test_the_opening_says_what_was_to_be_computed_and_under_which_codes() -> None:
    profile = Profile(path="", name="nobody", adapter="none")
    began = build.opening(SCENARIO, seat().site, profile, case="c", seed=1, commit="", rig="virtual", needs=())
    assert [each.id for each in began.derived] == [each.id for each in DERIVED]
    assert [each.kind for each in began.derived].count("instant") == 1
    codes = [code for each in began.derived for code in each.codes.values()]
    measured = [code for setup in began.centres for code in setup.codes.values()]
    assert len(set(codes)) == len(DERIVED)
    assert not set(codes) & set(measured)


def test_the_reference_takes_every_operation() -> None:
    config = load_config(tomli_w.dumps(render(seat())))
    assert {each.id: (each.operation, each.of, each.unit) for each in config.derived} == {
        each.id: (each.operation, each.of, each.unit) for each in DERIVED
    }
    told = {each.id: each for each in config.derived}
    assert (str(told["hall"].factor), told["floor"].part, told["shop"].by) == ("2.5", 2, ("e01.energy", "e02.energy"))


def test_any_terminal_is_told_them() -> None:
    rows = variables(seat(), Path("state"))["derived"]
    assert [(row["id"], row["operation"], row["code"]) for row in rows][:2] == [
        ("all", "sum", "k98001"),
        ("rest", "difference", "k98002"),
    ]


def test_a_person_finds_them_in_the_table() -> None:
    sheet = commissioning(seat()).splitlines()
    assert "derived point,operation,of,unit,decimals,factor,weights,by,part,code" in sheet
    assert "floor,share,e01.energy,kWh,2,1,3 1,,2,k98005" in sheet
    assert not any(line.startswith("derived,") for line in sheet)
