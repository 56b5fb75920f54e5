"""A serial port of the machine as asyncio streams, through pyserial; never blocks the event loop.

Leaves what travels over it to `line`. Not used in virtual time, where the platform opens simulated lines.
"""

from __future__ import annotations

import asyncio

import serial
import serial_asyncio_fast


async def open_serial(
    device: str, baud: int, parity: str, stop_bits: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open `device` for this process alone: 8 data bits, parity E, O or N, 1 or 2 stop bits.

    Raises OSError if there is no such port or it is taken.
    """
    return await serial_asyncio_fast.open_serial_connection(
        url=device,
        baudrate=baud,
        bytesize=serial.EIGHTBITS,
        parity=parity,
        stopbits=stop_bits,
        exclusive=True,
    )
