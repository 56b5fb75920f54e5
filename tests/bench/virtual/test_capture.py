"""Captures in virtual time: what an analyser reassembles from them is what the ends sent and received."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest
from scapy.layers.inet import TCP
from scapy.packet import Packet
from scapy.utils import rdpcap

from bench import captures
from bench.history import Captured, History, HistoryError, Recorder, read_history
from bench.virtual.capture import Capture, CaptureFile
from bench.virtual.chance import Chance
from bench.virtual.domain import Domain
from bench.virtual.loop import run, running_loop
from bench.virtual.network import Network

START_US = 1_772_380_800_000_000
QUESTION, ANSWER = b"question " * 400, b"answer " * 700


async def conversation(capture: Capture, loss: float, question: bytes = QUESTION) -> None:
    net = Network(running_loop(), chance=Chance(5), capture=capture)
    terminal, centre = Domain("terminal"), Domain("centre")
    net.host("terminal", "10.2.0.2", domain=terminal)
    net.host("centre", "10.2.0.10", domain=centre)
    link = net.link("uplink", latency_s=0.02)
    net.path("terminal", "centre", [link, net.link("uplink.A")])

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(len(question))
        writer.write(ANSWER)
        writer.close()

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("10.2.0.10", 9010)
        writer.write(question)
        assert await reader.read(-1) == ANSWER
        writer.close()

    await centre.run(asyncio.start_server(answer, "10.2.0.10", 9010))
    with link.loss(loss):
        await terminal.run(ask())
        await asyncio.sleep(60)


def captured(folder: Path, loss: float = 0.0, question: bytes = QUESTION) -> tuple[CaptureFile, list[Packet]]:
    capture = Capture()
    run(conversation(capture, loss, question))
    [file] = capture.write(folder, START_US)
    return file, list(rdpcap(str(file.path)))


def stream(packets: list[Packet], port: int) -> bytes:
    """What one end sent, put together by sequence number as an analyser does."""
    found: dict[int, bytes] = {}
    for packet in packets:
        if packet[TCP].sport == port and bytes(packet[TCP].payload):
            found[packet[TCP].seq] = bytes(packet[TCP].payload)
    octets = bytearray()
    for seq, payload in sorted(found.items()):
        assert seq == 1 + len(octets), "a hole or an overlap"
        octets += payload
    return bytes(octets)


@pytest.mark.parametrize("loss", [0.0, 0.3])
def test_both_directions_are_whole_again(tmp_path: Path, loss: float) -> None:
    file, packets = captured(tmp_path, loss)
    assert (file.segment, file.packets) == ("uplink", len(packets))
    terminal = next(packet[TCP].sport for packet in packets if packet[TCP].flags == "S")
    assert stream(packets, terminal) == QUESTION
    assert stream(packets, 9010) == ANSWER
    sent = [packet for packet in packets if packet[TCP].sport == terminal and bytes(packet[TCP].payload)]
    # Under loss the terminal's repetitions are seen too, since they pass its own card.
    assert (len(sent) > len({packet[TCP].seq for packet in sent})) == bool(loss)


def test_checksums_and_times_are_right(tmp_path: Path) -> None:
    _, packets = captured(tmp_path)
    for packet in packets:
        again = packet.copy()
        del again.chksum, again[TCP].chksum
        again = again.__class__(bytes(again))
        assert (again.chksum, again[TCP].chksum) == (packet.chksum, packet[TCP].chksum)
    assert float(packets[0].time) == START_US / 1e6
    # The answer to the opening packet passes the terminal one round trip later.
    assert float(packets[1].time) - float(packets[0].time) == pytest.approx(0.04, abs=1e-6)


def test_same_seed_same_octets(tmp_path: Path) -> None:
    one, _ = captured(tmp_path / "one", 0.3)
    other, _ = captured(tmp_path / "other", 0.3)
    assert one.sm3 == other.sm3


def test_an_altered_capture_is_no_evidence(tmp_path: Path) -> None:
    file, _ = captured(tmp_path)
    recorder = Recorder(tmp_path)
    recorder(Captured(t=START_US, segment="uplink", file=file.path.name, sm3=file.sm3, packets=file.packets))
    recorder.save(tmp_path / "record.jsonl")
    history = read_history(tmp_path / "record.jsonl")
    assert history.capture("uplink") == file.path
    assert history.capture("field") is None
    octets = bytearray(file.path.read_bytes())
    octets[-1] ^= 1
    file.path.write_bytes(octets)
    with pytest.raises(HistoryError, match="抓包文件与记录不符"):
        history.capture("uplink")
    file.path.unlink()
    with pytest.raises(HistoryError, match="cannot be read"):
        history.capture("uplink")


HELLO = b"\x16\x03\x01"
"""How TLS begins."""


def outline(folder: Path, question: bytes, loss: float = 0.0) -> str:
    file, _ = captured(folder, loss, question)
    return captures.outline(file.path.read_bytes())


@pytest.mark.parametrize("head", [HELLO, b"HELF"])
@pytest.mark.parametrize("loss", [0.0, 0.3])
def test_what_a_connection_draws_is_no_part_of_the_outline(tmp_path: Path, head: bytes, loss: float) -> None:
    one = outline(tmp_path / "one", head + b"nonce" * 100, loss)
    assert one == outline(tmp_path / "other", head + b"drawn" * 100 + b"a longer signature", loss) != ""
    assert one != outline(tmp_path / "more", head + b"nonce" * 1000, loss), "another number of frames"


def test_a_capture_that_a_seed_repeats_has_no_outline(tmp_path: Path) -> None:
    assert outline(tmp_path, QUESTION, 0.3) == ""


def frames(file: CaptureFile) -> list[bytes]:
    """The frames of a capture with their heads, the head of the file first."""
    octets = file.path.read_bytes()
    cuts = [24]
    while cuts[-1] < len(octets):
        cuts.append(cuts[-1] + 16 + int.from_bytes(octets[cuts[-1] + 8 : cuts[-1] + 12], "little"))
    return [octets[start:end] for start, end in zip([0, *cuts], cuts, strict=False)]


def test_a_connection_whose_beginning_is_not_there_may_have_drawn_anything(tmp_path: Path) -> None:
    file, packets = captured(tmp_path)
    first = next(number for number, packet in enumerate(packets, 1) if bytes(packet[TCP].payload))
    whole = frames(file)
    assert captures.outline(b"".join(whole[:first] + whole[first + 1 :])) != ""


def test_the_outline_tells_times_ends_and_what_passed_in_the_clear(tmp_path: Path) -> None:
    secret, _ = captured(tmp_path / "secret", 0.0, HELLO + b"nonce")
    clear, packets = captured(tmp_path / "clear")
    both = [*frames(secret), *(frame.replace(b"\x0a\x02\x00\x02", b"\x0a\x02\x00\x03") for frame in frames(clear)[1:])]
    told = captures.outline(b"".join(both))
    assert told != captures.outline(secret.path.read_bytes())
    later = bytearray(both[1])
    later[4] ^= 1
    said = next(number for number, frame in enumerate(both) if b"question" in frame)
    other = both[said].replace(b"question", b"Question", 1)
    for altered in ([both[0], bytes(later), *both[2:]], [*both[:said], other, *both[said + 1 :]], both[:-1]):
        assert captures.outline(b"".join(altered)) not in ("", told)
    assert len(packets) > 4


def test_the_outline_is_as_the_formats_page_says(tmp_path: Path) -> None:
    file, packets = captured(tmp_path, 0.3, HELLO + b"nonce" * 500)
    lines: list[str] = []
    for packet in packets:
        ends = f"{packet['IP'].src}:{packet[TCP].sport} {packet['IP'].dst}:{packet[TCP].dport}"
        payload = "*" if bytes(packet[TCP].payload) else ""
        lines.append(f"{int(packet.time * 10**9)} {ends} {int(packet[TCP].flags):02x} {payload}\n")
    digest = hashlib.new("sm3", "".join(lines).encode()).hexdigest()
    assert captures.outline(file.path.read_bytes()) == digest


@pytest.mark.parametrize("octets", [b"", b"garbage", b"\x4d\x3c\xb2\xa1" + bytes(21), b"\x4d\x3c\xb2\xa1" + bytes(36)])
def test_what_is_no_capture_is_one_sentence(octets: bytes) -> None:
    with pytest.raises(captures.CapturesError):
        captures.outline(octets)


def unrepeated(folder: Path) -> tuple[CaptureFile, History]:
    """A record whose capture no seed repeats."""
    file, _ = captured(folder, 0.0, HELLO + b"nonce" * 500)
    captures.keep(folder, {file.path.name: file.sm3})
    told = captures.outline(file.path.read_bytes())
    recorder = Recorder(folder)
    recorder(Captured(t=START_US, segment="uplink", file=file.path.name, packets=file.packets, outline=told))
    recorder.save(folder / "record.jsonl")
    return file, read_history(folder / "record.jsonl")


def test_a_capture_by_its_outline_is_proven_by_the_list(tmp_path: Path) -> None:
    file, history = unrepeated(tmp_path)
    assert history.capture("uplink") == file.path
    assert history.altered_captures() == []
    whole = frames(file)
    said = next(number for number, frame in enumerate(whole) if b"nonce" in frame)
    file.path.write_bytes(b"".join([*whole[:said], whole[said].replace(b"nonce", b"Nonce", 1), *whole[said + 1 :]]))
    with pytest.raises(HistoryError, match=r"expected SM3 .*抓包文件与记录不符"):
        history.capture("uplink")
    assert len(history.altered_captures()) == 1


def test_a_list_that_vouches_for_other_frames_is_refused(tmp_path: Path) -> None:
    file, history = unrepeated(tmp_path)
    fewer = b"".join(frames(file)[:-1])
    file.path.write_bytes(fewer)
    captures.keep(tmp_path, {file.path.name: hashlib.new("sm3", fewer).hexdigest()})
    with pytest.raises(HistoryError, match="expected outline"):
        history.capture("uplink")


@pytest.mark.parametrize("text", [None, "", "[]", '{"format": "carbonbench-captures/9", "files": {}}', "[" * 5000])
def test_a_list_that_cannot_be_read_proves_nothing(tmp_path: Path, text: str | None) -> None:
    _, history = unrepeated(tmp_path)
    (tmp_path / captures.LIST).unlink()
    if text is not None:
        (tmp_path / captures.LIST).write_text(text)
    with pytest.raises(HistoryError, match=r"cannot be proven: .*captures\.json"):
        history.capture("uplink")
    captures.keep(tmp_path, {})
    with pytest.raises(HistoryError, match="抓包文件与记录不符"):
        history.capture("uplink")
