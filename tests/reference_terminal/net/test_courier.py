"""What the terminal publishes and which answer it waits for: at a real Mosquitto, and at the bench's broker."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from collector_terminal_kit import Mosquitto
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from ports import free_port
from simulators_helpers import HandClock, Heard
from virtually import virtually

from reference_terminal.net.channel import Security
from reference_terminal.net.mqtt.courier import BrokerRefused, Login, MqttCourier
from simulators.centres.mqtt_records.centre import MqttRecordsCentre
from simulators.events import Connected, Sent

LOGIN = Login("M1", "M1", "secret", "carbon/M1/answers")
UPLOAD = b'{"id":"7","source":"M1","records":[]}'


def courier(port: int, login: Login = LOGIN) -> MqttCourier:
    return MqttCourier(Security(), "127.0.0.1", port, login, lambda: 0, 20)


def numbered(number: str) -> Callable[[bytes], bool]:
    return lambda payload: json.loads(payload).get("id") == number


def test_an_answer_of_pahos_comes_through_mosquitto(program: Callable[[str], str], tmp_path: Path) -> None:
    broker = Mosquitto(program("mosquitto"), tmp_path, free_port())
    broker.start()
    platform = Client(CallbackAPIVersion.VERSION2, "platform")

    def heard(client: Client, data: object, message: MQTTMessage) -> None:
        # The answer to another upload comes first, as platforms that are asked by many have it.
        number = json.loads(message.payload)["id"]
        for each in (f"x{number}", number):
            client.publish("carbon/M1/answers", json.dumps({"id": each, "accepted": 0}), qos=1)

    async def main() -> bytes:
        subscribed = asyncio.Event()
        loop = asyncio.get_running_loop()
        platform.on_message = heard
        platform.on_connect = lambda client, *more: client.subscribe("carbon/+/records", qos=1)
        platform.on_subscribe = lambda *more: loop.call_soon_threadsafe(subscribed.set)
        await asyncio.to_thread(platform.connect, "127.0.0.1", broker.port)
        platform.loop_start()
        asker = courier(broker.port)
        try:
            await asyncio.wait_for(subscribed.wait(), 60)
            return await asker.ask("carbon/M1/records", UPLOAD, numbered("7"), 60)
        finally:
            asker.close()
            await asyncio.to_thread(platform.loop_stop)

    try:
        assert json.loads(asyncio.run(main())) == {"id": "7", "accepted": 0}
    finally:
        broker.stop()


async def standing() -> tuple[MqttRecordsCentre, Heard]:
    heard = Heard()
    wiring = {"clock": HandClock(), "chance": random.Random(1), "observe": heard}
    made = MqttRecordsCentre("A", "127.0.0.1", 1883, mn="M1", token="secret", items={}, **wiring)  # type: ignore[arg-type]
    await made.start()
    return made, heard


def test_who_has_nothing_to_say_leaves_and_comes_back() -> None:
    async def main() -> None:
        centre, heard = await standing()
        asker = courier(1883)
        for number, pause_s in (("1", 99), ("2", 101), ("3", 0)):
            upload = UPLOAD.replace(b'"7"', f'"{number}"'.encode())
            await asker.ask("carbon/M1/records", upload, numbered(number), 10)
            await asyncio.sleep(pause_s)
        states = [event.state for event in heard.of(Connected)]
        assert states == ["opened", "closed", "opened"] and len(heard.of(Sent)) == 3
        # A broker that ended the connection meanwhile costs nothing.
        centre.disconnect(abort=True)
        await asyncio.sleep(1)
        await asker.ask("carbon/M1/records", UPLOAD, numbered("7"), 10)
        asker.close()
        await centre.stop()

    virtually(main())


def test_no_answer_and_no_entry_are_told_apart() -> None:
    async def main() -> None:
        centre, _ = await standing()
        centre.behave(ack="wrong-id")
        with pytest.raises(TimeoutError):
            await courier(1883).ask("carbon/M1/records", UPLOAD, numbered("7"), 10)
        with pytest.raises(BrokerRefused, match="user or password"):
            await courier(1883, Login("M1", "M1", "wrong", "a")).ask("t", b"", numbered("7"), 10)
        centre.behave(accept="refuse")
        with pytest.raises(OSError):
            await courier(1883).ask("carbon/M1/records", UPLOAD, numbered("7"), 10)
        await centre.stop()

    virtually(main())
