"""A terminal under load without input and output: due, under way, again, done."""

from __future__ import annotations

from bench.load.forms import Hj212Form
from bench.load.plan import Plan, Terminals
from bench.load.sender import NEVER, Sender
from bench.load.truth import SECOND, Stamps, mn_of, terminal_of, value_of
from simulators.centres.hj212.codec import Frame, Packet, Splitter, encode, parse_data

T0 = 1_772_380_800 * SECOND
UNTIL = T0 + 60 * SECOND


def sent(sender: Sender, now: int) -> list[int]:
    """Take what is to be sent now; the keys are the periods."""
    found: list[int] = []
    for sending in sender.take(now, UNTIL):
        sender.under_way(sending.period, sending)
        found.append(sending.period)
    return found


def test_records_become_due_whatever_the_target_does() -> None:
    sender = Sender(Terminals(period_s=10, window=2), 1, 0, T0)
    first = T0 // (10 * SECOND)
    assert sender.next_us(UNTIL) == T0 + 10 * SECOND
    assert sent(sender, T0 + 9 * SECOND) == []
    assert sent(sender, T0 + 35 * SECOND) == [first, first + 1]
    assert sender.next_us(UNTIL) == NEVER, "the window is full"
    taken = sender.acknowledged(first)
    assert taken is not None
    assert taken.due_us == T0 + 10 * SECOND, "the intended start does not move with a slow target"
    assert sent(sender, T0 + 35 * SECOND) == [first + 2]


def test_what_is_not_acknowledged_is_sent_again_and_the_connection_given_up() -> None:
    sender = Sender(Terminals(period_s=10, over_time_s=5, re_count=1), 1, 0, T0)
    now = T0 + 10 * SECOND
    assert len(sent(sender, now)) == 1
    assert not sender.overdue(now + 4 * SECOND)
    assert not sender.overdue(now + 5 * SECOND), "the first time it is only sent again"
    again = list(sender.take(now + 5 * SECOND, UNTIL))
    assert [each.attempts for each in again] == [2]
    assert again[0].first_us == now
    sender.under_way("k", again[0])
    assert sender.overdue(now + 10 * SECOND)
    assert sender.given_up == 1


def test_backlog_waits_for_live_records_and_costs_no_memory() -> None:
    sender = Sender(Terminals(period_s=60, backlog_h=8760, window=3), 1, 0, T0)
    assert sender.unsent(T0) == 8760 * 60
    first = T0 // (60 * SECOND)
    assert sent(sender, T0 + 59 * SECOND) == [first - 8760 * 60, first - 8760 * 60 + 1, first - 8760 * 60 + 2]
    assert sender.first == first - 8760 * 60 + 3


def test_no_more_is_taken_than_the_window_holds() -> None:
    sender = Sender(Terminals(period_s=60, backlog_h=10, window=4), 1, 0, T0)
    assert len(list(sender.take(T0, UNTIL))) == 4, "also where all of it goes in one body"


def test_live_before_backlog() -> None:
    sender = Sender(Terminals(period_s=60, backlog_h=1, window=2), 1, 0, T0)
    until = T0 + 3600 * SECOND
    first = T0 // (60 * SECOND)
    assert next(each.period for each in sender.take(T0 + 60 * SECOND, until)) == first


def test_without_power_nothing_is_measured() -> None:
    sender = Sender(Terminals(period_s=10), 1, 0, T0)
    sender.skip(T0 + 35 * SECOND)
    assert sender.next_us(UNTIL) == T0 + 50 * SECOND


def test_a_broken_connection_loses_nothing() -> None:
    sender = Sender(Terminals(period_s=10, window=3), 1, 0, T0)
    periods = sent(sender, T0 + 30 * SECOND)
    sender.broken()
    assert sent(sender, T0 + 31 * SECOND) == periods
    for period in periods:
        sender.acknowledged(period)
    assert not sender.done(UNTIL)
    assert sender.done(T0 + 39 * SECOND)


def test_frames_are_sound_and_answers_are_read_in_any_pieces() -> None:
    plan = Plan(name="a", seed=7, terminals=Terminals(points=2, period_s=60))
    form = Hj212Form(plan, 5, Stamps())
    period = T0 // (60 * SECOND)
    qn, frame = form.message(period, T0)
    (found,) = Splitter().feed(frame)
    assert isinstance(found, Frame)
    packet, faults = parse_data(found.data)
    assert not faults
    assert packet.qn == qn
    assert terminal_of(7, packet.mn) == 5
    assert packet.field("k02001-Cou") == value_of(7, 5, 1, period)
    assert form.message(period, T0)[0] > qn, "no two messages have one number"
    answer = encode(Packet(qn=qn, st="91", cn="9014", pw="123456", mn=packet.mn, flag=4))
    refusal = encode(Packet(qn=qn, st="91", cn="9011", pw="123456", mn=packet.mn, flag=4, cp=((("QnRtn", "2"),),)))
    for pieces in ([answer + refusal], [answer[:30], answer[30:] + refusal], [b"junk" + answer, refusal]):
        form.reset()
        told = [each for piece in pieces for each in form.answers(piece)]
        assert [(each.cn, each.good) for each in told] == [("9014", True), ("9011", False)]
    form.reset()
    broken = answer[:-6] + bytes([answer[-6] ^ 1]) + answer[-5:]
    assert list(form.answers(broken)) == [], "a wrong check word acknowledges nothing"
    stranger = encode(Packet(qn=qn, st="91", cn="9014", pw="123456", mn=mn_of(7, 6), flag=4))
    form.reset()
    assert list(form.answers(stranger)) == [], "another terminal's acknowledgement neither"
