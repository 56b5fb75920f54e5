"""`probe` at a collector: what its broker publishes for a while, or one answer of its server, explained.

Leaves meters to `probe`. Nothing is kept at the broker: the session is a clean one.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reference_terminal.acquisition.collectors.messages import MessageError, read_message
from reference_terminal.crypto.certificates import CertificateError
from reference_terminal.model import numbers
from reference_terminal.model.times import iso_ms
from reference_terminal.net.channel import PLAIN, TLS, ChannelRefused, Line, Security, open_line
from reference_terminal.net.http import HttpClient, HttpFailed, Place
from reference_terminal.net.mqtt import packets
from reference_terminal.net.mqtt.packets import BadPacket
from reference_terminal.net.mqtt.reasons import in_words
from reference_terminal.settings.collectors import FORMS

PROTOCOLS = ("mqtt", "https")
_PIECE = 65_536
_LONGEST = 300
Say = Callable[[str], None]


@dataclass(frozen=True)
class Sought:
    """What is looked at. `form` empty: each is tried; `seconds` is how long a broker is heard; `anchors`: PEM file."""

    protocol: str
    host: str
    port: int
    topic: str = "#"
    path: str = "/"
    form: str = ""
    seconds: float = 10.0
    anchors: str = ""


def place_of(place: str) -> tuple[str, int]:
    """Host and port. Raises ValueError."""
    host, _, port = place.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ValueError(f"expected host:port, got {place!r}")
    return host, int(port)


async def probe(sought: Sought, say: Say) -> bool:
    """Look and tell; whether anything of use was said. Raises ValueError for anchors that cannot be read."""
    try:
        anchors = Path(sought.anchors).read_text("ascii") if sought.anchors else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"expected a PEM file of root certificates, got {sought.anchors}: {error}") from None
    security = Security(channel=TLS if anchors else PLAIN, server_name=sought.host, anchors=anchors)
    try:
        if sought.protocol == "mqtt":
            return await _broker(sought, security, say)
        return await _server(sought, security, say)
    except (ChannelRefused, CertificateError) as error:
        say(f"{error.en} / {error.zh}")
    except HttpFailed as error:
        say(f"{error.en} / {error.zh}")
    except (OSError, TimeoutError, BadPacket) as error:
        say(f"no answer: {str(error) or type(error).__name__} / 无应答")
    return False


def _now_s() -> int:
    return int(time.time())


async def _server(sought: Sought, security: Security, say: Say) -> bool:
    client = HttpClient(security, sought.host, _now_s, 5)
    try:
        status, body = await client.get(Place(sought.host, sought.port, sought.path), 5)
        say(f"GET {sought.path}: status {status}, {len(body)} octets, channel {client.agreed} / 应答")
    finally:
        client.close()
    return explain(body, sought.form, say) and status == 200


async def _broker(sought: Sought, security: Security, say: Say) -> bool:
    line = await open_line(sought.host, sought.port, security, _now_s, 5)
    heard = False
    try:
        name = f"probe-{random.SystemRandom().getrandbits(32):08x}"
        line.write(packets.connect(name, 60, "", "", keep_session=False))
        line.write(packets.subscribe(1, (sought.topic,), 0))
        await line.drain()
        octets = bytearray()
        try:
            async with asyncio.timeout(sought.seconds):
                while True:
                    heard = await _next(line, octets, sought, say) or heard
        except TimeoutError:
            say(f"listened for {sought.seconds:g} s / 监听结束")
    finally:
        line.abort()
    return heard


async def _next(line: Line, octets: bytearray, sought: Sought, say: Say) -> bool:
    """The next packet told; whether it was a message of use."""
    while (found := packets.take(octets)) is None:
        data = await line.read(_PIECE)
        if not data:
            raise ConnectionResetError("the broker closed the connection")
        octets += data
    kind, flags, body = found
    if kind == packets.CONNACK:
        code = packets.welcome(body).code
        if code:
            en, zh = in_words(code, returned=True)
            raise ConnectionRefusedError(f"the broker refuses: {en} / {zh}")
        say(f"connected, channel {line.agreed} / 已连接")
    if kind != packets.PUBLISH:
        return False
    message = packets.arrived(flags, body)
    marks = ", retained / 保留消息" if message.retained else ""
    say(f"{message.topic}: {len(message.payload)} octets{marks}")
    return explain(message.payload, sought.form, say)


def explain(payload: bytes, form: str, say: Say) -> bool:
    """What a message says, in the form given or the first that fits; whether there is a number in it."""
    reason = ""
    for each in (form,) if form else FORMS:
        try:
            said = read_message(each, payload, texts=True)
        except MessageError as error:
            reason = str(error)
            continue
        if not form and not any(one.contents for one in said):
            reason = "it fits no form / 不符合任何格式"
            continue
        for one in said:
            at = "no time / 无时刻" if one.at_ms is None else iso_ms(one.at_ms)
            say(f"  {each}, device {one.node!r}, {at}")
            for tag, content in one.contents.items():
                value = content.cause if content.value is None else numbers.text(content.value)
                say(f"    {tag} = {value}")
        return any(content.value is not None for one in said for content in one.contents.values())
    shown = payload[:_LONGEST].decode("utf-8", "replace")
    say(f"  not understood: {reason}: {shown} / 无法解析")
    return False
