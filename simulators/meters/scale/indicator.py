"""Weighing indicators: one is never asked and sends what it shows again and again, one answers commands.

Leaves to others: frames (`frames`), the line (`serial.bus`), what is shown (a map of `fixtures/meters/serial`).
One that sends by itself stands alone on its line; those that are asked share one, told apart by a letter. Nobody has
pressed their tare key: the tare is nothing and the net weight is the gross weight.

Order in which a frame meets faults: silent, then the value, then spoiling of the frame.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from simulators.meters.channels import Channel, Shown
from simulators.meters.faults import (
    OF_ANSWERS,
    BadCheck,
    Delayed,
    Late,
    Mute,
    Noise,
    Restarting,
    Silent,
    WrongLine,
    WrongUnit,
)
from simulators.meters.maps import Register, decimals_of
from simulators.meters.scale.frames import CHECKED, LARGEST, SHOWN, flaws, xk3190_answer, xk3190_shown
from simulators.meters.serial.maps import Entry
from simulators.meters.serial.meter import Answer, Reply, SerialMeter
from simulators.plant import Quantity, Reader


class WeightChannel(Channel):
    """The number an indicator shows; beyond six digits it is overloaded and shows none."""

    def __init__(
        self, form: str, entry: Entry, point: str, quantity: Quantity | None, read: Reader | None, ratio: str
    ) -> None:
        self._form = SHOWN[form]
        super().__init__(entry, point, quantity, read, ratio)

    def _bounds(self) -> tuple[int, int]:
        return -LARGEST, LARGEST

    def encode(self, steps: int) -> Shown:
        """Whole steps of the resolution as the frame that shows them."""
        raw = steps * self._raws
        text = self._whole_text(raw) if abs(raw) <= LARGEST else None
        return (self._form(raw, self._scale_digits, self.register.unit),), text

    def _no_value(self) -> tuple[bytes, ...]:
        return (self._form(None, self._scale_digits, self.register.unit),)


class CountedChannel(Channel):
    """What a reader counts from the weights: it is on no wire, and known from the plant alone."""

    def _bounds(self) -> tuple[int, int]:
        return 0, 0

    def encode(self, steps: int) -> Shown:
        """No octets, and the text of so many steps."""
        return (b"",), self._whole_text(steps * self._raws)

    def _no_value(self) -> tuple[bytes, ...]:
        return (b"",)


class _Indicator(SerialMeter):
    """What indicators share; `address` is the letter set on one."""

    known_faults = (
        Silent,
        Mute,
        Restarting,
        *OF_ANSWERS,
        Noise,
        BadCheck,
        WrongLine,
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._weight = next(entry for entry in self.map.registers if entry.is_number and not entry.counted)

    def _channel(self, register: Register, point: str, known: Quantity | None, read: Reader | None) -> Channel:
        if cast(Entry, register).counted:
            return CountedChannel(register, point, known, read, self.ratio if known else "1")
        return WeightChannel(self.map.protocol, cast(Entry, register), point, known, read, self.ratio if known else "1")

    def _shown(self, request: bytes, encode: Callable[[bytes, str], bytes]) -> Reply | None:
        """What is shown now, in a frame made of it for an address; None while the indicator is silent."""
        now = self._clock.now_us()
        channel = self.channels[self._weight.id]

        def build() -> Answer:
            shown, text = channel.serve(now)
            values = {channel.point: text} if channel.point and text is not None else {}
            return Answer(lambda address, _extra: encode(shown[0], address), values, "", self._altering([channel]))

        return self._reply(request, now, (channel.point,) if channel.point else (), build)

    def _bad_check(self, octets: bytes, by: int) -> bytes:
        place = CHECKED.get(self.map.protocol)
        if place is None:
            return octets
        spoiled = bytearray(octets)
        spoiled[place] = f"{(int(octets[place], 16) + by) & 0xFF:02X}".encode()
        return bytes(spoiled)


class ScaleMeter(_Indicator):
    """An indicator in continuous mode; its frames do not carry its letter."""

    @property
    def interval_s(self) -> float:
        """Seconds from the beginning of one frame to that of the next."""
        return self.settings.interval_ms / 1000

    def hear(self, octets: bytes) -> tuple[bool, Reply | None]:
        """It listens to nobody."""
        del octets
        return False, None

    def say(self) -> Reply | None:
        """The next frame; None while it is silent."""
        return self._shown(b"", lambda shown, _address: shown)


class CommandScale(_Indicator):
    """An indicator in command mode: A shakes hands, B asks for the gross weight, C for the tare, D for the net one."""

    known_faults = (*_Indicator.known_faults, Delayed, Late, WrongUnit)

    @property
    def family(self) -> str:
        """Its commands are frames of their own."""
        return "weighing"

    def hear(self, octets: bytes) -> tuple[bool, Reply | None]:
        """A whole request: answered if it has this indicator's letter and a command that it knows."""
        if flaws(octets):
            return False, None
        address, command = chr(octets[1]), chr(octets[2])
        if address != self.address or command not in "ABCD":
            return False, None
        if command in "BD":
            return True, self._shown(octets, lambda shown, letter: xk3190_answer(letter, command, shown))
        held = xk3190_shown(0, decimals_of(self._weight.scale), "") if command == "C" else b""
        return True, self._reply(
            octets,
            self._clock.now_us(),
            (),
            lambda: Answer(lambda letter, _extra: xk3190_answer(letter, command, held), {}),
        )
