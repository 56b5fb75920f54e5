"""Files of a virtual disk: small ones in memory, large ones out of it, with the same octets."""

from __future__ import annotations

import random

import pytest

from bench.virtual import octets
from bench.virtual.octets import Octets


@pytest.mark.parametrize("most_held", [0, 300, 10_000])
def test_a_file_is_what_bytes_would_be_wherever_it_lies(monkeypatch: pytest.MonkeyPatch, most_held: int) -> None:
    monkeypatch.setattr(octets, "MOST_HELD", most_held)
    chance = random.Random(7)
    made, expected = Octets(), bytearray()
    for _ in range(400):
        offset, size = chance.randrange(600), chance.randrange(200)
        if chance.random() < 0.2:
            made.cut(offset)
            del expected[offset:]
            expected.extend(bytes(offset - len(expected)))
        else:
            data = chance.randbytes(size)
            made.put(offset, data)
            expected.extend(bytes(max(0, offset - len(expected))))
            expected[offset : offset + size] = data
        assert len(made) == len(expected)
        assert made.read(offset, size) == expected[offset : offset + size]
    assert bytes(made) == bytes(expected)


def test_a_large_file_leaves_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(octets, "MOST_HELD", 1000)
    made = Octets(bytes(1000))
    assert made.in_memory == 1000
    made.put(1000, b"x")
    assert (made.in_memory, len(made), made.read(998, 9)) == (0, 1001, b"\0\0x")
