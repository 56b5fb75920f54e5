"""DL/T 645 meters on a serial bus, asked with hand-written octets on loopback."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from dlt645_kit import DAY_US, EVERYBODY, HOUR_US, OWN, Line, serial_map
from hypothesis import given, settings
from hypothesis import strategies as st
from simulators_helpers import Heard

from bench.virtual.loop import run as run_virtually
from bench.virtual.network import Network
from simulators.events import MeterFault, Rejected, Served, Unserved
from simulators.meters import faults
from simulators.meters.channels import MeterError
from simulators.meters.dlt645.codec import Frame, encode, flaws
from simulators.meters.dlt645.explain import read_dlt645
from simulators.meters.maps import MapError
from simulators.meters.serial.channels import moments
from simulators.meters.serial.frames import Splitter
from simulators.meters.serial.maps import BusMap, build_bus_map
from simulators.stamps import from_stamp

ANYONE = "A" * 12


def run(body: Callable[[Line], Awaitable[None]], *devices: BusMap | str) -> Heard:
    """Run in virtual time: a silence costs nothing."""

    async def main() -> Heard:
        Network()
        line = Line(*(devices or ("dlt645_three_phase",)))
        await line.bus.start()
        try:
            await body(line)
        finally:
            if line.streams is not None:
                line.streams[1].close()
            await line.bus.stop()
        return line.heard

    return run_virtually(main())


def changed(name: str, **settings_: Any) -> BusMap:
    device = serial_map(name)
    return dataclasses.replace(device, settings=msgspec.structs.replace(device.settings, **settings_))


def test_values_are_the_truth_over_the_ratio() -> None:
    async def body(line: Line) -> None:
        now = line.clock.now_us()
        truth = line.works.value("e02.energy", now) / 100
        assert await line.read("00010000") == [f"{truth:.3f}"[:-1]]
        served = line.heard.of(Served)[-1]
        assert served.values == {"0.energy": f"{truth:.3f}"[:-1]}
        assert served.response.startswith("FEFEFEFE68129078563412689108")
        assert await line.read("02030000") == [line.meter.text("0.power")]
        voltages = await line.read("0201FF00")
        assert voltages == [line.meter.text("0.voltage_a")] * 3
        assert set(line.heard.of(Served)[-1].values) == {"0.voltage_a", "0.voltage_b"}

    heard = run(body)
    assert not heard.of(Unserved)


def test_tariffs_add_up_and_belong_to_their_hours() -> None:
    async def body(line: Line) -> None:
        total, *tariffs = [Decimal(each) for each in await line.read("0001FF00")]
        assert len(tariffs) == 4
        assert Decimal(0) <= total - sum(tariffs) < Decimal("0.05")
        assert [f"{tariffs[1]}"] == await line.read("00010200")
        before = [Decimal(each) for each in await line.read("0001FF00")]
        line.clock.at_us += HOUR_US - 60_000_000  # 10:01 to 11:00, tariff 2
        after = [Decimal(each) for each in await line.read("0001FF00")]
        assert [new > old for old, new in zip(before, after, strict=True)] == [True, False, True, False, False]

    run(body)


def test_settlements_hold_what_was_then() -> None:
    async def body(line: Line) -> None:
        first = from_stamp("20260401000000")
        truth = line.works.value("e02.energy", first) / 100
        now, last, before = (await line.read("000100FF"))[:3]
        assert last == f"{truth:.3f}"[:-1]
        assert Decimal(now) > Decimal(last)
        assert before == ""  # the meter came in March
        assert await line.read("00010001") == [last]
        line.meter.reset("0.energy")
        assert await line.read("00010000") == ["0.00"]
        assert await line.read("00010001") == [last]
        assert await line.read("0001000D") == ["!2"]

    run(body)


def test_a_replaced_meter_has_no_records_of_before() -> None:
    async def body(line: Line) -> None:
        line.meter.replace({"0.energy": "12.34"}, 4711)
        assert await line.read("00010000") == ["12.34"]
        assert await line.read("0001FF00") == ["12.34", "0.00", "0.00", "0.00", "0.00"]
        assert await line.read("00010001") == [""]
        assert await line.read("04000402") == ["000000004711"]

    run(body)


def test_demand_is_the_largest_quarter_with_its_time() -> None:
    async def body(line: Line) -> None:
        value, when = await line.read("01010000")
        end = from_stamp(f"20{when}00")
        read = line.works.reader("e02.energy")
        digits = line.works.quantities["e02.energy"].digits
        quarter = 900_000_000
        start = from_stamp("20260401000000")
        best = max(read(at + quarter) - read(at) for at in range(start, line.clock.at_us - quarter + 1, quarter))
        assert read(end) - read(end - quarter) == best
        assert abs(Decimal(value) - Decimal(4 * best).scaleb(-digits) / 100) <= Decimal("0.0001")
        last, then = await line.read("01010001")
        assert then.startswith("2603")
        assert Decimal(last) > 0
        assert (await line.reply(0x19, "02000000 00000000")).control == "99"
        assert await line.read("01010000") == ["0.0000", "0000000000"]

    run(body)


def test_freezes() -> None:
    async def body(line: Line) -> None:
        midnight = from_stamp("20260411000000")
        truth = line.works.value("e02.energy", midnight) / 100
        assert await line.read("05060001") == ["2604110000"]
        assert (await line.read("05060101"))[0] == f"{truth:.3f}"[:-1]
        assert (await line.read("05060003")) == ["2604090000"]
        when, forward, reverse = await line.read("0504FF01")
        assert (when, reverse) == ("2604111000", "0.00")
        assert Decimal(forward) >= truth.quantize(Decimal("0.01")) - 1
        assert await line.read("05070001") == ["2604010000"]
        assert await line.read("05070002") == [""]
        assert await line.read("05010001") == [""]
        assert (await line.reply(0x16, "99999999")).control == "96"
        assert await line.read("05010001") == ["2604111001"]
        await line.quiet(0x16, "99999999", EVERYBODY)
        assert await line.read("05010002") == ["2604111001"]
        assert await line.read("05000001") == [""]
        await line.ask(0x16, "30069999")
        assert await line.read("05000001") == ["2604110630"]
        assert len(await line.read("05061001")) == 8
        assert (await line.read("05060901"))[1].startswith("2604")
        assert await line.read("05060142") == ["!2"]
        for bad in ("99999901", "60999999", "00991599", "0000", "00003199"):
            decoded = await line.reply(0x16, bad)
            assert (decoded.control, decoded.values[0].value) == ("D6", "1")

    run(body)


def test_long_answers_are_followed_up() -> None:
    async def body(line: Line) -> None:
        wanted = [(await line.read(f"0001{tariff:02}00"))[0] for tariff in range(5)]
        decoded = await line.reply(0x11, "00FF0100")
        assert decoded.control == "B1"
        assert set(line.heard.of(Served)[-1].values) == {"0.energy"}
        values = [each.value for each in decoded.values]
        for number in (1, 2, 2):
            decoded = await line.reply(0x12, f"00FF0100{number:02X}")
            assert decoded.control == ("92" if number == 2 else "B2")
            assert (decoded.values[-1].name, decoded.values[-1].value) == ("sequence", str(number))
            if number == 1:
                assert set(line.heard.of(Served)[-1].values) == {"0.energy_t2"}
            values += [each.value for each in decoded.values[:-1]]
        assert values[:5] == wanted
        assert values[4:] == [wanted[4]] * 2
        assert (await line.reply(0x12, "00FF010003")).control == "D2"
        assert (await line.reply(0x12, "0000010001")).control == "D2"
        line.meter.set_fault(faults.WrongSequence())
        assert (await line.reply(0x12, "00FF010001")).values[-1].value == "2"
        assert line.heard.of(Unserved)[-1].fault == "wrong-sequence"

    run(body, changed("dlt645_three_phase", answer_octets=16))


def test_1997_follows_up_without_numbers_and_reads_again() -> None:
    async def body(line: Line) -> None:
        assert (await line.reply(0x01, "1F90")).control == "A1"
        second = await line.reply(0x02, "1F90")
        assert second.control == "82"
        assert (await line.reply(0x03)).values == second.values
        assert (await line.reply(0x02, "1F90")).control == "C2"

    run(body, changed("dlt645_1997", answer_octets=16))


def test_the_edition_of_1997() -> None:
    async def body(line: Line) -> None:
        total, *tariffs = await line.read("901F")
        assert await line.read("9010") == [total]
        assert await line.read("9012") == [tariffs[1]]
        assert line.heard.of(Served)[-2].values == {"0.energy": total}
        assert line.heard.of(Served)[0].response.endswith("DD" + line.heard.of(Served)[0].response[-4:])  # AA + 33
        assert Decimal((await line.read("9410"))[0]) < Decimal(total)
        assert await line.read("9810") == [""]
        assert len(await line.read("B61F")) == 3
        assert "." not in (await line.read("B611"))[0]
        assert len((await line.read("B010"))[0]) == 8
        assert await line.read("C011") == ["100100"]
        assert await line.read("9210") == ["!2"]
        for address in (EVERYBODY, ANYONE):
            answer = await line.raw(encode(Frame(address, 0x01, bytes.fromhex("1090"))))
            assert read_dlt645(answer.hex()).decoded.address == OWN
        await line.quiet(0x11, "00000100")
        assert (await line.reply(0x04, "11C000000000301000")).control == "84"
        assert await line.read("C011") == ["001030"]
        assert (await line.reply(0x0C, "08")).control == "8C"

    run(body, "dlt645_1997")


def test_addresses_and_wildcards() -> None:
    async def body(line: Line) -> None:
        assert (await line.reply(0x13, "", ANYONE)).values[0].value == OWN
        decoded = await line.reply(0x11, "00000100", ANYONE)
        assert decoded.address == OWN
        assert (await line.reply(0x11, "00000100", "AAAA56789012")).address == OWN
        for address in ("000000000001", "AAAA56789013", EVERYBODY):
            await line.quiet(0x11, "00000100", address)
        await line.quiet(0x05)
        await line.quiet(0x91, "00000100")
        assert (await line.reply(0x15, "010000000000", ANYONE)).control == "95"
        assert (await line.reply(0x13, "", ANYONE)).address == "000000000001"

    heard = run(body)
    assert [event.outcome for event in heard.of(Unserved)] == ["silent"] * 5
    assert [event.fault for event in heard.of(MeterFault)] == ["address-set"]


def test_wildcards_may_be_switched_off_and_the_program_key_be_up() -> None:
    async def body(line: Line) -> None:
        await line.quiet(0x11, "00000100", ANYONE)
        await line.quiet(0x15, "010000000000", ANYONE)
        assert line.meter.address == OWN

    run(body, changed("dlt645_three_phase", wildcard=False, program_key=False))


def test_two_meters_that_answer_at_once_spoil_each_other() -> None:
    async def body(line: Line) -> None:
        answer = await line.raw(encode(Frame(ANYONE, 0x13, b"")))
        assert flaws(answer.lstrip(b"\xfe"))
        assert [event.fault for event in line.heard.of(Unserved)] == ["collision"] * 2
        assert (await line.reply(0x13, "", "123456789013")).address == "123456789013"

    run(body, "dlt645_three_phase", "dlt645_three_phase")


def test_both_editions_share_a_line() -> None:
    async def body(line: Line) -> None:
        assert await line.read("00010000") == [line.meters[0].text("0.energy")]
        assert await line.read("9010", "123456789013") == [line.meters[1].text("1.energy")]

    run(body, "dlt645_three_phase", "dlt645_1997")


def test_the_line_takes_one_frame_at_a_time() -> None:
    async def body(line: Line) -> None:
        request = encode(Frame(OWN, 0x11, bytes(4)))
        answer = await line.raw(request + request)
        assert len(answer) == 24
        assert "busy" in line.heard.of(Rejected)[-1].reason
        line.streams[1].write(request)  # pyright: ignore[reportOptionalSubscript]
        await asyncio.sleep(0.01)
        assert len(await line.raw(request)) == 24
        assert len(line.heard.of(Rejected)) == 2

    run(body)


def test_every_connection_hears_the_answer() -> None:
    async def body(line: Line) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
        answer = await line.raw(encode(Frame(OWN, 0x11, bytes(4))))
        assert await reader.read(100) == answer
        writer.close()

    run(body)


def test_octets_in_pieces_and_noise_and_wrong_checks() -> None:
    async def body(line: Line) -> None:
        request = encode(Frame(OWN, 0x11, bytes(4), 4))
        for octet in request[:-1]:
            assert not await line.raw(bytes((octet,)), wanted=False)
        assert await line.raw(request[-1:])
        assert await line.raw(b"\x68\x68\x00" + request)
        assert "not whole" in line.heard.of(Rejected)[-1].reason
        wrong = request[:-2] + bytes((request[-2] ^ 1, 0x16))
        assert not await line.raw(wrong, wanted=False)
        assert "expected check octet" in line.heard.of(Rejected)[-1].reason
        assert not await line.raw(request[:9], wanted=False)
        await asyncio.sleep(1)
        assert "not whole" in line.heard.of(Rejected)[-1].reason
        assert await line.raw(request)

    run(body)


def test_error_answers() -> None:
    async def body(line: Line) -> None:
        assert await line.read("00120000") == ["!2"]
        assert await line.read("06000001") == ["!2"]
        assert (await line.reply(0x11, "0000")).values[0].value == "1"
        assert (await line.reply(0x17, "18")).values[0].value == "8"
        for data, error in (
            ("06030004 04000001 00000000 020000", "4"),  # wrong password
            ("06030004 04000000 00000000 0200", "1"),  # wrong width
            ("00000100 04000000 00000000 01000000", "4"),  # energy cannot be written
            ("FF090004 04000000 00000000 01", "2"),
            ("06030004 04000000 00000000 0A0000", "1"),
            ("01010004 04000000 00000000 01321326", "1"),
        ):
            decoded = await line.reply(0x14, data)
            assert (decoded.control, decoded.values[0].value) == ("D4", error)
        assert line.heard.of(Unserved)[0].outcome == "exception"

    run(body)


def test_writing() -> None:
    async def body(line: Line) -> None:
        assert (await line.reply(0x14, "06030004 04000000 00000000 200000")).control == "94"
        assert await line.read("04000306") == ["20"]
        assert (await line.reply(0x18, "01030004 04000000 04123456")).control == "98"
        assert (await line.reply(0x14, "06030004 04000000 00000000 300000")).control == "D4"
        assert (await line.reply(0x14, "06030004 04123456 00000000 300000")).control == "94"
        assert (await line.reply(0x14, "02010004 04123456 00000000 301500")).control == "94"
        assert await line.read("04000102") == ["001530"]
        assert await line.read("04000101") == ["26041106"]
        assert (await line.reply(0x14, "0C010004 04123456 00000000 00000003010226")).control == "94"
        assert await line.read("0400010C") == ["26020100000000"]
        assert (await line.reply(0x14, "01040004 04123456 00000000 020000000000")).control == "94"
        assert line.meter.address == "000000000002"

    run(body)


def test_speed_relay_and_clearing() -> None:
    async def body(line: Line) -> None:
        decoded = await line.reply(0x17, "20")
        assert (decoded.control, decoded.values[0].value, line.meter.speed) == ("97", "9600", 9600)
        assert await line.read("04000503") == ["0000"]
        assert (await line.reply(0x1C, "02000000 00000000 1A00")).control == "9C"
        assert await line.read("04000503") == ["0010"]
        assert (await line.reply(0x1C, "02000000 00000000 1C00")).control == "9C"
        assert await line.read("04000503") == ["0000"]
        assert (await line.reply(0x1C, "02000000 00000000 FF00")).control == "DC"
        assert (await line.reply(0x1A, "04000000 00000000")).values[0].value == "4"
        assert (await line.reply(0x1B, "02000000 00000000 FFFFFFFF")).control == "9B"
        assert (await line.reply(0x1A, "02000000 00000000")).control == "9A"
        assert await line.read("0001FF00") == ["0.00"] * 5

    run(body)


def test_time_by_broadcast() -> None:
    async def body(line: Line) -> None:
        await line.quiet(0x08, "300601110426", EVERYBODY)  # 01:06:30 is hours away
        assert await line.read("04000102") == ["100100"]
        await line.quiet(0x08, "300310110426", EVERYBODY)
        assert await line.read("04000102") == ["100330"]
        await line.quiet(0x08, "000310110426", EVERYBODY)  # the second one of the day
        assert await line.read("04000102") == ["100330"]
        line.clock.at_us += 14 * HOUR_US
        await line.quiet(0x08, "300300120426", EVERYBODY)  # three minutes past midnight
        assert await line.read("04000102") == ["000330"]
        line.clock.at_us += HOUR_US
        for bad in ("3A0301120426", "990301120426", "3003"):
            await line.quiet(0x08, bad, OWN)
        await line.quiet(0x08, "000301120426", OWN)
        assert await line.read("04000102") == ["010300"]

    run(body)


def test_the_status_word_tells_reversed_power() -> None:
    async def body(line: Line) -> None:
        assert await line.read("04000501") == ["0000"]
        line.meter.set_fault(faults.SignFlip())
        assert (await line.read("02030000"))[0].startswith("-")
        assert await line.read("04000501") == ["0010"]
        assert line.heard.of(Served)[-2].fault == "sign-flip"

    run(body)


def test_status_words_tell_what_the_meter_complains_of() -> None:
    async def body(line: Line) -> None:
        line.meter.set_fault(faults.StatusBits(bits=0x000C))
        assert await line.read("04000501") == ["000C"]
        assert await line.read("04000504") == ["0000"]
        # Beside what the meter sets by itself.
        line.meter.set_fault(faults.SignFlip())
        assert await line.read("04000501") == ["001C"]
        line.meter.clear("status-bits")
        line.meter.set_fault(faults.StatusBits(word=4, bits=0x0080))
        assert [await line.read(f"0400050{word}") for word in (1, 4)] == [["0010"], ["0080"]]

    run(body)


@pytest.mark.parametrize(
    ("fault", "outcome", "seen"),
    [
        (faults.Silent(), "silent", 0),
        (faults.Late(after_s=3), "late", 24),
        (faults.Refusing(code=5), "exception", 17),
        (faults.Busy(polls=1), "exception", 17),
        (faults.WrongUnit(by=1), "spoiled", 24),
        (faults.Truncated(octets=9), "spoiled", 9),
        (faults.Garbage(), "spoiled", 24),
        (faults.BadCheck(), "spoiled", 24),
        (faults.Delayed(after_s=0.1), "", 24),
        (faults.Preamble(count=8), "", 28),
        (faults.Preamble(count=0), "", 20),
        (faults.ExtraOctets(), "", 25),
        (faults.ExtraOctets(octets="AABB", within=False), "", 26),
        (faults.Noise(before=3, after=2), "", 29),
    ],
)
def test_faults_of_frames(fault: faults.AnyFault, outcome: str, seen: int) -> None:
    async def body(line: Line) -> None:
        line.meter.set_fault(fault)
        answer = await line.raw(encode(Frame(OWN, 0x11, bytes.fromhex("00000100"))), wanted=False)
        if not answer and seen:
            await asyncio.sleep(3.2)
            answer = await line.raw(b"", wanted=False)
        assert len(answer) == seen
        if outcome:
            assert (line.heard.of(Unserved)[-1].outcome, line.heard.of(Unserved)[-1].fault) == (
                outcome,
                faults.kind_of(fault),
            )
            assert line.heard.of(Unserved)[-1].points == ("0.energy",)
        else:
            assert line.heard.of(Served)[-1].fault == faults.kind_of(fault)
            assert set(line.heard.of(Served)[-1].values) == {"0.energy"}
        line.meter.clear()
        assert await line.read("00010000") == [line.meter.text("0.energy")]

    run(body)


def test_faults_of_values() -> None:
    async def body(line: Line) -> None:
        line.meter.set_fault(faults.Sentinel(points=("0.energy",)))
        assert await line.read("00010000") == [""]
        assert (line.heard.of(Served)[-1].values, line.heard.of(Served)[-1].fault) == ({}, "sentinel")
        line.meter.clear()
        stuck = await line.read("00010000")
        line.meter.set_fault(faults.Stuck())
        line.clock.at_us += DAY_US
        assert await line.read("00010000") == stuck
        line.meter.clear()
        line.meter.set_fault(faults.WrongClock(offset_s=3600))
        assert await line.read("04000102") == ["110100"]
        line.meter.clear()
        line.meter.set_fault(faults.DeadClock())
        assert await line.read("04000102") == [""]
        line.meter.set_fault(faults.DeadClock(octet="00"))
        assert await line.read("04000102") == ["000000"]
        with pytest.raises(MeterError, match="cannot have the fault 'wrong-transaction'"):
            line.meter.set_fault(faults.WrongTransaction())

    run(body)


def test_rollover_and_presets() -> None:
    async def body(line: Line) -> None:
        line.meter.preset("0.energy", "999999.99", hold=False)
        assert await line.read("00010000") == ["999999.99"]
        line.clock.at_us += HOUR_US
        assert Decimal((await line.read("00010000"))[0]) < 100
        line.meter.preset("0.power", "-79.9999")
        assert await line.read("02030000") == ["-79.9999"]
        with pytest.raises(MeterError):
            line.meter.preset("0.power", "80")

    run(body)


def test_words_of_the_nameplate() -> None:
    async def body(line: Line) -> None:
        assert await line.read("04000401") == [OWN]
        assert await line.read("04000404") == ["220V"]
        assert await line.read("04000601") == ["05"]
        assert await line.read("040005FF") == ["0000"] * 7
        assert await line.read("04000409") == ["6400"]

    run(body)


def test_lengths_of_the_facts() -> None:
    """§1.7 of the facts: L of an answer."""

    async def body(line: Line) -> None:
        for identifier, length in (
            ("00010000", 0x08),
            ("0201FF00", 0x0A),
            ("0203FF00", 0x10),
            ("01010000", 0x0C),
            ("04000101", 0x08),
            ("04000102", 0x07),
            ("0001FF00", 0x18),
            ("000100FF", 0x38),
        ):
            await line.read(identifier)
            assert int(line.heard.of(Served)[-1].response[26:28], 16) == length
        await line.ask(0x13, "", ANYONE)
        assert line.heard.of(Served)[-1].response[26:28] == "06"

    run(body)


BAD: dict[str, object] = {
    "map": {"id": "bad", "name": "x", "source": "x", "protocol": "dlt645-2007"},
    "settings": {"tariffs": 2, "tariff_hours": "3" * 24, "passwords": ["x"], "preamble": 9},
    "register": [
        {"id": "a", "identifier": "0001"},
        {"id": "a", "identifier": "00010000", "format": "XXX.X", "modulus": "5"},
        {"id": "b", "identifier": "00010000", "own": "address", "fixed": "1"},
        {"id": "c", "identifier": "00020000", "format": "X.X", "kind": "counter", "modulus": "1000", "colour": "red"},
    ],
    "freeze": [{"code": "6", "every": "day", "count": 1, "column": [{"code": "01", "registers": ["zz"]}]}],
}


def test_every_problem_of_a_map_is_told_at_once() -> None:
    with pytest.raises(MapError) as caught:
        build_bus_map(BAD, "bad.toml")
    text = str(caught.value)
    for part in (
        "preamble: expected 0 to 8",
        "there are only 2 tariffs",
        "level and six digits",
        "identifier: expected 8 hex digits",
        "exactly one of format",
        "comes twice",
        "is given to",
        "only a counter has a modulus",
        "does not fit",
        "unknown key",
        "'zz' has no register",
        "one octet as hex",
    ):
        assert part in text, part


def test_moments_go_back_over_months() -> None:
    at = from_stamp("20260302001500")
    monthly = moments(at, hour=0, day=15)
    assert [next(monthly) for _ in range(3)] == [
        from_stamp(each) for each in ("20260215000000", "20260115000000", "20251215000000")
    ]
    daily = moments(at, hour=1)
    assert next(daily) == from_stamp("20260301010000")
    assert next(moments(at, minute=30)) == from_stamp("20260301233000")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([encode(Frame(OWN, 0x11, bytes(4)))])), max_size=6))
def test_no_octets_upset_the_splitter(chunks: list[bytes]) -> None:
    splitter = Splitter(("dlt645", "cjt188"))
    found = [each for chunk in chunks for each in splitter.feed(chunk)]
    found += splitter.feed(b"", final=True)
    assert not splitter.waiting
    assert sum(len(octets) for octets, _ in found) <= sum(map(len, chunks))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 31), st.binary(max_size=20), st.sampled_from([OWN, ANYONE, EVERYBODY]), st.booleans())
def test_no_request_upsets_a_meter(function: int, data: bytes, address: str, old: bool) -> None:
    line = Line("dlt645_1997" if old else "dlt645_three_phase")
    octets = encode(Frame(address, function, data))
    taken, reply = line.meter.hear(octets)
    assert taken or reply is None
    if reply is not None:
        assert not flaws(reply.octets.lstrip(b"\xfe"))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 6), st.binary(min_size=3, max_size=3))
def test_every_identifier_has_an_answer(top: int, rest: bytes) -> None:
    line = Line("dlt645_three_phase")
    _, reply = line.meter.hear(encode(Frame(OWN, 0x11, rest + bytes((top,)))))
    assert reply is not None
