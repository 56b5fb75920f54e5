"""No private key in what is captured, however packets cut it; everything else stays as it passed."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bench.virtual.capture import Passed
from bench.virtual.redaction import redacted
from bench.virtual.rules import PacketKind

_SECRET = b"MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQg"
_TEXT = (
    b'{"certificate": "-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n", "key": "-----BEGIN PRIVATE '
    b"KEY-----\\n" + _SECRET + b'\\n-----END PRIVATE KEY-----\\n", "author": "inspector"}'
)


def passed(text: bytes, cuts: list[int], flow: int = 1) -> list[Passed]:
    edges = [0, *sorted(cuts), len(text)]
    return [
        Passed(0.1 * low, "local", PacketKind.DATA, flow, ("10.3.0.1", 5), ("10.3.0.2", 80), low, text[low:high])
        for low, high in pairwise(edges)
    ]


@given(st.lists(st.integers(0, len(_TEXT)), max_size=8))
def test_a_key_is_blank_wherever_it_is_cut(cuts: list[int]) -> None:
    packets = passed(_TEXT, cuts)
    found = redacted(packets)
    text = b"".join(packet.payload for packet in found)
    assert _SECRET not in text and text.count(b"*") == len(_SECRET) + 4
    assert [len(packet.payload) for packet in found] == [len(packet.payload) for packet in packets]
    assert text.replace(b"*", b"") == _TEXT.replace(b"\\n" + _SECRET + b"\\n", b"")


def test_a_packet_that_passed_twice_and_a_key_that_never_ends() -> None:
    whole = passed(_TEXT, [170])
    found = redacted([*whole, whole[1]])
    assert found[1] == found[2] and _SECRET not in found[2].payload
    (cut,) = redacted(passed(_TEXT[:200], []))
    assert not any(_SECRET[:10] in each for each in (cut.payload,))


def test_what_holds_no_key_is_the_same() -> None:
    packets = passed(b"##0101QN=20260302000100001;ST=31;CN=2011;PW=123456&&", [7])
    assert redacted(packets) == packets
