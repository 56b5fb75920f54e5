"""An append-only file of JSON lines, each chained to those before it: the log of a run and the register of runs.

Leaves what a line means to whoever writes it. A line is `["<chain>",{entry}]`, and where it is signed
`["<chain>",{entry},["<signature>"]]` (base64 of DER over the 32 octets of the chain, one for each signer). The chain
is SM3: c[0] = SM3(name of the file's kind), c[n] = SM3(c[n-1] ‖ octets of entry n).
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

import msgspec

from bench.evidence import sentences

T = TypeVar("T")

Signing = Callable[[bytes], Sequence[bytes]]
"""The laboratory's signatures over octets."""


class ChainTrouble(Exception):
    """A chained file that cannot be trusted or written; one sentence names file, line and what is wrong."""


@dataclass(frozen=True)
class Line(Generic[T]):
    """One entry: its number (from 1), the chain up to it, and its signatures."""

    number: int
    entry: T
    chain: str
    signatures: tuple[bytes, ...] = ()


class ChainedFile(Generic[T]):
    """Reads and extends a chained file. `kind` names what it is and begins its chain; `entries` is a tagged union."""

    def __init__(self, path: Path, kind: str, entries: Any, signing: Signing | None = None) -> None:
        self.path = path
        self._genesis = hashlib.new("sm3", kind.encode()).digest()
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(entries)
        self._signing = signing
        self._known: tuple[int, int, bytes] | None = None

    @property
    def genesis(self) -> str:
        """The chain before the first line."""
        return self._genesis.hex()

    def lines(self) -> list[Line[T]]:
        """All lines, each proved to follow from those before it. A file that is not there has none.

        Raises ChainTrouble. A last line without its line feed was torn while it was written, and is none.
        """
        try:
            octets = self.path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ChainTrouble(sentences.UNREADABLE(reason=error.strerror).after(self.path)) from None
        return [*self._proved(octets)]

    def _proved(self, octets: bytes) -> Iterator[Line[T]]:
        chain = self._genesis
        whole = octets[: octets.rfind(b"\n") + 1]
        for number, text in enumerate(whole.splitlines(keepends=True), start=1):
            where = sentences.LINE_OF(path=self.path, number=number)
            try:
                first, raw, *rest = msgspec.json.decode(text, type=list[msgspec.Raw])
                shown, entry = msgspec.json.decode(first, type=str), bytes(raw)
                signed = msgspec.json.decode(rest[0], type=list[str]) if rest else []
                signatures = tuple(base64.b64decode(each, validate=True) for each in signed)
                chain = hashlib.new("sm3", chain + entry).digest()
                if shown != chain.hex() or text != _line(chain, entry, signatures):
                    raise ChainTrouble(sentences.CHAIN_BROKEN().after(where))
                yield Line(number, self._decoder.decode(entry), chain.hex(), signatures)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError, ValueError) as error:
                raise ChainTrouble(sentences.NO_LINE(error=error).after(where)) from None

    def append(self, entry: T) -> Line[T]:
        """Write an entry behind all others. Raises ChainTrouble, OSError."""
        return self.extend([entry])[-1]

    def extend(self, entries: Sequence[T], *, durable: bool = True) -> list[Line[T]]:
        """Write entries, as one; nobody else writes meanwhile. `durable`: they are on the disk before this returns.

        Raises ChainTrouble, OSError.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as out, _alone(out.fileno()):
            count, chain = self._end(out)
            made = [*self._made(entries, count, chain)]
            out.seek(0, os.SEEK_END)
            out.write(b"".join(text for _, text in made))
            out.flush()
            if durable:
                os.fsync(out.fileno())
            last = made[-1][0] if made else None
            self._known = (out.tell(), last.number, bytes.fromhex(last.chain)) if last else None
        return [line for line, _ in made]

    def _end(self, out: BinaryIO) -> tuple[int, bytes]:
        """How many lines there are, and the chain; proved anew only where somebody else may have written."""
        if self._known and out.seek(0, os.SEEK_END) == self._known[0]:
            return self._known[1:]
        out.seek(0)
        octets = out.read()
        before = [*self._proved(octets)]
        whole = octets.rfind(b"\n") + 1
        if whole < len(octets):
            out.truncate(whole)
        return len(before), bytes.fromhex(before[-1].chain) if before else self._genesis

    def _made(self, entries: Sequence[T], count: int, chain: bytes) -> Iterator[tuple[Line[T], bytes]]:
        for number, entry in enumerate(entries, start=count + 1):
            octets = msgspec.json.encode(entry)
            chain = hashlib.new("sm3", chain + octets).digest()
            signatures = tuple(self._signing(chain)) if self._signing else ()
            yield Line(number, entry, chain.hex(), signatures), _line(chain, octets, signatures)


def _line(chain: bytes, entry: bytes, signatures: Sequence[bytes]) -> bytes:
    signed = msgspec.json.encode([base64.b64encode(each).decode() for each in signatures])
    tail = b"," + signed if signatures else b""
    return b'["' + chain.hex().encode() + b'",' + entry + tail + b"]\n"


@contextmanager
def _alone(handle: int) -> Generator[None]:
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)
