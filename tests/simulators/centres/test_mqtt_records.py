"""The platform over MQTT with paho as the terminal: what it takes, what it refuses, and what its switches do."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from ports import free_port
from simulators_helpers import HandClock, Heard

from simulators.centres.base import Item
from simulators.centres.mqtt_records.centre import MqttRecordsCentre
from simulators.centres.switches import SwitchError
from simulators.events import Rejected, Sent, Stored

RECORD = {
    "point": "k01001", "kind": "quarter", "start": "2026-03-02T00:00:00+08:00", "end": "2026-03-02T00:15:00+08:00",
    "value": "0.10", "unit": "kWh", "flag": "N",
}  # fmt: skip
UPLOAD = {"id": "1", "source": "M1", "records": [RECORD]}


class Terminal:
    """A client of paho's that keeps what it was answered."""

    def __init__(self, port: int, password: str, protocol: MQTTProtocolVersion) -> None:
        self.client = Client(CallbackAPIVersion.VERSION2, "M1", protocol=protocol, reconnect_on_failure=False)
        self.client.username_pw_set("M1", password)
        self.answers: asyncio.Queue[str] = asyncio.Queue()
        self.let_in: asyncio.Queue[str] = asyncio.Queue()
        self._port = port
        self._loop = asyncio.get_running_loop()
        self.client.on_connect = self._connected
        self.client.on_subscribe = lambda *more: self._tell(self.let_in, "subscribed")
        self.client.on_message = self._heard

    def _connected(self, client: Client, data: object, flags: object, code: object, said: object) -> None:
        self._tell(self.let_in, str(code))
        client.subscribe("carbon/M1/answers", qos=1)

    def _heard(self, client: Client, data: object, message: MQTTMessage) -> None:
        self._tell(self.answers, message.payload.decode())

    def _tell(self, queue: asyncio.Queue[str], text: str) -> None:
        self._loop.call_soon_threadsafe(queue.put_nowait, text)

    async def __aenter__(self) -> Terminal:
        await asyncio.to_thread(self.client.connect, "127.0.0.1", self._port)
        self.client.loop_start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.client.disconnect()
        await asyncio.to_thread(self.client.loop_stop)

    async def says(self, body: object, topic: str = "carbon/M1/records") -> dict[str, Any]:
        self.client.publish(topic, body if isinstance(body, str) else json.dumps(body), qos=1)
        return json.loads(await asyncio.wait_for(self.answers.get(), 60))


async def standing() -> tuple[MqttRecordsCentre, Heard]:
    heard = Heard()
    made = MqttRecordsCentre(
        "A", "127.0.0.1", free_port(), mn="M1", token="secret", items={"k01001": Item("e", "Cou", "kWh")},
        clock=HandClock(), chance=random.Random(1), observe=heard,
    )  # fmt: skip
    await made.start()
    return made, heard


@pytest.mark.parametrize("protocol", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
def test_records_of_pahos_are_stored_once_answered(protocol: MQTTProtocolVersion) -> None:
    async def main() -> None:
        centre, heard = await standing()
        async with Terminal(centre.port, "secret", protocol) as terminal:
            assert [await asyncio.wait_for(terminal.let_in.get(), 60) for _ in range(2)] == ["Success", "subscribed"]
            assert await terminal.says(UPLOAD) == {"id": "1", "accepted": 1}
            assert heard.of(Stored)[0].fields == {"Cou": "0.10"} and heard.of(Sent)[0].cn == "9014"
            wrong = {**UPLOAD, "id": "2", "records": [{**RECORD, "value": 0.1}]}
            assert "expected value as text" in (await terminal.says(wrong))["error"]
            assert "expected source" in (await terminal.says({**UPLOAD, "id": "3", "source": "M2"}))["error"]
            # What cannot be answered, or is nobody's topic, is put down and not answered.
            terminal.client.publish("carbon/M1/records", "{", qos=1)
            terminal.client.publish("carbon/M2/records", json.dumps(UPLOAD), qos=1)
            centre.behave(ack="twice")
            assert await terminal.says({**UPLOAD, "id": "4"}) == {"id": "4", "accepted": 1}
            assert json.loads(await asyncio.wait_for(terminal.answers.get(), 60))["id"] == "4"
            assert len(heard.of(Rejected)) == 4 and len(heard.of(Stored)) == 2
            with pytest.raises(SwitchError):
                centre.behave(ack="wrong-crc")
        await centre.stop()

    asyncio.run(main())


def test_a_wrong_token_is_let_nowhere() -> None:
    async def main() -> None:
        centre, heard = await standing()
        async with Terminal(centre.port, "guess", MQTTProtocolVersion.MQTTv311) as terminal:
            assert await asyncio.wait_for(terminal.let_in.get(), 60) != "Success"
        assert not heard.of(Stored) and "refused" in heard.of(Rejected)[0].reason
        await centre.stop()

    asyncio.run(main())
