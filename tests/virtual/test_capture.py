"""Captures in virtual time: what an analyser reassembles from them is what the ends sent and received."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from scapy.layers.inet import TCP
from scapy.packet import Packet
from scapy.utils import rdpcap

from bench.history import Captured, HistoryError, Recorder, read_history
from bench.virtual.capture import Capture, CaptureFile
from bench.virtual.chance import Chance
from bench.virtual.domain import Domain
from bench.virtual.loop import run, running_loop
from bench.virtual.network import Network

START_US = 1_772_380_800_000_000
QUESTION, ANSWER = b"question " * 400, b"answer " * 700


async def conversation(capture: Capture, loss: float) -> None:
    net = Network(running_loop(), chance=Chance(5), capture=capture)
    terminal, centre = Domain("terminal"), Domain("centre")
    net.host("terminal", "10.2.0.2", domain=terminal)
    net.host("centre", "10.2.0.10", domain=centre)
    link = net.link("uplink", latency_s=0.02)
    net.path("terminal", "centre", [link, net.link("uplink.A")])

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(len(QUESTION))
        writer.write(ANSWER)
        writer.close()

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("10.2.0.10", 9010)
        writer.write(QUESTION)
        assert await reader.read(-1) == ANSWER
        writer.close()

    await centre.run(asyncio.start_server(answer, "10.2.0.10", 9010))
    with link.loss(loss):
        await terminal.run(ask())
        await asyncio.sleep(60)


def captured(folder: Path, loss: float = 0.0) -> tuple[CaptureFile, list[Packet]]:
    capture = Capture()
    run(conversation(capture, loss))
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
