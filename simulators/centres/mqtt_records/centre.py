"""A platform that is a broker: records published as JSON, each upload answered on a topic (docs/WIRE.md section 6).

Leaves MQTT to `simulators.mqtt`, records to `records`. What the broker acknowledges (PUBACK) the platform has not taken
yet: that is what its answer says (ruling R-25).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Literal, Unpack, cast

from simulators.centres.base import Item
from simulators.centres.http import ACKNOWLEDGED, Record, Wiring, keep_records
from simulators.centres.json_text import JsonError, parse, text_of, write
from simulators.centres.record_store import Content, RecordKey, RecordStore
from simulators.centres.records import read_records
from simulators.events import Received, Sent
from simulators.mqtt import packets
from simulators.mqtt.broker import Broker, BrokerSwitches
from simulators.mqtt.packets import Message
from simulators.mqtt.sessions import Session

ROOT = "carbon"
UPLOAD = "records"
"""`cn` of the event of an upload, and the last word of its topic."""
_ANSWERS = "answers"
_LONGEST_ID = 64


class MqttRecordsSwitches(BrokerSwitches, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Switches of a platform over MQTT; every one has the sound behaviour as default. Those of a broker, and:

    - `ack`: how an upload is answered: `always`; `never` (stored, no answer); `negative` (an error, not stored);
      `close` (stored, the connection closes without an answer); `garbage` (stored, an answer that is no JSON);
      `no-code` (stored, an answer without `accepted`); `wrong-id` (stored, the answer to another upload); `twice`.
    - `ack_after_s`, `ack_share`, `ack_from_copy`, `persist`: as at an HJ 212 centre; a copy is the same records.
    """

    ack: Literal["always", "never", "negative", "close", "garbage", "no-code", "wrong-id", "twice"] = "always"
    ack_after_s: float = 0
    ack_share: float = 1
    ack_from_copy: int = 1
    persist: bool = True


class MqttRecordsCentre(Broker):
    """A broker whose one client is the terminal `mn`; it may come over several connections."""

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        mn: str,
        token: str,
        items: Mapping[str, Item],
        **wiring: Unpack[Wiring],
    ) -> None:
        super().__init__(
            name,
            host,
            port,
            clock=wiring["clock"],
            observe=wiring["observe"],
            locks=wiring.get("locks"),
            user=mn,
            password=token,
            version="any",
            switches=MqttRecordsSwitches(),
        )
        self._items = dict(items)
        self._chance = wiring["chance"]
        self._topic, self._answers = f"{ROOT}/{mn}/{UPLOAD}", f"{ROOT}/{mn}/{_ANSWERS}"
        self._mn = mn
        self._store = RecordStore()
        self._copies: dict[str, int] = {}
        self._uploads = 0

    @property
    def records(self) -> Mapping[RecordKey, list[Content]]:
        """What is stored: (device, kind, code, stamp) to the versions (fields, flag), oldest first."""
        return self._store

    @property
    def _how(self) -> MqttRecordsSwitches:
        return cast(MqttRecordsSwitches, self.switches)

    def publish(self, message: Message, sender: str = "") -> None:
        """Give a message to whoever wants it; an upload is taken."""
        super().publish(message, sender)
        session = self.sessions.get(sender)
        if session is not None and session.link is not None:
            if message.topic == self._topic:
                self._taken(session, message.payload)
            else:
                self.rejected(session.link, message.payload[:256], len(message.payload), f"no topic {message.topic!r}")

    def _taken(self, session: Session, payload: bytes) -> None:
        """An upload: what it holds is stored and answered, as the switches say."""
        link = session.link
        assert link is not None
        self._uploads += 1
        number = str(self._uploads)
        upload, source, records, wrong = self._read(payload)
        self._observe(
            Received(
                t=self._clock.now_us(),
                centre=self.name,
                conn=link.number,
                frame=payload.decode("utf-8", "replace"),
                faults=("json-invalid",) if wrong and not upload else (),
                qn=number,
                cn=UPLOAD,
                mn=source,
            )
        )
        if wrong:
            self.rejected(link, payload[:256], len(payload), wrong)
            if upload:
                self._answer(session, number, {"id": upload, "error": wrong})
            return
        switches = self._how
        key = repr([(record.key, record.fields, record.flag) for record in records])
        copies = self._copies[key] = self._copies.get(key, 0) + 1
        silent = copies < switches.ack_from_copy or (
            switches.ack_share < 1 and self._chance.random() >= switches.ack_share
        )
        if switches.persist and switches.ack != "negative":
            keep_records(self._store, records, self.name, number, self._clock.now_us(), self._observe)
        if silent or switches.ack == "never":
            return
        if switches.ack == "close":
            link.close()
        elif switches.ack_after_s:
            loop = asyncio.get_running_loop()
            loop.call_later(switches.ack_after_s, self._reply, session, number, upload, len(records), switches)
        else:
            self._reply(session, number, upload, len(records), switches)

    def _read(self, payload: bytes) -> tuple[str, str, list[Record], str]:
        """The number that the terminal gave an upload (empty: none), its source, its records, and what is wrong."""
        try:
            body = parse(payload)
        except JsonError as error:
            return "", "", [], str(error)
        upload, source = text_of(body, "id"), text_of(body, "source")
        if not upload or len(upload) > _LONGEST_ID:
            return "", source, [], f"expected id as text of at most {_LONGEST_ID} characters"
        if source != self._mn:
            return upload, source, [], f"expected source {self._mn!r}, got {source!r}"
        return upload, source, *read_records(body, self._items)

    def _reply(self, session: Session, number: str, upload: str, count: int, switches: MqttRecordsSwitches) -> None:
        how = switches.ack
        late = "late" if switches.ack_after_s else ""
        if how == "negative":
            self._answer(session, number, {"id": upload, "error": "系统繁忙 / busy"}, how)
        elif how == "garbage":
            self._answer(session, number, "<html>502</html>", how)
        elif how == "no-code":
            self._answer(session, number, {"id": upload, "message": "ok"}, how)
        elif how == "wrong-id":
            self._answer(session, number, {"id": f"{upload}x", "accepted": count}, how)
        else:
            for _ in range(2 if how == "twice" else 1):
                self._answer(session, number, {"id": upload, "accepted": count}, "twice" if how == "twice" else late)

    def _answer(self, session: Session, number: str, body: dict[str, object] | str, spoiled: str = "") -> None:
        """Say something on the topic of answers, over the connection on which the upload came."""
        link, text = session.link, body if isinstance(body, str) else write(body)
        if link is None or not session.wishes(self._answers):
            return
        if not link.send(packets.publish(Message(self._answers, text.encode()), 0, level=link.level)):
            return
        good = isinstance(body, dict) and "accepted" in body and spoiled in ("", "late", "twice")
        self._observe(
            Sent(
                t=self._clock.now_us(),
                centre=self.name,
                conn=link.number,
                frame=text,
                cn=ACKNOWLEDGED if good else UPLOAD,
                qn=number,
                spoiled=spoiled,
            )
        )
