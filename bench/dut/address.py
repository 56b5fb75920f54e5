"""A platform that is up already, wherever it stands: nothing is started, and its supply is in nobody's hands here.

Leaves asking it to its doors and functions. Its profile gives the address of every way in ([connection.hj212] host,
port) and of every door ([access.doors] base).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.dut import Seat, sentences
from bench.dut.platform import WAYS
from simulators.values import unknown


class AddressAdapter:
    """A platform at an address; in real time, and without power, clock or storage in the bench's hands."""

    name = "address"
    in_process = False
    standing = True

    async def run(self, seat: Seat) -> None:
        """Never: it runs elsewhere."""
        raise LookupError(str(sentences.RUNS_ELSEWHERE(local=seat.local[0])))

    def problems(self, connection: Mapping[str, Any], folder: Path) -> list[str]:
        """What is wrong with the section [connection], one sentence each."""
        del folder
        return [f"connection.{key}: {' / '.join(unknown(key, WAYS))}" for key in connection]

    async def ask(self, seat: Seat, what: str, query: Mapping[str, str]) -> tuple[dict[str, str], ...]:
        """Nobody asks a platform by these words. Raises LookupError."""
        del seat, query
        raise LookupError(str(sentences.ASKED_AT_DOORS(what=what)))
