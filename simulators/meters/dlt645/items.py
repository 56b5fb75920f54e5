"""What the identifiers of DL/T 645-2007 and -1997 stand for: name, format and unit of the values in an answer.

Leaves to others: what a particular meter has (the maps of `fixtures/meters`). Blocks (FF, in 1997 the digit F) are told
apart as far as the data reach. Identifiers are hex text, highest octet first, as the standards print them.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulators.meters.serial.bcd import digits_of, read_text, width_of


@dataclass(frozen=True)
class Item:
    """One value: `layout` is a number's format, or `time`, `digits`, `text` or `word` with the octets in `width`."""

    name: str
    layout: str
    unit: str = ""
    signed: bool = False
    width: int = 0

    @property
    def octets(self) -> int:
        """How many octets it takes."""
        return self.width or width_of(self.layout)


@dataclass(frozen=True)
class Value:
    """A value as read: decimal text, digits or text; empty if the octets mean no data."""

    name: str
    value: str
    unit: str


_ENERGIES = {
    0x01: ("forward active energy", "kWh", False),
    0x02: ("reverse active energy", "kWh", False),
    0x03: ("combined reactive energy 1", "kvarh", True),
    0x04: ("combined reactive energy 2", "kvarh", True),
    0x05: ("reactive energy quadrant 1", "kvarh", False),
    0x06: ("reactive energy quadrant 2", "kvarh", False),
    0x07: ("reactive energy quadrant 3", "kvarh", False),
    0x08: ("reactive energy quadrant 4", "kvarh", False),
    0x09: ("forward apparent energy", "kVAh", False),
    0x0A: ("reverse apparent energy", "kVAh", False),
}
_MORE_ENERGIES = {
    0x00: ("combined active energy", "kWh", True),
    0x0B: ("energy of the settlement period", "kWh", False),
    0x80: ("linked energy", "kWh", False),
    0x81: ("forward fundamental energy", "kWh", False),
    0x82: ("reverse fundamental energy", "kWh", False),
    0x83: ("forward harmonic energy", "kWh", False),
    0x84: ("reverse harmonic energy", "kWh", False),
    0x85: ("copper loss energy", "kWh", False),
    0x86: ("iron loss energy", "kWh", False),
}
_PHASES = ((0x14, "phase A"), (0x28, "phase B"), (0x3C, "phase C"))

# Name, format, unit, signed, and the parts that the next octet counts from 0 (an empty name: not there).
_TOTAL_AND_PHASES = ("total", "phase A", "phase B", "phase C")
_ONLY_PHASES = ("", "phase A", "phase B", "phase C")
_INSTANTS: dict[int, tuple[str, str, str, bool, tuple[str, ...]]] = {
    0x01: ("voltage", "XXX.X", "V", False, _ONLY_PHASES),
    0x02: ("current", "XXX.XXX", "A", True, _ONLY_PHASES),
    0x03: ("active power", "XX.XXXX", "kW", True, _TOTAL_AND_PHASES),
    0x04: ("reactive power", "XX.XXXX", "kvar", True, _TOTAL_AND_PHASES),
    0x05: ("apparent power", "XX.XXXX", "kVA", False, _TOTAL_AND_PHASES),
    0x06: ("power factor", "X.XXX", "1", True, _TOTAL_AND_PHASES),
    0x07: ("phase angle", "XXX.X", "°", False, _ONLY_PHASES),
    0x08: ("voltage distortion", "XX.XX", "%", False, _ONLY_PHASES),
    0x09: ("current distortion", "XX.XX", "%", False, _ONLY_PHASES),
}
_OTHERS = {
    0x01: Item("neutral current", "XXX.XXX", "A", True),
    0x02: Item("frequency", "XX.XX", "Hz"),
    0x03: Item("average active power of one minute", "XX.XXXX", "kW", True),
    0x04: Item("present active demand", "XX.XXXX", "kW", True),
    0x05: Item("present reactive demand", "XX.XXXX", "kvar", True),
    0x06: Item("present apparent demand", "XX.XXXX", "kVA", True),
    0x07: Item("temperature", "XXX.X", "degC", True),
    0x08: Item("clock battery voltage", "XX.XX", "V"),
    0x09: Item("backup battery voltage", "XX.XX", "V"),
    0x0A: Item("battery running time", "XXXXXXXX", "min"),
}
_PARAMETERS = {
    "04000101": Item("date and weekday", "time", width=4),
    "04000102": Item("time of day", "time", width=3),
    "0400010C": Item("date, weekday and time", "time", width=7),
    "04000103": Item("demand period", "XX", "min"),
    "04000306": Item("current transformer ratio", "XXXXXX", "1"),
    "04000307": Item("voltage transformer ratio", "XXXXXX", "1"),
    "04000401": Item("address", "digits", width=6),
    "04000402": Item("meter number", "digits", width=6),
    "04000403": Item("asset code", "text", width=32),
    "04000404": Item("rated voltage", "text", width=6),
    "04000405": Item("rated current", "text", width=6),
    "04000406": Item("maximum current", "text", width=6),
    "04000407": Item("accuracy class active", "text", width=4),
    "04000408": Item("accuracy class reactive", "text", width=4),
    "04000409": Item("active constant", "XXXXXX", "imp/kWh"),
    "0400040A": Item("reactive constant", "XXXXXX", "imp/kvarh"),
    "0400040B": Item("model", "text", width=10),
    "0400040C": Item("production date", "text", width=10),
    "0400040D": Item("protocol version", "text", width=16),
    "04000601": Item("combination word of active energy", "word", width=1),
    "04000B01": Item("settlement day 1", "digits", width=2),
    "04000B02": Item("settlement day 2", "digits", width=2),
    "04000B03": Item("settlement day 3", "digits", width=2),
}
_FREEZES = {0: "timed", 1: "instant", 2: "switch 1", 3: "switch 2", 4: "hourly", 5: "agreed", 6: "daily", 7: "monthly"}
_FROZEN_POWERS = tuple(
    Item(f"{name} {part}", "XX.XXXX", unit, True)
    for name, unit in (("active power", "kW"), ("reactive power", "kvar"))
    for part in _TOTAL_AND_PHASES
)
_EDITION_97 = {
    "B61": ("voltage", "XXX", "V", _ONLY_PHASES),
    "B62": ("current", "XX.XX", "A", _ONLY_PHASES),
    "B63": ("active power", "XX.XXXX", "kW", _TOTAL_AND_PHASES),
    "B64": ("reactive power", "XX.XX", "kvar", _TOTAL_AND_PHASES),
    "B65": ("power factor", "X.XXX", "1", _TOTAL_AND_PHASES),
}
_PARAMETERS_97 = {
    "C010": Item("date and weekday", "time", width=4),
    "C011": Item("time of day", "time", width=3),
    "C020": Item("status word of the meter", "word", width=1),
    "C021": Item("status word of the grid", "word", width=1),
    "C030": Item("active constant", "XXXXXX", "imp/kWh"),
    "C031": Item("reactive constant", "XXXXXX", "imp/kvarh"),
    "C032": Item("meter number", "digits", width=6),
    "C034": Item("address", "digits", width=6),
}


def items_2007(identifier: str, octets: int) -> list[Item]:
    """The values in `octets` octets of data behind a 2007 identifier; empty if it is not known."""
    top, second, third, last = bytes.fromhex(identifier)
    if top in (0x00, 0x01):
        return _energy(top, second, third, last, octets)
    if top == 0x02:
        return _instant(second, third, last, octets)
    if top == 0x05:
        return _frozen(second, third, last, octets)
    if identifier in _PARAMETERS:
        return [_PARAMETERS[identifier]]
    if identifier[:6] == "040005":
        words = range(1, octets // 2 + 1) if last == 0xFF else (last,)
        return [Item(f"status word {number}", "word", width=2) for number in words]
    return []


def _energy(top: int, second: int, third: int, last: int, octets: int) -> list[Item]:
    known = _MORE_ENERGIES.get(second) or _ENERGIES.get(second)
    phase = ""
    for base, name in _PHASES:
        if base < second <= base + 0x0A:
            known, phase = _ENERGIES[second - base], f" {name}"
    if known is None:
        return []
    name, unit, signed = known
    name += phase
    if top:
        name, unit = f"maximum demand of {name}", unit.removesuffix("h")
    size = 8 if top else 4
    count = octets // size if 0xFF in (third, last) else 1
    items: list[Item] = []
    for index in range(count):
        # With both FF the tariffs of one settlement stand together.
        tariff = index if third == 0xFF and last != 0xFF else third
        period = index if last == 0xFF and third != 0xFF else last
        full = name + _tariff(tariff) + _period(period)
        if third == last == 0xFF:
            full = f"{name} block item {index + 1}"
        items.append(Item(full, "XX.XXXX" if top else "XXXXXX.XX", unit, signed))
        if top:
            items.append(Item(f"time of {full}", "time", width=5))
    return items


def _tariff(number: int) -> str:
    return f" tariff {number}" if number else " total"


def _period(number: int) -> str:
    return f" of settlement day -{number}" if number else ""


def _parts(name: str, layout: str, unit: str, signed: bool, parts: tuple[str, ...], which: int) -> list[Item]:
    if which == 0xFF:
        return [Item(f"{name} {part}", layout, unit, signed) for part in parts if part]
    if which < len(parts) and parts[which]:
        return [Item(f"{name} {parts[which]}", layout, unit, signed)]
    return []


def _instant(second: int, third: int, last: int, octets: int) -> list[Item]:
    if second == 0x80 and third == 0:
        return list(_OTHERS.values()) if last == 0xFF else [_OTHERS[last]] if last in _OTHERS else []
    if second in (0x0A, 0x0B) and 1 <= third <= 3:
        name = f"{'voltage' if second == 0x0A else 'current'} harmonic {_ONLY_PHASES[third]}"
        orders = range(1, octets // 2 + 1) if last == 0xFF else (last,)
        return [Item(f"{name} order {order}", "XX.XX", "%") for order in orders]
    return [] if last or second not in _INSTANTS else _parts(*_INSTANTS[second], third)


def _frozen(kind: int, column: int, number: int, octets: int) -> list[Item]:
    title = f"{_FREEZES.get(kind, 'unknown')} freeze -{number}"
    if column == 0x00:
        return [Item(f"{title}: time", "time", width=5)]
    if column in _ENERGIES and column <= 0x08:
        name, unit, signed = _ENERGIES[column]
        return [Item(f"{title}: {name}{_tariff(each)}", "XXXXXX.XX", unit, signed) for each in range(octets // 4)]
    if column in (0x09, 0x0A):
        items: list[Item] = []
        for tariff in range(octets // 8):
            name = f"{title}: maximum {'forward' if column == 9 else 'reverse'} demand{_tariff(tariff)}"
            items += [Item(name, "XX.XXXX", "kW"), Item(f"time of {name}", "time", width=5)]
        return items
    if column == 0x10:
        return [Item(f"{title}: {each.name}", each.layout, each.unit, True) for each in _FROZEN_POWERS]
    if column == 0xFF and kind == 0x04 and octets == 13:
        return [
            Item(f"{title}: time", "time", width=5),
            Item(f"{title}: forward active energy total", "XXXXXX.XX", "kWh"),
            Item(f"{title}: reverse active energy total", "XXXXXX.XX", "kWh"),
        ]
    return []


def items_1997(identifier: str, octets: int) -> list[Item]:
    """The values in `octets` octets of data behind a 1997 identifier; empty if it is not known."""
    high, low = int(identifier[:2], 16), int(identifier[2:], 16)
    part = low & 0x0F
    if identifier in _PARAMETERS_97:
        return [_PARAMETERS_97[identifier]]
    if identifier[:3] in _EDITION_97:
        name, layout, unit, parts = _EDITION_97[identifier[:3]]
        return _parts(name, layout, unit, False, parts, 0xFF if part == 0x0F else part)
    what, period = high & 0xF0, high >> 2 & 3
    if what not in (0x90, 0xA0, 0xB0) or period == 3 or low >> 4 not in (1, 2):
        return []
    active = high & 3 == 0
    if high & 3 > 1:
        return []
    name = f"{'forward' if low >> 4 == 1 else 'reverse'} {'active' if active else 'reactive'}"
    unit, layout = ("kWh" if active else "kvarh"), "XXXXXX.XX"
    if what == 0x90:
        name += " energy"
    else:
        name = f"maximum demand of {name} energy"
        unit, layout = ("kW" if active else "kvar"), "XX.XXXX"
    size = {0x90: 4, 0xA0: 3, 0xB0: 4}[what]
    tariffs = range(octets // size) if part == 0x0F else (part,)
    full = [f"{name}{_tariff(each)}{_period(period)}" for each in tariffs]
    if what == 0xB0:
        return [Item(f"time of {each}", "time", width=4) for each in full]
    return [Item(each, layout, unit) for each in full]


def read_values(items: list[Item], data: bytes) -> tuple[list[Value], bytes]:
    """The values of an answer's data (without identifier) and the octets left over; a cut-off value ends the list."""
    values: list[Value] = []
    at = 0
    for item in items:
        octets = data[at : at + item.octets]
        if len(octets) < item.octets:
            break
        values.append(Value(item.name, show(item, octets), item.unit))
        at += item.octets
    return values, data[at:]


def show(item: Item, octets: bytes) -> str:
    """The text of one value's octets; empty if they mean no data."""
    if item.layout == "text":
        return octets[::-1].decode("ascii", "replace").strip("\0 ")
    if item.layout == "word":
        return digits_of(octets)
    if item.layout in ("digits", "time"):
        digits = digits_of(octets)
        return digits if digits.isdecimal() else ""
    return read_text(octets, item.layout, signed=item.signed) or ""
