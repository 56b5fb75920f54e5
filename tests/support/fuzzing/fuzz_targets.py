"""Everything that reads octets of a peer, as functions that take any octets: what they may raise is what they say.

Leaves making inputs to the tests in tests/fuzz and to `fuzz_run`. A target of the bench puts what it makes into a
record, as the recorder does: evidence comes first.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Any, cast

import fuzz_field_targets
import fuzz_file_targets
from platform_fuzz_kit import stand
from simulators_helpers import HandClock, Heard

from bench.history import Chain
from reference_terminal.acquisition.collectors.messages import MessageError, read_message
from reference_terminal.hj212 import message as terminal_message
from reference_terminal.hj212.frame import Decoder, Frame
from reference_terminal.hj212.message import Malformed
from reference_terminal.model import json_text
from reference_terminal.model.one_line import one_line
from reference_terminal.net.http import HttpFailed, place_of
from reference_terminal.net.mqtt import packets as terminal_packets
from reference_terminal.net.mqtt.packets import BadPacket
from reference_terminal.settings.config import ConfigError, load_config
from simulators.centres.hj212.codec import Splitter, parse_data
from simulators.centres.hj212.frames import Frame as HeardFrame
from simulators.centres.third_party.centre import ThirdPartyCentre
from simulators.mqtt import packets
from simulators.mqtt.broker import Broker
from simulators.platform.core.intake import mqtt
from simulators.tables import DescriptionError, parse_toml

Target = Callable[[bytes], None]


class _Wire(asyncio.Transport):
    """Takes what is said and says nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False

    def write(self, data: Any) -> None:
        del data

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed


def _recorded(heard: Heard) -> None:
    chain = Chain()
    for event in heard:
        chain.written(event)


def _listener(made: Any, heard: Heard, data: bytes) -> None:
    async def main() -> None:
        link = made._accepted(1)
        link.connection_made(_Wire())
        for start in range(0, len(data), 700):
            link.data_received(data[start : start + 700])
        link.connection_lost(None)

    asyncio.run(main())
    _recorded(heard)


def bench_broker(data: bytes) -> None:
    heard = Heard()
    _listener(Broker("K", "h", 1, clock=HandClock(), observe=heard), heard, data)


def _platform(heard: Heard) -> ThirdPartyCentre:
    chance = random.Random(1)
    return ThirdPartyCentre("A", "h", 1, token="t", items={}, clock=HandClock(), chance=chance, observe=heard)


def bench_platform(data: bytes) -> None:
    heard = Heard()
    centre = ThirdPartyCentre(
        "A", "h", 1, token="t", items=(), clock=HandClock(), chance=random.Random(1), observe=heard
    )
    head = b"POST /api/records HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer t\r\nContent-Length: %d\r\n\r\n" % len(data)
    _listener(centre, heard, head + data)


def bench_http(data: bytes) -> None:
    heard = Heard()
    centre = ThirdPartyCentre(
        "A", "h", 1, token="t", items=(), clock=HandClock(), chance=random.Random(1), observe=heard
    )
    _listener(centre, heard, data)


def bench_hj212(data: bytes) -> None:
    splitter = Splitter()
    for each in (*splitter.feed(data), *splitter.flush(final=True)):
        if isinstance(each, HeardFrame):
            parse_data(each.data)


def bench_mqtt_packets(data: bytes) -> None:
    try:
        for packet in packets.Splitter().feed(data):
            packets.read_publish(packet, 5)
            packets.read_connect(packet.body)
    except packets.PacketError:
        pass


def bench_toml(data: bytes) -> None:
    with contextlib.suppress(DescriptionError):
        parse_toml(data.decode("utf-8", "replace"), "x")


def terminal_hj212(data: bytes) -> None:
    for each in Decoder().feed(data):
        if isinstance(each, Frame):
            with contextlib.suppress(Malformed):
                terminal_message.parameters(terminal_message.parse(each.data).cp)


def terminal_parameters(data: bytes) -> None:
    terminal_message.parameters(data.decode("utf-8", "replace"))


def _form(form: str) -> Target:
    def target(data: bytes) -> None:
        try:
            for report in read_message(form, data, texts=True):
                for content in report.contents.values():
                    (content.raw + content.cause).encode()
        except MessageError:
            pass

    return target


def terminal_mqtt(data: bytes) -> None:
    octets = bytearray(data)
    try:
        while (found := terminal_packets.take(octets)) is not None:
            terminal_packets.arrived(found[1], found[2], 5)
    except BadPacket:
        pass


def terminal_json(data: bytes) -> None:
    with contextlib.suppress(json_text.NoJson):
        json_text.read(data)


def terminal_url(data: bytes) -> None:
    try:
        place = place_of(data.decode("utf-8", "surrogateescape"), "plain")
    except HttpFailed:
        return
    place.target.encode("ascii")
    place.host.encode("idna")


def terminal_config(data: bytes) -> None:
    try:
        load_config("=\n" + data.decode("utf-8", "replace"))
        load_config("\n" + data.decode("utf-8", "replace"))
    except ConfigError:
        pass


def terminal_log(data: bytes) -> None:
    text = one_line(data.decode("utf-8", "surrogatepass" if data.isascii() else "surrogateescape"))
    assert "\n" not in text and "\r" not in text and "\x1b" not in text
    text.encode()


def platform_hj212(data: bytes) -> None:
    platform = stand()
    platform.hj212(data)
    platform.unhurt()


def platform_mqtt(data: bytes) -> None:
    platform = stand()
    platform.mqtt(data)
    platform.mqtt(_CONNECT + data)
    platform.unhurt()


def platform_http(data: bytes) -> None:
    platform = stand()
    platform.http(data)
    platform.unhurt()


_CONNECT = mqtt.packet(
    mqtt.CONNECT,
    mqtt.text("MQTT") + b"\x04\xc2\x00\x3c" + b"".join(map(mqtt.text, ("MN-A", "MN-A", "123456"))),
)

TARGETS: dict[str, Target] = {
    name: cast(Target, value)
    for name, value in list(globals().items())
    if name.startswith(("bench_", "terminal_", "platform_")) and callable(value)
}
TARGETS |= fuzz_field_targets.TARGETS
TARGETS |= fuzz_file_targets.TARGETS
TARGETS |= {
    f"terminal_form_{form}": _form(form) for form in ("neuron", "neuron-tags", "thingsboard", "properties", "hj212")
}
