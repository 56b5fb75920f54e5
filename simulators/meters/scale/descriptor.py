"""Weighing indicators, sending by themselves or asked, as one of the protocols of meters.

Leaves to others: frames (`frames`), what an indicator sends and answers (`indicator`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, cast

from simulators.meters.maps import Register
from simulators.meters.protocols import Address, LineKind
from simulators.meters.scale import frames
from simulators.meters.scale.frames import COMMANDED, SHOWN
from simulators.meters.scale.indicator import CommandScale, ScaleMeter
from simulators.meters.serial.maps import AnyMap, Beside, BusMap, Entry, EntryTable
from simulators.meters.serial.meter import SerialMeter
from simulators.meters.serial.protocol import IdentifiedRow, SerialProtocol
from simulators.meters.spec import MeterSpec
from simulators.sentences import Sentence, Words
from simulators.values import one_of

_COUNTED = (("weight", "01"), ("net", "02"), ("loads", "03"))


class WeighedRow(IdentifiedRow, frozen=True, kw_only=True):
    """What an indicator shows; what is `counted` (net, loads) it does not: whoever reads the weights counts it."""

    counted: str = ""


_ONE_NUMBER = Sentence(
    "scale-one-number",
    "a scale shows one number, got {got} registers; keep one",
    "衡器只显示一个数，实际有 {got} 个寄存器，请保留一个",
)
_COUNTED_IN = Sentence(
    "scale-counted",
    "{counted} is a counter in {units}, got a {kind} in {unit}; change kind or unit",
    "{counted} 应为单位为 {units} 的累计量，实际为单位 {unit} 的 {kind}，请更改 kind 或 unit",
)
_SIX_DIGITS = Sentence(
    "scale-digits",
    "a scale shows six digits, got the format {layout}; shorten it",
    "衡器只显示六位数，实际格式为 {layout}，请缩短",
)
_WEIGHT = Sentence(
    "scale-weight",
    "a scale shows an instant weight in kg or t, got a {kind} in {unit}; change kind or unit",
    "衡器显示单位为 kg 或 t 的瞬时重量，实际为单位 {unit} 的 {kind}，请更改 kind 或 unit",
)


_UNITS = {"net": ("kg", "t"), "loads": ("1",)}
"""What is counted from weights, and the units it may have."""


class _Weighed(EntryTable, frozen=True, kw_only=True):
    counted: Annotated[str, one_of(("", *_UNITS))] = ""

    def beside(self) -> Beside:
        return {"counted": self.counted}


class Scale(SerialProtocol):
    """Indicators of scales and weighbridges; one that sends by itself stands alone on its line."""

    id = "scale"
    words = tuple(SHOWN)
    rank = 3
    address = Address("[A-Z]", 1, "one letter", "one letter (scale)")
    by_identifier = False
    codecs = {"weighing": frames}
    own_start = True
    row_type = WeighedRow
    line_kinds = {
        # Loads are counted from what "weighbridge" kinds show.
        "weighbridge": LineKind("xk3190_loads", "bridge", _COUNTED, "A"),
        "weighbridge-asked": LineKind("xk3190_command", "bridge", _COUNTED, "A"),
        "scale": LineKind("xk3190", "bridge", (("weight", "01"),), "A"),
        "scale-toledo": LineKind("toledo_a12e", "bridge", (("weight", "01"),), "A"),
        "scale-reversed": LineKind("xk3190_reversed", "bridge", (("weight", "01"),), "A"),
    }

    def speaks(self, word: str) -> bool:
        """All but those in command mode."""
        return word != COMMANDED

    def entry_type(self, word: str) -> type[EntryTable]:
        """One that may be counted."""
        del word
        return _Weighed

    def flaws_of(self, device: BusMap) -> Iterator[Words]:
        """An indicator shows one weight of six digits; what is counted from it is a counter."""
        numbers = [entry for entry in device.registers if entry.is_number and not entry.counted]
        shown = [entry for entry in device.registers if not entry.counted]
        if len(numbers) != 1 or len(shown) != 1:
            yield _ONE_NUMBER(got=len(shown))
        for entry in device.registers:
            if entry.counted and (entry.kind, entry.unit in _UNITS[entry.counted]) != ("counter", True):
                units = Words(" or ".join(_UNITS[entry.counted]), " 或 ".join(_UNITS[entry.counted]))
                yield _COUNTED_IN(counted=entry.counted, units=units, kind=entry.kind, unit=entry.unit)
        for entry in numbers:
            if entry.layout.count("X") > 6:
                yield _SIX_DIGITS(layout=entry.layout)
            if entry.kind != "instant" or entry.unit not in ("kg", "t"):
                yield _WEIGHT(kind=entry.kind, unit=entry.unit)

    def row(self, spec: MeterSpec, device: AnyMap, register: Register) -> WeighedRow:
        """With what is counted."""
        entry = cast(Entry, register)
        identifier = cast(BusMap, device).identifier_of(register.id)
        return WeighedRow(address=spec.address, identifier=identifier, layout=entry.layout, counted=entry.counted)

    def meter_of(self, device: BusMap) -> type[SerialMeter]:
        """One class for those that are asked, one for those that are not."""
        return CommandScale if device.protocol == COMMANDED else ScaleMeter

    def address_at(self, number: int, device: AnyMap) -> str:
        """A for one that sends by itself, the letters in turn for those that are asked."""
        return chr(ord("A") + (0 if device.speaks else (number - 1) % 26))


PROTOCOL = Scale()
