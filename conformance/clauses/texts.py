"""The texts of the drafts: finding them, cutting them into sentences, resolving addresses, hashing.

Leaves the ledger's meaning to others. The texts are their owners' and no part of the project: they are read from a
folder beside the checkout, from CARBONBENCH_STANDARDS, or from a path the user gives; what needs them says so where
they are absent.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

VARIABLE = "CARBONBENCH_STANDARDS"
BESIDE = Path(__file__).resolve().parents[3] / "shared" / "standards"

_SENTENCE = re.compile(r"[^。；;]*[。；;]|[^。；;]+")
_ADDRESS = re.compile(r"(\d+)(?:\.(\d+)|-(\d+))?")
_SPACE = re.compile(r"\s+")


class TextsAbsent(Exception):
    """The drafts' texts are not where they were looked for; the message says where, and how to name another place."""


class AddressError(Exception):
    """An address that names no text; one sentence."""


@dataclass(frozen=True)
class Sentence:
    """One sentence: line and place in it (both from 1) and its text without surrounding space."""

    line: int
    place: int
    text: str

    @property
    def address(self) -> str:
        """As written in a ledger file: line.sentence."""
        return f"{self.line}.{self.place}"


def sentences(line: str) -> tuple[str, ...]:
    """Cut a line after each of the full stop and the semicolons (kept); a line without them is one sentence."""
    return tuple(part for part in _SENTENCE.findall(line) if part.strip())


def bare(text: str) -> str:
    """The text without any white space."""
    return _SPACE.sub("", text)


def digest(text: str) -> str:
    """First 16 hexadecimal digits of the SM3 (GB/T 32905) over the text without white space, in UTF-8."""
    return hashlib.new("sm3", bare(text).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Text:
    """One draft: its file name and its lines."""

    name: str
    lines: tuple[str, ...]

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence of the draft in reading order."""
        return tuple(
            Sentence(number, place, sentence.strip())
            for number, line in enumerate(self.lines, 1)
            for place, sentence in enumerate(sentences(line), 1)
        )

    @cached_property
    def _by_line(self) -> dict[int, tuple[Sentence, ...]]:
        found: dict[int, list[Sentence]] = {}
        for sentence in self.sentences:
            found.setdefault(sentence.line, []).append(sentence)
        return {line: tuple(group) for line, group in found.items()}

    def at(self, address: str) -> tuple[Sentence, ...]:
        """The sentences an address names: `374`, `374.2` or `10-80`. Raises AddressError where there is no text."""
        found = _ADDRESS.fullmatch(address)
        if not found:
            raise AddressError(f"at {address!r}: expected a line (374), a sentence (374.2) or lines (10-80)")
        first, place, last = (int(part) if part else 0 for part in found.groups())
        if place:
            named = tuple(sentence for sentence in self._by_line.get(first, ()) if sentence.place == place)
        else:
            named = tuple(
                sentence for line in range(first, (last or first) + 1) for sentence in self._by_line.get(line, ())
            )
        if not named:
            raise AddressError(f"at {address!r}: {self.name} has no text there")
        return named

    def of(self, places: Iterable[str]) -> tuple[Sentence, ...]:
        """The sentences of several addresses, in the order given. Raises AddressError."""
        return tuple(sentence for place in places for sentence in self.at(place))

    def hash_of(self, places: Iterable[str]) -> str:
        """The hash of the text several addresses name. Raises AddressError."""
        return digest("".join(sentence.text for sentence in self.of(places)))


def read_text(path: Path) -> Text:
    """Read one draft. Raises TextsAbsent with the reason."""
    try:
        return Text(path.name, tuple(path.read_text("utf-8").splitlines()))
    except OSError as error:
        raise TextsAbsent(f"{path}: cannot be read: {error.strerror} / 无法读取") from None
    except UnicodeDecodeError:
        raise TextsAbsent(f"{path}: expected UTF-8 text / 应为 UTF-8 文本") from None


@dataclass(frozen=True)
class Texts:
    """The folder that holds the drafts' texts."""

    folder: Path

    def read(self, name: str) -> Text:
        """The draft of that file name. Raises TextsAbsent."""
        return read_text(self.folder / name)


def find_texts(folder: Path | None = None) -> Texts:
    """The folder given, else that of CARBONBENCH_STANDARDS, else the one beside the checkout. Raises TextsAbsent."""
    named = os.environ.get(VARIABLE, "")
    place = folder or (Path(named) if named else BESIDE)
    if not place.is_dir():
        told = "--texts" if folder else VARIABLE if named else "beside the checkout"
        raise TextsAbsent(
            f"the drafts' texts are absent: no folder {place} ({told}); give one with --texts DIR or {VARIABLE} "
            "/ 未找到标准文本，请用 --texts 指定目录"
        )
    return Texts(place)
