"""Looking for a CJ/T 188 meter: one read once, its identifier in either order of octets.

Leaves octets to `frames`.
"""

from __future__ import annotations

from reference_terminal.acquisition.cjt188 import driver as cjt188_driver
from reference_terminal.acquisition.cjt188 import frames as cjt188
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Line
from reference_terminal.acquisition.protocol import Wanted


async def ask(wanted: Wanted, line: Line) -> str:
    """What a meter answers to its identifiers."""
    address = wanted.address.rjust(14, "0") if wanted.address else cjt188.WILDCARD
    told: list[str] = []
    for identifier in wanted.identifiers or ("901F",):
        if len(identifier) != 4:
            continue
        low, high = cjt188.identifiers(identifier)
        for asked in (low, high):
            question = cjt188_driver.question(
                cjt188.ANY_KIND, address, cjt188.READ, asked + b"\1", (low, high), serials=(), preamble=4
            )
            try:
                frame = await line.ask(question)
            except ReadFailed as failure:
                if asked == high or not failure.hopeless:
                    raise
                continue
            told.append(f"{frame.kind} {frame.address} {identifier}")
            break
    return ", ".join(told)
