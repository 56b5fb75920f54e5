"""Collectors in real time: Mosquitto's own clients at the embedded broker and at a Mosquitto, curl at the HTTPS one."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest
from collectors_kit import Program, lines, mqtt, standing, sub
from ports import free_port
from simulators_helpers import MN

from simulators.centres.switches import SwitchError
from simulators.collectors.https.descriptor import HttpsSpec
from simulators.events import Handed, Published, Secured, Served, Unserved
from simulators.meters.channels import MeterError
from simulators.meters.faults import Duplicate, Garbage, Late, Omitted, Silent, Stale, Token, WrongClock
from simulators.world import WorldError, build_world


@pytest.mark.parametrize("broker", ["embedded", "mosquitto"])
@pytest.mark.parametrize("form", ["neuron", "neuron-tags", "thingsboard", "properties"])
def test_mosquitto_sub_hears_every_form(program: Program, broker: str, form: str) -> None:
    if broker == "mosquitto":
        program("mosquitto")

    async def scene() -> None:
        spec = mqtt(broker=broker, form=form)
        async with standing(spec) as (_, heard):
            got = await lines(*sub(program, spec.port, "-q", "1", "-t", "#", "-T", "collectors/#", "-C", "4"))
            said = heard.of(Published)
        assert len(got) == 4
        assert set(got) <= {each.payload for each in said}
        for text in got:
            body = json.loads(text, parse_float=Decimal)
            event = next(each for each in said if each.payload == text)
            shown = list(event.values.values())
            assert all(value in text for value in shown)
            assert len(shown) == 2
            assert "有功功率" in text
            if form == "neuron":
                assert body["timestamp"] * 1000 == event.stamp
                assert body["values"]["energy"] == Decimal(event.values[f"C{event.meter[-1]}.energy"])

    asyncio.run(scene())


def test_retained_status_will_and_dup_at_the_embedded_broker(program: Program) -> None:
    async def scene() -> None:
        spec = mqtt(retain=True)
        async with standing(spec) as (site, heard):
            await heard.until(lambda: len(heard.of(Published)) >= 2)
            shown = await lines(*sub(program, spec.port, "-q", "1", "-t", "#", "-C", "3", "-F", "%r %t %p"))
            assert [each[:2] for each in shown] == ["1 "] * 3
            assert "1 collectors/C/status online" in shown
            retained = [each for each in heard.of(Handed) if each.retained and each.state == "sent"]
            assert {each.number for each in retained} > {0}
            collector = site.collectors["C"]
            collector.behave(deliver="twice")
            for meter in site.meters.values():
                meter.set_fault(Duplicate())
            before = len(heard)
            got = await lines(*sub(program, spec.port, "-q", "1", "-t", "/neuron/#", "-C", "8", "-R", "-F", "%p"))
            after = [each for each in heard[before:] if isinstance(each, Handed)]
            # Each of the two copies that the collector published was repeated with DUP by the broker.
            assert sum(each.state == "again" for each in after) >= 4
            assert len(set(got)) <= 4
            assert [each for each in heard.of(Published) if each.copy]
            collector.behave(publishing=False)
            assert await lines(*sub(program, spec.port, "-t", "collectors/C/status", "-C", "1")) == ["offline"]

    asyncio.run(scene())


def test_spread_devices_have_instants_of_their_own() -> None:
    async def scene() -> list[Published]:
        async with standing(mqtt(spread=True)) as (_, heard):
            await heard.until(lambda: len(heard.of(Published)) >= 6)
            return heard.of(Published)

    said = asyncio.run(scene())
    meters = list(dict.fromkeys(each.meter for each in said))
    assert len(meters) == 2
    # A message bears the instant at which it was due, and does not leave before.
    assert all(each.stamp % 1_000_000 == 400_000 * meters.index(each.meter) for each in said)
    assert all(each.t >= each.stamp for each in said)


def test_a_session_outlasts_its_connection(program: Program) -> None:
    async def scene() -> None:
        spec = mqtt()
        words = sub(program, spec.port, "-q", "1", "-t", "/neuron/#", "-i", "keeper", "-c", "-F", "%p")
        async with standing(spec) as (_, heard):
            await lines(*words, "-E")
            handed = [each.number for each in heard.of(Handed) if each.client == "keeper"]
            first = len(heard.of(Published))
            await heard.until(lambda: len(heard.of(Published)) >= first + 6)
            assert [each.number for each in heard.of(Handed) if each.client == "keeper"] == handed
            got = await lines(*words, "-C", "6")
            told = [each.payload for each in heard.of(Published)]
            # Told while the client was away, in order, from the first that it had not taken.
            begin = told.index(got[0])
            assert begin <= first
            assert got == told[begin : begin + 6]

    asyncio.run(scene())


@pytest.mark.parametrize("broker", ["embedded", "mosquitto"])
def test_certificates(program: Program, broker: str, tmp_path: Path) -> None:
    if broker == "mosquitto":
        program("mosquitto")

    async def scene() -> None:
        spec = mqtt(broker=broker, channel="mtls")
        async with standing(spec) as (site, heard):
            side = site.collector_side("C")
            for name, text in (("ca", side.anchors), ("crt", side.certificate), ("key", side.key)):
                (tmp_path / name).write_text(text)
            secured = (
                "--cafile",
                str(tmp_path / "ca"),
                "--cert",
                str(tmp_path / "crt"),
                "--key",
                str(tmp_path / "key"),
            )
            got = await lines(*sub(program, spec.port, "-t", "/neuron/#", "-C", "1", *secured))
            assert '"timestamp"' in got[0]
            with pytest.raises(AssertionError):
                await lines(*sub(program, spec.port, "-t", "/neuron/#", "-C", "1", *secured[:2]))
            if broker == "embedded":
                assert [each.state for each in heard.of(Secured)][:2] == ["agreed", "failed"]
                site.collectors["C"].behave(certificate="unknown-issuer")
                with pytest.raises(AssertionError, match="TLS error"):
                    await lines(*sub(program, spec.port, "-t", "#", "-C", "1", *secured))
            else:
                with pytest.raises(SwitchError, match="choose the embedded broker"):
                    site.collectors["C"].behave(certificate="unknown-issuer")

    asyncio.run(scene())


def test_users_and_other_protocol_levels_are_refused(program: Program) -> None:
    async def scene() -> None:
        spec = mqtt(user="terminal", password="secret")
        async with standing(spec):
            good = sub(program, spec.port, "-t", "/neuron/#", "-C", "1")
            assert len(await lines(*good, "-u", "terminal", "-P", "secret")) == 1
            with pytest.raises(AssertionError, match=r"(?i)not authori[sz]ed|bad user name"):
                await lines(*good, "-u", "terminal", "-P", "wrong")
            with pytest.raises(AssertionError, match=r"(?i)unacceptable protocol|unsupported protocol"):
                await lines(*good, "-V", "mqttv5", "-u", "terminal", "-P", "secret")

    asyncio.run(scene())


def test_faults_of_a_device_bend_its_messages(program: Program) -> None:
    async def scene() -> None:
        spec = mqtt()
        async with standing(spec) as (site, heard):
            meter = site.meters["C-e1"]
            seen: dict[str, Published] = {}
            faults = {
                "omitted": Omitted(points=("C1.energy",)),
                "token": Token(text='"--"'),
                "silent": Silent(),
                "stale": Stale(),
                "garbage": Garbage(),
                "wrong-clock": WrongClock(offset_s=-1_700_000_000),
                "late": Late(after_s=0.3),
            }
            await heard.until(lambda: any(each.meter == "C-e1" for each in heard.of(Published)))
            for name, fault in faults.items():
                meter.set_fault(fault)
                before = len(heard)

                def told(before: int = before) -> list[Published]:
                    return [each for each in heard[before:] if isinstance(each, Published) and each.meter == "C-e1"]

                await heard.until(lambda told=told: bool(told()))
                seen[name] = told()[-1]
                meter.clear()
            assert list(seen["omitted"].values) == ["C1.power"]
            assert '"energy":"--"' in seen["token"].payload
            assert '"errors":{"energy":3002,"有功功率":3002}' in seen["silent"].payload
            assert seen["stale"].stamp < seen["silent"].t - 500_000
            assert seen["wrong-clock"].stamp < 200_000_000_000_000
            assert [seen[name].values for name in ("token", "silent", "stale", "garbage", "wrong-clock")] == [{}] * 5
            outcomes = [each.outcome for each in heard.of(Unserved) if each.meter == "C-e1"]
            for outcome in ("spoiled", "silent", "stale", "wrong-clock", "late"):
                assert outcome in outcomes
            assert {each.meter for each in heard.of(Served)} == {"C-e1", "C-e2"}

    asyncio.run(scene())


def test_a_collector_that_is_asked(program: Program, tmp_path: Path) -> None:
    async def scene() -> None:
        spec = HttpsSpec(name="H", host="127.0.0.1", port=free_port(), period_s=5, channel="tls")
        async with standing(spec) as (site, heard):
            (tmp_path / "ca").write_text(site.collector_side("H").anchors)
            at = f"https://127.0.0.1:{spec.port}/api/v1/devices/"
            curl = (program("curl"), "-sS", "--cacert", str(tmp_path / "ca"), "-w", "\n%{http_code}")
            *body, code = await lines(*curl, f"{at}H-e1/values")
            said = heard.of(Published)[-1]
            assert (code, body) == ("200", [said.payload])
            assert said.stamp % 5_000_000 == 0
            assert 0 <= said.t - said.stamp < 6_000_000
            assert heard.of(Served)[-1].values == said.values
            assert (await lines(*curl, f"{at}nobody/values"))[-1] == "404"
            assert (await lines(*curl, "-d", "{}", f"{at}H-e1/values"))[-1] == "405"
            with pytest.raises(MeterError, match="cannot have the fault 'duplicate'"):
                site.meters["H-e1"].set_fault(Duplicate())
            site.collectors["H"].behave(ack="status", status=503, operations="all")
            assert (await lines(*curl, f"{at}H-e1/values"))[-1] == "503"
            assert heard.of(Unserved)[-1].fault == "status"

    asyncio.run(scene())


def test_descriptions_that_are_wrong() -> None:
    data: dict[str, object] = {
        "world": {"name": "w", "seed": 1, "start": "2026-03-02T00:00:00+08:00"},
        "collectors": [
            {"name": "C", "kind": "https", "host": "127.0.0.1", "port": 8443, "qos": 1, "certificate": "expired"},
            {"name": "C", "kind": "mqtt", "host": "127.0.0.1", "port": 8443, "user": "x", "broker": "mosquitto"},
            {"name": "D", "kind": "opc", "host": "127.0.0.1", "port": 1883},
        ],
        "meters": [
            {
                "name": "E",
                "map": "adl3000",
                "collector": "nobody",
                "host": "127.0.0.1",
                "points": [
                    {"id": "a", "register": "energy", "tag": "t"},
                    {"id": "b", "register": "power", "tag": "t"},
                ],
            }
        ],
        "centres": [{"name": "A", "host": "127.0.0.1", "port": 9010, "mn": MN}],
    }
    with pytest.raises(WorldError) as caught:
        build_world(data, "w.toml", Path())
    text = "\n".join(map(str, caught.value.problems))
    for words in (
        "belongs to mqtt, this is https; remove it",
        "a plain channel shows no certificate",
        "user and password belong together",
        "expected one of mqtt, https",
        "given to several collectors",
        "no meter stands behind it",
        "the world has no collector 'nobody'; it has C, C, D",
        "has no place of its own",
        "the tag 't' is given to several points",
    ):
        assert words in text
