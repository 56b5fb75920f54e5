"""The rig file (TOML) of a laboratory: which card, serial adapter, relay, clock and person belong to this bench.

Leaves to `check` whether these things are there. All problems of a file are reported at once.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import FieldInfo, fields

from simulators.files import given_text

SEGMENTS = ("field", "uplink", "local")
"""Networks of the bench, in the order of the terminal's cards."""
DRIVERS = ("modbus", "scpi", "snmp", "person")
SPEEDS = (300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200)
_INTERFACE_OCTETS = 15
_OID = re.compile(r"\.?\d+(\.\d+)+")
_LINE = re.compile(r"[A-Za-z0-9_-]{1,32}")


class RigError(Exception):
    """A rig file that cannot be used; `problems` holds one sentence for each thing wrong."""

    def __init__(self, path: str, problems: list[str]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))
        self.problems = problems


class NetworkCard(msgspec.Struct, frozen=True):
    """The card that one network of the terminal is cabled to. It carries no address of its own."""

    interface: str


class SerialAdapter(msgspec.Struct, frozen=True):
    """A serial port of the bench, joined to one of the terminal's.

    `loop` is the port that the checks hear it on: the adapter itself (transmit and receive bridged while checking) or
    a second one that is cabled to it; empty where nothing is, and then the latency is not measured. Milliseconds are
    those of the adapter and the driver, beyond the time of the characters on the line.
    """

    device: str
    baud: int = 9600
    parity: str = "N"
    stop_bits: int = 1
    loop: str = ""
    max_latency_ms: float = 20.0


class ModbusRelay(msgspec.Struct, frozen=True):
    """A relay at a coil of a Modbus TCP device; `normally_closed`: the coil on means that the terminal is off."""

    host: str
    coil: int
    port: int = 502
    unit: int = 1
    normally_closed: bool = False
    timeout_s: float = 3.0


class ScpiSupply(msgspec.Struct, frozen=True):
    """A programmable supply or switch over TCP. `select`, when given, is sent before each command.

    Defaults are those of SCPI-99, volume 2, chapter 15 (OUTPut[:STATe]).
    """

    host: str
    port: int = 5025
    on: str = "OUTP ON"
    off: str = "OUTP OFF"
    query: str = "OUTP?"
    select: str = ""
    timeout_s: float = 3.0


class SnmpStrip(msgspec.Struct, frozen=True):
    """An outlet of a power strip with SNMP: a whole number at `oid`, which `on` and `off` are written to.

    `state_oid` is where the state is read, with the values `state_on` and `state_off`; left out they are those of the
    command (many strips read "on" there too; some, as those with delayed commands, report elsewhere). `version` is "1"
    or "2c" with `community`, or "3" with `user`: `auth_key` (8 characters or more) by `auth` (sha1, md5), and
    `privacy_key` by `privacy` (aes, des). `settles_s` is how long the outlet may take until it reports its new state.
    """

    host: str
    oid: str
    port: int = 161
    on: int = 1
    off: int = 2
    state_oid: str = ""
    state_on: int | None = None
    state_off: int | None = None
    version: str = "2c"
    community: str = "private"
    user: str = ""
    auth: str = "sha1"
    auth_key: str = ""
    privacy: str = "aes"
    privacy_key: str = ""
    settles_s: float = 5.0
    timeout_s: float = 3.0


class PersonSwitch(msgspec.Struct, frozen=True):
    """Somebody who pulls the plug, as section [person] says how to reach them."""


Power = ModbusRelay | ScpiSupply | SnmpStrip | PersonSwitch
_POWER: Mapping[str, type[Power]] = {
    "modbus": ModbusRelay,
    "scpi": ScpiSupply,
    "snmp": SnmpStrip,
    "person": PersonSwitch,
}


class ReferenceClock(msgspec.Struct, frozen=True):
    """What the bench's own clock is held against: an NTP server, or the kernel's own word where `server` is empty."""

    server: str = ""
    port: int = 123
    max_offset_ms: float = 50.0
    timeout_s: float = 2.0


class PersonAt(msgspec.Struct, frozen=True):
    """Where the bench's person is asked. `web` is host:port of the page (empty: none); `screen`: at the console."""

    name: str = ""
    web: str = ""
    screen: bool = True
    timeout_s: float = 600.0


class RigFile(msgspec.Struct, frozen=True):
    """One laboratory rig. `networks` are by segment, `serial` by the name of the line in the world."""

    path: str
    name: str
    networks: dict[str, NetworkCard]
    serial: dict[str, SerialAdapter]
    power: Power
    clock: ReferenceClock
    person: PersonAt


_SECTIONS = {"rig", "networks", "serial", "power", "clock", "person"}
_S = TypeVar("_S", bound=msgspec.Struct)
_TYPES = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false"}


def read_rig(path: Path) -> RigFile:
    """Read a rig file. Raises RigError with every problem of the file."""
    shown = str(path)
    try:
        raw = tomllib.loads(given_text(path))
    except OSError as error:
        raise RigError(shown, [f"cannot be read: {error.strerror}; give a rig file / 无法读取"]) from None
    except UnicodeDecodeError as error:
        found = f"{error.object[error.start]:#04x} at {error.start}"
        raise RigError(shown, [f"expected UTF-8 text, found octet {found} / 应为 UTF-8"]) from None
    except (ValueError, RecursionError) as error:
        raise RigError(shown, [f"expected TOML: {error} / TOML 语法错误"]) from None
    problems: list[str] = []
    made = _build(shown, raw, problems)
    if problems or made is None:
        raise RigError(shown, problems)
    return made


def _build(shown: str, raw: Mapping[str, Any], problems: list[str]) -> RigFile | None:
    _unknown("", raw, _SECTIONS, problems)
    head = _table(raw, "rig", problems)
    _unknown("rig.", head, {"name"}, problems)
    name = head.get("name")
    if not isinstance(name, str) or not name.strip():
        problems.append(f'rig.name: expected a text, found {name!r}; add name = "…" in section [rig] / 缺少台架名称')
    networks = _tables(raw, "networks", NetworkCard, problems)
    _unknown("networks.", networks, set(SEGMENTS), problems)
    serial = _tables(raw, "serial", SerialAdapter, problems)
    if not networks and not serial:
        problems.append(
            "neither a section [networks.field] nor a [serial.…]: nothing joins the terminal to the bench / 未配置接线"
        )
    given = dict(_table(raw, "power", problems))
    driver = given.pop("driver", None)
    power: Power | None = None
    if not isinstance(driver, str) or driver not in _POWER:
        problems.append(f"power.driver: expected one of {', '.join(DRIVERS)}, found {driver!r} / 电源驱动无效")
    else:
        power = _section("power", given, _POWER[driver], problems)
    clock = _section("clock", _table(raw, "clock", problems), ReferenceClock, problems)
    person = _section("person", _table(raw, "person", problems), PersonAt, problems)
    _values(networks, serial, power, clock, person, problems)
    if problems or power is None or clock is None or person is None:
        return None
    return RigFile(shown, str(name), networks, serial, power, clock, person)


def _values(
    networks: Mapping[str, NetworkCard],
    serial: Mapping[str, SerialAdapter],
    power: Power | None,
    clock: ReferenceClock | None,
    person: PersonAt | None,
    problems: list[str],
) -> None:
    """What types alone do not say."""
    cards: dict[str, str] = {}
    for segment, card in networks.items():
        where = f"networks.{segment}.interface"
        if not 0 < len(card.interface.encode()) <= _INTERFACE_OCTETS or "/" in card.interface:
            problems.append(f"{where}: expected a name of 1 to 15 octets, found {card.interface!r} / 网卡名无效")
        if card.interface in cards:
            problems.append(f"{where}: {card.interface!r} is already that of {cards[card.interface]} / 网卡重复")
        cards[card.interface] = segment
    devices: dict[str, str] = {}
    for line, adapter in serial.items():
        where = f"serial.{line}"
        if _LINE.fullmatch(line) is None:
            problems.append(f"{where}: a line's name expects 1 to 32 letters, digits, - or _ / 串口线路名无效")
        if adapter.baud not in SPEEDS:
            problems.append(f"{where}.baud: expected one of {', '.join(map(str, SPEEDS))}, found {adapter.baud}")
        if adapter.parity not in ("N", "E", "O"):
            problems.append(f"{where}.parity: expected N, E or O, found {adapter.parity!r} / 校验位无效")
        if adapter.stop_bits not in (1, 2):
            problems.append(f"{where}.stop_bits: expected 1 or 2, found {adapter.stop_bits} / 停止位无效")
        _more_than_0(f"{where}.max_latency_ms", adapter.max_latency_ms, problems)
        if adapter.device in devices:
            problems.append(f"{where}.device: {adapter.device!r} is already that of {devices[adapter.device]} / 重复")
        devices[adapter.device] = line
    if isinstance(power, SnmpStrip):
        _strip(power, problems)
    if isinstance(power, ModbusRelay | ScpiSupply | SnmpStrip):
        _port("power.port", power.port, problems)
        _more_than_0("power.timeout_s", power.timeout_s, problems)
    if isinstance(power, ModbusRelay):
        if not 0 <= power.coil <= 65_535:
            problems.append(f"power.coil: expected 0 to 65535, found {power.coil} / 线圈地址超范围")
        if not 0 <= power.unit <= 255:
            problems.append(f"power.unit: expected 0 to 255, found {power.unit} / 从站地址超范围")
    if clock is not None:
        _port("clock.port", clock.port, problems)
        _more_than_0("clock.max_offset_ms", clock.max_offset_ms, problems)
        _more_than_0("clock.timeout_s", clock.timeout_s, problems)
    if person is not None:
        _more_than_0("person.timeout_s", person.timeout_s, problems)
        if person.web:
            host, _, port = person.web.rpartition(":")
            if not host or not port.isdecimal() or int(port) > 65_535:
                problems.append(f'person.web: expected "host:port", found {person.web!r} / 应为 主机:端口')
        if isinstance(power, PersonSwitch) and not person.web and not person.screen:
            problems.append("person: the power is a person's, who can be asked nowhere; set web or screen / 无提问渠道")


def _strip(strip: SnmpStrip, problems: list[str]) -> None:
    """What an outlet needs besides its types."""
    for key, text in (("oid", strip.oid), ("state_oid", strip.state_oid)):
        if (text or key == "oid") and _OID.fullmatch(text) is None:
            problems.append(
                f"power.{key}: expected numbers joined by dots, as 1.3.6.1.4.1.318.1, found {text!r} / 无效"
            )
    if strip.version not in ("1", "2c", "3"):
        problems.append(f'power.version: expected "1", "2c" or "3", found {strip.version!r} / SNMP 版本无效')
    if strip.version == "3" and not strip.user:
        problems.append('power.user: version "3" needs a user; add user = "…" / SNMPv3 缺少用户名')
    if strip.auth not in ("sha1", "md5"):
        problems.append(f"power.auth: expected sha1 or md5, found {strip.auth!r} / 认证算法无效")
    if strip.privacy not in ("aes", "des"):
        problems.append(f"power.privacy: expected aes or des, found {strip.privacy!r} / 加密算法无效")
    for key, secret in (("auth_key", strip.auth_key), ("privacy_key", strip.privacy_key)):
        if secret and len(secret.encode()) < 8:
            problems.append(f"power.{key}: expected at least 8 characters, found {len(secret)} / 密钥过短")
    if strip.privacy_key and not strip.auth_key:
        problems.append("power.privacy_key: privacy needs authentication; add auth_key / 加密须同时认证")
    if strip.on == strip.off:
        problems.append(f"power.on: {strip.on} switches on and off alike / 通断值相同")
    _more_than_0("power.settles_s", strip.settles_s, problems)


def _port(where: str, value: int, problems: list[str]) -> None:
    if not 0 < value <= 65_535:
        problems.append(f"{where}: expected 1 to 65535, found {value} / 端口超范围")


def _more_than_0(where: str, value: float, problems: list[str]) -> None:
    if not 0 < value < float("inf"):
        problems.append(f"{where}: expected more than 0, found {value} / 应大于 0")


def _table(raw: Mapping[str, Any], key: str, problems: list[str]) -> dict[str, Any]:
    value = raw.get(key, {})
    if isinstance(value, dict):
        return value  # pyright: ignore[reportUnknownVariableType]
    problems.append(f"{key}: expected a section [{key}], found {value!r} / 应为小节")
    return {}


def _tables(raw: Mapping[str, Any], key: str, kind: type[_S], problems: list[str]) -> dict[str, _S]:
    found: dict[str, _S] = {}
    for name, value in _table(raw, key, problems).items():
        if not isinstance(value, dict):
            problems.append(f"{key}.{name}: expected a section [{key}.{name}], found {value!r} / 应为小节")
        elif (made := _section(f"{key}.{name}", value, kind, problems)) is not None:
            found[name] = made
    return found


def _section(where: str, raw: Mapping[str, Any], kind: type[_S], problems: list[str]) -> _S | None:
    """A section as its struct; every key that is wrong is a problem of its own."""
    known = {each.name: each for each in fields(kind)}
    before = len(problems)
    _unknown(f"{where}.", raw, set(known), problems)
    values: dict[str, Any] = {}
    for name, each in known.items():
        if name in raw:
            value = raw[name]
            try:
                values[name] = msgspec.convert(value, each.type)
            except msgspec.ValidationError:
                problems.append(f"{where}.{name}: expected {_wanted(each)}, found {value!r} / 类型不符")
            else:
                if isinstance(value, str) and each.required and not value.strip():
                    problems.append(f"{where}.{name}: expected a text, found an empty one / 不得为空")
        elif each.required:
            problems.append(f"{where}.{name}: missing; add {name} = … in section [{where}] / 缺少 {name}")
    return kind(**values) if len(problems) == before else None


def _wanted(each: FieldInfo) -> str:
    return _TYPES.get(getattr(each.type, "__name__", ""), str(each.type))


def _unknown(prefix: str, raw: Mapping[str, Any], known: set[str], problems: list[str]) -> None:
    for key in raw:
        if key not in known:
            near = difflib.get_close_matches(key, sorted(known), 1)
            hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(known)) or 'none'}"
            problems.append(f"{prefix}{key}: unknown key{hint} / 未知键")
