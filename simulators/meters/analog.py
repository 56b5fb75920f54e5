"""4-20 mA inputs: truth to loop current to the raw number of an analogue module, with NAMUR NE 43 limits and noise.

Leaves to others: registers and requests (`modbus`). The text of such a register is the value its raw number means, in
the unit of the quantity, rounded to its resolution: what a reader that scales rightly finds.

Current = 4 mA + share of the span x 16 mA (0 mA + share x 20 mA without a live zero), kept within 3.8 and 20.5 mA as
NAMUR NE 43 has transmitters do. The noise of an instant depends on the seed and the module's conversion alone, so a
value asked twice is the same twice.
"""

from __future__ import annotations

import hashlib
import random
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import isqrt

from simulators.meters import sentences as said
from simulators.meters.channels import Channel, MeterError, Shown
from simulators.meters.maps import Loop, Register
from simulators.meters.modbus.registers import pack_whole, reorder
from simulators.plant import Quantity, Reader

LOWEST_UA, HIGHEST_UA = 3_800, 20_500
"""Currents between which NAMUR NE 43 has a signal valid, in microampere."""

_TOP_UA = 20_000
_ROOT_DIGITS = 10**12


class AnalogChannel(Channel):
    """A register of an analogue module with a transmitter on its loop. `seed` feeds the noise."""

    def __init__(
        self,
        register: Register,
        point: str,
        quantity: Quantity | None,
        read: Reader | None,
        ratio: str,
        loop: Loop,
        seed: int,
    ) -> None:
        self.loop = loop
        self._seed = seed
        self._floor_ua = 4_000 if loop.live_zero else 0
        self._zero_ua = 1000 * loop.zero_ma
        super().__init__(register, point, quantity, read, ratio)

    def show(self, at_us: int) -> Shown:
        """Octets and text at an instant; the module converts every `sample_ms`."""
        if self.held is not None:
            return self.held
        if self.frozen is not None:
            return self.frozen
        cycle = at_us // (1000 * self.loop.sample_ms)
        steps = self.steps(cycle * 1000 * self.loop.sample_ms)
        return self._of_current(self.current_ua(steps) + self._noise_ua(cycle))

    def current_ua(self, steps: int) -> int:
        """What the transmitter sends for a value (whole steps of the resolution), in microampere."""
        low, high = Decimal(self.loop.low), Decimal(self.loop.high)
        value = steps * self.resolution
        if self.loop.low_cut and value < Decimal(self.loop.low_cut):
            value = low
        share = Fraction(value - low) / Fraction(high - low)
        if self.loop.root:
            share = share * abs(share)
        current = self._floor_ua + round(share * (_TOP_UA - self._floor_ua))
        lowest = LOWEST_UA if self.loop.live_zero else 0
        return min(max(current, lowest), HIGHEST_UA)

    def _noise_ua(self, cycle: int) -> int:
        if not Decimal(self.loop.noise_ua):
            return 0
        digest = hashlib.blake2b(f"{self._seed}/{cycle}".encode(), digest_size=8).digest()
        return round(random.Random(int.from_bytes(digest, "big")).gauss(0, 1) * float(self.loop.noise_ua))

    def refit(self) -> None:
        """The faults on it have changed."""
        super().refit()
        set_to = [effect.zero_ma for effect in self.effects.values() if effect.zero_ma is not None]
        self._zero_ua = 1000 * (set_to[-1] if set_to else self.loop.zero_ma)

    def other_zero(self) -> int:
        """The current (mA) of raw number 0 in the range that the module is not set to."""
        return 0 if self.loop.zero_ma else 4

    def _of_current(self, current_ua: int) -> Shown:
        """The raw number a current gives, and the value that this raw number means."""
        raw = round(Fraction(max(current_ua, 0) - self._zero_ua, _TOP_UA - self._zero_ua) * self.loop.full)
        raw = min(max(raw, 0), 0xFFFF)
        part = self.register.parts[0]
        return (reorder(pack_whole(raw, "u16"), part.order),), self.meaning(raw)

    def meaning(self, raw: int) -> str:
        """The value of a raw number in the register's unit, rounded half to even to the resolution."""
        span = _TOP_UA - 1000 * self.loop.zero_ma
        current = 1000 * self.loop.zero_ma + Fraction(raw * span, self.loop.full)
        share = (current - self._floor_ua) / (_TOP_UA - self._floor_ua)
        if self.loop.root:
            scaled = abs(share.numerator) * _ROOT_DIGITS**2 // share.denominator
            share = Fraction(isqrt(scaled), _ROOT_DIGITS) * (1 if share > 0 else -1)
        low, high = Fraction(self.loop.low), Fraction(self.loop.high)
        steps = round((low + share * (high - low)) / Fraction(self.register.resolution))
        return f"{(steps * self.resolution).quantize(self.resolution, ROUND_HALF_EVEN):f}"

    def encode(self, steps: int) -> Shown:
        """What a value gives without noise."""
        return self._of_current(self.current_ua(steps))

    def parse(self, text: str) -> int:
        """Decimal text to whole steps; MeterError if the loop cannot carry it."""
        steps = self.nearest(text)
        low, high = Decimal(self.loop.low), Decimal(self.loop.high)
        if not low <= steps * self.resolution <= high:
            raise MeterError(said.BEYOND_LOOP(name=self._name, got=text, low=low, high=high, unit=self.register.unit))
        return steps

    def carrying(self, ma: str) -> Shown:
        """What a loop with this current (mA, decimal text) shows; beyond NAMUR NE 43 it means no value."""
        try:
            current_ua = int(Decimal(ma) * 1000)
        except ArithmeticError:
            raise MeterError(said.CURRENT(name=self._name, got=ma)) from None
        octets, text = self._of_current(current_ua)
        return octets, text if LOWEST_UA <= current_ua <= HIGHEST_UA else None
