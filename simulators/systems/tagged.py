"""A device behind a system: every register of its map is a tag with a value, however the system hands it on.

Leaves to others: serving the tags (`opcua`, `sql`), the truth (`plant`), the maps (`meters.maps`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Unpack

from simulators.events import NoAnswer
from simulators.meters.channels import Channel, Shown
from simulators.meters.faults import (
    AnyFault,
    BadStatus,
    Calibrating,
    Fault,
    Jump,
    Omitted,
    OtherType,
    Ramp,
    Scaled,
    Sentinel,
    SignFlip,
    Stale,
    Stuck,
    Unstamped,
    WrongClock,
)
from simulators.meters.maps import Register, RegisterMap
from simulators.meters.meter import Meter, Wiring
from simulators.meters.modbus.registers import float_text, is_bcd, pack_float, reorder, unpack_whole
from simulators.plant import Plant

Security = Literal["none", "sign", "encrypt"]
"""What an OPC UA server asks of a session: nothing, or Basic256Sha256 with signatures or with encryption too."""

OF_VALUES = (Stuck, Sentinel, Jump, Ramp, Scaled, SignFlip, Calibrating)
"""Faults of the values themselves, whatever system hands them on."""
_OF_NODES = (BadStatus, Stale, Unstamped, WrongClock, Omitted, OtherType)


def node_of(device: str, register: str) -> str:
    """The node identifier of a device's register in OPC UA, as a person writes it."""
    return f"ns=2;s={device}.{register}"


def type_of(register: Register) -> str:
    """The type in which a system hands a register on: its own for whole numbers as they are, else a float.

    Scaled, split and BCD registers come as 64-bit floats: the system has done the arithmetic.
    """
    kinds = {part.type for part in register.parts}
    if len(register.parts) > 1 or register.loop is not None:
        return "f64"
    kind = kinds.pop()
    return kind if kind[0] == "f" or (not is_bcd(kind) and register.scale == "1") else "f64"


class TaggedMeter(Meter):
    """A device behind a system that can give it these `faults`; `period_us` is how often a database gets its rows."""

    def __init__(
        self,
        name: str,
        faults: tuple[type[Fault], ...],
        device: RegisterMap,
        plant: Plant,
        *,
        period_us: int = 60_000_000,
        **wiring: Unpack[Wiring],
    ) -> None:
        super().__init__(name, device.name, 0, plant, **wiring)
        self.known_faults = faults
        self.map = device
        self.period_us = period_us
        self.altered: Callable[[], None] = _nobody
        self._fit(device.registers)

    def set_fault(self, fault: AnyFault) -> None:
        """Switch a fault on (see `Meter.set_fault`); its system hears of it."""
        super().set_fault(fault)
        self.altered()

    def clear(self, kind: str = "") -> None:
        """Switch one kind of fault off, or all of them; its system hears of it."""
        super().clear(kind)
        self.altered()

    def fault(self, kind: type[Fault]) -> Fault | None:
        """The fault of a kind that is on."""
        return next((each for each in self._faults.values() if isinstance(each, kind)), None)

    def hits(self, kind: type[Fault], channel: Channel) -> bool:
        """Whether a fault of a kind is on for a channel."""
        fault = self.fault(kind)
        points: tuple[str, ...] = getattr(fault, "points", ())
        return fault is not None and (not points or channel.point in points or channel.register.id in points)

    def altering(self, channels: Sequence[Channel]) -> str:
        """Names of the faults that alter a value among these channels."""
        own = [kind for kind in _OF_NODES if any(self.hits(kind, each) for each in channels)]
        return ",".join(filter(None, (self._altering(channels), *(str(kind.__struct_config__.tag) for kind in own))))

    def told(self, at_us: int, asked: int, request: bytes, answer: bytes, values: dict[str, str], fault: str) -> None:
        """Tell that values were handed on."""
        self._served(at_us, asked, request, answer, values, fault)

    def untold(self, at_us: int, outcome: NoAnswer, request: bytes, points: tuple[str, ...], fault: str) -> None:
        """Tell that somebody asked and got nothing usable."""
        self._unserved(at_us, outcome, request, b"", points, fault)

    def happened(self, what: str, point: str, detail: dict[str, str]) -> None:
        """Tell of something in the system's life."""
        self._happened(what, point, detail)


def tag_value(channel: Channel, at_us: int) -> tuple[int | float | None, str]:
    """The value of a tag as the system has it, and its decimal text (empty: no number, the value is a mark or NaN).

    A float's text is the shortest that gives the same bits.
    """
    return number_of(channel.register, channel.serve(at_us))


def number_of(register: Register, shown: Shown) -> tuple[int | float | None, str]:
    """The value and its text of registers with these contents."""
    octets, text = shown
    kind = type_of(register)
    if kind[0] == "f":
        if text is None:
            return float("nan"), ""
        number = float(text)
        return number, float_text(pack_float(number, kind), kind) or ""
    raw = unpack_whole(reorder(octets[0], register.parts[0].order), kind)
    return raw, "" if text is None else str(raw)


def _nobody() -> None:
    """No system listens to changes yet."""
