"""Everything that can be known of a lab rig before a run: cards, serial adapters, supply, clock, person, injectors.

Leaves printing to `bench.commands.laboratory`. Nothing is switched, no setting of the machine is changed; all findings
come at once, each a sentence that says what to do.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec

from bench.lab import ntp, ports
from bench.lab.power import PowerTrouble, RelayPower, ScpiPower
from bench.lab.rigfile import ModbusRelay, PersonSwitch, RigFile, ScpiSupply, SerialAdapter, SnmpStrip
from bench.lab.snmp import SnmpPower
from bench.operator.web import WebPage
from bench.real.realclock import resolution_ns
from bench.real.wire import wire
from bench.real.wire.prove import prove
from bench.virtual.prove import Proof

_SYS = Path("/sys/class/net")
_IFF_UP, _IFF_LOOPBACK = 0x1, 0x8
_SLOW_TIMER_MS = 2
"""A USB adapter that waits longer than this for more octets delays every answer; 1 ms is the least."""
PROBLEM, NOTE, SOUND = "problem", "note", "sound"


class Finding(msgspec.Struct, frozen=True):
    """One sentence about one thing: `level` is sound, note (a run can start) or problem (it must not)."""

    level: str
    where: str
    en: str
    zh: str

    def __str__(self) -> str:
        return f"{self.where}: {self.en} / {self.zh}"


def _split(where: str, text: str) -> Finding:
    """A problem whose sentence holds both languages, as those of the rooms below do."""
    en, _, zh = text.rpartition(" / ")
    return Finding(PROBLEM, where, en or text, zh if en else "不可用")


async def check_rig(rig: RigFile, seed: int = 1, *, injectors: bool = True) -> list[Finding]:
    """All findings, in the order of the rig file. `injectors` False leaves their proof out (it takes some seconds)."""
    parts: list[Awaitable[Sequence[Finding]]] = [
        asyncio.to_thread(cards, rig),
        asyncio.to_thread(adapters, rig),
        supply(rig),
        clock(rig),
        person(rig),
    ]
    found = [finding for part in await asyncio.gather(*parts) for finding in part]
    # Alone, since a busy machine would show as late frames.
    return [*found, *(await proofs(seed) if injectors else [])]


def cards(rig: RigFile) -> list[Finding]:
    """Network cards: there, up, cabled, without an address and not somebody else's; and the right to use them."""
    found: list[Finding] = []
    known = sorted(name for _, name in socket.if_nameindex() if name != "lo")
    for segment, card in rig.networks.items():
        where = f"networks.{segment} ({card.interface})"
        if card.interface not in known:
            words = f"this network card does not exist; this machine has: {', '.join(known) or 'none'}"
            found.append(Finding(PROBLEM, where, words, "网卡不存在"))
        else:
            found += _card(where, card.interface)
    if rig.networks:
        found += _raw_sockets()
    return found


def _card(where: str, name: str) -> list[Finding]:
    found: list[Finding] = []
    flags = int(_sys(name, "flags") or "0", 16)
    if flags & _IFF_LOOPBACK:
        found.append(Finding(PROBLEM, where, "is the loopback, to which no device can be cabled", "不可使用环回接口"))
    elif not flags & _IFF_UP:
        found.append(Finding(PROBLEM, where, f"is down: ip link set dev {name} up", "网卡未启用"))
    elif _sys(name, "carrier") != "1":
        words = "has no carrier: plug the cable, and see that the device at its other end has power"
        found.append(Finding(PROBLEM, where, words, "无链路信号，请检查网线与设备供电"))
    if addresses := _addresses(name):
        words = (
            f"carries {', '.join(addresses)}, so this machine would answer beside the plant: ip addr flush dev {name}, "
            f"and sysctl net.ipv6.conf.{name}.disable_ipv6=1"
        )
        found.append(Finding(PROBLEM, where, words, "网卡带有 IP 地址，将与仿真现场同时应答"))
    if (_SYS / name / "master").exists():
        master = (_SYS / name / "master").resolve().name
        words = f"belongs to {master}, which takes its frames: ip link set dev {name} nomaster"
        found.append(Finding(PROBLEM, where, words, "网卡已加入网桥或聚合"))
    if found:
        return found
    speed = _sys(name, "speed")
    told = f", {speed} Mbit/s" if speed.isdecimal() else ""
    return [Finding(SOUND, where, f"is up with a carrier and without an address{told}", "网卡就绪")]


def _sys(name: str, key: str) -> str:
    try:
        return (_SYS / name / key).read_text().strip()
    except OSError:
        return ""


def _addresses(name: str) -> list[str]:
    try:
        told = subprocess.run(["ip", "-j", "addr", "show", "dev", name], capture_output=True, text=True, check=True)
        rows = json.loads(told.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):
        # `proofs` says that the program is missing.
        return []
    return [f"{each['local']}/{each['prefixlen']}" for row in rows for each in row.get("addr_info", [])]


def _raw_sockets() -> list[Finding]:
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
    except PermissionError:
        words = "raw sockets on network cards need CAP_NET_RAW, which this process lacks: start it with sudo"
        return [Finding(PROBLEM, "networks", words, "无权使用原始套接字，请用 sudo 启动")]
    return []


def adapters(rig: RigFile) -> list[Finding]:
    """Serial adapters, one after the other: two may share a hub, and its delay is not to be measured."""
    return [finding for line, adapter in rig.serial.items() for finding in _adapter(f"serial.{line}", adapter)]


def _adapter(line: str, adapter: SerialAdapter) -> list[Finding]:
    where = f"{line} ({adapter.device})"
    try:
        late = ports.measure(adapter)
    except ports.DeadPort as error:
        return [_split(where, str(error))]
    found: list[Finding] = []
    timer = ports.usb_timer_ms(adapter.device)
    if timer is not None and timer > _SLOW_TIMER_MS:
        words = (
            f"holds octets back for up to {timer} ms: write 1 to the adapter's latency_timer below /sys/bus/usb-serial"
        )
        found.append(Finding(NOTE, where, words, "USB 适配器延迟定时器过大"))
    if late is None:
        words = "opens and takes its settings; its latency was not measured, since no loop is named for it"
        return [*found, Finding(NOTE, where, words, "串口可用；未指定环回，延迟未测量")]
    told = f"latency {late.p50_ms:.2f} ms median, {late.max_ms:.2f} ms at most of {late.bursts} bursts"
    if late.max_ms > adapter.max_latency_ms:
        words = f"{told}, expected at most {adapter.max_latency_ms:g} ms: use another adapter or port"
        return [*found, Finding(PROBLEM, where, words, "串口延迟超限")]
    return [*found, Finding(SOUND, where, told, "串口就绪")]


async def supply(rig: RigFile) -> list[Finding]:
    """The driver of the supply answers; nothing is switched."""
    if isinstance(rig.power, PersonSwitch):
        words = "a person switches it: an instant is as exact as the person's word"
        return [Finding(NOTE, "power (person)", words, "由人工通断电，时刻以人工确认为准")]
    driver: ScpiPower | SnmpPower | RelayPower
    match rig.power:
        case ScpiSupply():
            where, driver = "power (scpi)", ScpiPower(rig.power)
        case SnmpStrip():
            where, driver = "power (snmp)", SnmpPower(rig.power)
        case ModbusRelay():
            where, driver = "power (modbus)", RelayPower(rig.power)
    try:
        identity = "" if isinstance(driver, RelayPower) else f"{await driver.identity()}, "
        state = "on" if await driver.state() else "off"
    except PowerTrouble as error:
        return [_split(where, str(error))]
    finally:
        await driver.close()
    return [Finding(SOUND, where, f"answers: {identity}the terminal's supply is {state}", "电源驱动应答正常")]


async def clock(rig: RigFile) -> list[Finding]:
    """The bench's clock against its reference, with how far that can be trusted."""
    given = rig.clock
    try:
        if given.server:
            off = await ntp.ask(given.server, given.port, timeout_s=given.timeout_s)
        else:
            off = ntp.kernel_offset()
    except ntp.NoTime as error:
        return [_split("clock", str(error))]
    behind, within = off.behind_s * 1e3, off.within_s * 1e3
    told = (
        f"{abs(behind):.3f} ms {'behind' if behind > 0 else 'ahead of'} {off.source}, known to ±{within:.3f} ms; "
        f"resolution {resolution_ns()} ns"
    )
    if abs(behind) + within > given.max_offset_ms:
        words = f"{told}; expected at most {given.max_offset_ms:g} ms together: set the clock, or wait for its daemon"
        return [Finding(PROBLEM, "clock", words, "台架时钟偏差超限")]
    return [Finding(SOUND, "clock", told, "台架时钟正常")]


async def person(rig: RigFile) -> list[Finding]:
    """The page of the person can be served, and the console is one."""
    found: list[Finding] = []
    at = rig.person
    if at.web:
        page = WebPage(at.web)
        try:
            await page.start()
        except OSError as error:
            words = f"the page cannot be served at {at.web} ({error.strerror or error}): give another address or port"
            found.append(Finding(PROBLEM, "person.web", words, "无法提供网页"))
        else:
            found.append(Finding(SOUND, "person.web", f"the page can be served at {page.address}", "网页可用"))
        finally:
            await page.stop()
    if at.screen and not _console():
        level = NOTE if at.web else PROBLEM
        if level == NOTE or isinstance(rig.power, PersonSwitch):
            words = "there is no console to ask at (/dev/tty does not open)"
            found.append(Finding(level, "person.screen", words, "无控制台可供提问"))
    return found


def _console() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True


async def proofs(
    seed: int,
    requirements: Callable[[], Sequence[str]] = wire.requirements,
    prover: Callable[..., Awaitable[list[Proof]]] = prove,
) -> list[Finding]:
    """The wire's injectors prove themselves on a scratch segment; what the machine lacks for that is named."""
    if missing := requirements():
        return [_split("injectors", text) for text in missing]
    notes: list[Finding] = []
    try:
        made = await prover(seed)
        if failed := [each for each in made if not each.holds]:
            # A machine busy with other things delivers frames late; a wire that lies does so again.
            words = f"at first {failed[0]}; proved once more: let nothing else run on this machine"
            notes.append(Finding(NOTE, "injectors", words, "首次自检未通过，已重新自检，请勿同时运行其他程序"))
            made = await prover(seed)
    except (OSError, RuntimeError) as error:
        return [Finding(PROBLEM, "injectors", f"the wire cannot stand: {error}", "测试线路无法建立")]
    broken = [Finding(PROBLEM, "injectors", str(each), "注入器自检失败") for each in made if not each.holds]
    if not broken:
        broken = [Finding(SOUND, "injectors", f"all {len(made)} proofs of the wire hold", "注入器自检通过")]
    return [*notes, *broken]
