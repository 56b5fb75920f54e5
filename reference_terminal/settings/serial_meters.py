"""What the terminal is told of meters that speak DL/T 645 or CJ/T 188: address, edition, vendor's layout, digits.

Leaves registers of Modbus to `meters` and what belongs to every point to it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reference_terminal.model import dlt645_items as items
from reference_terminal.model.bcd import Format, parse_format
from reference_terminal.model.cjt188_layouts import NAMED, FieldLayout, fields_named
from reference_terminal.settings.reader import Section, did_you_mean

DLT645 = ("dlt645-2007", "dlt645-1997", "dlt645-auto")
CJT188 = ("cjt188-2004", "cjt188-2018")
MODBUS = ("modbus-tcp", "modbus-rtu", "modbus-ascii")
NO_RECORDS, LOAD_PROFILE, HOURLY_FREEZE = "none", "load-profile", "hourly-freeze"
RECORDS = (NO_RECORDS, LOAD_PROFILE, HOURLY_FREEZE)
"""Which memory of a meter gaps are filled from."""
COMMANDED = "xk3190-command"
SCALES = ("xk3190", COMMANDED, "xk3190-reversed", "toledo-a12e")
WEIGHT, NET, LOADS = "weight", "net", "loads"
ITEMS = (WEIGHT, NET, LOADS)
"""What a point of a weighing indicator is: the weight shown, the net weight of all trucks, how many they were."""
PROTOCOLS = (*MODBUS, *DLT645, *CJT188, *SCALES)
_HEX = frozenset("0123456789ABCDEFabcdef")


@dataclass(frozen=True)
class SerialConfig:
    """How a serial meter differs from its neighbours.

    `preamble` octets FE go before a request. DL/T 645: `blocks` asks for FF blocks where several points lie in one;
    `records` (2007 only) is the memory of the meter that energies missed in a gap are read from (load-profile: every
    15 min, hourly-freeze: every hour; none).
    CJ/T 188: `kind` the type octet (hexadecimal), `identifier_order` of requests, `layout` of the answer and `fields`
    of a layout of its own, `status_scheme` where valve and battery stand.
    Weighing indicators: a bridge with less than `least` on it is free, and a weight that stays the same for
    `settled_s` is at rest.
    """

    preamble: int = 4
    blocks: bool = False
    records: str = NO_RECORDS
    kind: str = "10"
    identifier_order: str = "low"
    layout: str = "standard"
    fields: tuple[FieldLayout, ...] = ()
    status_scheme: str = "standard"
    least: Decimal = Decimal(1)
    settled_s: int = 3


STANDARD = SerialConfig()


def read_serial(section: Section, protocol: str) -> SerialConfig:
    """The keys of a meter that its protocol has besides those of every meter."""
    preamble = section.integer("preamble", 0, 8, 4) if protocol in (*DLT645, *CJT188) else 4
    if protocol in DLT645:
        blocks = section.boolean("blocks", False)
        records = section.choice("records", RECORDS, NO_RECORDS) if protocol == "dlt645-2007" else NO_RECORDS
        return SerialConfig(preamble=preamble, blocks=blocks, records=records)
    if protocol in SCALES:
        least = section.decimal("least", None, None, Decimal(1))
        if least <= 0:
            section.problem(
                "least",
                f"expected a weight above 0, got {least}; below it the bridge counts as free",
                f"应为大于 0 的重量,实际为 {least},低于该值视为空磅",
            )
        return SerialConfig(least=least, settled_s=section.integer("settled_s", 1, 60, 3))
    if protocol not in CJT188:
        return SerialConfig()
    kind = section.text("kind", "10").upper()
    if len(kind) != 2 or not set(kind) <= _HEX:
        section.problem(
            "kind",
            f"expected the type octet as two hexadecimal digits such as 10 (cold water), 20 (heat), got {kind!r}",
            f"应为两位十六进制类型码,例如 10(冷水)、20(热量),实际为 {kind!r}",
        )
    value = SerialConfig(
        preamble=preamble,
        kind=kind,
        identifier_order=section.choice("identifier_order", ("low", "high"), "low"),
        layout=section.choice("layout", ("standard", *NAMED, "own"), "standard"),
        fields=tuple(_field(each) for each in section.sections("fields")),
        status_scheme=section.choice("status_scheme", ("standard", "high"), "standard"),
    )
    if (value.layout == "own") != bool(value.fields):
        section.problem(
            "fields",
            'a layout "own" and its fields belong together; give both or neither',
            'layout = "own" 与 fields 应同时给出',
        )
    return value


def _field(section: Section) -> FieldLayout:
    text = section.text("format", "")
    octets = section.integer("octets", 1, 64, 1) if "octets" in section else 0
    if bool(text) == bool(octets):
        section.problem(
            "format",
            "expected format (a number) or octets (to be passed over); give one",
            "应给出 format 或 octets 之一",
        )
    value = FieldLayout(
        name=section.text("name", ""),
        form=read_format(section, text, signed=section.boolean("signed", False)) if text else None,
        unit=section.choice("unit", ("code", "code-first", "none"), "none") if text else "none",
        octets=octets,
    )
    section.done()
    return value


def read_format(section: Section, text: str, *, signed: bool) -> Format:
    """Digits as written; a stand-in after noting a problem."""
    try:
        return parse_format(text, signed=signed)
    except ValueError as error:
        section.problem("format", f"{error}; write one X for each digit", f"应为 XXXXXX.XX 形式,实际为 {text!r}")
        return Format(6, 2)


def check_address(section: Section, protocol: str, address: str) -> str:
    """The address as it is used: highest digit first, padded with zeros in front."""
    if protocol in DLT645:
        return _address(section, address, 12, "12 digits of the DL/T 645 address (A: any digit)", allowed="0123456789A")
    if protocol in CJT188:
        what = "14 digits of the CJ/T 188 address, maker's code first (A: any digit)"
        return _address(section, address, 14, what, allowed="0123456789ABCDEF")
    if protocol == COMMANDED and not (len(address) == 1 and "A" <= address <= "Z"):
        section.problem(
            "address", f"expected the letter of the indicator, A to Z, got {address!r}", "应为仪表地址字母 A 至 Z"
        )
        return "A"
    return address


def _address(section: Section, address: str, digits: int, what: str, allowed: str) -> str:
    text = address.upper()
    if not text or len(text) > digits or not set(text) <= set(allowed):
        section.problem("address", f"expected {what}, got {address!r}", f"应为 {digits} 位表地址,实际为 {address!r}")
        return "0" * digits
    return text.rjust(digits, "0")


@dataclass(frozen=True)
class SerialPoint:
    """Where the number of a point stands: `identifier`, for CJ/T 188 the name of the `field`; digits; device's unit."""

    identifier: str
    field: str
    form: Format
    unit: str


def read_dlt645_point(section: Section, protocol: str) -> SerialPoint:
    """Identifier and digits of a DL/T 645 point; what the standard's tables say stands for what is not given."""
    digits = 4 if protocol == "dlt645-1997" else 8
    identifier = section.text("identifier").upper()
    known = None
    if identifier and (len(identifier) != digits or not set(identifier) <= _HEX):
        section.problem(
            "identifier",
            f"expected {digits} hexadecimal digits such as {'9010' if digits == 4 else '00010000'}, got {identifier!r}",
            f"应为 {digits} 位十六进制数据标识,实际为 {identifier!r}",
        )
    else:
        known = items.item(identifier) if identifier else None
    signed = section.boolean("signed", known is not None and known.signed)
    text = section.text("format", known.format if known is not None else "")
    if identifier and not text:
        section.problem(
            "format",
            f"identifier {identifier} is in no public table; add format, for example XXXXXX.XX",
            f"数据标识 {identifier} 不在公开表中,请补充 format",
        )
    if protocol == "dlt645-auto" and identifier and not items.to_1997(identifier):
        section.problem(
            "identifier",
            f"{identifier} has no counterpart of 1997; set protocol dlt645-2007 for this meter",
            f"{identifier} 没有 1997 版对应标识,请将 protocol 设为 dlt645-2007",
        )
    form = read_format(section, text or "XXXXXX.XX", signed=signed)
    return SerialPoint(identifier, "", form, known.unit if known is not None else "")


def read_cjt188_point(section: Section, protocol: str, serial: SerialConfig) -> SerialPoint:
    """Identifier, field and digits of a CJ/T 188 point."""
    identifier = section.text("identifier", "901F").upper()
    if len(identifier) != 4 or not set(identifier) <= _HEX:
        section.problem(
            "identifier",
            f"expected 4 hexadecimal digits such as 901F, got {identifier!r}",
            f"应为 4 位十六进制数据标识,实际为 {identifier!r}",
        )
    fields = fields_named(serial.layout, serial.fields, serial.kind, identifier)
    names = [each.name for each in fields if each.name and each.form is not None]
    name = section.text("field", "volume")
    found = next((each for each in fields if each.name == name and each.form is not None), None)
    if found is None:
        section.problem(
            "field",
            f"expected one of {', '.join(names)}, got {name!r}{did_you_mean(name, names)}",
            f"应为 {'、'.join(names)} 之一,实际为 {name!r}",
        )
    form = found.form if found is not None and found.form is not None else Format(6, 2)
    if "format" in section:
        given = read_format(section, section.text("format"), signed=form.signed)
        if given.width != form.width:
            section.problem("format", f"expected {2 * form.width} digits, got {2 * given.width}", "位数与字段宽度不符")
        form = given
    return SerialPoint(identifier, name, form, "")


def natural_modulus(form: Format, scale: Decimal) -> Decimal:
    """Where a counter of these digits starts again, in printed units."""
    return form.modulus * scale
