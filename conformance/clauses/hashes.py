"""Writes the hashes of the source sentences into the ledger files, line by line, and touches nothing else.

Leaves addressing and hashing to `texts`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from conformance.clauses.ledger import DOCUMENTS, FOLDER, Document, LedgerError, parse
from conformance.clauses.texts import AddressError, Texts

_ENTRY = re.compile(r"- id: *(['\"]?)(.+?)\1 *$")
_KEY = re.compile(r"  ([a-z_]+):")


def hashes_of(document: Document, texts: Texts) -> dict[str, str]:
    """The hash of every entry by id. Raises TextsAbsent, and LedgerError with every address that names no text."""
    text = texts.read(document.text)
    found: dict[str, str] = {}
    problems: list[str] = []
    for entry in document.entries:
        try:
            found[entry.id] = text.hash_of(entry.places)
        except AddressError as error:
            problems.append(f"{document.document}.yaml: {entry.id}: {error}")
    if problems:
        raise LedgerError(problems)
    return found


def with_hashes(source: str, hashes: Mapping[str, str]) -> str:
    """The text of a ledger file with a `hash` line after each entry's `at`; every other line stays as it is."""
    lines: list[str] = []
    current, after_at = "", False
    for line in source.splitlines(keepends=True):
        entry, key = _ENTRY.match(line), _KEY.match(line)
        if (entry or key) and after_at:
            lines.append(f'  hash: "{hashes[current]}"\n')
            after_at = False
        if entry:
            current = entry.group(2)
        if key and key.group(1) == "at":
            after_at = True
        if not (key and key.group(1) == "hash"):
            lines.append(line)
    if after_at:
        lines.append(f'  hash: "{hashes[current]}"\n')
    return "".join(lines)


def write_hashes(texts: Texts, folder: Path = FOLDER) -> dict[str, int]:
    """Write all hashes; returns how many entries of each document changed. All files are written, or none.

    Raises TextsAbsent and LedgerError.
    """
    changed: dict[str, int] = {}
    written: dict[Path, str] = {}
    for document in parse(folder / f"{name}.yaml" for name in DOCUMENTS):
        hashes = hashes_of(document, texts)
        path = folder / f"{document.document}.yaml"
        written[path] = with_hashes(path.read_text("utf-8"), hashes)
        changed[document.document] = sum(entry.hash != hashes[entry.id] for entry in document.entries)
    for path, source in written.items():
        fresh = path.with_suffix(".fresh")
        fresh.write_text(source, "utf-8")
        os.replace(fresh, path)
    return changed
