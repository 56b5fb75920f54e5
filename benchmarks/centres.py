"""Intake of the centres on one core: frames and records a second with the history on, in the clear and through
channels.

Leaves judging the numbers to the reader. Wall time is read here, where nothing is decided by it.

    python benchmarks/centres.py [--json] [--frames N]

1. `intake`: an HJ 212 centre fed with uploads as octets through its own connection; every frame is split, checked,
   parsed, kept in a history, stored by key, and acknowledged. Transport and client cost nothing here; processor time.
2. `loopback`: the same over TCP with a client that keeps sixteen uploads in flight, both ends on this core.
3. `channels`: handshakes a second at a centre, and frames a second inside the session, client included, on this core.
4. `platform`: records a second of an HTTPS/JSON platform, bodies of 96 entries, in the clear and with values under a
key.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import socket
import sys
import time
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.history import Began, Recorder
from simulators.centres.base import Item
from simulators.centres.channel import locks_of
from simulators.centres.hj212.centre import Centre
from simulators.centres.hj212.codec import Packet, encode
from simulators.centres.hj212.link import Connection
from simulators.centres.json_text import Number, write
from simulators.centres.national.centre import NationalCentre
from simulators.clock import seeded
from simulators.stamps import stamp
from simulators.trust import oracle
from simulators.trust.authority import Trust
from simulators.trust.sessions import Material, OpenSslSession, openssl_context

START_US = 1_772_380_800_000_000
MN = "010000A8900016F000169DC0"
CODE = "04-01-0001-040001-30"


class Clock:
    """A clock that stands."""

    def now_us(self) -> int:
        """Microseconds UTC."""
        return START_US + 86_400_000_000


class Wire:
    """A transport that counts what is written and carries it nowhere."""

    def __init__(self) -> None:
        self.written = 0

    def get_extra_info(self, name: str, default: object = None) -> object:
        """Where the other end would be."""
        return ("127.0.0.1", 1) if name == "peername" else default

    def write(self, octets: bytes) -> None:
        """Count."""
        self.written += len(octets)

    def is_closing(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Nothing to close."""


def uploads(count: int) -> list[bytes]:
    """Frames of one point, each under its own key."""
    found: list[bytes] = []
    for number in range(count):
        when = stamp(START_US + number * 60_000_000)
        items = ((("DataTime", when),), (("k01001-Cou", f"{number}.10"), ("k01001-Flag", "N")))
        qn = f"{when}{number % 1000:03d}"
        found.append(encode(Packet(qn=qn, st="31", cn="2051", pw="123456", mn=MN, flag=5, cp=items)))
    return found


def recorder() -> Recorder:
    """A history as a case has it."""
    made = Recorder()
    began = Began(t=START_US, case="bench", seed=1, commit="", terminal="", rig="", points=(), meters=(), centres=())
    made(began)
    return made


def centre(observe: Any, port: int = 0, trust: Trust | None = None, channel: Any = "plain") -> Centre:
    """A centre of HJ 212."""
    locks = locks_of(trust, channel, "A", ("127.0.0.1",)) if trust else None
    return Centre(
        "A",
        "127.0.0.1",
        port,
        mn=MN,
        pw="123456",
        st="31",
        clock=Clock(),
        chance=random.Random(1),
        observe=observe,
        locks=locks,
    )


async def intake(frames: list[bytes], *, history: bool) -> float:
    """Frames a second through a connection's own entrance."""
    made = centre(recorder() if history else lambda event: None)
    connection = Connection(made, 1)
    wire = Wire()
    connection.connection_made(cast(asyncio.BaseTransport, wire))
    pieces = [b"".join(frames[at : at + 16]) for at in range(0, len(frames), 16)]
    gc.collect()
    gc.freeze()
    # Processor time: what one core does, whatever else the machine is busy with.
    begun = time.process_time()
    for piece in pieces:
        connection.data_received(piece)
    taken = time.process_time() - begun
    assert len(made.records) == len(frames) and wire.written > 80 * len(frames)
    return len(frames) / taken


def free_port() -> int:
    """A port nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def loopback(frames: list[bytes]) -> float:
    """Frames a second over TCP, sixteen in flight."""
    made = centre(recorder(), free_port())
    await made.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
    begun = time.perf_counter()
    answered = 0
    writer.write(b"".join(frames[:16]))
    at = 16
    while answered < len(frames):
        count = (await reader.read(65_536)).count(b"\n")
        answered += count
        writer.write(b"".join(frames[at : at + count]))
        at += count
    taken = time.perf_counter() - begun
    writer.close()
    await made.stop()
    return len(frames) / taken


async def channels(name: str, frames: list[bytes], handshakes: int = 40) -> tuple[float, float]:
    """Handshakes a second, and frames a second inside."""
    trust = Trust(START_US, seeded(1), [("server", "A"), ("client", MN)])
    made = centre(recorder(), free_port(), trust, name)
    await made.start()
    authority = trust["sm2" if name == "gm-tls13" else "ecdsa"]
    leaf = authority.leaf("client", MN)
    material = Material(leaf.certificate, leaf.key, authority.anchor, authority.crls)
    context: Any = (
        openssl_context(material, "require", national=True)
        if name == "gm-tls13"
        else openssl_context(material, "require")
    )
    at_us = Clock().now_us()

    async def shake() -> tuple[Any, Any, Any]:
        reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
        session: Any = OpenSslSession(context, at_us, server=False)
        session.feed(b"")
        while not session.agreed:
            writer.write(session.outgoing())
            session.feed(await reader.read(65_536))
            assert not session.failed, session.failed
        writer.write(session.outgoing())
        return reader, writer, session

    begun = time.perf_counter()
    for _ in range(handshakes):
        _, writer, _ = await shake()
        writer.close()
    shaken = handshakes / (time.perf_counter() - begun)
    reader, writer, session = await shake()
    begun = time.perf_counter()
    answered, at = 0, 16
    session.write(b"".join(frames[:16]))
    writer.write(session.outgoing())
    while answered < len(frames):
        session.feed(await reader.read(65_536))
        count = session.incoming().count(b"\n")
        answered += count
        if frames[at : at + count]:
            session.write(b"".join(frames[at : at + count]))
            writer.write(session.outgoing())
        at += count
    taken = time.perf_counter() - begun
    writer.close()
    await made.stop()
    return shaken, len(frames) / taken


class Sink(Wire):
    """A transport that keeps the last answer."""

    last = b""

    def write(self, octets: bytes) -> None:
        """Keep."""
        super().write(octets)
        self.last = octets


async def platform(bodies: int, *, sealed: bool) -> float:
    """Records a second of the JSON platform through a connection's own entrance."""
    made = NationalCentre(
        "N",
        "127.0.0.1",
        1,
        region="350200",
        enterprise="91350200MA2XXXXX0X",
        terminal=MN,
        items={CODE: Item("e", "Cou", "kWh")},
        clock=Clock(),
        chance=random.Random(1),
        observe=recorder(),
        encrypted=sealed,
    )
    connection = made._connection()  # pyright: ignore[reportPrivateUsage]
    wire = Sink()
    connection.connection_made(cast(asyncio.BaseTransport, wire))

    def post(path: str, body: object) -> bytes:
        octets = write(body).encode()
        return b"POST %b HTTP/1.1\r\nHost: n\r\nContent-Length: %d\r\n\r\n%b" % (path.encode(), len(octets), octets)

    terms: dict[str, object] = {"region": "350200", "enterpriseCode": "91350200MA2XXXXX0X", "terminalCode": MN}
    connection.data_received(post("/enterprise/register", terms))
    given = json.loads(wire.last.partition(b"\r\n\r\n")[2])
    requests: list[bytes] = []
    for number in range(bodies):
        entries: list[object] = []
        for quarter in range(96):
            entry: dict[str, object] = {
                "dataCode": CODE,
                "dataValue": Number(f"{number}.{quarter:02d}"),
                "inputType": Number("4"),
                "statType": Number("0"),
                "statDate": f"2026-03-02 {quarter // 4:02d}:{quarter % 4 * 15:02d}:00",
                "uploadDate": "2026-03-03 00:00:00",
                "scope": Number("1"),
                "valid": True,
            }
            if sealed:
                key = bytes.fromhex(given["secretKey"])
                entry = {
                    name: oracle.sm4_ecb(key, oracle.pad((str(value) if value is not True else "true").encode())).hex()
                    for name, value in entry.items()
                }
            entries.append(entry)
        body = {"deviceId": given["deviceId"], "enterpriseCode": "91350200MA2XXXXX0X", "data": entries}
        requests.append(post("/uploadEnergyData", body))
    begun = time.perf_counter()
    for request in requests:
        connection.data_received(request)
    taken = time.perf_counter() - begun
    assert b'"responseCode":"0"' in wire.last
    connection.connection_lost(None)
    return bodies * 96 / taken


async def measure(count: int) -> dict[str, float]:
    """All figures by name."""
    frames = uploads(count)
    figures = {
        "intake, history on, frames/s": max([await intake(frames, history=True) for _ in range(5)]),
        "intake, nobody listening, frames/s": max([await intake(frames, history=False) for _ in range(3)]),
        "loopback, history on, client on the same core, frames/s": await loopback(frames),
    }
    for name in ("mtls", "gm-tls13"):
        shaken, inside = await channels(name, frames[: count // 2])
        figures[f"{name}, handshakes/s, both ends"] = shaken
        figures[f"{name}, frames/s, both ends"] = inside
    figures["platform, records/s"] = await platform(40, sealed=False)
    figures["platform, values under a key (oracle), records/s"] = await platform(3, sealed=True)
    return figures


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--frames", type=int, default=20_000)
    options = parser.parse_args()
    figures = asyncio.run(measure(options.frames))
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:<60} {value:>12,.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
