"""Speed of the terminal's security and of its backlog.

Leaves judging the numbers to the reader. Wall time is read here, where nothing is decided by it.

    python benchmarks/gm_terminal.py [--json] [--days N] [--no-backlog] [--cpu]

1. `primitives`: SM2, SM3 and SM4 of the terminal beside the bench's oracle (gmssl behind its wrapper), same data.
2. `payload`: packets of HJ 212 protected and opened, fingerprints made and compared.
3. `handshakes`: mutual TLS and RFC 8998 with mutual certificates, terminal and centre in memory on one core.
4. `backlog`: a week (`--days`) of 174 points at one minute, stored and queued, drained over loopback by HJ 212 to a
   centre in the same process that acknowledges at once, while live periods come every second: time, packets,
   order, delay of the live ones. Terminal and centre share the core.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# This folder is taken out of the path: a benchmark in it may have the name of a library.
sys.path.remove(str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "reference_terminal"))
sys.path.insert(0, str(Path(__file__).parents[1]))

import security_kit  # pyright: ignore[reportMissingImports]
from terminal_kit import centre_text  # pyright: ignore[reportMissingImports]

from reference_terminal import Platform, Terminal, load_config
from reference_terminal.crypto import certificates
from reference_terminal.crypto.sm2 import PrivateKey, PublicKey
from reference_terminal.crypto.symmetric import ecb_text, gcm_open, gcm_seal, sm3
from reference_terminal.hj212 import frame as frames
from reference_terminal.hj212 import message as messages
from reference_terminal.hj212.frame import Frame
from reference_terminal.hj212.message import Message
from reference_terminal.model.rows import Pending, Record
from reference_terminal.model.times import stamp
from reference_terminal.net.channel import secure
from reference_terminal.security import fingerprint
from reference_terminal.security.payload import Payload, PayloadKeys
from simulators.trust import oracle

SECONDS = 0.7
KEY, NONCE, SMALL, LARGE = bytes(range(16)), bytes(12), bytes(256), bytes(65_536)
CLEAR = (
    b"QN=20260302001500001;ST=31;CN=2051;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20260302000000;"
    + b";".join(b"k%05d-Cou=123.45,k%05d-Flag=N" % (number, number) for number in range(16))
    + b"&&"
)
CIRCUITS, POINTS = 29, 6


clock: Callable[[], float] = time.perf_counter
"""What seconds of the first three are read from; `--cpu` puts processor time here."""


def rate(work: Callable[[], object], seconds: float = SECONDS) -> float:
    """Calls per second, best of three rounds."""
    best = 0.0
    for _ in range(3):
        count, began = 0, clock()
        while (spent := clock() - began) < seconds / 3:
            work()
            count += 1
        best = max(best, count / spent)
    return best


def primitives() -> dict[str, dict[str, float]]:
    """Per operation: terminal and oracle, calls per second; SM3 and SM4 also in MB/s of large data for the terminal."""
    leaf = security_kit.TRUST["sm2"].leaf("client", security_kit.NAME)
    key = certificates.sm2_key("key", leaf.key)
    public = certificates.sm2_public("certificate", leaf.certificate)
    signature, cipher = key.sign_raw(SMALL), public.encrypt(SMALL)
    d, chance = leaf.private, random.Random(1)
    point = oracle.public_of(d)
    sealed = oracle.encrypt(point, SMALL, chance)
    body, tag = oracle.sm4_gcm(KEY, NONCE, SMALL)
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "SM2 sign": (lambda: key.sign_raw(SMALL), lambda: oracle.sign(d, SMALL, chance)),
        "SM2 verify": (
            lambda: public.verify_raw(SMALL, signature),
            lambda: oracle.verify(point, SMALL, signature),
        ),
        "SM2 encrypt": (lambda: public.encrypt(SMALL), lambda: oracle.encrypt(point, SMALL, chance)),
        "SM2 decrypt": (lambda: key.decrypt(cipher), lambda: oracle.decrypt(d, sealed)),
        "SM3, 256 octets": (lambda: sm3(SMALL), lambda: oracle.sm3(SMALL)),
        "SM4-ECB, a value": (lambda: ecb_text(KEY, "12345.67"), lambda: oracle.sm4_ecb(KEY, oracle.pad(b"12345.67"))),
        "SM4-GCM seal, 256 octets": (
            lambda: gcm_seal(KEY, NONCE, SMALL, b""),
            lambda: oracle.sm4_gcm(KEY, NONCE, SMALL),
        ),
        "SM4-GCM open, 256 octets": (
            lambda: gcm_open(KEY, NONCE, body + tag, b""),
            lambda: oracle.sm4_gcm_open(KEY, NONCE, body, tag),
        ),
    }
    found = {name: {"terminal": rate(mine), "oracle": rate(theirs)} for name, (mine, theirs) in pairs.items()}
    found["SM3, MB/s"] = {"terminal": rate(lambda: sm3(LARGE)) * len(LARGE) / 1e6}
    found["SM4-GCM, MB/s"] = {"terminal": rate(lambda: gcm_seal(KEY, NONCE, LARGE, b"")) * len(LARGE) / 1e6}
    return found


def payloads() -> dict[str, float]:
    """Packets and fingerprints per second."""
    leaf = security_kit.TRUST["sm2"].leaf("client", security_kit.NAME)
    key: PrivateKey = certificates.sm2_key("key", leaf.key)
    public: PublicKey = certificates.sm2_public("certificate", leaf.certificate)
    payload = Payload(PayloadKeys((KEY,), key, public), random.Random(1))
    wire = payload.sealed(CLEAR, b"\x80" + bytes(11), key.sign_raw(CLEAR))
    form = fingerprint.canonical(
        device="d",
        point="k01001",
        kind="minute",
        start="20260302000000",
        end="20260302000100",
        unit="kWh",
        flag="N",
        revision=0,
        fields={"Cou": "0.10"},
    )
    digest = fingerprint.digest(form)
    signature = fingerprint.sign(key, digest)
    return {
        "protect a packet": rate(lambda: payload.protect(CLEAR)),
        "open a packet": rate(lambda: payload.open(wire)),
        "make a fingerprint": rate(lambda: fingerprint.sign(key, fingerprint.digest(form))),
        "compare a fingerprint": rate(lambda: fingerprint.is_signed(public, fingerprint.digest(form), signature)),
    }


def handshakes() -> dict[str, float]:
    """Whole handshakes per second, both sides."""

    def one(channel: str) -> Callable[[], object]:
        given = security_kit.security(channel)

        async def meet() -> None:
            bridge = security_kit.Bridge(security_kit.server(channel))
            await secure(bridge, given, "127.0.0.1", lambda: security_kit.NOW_S)

        return lambda: asyncio.run(meet())

    return {channel: rate(one(channel)) for channel in ("mtls", "gm-tls13")}


# A week's backlog


class Keeper:
    """A centre that acknowledges at once and notes the DataTime and instant of every minute packet."""

    def __init__(self) -> None:
        self.packets = 0
        self.order: list[str] = []
        self.seen_s: dict[str, float] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        decoder = frames.Decoder()
        while data := await reader.read(65_536):
            for item in decoder.feed(data):
                if isinstance(item, Frame):
                    message = messages.parse(item.data)
                    self._note(message)
                    writer.write(
                        frames.encode(messages.encode(Message(message.qn, "91", "9014", "123456", message.mn, 4)))
                    )

    def _note(self, message: Message) -> None:
        self.packets += 1
        period = message.cp[9:23]
        if not self.order or self.order[-1] != period:
            self.order.append(period)
        self.seen_s[period] = time.time()


def configuration(port: int, path: str) -> str:
    """29 meters of six points, one centre that receives minutes."""
    meters = "".join(
        f'[[meters]]\nid = "m{number}"\ngateway = "g1"\nunit = {number}\nperiod_s = 3600\n'
        + "".join(
            f'[[meters.points]]\nid = "m{number}.{point}"\nkind = "counter"\naddress = {2 * point}\ntype = "u32"\n'
            f'unit = "kWh"\ncode = "k{number:02d}{point:03d}"\nrated_per_h = "1000"\n'
            for point in range(POINTS)
        )
        for number in range(1, CIRCUITS + 1)
    )
    return (
        f'[terminal]\nname = "T"\n[storage]\npath = "{path}"\n[[gateways]]\nid = "g1"\nhost = "127.0.0.1"\nport = 9\n'
        f"{meters}{centre_text(port, extra='buffer_h = 400')}"
    )


def backlog(days: int) -> dict[str, Any]:
    """Fill the store, drain it, tell what it took."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_drain(days, str(Path(folder) / "t.db")))


async def _drain(days: int, path: str) -> dict[str, Any]:
    keeper = Keeper()
    server = await asyncio.start_server(keeper.serve, "127.0.0.1", 0)
    port = int(server.sockets[0].getsockname()[1])
    terminal = Terminal(load_config(configuration(port, path)), Platform.real())
    now_s = int(time.time()) // 60 * 60
    first_s = now_s - days * 86_400 - 600
    task = asyncio.create_task(terminal.run())
    await asyncio.sleep(0)
    store, points = terminal.store, [state.number for state in terminal.pipeline.points]
    filling = time.perf_counter()
    for start_s in range(first_s, now_s - 600, 60):
        put(terminal, points, start_s, start_s + 60)
        if (start_s - first_s) % 6000 == 0:
            store.flush()
    store.flush()
    filled_s = time.perf_counter() - filling
    total = days * 1440
    began = time.perf_counter()
    terminal.wake_centres()
    live: dict[str, float] = {}
    while terminal.outboxes["A"].counts()["pending"] > 3 and time.perf_counter() - began < 3600:
        at_s = int(time.time())
        put(terminal, points, at_s - 60, at_s)
        store.flush()
        live[stamp(at_s - 60)] = time.time()
        terminal.wake_centres()
        await asyncio.sleep(1)
    spent_s = time.perf_counter() - began
    await terminal.stop()
    await task
    server.close()
    late = sorted(keeper.seen_s[period] - at for period, at in live.items() if period in keeper.seen_s)
    old = [period for period in keeper.order if period not in live]
    seen = list(dict.fromkeys(old))
    return {
        "periods": total,
        "records": total * len(points),
        "packets": keeper.packets,
        "filled_s": round(filled_s, 1),
        "drained_s": round(spent_s, 1),
        "records_per_s": round(total * len(points) / spent_s),
        "packets_per_s": round(keeper.packets / spent_s),
        "oldest_first": seen == sorted(seen),
        "live_periods": len(live),
        "live_delay_p50_s": round(late[len(late) // 2], 3) if late else None,
        "live_delay_p99_s": round(late[len(late) * 99 // 100], 3) if late else None,
    }


def put(terminal: Terminal, points: list[int], start_s: int, end_s: int) -> None:
    """One minute of all points, stored and queued."""
    terminal.store.add_records(
        [Record(60, start_s, point, end_s, "1.00", "1.10", "0.10", "0.1", "0.1", 1, None, "N", "") for point in points]
    )
    terminal.store.enqueue([Pending("A", 60, start_s, end_s)])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Speed of the terminal's security and of its backlog.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--no-backlog", action="store_true")
    parser.add_argument("--cpu", action="store_true", help="processor time instead of wall time (backlog: always wall)")
    given = parser.parse_args()
    if given.cpu:
        global clock
        clock = time.process_time
    found: dict[str, Any] = {"primitives": primitives(), "payload": payloads(), "handshakes": handshakes()}
    if not given.no_backlog:
        found["backlog"] = backlog(given.days)
    if given.json:
        print(json.dumps(found, indent=1))
        return
    print(f"{'operation':28} {'terminal/s':>12} {'oracle/s':>12} {'ratio':>8}")
    for name, row in found["primitives"].items():
        other = row.get("oracle")
        tail = "" if other is None else f" {other:12,.0f} {row['terminal'] / other:8,.0f}"
        print(f"{name:28} {row['terminal']:12,.0f}{tail}")
    for part in ("payload", "handshakes"):
        for name, value in found[part].items():
            print(f"{name:28} {value:12,.0f}")
    for name, value in found.get("backlog", {}).items():
        print(f"{name:28} {value!s:>12}")


if __name__ == "__main__":
    main()
