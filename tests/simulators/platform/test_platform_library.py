"""Formulas as text, figures as decimals, rules by version, and the server's clock kept by a time server."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from reference_platform_kit import HandClock, furnish, standing
from virtually import virtually

from simulators.platform.core.sentences import Refused
from simulators.platform.core.settings import Ntp
from simulators.platform.core.timekeeping import KeptClock, Timekeeper
from simulators.platform.inventory.figures import figure
from simulators.platform.library.expressions import Malformed, checked, reckon

HOUR_US = 3_600_000_000
NTP_EPOCH_S = 2_208_988_800


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", "7"),
        ("-(2 - 5) / 4", "3/4"),
        ("AD * EF * 44 / 12", "22/3"),
        ("2 - -3", "5"),
        ("8 / 2 / 2", "2"),
        ("0.1 + 0.2", "3/10"),
    ],
)
def test_a_formula_is_reckoned_exactly(text: str, value: str) -> None:
    assert reckon(text, {"AD": Fraction(4), "EF": Fraction(1, 2)}) == Fraction(value)


@pytest.mark.parametrize(
    "text", ["", "1 +", "(1", "1)", "1 2", "a.b", "__import__('os')", "2 ** 3", "(" * 40 + "1" + ")" * 40, "1" * 501]
)
def test_what_is_no_formula_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        checked(text)
    assert refused.value.en and refused.value.zh


@pytest.mark.parametrize(
    ("value", "text"),
    [("1/3", "0.33333333"), ("-2/3", "-0.66666667"), ("1/8", "0.125"), ("120", "120"), ("1/1048576", "0.00000095")],
)
def test_a_figure_is_exact_or_rounded_once(value: str, text: str) -> None:
    assert f"{figure(Fraction(value)):f}" == text


def test_versions_of_a_formula_count_from_their_instant(tmp_path: Path) -> None:
    virtually(_versions(tmp_path))


async def _versions(tmp_path: Path) -> None:
    clock = HandClock()
    async with standing(tmp_path, clock) as platform:
        desk = platform.desk()
        furnish(desk)
        begun = clock.at_us
        place = {"enterprise": "A", "carrier": "coke", "unit": "t", "source_class": "fuel"}
        desk.create("point", id="A.coke", **place)
        desk.create("factor", id="F", carrier="coke", value="3", unit="tCO2/t", valid_from=0)
        for hour in range(2):
            told = {"point": "A.coke", "period": "hour", "start": begun + hour * HOUR_US, "value": "10", "unit": "t"}
            desk.create("entry", enterprise="A", **told)
        desk.create("formula", id="f", enterprise="A", point="A.coke", expression="AD * EF", valid_from=0)
        desk.change("formula", "f", expression="AD * EF / 2", valid_from=begun + HOUR_US)
        rows: list[dict[str, Any]] = [
            *desk.ask("inventory", of="enterprise", id="A", from_=begun, to=begun + HOUR_US),
            *desk.ask("inventory", of="enterprise", id="A", from_=begun + HOUR_US, to=begun + 2 * HOUR_US),
        ]
        assert [str(row["emission"]) for row in rows] == ["30", "15"]
        with pytest.raises(Refused, match="cannot be read"):
            desk.create("formula", id="g", source_class="fuel", expression="AD ; EF")


class _Server(asyncio.DatagramProtocol):
    """A time server whose clock stands at one instant (ns); it may answer something else."""

    def __init__(self, at_ns: int, spoil: bytes = b"") -> None:
        self._at_ns, self._spoil = at_ns, spoil
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        seconds, rest = divmod(self._at_ns, 1_000_000_000)
        stamp = ((seconds + NTP_EPOCH_S) << 32 | (rest << 32) // 1_000_000_000).to_bytes(8, "big")
        self.transport.sendto(self._spoil or bytes([0x24, 1]) + bytes(22) + data[40:48] + stamp + stamp, addr)


@pytest.mark.parametrize(("spoil", "follows"), [(b"", True), (b"x", False), (bytes(48), False)])
def test_the_clock_follows_its_server_and_nothing_else(spoil: bytes, follows: bool) -> None:
    virtually(_follows(spoil, follows))


async def _follows(spoil: bytes, follows: bool) -> None:
    clock, stepped = KeptClock(HandClock(1_000_000_000_000_000)), list[int]()
    loop = asyncio.get_running_loop()
    answered, _ = await loop.create_datagram_endpoint(
        lambda: _Server(1_000_000_007_500_000_000, spoil), local_addr=("127.0.0.1", 0)
    )
    keeper = Timekeeper(clock, Ntp(server="127.0.0.1", port=answered.get_extra_info("sockname")[1]), stepped.append)
    await keeper.start()
    for _ in range(100):
        await asyncio.sleep(0.01)
        if clock.ahead_ns:
            break
    await keeper.stop()
    answered.close()
    assert (abs(clock.ahead_ns - 7_500_000_000) < 1_000) is follows
    assert bool(stepped) is follows
