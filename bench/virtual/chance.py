"""Chance: every random decision of a run, drawn from one seed by name.

Leaves to others what is drawn; it only promises that the same seed and the same name give the same numbers for ever.

A stream's seed is BLAKE2b of the run's seed and the stream's name, so that a new consumer never disturbs the numbers of
the old ones, whatever order they ask in, and Python's salted `hash()` plays no part.
"""

from __future__ import annotations

import hashlib
import random


class Chance:
    """One seed, any number of named and independent streams of pseudo-random numbers."""

    def __init__(self, seed: int | str) -> None:
        self.seed = seed

    def stream(self, name: str) -> random.Random:
        """A fresh generator for `name`, always starting at its beginning; the caller keeps it."""
        text = f"{self.seed}\x1f{name}".encode()
        return random.Random(int.from_bytes(hashlib.blake2b(text, digest_size=32).digest(), "big"))

    def child(self, name: str) -> Chance:
        """A Chance of its own below this one, for a part that names streams itself."""
        text = f"{self.seed}\x1e{name}".encode()
        return Chance(hashlib.blake2b(text, digest_size=16).hexdigest())

    def __repr__(self) -> str:
        return f"Chance(seed={self.seed!r})"
