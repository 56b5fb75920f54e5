"""Timelines: what lands on which lane, and pictures that stay small and well-formed whatever a case did."""

from __future__ import annotations

import random
import re
from xml.etree import ElementTree

import pytest
from house import ROOT
from reports_synthetic import HOUR, MINUTE, START_US, began, events, local

from bench.case import Text
from bench.history import (
    ClockMoved,
    Connected,
    Event,
    History,
    LinkRule,
    MeterFault,
    Observed,
    Phase,
    Power,
    Rejected,
    Sent,
    Served,
    Stored,
    TerminalState,
    Trouble,
    Unserved,
)
from reports.svg import GUTTER, MOST_OCTETS, NAMES, PLOT, describe, legend, timeline_svg
from reports.timeline import WORDS, Detail, Lane, Timeline, gather, local_time, seconds_text, stamp_us, worded

SVG = "{http://www.w3.org/2000/svg}"
TITLE = Text("Timeline", "时间线")


def lanes(found: list[Event], bins: int = 280) -> dict[str, Lane]:
    return {lane.name.en: lane for lane in timeline(found, bins).lanes}


def timeline(found: list[Event], bins: int = 280) -> Timeline:
    ordered = sorted([began("x", 1, 2), Phase(t=START_US + 24 * HOUR, name="end"), *found], key=lambda event: event.t)
    return gather(History(ordered), Detail(bins))


def stored(at_us: int, stamp_at: int, **fields: object) -> Stored:
    common = {"centre": "A", "mn": "1", "kind": "minute", "code": "e", "fields": {}, "flag": "N", "qn": "1"}
    return Stored(t=at_us, stamp=local(stamp_at), **(common | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("late_s", "kind", "asked", "expected"),
    [
        (0, "minute", False, "live"),
        (120, "minute", False, "live"),
        (121, "minute", False, "backfill"),
        (121, "minute", True, "asked"),
        (-2700, "hour", False, "live"),
        (2700 + 121, "hour", False, "backfill"),
    ],
)
def test_a_record_is_live_until_120_s_after_its_interval(late_s: int, kind: str, asked: bool, expected: str) -> None:
    begin = START_US + HOUR
    end = begin + 15 * MINUTE
    lane = lanes([stored(end + late_s * 1_000_000, begin, kind=kind, asked=asked)])["Centre A"]
    assert lane.totals == {expected: 1}


def test_a_record_that_arrives_again_is_told_apart() -> None:
    begin = START_US + HOUR
    first = stored(begin + 15 * MINUTE, begin)
    again = stored(begin + 16 * MINUTE, begin, copies=2)
    assert lanes([first, again])["Centre A"].totals == {"live": 1, "repeated": 1}


def test_an_unreadable_stamp_is_never_live() -> None:
    record = Stored(t=START_US + 1, centre="A", mn="", kind="minute", code="e", stamp="soon", fields={}, flag="", qn="")
    assert lanes([record])["Centre A"].totals == {"backfill": 1}


@pytest.mark.parametrize("stamp", ["", "2026", "20261301000000", "２０２６０３０２００００００", "2026030200000x"])
def test_a_stamp_that_is_none_gives_none(stamp: str) -> None:
    assert stamp_us(stamp) is None


def test_a_stamp_is_local_time() -> None:
    assert stamp_us("20260302000000") == START_US
    assert local_time(START_US + 1500) == "2026-03-02 00:00:00.001 +08:00"


def test_a_link_rule_lasts_from_on_to_off_and_to_the_end_if_never_taken_off() -> None:
    found = lanes(
        [
            LinkRule(t=START_US + HOUR, link="uplink", rule="cut", state="on", detail={"direction": "in"}),
            LinkRule(t=START_US + 3 * HOUR, link="uplink", rule="cut", state="off"),
            LinkRule(t=START_US + 3 * HOUR, link="uplink", rule="cut", state="dropped", detail={"count": "7"}),
            LinkRule(t=START_US + 20 * HOUR, link="uplink", rule="loss", state="on"),
            LinkRule(t=START_US + 5 * HOUR, link="uplink", rule="reset", state="act"),
        ]
    )["Link uplink"]
    assert [(span.kind, span.start_us, span.end_us, span.label) for span in found.spans] == [
        ("cut", START_US + HOUR, START_US + 3 * HOUR, "cut 中断 (direction in), 7 packets dropped 丢弃"),
        ("impaired", START_US + 20 * HOUR, START_US + 24 * HOUR, "loss 丢包"),
    ]
    assert [(mark.kind, mark.label) for mark in found.marks] == [("act", "reset 连接复位")]


def test_power_cuts_and_crashes_are_told_apart() -> None:
    lane = lanes(
        [
            Power(t=START_US + HOUR, state="cut"),
            TerminalState(t=START_US + HOUR + 1, state="stopped"),
            TerminalState(t=START_US + HOUR + 2, state="crashed"),
            Power(t=START_US + 2 * HOUR, state="restored"),
            TerminalState(t=START_US + 2 * HOUR, state="starting"),
            TerminalState(t=START_US + 5 * HOUR, state="crashed", detail="out of memory"),
            TerminalState(t=START_US + 6 * HOUR, state="starting"),
        ]
    )["Terminal power"]
    assert [(span.kind, span.start_us, span.end_us) for span in lane.spans] == [
        ("off", START_US + HOUR, START_US + 2 * HOUR),
        ("down", START_US + 5 * HOUR, START_US + 6 * HOUR),
    ]
    assert [mark.kind for mark in lane.marks] == ["crash", "start"]


def test_a_clock_offset_lasts_until_the_next_move() -> None:
    lane = lanes(
        [
            ClockMoved(t=START_US + HOUR, offset_us=-1_500_000, why="1012"),
            ClockMoved(t=START_US + 2 * HOUR, offset_us=0, why="1012"),
        ]
    )["Terminal clock"]
    assert [(span.label, span.end_us) for span in lane.spans] == [("−1.5 s", START_US + 2 * HOUR)]
    assert [mark.label for mark in lane.marks] == ["−1.5 s (1012)", "+0 s (1012)"]


@pytest.mark.parametrize(
    ("us", "text"), [(0, "+0 s"), (-2_000_000, "−2 s"), (1, "+0.000001 s"), (3_600_000_000, "+3600 s")]
)
def test_offsets_are_exact(us: int, text: str) -> None:
    assert seconds_text(us) == text


def test_polls_and_silence_are_counted_in_their_bins() -> None:
    polls: list[Event] = [
        Served(t=START_US + n * MINUTE, meter="m0", unit=1, asked=START_US, request="", response="") for n in range(60)
    ]
    polls.append(Unserved(t=START_US + 23 * HOUR, meter="m0", unit=1, outcome="silent", request=""))
    lane = lanes(polls, 24)["Meter m0"]
    assert lane.series["polls"] == (60, *[0] * 23)
    assert lane.series["unanswered"] == (*[0] * 23, 1)


def test_many_meters_share_a_lane_and_the_troubled_ones_have_their_own() -> None:
    polls: list[Event] = [
        Served(t=START_US + n, meter=f"m{n:02d}", unit=1, asked=START_US, request="", response="") for n in range(29)
    ]
    polls.append(MeterFault(t=START_US + HOUR, meter="m07", fault="silent", state="on"))
    found = lanes(polls)
    assert found["29 meters"].totals == {"polls": 29}
    assert [name for name in found if name.startswith("Meter")] == ["Meter m07"]


def test_a_session_lasts_from_opened_to_closed() -> None:
    lane = lanes(
        [
            Connected(t=START_US + HOUR, at="A", conn=1, peer="t", state="opened"),
            Connected(t=START_US + 2 * HOUR, at="A", conn=1, peer="t", state="reset"),
            Connected(t=START_US + 3 * HOUR, at="A", conn=2, peer="t", state="refused"),
        ]
    )["Centre A"]
    assert [(span.start_us, span.end_us) for span in lane.spans] == [(START_US + HOUR, START_US + 2 * HOUR)]


def test_refused_octets_observations_and_troubles_are_marked() -> None:
    found = lanes(
        [
            Rejected(t=START_US + 1, at="A", conn=1, octets="", count=9, reason="half a frame"),
            Observed(t=START_US + HOUR, what="gaps", asked=START_US, problem="no interface"),
            Trouble(t=START_US + HOUR, what="lost its clock"),
        ]
    )
    assert [mark.label for mark in found["Centre A"].marks] == ["half a frame"]
    assert [mark.kind for mark in found["Local readout"].marks] == ["refused"]
    assert [mark.label for mark in found["Bench"].marks] == ["lost its clock"]


def test_the_totals_of_a_day_are_all_there() -> None:
    found = events("x", 1, hours=24, meters=6)
    lane = {lane.name.en: lane for lane in gather(History(found)).lanes}["Centre A"]
    count = sum(isinstance(event, Stored) and event.centre == "A" for event in found)
    acknowledged = sum(isinstance(event, Sent) and event.centre == "A" for event in found)
    assert lane.totals["live"] + lane.totals["backfill"] == count
    assert lane.totals["backfill"] > 0
    assert lane.totals["acknowledged"] == acknowledged
    assert sum(lane.series["live"]) == lane.totals["live"]


def monstrous() -> list[Event]:
    """Thousands of everything, at random, with long names."""
    chance = random.Random(7)
    long = '<name & "quote"> 终端 ' * 8
    found: list[Event] = [began("x", 1, 40)]
    end = 48 * HOUR
    for number in range(3000):
        at = START_US + chance.randrange(end)
        link = f"{long}{chance.randrange(12)}"
        found += [
            LinkRule(t=at, link=link, rule=chance.choice(["cut", "loss"]), state=chance.choice(["on", "off", "act"])),
            Power(t=at, state=chance.choice(["cut", "restored", "brown-out"]), detail={long: long}),
            TerminalState(t=at, state=chance.choice(["starting", "running", "crashed"]), detail=long),
            ClockMoved(t=at, offset_us=chance.randrange(-(10**9), 10**9), why=long),
            Phase(t=at, name=f"{long} {number}"),
            Connected(
                t=at, at="AB"[number % 2], conn=number // 3, peer=long, state=chance.choice(["opened", "closed"])
            ),
            Rejected(t=at, at="A", conn=1, octets="23", count=1, reason=long),
            MeterFault(t=at, meter=f"{long}{number % 40}", fault=long, state=chance.choice(["on", "off", "act"])),
            Unserved(t=at, meter=f"{long}{number % 40}", unit=1, outcome="silent", request=""),
            Served(t=at, meter=f"{long}{number % 40}", unit=1, asked=at, request="", response=""),
            Observed(t=at, what=long, asked=at),
            stored(at, at - chance.randrange(end), centre=f"{long}{number % 14}", asked=number % 3 == 0),
            Sent(t=at, centre=f"{long}{number % 14}", conn=1, frame="", cn="9014", qn=""),
        ]
    return sorted(found, key=lambda event: event.t)


@pytest.mark.parametrize("alone", [True, False])
def test_a_monstrous_case_still_gives_a_small_picture(alone: bool) -> None:
    drawn = timeline_svg(History(monstrous()), title=TITLE, alone=alone)
    assert len(drawn.encode()) < MOST_OCTETS


def test_a_picture_is_well_formed_and_tells_what_it_shows() -> None:
    drawn = timeline_svg(History(events("x", 1, hours=6, meters=3, cuts=5)), title=Text("a <b>", "甲 & 乙"), alone=True)
    root = ElementTree.fromstring(drawn)
    assert root.get("role") == "img"
    named = {element.get("id"): element.text for element in root if element.get("id")}
    label, description = (root.get("aria-labelledby") or "").split()
    assert named[label] == "a <b> / 甲 & 乙"
    told = named[description] or ""
    assert "Centre A / 中心 A" in told
    assert f"{NAMES['backfill']}" in told
    assert all((element.text or "").strip() for element in root.iter(f"{SVG}title"))


def test_nothing_is_drawn_outside_the_plot() -> None:
    root = ElementTree.fromstring(timeline_svg(History(monstrous()), title=TITLE, alone=True))
    _, _, width, height = (float(part) for part in (root.get("viewBox") or "").split())
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.get("x", "0")) <= width
        assert 0 <= float(text.get("y", "0")) <= height


def test_every_series_spans_exactly_the_plot() -> None:
    drawn = timeline_svg(History(events("x", 1, hours=6, meters=3)), title=TITLE, alone=True)
    series = "live|backfill|repeated|asked|polls|acknowledged|unanswered"
    paths = re.findall(rf'<path class="(?:{series})" d="M(\d+),[^"]*?((?:[hv]-?\d+)+)z', drawn)
    assert len(paths) > 8
    for begin, outline in paths:
        assert int(begin) == GUTTER
        assert sum(int(step) for step in re.findall(r"h(\d+)", outline)) == PLOT
        assert sum(int(step) for step in re.findall(r"v(-?\d+)", outline)) == 0


def test_the_key_names_exactly_what_occurs() -> None:
    found = timeline([LinkRule(t=START_US + HOUR, link="uplink", rule="cut", state="on")])
    assert [kind for kind, _ in legend(found)] == ["cut"]
    assert "Link uplink" in describe(found)


def test_a_history_of_one_event_has_a_picture() -> None:
    drawn = timeline_svg(History([began("x", 1, 1)]), title=TITLE, alone=True)
    assert ElementTree.fromstring(drawn).tag == f"{SVG}svg"


def test_two_drawings_of_one_history_are_equal() -> None:
    history = History(events("x", 3, hours=4))
    assert timeline_svg(history, title=TITLE) == timeline_svg(history, title=TITLE)


def test_every_phase_and_rule_of_the_house_is_said_in_both_languages() -> None:
    house = ROOT
    phases: set[str] = set()
    for path in [path for room in ("conformance", "bench") for path in (house / room).rglob("*.py")]:
        phases |= set(re.findall(r"(?:\.phase|\bMark|\bPlain)\(\s*\"([^\"]+)\"", path.read_text(encoding="utf-8")))
    rules = set(re.findall(r"^    name = \"(\w+)\"$", (house / "bench/virtual/rules.py").read_text("utf-8"), re.M))
    assert len(phases) > 150 and len(rules) > 8
    assert (phases | rules | {"reset"}) - set(WORDS) == set()
    assert worded("settle") == "settle 收尾等待"
    assert worded("a word of a case") == "a word of a case"
