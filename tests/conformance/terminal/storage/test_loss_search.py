"""The search for the data-loss window: offsets are swept, then halved down to a millisecond around the edge."""

from __future__ import annotations

import asyncio
import random
from typing import cast

import pytest

from bench.facade.bench import Bench
from conformance.terminal.storage.loss_window import search


class Chances:
    """A bench of which the search wants chance only."""

    def chance(self, name: str) -> random.Random:
        return random.Random(name)


def tried(edge_s: float) -> list[float]:
    """The offsets at which the search cuts where cuts up to `edge_s` after the event lose data."""
    offsets: list[float] = []

    async def cut(after_s: float) -> bool:
        offsets.append(after_s)
        return after_s <= edge_s

    asyncio.run(search(cast(Bench, Chances()), cut))
    return offsets


@pytest.mark.parametrize("edge_s", [0.0, 0.0035, 0.2011, 0.7499, 1.2])
def test_the_edge_is_found_to_the_millisecond(edge_s: float) -> None:
    offsets = tried(edge_s)
    lost = max(offset for offset in offsets if offset <= edge_s)
    safe = min(offset for offset in offsets if offset > edge_s)
    assert safe - lost <= 0.001
    assert len(offsets) <= 24 + 10


@pytest.mark.parametrize("edge_s", [-1.0, 10.0])
def test_where_nothing_or_everything_is_lost_there_is_no_edge(edge_s: float) -> None:
    assert len(tried(edge_s)) == 24
