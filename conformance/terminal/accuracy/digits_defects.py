# pyright: reportPrivateUsage=false
"""Defects of digits at the limits of a register: signs of 16 bits, the top of 64 bits, all digits nine."""

from __future__ import annotations

from decimal import Decimal

from conformance.defects import Patch, defect
from reference_terminal.acquisition.modbus import decode as decoding
from reference_terminal.model import bcd, reading
from reference_terminal.model.bcd import Format
from reference_terminal.model.reading import BadContent

_TYPES, _BCD = "digits/takes-over-limits-of-every-type", "digits/takes-over-limits-of-bcd-meters"


@defect(
    "sixteen-bit-sign-forgotten",
    en="the sign of 16-bit registers is not looked at",
    zh="16 位寄存器的符号位未处理",
    clauses=("isc-2/7.2.2(2)a", "isc-2/7.2.2(2)e"),
)
def sixteen_bit_sign_forgotten(patch: Patch) -> None:
    """Single registers are whole numbers from 0 to 65535, whatever the point table says."""
    real = decoding.number
    patch(decoding, "number", lambda raw, kind: real(raw, "u16" if kind == "s16" else kind))


@defect(
    "sixty-four-bits-through-a-double",
    en="64-bit counters pass through a double",
    zh="64 位计数值经双精度浮点数转换",
    clauses=("isc-2/7.2.2(2)a", "isc-2/7.2.2(2)e"),
)
def sixty_four_bits_through_a_double(patch: Patch) -> None:
    """Exact up to 2^53, which no meter in the office had ever reached."""
    real = decoding.number

    def number(raw: bytes, kind: str) -> Decimal:
        value = real(raw, kind)
        return Decimal(int(float(value))) if kind in ("u64", "s64") else value

    patch(decoding, "number", number)


@defect(
    "nines-taken-for-no-value",
    en="a register full of nines is taken for one without a value",
    zh="将各位均为 9 的数值当作无效数据",
    clauses=("isc-2/7.2.2(2)b", "isc-2/7.2.2(2)c"),
)
def nines_taken_for_no_value(patch: Patch) -> None:
    """One maker's meters show 999999.99 while they start, and the driver was made for them."""
    real = bcd.value_of

    def value_of(octets: bytes, form: Format) -> Decimal:
        if octets[: form.width] == b"\x99" * form.width:
            raise BadContent(reading.NO_DATA)
        return real(octets, form)

    patch(bcd, "value_of", value_of)
