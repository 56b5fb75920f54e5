"""A serial port of the machine as asyncio streams, through pyserial; never blocks the event loop.

Leaves what travels over it to `line`. Not used in virtual time, where the platform opens simulated lines.
"""

from __future__ import annotations

import asyncio

import serial
import serial_asyncio_fast

_PARITIES = {"even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD, "none": serial.PARITY_NONE}
_STOP_BITS = {"1": serial.STOPBITS_ONE, "1.5": serial.STOPBITS_ONE_POINT_FIVE, "2": serial.STOPBITS_TWO}


async def open_serial(
    device: str, baud: int, parity: str, stop_bits: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open `device` for this process alone, 8 data bits. Raises OSError if there is no such port or it is taken."""
    return await serial_asyncio_fast.open_serial_connection(
        url=device,
        baudrate=baud,
        bytesize=serial.EIGHTBITS,
        parity=_PARITIES[parity],
        stopbits=_STOP_BITS[stop_bits],
        exclusive=True,
    )
