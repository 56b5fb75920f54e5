"""One value of one device: truth in, registers and their decimal text out.

Leaves to others: which request asks for it and how the answer travels (`modbus`). The truth comes in whole steps of the
plant, is quantised to what the device shows, and wraps at the counter's modulus.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from simulators.meters import sentences as said
from simulators.meters.maps import UNITS, Register, decimals_of
from simulators.meters.modbus.registers import TYPES, bounds, float_text, pack_float, pack_whole, reorder
from simulators.plant import Quantity, Reader, as_text
from simulators.sentences import Words

Shown = tuple[tuple[bytes, ...], str | None]
"""Wire octets of each part, and the decimal text they hold (None: no number)."""


class MeterError(ValueError):
    """Something asked of a meter that it cannot do; `said` says what, and what it can."""

    def __init__(self, said: Words) -> None:
        super().__init__(str(said))
        self.said = said


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fault does to a value: it shows something else, or its steps (at an instant, us) are bent.

    `zero_ma` is the current of raw number 0 to which the module of an analogue input is set by mistake.
    """

    shown: Shown | None = None
    bend: Callable[[int, int], int] | None = None
    zero_ma: int | None = None


class Channel:
    """A register with its source. `point` is the id under which the world knows it, empty if none."""

    def __init__(
        self, register: Register, point: str, quantity: Quantity | None, read: Reader | None, ratio: str
    ) -> None:
        self.register = register
        self.point = point
        self.quantity = quantity
        self.read = read
        self.ratio = ratio
        self.counter = register.kind == "counter"
        self.resolution = Decimal(register.resolution)
        self.modulus = int(Decimal(register.modulus) / self.resolution) if register.modulus else 0
        self.offset = 0
        self.effects: dict[str, Effect] = {}
        self._bends: tuple[Callable[[int, int], int], ...] = ()
        self.frozen: Shown | None = None
        self.held: Shown | None = None
        self.script: deque[Shown] = deque()
        self._cached_steps: int | None = None
        self._cached: Shown = ((), None)
        self._top, self._bottom = self._conversion()
        self._digits = decimals_of(register.resolution)
        self._unit_steps = int(self.resolution.scaleb(self._digits))
        self._divisor = 10**self._digits
        scale = Decimal(register.scale)
        self._scale_digits = decimals_of(register.scale)
        self._scale_units = int(scale.scaleb(self._scale_digits))
        # Whole steps of the resolution to raw numbers of the register.
        self._raws = int(self.resolution / scale)
        self._low, self._high = self._bounds()

    def _bounds(self) -> tuple[int, int]:
        """Smallest and largest raw number; nothing for a binary float, whose range is far beyond any meter's."""
        return bounds(self.register.parts[0].type) if not self.register.is_float else (0, 0)

    def _conversion(self) -> tuple[int, int]:
        if self.quantity is None:
            # The device's own clock and serial number come in the register's steps already.
            return 1, 1
        _, numerator, denominator = UNITS[self.register.unit]
        share = Fraction(denominator, numerator) / Fraction(self.ratio) / Fraction(self.register.resolution)
        share /= 10**self.quantity.digits
        return share.numerator, share.denominator

    @property
    def rated_per_h(self) -> str:
        """Largest increase an hour in the register's unit, decimal text; empty if unknown."""
        if self.quantity is None or not self.quantity.rated_per_h:
            return ""
        _, numerator, denominator = UNITS[self.register.unit]
        rated = Fraction(self.quantity.rated_per_h) * Fraction(denominator, numerator) / Fraction(self.ratio)
        return str(-(-rated.numerator // rated.denominator))

    def true_steps(self, at_us: int) -> int:
        """The truth in whole steps of the device's resolution: counters floored, instants rounded half up."""
        if self.read is None:
            return int(Decimal(self.register.fixed) / self.resolution) if self.register.fixed else 0
        scaled = self.read(at_us) * self._top
        if self.counter:
            return scaled // self._bottom
        return (2 * scaled + self._bottom) // (2 * self._bottom)

    def steps(self, at_us: int) -> int:
        """What the device shows at an instant, in whole steps."""
        steps = self.true_steps(at_us) + self.offset
        for bend in self._bends:
            steps = bend(steps, at_us)
        return steps % self.modulus if self.modulus else steps

    def refit(self) -> None:
        """The faults on it have changed."""
        self._bends = tuple(effect.bend for effect in self.effects.values() if effect.bend is not None)
        shown = [effect.shown for effect in self.effects.values() if effect.shown is not None]
        self.frozen = shown[-1] if shown else None

    def show(self, at_us: int) -> Shown:
        """Octets and text at an instant, with whatever the meter's faults and presets make of them."""
        if self.held is not None:
            return self.held
        if self.frozen is not None:
            return self.frozen
        steps = self.steps(at_us)
        if steps != self._cached_steps:
            self._cached = self.encode(steps)
            self._cached_steps = steps
        return self._cached

    def serve(self, at_us: int) -> Shown:
        """Like `show`, and the next text of a script is due afterwards."""
        if self.script:
            self.held = self.script.popleft()
        return self.show(at_us)

    def text(self, at_us: int) -> str:
        """The decimal text the registers hold at an instant; empty if they hold no number."""
        return self.show(at_us)[1] or ""

    # Encoding.

    def encode(self, steps: int) -> Shown:
        """Whole steps of the resolution as registers, and the text these registers hold."""
        register = self.register
        parts = register.parts
        if len(parts) == 1:
            part = parts[0]
            if part.type[0] == "f":
                octets = pack_float(steps * self._unit_steps / self._divisor, part.type)
                return (reorder(octets, part.order),), float_text(octets, part.type)
            raw = min(max(steps * self._raws, self._low), self._high)
            return (reorder(pack_whole(raw, part.type), part.order),), self._whole_text(raw)
        return self._encode_parts(steps)

    def _whole_text(self, raw: int) -> str:
        return as_text(raw * self._scale_units, self._scale_digits)

    def _encode_parts(self, steps: int) -> Shown:
        rest = Decimal(steps) * self.resolution
        octets: list[bytes] = []
        total = Decimal(0)
        last = len(self.register.parts) - 1
        for index, part in enumerate(self.register.parts):
            factor = Decimal(part.factor)
            number = rest / factor if index == last else rest // factor
            rest -= number * factor
            if part.type[0] == "f":
                big = pack_float(float(number), part.type)
                held = Decimal(float_text(big, part.type) or "0")
            else:
                low, high = bounds(part.type)
                raw = min(max(int(number), low), high)
                big, held = pack_whole(raw, part.type), Decimal(raw)
            octets.append(reorder(big, part.order))
            total += held * factor
        return tuple(octets), f"{total:f}"

    def marked(self, raw: str) -> Shown:
        """The mark for "no value": the device's own, or this one (big-endian hex) if the registers have its width."""
        mark = self._no_value()
        if not raw:
            return mark, None
        if len(self.register.parts) != 1 or 2 * len(mark[0]) != len(raw):
            raise MeterError(said.MARK(name=self._name, digits=2 * len(mark[0]), got=raw))
        return (reorder(bytes.fromhex(raw), self.register.parts[0].order),), None

    def nearest(self, text: str) -> int:
        """The steps nearest to a decimal text; MeterError if it is none."""
        try:
            return round(Decimal(text) / self.resolution)
        except ArithmeticError:
            raise MeterError(said.CHANNEL_DECIMAL(name=self._name, got=text)) from None

    def carrying(self, ma: str) -> Shown:
        """What a loop with this current shows. Raises MeterError: only an analogue input has one."""
        raise MeterError(said.CURRENT_OF_LOOP(name=self._name, ma=ma))

    def other_zero(self) -> int:
        """The current (mA) of raw number 0 in the other range. Raises MeterError: only an analogue input has one."""
        raise MeterError(said.NO_LOOP(name=self._name))

    def _no_value(self) -> tuple[bytes, ...]:
        octets: list[bytes] = []
        for part in self.register.parts:
            if self.register.sentinel:
                big = bytes.fromhex(self.register.sentinel)
            elif part.type[0] == "f":
                big = bytes.fromhex("7FC00000" if part.type == "f32" else "7FF8000000000000")
            else:
                big = b"\xff" * (2 * TYPES[part.type])
            octets.append(reorder(big, part.order))
        return tuple(octets)

    # Presets.

    def limits(self) -> tuple[str, ...]:
        """The smallest and the largest number its registers can show, as text; none for floats and split totals."""
        if self.register.is_float or len(self.register.parts) > 1:
            return ()
        if self.modulus:
            return self._whole_text(0), self._whole_text((self.modulus - 1) * self._raws)
        return self._whole_text(self._low), self._whole_text(self._high)

    def parse(self, text: str) -> int:
        """Decimal text to whole steps; raises MeterError if the registers cannot hold exactly this value."""
        try:
            value = Decimal(text)
        except ArithmeticError:
            raise MeterError(said.CHANNEL_DECIMAL(name=self._name, got=text)) from None
        if not value.is_finite() or value % self.resolution:
            raise MeterError(said.CHANNEL_RESOLUTION(name=self._name, got=text, resolution=self.resolution))
        steps = int(value / self.resolution)
        held = self.encode(steps)[1]
        if held is None or Decimal(held) != value:
            kinds = "+".join(part.type for part in self.register.parts)
            raise MeterError(said.CANNOT_HOLD(name=self._name, kinds=kinds, got=text, held=held))
        if self.modulus and not 0 <= steps < self.modulus:
            raise MeterError(said.BEYOND_MODULUS(name=self._name, got=text, modulus=self.register.modulus))
        return steps

    @property
    def _name(self) -> str:
        return self.point or self.register.id

    def move_to(self, steps: int, at_us: int) -> None:
        """From this instant the counter shows `steps` and goes on from there."""
        self.offset += steps - (self.true_steps(at_us) + self.offset)
        self.held = None
        self.script.clear()
