"""What fits on a line: computed, refused where it does not, and kept with a dead meter on the line."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import pytest
from line_kit import Peer, line_config, on_line

from reference_terminal.acquisition.dlt645 import frames
from reference_terminal.acquisition.dlt645.driver import Dlt645Meter
from reference_terminal.acquisition.line import Line
from reference_terminal.acquisition.poller import GatewayPoller, MeterPoller
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.settings import occupancy
from reference_terminal.settings.config import Config, ConfigError, load_config
from reference_terminal.settings.protocols import protocols


def text(meters: int, period_s: int, line: str = "", points: int = 1) -> str:
    made = f'[[lines]]\nid = "l1"\nhost = "127.0.0.1"\nport = 4001\n{line}\n'
    for number in range(1, meters + 1):
        made += f'[[meters]]\nid = "m{number}"\nline = "l1"\nprotocol = "dlt645-2007"\naddress = "{number}"\n'
        made += f"period_s = {period_s}\n"
        for n in range(points):
            made += f'[[meters.points]]\nid = "p{number}.{n}"\nkind = "counter"\nidentifier = "0001{n:02X}00"\n'
    return made


def load(meters: int, period_s: int, line: str = "", points: int = 1) -> Config:
    return load_config(text(meters, period_s, line, points))


def test_the_time_of_a_poll_by_hand() -> None:
    config = load(1, 60, 'baud = 2400\nturnaround_s = "0.05"\nresponse_s = "0.1"')
    # 11 bits an octet; request 4 + 16 octets, answer 4 + 20 octets; 100 ms of the meter, 50 ms of rest.
    expected = Decimal(44 * 11) / 2400 + Decimal("0.15")
    assert abs(occupancy.poll_s(config.lines[0], config.meters[0]) - expected) < Decimal("0.000001")


def test_half_a_second_of_delay_and_slow_octets() -> None:
    fast = load(1, 60, "baud = 9600").lines[0]
    slow = load(1, 60, 'baud = 1200\nparity = "none"\nstop_bits = "2"').lines[0]
    assert (fast.bits, slow.bits) == (11, 11)
    assert round(slow.octet_s / fast.octet_s, 9) == 8


def test_a_plan_beyond_four_fifths_is_refused_with_numbers() -> None:
    fits = max(n for n in range(1, 40) if occupancy.of_line(load(1, 10).lines[0], load(1, 10).meters * n).percent <= 80)
    load(fits, 10)
    with pytest.raises(ConfigError) as caught:
        load(fits + 1, 10)
    (problem,) = caught.value.problems
    assert problem.where == "lines[0]"
    assert "at 2400 baud, at most 80 % are planned" in problem.en and "poll less often" in problem.en
    percent = float(problem.en.split(" take ")[1].split(" %")[0])
    assert 80 < percent < 80 + 100 / fits
    relief = int(problem.en.split("period_s of ")[1].split(" s")[0])
    load(fits + 1, relief)


@pytest.mark.parametrize(
    ("change", "fits"), [("baud = 19200", True), ("baud = 1200", False), ('response_s = "2"', False)]
)
def test_what_changes_whether_a_plan_fits(change: str, fits: bool) -> None:
    if fits:
        load(20, 10, change)
    else:
        with pytest.raises(ConfigError, match=r"of its time"):
            load(20, 10, change)


def test_every_protocol_has_its_frames() -> None:
    config = load_config(
        """
[[lines]]
id = "l1"
device = "/dev/ttyS0"
[[meters]]
id = "a"
line = "l1"
protocol = "modbus-rtu"
unit = 1
[[meters.points]]
id = "a"
kind = "instant"
address = 0
type = "f32"
unit = "V"
[[meters]]
id = "b"
line = "l1"
protocol = "modbus-ascii"
unit = 2
[[meters.points]]
id = "b"
kind = "instant"
address = 0
type = "f32"
unit = "V"
[[meters]]
id = "c"
line = "l1"
protocol = "cjt188-2004"
address = "1"
[[meters.points]]
id = "c"
kind = "counter"
unit = "m3"
[[meters]]
id = "d"
line = "l1"
protocol = "dlt645-1997"
address = "1"
[[meters.points]]
id = "d"
kind = "counter"
identifier = "9010"
"""
    )
    assert [protocols()[meter.protocol].exchanges(meter) for meter in config.meters] == [
        [(8, 9)],
        [(17, 19)],
        [(4 + 16, 4 + 16 + 19)],
        [(4 + 14, 4 + 14 + 4)],
    ]


class Kept:
    """Notes when each meter was read, and which slots were missed."""

    def __init__(self) -> None:
        self.good: dict[int, list[int]] = {}
        self.lost: list[tuple[int, int]] = []

    def accept(self, meter: int, readings: Sequence[Reading]) -> None:
        if readings[0].good:
            self.good.setdefault(meter, []).append(readings[0].slot_s)
        else:
            self.lost.append((meter, readings[0].slot_s))

    def missed(self, meter: int, first_s: int, last_s: int, cause: str) -> None:
        self.lost.append((meter, first_s))


@pytest.mark.parametrize("dead", [1, 3, 5])
def test_a_dead_meter_costs_only_its_own_share(dead: int) -> None:
    """Five meters every two seconds on one line; one is dead from the third second on and back after a minute."""
    kept = Kept()
    silent = True

    def replies(request: bytes) -> list[tuple[float, bytes]]:
        frame = next(found.frame for found in frames.scan(request) if found.frame)
        now_s = asyncio.get_running_loop().time()
        if silent and frame.address == f"{dead:012d}" and 3 < now_s < 63:
            return []
        value = bytes.fromhex("26000000") if frame.data[0] == 0 else bytes(3)
        return [(0.05, frames.encode(frame.address, 0x91, frame.data[:4] + value, 4))]

    async def body(line: Line, clock: WallClock) -> None:
        config = load(5, 2, "baud = 9600")
        start_s = clock.now_s() + 1
        meters = [
            MeterPoller(n, meter, Dlt645Meter(meter, n, line), 1, start_s + start_s % 2)
            for n, meter in enumerate(config.meters)
        ]
        poller = GatewayPoller(line, meters, clock, kept)
        task = asyncio.ensure_future(poller.run())
        await asyncio.sleep(101)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    on_line(Peer(replies), body, line_config(baud=9600, retries=1))
    for number in range(5):
        if number != dead - 1:
            assert len(kept.good[number]) == 50, (number, kept.lost)
    assert {meter for meter, _ in kept.lost} == {dead - 1}
    assert 29 <= len(kept.lost) <= 31
