"""Every channel and every kind of centre in the virtual world: two days in seconds, and the same history twice."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import msgspec
import pytest
from https_helpers import REGISTRATION, Http, entry, sealed
from simulators_helpers import MN, START_US, Heard, upload
from trust_helpers import Client, client_session, world

from bench.virtual.clock import WorldClock
from bench.virtual.domain import Domain
from bench.virtual.loop import run, running_loop
from bench.virtual.network import Network
from simulators.centres.hj212.codec import encode
from simulators.centres.json_text import Number
from simulators.centres.kinds import centre_of
from simulators.events import Secured, Stored
from simulators.world import Site

HOST = "10.2.0.10"


OWN: dict[str, dict[str, Any]] = {"hj212": {}, "https": {"encrypted": True}}
"""What the kinds of this story have of their own."""


async def story(channel: str, kind: str) -> Heard:
    """A terminal that comes every four hours for two days, each time through a new handshake."""
    heard = Heard()
    loop = running_loop()
    clock = WorldClock(loop, START_US)
    spec = centre_of("A", HOST, 9010, MN, kind=kind, channel=channel, **OWN[kind])
    site = Site(world(spec, host="10.1.0.10", meter_port=502), clock=clock, observe=heard)
    net = Network(loop)
    centres = Domain("site", loop=loop)
    net.host("meter", "10.1.0.10", domain=centres)
    net.host("centre", HOST, domain=centres)
    net.path("centre", "bench", [net.link("uplink", latency_s=0.02)])
    await centres.run(site.start())
    for hour in range(0, 48, 4):
        await asyncio.sleep(4 * 3600)
        reader, writer = await asyncio.open_connection(HOST, 9010)
        session = None
        if channel != "plain":
            session = client_session(site.terminal_side("A"), channel, clock.now_us())
        client = Client(reader, writer, session)
        if session is not None:
            assert await client.shake()
        if kind == "hj212":
            client.send(encode(upload(cn="2061", when=f"202603{2 + hour // 24:02d}{hour % 24:02d}0000")))
            assert b"9014" in await client.until(lambda text: b"\r\n" in text)
        else:
            http = Http(client)
            terms: dict[str, Any] = (await http.post("/enterprise/register", REGISTRATION)).json
            stamp = f"2026-03-{2 + hour // 24:02d} {hour % 24:02d}:00:00"
            data = [sealed(entry(statDate=stamp, dataValue=Number(f"{hour}.10")), terms["secretKey"])]
            body = {"deviceId": terms["deviceId"], "enterpriseCode": REGISTRATION["enterpriseCode"], "data": data}
            assert (await http.post("/uploadEnergyData", body)).code == "0"
        client.close()
    await asyncio.sleep(200)
    net.flush()
    return heard


def told(heard: Heard) -> list[bytes]:
    return [msgspec.json.encode(event) for event in heard]


@pytest.mark.parametrize("kind", ["hj212", "https"])
@pytest.mark.parametrize("channel", ["plain", "mtls", "gm-tls13", "tlcp"])
def test_two_days_through_every_channel_are_the_same_twice(channel: str, kind: str) -> None:
    one = run(story(channel, kind))
    random.seed()
    assert told(one) == told(run(story(channel, kind)))
    assert len(one.of(Stored)) == 12
    assert {each.state for each in one.of(Secured)} == (set() if channel == "plain" else {"agreed"})
    assert one[-1].t > START_US + 48 * 3_600_000_000
