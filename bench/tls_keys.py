"""The secrets of the TLS sessions in which the bench takes part, beside their captures: anybody can read what passed.

Leaves captures to the rigs. A file in the format of NSS's key log (SSLKEYLOGFILE), which Wireshark reads. Centres,
platforms, collectors and senders write it; nothing of a product is in it but what it agreed with one of them.
"""

from __future__ import annotations

from pathlib import Path

NAME = "tls-keys.log"


class TlsKeys:
    """Takes the lines of one attempt; the file begins with the first."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def take(self, line: str) -> None:
        """One line of the log, without its end."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="ascii") as file:
            file.write(f"{line}\n")
