"""What a centre has taken: the same whether it is in memory or has left it."""

from __future__ import annotations

import random

import pytest

from simulators.centres import record_store
from simulators.centres.record_store import Content, RecordKey, RecordStore


def _key(number: int) -> RecordKey:
    return "MN", "minute", f"k0{number % 3}", f"202603020{number // 3:05d}"


@pytest.mark.parametrize("most_held", [4, 50, 10_000])
def test_versions_and_copies_are_counted_wherever_they_lie(monkeypatch: pytest.MonkeyPatch, most_held: int) -> None:
    monkeypatch.setattr(record_store, "MOST_HELD", most_held)
    chance = random.Random(3)
    store = RecordStore()
    versions: dict[RecordKey, list[Content]] = {}
    copies: dict[RecordKey, list[int]] = {}
    for turn in range(1500):
        key = _key(chance.randrange(turn // 4 + 1))
        content: Content = ({"Cou": str(chance.randrange(3))}, "N")
        if content not in versions.setdefault(key, []):
            versions[key].append(content)
            copies.setdefault(key, []).append(0)
        version = versions[key].index(content)
        copies[key][version] += 1
        assert store.put(key, content) == (version + 1, copies[key][version])
    assert store == versions
    assert [*store] == [*versions]
    assert len(store) == len(versions)
    assert _key(9999) not in store
    assert ("MN", "minute", "other", "") not in store


def test_whatever_a_product_sends_as_text_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_store, "MOST_HELD", 2)
    store = RecordStore()
    keys = [("\ud800", "\0", "钢", str(number)) for number in range(9)]
    for key in keys:
        assert store.put(key, ({"\udfff": "0.1"}, "")) == (1, 1)
    assert store.put(keys[0], ({"\udfff": "0.1"}, "")) == (1, 2)
    assert [*store.items()] == [(key, [({"\udfff": "0.1"}, "")]) for key in keys]
