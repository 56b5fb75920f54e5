"""Files of runs, campaigns and registers that were damaged: a sentence of the command that reads them, no traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from suite_kit import REFERENCE, in_place

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda octets: b"",
    "half": lambda octets: octets[: len(octets) // 2],
    "list": lambda octets: b"[]\n",
    "null": lambda octets: b"null\n",
    "no UTF-8": lambda octets: b"\xff\xfe" + octets,
    "nested": lambda octets: b"[" * 100_000,
    "huge number": lambda octets: b"1" * 5000,
    "surrogate": lambda octets: b'{"format":"\\ud800"}\n',
    "other types": lambda octets: json.dumps({key: [[10**400]] for key in keys(octets)}).encode(),
}


def keys(octets: bytes) -> list[str]:
    """The keys of the first object that a file holds."""
    held = json.loads(octets.splitlines()[0]) if octets[:1] == b"[" else json.loads(octets)
    return list(held if isinstance(held, dict) else held[1])


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_reads_a_damaged_file_says_so(own: Path, damage: str) -> None:
    room = own.parent
    assert in_place("campaign", "new", "C", "--profile", REFERENCE, cwd=room).code == 0
    assert in_place("lab", "new", "lab", cwd=room).code == 0
    assert in_place("campaign", "new", "D", "--profile", REFERENCE, "--lab", "lab/lab.toml", cwd=room).code == 0
    attempt = next(own.rglob("attempt.json"))
    for path, words in (
        (own / "run.json", ("status", own)),
        (attempt, ("status", own)),
        (own / "verdicts.json", ("compare", own, own)),
        (own / "manifest.json", ("verify", own)),
        (room / "C" / "campaign.jsonl", ("campaign", "status", "C")),
        (room / "lab" / "register.jsonl", ("lab", "register", "lab/lab.toml")),
    ):
        whole = path.read_bytes()
        path.write_bytes(DAMAGES[damage](whole))
        told = in_place(*words, cwd=room)
        path.write_bytes(whole)
        # An attempt whose first file is damaged has begun and no more; a register without a line is a new one.
        mild = path in (attempt, room / "lab" / "register.jsonl")
        assert mild or told.err.strip(), (path, told)
        assert told.code in ((0, 1, 3, 4) if mild else (1, 3, 4)), (path, told)
