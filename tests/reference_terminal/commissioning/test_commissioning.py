"""The spreadsheet: every problem by sheet and cell. The probe: what was sent and heard, explained."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from dlt645_vectors import VECTORS
from hypothesis import given
from hypothesis import strategies as st
from line_kit import Peer
from openpyxl import load_workbook

from bench.virtual.loop import run as run_virtually
from bench.virtual.network import Network
from reference_terminal.acquisition.cjt188 import explain as cjt188_explain
from reference_terminal.acquisition.cjt188 import frames as cjt188
from reference_terminal.acquisition.dlt645 import explain as dlt645_explain
from reference_terminal.acquisition.dlt645 import frames as dlt645
from reference_terminal.acquisition.modbus import explain as modbus_explain
from reference_terminal.acquisition.modbus import serial
from reference_terminal.commissioning import probe, spreadsheet
from reference_terminal.main import main
from reference_terminal.settings.config import load_config
from reference_terminal.settings.problems import InputError


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "t.xlsx"
    assert main(["template", "xlsx", "--out", str(path)]) == 0
    return path


def changed(path: Path, **cells: Any) -> list[str]:
    """The problems after some cells (`points_C5=…`) were changed."""
    book = load_workbook(path)
    for name, value in cells.items():
        sheet, cell = name.rsplit("_", 1)
        book[sheet][cell] = value
    book.save(path)
    with pytest.raises(InputError) as caught:
        spreadsheet.to_toml(path)
    return [f"{problem.where}: {problem.en}" for problem in caught.value.problems]


def test_the_template_is_a_configuration(template: Path, tmp_path: Path) -> None:
    out = tmp_path / "terminal.toml"
    assert main(["import", str(template), "--out", str(out)]) == 0
    config = load_config(out)
    assert [meter.protocol for meter in config.meters] == [
        *("modbus-tcp", "dlt645-2007", "cjt188-2004", "collected", "system"),
    ]
    assert [point.id for point in config.points][:4] == ["e01.energy", "e02.energy", "e02.power", "w01.volume"]
    assert (config.points[4].place.tag, config.meters[3].node, config.collectors[0].form) == (
        "energy",
        "boiler",
        "neuron",
    )
    assert (config.points[5].place.tag, config.systems[0].kind) == ("ns=2;s=stack.co2", "opcua")
    assert config.meters[1].points[0].ratio == 4000
    assert config.centres[0].codes == {"e01.energy": "k01001"}


@pytest.mark.parametrize(
    ("cells", "where", "says"),
    [
        ({"points_C3": "count"}, "sheet 'points' cell C3", "did you mean 'counter'"),
        ({"points_D4": "kWh"}, "sheet 'points' cell D4", "expected one of kW"),
        ({"points_A3": "E2"}, "sheet 'points' cell A3", "did you mean 'E02'"),
        ({"points_F3": 10000}, "sheet 'points' cell F3", "lost its leading zeros"),
        ({"points_F3": "0001000"}, "sheet 'points' cell F3", "8 hexadecimal digits"),
        ({"points_B4": "e02.energy"}, "sheet 'points' cell B4", "already used"),
        ({"points_B4": "#N/A"}, "sheet 'points' cell B4", "shows an error"),
        ({"points_I2": "x"}, "sheet 'points' cell I2", "whole number"),
        ({"meters_G3": 7}, "sheet 'meters' cell G3", "divide a day"),
        ({"meters_C3": "l2"}, "sheet 'meters' cell C3", "no line is called 'l2'"),
        ({"meters_F3": "12345678901234"}, "sheet 'meters' cell F3", "12 digits"),
        ({"meters_H3": "0"}, "sheet 'meters' cell H3", "above 0"),
        ({"lines_E2": 2401}, "sheet 'lines' cell E2", "expected one of 300"),
        ({"lines_E2": 300, "meters_G3": 1}, "sheet 'lines' cell A2", "of its time"),
        ({"gateways_C2": 70000}, "sheet 'gateways' cell C2", "from 1 to 65535"),
        ({"terminal_B4": "x"}, "sheet 'terminal' cell B4", "whole number"),
        ({"gateways_C2": "=500+2"}, "sheet 'gateways' cell C2", "the formula has no stored result"),
        ({"gateways_B2": datetime(2026, 1, 2)}, "sheet 'gateways' cell B2", "got the date or time 2026-01-02"),
        ({"gateways_B2": time(9, 30)}, "sheet 'gateways' cell B2", "got the date or time 09:30"),
        ({"terminal_A4": "apo.port"}, "sheet 'terminal' cell A4", "expected a setting"),
        ({"centres_G2": 7}, "sheet 'centres' cell G2", "expected one of 1, 2"),
        ({"codes_A2": "B"}, "sheet 'codes' cell A2", "no row of sheet 'centres'"),
        ({"points_R1": "colour", "points_R2": "red"}, "sheet 'points' cell R2", "unknown key 'colour'"),
        ({"collectors_E2": "nuron"}, "sheet 'collectors' cell E2", "did you mean 'neuron'"),
        ({"collectors_F2": "tls"}, "sheet 'collectors' cell G2", "needs the root certificates"),
        ({"meters_K5": "c2"}, "sheet 'meters' cell K5", "no collector is called 'c2'"),
        ({"points_Q6": None}, "sheet 'points' cell Q6", "tag is missing"),
    ],
)
def test_every_problem_has_its_cell(template: Path, cells: dict[str, Any], where: str, says: str) -> None:
    found = changed(template, **cells)
    assert any(where in problem and says in problem for problem in found), found


def test_all_problems_at_once_and_nothing_written(template: Path, tmp_path: Path, capsys: Any) -> None:
    assert len(changed(template, points_C3="count", meters_G3=7, lines_E2=1)) >= 3
    out = tmp_path / "out.toml"
    assert main(["import", str(template), "--out", str(out)]) == 2
    assert not out.exists()
    said = capsys.readouterr().err
    assert "t.xlsx: sheet 'points' cell C3: " in said and "problem(s), nothing written" in said


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04broken", None])
def test_what_is_no_workbook(tmp_path: Path, content: bytes | None, capsys: Any) -> None:
    path = tmp_path / "x.xlsx"
    if content is not None:
        path.write_bytes(content)
    assert main(["import", str(path), "--out", str(tmp_path / "o.toml")]) == 2
    assert "expected a readable xlsx file" in capsys.readouterr().err


def test_an_unknown_sheet(template: Path) -> None:
    book = load_workbook(template)
    book.create_sheet("point")
    book.save(template)
    with pytest.raises(InputError, match=r"did you mean 'points'"):
        spreadsheet.to_toml(template)


def test_numbers_as_typed(template: Path) -> None:
    book = load_workbook(template)
    book["points"]["L2"], book["points"]["N2"] = 0.1, 12.0
    book.save(template)
    point = load_config(spreadsheet.to_toml(template)).meters[0].points[0]
    assert (str(point.scale), str(point.minimum)) == ("0.1", "12")


# The probe


def probed(replies: Callable[[bytes], list[tuple[float, bytes]]], **wanted: Any) -> tuple[bool, list[str]]:
    said: list[str] = []

    async def main() -> bool:
        Network()
        server = await asyncio.start_server(Peer(replies).serve, "127.0.0.1", 4001)
        line = probe.line_of(
            "127.0.0.1:4001", baud=2400, parity="even", stop_bits="1", data_bits=8, timeout_s=Decimal("0.5")
        )
        try:
            return await probe.probe(probe.Wanted(line, **wanted), said.append)
        finally:
            server.close()

    return run_virtually(main()), said


def dlt645_meter(request: bytes) -> list[tuple[float, bytes]]:
    for found in dlt645.scan(request):
        frame = found.frame
        if frame is None or not dlt645.matches(frame.address, "000000000161"):
            continue
        if frame.control == 0x13:
            return [(0.1, dlt645.encode("000000000161", 0x93, bytes.fromhex("610100000000"), 2))]
        if frame.control == 0x11 and frame.data[:4] == bytes.fromhex("00000100"):
            return [(0.1, dlt645.encode("000000000161", 0x91, frame.data + bytes.fromhex("26000000")))]
        if frame.control == 0x11:
            return [(0.1, dlt645.encode("000000000161", 0xD1, b"\x02"))]
    return []


def test_an_unknown_meter_is_found_and_read() -> None:
    answered, said = probed(dlt645_meter)
    assert answered
    text = "\n".join(said)
    assert "→ FE FE FE FE 68 AA AA AA AA AA AA 68 13 00 DF 16" in text
    assert "00010000 forward active energy / 正向有功电能: 0.26 kWh, good / 有效" in text
    assert "address / 地址 000000000161" in text


def test_a_refusal_is_explained() -> None:
    answered, said = probed(dlt645_meter, protocol="dlt645-2007", address="161", identifiers=("02010100",))
    assert answered and "refused / 异常应答: 02 no such data" in "\n".join(said)


def test_a_water_meter_is_found() -> None:
    def replies(request: bytes) -> list[tuple[float, bytes]]:
        frame = next((found.frame for found in cjt188.scan(request) if found.frame), None)
        if frame is None or frame.data[:2] != b"\x90\x1f":
            return []
        answer = frame.data[:3] + bytes.fromhex("00230100 2C" * 2) + bytes(9)
        return [(0.1, cjt188.encode("10", "78330011223344", 0x81, answer, 3))]

    answered, said = probed(replies)
    text = "\n".join(said)
    assert answered and "volume: 123.00 m3, good / 有效" in text and "high octet first" in text


def test_registers_are_found() -> None:
    def replies(request: bytes) -> list[tuple[float, bytes]]:
        body = bytes.fromhex("01 04 04 43 67 AF 55")
        return [(0.1, serial.wrap_rtu(body))] if request.startswith(b"\x01\x04") else []

    answered, said = probed(replies, function=4, type="f32")
    assert answered and any("= 231.68489 (f32 ABCD), good" in line for line in said)


def test_modbus_tcp_and_its_refusal() -> None:
    def replies(request: bytes) -> list[tuple[float, bytes]]:
        return [(0.1, request[:5] + b"\x03\x01\x83\x02")]

    answered, said = probed(replies, protocol="modbus-tcp")
    assert answered and any("exception 2" in line for line in said)


def test_nothing_answers() -> None:
    answered, said = probed(lambda request: [])
    assert not answered
    assert sum("no / 无: timeout" in line for line in said) == 6


def test_search_takes_several_meters_apart() -> None:
    meters = ("000000000161", "000000000261", "000000000007")

    def replies(request: bytes) -> list[tuple[float, bytes]]:
        frame = next(found.frame for found in dlt645.scan(request) if found.frame)
        return [
            (0.1 + 0.05 * n, dlt645.encode(each, 0x91, frame.data + bytes(4)))
            for n, each in enumerate(meters)
            if dlt645.matches(frame.address, each)
        ]

    answered, said = probed(replies, search=True)
    assert answered and said[-1].endswith("000000000007, 000000000161, 000000000261")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("ttyS0:x", "expected a device such as /dev/ttyUSB0 or host:port, got 'ttyS0:x'"),
        ("localhost:99999", "got 'localhost:99999'"),
        (":502", "got ':502'"),
        ("h:1 --identifier 12", "expected 4 or 8 hexadecimal digits such as 901F or 00010000, got '12'"),
        (
            "h:1 --identifier 901F --protocol dlt645-2007",
            "--identifier: dlt645-2007 has 8 hexadecimal digits, got '901F'",
        ),
        ("h:1 --identifier 00010000 --protocol cjt188", "--identifier: cjt188 has 4 hexadecimal digits"),
        ("h:1 --timeout 0", "--timeout: expected seconds above 0 and at most 60, got 0"),
        ("h:1 --timeout nan", "--timeout: expected seconds above 0 and at most 60, got NaN"),
        ("h:1 --timeout x", "argument --timeout: expected seconds such as 0.5, got 'x'"),
        ("h:1 --unit 0", "--unit: expected 1 to 247, got 0"),
        ("h:1 --unit 256 --protocol modbus-tcp", "--unit: expected 0 to 255, got 256"),
        ("h:1 --register -1", "--register: expected 0 to 65535 for a u16, got -1"),
        ("h:1 --register 65535 --type u32", "--register: expected 0 to 65534 for a u32, got 65535"),
        ("h:1 --address xyz --protocol dlt645-2007", "--address: expected at most 12 digits (A: any), got 'xyz'"),
        ("h:1 --address 123456789012345 --protocol cjt188", "--address: expected at most 14 digits"),
        ("h:1 --address 1 --protocol modbus-rtu", "--address belongs to DL/T 645 and CJ/T 188"),
        ("h:1 --search --protocol modbus-tcp", "--search finds DL/T 645-2007 meters, not modbus-tcp"),
        ("h:1 --data-bits 7 --parity none", "--data-bits 7 comes with a parity"),
        ("localhost --protocol modbus-tcp", "modbus-tcp needs host:port such as 192.168.1.10:502, got 'localhost'"),
        ("h:1 --protocol dlt645", "argument --protocol: invalid choice: 'dlt645'"),
        ("h:1 more", "unrecognized arguments: more"),
        ("", "the following arguments are required: PLACE"),
    ],
)
def test_wrong_words(words: str, says: str, capsys: Any) -> None:
    try:
        code = main(["probe", *words.split()])
    except SystemExit as ended:
        code = ended.code
    told = capsys.readouterr()
    assert (code, told.out) == (2, "")
    assert says in told.err
    # In both languages, and nothing behind it.
    assert " / " in told.err.splitlines()[-1]


def test_every_wrong_word_is_told_at_once(capsys: Any) -> None:
    assert main(["probe", "h:1", "--unit", "0", "--register", "-1", "--timeout", "0"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 3


@pytest.mark.parametrize(
    ("place", "why"), [("127.0.0.1:1", "Connection refused"), ("/dev/absent", "No such file or directory")]
)
def test_a_place_that_cannot_be_opened(place: str, why: str, capsys: Any) -> None:
    assert main(["probe", place]) == 1
    assert f"{place} cannot be opened ({why}): check name, cable, rights" in capsys.readouterr().out


def test_a_place_that_is_no_serial_port(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "file").touch()
    assert main(["probe", str(tmp_path / "file")]) == 1
    assert "cannot be opened (" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["absent.xlsx", "text.xlsx", "text.csv", "."])
def test_what_is_no_spreadsheet(name: str, tmp_path: Path, capsys: Any) -> None:
    for each in ("text.xlsx", "text.csv"):
        (tmp_path / each).write_text("a;b")
    target = tmp_path / "out.toml"
    assert main(["import", str(tmp_path / name), "--out", str(target)]) == 2
    first, *rest = capsys.readouterr().err.splitlines()
    assert "expected a readable xlsx file, got" in first and "openpyxl" not in first
    assert len(rest) == 1 and not target.exists()


def test_every_vector_is_explained() -> None:
    for name, (text, address, _, _) in VECTORS.items():
        lines = dlt645_explain.lines_of(bytes.fromhex(text))
        assert lines and address in lines[0], name
    assert "bit 2: clock battery low / 时钟电池欠压" in dlt645_explain.lines_of(
        dlt645.encode("1" * 12, 0x91, bytes.fromhex("010500040400"))
    )


@given(st.binary(max_size=120))
def test_no_octets_crash_the_explanation(octets: bytes) -> None:
    dlt645_explain.lines_of(octets)
    cjt188_explain.lines_of(octets)
    for framing in serial.FRAMINGS.values():
        modbus_explain.lines_of(framing, octets)


@given(st.text("0123456789A", min_size=12, max_size=12), st.integers(0, 255), st.binary(max_size=60))
def test_no_frame_crashes_the_explanation(address: str, control: int, data: bytes) -> None:
    assert dlt645_explain.lines_of(dlt645.encode(address, control, data))
    assert cjt188_explain.lines_of(cjt188.encode("10", address + "00", control, data))
