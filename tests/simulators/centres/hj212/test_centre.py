"""The HJ 212 centre against a hand-written socket client."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ports import free_port
from simulators_helpers import MN, START_US, HandClock, Heard, answer, upload
from virtually import virtually

from simulators.centres.hj212.centre import Centre, Exchange, SwitchError
from simulators.centres.hj212.codec import Frame, Packet, Splitter, encode, parse_data
from simulators.events import Behaviour, Commanded, Connected, Received, Rejected, Sent, Stored


class Terminal:
    """A terminal that does only what a test tells it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.splitter = Splitter()
        self.ready: list[Frame] = []

    def send(self, *packets: Packet | bytes) -> None:
        for packet in packets:
            self.writer.write(packet if isinstance(packet, bytes) else encode(packet))

    async def packet(self) -> Packet:
        async with asyncio.timeout(10):
            while not self.ready:
                octets = await self.reader.read(4096)
                if not octets:
                    raise EOFError
                self.ready += [each for each in self.splitter.feed(octets) if isinstance(each, Frame)]
        return parse_data(self.ready.pop(0).data)[0]

    async def nothing(self, seconds: float = 0.1) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return not await self.reader.read(1)
        except TimeoutError:
            return True

    def close(self) -> None:
        self.writer.close()


class Room:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.heard = Heard()
        self.port = free_port()
        self.centre = Centre(
            "A",
            "127.0.0.1",
            self.port,
            mn=MN,
            pw="123456",
            st="31",
            clock=self.clock,
            chance=random.Random(1),
            observe=self.heard,
            over_time_s=1,
        )

    async def connect(self) -> Terminal:
        return Terminal(*await asyncio.open_connection("127.0.0.1", self.port))


def run(body: Callable[[Room, Terminal], Awaitable[None]]) -> Heard:
    async def main() -> Heard:
        room = Room()
        await room.centre.start()
        terminal = await room.connect()
        await room.heard.until(lambda: bool(room.heard.of(Connected)))
        try:
            await body(room, terminal)
        finally:
            terminal.close()
            await room.centre.stop()
        return room.heard

    return virtually(main())


def test_an_upload_is_stored_and_acknowledged() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        terminal.send(upload())
        got = await terminal.packet()
        assert (got.cn, got.qn, got.mn, got.st, got.flag, got.cp) == ("9014", upload().qn, MN, "91", 4, ())
        (stored,) = room.heard.of(Stored)
        assert (stored.kind, stored.code, stored.stamp) == ("minute", "k01001", "20260302000000")
        assert (stored.fields, stored.flag, stored.version, stored.copies) == ({"Cou": "0.10"}, "N", 1, 1)
        order = [type(each) for each in room.heard if isinstance(each, Received | Stored | Sent)]
        assert order == [Received, Stored, Sent]

    run(body)


def test_without_the_answer_bit_there_is_no_answer() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        terminal.send(upload(flag=4))
        assert await terminal.nothing()
        assert room.heard.of(Stored)

    run(body)


def test_an_answer_is_never_answered() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        terminal.send(answer(upload(), "9014", flag=5), answer(upload(), "9011", ("QnRtn", "1"), flag=5))
        assert await terminal.nothing()

    run(body)


def test_records_are_stored_once_by_key_and_every_content_as_a_version() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        other = upload(((("k01001-Cou", "0.20"), ("k01001-Flag", "N")),), qn="20260302000200001")
        terminal.send(upload(), upload(), other, upload())
        for _ in range(4):
            await terminal.packet()
        seen = [(each.version, each.copies) for each in room.heard.of(Stored)]
        assert seen == [(1, 1), (1, 2), (2, 1), (1, 3)]
        assert room.centre.records == {
            (MN, "minute", "k01001", "20260302000000"): [({"Cou": "0.10"}, "N"), ({"Cou": "0.20"}, "N")]
        }

    run(body)


def test_every_class_and_every_code_of_a_packet_is_stored() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        items = ((("a-Avg", "1.0"), ("a-Min", "0.9"), ("a-Max", "1.1"), ("a-Flag", "N")), (("b-Flag", "B"),))
        for cn in ("2011", "2051", "2061", "2031", "2021"):
            terminal.send(upload(items, cn=cn, qn=f"2026030200010{cn}"))
            await terminal.packet()
        stored = [(each.kind, each.code, each.flag) for each in room.heard.of(Stored)]
        kinds = ("realtime", "minute", "hour", "day")
        assert stored == [(kind, code, flag) for kind in kinds for code, flag in (("a", "N"), ("b", "B"))]
        assert room.heard.of(Stored)[0].fields == {"Avg": "1.0", "Min": "0.9", "Max": "1.1"}

    run(body)


def test_every_part_of_a_split_upload_is_acknowledged() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        for number in (1, 2):
            terminal.send(upload(flag=7, pnum=2, pno=number, qn=f"2026030200010000{number}"))
            assert (await terminal.packet()).qn == f"2026030200010000{number}"
        assert [each.pno for each in room.heard.of(Stored)] == [1, 2]

    run(body)


def test_a_packet_of_the_2005_style_is_taken_with_its_deviations_named() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(identity="accept")
        terminal.send(
            b"##0139ST=32;CN=2011;PW=123456;MN=LD130133000015;CP=&&DataTime=20160824003817000;"
            b"B01-Rtd=36.91;011-Rtd=231.0,011-Flag=N;060-Rtd=1.803,060-Flag=N&&4980\r\n"
        )
        await room.heard.until(lambda: len(room.heard.of(Stored)) == 3)
        (received,) = room.heard.of(Received)
        assert {"qn-missing", "flag-missing", "datatime-17-digits", "mn-foreign", "st-wrong"} <= set(received.faults)
        assert room.heard.of(Stored)[0].stamp == "20160824003817000"

    run(body)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"pw": "000000"}, "3"), ({"mn": MN[::-1]}, "4"), ({"st": "22"}, "5")],
)
def test_a_stranger_gets_its_code_and_stores_nothing(changes: dict[str, str], code: str) -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        terminal.send(upload(**changes))  # type: ignore[arg-type]
        got = await terminal.packet()
        assert (got.cn, got.field("QnRtn")) == ("9011", code)
        room.centre.behave(identity="silent")
        terminal.send(upload(**changes))  # type: ignore[arg-type]
        assert await terminal.nothing()
        assert not room.heard.of(Stored)

    run(body)


def test_a_wrong_check_word_is_silence_qnrtn_9_or_the_end() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        bad = encode(upload())[:-6] + b"0042\r\n"
        terminal.send(bad)
        assert await terminal.nothing()
        assert room.heard.of(Rejected)[0].reason == "crc-foreign"
        room.centre.behave(crc_error="qnrtn-9")
        terminal.send(bad)
        got = await terminal.packet()
        assert (got.cn, got.field("QnRtn")) == ("9011", "9")
        room.centre.behave(crc_error="close")
        terminal.send(bad)
        with pytest.raises(EOFError):
            await terminal.packet()
        assert not room.heard.of(Stored)

    run(body)


def test_a_strict_centre_takes_nothing_that_deviates() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(strict=True)
        terminal.send(upload(((("k01001-Cou", "1e3"), ("k01001-Flag", "N")),)))
        assert await terminal.nothing()
        lower = encode(upload())
        terminal.send(lower[:-6] + lower[-6:].lower())
        assert (await terminal.packet()).cn == "9014"
        assert len(room.heard.of(Stored)) == 1

    run(body)


@pytest.mark.parametrize(
    ("ack", "expected"),
    [
        ("never", []),
        ("wrong-qn", [("9014", False, True)]),
        ("wrong-cn", [("9013", True, True)]),
        ("wrong-mn", [("9014", True, False)]),
        ("twice", [("9014", True, True), ("9014", True, True)]),
        ("negative", [("9011", True, True)]),
    ],
)
def test_every_wrong_way_to_acknowledge(ack: str, expected: list[tuple[str, bool, bool]]) -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(ack=ack)
        terminal.send(upload())
        got = [await terminal.packet() for _ in expected]
        assert [(each.cn, each.qn == upload().qn, each.mn == MN) for each in got] == expected
        assert await terminal.nothing()
        assert bool(room.heard.of(Stored)) is (ack != "negative")
        assert all(each.spoiled == ack for each in room.heard.of(Sent))

    run(body)


def test_one_class_of_uploads_may_be_refused() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(refused_cn=upload().cn, negative_code=8)
        terminal.send(upload())
        assert (await terminal.packet()).cn == "9011"
        assert not room.heard.of(Stored)
        room.centre.behave(refused_cn="2031")
        terminal.send(upload())
        assert (await terminal.packet()).cn == "9014"
        assert room.heard.of(Stored)

    run(body)


def test_a_connection_may_close_between_storing_and_answering() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(ack="close")
        terminal.send(upload())
        with pytest.raises(EOFError):
            await terminal.packet()
        assert room.heard.of(Stored)
        assert not room.heard.of(Sent)

    run(body)


def test_acknowledging_before_storing_and_losing_what_was_acknowledged() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(ack_when="before")
        terminal.send(upload())
        await terminal.packet()
        assert [type(each) for each in room.heard if isinstance(each, Sent | Stored)] == [Sent, Stored]
        room.centre.behave(persist=False)
        terminal.send(upload())
        await terminal.packet()
        assert len(room.heard.of(Stored)) == 1

    run(body)


def test_an_acknowledgement_may_come_late_or_only_for_the_third_copy_or_by_chance() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(ack_after_s=0.2)
        terminal.send(upload())
        assert await terminal.nothing(0.05)
        assert (await terminal.packet()).cn == "9014"
        assert room.heard.of(Sent)[0].spoiled == "late"
        room.centre.behave(ack_after_s=0, ack_from_copy=3)
        other = upload(when="20260302000100")
        terminal.send(other, other, other)
        await terminal.packet()
        assert await terminal.nothing()
        room.centre.behave(ack_from_copy=1, ack_share=0.5)
        before = len(room.heard.of(Sent))
        terminal.send(*[upload(when=f"2026030201{minute:02}00") for minute in range(40)])
        await room.heard.until(lambda: len(room.heard.of(Stored)) == 44)
        assert 8 < len(room.heard.of(Sent)) - before < 32

    run(body)


def test_a_connection_may_close_between_the_parts_so_many_times() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(close_between_parts=1)
        terminal.send(upload(flag=7, pnum=2, pno=1))
        assert (await terminal.packet()).cn == "9014"
        with pytest.raises(EOFError):
            await terminal.packet()
        again = await room.connect()
        again.send(upload(flag=7, pnum=2, pno=1), upload(flag=7, pnum=2, pno=2))
        assert [(await again.packet()).cn for _ in range(2)] == ["9014", "9014"]
        again.close()

    run(body)


def test_refusing_and_taking_connections_again() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(accept="refuse")
        with pytest.raises(ConnectionRefusedError):
            await room.connect()
        terminal.send(upload())
        assert (await terminal.packet()).cn == "9014", "open connections stay"
        room.centre.behave(accept="accept")
        await asyncio.sleep(0.05)
        room.centre.behave(accept="close")
        with pytest.raises(EOFError):
            await (await room.connect()).packet()
        assert room.heard.of(Connected)[-1].state == "refused"
        room.centre.disconnect()
        with pytest.raises(EOFError):
            await terminal.packet()

    run(body)


@pytest.mark.parametrize("sending", ["octets", "glued", "lf-only", "junk-hash", "junk-head"])
def test_answers_in_every_manner_of_sending_are_whole(sending: str) -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(sending=sending)
        terminal.send(upload(), upload(), upload())
        got = [await terminal.packet() for _ in range(3)]
        assert {each.cn for each in got} == {"9014"}
        assert {each.spoiled for each in room.heard.of(Sent)} == {sending}

    run(body)


def test_lower_case_check_words() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(crc_case="lower")
        terminal.send(upload(qn="20260302000000777"))
        octets = await terminal.reader.readuntil(b"\n")
        assert octets[-6:-2] == octets[-6:-2].lower()

    run(body)


def test_reading_may_stop_or_go_slowly() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(reading="stopped")
        terminal.send(upload())
        assert await terminal.nothing()
        room.centre.behave(reading="normal")
        assert (await terminal.packet()).cn == "9014"
        room.centre.behave(reading="slow", reading_pause_s=0.2)
        terminal.send(upload())
        await terminal.packet()
        terminal.send(upload())
        assert await terminal.nothing(0.05)
        assert (await terminal.packet()).cn == "9014"

    run(body)


def test_a_half_closed_centre_reads_on_but_answers_nothing() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(half_close=True)
        assert await terminal.reader.read() == b""
        terminal.send(upload())
        await room.heard.until(lambda: bool(room.heard.of(Stored)))
        assert not room.heard.of(Sent)

    run(body)


def test_a_notification_is_answered_and_a_heartbeat_is_not() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(calibrate=False)
        terminal.send(upload((), cn="9021"), upload((), cn="1013"))
        assert (await terminal.packet()).cn == "9013"
        assert await terminal.nothing()

    run(body)


def test_an_unknown_switch_or_value_is_a_sentence() -> None:
    centre = Room().centre
    with pytest.raises(SwitchError, match="no switch 'akc'; it has ack,"):
        centre.behave(akc="never")
    with pytest.raises(SwitchError, match="ack"):
        centre.behave(ack="sometimes")
    assert centre.switches.ack == "always"


def test_switches_are_noted() -> None:
    room = Room()
    room.centre.behave(ack="never", ack_after_s=3)
    assert room.heard.of(Behaviour)[0].switches == {"ack": "never", "ack_after_s": "3.0"}


# Commands.


async def serve(
    terminal: Terminal, exchange: Callable[[], Awaitable[Exchange]], script: Callable[[Packet], list[bytes]]
) -> tuple[Exchange, Packet]:
    asked = asyncio.ensure_future(exchange())
    request = await terminal.packet()
    terminal.send(*script(request))
    return await asked, request


def test_a_request_ends_with_9012() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        exchange, request = await serve(
            terminal,
            lambda: room.centre.set_timeouts(7, 2),
            lambda asked: [answer(asked, "9011", ("QnRtn", "1")), answer(asked, "9012", ("ExeRtn", "1"))],
        )
        assert (request.cn, request.flag, request.st) == ("1000", 5, "31")
        assert (request.field("OverTime"), request.field("ReCount")) == ("7", "2")
        assert (exchange.ended, exchange.accepted, exchange.result) == ("done", "1", "1")
        assert (room.centre.over_time_s, room.centre.re_count) == (7, 2)
        (told,) = room.heard.of(Commanded)
        assert (told.cn, told.qn, told.accepted, told.result, told.sent) == ("1000", request.qn, "1", "1", START_US)

    run(body)


@pytest.mark.parametrize("own_qn", [False, True])
def test_the_answer_to_reading_the_clock_may_carry_either_qn(own_qn: bool) -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        qn = "20260302000009999" if own_qn else ""

        def script(asked: Packet) -> list[bytes]:
            data = Packet(
                qn=qn or asked.qn,
                st="31",
                cn="1011",
                pw="123456",
                mn=MN,
                flag=4,
                cp=((("SystemTime", "20260302000001"),),),
            )
            return [
                answer(asked, "9011", ("QnRtn", "1")),
                encode(data),
                answer(asked, "9012", ("ExeRtn", "1")),
            ]

        exchange, _ = await serve(terminal, room.centre.read_clock, script)
        assert exchange.value("SystemTime") == "20260302000001"
        assert room.heard.of(Commanded)[0].answer == {"SystemTime": "20260302000001"}

    run(body)


def test_history_is_fetched_stored_as_asked_and_acknowledged_by_each_packets_qn() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        task = asyncio.ensure_future(room.centre.history("minute", "20260302000000", "20260302000100"))
        asked = await terminal.packet()
        assert (asked.cn, asked.field("BeginTime"), asked.field("EndTime")) == (
            "2051",
            "20260302000000",
            "20260302000100",
        )
        live = upload(when="20260302010000", qn="20260302000000500")
        older = upload(when="20260301235900", qn="20260302000000499")
        first, second = upload(qn="20260302000000501"), upload(when="20260302000100", qn="20260302000000502")
        terminal.send(answer(asked, "9011", ("QnRtn", "1")), older, live, first, second)
        terminal.send(answer(asked, "9012", ("ExeRtn", "1")))
        exchange = await task
        assert exchange.fetched == 2
        assert [(await terminal.packet()).qn for _ in range(4)] == [older.qn, live.qn, first.qn, second.qn]
        assert [each.asked for each in room.heard.of(Stored)] == [False, False, True, True]

    run(body)


def test_a_comma_in_the_range_as_in_example_c23() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(comma_range=True)
        task = asyncio.ensure_future(room.centre.history("hour", "20260302000000", "20260302000000"))
        octets = await terminal.reader.readuntil(b"\n")
        assert b"BeginTime=20260302000000,EndTime=20260302000000&&" in octets
        task.cancel()

    run(body)


def test_a_refusal_ends_the_exchange() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        exchange, _ = await serve(terminal, room.centre.read_now, lambda asked: [answer(asked, "9011", ("QnRtn", "3"))])
        assert (exchange.ended, exchange.accepted, exchange.result) == ("refused", "3", "")

    run(body)


def test_without_an_answer_the_request_is_repeated_with_the_same_qn() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.re_count = 2
        exchange = await room.centre.command("1011", over_time_s=0.05)
        assert exchange.ended == "answer-timeout"
        qns = [(await terminal.packet()).qn for _ in range(3)]
        assert qns == [exchange.qn] * 3
        assert await terminal.nothing()

    run(body)


def test_an_execution_that_never_ends_times_out_and_a_lost_connection_ends_it() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        task = asyncio.ensure_future(room.centre.command("2011", execution_s=0.1))
        terminal.send(answer(await terminal.packet(), "9011", ("QnRtn", "1")))
        assert (await task).ended == "execution-timeout"
        task = asyncio.ensure_future(room.centre.command("2011"))
        terminal.send(answer(await terminal.packet(), "9011", ("QnRtn", "1")))
        await asyncio.sleep(0.05)
        terminal.close()
        assert (await task).ended == "connection-lost"
        assert (await room.centre.command("2011")).ended == "no-connection"

    run(body)


def test_stopping_real_time_data_is_a_notification() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        exchange, request = await serve(terminal, room.centre.stop_realtime, lambda asked: [answer(asked, "9013")])
        assert (request.cn, exchange.ended) == ("2012", "done")

    run(body)


def test_a_new_password_is_used_from_then_on() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        await serve(
            terminal,
            lambda: room.centre.set_password("abc123"),
            lambda asked: [answer(asked, "9011", ("QnRtn", "1")), answer(asked, "9012", ("ExeRtn", "1"))],
        )
        terminal.send(upload(), upload(pw="abc123"), upload(pw="zzzzzz"))
        assert [(await terminal.packet()).cn for _ in range(3)] == ["9014", "9014", "9011"]
        task = asyncio.ensure_future(room.centre.read_clock())
        assert (await terminal.packet()).pw == "abc123"
        task.cancel()

    run(body)


def test_the_start_up_sequence_runs_in_the_order_of_the_standard() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        room.centre.behave(init=True)
        room.centre.realtime_interval_s = 60
        fresh = await room.connect()
        asked: list[str] = []
        for _ in range(5):
            request = await fresh.packet()
            asked.append(request.cn)
            fresh.send(answer(request, "9011", ("QnRtn", "1")), answer(request, "9012", ("ExeRtn", "1")))
        assert asked == ["1012", "1000", "1062", "1064", "2011"]
        fresh.close()

    run(body)


def test_qns_are_unique_and_may_have_13_digits() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        tasks = [asyncio.ensure_future(room.centre.read_clock()) for _ in range(5)]
        qns = [(await terminal.packet()).qn for _ in range(5)]
        assert len(set(qns)) == 5
        assert {len(qn) for qn in qns} == {17}
        room.centre.behave(qn_digits=13)
        tasks.append(asyncio.ensure_future(room.centre.read_clock()))
        assert len((await terminal.packet()).qn) == 13
        for task in tasks:
            task.cancel()

    run(body)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=10))
def test_garbage_never_costs_a_whole_frame(pieces: list[bytes]) -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        for number, piece in enumerate(pieces):
            terminal.send(piece + b"\r\n", upload(when=f"202603020000{number:02}"))
        await room.heard.until(lambda: len(room.heard.of(Stored)) == len(pieces))

    run(body)


def test_a_megabyte_of_hashes_before_a_frame() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        terminal.send(b"#" * 1_000_000, upload())
        assert (await terminal.packet()).cn == "9014"
        assert sum(each.count for each in room.heard.of(Rejected)) == 1_000_000

    run(body)


def test_a_frame_without_its_tail_is_taken_when_nothing_follows() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        terminal.send(encode(upload())[:-2])
        assert (await terminal.packet()).cn == "9014"
        assert room.heard.of(Received)[0].faults == ("tail-missing",)

    run(body)


def test_half_a_frame_at_the_end_of_a_connection_is_noted() -> None:
    async def body(room: Room, terminal: Terminal) -> None:
        terminal.send(encode(upload())[:50])
        terminal.close()
        await room.heard.until(lambda: bool(room.heard.of(Rejected)))
        assert room.heard.of(Rejected)[0].reason == "the stream ended within a frame"

    run(body)
