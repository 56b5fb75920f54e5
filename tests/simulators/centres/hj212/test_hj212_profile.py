"""HJ 212 centre: the payload profile, editions, every command, the further wrong ways to answer."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from house import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from simulators_helpers import MN, Heard, answer, upload
from trust_helpers import Client, Standing, centre, connect
from virtually import virtually

from simulators.centres.hj212.centre import Centre, Exchange
from simulators.centres.hj212.codec import (
    FAULTS,
    Frame,
    Packet,
    Splitter,
    encode,
    encode_data,
    encode_frame,
    parse_data,
)
from simulators.centres.hj212.payload import PLAIN_LIMIT, Guard, is_protected, key_id
from simulators.events import Commanded, Received, Rejected, Sent, Stored
from simulators.explain.centres import explain_hj212
from simulators.stamps import stamp
from simulators.trust import oracle

VECTOR = json.loads((ROOT / "fixtures" / "vectors" / "payload.json").read_text())["payload"]
KEY = bytes.fromhex(VECTOR["key"])
D = int(VECTOR["private"], 16)
PUBLIC = oracle.public_of(D)


def run(body: Callable[[Standing, Centre, Client], Awaitable[None]], **changes: Any) -> Heard:
    async def main() -> Heard:
        async with Standing(centre(**changes)) as standing:
            made = standing.site.centres["A"]
            client = await connect(standing)
            await body(standing, made, client)
            client.close()
        return standing.heard

    return virtually(main())


async def packets(client: Client, count: int = 1) -> list[Packet]:
    splitter = Splitter()
    found: list[Packet] = []
    while len(found) < count:
        octets = await client.until(lambda text: b"\r\n" in text)
        if not octets:
            raise EOFError
        found += [parse_data(each.data)[0] for each in splitter.feed(octets) if isinstance(each, Frame)]
    return found


class Peer:
    """The terminal's side of the profile, put together by the document from the oracle's parts."""

    def __init__(self, standing: Standing) -> None:
        side = standing.site.terminal_side("A")
        self.key = bytes.fromhex(side.payload_key)
        self.private = standing.site.trust["sm2"].leaf("client", MN).private
        authority = standing.site.trust["sm2"]
        self.centre = oracle.public_of(authority.leaf("server", "A", standing.site.world.centres[0].hosts).private)

        self.guard = Guard([self.key], self.private, self.centre, random.Random(9), centre=False)

    def seal(self, packet: Packet) -> bytes:
        return encode_frame(self.guard.seal(encode_data(packet)))

    async def packet(self, client: Client) -> tuple[Packet, str]:
        """The next packet in the clear, and what is wrong with its protection."""
        octets = await client.until(lambda text: b"\r\n" in text)
        (frame,) = [each for each in Splitter().feed(octets) if isinstance(each, Frame)]
        clear, fault = self.guard.open(frame.data)
        return parse_data(clear or frame.data)[0], fault


def test_the_vector_of_the_document() -> None:
    guard = Guard([KEY], D, PUBLIC, random.Random(1))
    assert key_id(KEY) == VECTOR["key_id"]
    data = VECTOR["data"].encode()
    assert guard.open(data) == (VECTOR["D"].encode(), "")
    assert encode_frame(data).decode() == VECTOR["frame"]
    assert is_protected(data) and not is_protected(VECTOR["D"].encode())
    assert b"123456" not in data and b"0.10" not in data
    _, faults = parse_data(data)
    assert faults == ()


@settings(max_examples=25, deadline=None)
@given(
    st.text(alphabet=st.characters(blacklist_characters="&", blacklist_categories=["Cs"]), max_size=180), st.integers()
)
def test_sealing_and_opening_gives_the_segment_back(text: str, seed: int) -> None:
    data = f"QN=1;ST=31;CN=2051;PW=ab12cd;MN={MN};Flag=7;PNUM=2;PNO=1;CP=&&{text}&&".encode()
    centre_side = Guard([KEY, bytes(16)], D, PUBLIC, random.Random(seed))
    terminal_side = Guard([KEY], D, PUBLIC, random.Random(seed), centre=False)
    sealed = centre_side.seal(data)
    assert terminal_side.open(sealed) == (data, "")
    assert centre_side.open(sealed) == (b"", "payload-form")
    assert centre_side.open(terminal_side.seal(data)) == (data, "")
    old = Guard([bytes(16)], D, PUBLIC, random.Random(seed), centre=False)
    assert centre_side.open(old.seal(data)) == (data, "")


def test_the_limit_of_the_text_keeps_the_packet_within_the_standard() -> None:
    head = f"QN=20260302000100001;ST=31;CN=2051;PW=123456;MN={MN};Flag=7;PNUM=9999;PNO=9999;"
    guard = Guard([KEY], D, PUBLIC, random.Random(1))
    for count, fits in ((PLAIN_LIMIT, True), (PLAIN_LIMIT + 3, False)):
        items = "a" * (count - len("PW=123456;CP=&&&&"))
        sealed = guard.seal(f"{head}CP=&&{items}&&".encode())
        assert (len(sealed) - len(head) <= 950 and len(sealed) <= 1024) is fits


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=len(VECTOR["data"]) - 1), st.integers(min_value=1, max_value=255))
def test_no_altered_octet_is_let_through(at: int, change: int) -> None:
    octets = bytearray(VECTOR["data"].encode())
    octets[at] ^= change
    clear, fault = Guard([KEY], D, PUBLIC, random.Random(1)).open(bytes(octets))
    assert (clear == VECTOR["D"].encode()) if not fault else (clear == b"" and fault in FAULTS)
    if not fault:
        # Only the case of the key's name may change, and bits of Base64 that stand for nothing (RFC 4648 3.5).
        spare = octets[at + 1 : at + 2] == b"="
        assert spare or bytes(octets).lower() == VECTOR["data"].encode().lower()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=120))
def test_no_octets_raise(octets: bytes) -> None:
    guard = Guard([KEY], D, PUBLIC, random.Random(1))
    assert guard.open(octets)[1] in FAULTS
    wrapped = b"QN=1;PW=000000;CP=&&KeyId=13bcec3a;" + octets + b"&&"
    assert guard.open(wrapped)[1] in FAULTS


def test_a_protected_upload_is_stored_and_its_answer_is_protected() -> None:
    async def body(standing: Standing, made: Centre, client: Client) -> None:
        peer = Peer(standing)
        client.send(peer.seal(upload()))
        got, fault = await peer.packet(client)
        assert (got.cn, got.qn, got.pw, fault) == ("9014", upload().qn, "123456", "")
        (received,) = standing.heard.of(Received)
        assert received.faults == () and "0.10" not in received.frame and received.qn == upload().qn
        assert standing.heard.of(Sent)[0].cn == "9014" and "123456" not in standing.heard.of(Sent)[0].frame
        asked = asyncio.ensure_future(made.read_clock())
        request, fault = await peer.packet(client)
        assert (request.cn, fault) == ("1011", "")
        for cn, field in (
            ("9011", ("QnRtn", "1")),
            ("1011", ("SystemTime", "20260302000000")),
            ("9012", ("ExeRtn", "1")),
        ):
            client.send(peer.seal(Packet(qn=request.qn, st="91", cn=cn, pw=request.pw, mn=MN, flag=4, cp=((field,),))))
        assert (await asked).value("SystemTime") == "20260302000000"

    heard = run(body, payload="sm4-sm2")
    assert heard.of(Stored)[0].fields == {"Cou": "0.10"}


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        ("plain", "payload-missing"),
        ("altered", "payload-cipher"),
        ("wrong-tag", "payload-cipher"),
        ("wrong-key", "payload-cipher"),
        ("wrong-signature", "payload-signature"),
        ("foreign-signer", "payload-signature"),
    ],
)
def test_what_is_not_protected_as_agreed_is_neither_used_nor_answered(spoil: Any, fault: str) -> None:
    async def body(standing: Standing, made: Centre, client: Client) -> None:
        peer = Peer(standing)
        client.send(encode_frame(peer.guard.seal(encode_data(upload()), spoil)))
        await standing.heard.until(lambda: bool(standing.heard.of(Rejected)))
        assert fault in standing.heard.of(Received)[0].faults
        assert not standing.heard.of(Stored) and not standing.heard.of(Sent)
        made.behave(payload=spoil)
        client.send(peer.seal(upload()))
        _, seen = await peer.packet(client)
        assert seen == fault
        (sent,) = standing.heard.of(Sent)
        assert (sent.cn, sent.spoiled) == ("", f"payload-{spoil}")

    run(body, payload="sm4-sm2")


def test_protection_nobody_agreed_on_is_no_use() -> None:
    async def body(standing: Standing, made: Centre, client: Client) -> None:
        client.send(VECTOR["frame"].encode())
        await standing.heard.until(lambda: bool(standing.heard.of(Rejected)))
        assert "payload-unexpected" in standing.heard.of(Received)[0].faults

    run(body)


def test_decode_names_a_protected_payload() -> None:
    explained = explain_hj212(VECTOR["frame"])
    assert explained.exact and any(part.name == "KeyId" and part.meaning for part in explained.fields)


# Editions and wrong answers.


@pytest.mark.parametrize(("edition", "request_flag", "answer_flag"), [(2005, 1, 0), (2017, 5, 4), (2025, 9, 8)])
def test_the_edition_is_in_the_flag_of_what_the_centre_sends(edition: int, request_flag: int, answer_flag: int) -> None:
    async def body(standing: Standing, made: Centre, client: Client) -> None:
        client.send(encode(upload()))
        assert (await packets(client))[0].flag == answer_flag
        asked = asyncio.ensure_future(made.read_clock())
        assert (await packets(client))[0].flag == request_flag
        asked.cancel()

    run(body, edition=edition)


def test_notices_of_2025_and_heartbeats() -> None:
    async def body(standing: Standing, made: Centre, client: Client) -> None:
        for cn in ("1001", "1014"):
            client.send(encode(Packet(qn="20260302000100001", st="31", cn=cn, pw="123456", mn=MN, flag=9)))
            assert (await packets(client))[0].cn == "9013"
        beat = encode(Packet(qn="20260302000100001", st="31", cn="9015", pw="123456", mn=MN, flag=9))
        client.send(beat)
        await standing.heard.until(lambda: len(standing.heard.of(Received)) == 3)
        made.behave(heartbeat="answer")
        client.send(beat)
        assert (await packets(client))[0].cn == "9013"
        assert len(standing.heard.of(Sent)) == 3

    run(body, edition=2025)


@pytest.mark.parametrize("ack", ["half", "garbage", "wrong-crc"])
def test_what_comes_in_place_of_an_acknowledgement_is_none(ack: str) -> None:
    async def body(standing: Standing, made: Centre, client: Client) -> None:
        made.behave(ack=ack)
        client.send(encode(upload()))
        octets = await client.until(lambda text: b"\n" in text)
        frames = [each for each in Splitter().feed(octets) if isinstance(each, Frame)]
        sound = [each for each in frames if not set(each.faults) - {"tail-missing"} and b"CN=9014" in each.data]
        assert not sound and octets
        (sent,) = standing.heard.of(Sent)
        assert (sent.cn, sent.spoiled, sent.qn) == ("", ack, upload().qn)
        assert standing.heard.of(Stored)

    run(body)


def test_the_clock_answered_to_1013_may_be_off() -> None:
    async def body(standing: Standing, made: Centre, client: Client) -> None:
        made.behave(calibrate_offset_s=-3600)
        client.send(encode(Packet(qn="20260302000100001", st="31", cn="1013", pw="123456", mn=MN, flag=5)))
        notice, request = await packets(client, 2)
        assert (notice.cn, request.cn) == ("9013", "1012")
        assert request.field("SystemTime") == stamp(standing.clock.at_us - 3_600_000_000)

    run(body)


# Every command.

COMMANDS: list[tuple[str, Callable[[Centre], Awaitable[Exchange]], dict[str, str]]] = [
    ("1000", lambda each: each.set_timeouts(7, 2), {"OverTime": "7", "ReCount": "2"}),
    ("1011", lambda each: each.read_clock("w01018"), {"PolId": "w01018"}),
    ("1012", lambda each: each.set_clock(device="w01018"), {"PolId": "w01018"}),
    ("1061", lambda each: each.read_realtime_interval(), {}),
    ("1062", lambda each: each.set_realtime_interval(30), {"RtdInterval": "30"}),
    ("1063", lambda each: each.read_minute_interval(), {}),
    ("1064", lambda each: each.set_minute_interval(10), {"MinInterval": "10"}),
    ("1072", lambda each: each.set_password("abcdef"), {"NewPW": "abcdef"}),
    ("2011", lambda each: each.read_now(), {}),
    ("2021", lambda each: each.device_state(), {}),
    ("2031", lambda each: each.history("day", "20260301000000", "20260301000000"), {"BeginTime": "20260301000000"}),
    ("2041", lambda each: each.history("running", "20260301000000", "20260301000000"), {"EndTime": "20260301000000"}),
    ("2051", lambda each: each.history("minute", "20260301000000", "20260301000000"), {}),
    ("2061", lambda each: each.history("hour", "20260301000000", "20260301000000"), {}),
    ("3011", lambda each: each.calibrate_instrument("a05001"), {"PolId": "a05001"}),
    ("3012", lambda each: each.sample_now("a05001"), {"PolId": "a05001"}),
    ("3013", lambda each: each.clean("a05001"), {"PolId": "a05001"}),
    ("3014", lambda each: each.comparison_sample("a05001"), {"PolId": "a05001"}),
    ("3015", lambda each: each.retain_sample(), {}),
    ("3016", lambda each: each.set_sampling_period("a05001", "000000", 2), {"CstartTime": "000000", "Ctime": "2"}),
    ("3017", lambda each: each.read_sampling_period("a05001"), {"PolId": "a05001"}),
    ("3018", lambda each: each.read_analysis_time("a05001"), {"PolId": "a05001"}),
    ("3019", lambda each: each.instrument_id("a05001"), {"PolId": "a05001"}),
    ("3020", lambda each: each.information("i12001", "a05001"), {"InfoId": "i12001"}),
    ("3021", lambda each: each.set_parameter("i13004", "a05001", "5"), {"InfoId": "i13004", "i13004-Info": "5"}),
]


@pytest.mark.parametrize(("cn", "ask", "fields"), COMMANDS, ids=[each[0] for each in COMMANDS])
def test_every_command_is_asked_answered_and_ended(
    cn: str, ask: Callable[[Centre], Awaitable[Exchange]], fields: dict[str, str]
) -> None:
    async def body(standing: Standing, made: Centre, client: Client) -> None:
        asked = asyncio.ensure_future(ask(made))
        (request,) = await packets(client)
        assert (request.cn, request.st, request.flag, request.mn) == (cn, "31", 5, MN)
        assert all(request.field(name) == value for name, value in fields.items())
        client.send(answer(request, "9011", ("QnRtn", "1")))
        client.send(
            encode(
                Packet(
                    qn=request.qn,
                    st="31",
                    cn=cn,
                    pw="123456",
                    mn=MN,
                    flag=4,
                    cp=((("DataTime", "20260301000000"), ("x-Info", "7")),),
                )
            )
        )
        client.send(answer(request, "9012", ("ExeRtn", "1")))
        exchange = await asked
        assert (exchange.ended, exchange.accepted, exchange.result, exchange.fetched) == ("done", "1", "1", 1)
        assert exchange.value("x-Info") == "7"

    heard = run(body)
    (told,) = heard.of(Commanded)
    assert (told.cn, told.result) == (cn, "1")


def test_stopping_is_a_notification() -> None:
    async def body(standing: Standing, made: Centre, client: Client) -> None:
        for stop in (made.stop_realtime, made.stop_device_state):
            asked = asyncio.ensure_future(stop())
            (request,) = await packets(client)
            client.send(answer(request, "9013"))
            assert (await asked).ended == "done"

    run(body)


def test_the_start_up_sequence_is_that_of_the_standard() -> None:
    async def body(standing: Standing, made: Centre, client: Client) -> None:
        made.behave(init=True, device_state=True)
        other = await connect(standing)
        seen: list[str] = []
        while len(seen) < 5:
            (request,) = await packets(other)
            seen.append(request.cn)
            if request.cn in ("2012", "2022"):
                other.send(answer(request, "9013"))
            else:
                other.send(answer(request, "9011", ("QnRtn", "1")))
                other.send(answer(request, "9012", ("ExeRtn", "1")))
        assert seen == ["1012", "1000", "1064", "2012", "2021"]
        other.close()

    run(body)
