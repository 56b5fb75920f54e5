"""No octets of a peer bring up anything but what a reader says it raises: saved inputs, bent ones and arbitrary ones.

Longer on demand: `python tests/support/fuzzing/fuzz_run.py --seconds 3600`. Figures stand in benchmarks/README.md.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from fuzz_inputs import PIECES, made
from fuzz_targets import TARGETS
from hypothesis import given, settings
from hypothesis import strategies as st

CORPUS = Path(__file__).parent / "corpus"
TRIED = 150


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_inputs_made_of_pieces_and_bent_messages(name: str) -> None:
    chance = random.Random(name)
    for _ in range(TRIED):
        TARGETS[name](made(chance))


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_saved_inputs(name: str) -> None:
    for path in sorted((*CORPUS.glob("every/*"), *CORPUS.glob(f"{name}/*"))):
        TARGETS[name](path.read_bytes())


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_arbitrary_octets(name: str) -> None:
    @settings(max_examples=25, deadline=None, database=None, derandomize=True)
    @given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(PIECES)), max_size=8))
    def tried(pieces: list[bytes]) -> None:
        TARGETS[name](b"".join(pieces))

    tried()
