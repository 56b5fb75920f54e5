"""Octets as a person reads them: what explanations of frames have in common.

Leaves the frames to the protocols.
"""

from __future__ import annotations

from reference_terminal.acquisition.closed_frames import PREAMBLE


def hexes(octets: bytes) -> str:
    """Octets as hexadecimal pairs."""
    return octets.hex(" ").upper()


def preamble(octets: bytes, start: int) -> str:
    """How many octets FE stand before a frame, for the end of its sentence."""
    count = 0
    while count < start and octets[start - count - 1] == PREAMBLE:
        count += 1
    return f", {count} × FE" if count else ""
