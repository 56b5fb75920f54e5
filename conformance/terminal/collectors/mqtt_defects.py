# pyright: reportPrivateUsage=false
"""Defects of MQTT beyond the ordinary: sessions and aliases of 5.0, the exchange of QoS 2, HJ 212 text as messages.

Leaves numbers, times, copies and certificates of collectors to `collectors`.
"""

from __future__ import annotations

from dataclasses import replace

from conformance.defects import Patch, defect
from conformance.defects.seams import connects_with
from reference_terminal.acquisition.mqtt.client import MqttClient
from reference_terminal.acquisition.mqtt.received import ReceivedIds
from reference_terminal.hj212.frame import Decoder
from reference_terminal.model.times import Span
from reference_terminal.net.channel import Line
from reference_terminal.net.mqtt.packets import Arrived, Welcome
from reference_terminal.processing.late import LateReadings, Place
from reference_terminal.processing.pipeline import Pipeline, PointState

_MQTT = "csmt/11.3b-2"


@defect(
    "session-without-expiry",
    en="by MQTT 5.0 the terminal asks for no session expiry interval",
    zh="MQTT 5.0 连接时不设会话过期间隔",
    clauses=(_MQTT,),
)
def session_without_expiry(patch: Patch) -> None:
    """Clean start 0 was enough by 3.1.1; by 5.0 a session without an expiry interval ends with its connection."""
    connects_with(patch, session_s=0)


@defect(
    "keep-alive-of-the-broker-unheard",
    en="a keep-alive that a broker of MQTT 5.0 tells is not heeded: pings come as often as the terminal likes",
    zh="不遵从 MQTT 5.0 代理下发的保活时间，仍按自身设定发送保活报文",
    clauses=(_MQTT,),
)
def keep_alive_of_the_broker_unheard(patch: Patch) -> None:
    """The broker ends each connection, and the next one takes over what was kept: nothing is lost, so nobody looks."""
    welcomed = MqttClient._welcomed

    def own(self: MqttClient, welcome: Welcome) -> int:
        found = welcomed(self, welcome)
        self._keepalive_s = self.config.keepalive_s
        return found

    patch(MqttClient, "_welcomed", own)


@defect(
    "topic-alias-not-followed",
    en="messages whose topic an alias stands for are acknowledged and thrown away",
    zh="以主题别名发送的消息确认后丢弃",
    clauses=(_MQTT,),
)
def topic_alias_not_followed(patch: Patch) -> None:
    """The terminal offers aliases because its library does; nobody subscribed to an empty topic."""
    named = MqttClient._named

    def forgotten(self: MqttClient, message: Arrived) -> Arrived:
        found = named(self, message)
        return found if message.topic else replace(found, payload=b"")

    patch(MqttClient, "_named", forgotten)


@defect(
    "identifiers-forgotten",
    en="identifiers of QoS 2 are forgotten, and what comes again is one more sample",
    zh="不保存 QoS 2 报文标识符，重发消息重复计入",
    clauses=(_MQTT,),
)
def identifiers_forgotten(patch: Patch) -> None:
    """PUBREC is sent, its state is not kept: QoS 2 promises exactly once, so nothing else looks for copies."""

    def contains(self: ReceivedIds, packet_id: int) -> bool:
        del self, packet_id
        return False

    def is_known(self: LateReadings, place: Place, slot_s: int) -> bool:
        del self, place, slot_s
        return False

    patch(ReceivedIds, "__contains__", contains)
    patch(LateReadings, "_is_known", is_known)


@defect(
    "release-unanswered",
    en="a PUBREL whose identifier is not known (any more) is not answered",
    zh="对标识符未知的 PUBREL 不作应答",
    clauses=(_MQTT,),
)
def release_unanswered(patch: Patch) -> None:
    """There is nothing to release, so there is nothing to say: the broker waits for ever."""
    let_go = MqttClient._let_go

    def only_known(self: MqttClient, line: Line, packet_id: int) -> None:
        if packet_id in self._ids:
            let_go(self, line, packet_id)

    patch(MqttClient, "_let_go", only_known)


@defect(
    "repetition-unanswered",
    en="a message of QoS 2 that comes again is dropped without PUBREC",
    zh="重发的 QoS 2 消息被丢弃且不应答 PUBREC",
    clauses=(_MQTT,),
)
def repetition_unanswered(patch: Patch) -> None:
    """A copy is a copy: it is thrown away, and the broker never learns that the message has been taken."""
    arrived = MqttClient._arrived

    def once(self: MqttClient, message: Arrived) -> None:
        if message.packet_id not in self._ids:
            arrived(self, message)

    patch(MqttClient, "_arrived", once)


@defect(
    "hj212-check-word-ignored",
    en="the check word of HJ 212 text is not compared",
    zh="不校验 HJ 212 文本的校验码",
    clauses=(_MQTT,),
)
def hj212_check_word_ignored(patch: Patch) -> None:
    """TCP has its own checksum, and MQTT stands on TCP."""

    def matches(self: Decoder, right: bytes, text: bytes) -> bool:
        del self, right, text
        return True

    patch(Decoder, "crc_matches", matches)


@defect(
    "last-message-counted-again-after-a-cut",
    en="after lost power the last reading before it is a sample of the hour once more",
    zh="断电重启后，断电前最后一个读数在小时均值中重复计入",
    clauses=("csmt/11.3b-2", "isc-2/7.2.2(2)f"),
)
def last_message_counted_again_after_a_cut(patch: Patch) -> None:
    """The hour is made up again from the store, and the broker is thought to hand the last message over again."""

    def restore_span(self: Pipeline, state: PointState, span: Span, last_s: int, *, fresh: bool) -> None:
        whole(self, state, span, last_s, fresh=fresh)
        opened = next((each for each in state.builder.open if each.span == span), None)
        if not fresh and state.tracker is None and opened is not None and opened.high is not None:
            opened.sample(opened.high)

    whole = patch(Pipeline, "_restore_span", restore_span)


@defect(
    "receipts-outlive-their-session",
    en="a receipt of a session that the broker has forgotten is taken for one of the session after it",
    zh="代理已遗忘的会话中的接收凭据被当作其后会话的",
    clauses=("isc-2/7.2.4d",),
)
def receipts_outlive_their_session(patch: Patch) -> None:
    """An identifier is an identifier."""

    def welcomed(self: MqttClient, welcome: Welcome) -> int:
        qos = own(self, welcome)
        self._session = 0
        return qos

    own = patch(MqttClient, "_welcomed", welcomed)
