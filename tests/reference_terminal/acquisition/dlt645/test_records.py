"""Records of DL/T 645 meters: taken under the meter's own time or not at all, whatever the meter sends."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from line_kit import Peer, meter, on_line, shown

from reference_terminal.acquisition.dlt645 import frames
from reference_terminal.acquisition.dlt645 import records as dlt645_records
from reference_terminal.acquisition.dlt645.driver import Dlt645Meter
from reference_terminal.acquisition.line import Line
from reference_terminal.model.clock import WallClock
from reference_terminal.settings.meters import MeterConfig

ADDRESS = "000000000161"
TEXT = """
protocol = "dlt645-2007"
address = "161"
records = "RECORDS"
[[meters.points]]
id = "energy"
kind = "counter"
identifier = "00010000"
[[meters.points]]
id = "power"
kind = "instant"
identifier = "02030000"
"""
# The clock of the kit stands at 2026-03-02 00:00 +08:00, wanted is what was two hours before.
AT_S = 1_772_380_800 - 2 * 3600
STAMP_22 = bytes.fromhex("0022010326")
STAMP_21 = bytes.fromhex("0021010326")


def with_records(kind: str) -> MeterConfig:
    return meter(TEXT.replace("RECORDS", kind))


def asked(request: bytes) -> bytes:
    frame = next(found.frame for found in frames.scan(request) if found.frame)
    return frame.data


def answer(request: bytes, value: bytes, control: int = 0x91) -> list[tuple[float, bytes]]:
    data = asked(request)[:4] + value if control == 0x91 else value
    return [(0.02, frames.encode(ADDRESS, control, data, 2))]


# What the meter's own clock shows, lowest octet first: date with weekday, time of day.
CLOCK = {bytes.fromhex("01010004"): bytes.fromhex("01020326"), bytes.fromhex("02010004"): bytes(3)}


def read(
    kind: str,
    at_s: int,
    replies: Callable[[bytes], list[tuple[float, bytes]]],
    clock: dict[bytes, bytes] = CLOCK,
) -> tuple[object, list[bytes]]:
    """The reading, and what the meter was asked but for its clock."""

    def all_replies(request: bytes) -> list[tuple[float, bytes]]:
        shown = clock.get(asked(request)[:4])
        return replies(request) if shown is None else answer(request, shown)

    peer = Peer(all_replies)

    async def body(line: Line, clock: WallClock) -> object:
        records = dlt645_records.records_of(Dlt645Meter(with_records(kind), 0, line), 0)
        assert records is not None
        assert records.points == (0,)
        found = await records.read(at_s, clock)
        return None if found is None else (shown(found), [one.slot_s for one in found], [one.origin for one in found])

    return on_line(peer, body), [data for request in peer.requests if (data := asked(request))[:4] not in CLOCK]


def profile(stamp: bytes, energies: bytes) -> bytes:
    body = stamp + b"\xaa" * 3 + energies + b"\xaa" * 3
    record = b"\xa0\xa0" + bytes((len(body),)) + body
    return record + bytes((sum(record) & 0xFF, 0xE5))


ENERGIES = bytes.fromhex("78563412 00000000 00000000 00000000")


def test_a_record_of_the_load_profile_is_asked_for_by_its_time() -> None:
    found, requests = read("load-profile", AT_S, lambda request: answer(request, profile(STAMP_22, ENERGIES)))
    assert found == (["123456.78"], [AT_S], ["load-profile"])
    assert requests == [bytes.fromhex("01000406 01 0022010326")]


@pytest.mark.parametrize("shown", ["001000", "590000", "000001", "ffffff", "0000"])
def test_a_meter_whose_clock_is_wrong_has_no_records(shown: str) -> None:
    clock = {**CLOCK, bytes.fromhex("02010004"): bytes.fromhex(shown)}
    found, requests = read("load-profile", AT_S, lambda request: answer(request, profile(STAMP_22, ENERGIES)), clock)
    assert (found is None) == (shown != "590000") and bool(requests) == (found is not None)


def test_a_freeze_is_counted_back_from_the_newest() -> None:
    found, requests = read("hourly-freeze", AT_S, lambda request: answer(request, STAMP_22 + ENERGIES[:8]))
    assert found == (["123456.78"], [AT_S], ["hourly-freeze"])
    assert requests == [bytes.fromhex("03FF0405")]


def test_a_freeze_that_bears_another_time_is_looked_for_where_it_lies_then() -> None:
    def replies(request: bytes) -> list[tuple[float, bytes]]:
        # The meter froze an hour less than the terminal's clock makes believe.
        return answer(request, (STAMP_21 if asked(request)[0] == 3 else STAMP_22) + ENERGIES[:8])

    found, requests = read("hourly-freeze", AT_S, replies)
    assert found == (["123456.78"], [AT_S], ["hourly-freeze"])
    assert [data[0] for data in requests] == [3, 2]


@pytest.mark.parametrize("kind", ["load-profile", "hourly-freeze"])
def test_a_record_of_another_time_is_none(kind: str) -> None:
    def replies(request: bytes) -> list[tuple[float, bytes]]:
        value = profile(STAMP_21, ENERGIES) if kind == "load-profile" else STAMP_21 + ENERGIES[:8]
        return answer(request, value)

    assert read(kind, AT_S, replies)[0] is None


def test_what_the_meter_says_it_has_not_is_none() -> None:
    assert read("load-profile", AT_S, lambda request: answer(request, b"\x02", 0xD1))[0] is None


def test_digits_f_are_no_number() -> None:
    found, _ = read("load-profile", AT_S, lambda request: answer(request, profile(STAMP_22, b"\xff" * 16)))
    assert found == (["all digits F"], [AT_S], ["load-profile"])


def test_a_damaged_record_is_none() -> None:
    spoilt = bytearray(profile(STAMP_22, ENERGIES))
    spoilt[10] ^= 1
    assert read("load-profile", AT_S, lambda request: answer(request, bytes(spoilt)))[0] is None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_no_octets_of_a_record_raise(octets: bytes) -> None:
    for read_one in (dlt645_records.of_profile, dlt645_records.of_freeze):
        found = read_one(octets)
        assert found is None or len(found.energies) <= len(octets)


def test_points_that_a_record_does_not_hold_are_left_alone() -> None:
    text = TEXT.replace("RECORDS", "load-profile").replace("00010000", "00010100")

    async def body(line: Line, clock: WallClock) -> object:
        del clock
        return dlt645_records.records_of(Dlt645Meter(meter(text), 0, line), 0)

    assert on_line(Peer(lambda request: []), body) is None
