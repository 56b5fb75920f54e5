"""Secrets of people looked for in captures: how many connections went to each door, and which secrets they held (R-35).

Leaves what a secret is to `secrets`, writing captures to the rigs. Names alone are told: the record must not hold one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import captures
from bench.history.people import CarriedRow

ELSEWHERE = ""
"""What is said at no door of the product."""


def carried(
    segment: str, path: Path, doors: Mapping[tuple[str, int], tuple[str, bool]], secrets: Mapping[str, Sequence[bytes]]
) -> list[CarriedRow]:
    """A row for each door at which somebody was, and one for the rest.

    `doors` has the name of each by host and port, and whether it claims encryption. Raises CapturesError.
    """
    secured_at: dict[str, bool] = {}
    counts: dict[str, int] = {}
    found: dict[str, dict[str, None]] = {}
    for (source, target), octets in captures.streams(path.read_bytes(), datagrams=True).items():
        door, secured = doors.get(target) or doors.get(source) or (ELSEWHERE, False)
        counts[door] = counts.get(door, 0) + 1
        secured_at[door] = secured
        held = found.setdefault(door, {})
        held |= {name: None for name, forms in secrets.items() if any(form in octets for form in forms)}
    return [
        CarriedRow(
            segment=segment,
            door=door,
            secured="yes" if secured else "",
            connections=str(counts[door]),
            found=", ".join(sorted(found[door])),
        )
        for door, secured in sorted(secured_at.items())
    ]
