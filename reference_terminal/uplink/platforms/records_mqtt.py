"""The link to a platform that takes records over MQTT: what `records_json` posts is published (docs/WIRE.md section 6).

Leaves the broker to `courier`, and what a record looks like to `records_json`. A record is delivered when the platform
has answered; the broker's own acknowledgement says only that the broker has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from reference_terminal.model import json_text
from reference_terminal.model.seams import seam
from reference_terminal.net.mqtt.courier import Login, MqttCourier
from reference_terminal.uplink.platforms.link import LinkContext, Refused
from reference_terminal.uplink.platforms.records_json import RECORDS, RecordsLink

_ROOT = "carbon"
_ANSWERS = "answers"


class MqttRecordsLink(RecordsLink):
    """One platform behind a broker; readings go over a connection of their own here too."""

    def __init__(self, context: LinkContext, token: str) -> None:
        super().__init__(context, token)
        self._courier = self._new_courier(token, "")
        self._live_courier = self._new_courier(token, "-live")

    def _new_courier(self, token: str, suffix: str) -> MqttCourier:
        context, config = self._context, self.config
        login = Login(config.mn + suffix, config.mn, token, f"{_ROOT}/{config.mn}/{_ANSWERS}")
        timeout_s = float(config.connect_timeout_s)
        return MqttCourier(context.security, config.host, config.port, login, context.clock.now_s, timeout_s)

    @property
    def agreed(self) -> str:
        """What the channel of the open connection is; empty without one."""
        return self._courier.agreed

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            await super().run()
        finally:
            self._courier.close()
            self._live_courier.close()

    async def idle(self) -> None:
        """Records alone are told this way."""
        await self.wait(True)

    @seam
    async def _tell_rows(self, what: str, rows: Sequence[dict[str, Any]], *, live: bool = False) -> None:
        number = f"{self._context.random.getrandbits(64):016x}"
        octets = msgspec.json.encode({"id": number, "source": self.config.mn, RECORDS: rows})
        courier = self._live_courier if live else self._courier
        topic = f"{_ROOT}/{self.config.mn}/{what}"
        said = await courier.ask(topic, octets, lambda payload: _answers(payload, number), self._answer_s)
        answer = _read(said)
        if not self.is_success(200, answer):
            raise Refused(200, "refused", str(answer.get("error", "")))


@seam
def _answers(payload: bytes, number: str) -> bool:
    return _read(payload).get("id") == number


def _read(payload: bytes) -> dict[str, Any]:
    """The object of an answer; an empty one of what is none."""
    try:
        found: Any = json_text.read(payload)
    except json_text.NoJson:
        return {}
    return dict(found) if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownArgumentType]
