"""Numbers of requests under the payload profile: newer ones only, and restarts forget nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from reference_terminal.storage.store import Store
from reference_terminal.uplink.hj212.replay import RequestNumbers

EARLY, LATE, LATER = "20260302080000000", "20260302080000001", "20260302080100000"


def test_only_newer_requests_are_fresh_and_the_last_may_come_again(tmp_path: Path) -> None:
    async def body() -> None:
        store = Store(str(tmp_path / "terminal.db"), None, 0.2)
        numbers = RequestNumbers(store)
        assert numbers.is_fresh("A", "1012", LATE)
        assert numbers.is_fresh("A", "1012", LATE)
        assert not numbers.is_fresh("A", "1072", LATE)
        assert not numbers.is_fresh("A", "1012", EARLY)
        assert numbers.is_fresh("B", "1012", EARLY)
        assert numbers.is_fresh("A", "1011", LATER)
        assert not numbers.is_fresh("A", "1012", LATE)
        assert not numbers.is_fresh("A", "1012", "1772380980000")
        store.close()

    asyncio.run(body())


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    async def body() -> None:
        path = str(tmp_path / "terminal.db")
        store = Store(path, None, 0.2)
        assert RequestNumbers(store).is_fresh("A", "1012", LATE)
        store.close()
        again = RequestNumbers(Store(path, None, 0.2))
        assert not again.is_fresh("A", "1012", LATE)
        assert again.is_fresh("A", "1012", LATER)

    asyncio.run(body())
