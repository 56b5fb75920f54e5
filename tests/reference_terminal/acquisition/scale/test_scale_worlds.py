"""The terminal reads weighing indicators that send by themselves, on simulated lines and behind a serial server."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from operator import xor
from typing import cast

import pytest
from line_kit import Line, Peer, WallClock, meter, on_line, shown
from serial_life_kit import Life

from bench.virtual.loop import run as run_virtually
from reference_terminal.acquisition.scale.driver import ScaleMeter
from reference_terminal.acquisition.scale.loads import Bridge
from reference_terminal.settings.config import ConfigError
from simulators.meters import faults

WORLD = """
[world]
name = "gate"
seed = 5
start = "2026-03-02T00:00:00+08:00"
[[lines]]
name = "ttyS1"
[[lines]]
name = "ttyS2"
baud = 1200
[[meters]]
name = "bridge"
map = "xk3190"
line = "ttyS1"
address = "A"
points = [{ id = "bridge.weight", register = "weight", code = "k90001" }]
[[meters]]
name = "second"
map = "xk3190_reversed"
line = "ttyS2"
address = "A"
points = [{ id = "second.weight", register = "weight", code = "k91001" }]
[[meters]]
name = "platform"
map = "toledo_a12e"
host = "127.0.0.1"
port = 4001
address = "A"
points = [{ id = "platform.weight", register = "weight", code = "k92001" }]
[[centres]]
name = "A"
host = "127.0.0.1"
port = 9010
mn = "010000A8900016F000169DC0"
"""


def test_weights_of_every_kind_as_they_were_shown_last() -> None:
    life = Life(WORLD, period_s=10)

    async def loads(life: Life) -> None:
        for name, weight in zip(("bridge", "second", "platform"), ("20.00", "20.00", "4.139"), strict=True):
            life.site.meters[name].preset(f"{name}.weight", weight)
        await asyncio.sleep(5)
        for weights in (("16.36", "-0.02", "0.001"), ("48.90", "9999.98", "999.999"), ("0.00", "0.00", "0.000")):
            for name, weight in zip(("bridge", "second", "platform"), weights, strict=True):
                life.site.meters[name].preset(f"{name}.weight", weight)
            await asyncio.sleep(10)

    run_virtually(life.run(1, loads))
    found = {name: [(row[2], row[5]) for row in rows] for name, rows in life.readings.items()}
    assert {name: [Decimal(value) for value, _ in rows] for name, rows in found.items()} == {
        "bridge.weight": [Decimal(each) for each in ("20", "16.36", "48.90", "0")],
        "second.weight": [Decimal(each) for each in ("20", "-0.02", "9999.98", "0")],
        "platform.weight": [Decimal(each) for each in ("4.139", "0.001", "999.999", "0")],
    }
    assert {cause for rows in found.values() for _, cause in rows} == {""}


@pytest.mark.parametrize(
    ("fault", "causes"),
    [
        (faults.Silent(), ("timeout", "timeout", "timeout")),
        (faults.Sentinel(points=("weight",)), ("scale overloaded",) * 3),
        (faults.BadCheck(), ("checksum", "", "checksum")),
        (faults.Truncated(octets=6), ("bad frame", "bad frame", "bad frame")),
    ],
)
def test_a_scale_in_trouble_gives_no_number(fault: faults.AnyFault, causes: tuple[str, ...]) -> None:
    life = Life(WORLD, period_s=10)

    async def trouble(life: Life) -> None:
        await asyncio.sleep(5)
        for name in ("bridge", "second", "platform"):
            life.site.meters[name].set_fault(fault)

    run_virtually(life.run(14, trouble))
    for name, cause in zip(("bridge", "second", "platform"), causes, strict=True):
        rows = life.readings[f"{name}.weight"]
        # The reversed form has no check that could be wrong.
        assert [row[5] for row in rows] == ["", cause], (name, rows)
        assert (rows[1][2] is None) == bool(cause)


@pytest.mark.parametrize(
    ("unit", "body", "says"),
    [("kg", b"WG004.139kg", "4.139"), ("kg", b"WG004.139t", "4139"), ("t", b"WG0004139kg", "4.139")],
)
def test_the_unit_of_the_frame_counts(unit: str, body: bytes, says: str) -> None:
    text = f'protocol = "toledo-a12e"\n[[meters.points]]\nid = "w"\nkind = "instant"\nunit = "{unit}"\n'
    peer = Peer(lambda request: [])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        writer.write(body + f"{reduce(xor, body):02X}\r\n".encode())

    peer.serve = serve  # type: ignore[method-assign]

    async def read(line: Line, clock: WallClock) -> str:
        return shown((await ScaleMeter(meter(text), 0, line).read(0, clock, 0)).readings)[0]

    assert Decimal(str(on_line(peer, read))) == Decimal(says)


def test_an_hour_of_old_frames_is_never_taken_for_the_weight_now() -> None:
    """What waits in the reader, in the connection and in the sender since the last poll is dropped first."""
    peer = Peer(lambda request: [])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x02+00160021E\x03" * 60_000)
        await asyncio.sleep(30)
        writer.write(b"\x02+00200021B\x03")

    peer.serve = serve  # type: ignore[method-assign]
    text = 'protocol = "xk3190"\n[[meters.points]]\nid = "w"\nkind = "instant"\nunit = "t"\n'

    async def read(line: Line, clock: WallClock) -> str:
        assert await line.connect()
        await asyncio.sleep(29.5)
        return shown((await ScaleMeter(meter(text), 0, line).read(0, clock, 0)).readings)[0]

    assert Decimal(str(on_line(peer, read))) == 20


COUNTING = """
[world]
name = "loads"
seed = 5
start = "2026-03-02T00:00:00+08:00"
[[meters]]
name = "bridge"
map = "load_counter"
host = "127.0.0.1"
port = 5020
unit = 1
source = "bridge"
points = [
  { id = "weight", register = "weight", code = "k83001" },
  { id = "loads", register = "loads", code = "k83002" },
  { id = "net", register = "net", code = "k83003" },
]
[[centres]]
name = "A"
host = "127.0.0.1"
port = 9010
mn = "010000A8900016F000169DC0"
"""


def test_trucks_are_weighed_and_counted() -> None:
    """Two hours of a plant's bridge: what is on it, how many loads it has weighed, and their net weight."""
    life = Life(COUNTING, period_s=10)
    run_virtually(life.run(7201))
    found = {name: [Decimal(row[2]) for row in rows] for name, rows in life.readings.items()}
    assert len(found["weight"]) == 721
    assert found["loads"][-1] - found["loads"][0] >= 1
    standing = [
        one for one, next_one in zip(found["weight"], found["weight"][1:], strict=False) if one == next_one and one
    ]
    trucks = [one for index, one in enumerate(standing) if index == 0 or standing[index - 1] != one]
    loads = [gross - tare for gross, tare in zip(trucks[0::2], trucks[1::2], strict=False)]
    added = [later - earlier for earlier, later in pairwise(found["net"]) if later != earlier]
    assert added and added == loads[: len(added)]


# Loads.


@pytest.mark.parametrize(
    ("shown", "total", "loads"),
    [
        # Weights second by second, at rest after three.
        ("40 40 40 40 0 15 15 15 15 0", "25", 1),
        ("40 40 40 40 0 40 40 40 40 0 15 15 15 15 0", "25", 1),
        ("40 40 40 0 15 15 15 15 0", "0", 0),
        ("20 20 20 20 40 40 40 40 20 20 20 20 0 8 8 8 8 15 15 15 15 0", "25", 1),
        ("40 40 40 40 0 0.08 0.08 0.08 0.08 0 -0.02 15 15 15 15 0", "25", 1),
        ("15 15 15 15 0 40 40 40 40 0 14 14 14 14 0", "26", 1),
        ("40 40 40 40 0 15 15 15 15 0 30 30 30 30 0 12 12 12 12 0.5", "43", 2),
    ],
)
def test_loads_of_a_bridge(shown: str, total: str, loads: int) -> None:
    bridge = Bridge(Decimal(1), 3)
    for second, weight in enumerate(shown.split()):
        bridge.look(second, Decimal(weight))
    assert (bridge.total, bridge.loads) == (Decimal(total), loads)


def test_a_bridge_goes_on_where_it_was_after_every_second() -> None:
    shown = [weight for each in ("40", "15", "30", "12") for weight in (*[each] * 4, "0")]
    for cut in range(len(shown)):
        bridge = Bridge(Decimal(1), 3)
        for second, weight in enumerate([*shown[:cut], "?", *shown[max(0, cut - 4) :]]):
            if weight == "?":
                bridge = Bridge(Decimal(1), 3, bridge.kept)
            else:
                bridge.look(second, Decimal(weight))
        # Whoever stands on the bridge when the power fails is weighed again, never twice.
        assert bridge.loads == 2, cut
        assert bridge.total == Decimal(43), cut


def test_a_weight_unseen_for_a_while_is_not_at_rest() -> None:
    bridge = Bridge(Decimal(1), 3)
    bridge.look(0, Decimal(40))
    bridge.blind()
    bridge.look(10, Decimal(40))
    assert bridge.look(11, Decimal(0)) is None


def asked(body: str, *replies: tuple[float, str]) -> tuple[list[str], list[bytes]]:
    """What an indicator in command mode with letter B is read as, and what it was asked."""
    text = f'protocol = "xk3190-command"\naddress = "B"\n{body}'
    peer = Peer(lambda _: [(delay_s, bytes.fromhex(answer)) for delay_s, answer in replies])

    async def read(line: Line, clock: WallClock) -> list[str]:
        return shown((await ScaleMeter(meter(text), 0, line).read(0, clock, 0)).readings)

    return cast("list[str]", on_line(peer, read)), peer.requests


POINT = '[[meters.points]]\nid = "w"\nkind = "instant"\nunit = "t"\n'


@pytest.mark.parametrize(
    ("replies", "says"),
    [
        ([(0.05, "02 42 42 2D 30 30 30 31 32 34 32 31 38 03")], "-1.24"),
        ([(0.05, "02 42 42 2D 30 30 30"), (0.1, "31 32 34 32 31 38 03")], "-1.24"),
        ([(0.05, "02 41 42 2B 30 30 32 30 30 30 32 31 38 03")], "foreign address"),
        ([(0.05, "02 42 42 2D 30 30 30 31 32 34 32 31 39 03")], "checksum"),
        ([(0.05, "02 42 42 2D 30 30 30")], "bad frame"),
        ([(0.05, "02 42 42 2B 20 4F 4C 20 20 20 32 31 32 03")], "scale overloaded"),
        ([], "timeout"),
    ],
)
def test_an_indicator_that_is_asked_by_its_letter(replies: list[tuple[float, str]], says: str) -> None:
    found, requests = asked(POINT, *replies)
    assert found == [says]
    assert requests == [bytes.fromhex("02 42 42 30 30 03")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('protocol = "xk3190-command"\naddress = "7"\n' + POINT, "expected the letter of the indicator, A to Z"),
        ('protocol = "xk3190"\nleast = "0"\n' + POINT, "expected a weight above 0, got 0"),
        ('protocol = "xk3190"\n' + POINT + 'item = "net"\n', "net is a value of kind counter in one of kg, t"),
        ('protocol = "xk3190"\n' + POINT + 'item = "tara"\n', "item"),
    ],
)
def test_a_wrong_weighbridge_is_told(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        meter(text)
    assert any(says in str(problem) for problem in caught.value.problems), caught.value
