"""What serial meters have besides readings: load profile, months of history, parameters, keys, a new base."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from dlt645_kit import OWN, serial_map
from simulators_helpers import START_US, HandClock, Heard

from simulators.clock import seeded
from simulators.events import MeterFault, Unserved
from simulators.meters import faults
from simulators.meters.cjt188 import codec as cjt188_codec
from simulators.meters.cjt188.meter import Cjt188Meter
from simulators.meters.dlt645 import codec as dlt645_codec
from simulators.meters.dlt645.meter import Dlt645Meter
from simulators.meters.meter import Binding
from simulators.meters.serial.bcd import read_text
from simulators.plant import Works

DAY_US = 86_400_000_000
HEAT = "78330011223344"
QUARTER_US = 900_000_000


class Tariff:
    """A DL/T 645 meter, asked frame by frame without a line."""

    def __init__(self) -> None:
        self.clock = HandClock(START_US + 3 * DAY_US + 600_000_000)
        self.heard = Heard()
        self.meter = Dlt645Meter(
            "M",
            OWN,
            serial_map("dlt645_three_phase"),
            Works(seeded(1), START_US, 2),
            clock=self.clock,
            chance=random.Random(1),
            observe=self.heard,
            since_us=START_US,
            source="e02",
            bindings=[Binding("energy", "energy")],
            ratio="100",
        )

    def ask(self, control: int, data: str) -> dlt645_codec.Frame | None:
        _, reply = self.meter.hear(dlt645_codec.encode(dlt645_codec.Frame(OWN, control, bytes.fromhex(data))))
        if reply is None:
            return None
        octets = reply.octets.lstrip(b"\xfe")
        assert not dlt645_codec.flaws(octets)
        return dlt645_codec.decode(octets)

    def records(self, identifier: str, more: str) -> list[bytes]:
        """The records of a load profile, through all follow-up frames."""
        wire = bytes.fromhex(identifier)[::-1].hex()
        frame = self.ask(0x11, wire + more)
        assert frame is not None
        assert frame.control in (0x91, 0xB1), frame
        data, number = frame.data[4:], 1
        while frame.control & 0x20:
            frame = self.ask(0x12, wire + f"{number:02X}")
            assert frame is not None
            assert frame.data[-1] == number
            data += frame.data[4:-1]
            number += 1
        found: list[bytes] = []
        while data:
            size = 3 + data[2] + 2
            record = data[:size]
            assert record[:2] == b"\xa0\xa0"
            assert record[-1] == 0xE5
            assert record[-2] == sum(record[:-2]) & 0xFF
            found.append(record[3:-2])
            data = data[size:]
        return found


def test_the_newest_records_of_the_load_profile_hold_what_was_true() -> None:
    tariff = Tariff()
    records = tariff.records("06000002", "03")
    assert [record[4::-1].hex() for record in records] == ["2603042330", "2603042345", "2603050000"]
    last = records[-1]
    # 17 octets of the first class, 24, 8, 16, none, 3, each class closed by AA.
    assert [last[place] for place in (5 + 17, 5 + 42, 5 + 51, 5 + 68, 5 + 69, 5 + 73)] == [0xAA] * 6
    assert len(last) == 79
    at = tariff.clock.at_us // QUARTER_US * QUARTER_US
    energy = read_text(last[5 + 52 : 5 + 56], "XXXXXX.XX")
    truth = Decimal(tariff.meter.bcd("energy").true_steps(at)) / 100
    assert Decimal(energy or "-1") == truth


def test_one_class_leaves_the_others_empty() -> None:
    records = Tariff().records("06040002", "01")
    assert len(records[0]) == 5 + 16 + 6
    assert records[0][5:8] == b"\xaa" * 3


def test_the_profile_from_a_time_and_from_the_beginning() -> None:
    tariff = Tariff()
    stamp = bytes.fromhex("2603031200")[::-1].hex()
    records = tariff.records("06040001", "02" + stamp)
    assert [record[4::-1].hex() for record in records] == ["2603031200", "2603031215"]
    assert [record[4::-1].hex() for record in tariff.records("06040000", "01")] == ["2603020000"]
    assert len(tariff.records("06000002", "09")) == 9


@pytest.mark.parametrize("asked", ["06000002", "0600000200", "0607000201", "0604000301"])
def test_a_profile_that_is_not_there_gets_an_error(asked: str) -> None:
    identifier, more = bytes.fromhex(asked[:8])[::-1].hex(), asked[8:]
    frame = Tariff().ask(0x11, identifier + more)
    assert frame is not None
    assert (frame.control, frame.data) == (0xD1, b"\x02")


def test_a_new_settlement_day_counts_from_then_on() -> None:
    tariff = Tariff()
    write = "010b0004" + "04000000" + "00000000"
    frame = tariff.ask(0x14, write + "0104")
    assert frame is not None
    assert frame.control == 0x94
    assert tariff.meter.settlement == "0401"
    refused = tariff.ask(0x14, write + "0031")
    assert refused is not None
    assert refused.control == 0xD4


def test_follow_ups_that_are_lost() -> None:
    tariff = Tariff()
    first = tariff.ask(0x11, "02000006" + "09")
    assert first is not None
    assert first.control == 0xB1
    tariff.meter.set_fault(faults.LostFollowUp())
    assert tariff.ask(0x12, "02000006" + "01") is None
    assert tariff.heard.of(Unserved)[-1].fault == "lost-follow-up"


class Heat:
    """A CJ/T 188 meter of 2018."""

    def __init__(self) -> None:
        self.clock = HandClock(START_US + 70 * DAY_US + 600_000_000)
        self.heard = Heard()
        self.meter = Cjt188Meter(
            "H",
            HEAT,
            serial_map("cjt188_heat_2018"),
            Works(seeded(1), START_US, 1),
            clock=self.clock,
            chance=random.Random(1),
            observe=self.heard,
            since_us=START_US,
            source="heat",
            bindings=[Binding("heat", "heat")],
        )

    def ask(self, control: int, identifier: str, data: str = "", *, high_first: bool = False) -> cjt188_codec.Frame:
        wire = bytes.fromhex(identifier)
        octets = (wire if high_first else wire[::-1]) + b"\x05" + bytes.fromhex(data)
        _, reply = self.meter.hear(cjt188_codec.encode(cjt188_codec.Frame(0x22, HEAT, control, octets)))
        assert reply is not None
        answer = reply.octets.lstrip(b"\xfe")
        assert not cjt188_codec.flaws(answer)
        return cjt188_codec.decode(answer)


def test_911f_has_62_octets_and_901f_46() -> None:
    heat = Heat()
    assert len(heat.ask(0x01, "911F").data) == 62
    assert len(heat.ask(0x01, "901F").data) == 46
    assert heat.ask(0x01, "911F", high_first=True).data[:2] == b"\x91\x1f"
    assert [len(heat.ask(0x01, each).data) - 3 for each in ("903F", "904F", "905F", "906F", "907F")] == [5, 3, 3, 3, 7]


def test_months_and_hours_of_history() -> None:
    heat = Heat()
    month = heat.ask(0x01, "D201").data
    assert len(month) == 0x12
    channel = heat.meter.bcd("heat")
    then = channel.true_steps(START_US + 30 * DAY_US) % channel.modulus
    assert read_text(month[3:7], "XXXXXX.XX") == channel.encode(then)[1]
    assert heat.ask(0x01, "D210").data[3:7] == b"\xff" * 4
    hour = heat.ask(0x01, "D302").data
    assert len(hour) == 3 + 7 + 5 + 5 + 3 + 3
    assert hour[9:2:-1].hex() == "20260510220000"


def test_parameters_are_set_and_read_back() -> None:
    heat = Heat()
    assert heat.ask(0x04, "A011", "05").control == 0x84
    assert heat.ask(0x01, "8103").data[3:] == b"\x05"
    assert heat.meter.settlement == "0500"
    assert heat.ask(0x04, "A012", "25").control == 0x84
    assert heat.ask(0x01, "8104").data[3:] == b"\x25"
    assert heat.ask(0x04, "A014", "07" + "00" * 8).control == 0x84
    assert heat.ask(0x09, "8106").data[3:] == b"\x07"
    wanted = bytes.fromhex("20260511120000")[::-1].hex()
    assert heat.ask(0x04, "A015", wanted).control == 0x84
    assert heat.ask(0x01, "907F").data[3:].hex() == wanted
    assert [event.fault for event in heat.heard.of(MeterFault)] == ["written"] * 4


@pytest.mark.parametrize(
    ("control", "identifier", "data"),
    [
        (0x04, "A011", "31"),
        (0x04, "A011", "1A"),
        (0x04, "A015", "00"),
        (0x04, "A015", "00000032132026"),
        (0x04, "A014", "07"),
        (0x04, "A010", "00"),
        (0x09, "8103", ""),
        (0x16, "A016", "0000000005"),
        (0x16, "A016", "0A0000000E"),
        (0x01, "D500", ""),
    ],
)
def test_what_cannot_be_done_is_answered_as_abnormal(control: int, identifier: str, data: str) -> None:
    heat = Heat()
    assert heat.ask(control, identifier, data).control == control | 0xC0
    assert not heat.heard.of(MeterFault)


def test_a_new_base_counts_on_from_there() -> None:
    heat = Heat()
    assert heat.ask(0x16, "A016", "005034120E").control == 0x96
    assert heat.meter.text("heat") == "123450.00"
    heat.clock.at_us += DAY_US
    assert Decimal(heat.meter.text("heat")) > Decimal("123450.00")
