"""Characters on a serial line: how long they take, and what a receiver with other settings makes of them.

Leaves lines and stations to `serial`. Pure: bits in time, no loop; the line of the real rig uses it too.

A character is a start bit (0), eight data bits (lowest first), a parity bit if any, and stop bits (1); an idle line is
1. A receiver waits for a falling edge and takes each bit at its middle by its own clock, as a UART does, so a wrong
speed or parity spoils just what it would spoil on copper.
"""

from __future__ import annotations

from dataclasses import dataclass

PARITIES = ("N", "E", "O")
DATA_BITS = 8


@dataclass(frozen=True, slots=True)
class Framing:
    """Settings of one end of a line: bits per second, parity N, E or O, 1 or 2 stop bits. ValueError if impossible."""

    baud: int = 9600
    parity: str = "N"
    stop_bits: int = 1

    def __post_init__(self) -> None:
        if self.baud < 1:
            raise ValueError(f"expected a speed of at least 1 bit/s, got {self.baud}")
        if self.parity not in PARITIES:
            raise ValueError(f"expected the parity {', '.join(PARITIES)}, got {self.parity!r}")
        if self.stop_bits not in (1, 2):
            raise ValueError(f"expected 1 or 2 stop bits, got {self.stop_bits}")

    def __str__(self) -> str:
        return f"{self.baud} {DATA_BITS}{self.parity}{self.stop_bits}"

    @property
    def bits(self) -> int:
        """Bits of a character, start and stop bits included: 10 for 8N1, 11 for 8E1."""
        return 1 + DATA_BITS + (self.parity != "N") + self.stop_bits

    @property
    def character_s(self) -> float:
        """Seconds a character takes."""
        return self.bits / self.baud

    def duration_s(self, octets: int) -> float:
        """Seconds so many octets take when they follow each other without a gap."""
        return octets * self.bits / self.baud

    @property
    def silence_s(self) -> float:
        """Silence that ends a Modbus RTU frame: 3.5 characters, above 19200 bit/s 1.75 ms (facts §3.1)."""
        return 0.00175 if self.baud > 19_200 else 3.5 * self.character_s

    @property
    def gap_s(self) -> float:
        """Longest gap inside a Modbus RTU frame: 1.5 characters, above 19200 bit/s 0.75 ms."""
        return 0.00075 if self.baud > 19_200 else 1.5 * self.character_s


@dataclass(frozen=True, slots=True)
class Character:
    """What a receiver took off the line `end_s` seconds after the burst began. `flaw` is parity, framing or empty."""

    end_s: float
    octet: int
    flaw: str = ""


def parity_bit(octet: int, parity: str) -> int:
    """The parity bit that belongs to an octet (parity E or O)."""
    return (octet.bit_count() & 1) ^ (parity == "O")


def wave(octets: bytes, framing: Framing) -> list[int]:
    """The levels of a burst, one for each bit time of its sender."""
    levels: list[int] = []
    for octet in octets:
        levels.append(0)
        levels.extend(octet >> bit & 1 for bit in range(DATA_BITS))
        if framing.parity != "N":
            levels.append(parity_bit(octet, framing.parity))
        levels.extend([1] * framing.stop_bits)
    return levels


def heard(octets: bytes, sent: Framing, receiver: Framing) -> list[Character]:
    """The characters that a receiver with its own settings takes from a burst."""
    if sent == receiver:
        each_s = sent.character_s
        return [Character((index + 1) * each_s, octet) for index, octet in enumerate(octets)]
    levels = wave(octets, sent)
    found: list[Character] = []
    # Everything in bit times of the sender; times of the receiver's bits are not whole numbers of them.
    step = sent.baud / receiver.baud
    at = 0.0
    while (start := _falling_edge(levels, at)) is not None:
        octet = 0
        for bit in range(DATA_BITS):
            octet |= _level(levels, start + (1.5 + bit) * step) << bit
        place = 1.5 + DATA_BITS
        flaw = ""
        if receiver.parity != "N":
            if _level(levels, start + place * step) != parity_bit(octet, receiver.parity):
                flaw = "parity"
            place += 1
        # A UART looks at the first stop bit only, and is ready for the next edge from its middle on.
        if not _level(levels, start + place * step):
            flaw = "framing"
        if _level(levels, start + 0.5 * step):
            # A spike shorter than half a bit is no start bit.
            at = start + 0.5 * step
            continue
        at = start + place * step
        found.append(Character((start + (place + receiver.stop_bits - 0.5) * step) / sent.baud, octet, flaw))
    return found


def _level(levels: list[int], at: float) -> int:
    index = int(at)
    return levels[index] if index < len(levels) else 1


def _falling_edge(levels: list[int], after: float) -> int | None:
    """The first bit time, later than `after`, at which the level goes from 1 to 0; None if there is none."""
    index = max(int(after), 0)
    before = 1 if after == 0 else _level(levels, after)
    if after:
        index += 1
    for place in range(index, len(levels)):
        if before and not levels[place]:
            return place
        before = levels[place]
    return None
