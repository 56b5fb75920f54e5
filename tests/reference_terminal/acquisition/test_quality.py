"""Analogue inputs, scales, transformers, units: exact numbers with the quality they deserve."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_kit import Peer, meter, on_line, shown

from reference_terminal.acquisition.driver import Content, judged
from reference_terminal.acquisition.line import Line
from reference_terminal.acquisition.modbus import analog, blocks, decode
from reference_terminal.acquisition.scale import driver
from reference_terminal.acquisition.scale.driver import ScaleMeter
from reference_terminal.model import reading, units
from reference_terminal.model.clock import WallClock
from reference_terminal.settings.config import ConfigError, load_config
from reference_terminal.settings.meters import MeterConfig


def analogue(extra: str = "", unit: str = "MPa", kind: str = "u16") -> MeterConfig:
    return meter(
        f"""
protocol = "modbus-rtu"
unit = 1
[[meters.points]]
id = "pressure"
kind = "instant"
address = 0
type = "{kind}"
unit = "{unit}"
decimals = 3
[meters.points.analog]
raw_low = 0
raw_high = 24000
current_low = 0
current_high = 24
low = "0"
high = "1.6"
{extra}
"""
    )


def read_raw(config: MeterConfig, raw: int) -> reading.Reading:
    plan = blocks.plan(config, 0, 0).points[0]
    point = config.points[0]
    current = decode.registers_of(point).analog
    assert current is not None
    return analog.decode(plan, current, 0, 0, [raw.to_bytes(2, "big")])


@pytest.mark.parametrize(
    ("raw", "value", "quality", "cause"),
    [
        (0, None, reading.BAD, "broken wire"),
        (3500, None, reading.BAD, "broken wire"),
        (3600, None, reading.BAD, "broken wire"),
        (3601, "-0.040", reading.QUESTIONABLE, "current below 3.8 mA"),
        (3799, "-0.020", reading.QUESTIONABLE, "current below 3.8 mA"),
        (3800, "-0.020", reading.GOOD, ""),
        (4000, "0.000", reading.GOOD, ""),
        (12000, "0.800", reading.GOOD, ""),
        (20000, "1.600", reading.GOOD, ""),
        (20500, "1.650", reading.GOOD, ""),
        (20501, "1.650", reading.QUESTIONABLE, "current above 20.5 mA"),
        (20999, "1.700", reading.QUESTIONABLE, "current above 20.5 mA"),
        (21000, None, reading.BAD, "over-range current"),
        (21500, None, reading.BAD, "over-range current"),
    ],
)
def test_namur_limits(raw: int, value: str | None, quality: int, cause: str) -> None:
    found = read_raw(analogue(), raw)
    said = None if found.value is None else str(found.value)
    assert (said if said != "-0.000" else "0.000", found.quality, found.cause) == (value, quality, cause)


def test_square_root_and_cut_off() -> None:
    config = analogue('root = true\ncutoff = "0.2"')
    assert [str(read_raw(config, raw).value) for raw in (8000, 20000, 4100, 4000)] == [
        "0.800",
        "1.600",
        "0.000",
        "0.000",
    ]


def test_an_instrument_without_live_zero() -> None:
    config = analogue("zero = 0")
    found = [read_raw(config, raw) for raw in (0, 3000, 10000, 20000, 21000)]
    assert [str(each.value) for each in found] == ["0.000", "0.240", "0.800", "1.600", "None"]
    assert [each.cause for each in found] == ["", "", "", "", "over-range current"]
    with pytest.raises(ConfigError, match=r"expected 4 \(4 to 20 mA\) or 0"):
        analogue("zero = 2")


def test_range_of_a_module_that_begins_at_4_milliamperes() -> None:
    config = load_config(
        """
[[gateways]]
id = "g"
host = "127.0.0.1"
[[meters]]
id = "m"
gateway = "g"
[[meters.points]]
id = "p"
kind = "instant"
address = 0
type = "u16"
unit = "%"
decimals = 2
analog = { high = 100 }
"""
    ).meters[0]
    assert str(read_raw(config, 65535).value) == "100.00" and str(read_raw(config, 32768).value) == "50.00"


def test_an_analogue_point_without_its_range() -> None:
    with pytest.raises(ConfigError) as caught:
        analogue().points and meter(
            'protocol = "modbus-rtu"\n[[meters.points]]\nid = "p"\nkind = "instant"\naddress = 0\ntype = "u16"\n'
            'unit = "A"\nanalog = { raw_low = 5, raw_high = 5, hi = 3 }\n'
        )
    assert [problem.where for problem in caught.value.problems] == [
        "meters[0].points[0].analog.high",
        "meters[0].points[0].analog.raw_high",
        "meters[0].points[0].analog.hi",
    ]


# Weighbridges


@pytest.mark.parametrize(
    ("protocol", "octets", "value"),
    [
        ("xk3190", "02 2B 30 30 32 30 30 30 32 31 42 03", "20.00"),
        ("xk3190", "30 03 02 2D 30 30 32 30 30 30 32 31 44 03", "-20.00"),
        ("xk3190-reversed", "3D 30 30 2E 31 30 30 30 2D", "-1.00"),
        ("toledo-a12e", "57 47 30 30 34 2E 31 33 39 6B 67 33 44 0D 0A", "4.139"),
    ],
)
def test_weights(protocol: str, octets: str, value: str) -> None:
    found = driver.FORMS[protocol](bytes.fromhex(octets))
    assert found is not None
    assert (None if found.value is None else str(found.value), found.cause) == (value.lstrip("0") or value, "")


def test_a_damaged_weight_is_none() -> None:
    for protocol, octets in (
        ("xk3190", "02 2B 30 30 32 30 30 31 32 31 42 03"),
        ("toledo-a12e", "57 47 30 30 34 2E 31 33 38 6B 67 33 44 0D 0A"),
    ):
        found = driver.FORMS[protocol](bytes.fromhex(octets))
        assert found is not None
        assert (found.value, found.cause) == (None, "checksum")


@given(st.binary(max_size=60), st.sampled_from(list(driver.FORMS)))
def test_no_octets_crash_a_scale(octets: bytes, protocol: str) -> None:
    found = driver.question(protocol).find(octets)
    assert found is None or found.cause or (found.value is not None and found.value.is_finite())


SCALE = """
protocol = "xk3190"
[[meters.points]]
id = "weight"
kind = "instant"
unit = "t"
source_unit = "kg"
"""


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ("32 03 02 2B 30 30 32 30 30 30 32 31 42 03 02 2B", "0.02000"),
        ("20 4F 4C 20", "scale overloaded"),
        ("", "timeout"),
        ("02 2B 30 30", "bad frame"),
    ],
)
def test_a_scale_on_a_line(sent: str, says: str) -> None:
    peer = Peer(lambda request: [])

    async def serve(reader: object, writer: object) -> None:
        import asyncio

        assert isinstance(writer, asyncio.StreamWriter)
        await asyncio.sleep(0.2)
        writer.write(bytes.fromhex(sent))

    peer.serve = serve  # type: ignore[method-assign]

    async def body(line: Line, clock: WallClock) -> list[str]:
        return shown((await ScaleMeter(meter(SCALE), 0, line).read(0, clock, 0)).readings)

    assert on_line(peer, body) == [says]


# Transformers and units


def dlt645(extra: str, point: str) -> MeterConfig:
    return meter(f'protocol = "dlt645-2007"\naddress = "1"\n{extra}\n[[meters.points]]\nid = "p"\n{point}\n')


@pytest.mark.parametrize(
    ("point", "value"),
    [
        ('kind = "counter"\nidentifier = "00010000"', "2469135.60"),
        ('kind = "instant"\nidentifier = "02030000"', "2469135.60"),
        ('kind = "instant"\nidentifier = "02010100"', "1234567.800"),
        ('kind = "instant"\nidentifier = "02020100"', "246913.560"),
        ('kind = "instant"\nidentifier = "02800002"', "123456.78"),
        ('kind = "counter"\nidentifier = "00010000"\nunit = "GJ"', "8888.888160"),
        ('kind = "counter"\nidentifier = "00010000"\nratio = "3"', "370370.34"),
    ],
)
def test_transformers_and_units_are_exact(point: str, value: str) -> None:
    config = dlt645('ct = "2"\npt = "10"', point).points[0]
    found = judged(config, Content("AA", Decimal("123456.78")), 0, 0, 0)
    assert found.value is not None and found.value == Decimal(value)


def test_the_modulus_follows_the_digits() -> None:
    assert dlt645("", 'kind = "counter"\nidentifier = "00010000"').points[0].modulus == 1_000_000
    assert dlt645("", 'kind = "counter"\nidentifier = "00000000"').points[0].modulus == 800_000


def test_a_counter_is_never_converted_with_rounding() -> None:
    with pytest.raises(ConfigError, match=r"a counter must stay exact"):
        meter(
            'protocol = "cjt188-2004"\naddress = "1"\nkind = "20"\n[[meters.points]]\nid = "p"\nkind = "counter"\n'
            'field = "heat"\nsource_unit = "GJ"\nunit = "kWh"\n'
        )


def test_an_instant_value_is_rounded_once_at_its_last_digit() -> None:
    config = meter(
        'protocol = "cjt188-2004"\naddress = "1"\nkind = "20"\n[[meters.points]]\nid = "p"\nkind = "instant"\n'
        'field = "power"\nsource_unit = "GJ/h"\nunit = "kW"\ndecimals = 2\n'
    ).points[0]
    assert str(judged(config, Content("AA", Decimal("1.00")), 0, 0, 0).value) == "277.78"


@given(
    st.sampled_from(["kWh", "MWh", "GJ", "MJ", "Wh", "m3", "L", "kg", "t"]), st.sampled_from(["kWh", "GJ", "m3", "t"])
)
def test_there_and_back(one: str, other: str) -> None:
    there, back = units.factor(one, other), units.factor(other, one)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there * back == 1
        exact = units.as_decimal(there)
        assert exact is None or exact * there.denominator == there.numerator


@pytest.mark.parametrize(
    ("low", "high", "value", "cause"),
    [
        ("0", "5", "5", ""),
        ("0", "5", "5.0001", "out of range"),
        ("1", "5", "0.9999", "out of range"),
        ("1", "5", "1", ""),
    ],
)
def test_limits_are_valid_themselves(low: str, high: str, value: str, cause: str) -> None:
    config = dlt645("", f'kind = "instant"\nidentifier = "02030000"\nmin = "{low}"\nmax = "{high}"').points[0]
    assert judged(config, Content("AA", Decimal(value)), 0, 0, 0).cause == cause
