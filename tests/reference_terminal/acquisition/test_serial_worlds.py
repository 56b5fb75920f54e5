"""The terminal reads meters of several protocols on one serial server, end to end, in virtual time."""

from __future__ import annotations

from decimal import Decimal

import pytest
from house import ROOT
from serial_life_kit import START_S, Life

from bench.virtual.loop import run as run_virtually


def test_every_reading_is_what_the_meter_said_times_the_ratio() -> None:
    life = Life()
    run_virtually(life.run(630))
    said: dict[str, list[str]] = {}
    for event in life.served:
        for point, text in event.values.items():
            said.setdefault(point, []).append(text)
    assert len(life.readings) == 18
    for point, rows in life.readings.items():
        assert len(rows) == 11, point
        ratio = Decimal(life.site.points[point].ratio)
        assert [row[5] for row in rows] == [""] * 11, (point, rows)
        assert [row[2] for row in rows] == [format(Decimal(text) * ratio, "f") for text in said[point]], point


@pytest.mark.parametrize("seed", [1])
def test_the_same_world_twice_gives_the_same_readings(seed: int) -> None:
    one, other = Life(), Life()
    run_virtually(one.run(200))
    run_virtually(other.run(200))
    assert one.readings == other.readings


SHIPPED = (ROOT / "fixtures" / "worlds" / "serial.toml").read_text("utf-8")


def test_two_lines_of_the_shipped_world_at_their_own_speed() -> None:
    """DL/T 645 of both editions, CJ/T 188, Modbus RTU and 4 to 20 mA on simulated lines with real character times."""
    life = Life(SHIPPED)
    run_virtually(life.run(310))
    said: dict[str, list[str]] = {}
    for event in life.served:
        for point, text in event.values.items():
            said.setdefault(point, []).append(text)
    assert {"E01", "E02", "heat", "E05", "gas", "steam", "inputs"} <= {
        meter.id for meter in life.terminal.config.meters
    }
    for point, rows in life.readings.items():
        assert [row[5] for row in rows] == [""] * 6, (point, rows)
        assert [Decimal(row[2]) for row in rows] == [Decimal(text) for text in said[point]], point


PAIR = """
[world]
name = "pair"
seed = 5
start = "2026-03-02T00:00:00+08:00"
[[lines]]
name = "ttyS1"
baud = 9600
parity = "E"
[[meters]]
name = "main"
map = "dlt645_three_phase"
line = "ttyS1"
address = "000000000001"
source = "e01"
points = [{ id = "energy", register = "energy", code = "k01001" }]
[[meters]]
name = "spare"
map = "dlt645_1997"
line = "ttyS1"
address = "000000000002"
source = "e01"
points = [{ id = "spare.energy", register = "energy" }]
[[centres]]
name = "A"
host = "127.0.0.1"
port = 9010
mn = "010000A8900016F000169DC0"
[[faults]]
meters = ["main"]
kind = "silent"
from_s = 100
for_s = 400
"""


def test_a_standby_of_another_edition_in_a_rendered_world() -> None:
    life = Life(PAIR, period_s=1, standbys={"spare": "main"})
    run_virtually(life.run(700.5))
    sources = life.sources
    taken = [slot_s - START_S for slot_s in sources]
    assert (min(taken), max(taken)) == (109, 503) and set(sources.values()) == {"spare"}
    (state,) = life.terminal.pipeline.points
    own = [row for row in life.readings["energy"] if row[0] not in sources and row[2] is not None]
    assert state.tracker is not None and str(state.tracker.total) == own[-1][2]
