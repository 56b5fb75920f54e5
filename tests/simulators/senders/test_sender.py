"""A sender without a connection: what it makes, keeps, repeats, and does wrong on purpose."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
import senders_kit as kit
from senders_kit import START_US, Heard

from simulators.events import Acknowledged, Created, Uploaded
from simulators.plant.plant import as_text
from simulators.senders.https.wire import JsonWire
from simulators.senders.kinds import flaw, kinds, wire_of
from simulators.senders.parcels import Entry, Parcel

MINUTE, HOUR = 60_000_000, 3_600_000_000


def test_records_are_cut_from_the_truth_and_add_up() -> None:
    heard = Heard()
    it = kit.sender(heard, classes=("minute", "hour", "day"))
    it.opened(START_US)
    sent = kit.run(it, START_US + 24 * HOUR + MINUTE)
    by_class = {cn: [each for each in sent if each.cn == cn] for cn in ("2051", "2061", "2031")}
    assert {cn: len(each) for cn, each in by_class.items()} == {"2051": 96, "2061": 24, "2031": 1}
    sums = {cn: sum(Decimal(each.field("k00001-Cou")) for each in found) for cn, found in by_class.items()}
    assert len(set(sums.values())) == 1
    truth = kit.plant()
    read = [truth.reader("coke.total")(START_US + at) // 10**6 for at in (0, 24 * HOUR)]
    assert str(sums["2031"]) == as_text(read[1] - read[0], 3)
    assert by_class["2051"][0].field("DataTime") == "20260302000000"
    assert it.waiting == 0
    assert len([each for each in heard if isinstance(each, Acknowledged)]) == len(sent)


def test_what_nobody_takes_is_kept_and_sent_again_under_its_key() -> None:
    it = kit.sender(Heard())
    it.opened(START_US)
    first = kit.run(it, START_US + 15 * MINUTE + 5_000_000, answered=False)
    again = kit.run(it, START_US + 15 * MINUTE + 40_000_000, answered=False)
    assert [each.qn for each in first] == [first[0].qn]
    assert {each.qn for each in again} == {first[0].qn}
    assert len(again) == 3
    it.tick(START_US + 16 * MINUTE)
    assert it.broken
    it.closed()
    it.opened(START_US + 20 * MINUTE)
    octets = it.give(START_US + 20 * MINUTE)
    assert kit.packets(octets)[0].qn == first[0].qn
    it.take(kit.taken(kit.packets(octets)), START_US + 20 * MINUTE)
    assert it.waiting == 0


def test_new_records_go_before_the_backlog() -> None:
    it = kit.sender(Heard())
    kit.run(it, START_US + 50 * MINUTE)
    it.closed()
    it.opened(START_US + 60 * MINUTE)
    it.tick(START_US + 61 * MINUTE)
    stamps: list[str] = []
    while octets := it.give(START_US + 61 * MINUTE):
        found = kit.packets(octets)
        stamps += [each.field("DataTime")[8:12] for each in found]
        it.take(kit.taken(found), START_US + 61 * MINUTE)
    assert stamps == ["0045", "0000", "0015", "0030"]


def test_a_full_backlog_loses_the_oldest_and_says_so() -> None:
    heard = Heard()
    it = kit.sender(heard, backlog=2)
    kit.run(it, START_US + 61 * MINUTE)
    assert it.waiting == 2
    assert [each.start for each in heard if isinstance(each, Created) and each.fault == "lost"] == [
        START_US,
        START_US + 15 * MINUTE,
    ]


def test_what_is_done_wrong_on_purpose_is_in_the_history() -> None:
    heard = Heard()
    it = kit.sender(heard)
    it.opened(START_US)
    it.faults.withheld = frozenset(("k00001",))
    it.faults.flags = {"k00002": "D"}
    it.faults.wrong = {"k00003": (1, 10)}
    sent = kit.run(it, START_US + 16 * MINUTE)
    gap, made = [each for each in heard if isinstance(each, Created)]
    assert gap.fault == "withheld"
    assert set(gap.values) == {"k00001"}
    assert sent[0].field("k00001-Cou") == ""
    assert sent[0].field("k00002-Flag") == "D"
    assert made.flags == {"k00002": "D"}
    assert made.fault == "wrong"
    assert Decimal(made.true["k00003"]["Avg"]) // 10 == Decimal(sent[0].field("k00003-Avg")) // 1


def test_repetitions_and_revisions() -> None:
    heard = Heard()
    it = kit.sender(heard)
    it.opened(START_US)
    it.faults.double = 1
    same = kit.run(it, START_US + 16 * MINUTE)
    assert len({each.qn for each in same}) == 1
    assert len(same) == 2
    it.faults.double, it.faults.anew = 1, True
    other = kit.run(it, START_US + 31 * MINUTE)
    assert len({each.qn for each in other}) == 2
    assert other[0].cp == other[1].cp
    it.revise("minute", START_US, START_US + 15 * MINUTE, "k00001", (("Cou", "9.999"),), START_US + 32 * MINUTE)
    (revised,) = kit.packets(it.give(START_US + 32 * MINUTE))
    assert (revised.field("DataTime"), revised.field("k00001-Cou")) == ("20260302000000", "9.999")


def test_a_power_cut_leaves_a_gap_and_keeps_what_waited() -> None:
    heard = Heard()
    it = kit.sender(heard)
    kit.run(it, START_US + 16 * MINUTE)
    it.power_off()
    it.power_on(START_US + 31 * MINUTE)
    assert [each.fault for each in heard if isinstance(each, Created)] == ["", "withheld"]
    assert it.waiting == 1


@pytest.mark.parametrize("how", kinds()["hj212"].spoils)
def test_every_spoilt_packet_is_another_one_and_comes_again_sound(how: str) -> None:
    heard = Heard()
    it = kit.sender(heard, over_time_s=5)
    it.opened(START_US)
    it.faults.spoil = [how]
    now_us = START_US + 15 * MINUTE + 1_000_000
    it.tick(now_us)
    spoilt = it.give(now_us)
    it.tick(now_us + 5_000_000)
    sound = it.give(now_us + 5_000_000)
    assert spoilt != sound
    assert kit.packets(sound)[0].mn == kit.MN
    assert [each.fault for each in heard if isinstance(each, Uploaded)] == [how, ""]


def test_a_long_record_travels_in_parts() -> None:
    points = tuple(kit.PointSpec(code=f"k{number:05d}", quantity="coke.total", unit="t") for number in range(1, 61))
    it = kit.sender(Heard(), points=points)
    it.opened(START_US)
    sent = kit.run(it, START_US + 16 * MINUTE)
    assert [each.pno for each in sent] == list(range(1, sent[0].pnum + 1))
    assert {each.flag for each in sent} == {7}
    assert sum(len(each.cp) - 1 for each in sent) == 60


def test_a_platform_may_ask() -> None:
    it = kit.sender(Heard())
    it.opened(START_US)
    kit.run(it, START_US + 31 * MINUTE)
    now_us = START_US + 32 * MINUTE
    ask = kit.request("20260302003200000", "1012", SystemTime="20260302003205")
    it.take(kit.encode(ask), now_us)
    assert [each.cn for each in kit.packets(it.give(now_us))] == ["9011", "9012"]
    assert it.clock_offset_us == 5_000_000
    ask = kit.request("20260302003201000", "2051", BeginTime="20260302000000", EndTime="20260302001500")
    it.take(kit.encode(ask), now_us)
    again: list[str] = []
    while octets := it.give(now_us):
        found = [each for each in kit.packets(octets) if each.cn == "2051"]
        again += [each.field("DataTime") for each in found]
        it.take(kit.taken(found), now_us)
    assert again == ["20260302000000", "20260302001500"]


def test_what_cannot_be_is_one_sentence() -> None:
    assert "known: hj212, https, mqtt" in flaw(kit.spec(kind="pigeon"))
    assert "no form for minute" in flaw(kit.spec(kind="mqtt"))
    with pytest.raises(ValueError, match="divisor"):
        wire_of(kit.spec(minute_interval=7))


def test_json_and_mqtt_are_answered_in_their_own_way() -> None:
    it = kit.sender(Heard(), kind="https")
    it.opened(START_US)
    it.tick(START_US + 16 * MINUTE)
    octets = it.give(START_US + 16 * MINUTE)
    assert octets.startswith(b"POST /api/records HTTP/1.1\r\n")
    assert b'"kind":"quarter","start":"2026-03-02T00:00:00+08:00"' in octets
    it.take(b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"accepted":3}', START_US + 16 * MINUTE)
    assert it.waiting == 0
    it.add("minute", START_US, START_US + MINUTE, (Entry("k00001", (("Cou", "1"),)),), START_US + 17 * MINUTE)
    assert b"POST" in it.give(START_US + 17 * MINUTE)
    it.take(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", START_US + 17 * MINUTE)
    assert it.waiting == 1
    assert it.broken

    it = kit.sender(Heard(), kind="mqtt", classes=("realtime",))
    it.opened(START_US)
    it.tick(START_US)
    assert it.give(START_US)[0] == 0x10
    assert it.give(START_US) == b""
    it.take(b"\x20\x02\x00\x00", START_US)
    sent = it.give(START_US)
    assert sent[0] == 0x32
    assert b'"k00001": ' in sent
    it.take(b"\x40\x02\x00\x01", START_US)
    assert it.waiting == 0


def test_a_request_over_http_that_nobody_answers_ends_its_connection() -> None:
    it, sent, late = kit.sender(Heard(), kind="https", re_count=1_000), START_US + 16 * MINUTE, START_US + 30 * MINUTE
    it.opened(START_US)
    it.tick(sent)
    assert it.give(sent).startswith(b"POST ")
    it.tick(late)
    assert it.broken and it.give(late) == b""
    it.closed()
    it.opened(late)
    assert it.give(late).startswith(b"POST ")


class OwnForm:
    """A platform's own form: a line a record, of these fields."""

    most = 1

    def __init__(self, *fields: str) -> None:
        self._fields = fields

    def request(
        self, mn: str, secret: str, records: Sequence[Mapping[str, Any]], /
    ) -> tuple[str, str, list[tuple[str, str]], bytes]:
        line = " ".join(str(records[0][name]) for name in self._fields)
        return "PUT", f"/{mn}/{secret}", [], line.encode()

    def taken(self, status: int, octets: bytes, /) -> bool:
        return status == 200


@pytest.mark.parametrize(
    ("fields", "how", "body"),
    [
        (("start", "value", "unit"), "unit", b"5 12.5 furlong"),
        (("start", "value"), "unit", b"5 1"),
        (("kind", "start", "value"), "span", b"minute"),
        (("value",), "value", b"12,5x"),
    ],
)
def test_what_a_form_has_no_room_for_is_spoilt_otherwise(fields: tuple[str, ...], how: str, body: bytes) -> None:
    wire = JsonWire(kit.spec(kind="https"), OwnForm(*fields))
    parcel = Parcel(1, "minute", 5, 10, 10, (Entry("k1", (("Cou", "12.5"),), "N", "t"),))
    assert wire.spoilt(parcel, b"", how).endswith(b"\r\n\r\n" + body)


def test_a_false_hour_is_a_record_of_minutes_that_calls_itself_one() -> None:
    wire = JsonWire(kit.spec(kind="https"))
    parcel = Parcel(1, "minute", START_US, START_US + 5 * MINUTE, 0, (Entry("k1", (("Cou", "12.5"),), "N", "t"),))
    record = json.loads(wire.spoilt(parcel, b"", "span").partition(b"\r\n\r\n")[2])["records"][0]
    assert (record["kind"], record["start"][11:16], record["end"][11:16]) == ("hour", "00:00", "00:05")
