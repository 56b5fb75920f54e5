"""Judge of what passes between terminals: what can be read there, and when nothing can be said."""

from __future__ import annotations

from hand_made import World, verdicts

from bench.history import History
from conformance.common.secrecy import readable_streams
from conformance.terminal.group import several_judge

CABLE = ("10.2.0.11", 40_000, "10.2.0.1", 8443)


def test_without_a_capture_of_the_cable_nothing_is_said() -> None:
    found = several_judge.between_findings(History([World().began()]))
    assert verdicts(found) == {"between-unreadable": "inconclusive"}


def test_what_can_be_read_on_a_cable_is_named() -> None:
    words = [b"s1-e01.energy", b"238725.70"]
    assert readable_streams({CABLE: b"\x17\x03\x03\x00\x20" + bytes(range(128, 160))}, words) == []
    for said in (b"\x00238725.70\x00", b"name=s1-e01.energy", b"POST /api/records HTTP/1.1\r\n"):
        (line,) = readable_streams({CABLE: said}, words)
        assert line.startswith("10.2.0.11:40000 → 10.2.0.1:8443: ")
