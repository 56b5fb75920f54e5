"""Looking for DL/T 645 meters: one read once, or all on a line found by their addresses (facts 1.2).

Leaves octets to `frames`.
"""

from __future__ import annotations

from reference_terminal.acquisition.dlt645 import driver as dlt645_driver
from reference_terminal.acquisition.dlt645 import frames as dlt645
from reference_terminal.acquisition.explaining import hexes
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Line
from reference_terminal.acquisition.protocol import Say, Wanted
from reference_terminal.model import bcd, reading

_OTHERS_S = 0.3


async def ask_2007(wanted: Wanted, line: Line) -> str:
    """By the edition of 2007."""
    return await _ask(wanted, line, "2007")


async def ask_1997(wanted: Wanted, line: Line) -> str:
    """By the edition of 1997."""
    return await _ask(wanted, line, "1997")


async def _ask(wanted: Wanted, line: Line, edition: str) -> str:
    address = wanted.address.rjust(12, "0") if wanted.address else dlt645.WILDCARD
    told: list[str] = []
    if edition == "2007" and not wanted.address:
        frame = await line.ask(dlt645_driver.question(address, dlt645.ADDRESS, b"", b"", 4))
        address = frame.address if frame.address != dlt645.WILDCARD else bcd.digits_of(frame.data)
        told.append(f"address / 地址 {address}")
    default = ("00010000",) if edition == "2007" else ("9010",)
    control = dlt645.READ if edition == "2007" else dlt645.READ_1997
    for identifier in wanted.identifiers or default:
        if len(identifier) != (8 if edition == "2007" else 4):
            continue
        octets = dlt645.identifier_octets(identifier)
        frame = await line.ask(dlt645_driver.question(address, control, octets, octets, 4))
        told.append(f"{identifier} {hexes(frame.data[len(octets) :])}")
    return ", ".join(told) or "nothing asked / 未提问"


# Low digits are asked, the high ones stand for any.


async def search(line: Line, say: Say) -> bool:
    """Find every DL/T 645-2007 meter on a line by its address; whether there is one.

    All meters whose low digits fit answer at once: one of them is heard clearly, several as noise, none as silence.
    Noise is taken apart by the next two digits.
    """
    found: list[str] = []
    pending = [""]
    while pending:
        low = pending.pop(0)
        for pair in range(100):
            digits = f"{pair:02d}{low}"
            answer = await _who(line, digits)
            if answer == reading.TIMEOUT:
                continue
            if len(answer) == 12:
                found.append(answer)
                say(f"found / 找到: {answer}")
            elif len(digits) < 12:
                say(f"several answer at …{digits}, taking them apart / 多块表应答，细分搜索")
                pending.append(digits)
    say(f"{len(found)} meters / 共 {len(found)} 块表: {', '.join(found) or '-'}")
    return bool(found)


async def _who(line: Line, low: str) -> str:
    """The address that answers to these low digits, or why none was understood."""
    asked = dlt645.identifier_octets("00010000")
    question = dlt645_driver.question(low.rjust(12, "A"), dlt645.READ, asked, b"", 0)
    line.watch = None
    try:
        address = (await line.ask(question)).address
    except ReadFailed as failure:
        return failure.cause
    # Where answers do not collide on the wire, several come one after the other.
    return reading.BAD_FRAME if len(low) < 12 and await line.settle(_OTHERS_S) else address
