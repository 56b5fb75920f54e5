"""What the terminals of a load truly measure: a pure function of seed, terminal, point and period.

Nothing is kept: a million records cost no memory, and whoever reads them back knows each of them. Leaves sending to
`sender` and its form on the wire to `forms`.
"""

from __future__ import annotations

import hashlib

from simulators.stamps import local

SECOND = 1_000_000
ST = "31"
_MASK = (1 << 64) - 1
_MOST = 1_000_000


def mn_of(seed: int, terminal: int) -> str:
    """The device number (24 hex digits) of a terminal: its park in the first sixteen, itself in the rest."""
    return f"{park_of(seed)}{terminal:08X}"


def park_of(seed: int) -> str:
    """The sixteen hex digits that all terminals of a load have in common."""
    return hashlib.blake2b(f"load/{seed}".encode(), digest_size=8).hexdigest().upper()


def terminal_of(seed: int, mn: str) -> int | None:
    """The terminal that a device number names; None if it is none of this load."""
    if len(mn) != 24 or not mn.startswith(park_of(seed)):
        return None
    try:
        return int(mn[16:], 16)
    except ValueError:
        return None


def code_of(point: int) -> str:
    """The code of a point on the wire."""
    return f"k{point + 1:02d}001"


def point_of(code: str) -> int | None:
    """The point that a code names; None if none of ours."""
    if len(code) == 6 and code[0] == "k" and code[3:] == "001" and code[1:3].isdecimal():
        return int(code[1:3]) - 1
    return None


def value_of(seed: int, terminal: int, point: int, period: int) -> str:
    """The increase of a counter in a period, decimal text with two decimals; `period` is its number since 1970."""
    mixed = (seed * 0x9E3779B97F4A7C15 + terminal * 0xBF58476D1CE4E5B9 + point * 0x94D049BB133111EB + period) & _MASK
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
    number = (mixed ^ mixed >> 31) % _MOST
    return f"{number // 100}.{number % 100:02d}"


def chance_of(seed: int, terminal: int, what: str) -> float:
    """A number from 0 to 1 that is this terminal's own, for its pauses and its manners."""
    octets = hashlib.blake2b(f"{seed}/{terminal}/{what}".encode(), digest_size=8).digest()
    return int.from_bytes(octets, "big") / (_MASK + 1)


class Stamps:
    """Local time stamps of instants that are whole seconds, YYYYMMDDhhmmss; the last few are remembered."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def __call__(self, second: int) -> str:
        """The stamp of a second since 1970."""
        found = self._known.get(second)
        if found is None:
            if len(self._known) > 20_000:
                self._known.clear()
            found = self._known[second] = local(second * SECOND).strftime("%Y%m%d%H%M%S")
        return found
