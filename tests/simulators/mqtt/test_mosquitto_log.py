"""A Mosquitto's log as handed messages: lines as it writes them, and a real one with its own clients."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from collectors_kit import lines, mqtt, standing, sub
from hypothesis import given
from hypothesis import strategies as st

from simulators.events import Connected, Handed, Published
from simulators.mqtt.mosquitto_log import Came, Log, Passed
from simulators.mqtt.packets import Message

Program = Callable[[str], str]


def states(found: list[Came | Passed]) -> list[tuple[int, str, int, bool]]:
    return [(each.number, each.state, each.qos, each.retained) for each in found if isinstance(each, Passed)]


def test_numbers_follow_from_the_order_of_a_topic() -> None:
    found: list[Came | Passed] = []
    log = Log("collector-K1", found.append)

    def publish(number: int, topic: str, payload: bytes, *, retain: bool = False) -> None:
        log.published(Message(topic, payload, 2, retain, number))
        log.line(f"Received PUBLISH from collector-K1 (d0, q2, r0, m1, '{topic}', ... ({len(payload)} bytes))")

    publish(1, "n/a", b"before")
    for line in (
        "New client connected from 127.0.0.1:1 as keeper (p5, c0, k60).",
        "Sending CONNACK to keeper (0, 0)",
        "Received SUBSCRIBE from keeper",
        "\tn/# (QoS 2)",
    ):
        log.line(line)
    publish(2, "n/a", b"two")
    log.line("Sending PUBLISH to keeper (d0, q2, r0, m1, 'n/a', ... (3 bytes))")
    log.line("Client keeper closed its connection.")
    publish(3, "n/a", b"three", retain=True)
    publish(4, "n/b", b"four")
    log.line("New client connected from 127.0.0.1:2 as keeper (p5, c0, k60).")
    log.line("Sending CONNACK to keeper (1, 0)")
    for line in (
        "Sending PUBLISH to keeper (d1, q2, r0, m1, 'n/a', ... (3 bytes))",
        "Sending PUBLISH to keeper (d0, q2, r0, m2, 'n/a', ... (5 bytes))",
        "Received SUBSCRIBE from keeper",
        "Sending PUBLISH to keeper (d0, q1, r0, m3, 'n/b', ... (4 bytes))",
        "Sending PUBLISH to keeper (d0, q0, r1, m0, 'n/a', ... (5 bytes))",
        "Received PUBREC from keeper (Mid: 1)",
        "Received PUBCOMP from keeper (Mid: 1, RC:0)",
        "Received PUBACK from keeper (Mid: 3, RC:0)",
        "Received PUBREC from keeper (Mid: 2, RC:151)",
        "Received PUBACK from keeper (Mid: 77, RC:0)",
        "Received PUBACK from stranger (Mid: 1, RC:0)",
    ):
        log.line(line)
    assert states(found) == [
        (2, "sent", 2, False),
        (2, "again", 2, False),
        (3, "sent", 2, False),
        (4, "sent", 1, False),
        (3, "sent", 0, True),
        (2, "taken", 2, False),
        (2, "finished", 2, False),
        (4, "taken", 1, False),
        (3, "declined", 2, False),
    ]
    assert [each for each in found if isinstance(each, Came)] == [
        Came(1, "keeper", "127.0.0.1:1"),
        Came(1, "keeper", ""),
        Came(2, "keeper", "127.0.0.1:2"),
    ]


@given(st.lists(st.text(max_size=60) | st.sampled_from(["Sending PUBLISH to x (d0, q2, r0, m1, 'n', ... (3 bytes))"])))
def test_no_line_breaks_the_reader(told: list[str]) -> None:
    found: list[Came | Passed] = []
    log = Log("own", found.append)
    with contextlib.suppress(RecursionError):
        for line in ("New client connected from a as x (p2, c1, k6).", *told):
            log.line(line)
    assert all(each.number == 0 for each in found if isinstance(each, Passed))


def test_what_a_mosquitto_hands_over_is_told(program: Program) -> None:
    program("mosquitto")

    async def scene() -> None:
        spec = mqtt(broker="mosquitto", qos=2, retain=True)
        words = sub(program, spec.port, "-q", "2", "-t", "/neuron/#", "-i", "keeper", "-c", "-F", "%p")
        async with standing(spec) as (_, heard):
            await lines(*words, "-E")
            first = len(heard.of(Published))
            await heard.until(lambda: len(heard.of(Published)) >= first + 6)
            got = await lines(*words, "-C", "4", "-R")
            told = {each.number: each.payload for each in heard.of(Published)}
            await heard.until(lambda: sum(each.state == "taken" for each in heard.of(Handed)) >= 4)
            sent = [each for each in heard.of(Handed) if each.state == "sent" and not each.retained]
            # By the content of what the client got: the numbers are those of the messages.
            assert [told[each.number] for each in sent][:4] == got
            assert {each.client for each in sent} == {"keeper"}
            opened = [each.conn for each in heard.of(Connected) if each.reason == "keeper" and each.state == "opened"]
            assert opened == [1, 2]

    asyncio.run(scene())
