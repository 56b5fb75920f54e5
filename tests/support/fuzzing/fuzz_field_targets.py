"""What reads octets of meters, lines, time servers, responders and files: targets as those of `fuzz_targets`.

A frame with a check octet is tried as it came and, put into a sound frame, by its content: octets behind a check word
would otherwise hardly ever be read.
"""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Callable
from functools import cache

import h11
from house import ROOT

from bench import captures
from reference_terminal.acquisition.cjt188 import frames as terminal_frames188
from reference_terminal.acquisition.cjt188.explain import lines_of as lines_of_188
from reference_terminal.acquisition.dlt645 import frames as terminal_frames645
from reference_terminal.acquisition.dlt645.explain import lines_of as lines_of_645
from reference_terminal.acquisition.dlt645.records import of_freeze, of_profile
from reference_terminal.acquisition.modbus import serial
from reference_terminal.acquisition.modbus.explain import lines_of as lines_of_modbus
from reference_terminal.acquisition.scale import driver as scale
from reference_terminal.crypto.certificates import Trusted
from reference_terminal.crypto.sm2 import PrivateKey, PublicKey
from reference_terminal.management import backup
from reference_terminal.management.packages import PackageRefused, open_package
from reference_terminal.model.cjt188_layouts import NAMED
from reference_terminal.model.reading import BadContent
from reference_terminal.operations.time_source import NoTime, read_answer, stamp_of
from reference_terminal.security.payload import Payload, PayloadKeys, PayloadRefused
from reference_terminal.storage import archive
from reference_terminal.web import entry
from reference_terminal.web.errors import HttpError
from reference_terminal.web.server import read_request
from simulators.centres import json_text
from simulators.centres.hj212.payload import Guard
from simulators.explain.centres import explain_hj212, explain_modbus
from simulators.meters.cjt188 import codec as codec188
from simulators.meters.cjt188.explain import read_cjt188
from simulators.meters.dlt645 import codec as codec645
from simulators.meters.dlt645.explain import read_dlt645
from simulators.meters.modbus import codec as codec_modbus
from simulators.meters.modbus import pdu
from simulators.meters.protocols import codecs
from simulators.meters.serial.frames import ASCII, RTU, LineFrames
from simulators.platform.core import csv_text
from simulators.platform.core.sentences import Refused
from simulators.trust import ocsp, oracle
from simulators.trust.hello import Reader

Target = Callable[[bytes], None]
_VECTOR = json.loads((ROOT / "fixtures/vectors/payload.json").read_text())["payload"]
_KEY = bytes.fromhex(_VECTOR["key"])
_PEER = oracle.public_of(1)
_NOW_NS = 1_772_380_800_000_000_000
_STAMPED = stamp_of(_NOW_NS)[0].to_bytes(4, "big") + stamp_of(_NOW_NS)[1].to_bytes(4, "big")


def terminal_dlt645(data: bytes) -> None:
    framed = terminal_frames645.encode("000000000001", data[0] if data else 0x91, data[1:120])
    for octets in (data, framed):
        lines_of_645(octets)
        for found in terminal_frames645.scan(octets):
            if found.frame is not None:
                terminal_frames645.error_text(found.frame.data)
    of_freeze(data)
    of_profile(data)
    body = data[:200]
    head = b"\xa0\xa0" + bytes((len(body),)) + body
    of_profile(head + bytes((sum(head) & 0xFF, 0xE5)))


def terminal_cjt188(data: bytes) -> None:
    for octets in (data, terminal_frames188.encode("10", "00000000000001", data[0] if data else 0x81, data[1:120])):
        lines_of_188(octets)
        list(terminal_frames188.scan(octets))
    for layout in (fields for media in NAMED.values() for fields in media.values()):
        with contextlib.suppress(BadContent):
            terminal_frames188.fields_of(data, layout)


def terminal_modbus(data: bytes) -> None:
    for framing in serial.FRAMINGS.values():
        for octets in (data, framing.wrap(data[:250])):
            lines_of_modbus(framing, octets)
            list(framing.frames(octets))


def terminal_scale(data: bytes) -> None:
    for read in (scale.xk3190, scale.xk3190_reversed, scale.a12e):
        with contextlib.suppress(BadContent):
            read(data)


def terminal_time(data: bytes) -> None:
    for octets in (data, b"\x1c\x01" + data[:22].ljust(22, b"\0") + _STAMPED + data[22:38].ljust(16, b"\x80")):
        with contextlib.suppress(NoTime):
            read_answer(octets, _NOW_NS, _NOW_NS + 1_000_000)


def terminal_package(data: bytes) -> None:
    with contextlib.suppress(PackageRefused):
        open_package(data, Trusted(""), _NOW_NS // 1_000_000_000)
    with contextlib.suppress(PackageRefused):
        backup.read(data, None)


def terminal_archive(data: bytes) -> None:
    with contextlib.suppress(archive.ArchiveError):
        archive.read(data, {"energy": archive.Described("kWh", "counter")})


def terminal_request(data: bytes) -> None:
    """An address and a body of a request to the local interface."""
    line, _, body = data.partition(b"\n")
    try:
        head = h11.Request(method="POST", target=line, headers=[("Host", "h"), ("Content-Type", body[:30])])
    except h11.LocalProtocolError:
        return
    with contextlib.suppress(HttpError):
        read_request(head, body)
    for form in ("application/json", "application/x-www-form-urlencoded", body[:20].decode("latin-1")):
        with contextlib.suppress(HttpError):
            entry.read(form, body, ("point", "value"), optional=("author",))


def bench_line(data: bytes) -> None:
    """A serial line on which meters of every protocol listen, octets in two pieces and silence between."""
    for families in ((*codecs(), ASCII), (*codecs(), RTU, ASCII)):
        frames = LineFrames(families, silent=True)
        frames.feed(data[:7])
        frames.feed(data[7:])


def bench_dlt645(data: bytes) -> None:
    codec645.flaws(data)
    read_dlt645(data.hex())
    for octets in (data[:120], b"\x91" + data[:120]):
        framed = codec645.encode(codec645.Frame("000000000001", octets[0] if octets else 0x11, octets[1:]))
        read_dlt645(framed.hex())


def bench_cjt188(data: bytes) -> None:
    codec188.flaws(data)
    read_cjt188(data.hex())


def bench_modbus(data: bytes) -> None:
    codec_modbus.request_length(data)
    explain_modbus(data[:300].hex())
    if not codec_modbus.ascii_flaw(data):
        codec_modbus.decode_ascii(data)
    body = data[:250]
    if body:
        pdu.read_request(body)
        pdu.write_request(body)
        explain_modbus(codec_modbus.encode_rtu(1, body).hex())
        explain_modbus(codec_modbus.encode_tcp(b"\0\1", 1, body).hex())


def bench_hello(data: bytes) -> None:
    """The beginning of a TLS or TLCP session, both ways."""
    reader = Reader()
    for octets in (data, b"\x16\x03\x03" + len(data[:16_000]).to_bytes(2, "big") + data[:16_000]):
        reader.feed(octets, from_client=True)
        reader.feed(octets, from_client=False)


def bench_ocsp(data: bytes) -> None:
    with contextlib.suppress(oracle.OracleError):
        ocsp.read_question(data)


def bench_json(data: bytes) -> None:
    with contextlib.suppress(json_text.JsonError):
        json_text.parse(data)


def bench_explained(data: bytes) -> None:
    explain_hj212(data)


def bench_capture(data: bytes) -> None:
    """Frames of a capture: Ethernet, IPv4, then whatever came."""
    packet = b"\x45\0" + (20 + len(data[:1000])).to_bytes(2, "big") + bytes(5) + b"\x06" + bytes(10) + data[:1000]
    frame = bytes(12) + b"\x08\0" + packet
    begin = b"\x4d\x3c\xb2\xa1\x02\0\x04\0" + bytes(8) + b"\0\0\x04\0\x01\0\0\0"
    size = len(frame).to_bytes(4, "little")
    for octets in (data, begin + bytes(8) + size + size + frame):
        for read in (captures.outline, captures.streams):
            with contextlib.suppress(captures.CapturesError):
                read(octets)


def bench_payload(data: bytes) -> None:
    guard = Guard([_KEY], int(_VECTOR["private"], 16), _PEER, random.Random(1))
    guard.open(data)
    guard.open(_head(data))


def terminal_payload(data: bytes) -> None:
    for octets in (data, _head(data)):
        with contextlib.suppress(PayloadRefused):
            _payload().open(octets)


def platform_csv(data: bytes) -> None:
    with contextlib.suppress(Refused):
        csv_text.read(data)


def _head(data: bytes) -> bytes:
    return b"QN=1;ST=31;CN=2011;PW=000000;MN=1;Flag=5;CP=&&KeyId=" + _VECTOR["key_id"].encode() + b";Iv=" + data + b"&&"


@cache
def _payload() -> Payload:
    body = bytes.fromhex("0201010420" + _VECTOR["private"] + "a00a06082a811ccf5501822d")
    spki = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200" + _VECTOR["public"])
    keys = PayloadKeys((_KEY,), PrivateKey(b"\x30" + bytes([len(body)]) + body, random.Random(1)), PublicKey(spki))
    return Payload(keys, random.Random(1))


TARGETS: dict[str, Target] = {
    name: value
    for name, value in list(globals().items())
    if name.startswith(("bench_", "terminal_", "platform_")) and callable(value)
}
