"""`carbonbench decode`: a frame explained for people and for machines, and what is wrong with it by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from suite_kit import carbonbench, in_place

# The worked example of HJ 212-2017, annex A.
FRAME = (
    "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80"
)
# Read two holding registers of device 1, over TCP and over a serial line.
TCP = "00 01 00 00 00 06 01 03 00 00 00 02"
RTU = "010300000002C40B"


def test_hj212_for_people(tmp_path: Path) -> None:
    told = carbonbench("decode", "hj212", FRAME, cwd=tmp_path)
    assert told.code == 0 and told.err == ""
    for word in ("CN=1062", "20160801085857223", "010000A8900016F000169DC0", "RtdInterval", "1C80", "nothing wrong"):
        assert word in told.out


def test_hj212_for_machines(tmp_path: Path) -> None:
    told = in_place("decode", "hj212", "--json", FRAME, cwd=tmp_path)
    found = json.loads(told.out)
    assert told.code == 0 and found["sound"] and found["exact"] and found["faults"] == []
    assert found["check_found"] == found["check_expected"] == "1C80"
    fields = {field["name"]: field["value"] for field in found["fields"]}
    assert (fields["ST"], fields["CN"], fields["Flag"], fields["RtdInterval"]) == ("32", "1062", "5", "30")


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        (FRAME.replace("1C80", "1C81"), "crc"),
        ("what is this", "frame-missing"),
        ("", "frame-missing"),
    ],
)
def test_hj212_with_a_fault(tmp_path: Path, frame: str, fault: str) -> None:
    told = in_place("decode", "hj212", "--json", frame, cwd=tmp_path)
    found = json.loads(told.out)
    assert told.code == 1 and told.err == ""
    assert not found["sound"]
    assert any(fault in each["name"] for each in found["faults"]), found["faults"]


def test_hj212_with_a_length_that_lies_is_still_read_and_told(tmp_path: Path) -> None:
    frame = FRAME.replace("##0101", "##0102")
    found = json.loads(in_place("decode", "hj212", "--json", frame, cwd=tmp_path).out)
    assert found["sound"] and not found["exact"]
    assert [fault["weight"] for fault in found["faults"]] == ["deviation"]


@pytest.mark.parametrize(("frame", "protocol"), [(TCP, "Modbus TCP"), (RTU, "Modbus RTU")])
def test_modbus(tmp_path: Path, frame: str, protocol: str) -> None:
    told = in_place("decode", "modbus", frame, cwd=tmp_path)
    assert told.code == 0
    assert protocol in told.out and "read holding registers" in told.out and "nothing wrong" in told.out
    found = json.loads(in_place("decode", "modbus", "--json", frame, cwd=tmp_path).out)
    assert found["protocol"] == protocol and found["exact"]
    assert {"function", "start", "quantity"} <= {field["name"] for field in found["fields"]}


def test_modbus_crc_expected_and_found(tmp_path: Path) -> None:
    told = in_place("decode", "modbus", "--json", RTU[:-4] + "C40C", cwd=tmp_path)
    found = json.loads(told.out)
    assert told.code == 1
    assert {found["check_expected"], found["check_found"]} == {"0BC4", "0CC4"} or found["check_expected"] == "C40B"
    assert [fault["name"] for fault in found["faults"]] == ["crc-wrong"]


@pytest.mark.parametrize("octets", ["zz", "", "0", "01", "ff" * 300])
def test_modbus_of_no_use(tmp_path: Path, octets: str) -> None:
    told = in_place("decode", "modbus", octets, cwd=tmp_path)
    assert told.code == 1 and "fatal" in told.out


def test_a_frame_comes_by_standard_input(tmp_path: Path) -> None:
    told = carbonbench("decode", "hj212", "-", cwd=tmp_path, given=FRAME + "\r\n")
    assert told.code == 0 and "nothing wrong" in told.out


def test_a_megabyte_of_number_signs_is_explained(tmp_path: Path) -> None:
    told = carbonbench("decode", "hj212", "-", cwd=tmp_path, given="#" * 1_000_000)
    assert told.code == 1 and "frame-missing" in told.out and len(told.out) < 10_000
