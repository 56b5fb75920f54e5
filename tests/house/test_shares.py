"""How tests are dealt out: long ones first in every worker's share, as xdist cuts the list (`worksteal`)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("shares", Path(__file__).parents[1] / "conftest.py")


@pytest.mark.parametrize(("long", "short", "workers"), [(5, 20, 4), (1, 7340, 4), (0, 9, 2), (6, 3, 4), (3, 0, 1)])
def test_every_share_begins_with_its_long_tests_and_none_is_left_out(long: int, short: int, workers: int) -> None:
    assert _SPEC and _SPEC.loader
    conftest = importlib.util.module_from_spec(_SPEC)
    _SPEC.loader.exec_module(conftest)
    names = [f"long{n}" for n in range(long)]
    rest = [f"short{n}" for n in range(short)]
    found = conftest.in_shares(names, rest, workers)
    assert sorted(found) == sorted(names + rest)
    if short >= 3 * long:
        left, at = len(found), 0
        for number in range(workers):
            share = left // (workers - number)
            part = found[at : at + share]
            left, at = left - share, at + share
            own = conftest.dealt(names, number, workers)
            assert part[: len(own)] == own
            assert workers == 1 or [name for name in part if name in names[:1]] in ([], part[:1])
