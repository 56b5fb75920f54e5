"""What a client can make the embedded broker keep, and for how long it may stay without a word, is bounded."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from simulators_helpers import HandClock, Heard

from bench.virtual.loop import run as run_virtually
from bench.virtual.network import Network
from simulators.events import Rejected
from simulators.mqtt import broker, packets
from simulators.mqtt.broker import Broker
from simulators.mqtt.packets import Message


async def _standing() -> tuple[Broker, Heard]:
    Network()
    heard = Heard()
    made = Broker("K", "127.0.0.1", 1883, clock=HandClock(), observe=heard)
    await made.start()
    return made, heard


def _connect() -> bytes:
    body = b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x01c"
    return bytes((0x10, len(body))) + body


def test_retained_messages_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "MOST_KEPT_OCTETS", 5_000)

    async def main() -> None:
        made, heard = await _standing()
        reader, writer = await asyncio.open_connection("127.0.0.1", 1883)
        writer.write(_connect())
        for number in range(20):
            writer.write(packets.publish(Message(f"t{number % 10}", b"x" * 1_000, retain=True), 0, retain=True))
        await asyncio.sleep(1)
        assert made.kept_octets() <= 5_000 and len(made.retained) == 4
        with contextlib.suppress(ConnectionResetError):
            while await reader.read(100):
                pass
        assert "retained" in heard.of(Rejected)[0].reason
        for topic in list(made.retained):
            made.publish(Message(topic, b"", retain=True))
        assert made.kept_octets() == 0
        await made.stop()

    run_virtually(main())


def test_who_never_connects_is_ended_however_steadily_it_drips() -> None:
    async def main() -> float:
        made, _ = await _standing()
        reader, writer = await asyncio.open_connection("127.0.0.1", 1883)
        loop, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()

        async def drips() -> None:
            for octet in _connect()[:-1] * 10:
                writer.write(bytes((octet,)))
                await asyncio.sleep(5)

        task = asyncio.ensure_future(drips())
        assert await reader.read(1) == b""
        task.cancel()
        await made.stop()
        return loop.time() - began

    assert run_virtually(main()) <= 31
