"""One value in a message of a collector.

Leaves what a message looks like to `payloads` and `hj212_text`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One value in a message: its tag, the token that stands for it (empty: the device did not answer), its unit."""

    tag: str
    token: str
    unit: str = ""
