"""A sender on a connection, in virtual time: it comes back after every loss, and nothing is missing in the end."""

from __future__ import annotations

import asyncio
import random

import msgspec
import senders_kit as kit
from senders_kit import START_US, Heard
from trust_helpers import world

from bench.virtual.clock import WorldClock
from bench.virtual.domain import Domain
from bench.virtual.loop import run, running_loop
from bench.virtual.network import Network
from simulators.centres.hj212.centre import Centre
from simulators.centres.kinds import centre_of
from simulators.clock import seeded
from simulators.events import Connected, Created, Stored
from simulators.senders.kinds import wire_of
from simulators.senders.line import Line, Target
from simulators.senders.sender import EventLedger, Sender
from simulators.trust.sessions import Material, OpenSslSession, Session, openssl_context
from simulators.world import Site

HOST = "10.2.0.10"


def net_of(site: Domain, loop: object) -> Network:
    net = Network(loop)  # type: ignore[arg-type]
    net.host("centre", HOST, domain=site)
    net.host("sender-A1", "10.2.1.1")
    net.path("sender-A1", "centre", [net.link("uplink", latency_s=0.02)])
    return net


async def cut_and_back() -> Heard:
    heard, loop = Heard(), running_loop()
    clock, site = WorldClock(loop, START_US), Domain("site", loop=loop)
    net = net_of(site, loop)
    common = {"clock": clock, "chance": random.Random(1), "observe": heard}
    centre = Centre("A", HOST, 9010, mn=kit.MN, pw="123456", st="31", **common)  # type: ignore[arg-type]
    await site.run(centre.start())
    spec = kit.spec(minute_interval=5)
    sender = Sender(spec, wire_of(spec), kit.plant(), START_US, EventLedger(heard))
    line = Line(sender, lambda: Target(HOST, 9010, "10.2.1.1"), clock, heard)
    line.start()
    line.connect()
    await asyncio.sleep(1000)
    async with net.links["uplink"].cut():
        await asyncio.sleep(1800)
    net.links["uplink"].reset()
    await asyncio.sleep(400)
    async with net.links["uplink"].refuse():
        net.links["uplink"].reset()
        await asyncio.sleep(700)
    await asyncio.sleep(600)
    assert sender.waiting == 0
    line.stop()
    await site.run(centre.stop())
    return heard


def test_nothing_is_missing_after_cuts_and_the_same_seed_tells_the_same() -> None:
    first, second = run(cut_and_back()), run(cut_and_back())
    encode = msgspec.json.encode
    assert [encode(each) for each in first] == [encode(each) for each in second]
    made = [each for each in first if isinstance(each, Created)]
    truth = {(each.start, code): str(text) for each in made for code, text in each.values.items()}
    stored = [each for each in first if isinstance(each, Stored)]
    assert len(truth) == len({(each.stamp, each.code) for each in stored}) == 3 * 14
    assert all(each.version == 1 for each in stored)
    assert sorted(str(each.fields) for each in stored if each.copies == 1) == sorted(truth.values())
    assert {each.state for each in first if isinstance(each, Connected) and each.at == "sender A1"} >= {
        "opened",
        "closed",
        "refused",
    }


async def over_tls() -> Heard:
    heard, loop = Heard(), running_loop()
    clock, domain = WorldClock(loop, START_US), Domain("site", loop=loop)
    spec = centre_of("A", HOST, 9010, kit.MN, channel="mtls", pw="123456")
    site = Site(world(spec, host="10.1.0.10", meter_port=502), clock=clock, observe=heard, chance=seeded(1))
    net_of(domain, loop).host("meter", "10.1.0.10", domain=domain)
    await domain.run(site.start())
    side = site.terminal_side("A")

    def session() -> Session:
        material = Material(side.certificate, side.key, side.anchors, side.crls)
        context = openssl_context(material, "require")
        return OpenSslSession(context, clock.now_us(), server=False, server_name=side.server_name)

    made = kit.spec(channel="mtls")
    sender = Sender(made, wire_of(made), kit.plant(), START_US, EventLedger(heard))
    line = Line(sender, lambda: Target(HOST, 9010, "10.2.1.1", session), clock, heard)
    line.start()
    line.connect()
    await asyncio.sleep(2000)
    assert sender.waiting == 0
    line.stop()
    await domain.run(site.stop())
    return heard


def test_over_tls_with_a_certificate_of_its_own() -> None:
    heard = run(over_tls())
    assert len([each for each in heard if isinstance(each, Stored)]) == 2 * 3
