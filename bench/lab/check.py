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

from bench.lab import ntp, ports, sentences
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
    return Finding(PROBLEM, where, en or text, zh if en else sentences.NOT_USABLE.zh)


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
            found.append(Finding(PROBLEM, where, *sentences.NO_CARD(known=known or sentences.NO_CARDS)))
        else:
            found += _card(where, card.interface)
    if rig.networks:
        found += _raw_sockets()
    return found


def _card(where: str, name: str) -> list[Finding]:
    found: list[Finding] = []
    flags = int(_sys(name, "flags") or "0", 16)
    if flags & _IFF_LOOPBACK:
        found.append(Finding(PROBLEM, where, *sentences.CARD_LOOPBACK()))
    elif not flags & _IFF_UP:
        found.append(Finding(PROBLEM, where, *sentences.CARD_DOWN(name=name)))
    elif _sys(name, "carrier") != "1":
        found.append(Finding(PROBLEM, where, *sentences.NO_CARRIER()))
    if addresses := _addresses(name):
        found.append(Finding(PROBLEM, where, *sentences.CARD_ADDRESSES(addresses=addresses, name=name)))
    if (_SYS / name / "master").exists():
        master = (_SYS / name / "master").resolve().name
        found.append(Finding(PROBLEM, where, *sentences.CARD_MASTER(master=master, name=name)))
    if found:
        return found
    speed = _sys(name, "speed")
    told = f", {speed} Mbit/s" if speed.isdecimal() else ""
    return [Finding(SOUND, where, *sentences.CARD_READY(told=told))]


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
        return [Finding(PROBLEM, "networks", *sentences.RAW_SOCKETS())]
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
        found.append(Finding(NOTE, where, *sentences.SLOW_TIMER(timer=timer)))
    if late is None:
        return [*found, Finding(NOTE, where, *sentences.NOT_LOOPED())]
    told = sentences.LATENCY(median=late.p50_ms, most=late.max_ms, bursts=late.bursts)
    if late.max_ms > adapter.max_latency_ms:
        return [*found, Finding(PROBLEM, where, *sentences.TOO_LATE(told=told, max_latency_ms=adapter.max_latency_ms))]
    return [*found, Finding(SOUND, where, *told)]


async def supply(rig: RigFile) -> list[Finding]:
    """The driver of the supply answers; nothing is switched."""
    if isinstance(rig.power, PersonSwitch):
        return [Finding(NOTE, "power (person)", *sentences.PERSON_SWITCHES())]
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
        state = sentences.ON if await driver.state() else sentences.OFF
    except PowerTrouble as error:
        return [_split(where, str(error))]
    finally:
        await driver.close()
    return [Finding(SOUND, where, *sentences.SUPPLY_ANSWERS(identity=identity, state=state))]


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
    told = sentences.CLOCK_TOLD(
        by=abs(behind),
        way=sentences.BEHIND if behind > 0 else sentences.AHEAD,
        source=off.source,
        within=within,
        resolution=resolution_ns(),
    )
    if abs(behind) + within > given.max_offset_ms:
        return [Finding(PROBLEM, "clock", *sentences.CLOCK_OFF(told=told, max_offset_ms=given.max_offset_ms))]
    return [Finding(SOUND, "clock", *told)]


async def person(rig: RigFile) -> list[Finding]:
    """The page of the person can be served, and the console is one."""
    found: list[Finding] = []
    at = rig.person
    if at.web:
        page = WebPage(at.web)
        try:
            await page.start()
        except OSError as error:
            found.append(
                Finding(PROBLEM, "person.web", *sentences.PAGE_NOT_SERVED(web=at.web, strerror=error.strerror or error))
            )
        else:
            found.append(Finding(SOUND, "person.web", *sentences.PAGE_SERVED(address=page.address)))
        finally:
            await page.stop()
    if at.screen and not _console():
        level = NOTE if at.web else PROBLEM
        if level == NOTE or isinstance(rig.power, PersonSwitch):
            found.append(Finding(level, "person.screen", *sentences.NO_CONSOLE()))
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
            notes.append(Finding(NOTE, "injectors", *sentences.PROVED_AGAIN(failed=failed[0])))
            made = await prover(seed)
    except (OSError, RuntimeError) as error:
        return [Finding(PROBLEM, "injectors", *sentences.NO_WIRE(error=error))]
    broken = [Finding(PROBLEM, "injectors", str(each), sentences.INJECTOR_FAILS.zh) for each in made if not each.holds]
    if not broken:
        broken = [Finding(SOUND, "injectors", *sentences.WIRE_PROVED(made=len(made)))]
    return [*notes, *broken]
