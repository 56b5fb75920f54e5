"""A weighing indicator: it is never asked, it sends what it shows again and again.

Leaves to others: its frames (`scale_frames`), the line (`serial_bus`), what it shows (a map of
`fixtures/meters/serial`). It stands alone on its line. The command mode of XK3190 is not there: public
sources do not give its answers.

Order in which a frame meets faults: silent, then the value, then spoiling of the frame.
"""

from __future__ import annotations

from typing import Any, cast

from simulators.meters.bus_maps import Entry
from simulators.meters.channels import Channel, Shown
from simulators.meters.faults import (
    BadCheck,
    Duplicate,
    Garbage,
    Jump,
    Mute,
    Noise,
    Ramp,
    Restarting,
    Scaled,
    Sentinel,
    SignFlip,
    Silent,
    Split,
    Stuck,
    Truncated,
    WrongLine,
)
from simulators.meters.maps import Register
from simulators.meters.scale_frames import CHECKED, FORMS, LARGEST
from simulators.meters.serial_meter import Answer, Reply, SerialMeter
from simulators.plant import Quantity, Reader


class WeightChannel(Channel):
    """The number an indicator shows; beyond six digits it is overloaded and shows none."""

    def __init__(
        self, form: str, entry: Entry, point: str, quantity: Quantity | None, read: Reader | None, ratio: str
    ) -> None:
        self._form = FORMS[form]
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


class ScaleMeter(SerialMeter):
    """A simulated indicator; `address` is the letter set on it, which its frames do not carry."""

    known_faults = (
        Silent,
        Mute,
        Restarting,
        Truncated,
        Garbage,
        Duplicate,
        Split,
        Stuck,
        Sentinel,
        Jump,
        Ramp,
        Scaled,
        SignFlip,
        Noise,
        BadCheck,
        WrongLine,
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._weight = next(entry for entry in self.map.registers if entry.is_number)

    def _channel(self, register: Register, point: str, known: Quantity | None, read: Reader | None) -> Channel:
        return WeightChannel(self.map.protocol, cast(Entry, register), point, known, read, self.ratio if known else "1")

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
        now = self._clock.now_us()
        channel = self.channels[self._weight.id]

        def build() -> Answer:
            shown, text = channel.serve(now)
            values = {channel.point: text} if channel.point and text is not None else {}
            return Answer(lambda _address, _extra: shown[0], values, "", self._altering([channel]))

        return self._reply(b"", now, (channel.point,) if channel.point else (), build)

    def _bad_check(self, octets: bytes, by: int) -> bytes:
        place = CHECKED.get(self.map.protocol)
        if place is None:
            return octets
        spoiled = bytearray(octets)
        spoiled[place] = f"{(int(octets[place], 16) + by) & 0xFF:02X}".encode()
        return bytes(spoiled)
