"""What is told of a run before its first attempt: item, inputs, bench, computer, instruments, check, clock, plan.

Leaves signing to `bench.evidence` and the check of a rig to `bench.lab.check`.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from bench.commands.running.options import Options
from bench.dut.profile import Profile
from bench.evidence.lab import ClockRow
from bench.evidence.opening import Clock, Found, Instrument, Opening, nonce, packages, system
from bench.journal import Planned, now
from bench.lab import ntp
from bench.lab.rigfile import RigError, RigFile, read_rig

LAB_RIG = "lab"


class NotReady(Exception):
    """The rig's check found what must be mended before a run that is signed; one sentence a line."""


def statement(
    options: Options,
    profile: Profile,
    plan: Sequence[Planned],
    *,
    run: str,
    number: int,
    inputs: Mapping[str, str],
    commit: str,
    house: str,
    certificates: Sequence[str],
    server: ClockRow | None = None,
) -> Opening:
    """The opening statement of a sitting; `server` is the laboratory's clock, for rigs that name none.

    Raises NotReady where a signed run may not begin on this rig.
    """
    rig = _rig(options, profile)
    check: tuple[Found, ...] = ()
    if rig is not None and certificates:
        # Servers and drivers of a rig that only a device needs.
        from bench.lab.check import PROBLEM, check_rig

        found = asyncio.run(check_rig(rig, options.seed, injectors=False))
        check = tuple(Found(level=each.level, where=each.where, words=each.en) for each in found)
        bad = [str(each) for each in found if each.level == PROBLEM]
        if bad:
            raise NotReady("\n".join(bad))
    return Opening(
        run=run,
        number=number,
        at=now(),
        item=profile.item(),
        rig=options.rig,
        options=options.kept(),
        inputs=dict(inputs),
        commit=commit,
        house=house,
        system=system(),
        packages=packages(),
        instruments=instruments(rig, check) if rig is not None else (),
        check=check,
        clock=clock(rig, server),
        plan=tuple(f"{each.case}#{each.attempt}" for each in plan),
        certificates=tuple(certificates),
        nonce=nonce(),
    )


def _rig(options: Options, profile: Profile) -> RigFile | None:
    named = profile.connection.get("rig")
    if options.rig != LAB_RIG or not isinstance(named, str):
        return None
    with contextlib.suppress(RigError):
        return read_rig(Path(profile.path).parent / named)
    return None


def instruments(rig: RigFile, check: Sequence[Found]) -> tuple[Instrument, ...]:
    """Cards, adapters and supply of a rig, with what the system and the check know of them."""
    rows = [
        Instrument(where=f"networks.{name}", what=card.interface, identity=_card(card.interface))
        for name, card in rig.networks.items()
    ]
    rows += [
        Instrument(where=f"serial.{name}", what=adapter.device, identity=_adapter(adapter.device))
        for name, adapter in rig.serial.items()
    ]
    told = next((each.words for each in check if each.where.startswith("power")), "")
    described = {key: str(value) for key, value in msgspec.structs.asdict(rig.power).items() if key in ("host", "port")}
    where = " ".join(f"{key} {value}" for key, value in described.items())
    return (*rows, Instrument(where="power", what=f"{type(rig.power).__name__} {where}".strip(), identity=told))


def _card(name: str) -> str:
    place = Path("/sys/class/net") / name
    words: list[str] = []
    for key in ("address", "device/vendor", "device/device"):
        with contextlib.suppress(OSError):
            words.append((place / key).read_text().strip())
    with contextlib.suppress(OSError):
        words.append((place / "device" / "driver").resolve(strict=True).name)
    return " ".join(words)


def _adapter(device: str) -> str:
    from serial.tools import list_ports

    real = Path(device).resolve()
    for port in list_ports.comports():
        if Path(port.device).resolve() == real:
            return " ".join(filter(None, (port.manufacturer, port.product, port.serial_number, port.hwid)))
    return ""


def clock(rig: RigFile | None, server: ClockRow | None = None) -> Clock:
    """The clock against its source: that of the rig file, of the laboratory, else what keeps the computer's own."""
    at = rig.clock if rig is not None and rig.clock.server else server
    try:
        if at is not None:
            asked = asyncio.run(ntp.ask(at.server, at.port, timeout_s=at.timeout_s))
            stratum, reference = asked.stratum, asked.reference
        else:
            asked = ntp.kernel_offset()
            stratum, reference = _chrony()
    except ntp.NoTime as error:
        return Clock(problem=str(error))
    return Clock(
        source=asked.source,
        stratum=stratum,
        reference=reference,
        behind_s=f"{asked.behind_s:.6f}",
        within_s=f"{asked.within_s:.6f}",
    )


def _chrony() -> tuple[int, str]:
    """Stratum and reference of the daemon that keeps the computer's clock, where it is chrony."""
    if shutil.which("chronyc"):
        with contextlib.suppress(OSError, subprocess.SubprocessError, ValueError, IndexError):
            told = subprocess.run(["chronyc", "-c", "tracking"], capture_output=True, text=True, timeout=5, check=True)
            fields = told.stdout.split(",")
            return int(fields[2]), fields[1] or fields[0]
    return 0, ""
