"""frames: every deviation of a frame is named, and a good frame has none."""

from __future__ import annotations

import pytest

from conformance.common.frames import content_faults, crc, parse

GOOD = (
    "##0260QN=20160801085857534;ST=32;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=7;PNUM=2;PNO=1;CP=&&"
    "DataTime=20160801080000;w00000-Cou=63.0,w00000-Min=16.4,w00000-Avg=17.5,w00000-Max=20.1,w00000-Flag=N;"
    "w01001-Min=7.1,w01001-Avg=7.5,w01001-Max=7.8,w01001-Flag=N&&D941\r\n"
)


def framed(data: str) -> str:
    octets = data.encode()
    return f"##{len(octets):04d}{data}{crc(octets):04X}\r\n"


SHORT = "QN=20160801085857534;ST=31;CN=2051;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&{}&&"
ITEM = "DataTime=20160801080000;e1-Cou=1.0,e1-Flag=N"


@pytest.mark.parametrize(("text", "value"), [("", 0xFFFF), ("A", 0x7080), ("123456789", 0x2F80), ("##", 0xB381)])
def test_the_check_sum_is_that_of_annex_a(text: str, value: int) -> None:
    assert crc(text.encode()) == value


def test_good_frames_have_no_fault() -> None:
    assert parse(GOOD).faults == ()
    assert list(content_faults(parse(GOOD))) == []
    assert parse(framed(SHORT.format(ITEM))).faults == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GOOD.replace("##0260", "##0259"), "length says 259"),
        (GOOD.replace("D941", "D940"), "CRC D940, expected D941"),
        (GOOD.rstrip(), "CR LF"),
        (GOOD[1:], "does not begin"),
        (framed(SHORT.format("DataTime=20160801080000;" + "e1-Info=" + "x" * 1000)), "limit 1024"),
        (framed(SHORT.format("DataTime=20160801080000;" + "e1-Info=" + "x" * 920)), "limit 950"),
        (framed(SHORT.format(ITEM).replace("Flag=5", "Flag=1")), "another edition"),
        (framed(SHORT.format(ITEM).replace("Flag=5", "Flag=7")), "PNUM"),
        (framed(SHORT.format(ITEM).replace("QN=20160801085857534;", "")), "no QN"),
        (framed(SHORT.format(ITEM).replace("QN=20160801085857534", "QN=2016080108585")), "no time with milliseconds"),
        (framed(SHORT.format(ITEM).replace("ST=31;CN=2051", "CN=2051;ST=31")), "in the order"),
        (framed(SHORT.format(ITEM)[:-2]), "not closed"),
    ],
)
def test_each_deviation_is_named(text: str, fault: str) -> None:
    assert any(fault in found for found in parse(text).faults), parse(text).faults


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("e1-Cou=1.0,e1-Flag=N", "DataTime is not the first"),
        ("DataTime=20160801080000123;e1-Cou=1,e1-Flag=N", "no time of 14 digits"),
        ("DataTime=20160801080000;e1-Cou=1E3,e1-Flag=N", "no plain decimal"),
        ("DataTime=20160801080000;e1-Cou=1.0,e1-Flag=X", "no data flag"),
        ("DataTime=20160801080000;e1-Cou=1.0", "has no flag"),
        ("DataTime=20160801080000;e1-Cou=1.0,e2-Flag=N", "stands in the item"),
    ],
)
def test_each_deviation_of_the_content_is_named(content: str, fault: str) -> None:
    assert any(fault in found for found in content_faults(parse(framed(SHORT.format(content)))))
