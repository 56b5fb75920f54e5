"""`probe`: one device is read once, with everything that was sent and heard explained.

Leaves what frames say to `explain`. Without a protocol the usual ones are tried one after the other.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reference_terminal.acquisition.cjt188 import driver as cjt188_driver
from reference_terminal.acquisition.cjt188 import frames as cjt188
from reference_terminal.acquisition.dlt645 import driver as dlt645_driver
from reference_terminal.acquisition.dlt645 import frames as dlt645
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Heard, Line, Question
from reference_terminal.acquisition.modbus import decode, serial
from reference_terminal.acquisition.modbus.blocks import Block
from reference_terminal.commissioning import explain
from reference_terminal.model import numbers, reading
from reference_terminal.model.reading import BadContent
from reference_terminal.platform import OpenSerial
from reference_terminal.settings.lines import LineConfig
from reference_terminal.settings.meters import TYPES

PROTOCOLS = ("auto", "dlt645-2007", "dlt645-1997", "cjt188", "modbus-rtu", "modbus-ascii", "modbus-tcp")


@dataclass(frozen=True)
class Wanted:
    """What is looked at: where, by which protocol, whom and what. Empty address: any meter; unit 0: none given."""

    line: LineConfig
    protocol: str = "auto"
    address: str = ""
    unit: int = 1
    identifiers: tuple[str, ...] = ()
    function: int = 3
    register: int = 0
    type: str = "u16"
    order: str = "ABCD"
    search: bool = False


Say = Callable[[str], None]


async def probe(wanted: Wanted, say: Say, opener: OpenSerial | None = None) -> bool:
    """Look and tell; whether anything answered."""
    line = Line(wanted.line, random.Random(0), opener)
    place, parity = wanted.line.place, wanted.line.parity
    # Speed and parity of a server's own port are set there.
    say(f"{place}, {wanted.line.baud} baud, {parity} parity / 校验 {parity}" if wanted.line.device else place)
    if not await line.connect():
        say(f"{place} cannot be opened ({line.trouble}): check name, cable, rights / 无法打开,请检查名称、接线和权限")
        return False
    heard: list[bytes] = []

    def watch(event: Heard) -> None:
        if event.sent:
            say(f"→ {explain.hexes(event.octets)}")
        else:
            heard.append(event.octets)

    line.watch = watch
    try:
        if wanted.search:
            return await search(line, say)
        answered = False
        async for name, found in _attempts(wanted, line):
            octets = b"".join(heard)
            heard.clear()
            if octets:
                say(f"← {explain.hexes(octets)}")
                for sentence in _explained(name, octets):
                    say(f"    {sentence}")
            say(f"  {name}: {found}")
            answered = answered or found.startswith(_ANSWERED)
            if answered and wanted.protocol == "auto":
                break
        return answered
    finally:
        line.close()


_ANSWERED = "answered"
_OTHERS_S = 0.3


def _explained(name: str, octets: bytes) -> list[str]:
    if name.startswith("dlt645"):
        return explain.dlt645_lines(octets)
    if name.startswith("cjt188"):
        return explain.cjt188_lines(octets)
    framing = serial.FRAMINGS.get(name)
    return [] if framing is None else explain.modbus_lines(framing, octets)


async def _attempts(wanted: Wanted, line: Line) -> AsyncIterator[tuple[str, str]]:
    """Protocol by protocol: its name and what came of it."""
    ways: dict[str, Callable[[], Awaitable[str]]] = {
        "dlt645-2007": lambda: _dlt645(wanted, line, "2007"),
        "dlt645-1997": lambda: _dlt645(wanted, line, "1997"),
        "cjt188": lambda: _cjt188(wanted, line),
        "modbus-rtu": lambda: _modbus(wanted, line, serial.question(serial.RTU, wanted.unit, _block(wanted))),
        "modbus-ascii": lambda: _modbus(wanted, line, serial.question(serial.ASCII, wanted.unit, _block(wanted))),
        "modbus-tcp": lambda: _modbus(wanted, line, tcp_question(wanted.unit, _block(wanted))),
    }
    for name, way in ways.items():
        if wanted.protocol not in ("auto", name) or (name == "modbus-tcp" and wanted.line.device):
            continue
        try:
            yield name, f"{_ANSWERED} / 有应答: {await way()}"
        except ReadFailed as failure:
            refused = failure.cause.startswith((reading.ERROR_ANSWER, reading.EXCEPTION))
            yield name, f"{_ANSWERED + ', refused / 有应答,拒绝' if refused else 'no / 无'}: {failure.cause}"


async def _dlt645(wanted: Wanted, line: Line, edition: str) -> str:
    address = wanted.address.rjust(12, "0") if wanted.address else dlt645.WILDCARD
    told: list[str] = []
    if edition == "2007" and not wanted.address:
        frame = await line.ask(dlt645_driver.question(address, dlt645.ADDRESS, b"", b"", 4))
        address = frame.address if frame.address != dlt645.WILDCARD else explain.bcd.digits_of(frame.data)
        told.append(f"address / 地址 {address}")
    default = ("00010000",) if edition == "2007" else ("9010",)
    control = dlt645.READ if edition == "2007" else dlt645.READ_1997
    for identifier in wanted.identifiers or default:
        if len(identifier) != (8 if edition == "2007" else 4):
            continue
        octets = dlt645.identifier_octets(identifier)
        frame = await line.ask(dlt645_driver.question(address, control, octets, octets, 4))
        told.append(f"{identifier} {explain.hexes(frame.data[len(octets) :])}")
    return ", ".join(told) or "nothing asked / 未提问"


async def _cjt188(wanted: Wanted, line: Line) -> str:
    address = wanted.address.rjust(14, "0") if wanted.address else cjt188.WILDCARD
    told: list[str] = []
    for identifier in wanted.identifiers or ("901F",):
        if len(identifier) != 4:
            continue
        low, high = cjt188.identifiers(identifier)
        for asked in (low, high):
            question = cjt188_driver.question(
                cjt188.ANY_KIND, address, cjt188.READ, asked + b"\1", (low, high), serials=(), preamble=4
            )
            try:
                frame = await line.ask(question)
            except ReadFailed as failure:
                if asked == high or not failure.hopeless:
                    raise
                continue
            told.append(f"{frame.kind} {frame.address} {identifier}")
            break
    return ", ".join(told)


def _block(wanted: Wanted) -> Block:
    return Block(wanted.function, wanted.register, TYPES[wanted.type], False)


async def _modbus(wanted: Wanted, line: Line, question: Question[bytes]) -> str:
    octets = await line.ask(question)
    try:
        value = numbers.text(decode.number(decode.in_order(octets, wanted.order), wanted.type))
    except BadContent as error:
        return f"{explain.hexes(octets)}: no value ({error}), bad / 无效"
    return f"{explain.hexes(octets)} = {value} ({wanted.type} {wanted.order}), good / 有效"


_transactions = itertools.count(1)


def tcp_question(unit: int, block: Block) -> Question[bytes]:
    """A Modbus TCP request for a block and how to know its answer: by its transaction number."""
    number = (next(_transactions) & 0xFFFF).to_bytes(2, "big")
    pdu = bytes([block.function]) + block.address.to_bytes(2, "big") + block.count.to_bytes(2, "big")
    request = number + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big") + bytes([unit]) + pdu

    def find(octets: bytes) -> bytes | None:
        if octets[:2] != number or len(octets) < 9 or len(octets) < 6 + int.from_bytes(octets[4:6], "big"):
            return None
        if octets[7] & 0x80:
            raise ReadFailed(f"{reading.EXCEPTION} {octets[8]}", octets[8])
        return octets[9 : 9 + octets[8]] if octets[8] == 2 * block.count else None

    return Question(request, find, lambda octets: reading.BAD_FRAME)


# Searching for DL/T 645 meters (facts 1.2): low digits are asked, the high ones stand for any.


async def search(line: Line, say: Say) -> bool:
    """Find every DL/T 645-2007 meter on a line by its address; whether there is one.

    All meters whose low digits fit answer at once: one of them is heard clearly, several as noise, none as silence.
    Noise is taken apart by the next two digits.
    """
    found: list[str] = []
    pending = [""]
    while pending:
        low = pending.pop(0)
        for pair in range(100):
            digits = f"{pair:02d}{low}"
            answer = await _who(line, digits)
            if answer == reading.TIMEOUT:
                continue
            if len(answer) == 12:
                found.append(answer)
                say(f"found / 找到: {answer}")
            elif len(digits) < 12:
                say(f"several answer at …{digits}, taking them apart / 多块表应答,细分搜索")
                pending.append(digits)
    say(f"{len(found)} meters / 共 {len(found)} 块表: {', '.join(found) or '-'}")
    return bool(found)


async def _who(line: Line, low: str) -> str:
    """The address that answers to these low digits, or why none was understood."""
    asked = dlt645.identifier_octets("00010000")
    question = dlt645_driver.question(low.rjust(12, "A"), dlt645.READ, asked, b"", 0)
    line.watch = None
    try:
        address = (await line.ask(question)).address
    except ReadFailed as failure:
        return failure.cause
    # Where answers do not collide on the wire, several come one after the other.
    return reading.BAD_FRAME if len(low) < 12 and await line.settle(_OTHERS_S) else address


def run(wanted: Wanted, say: Say) -> int:
    """Probe in real time; 0 if something answered, 1 if not."""
    return 0 if asyncio.run(probe(wanted, say)) else 1


def line_of(place: str, *, baud: int, parity: str, stop_bits: str, data_bits: int, timeout_s: Decimal) -> LineConfig:
    """The line that a place names: a device, or host:port. Raises ValueError for neither."""
    host, colon, port = place.rpartition(":")
    if colon and port.isdigit() and host and 0 < int(port) < 65_536:
        place_keys: dict[str, str | int] = {"host": host, "port": int(port)}
    elif place and not colon:
        place_keys = {"device": place}
    else:
        raise ValueError(f"expected a device such as /dev/ttyUSB0 or host:port, got {place!r}")
    device, host = str(place_keys.get("device", "")), str(place_keys.get("host", ""))
    return LineConfig(
        id="probe",
        device=device,
        host=host,
        port=int(place_keys.get("port", 0)),
        baud=baud,
        parity=parity,
        stop_bits=stop_bits,
        data_bits=data_bits,
        timeout_s=timeout_s,
        retries=0,
    )


_LONGEST_S = 60


def flaws(wanted: Wanted) -> list[str]:
    """What cannot be meant, a sentence each in both languages."""
    found: list[str] = []
    protocol, line = wanted.protocol, wanted.line
    if not (line.timeout_s.is_finite() and 0 < line.timeout_s <= _LONGEST_S):
        found.append(
            f"--timeout: expected seconds above 0 and at most {_LONGEST_S}, got {line.timeout_s} / 超时应为 0 至 60 秒"
        )
    lowest, highest = (0, 255) if protocol == "modbus-tcp" else (1, 247)
    if not lowest <= wanted.unit <= highest:
        found.append(f"--unit: expected {lowest} to {highest}, got {wanted.unit} / 从站地址应为 {lowest} 至 {highest}")
    last = 65_536 - TYPES[wanted.type]
    if not 0 <= wanted.register <= last:
        found.append(
            f"--register: expected 0 to {last} for a {wanted.type}, got {wanted.register} / 寄存器地址超出范围"
        )
    if line.data_bits == 7 and line.parity == "none":
        found.append("--data-bits 7 comes with a parity; set --parity even or odd / 7 位数据位须配奇偶校验")
    if protocol == "modbus-tcp" and line.device:
        found.append(
            f"modbus-tcp needs host:port such as 192.168.1.10:502, got {line.device!r} / modbus-tcp 需要 主机:端口"
        )
    return found + _address_flaws(protocol, wanted.address) + _identifier_flaws(wanted)


def _address_flaws(protocol: str, address: str) -> list[str]:
    if not address:
        return []
    if protocol.startswith("modbus"):
        return ["--address belongs to DL/T 645 and CJ/T 188; a Modbus device has --unit / Modbus 请用 --unit"]
    digits = 12 if protocol.startswith("dlt645") else 14
    allowed = "0123456789A" if protocol.startswith("dlt645") else "0123456789ABCDEF"
    if len(address) <= digits and set(address.upper()) <= set(allowed):
        return []
    return [f"--address: expected at most {digits} digits (A: any), got {address!r} / 表地址应为不超过 {digits} 位数字"]


def _identifier_flaws(wanted: Wanted) -> list[str]:
    digits = {"dlt645-2007": 8, "dlt645-1997": 4, "cjt188": 4}.get(wanted.protocol)
    if wanted.search and wanted.protocol not in ("auto", "dlt645-2007"):
        return [
            f"--search finds DL/T 645-2007 meters, not {wanted.protocol}; leave --protocol out / 仅可搜索 DL/T 645-2007"
        ]
    if digits is None:
        return []
    return [
        f"--identifier: {wanted.protocol} has {digits} hexadecimal digits, got {each!r} / 应为 {digits} 位数据标识"
        for each in wanted.identifiers
        if len(each) != digits
    ]


def identifiers(words: Sequence[str]) -> tuple[str, ...]:
    """Identifiers as typed; raises ValueError for one that is neither 4 nor 8 hexadecimal digits."""
    for word in words:
        if len(word) not in (4, 8) or not all(digit in "0123456789abcdefABCDEF" for digit in word):
            raise ValueError(f"expected 4 or 8 hexadecimal digits such as 901F or 00010000, got {word!r}")
    return tuple(word.upper() for word in words)
