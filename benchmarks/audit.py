"""How soon half a year of audit log is searched: 184 days of 1,000 entries, beside SQLite alone (R-39).

Leaves judging the numbers to the reader; the issue's aim is 10,000 entries in 50 ms. Wall time is read here, where
nothing is decided by it.

    python benchmarks/audit.py [--json] [--days N]

The peer is a table of the same columns and indexes without chain, filled by one statement and asked by the same SQL.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from reference_terminal.access.audit import COLUMNS, Audit, Search
from reference_terminal.crypto.symmetric import sm3
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Text
from reference_terminal.platform import Platform
from reference_terminal.settings.accounts import RulesConfig
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

A_DAY, ROUNDS, LIMIT = 1000, 20, 1000
DAY_MS = 86_400_000
KINDS = ("login", "login-failed", "polling-period-set", "gap", "value-entered", "backup-made")
_TABLE = f"CREATE TABLE peer ({', '.join(COLUMNS)}, PRIMARY KEY (number))"
_INDEXES = ("peer (at_ms)", "peer (type, at_ms, outcome)", "peer (user, type, at_ms, outcome)")


def filled(folder: Path, days: int) -> tuple[Audit, Store, float]:
    """The terminal's log with so many days of entries, and the seconds that writing them took."""
    platform = Platform.real(seed=1)
    store = Store(str(folder / "audit.db"), platform.vfs, 0.0)
    clock = WallClock(platform.clock)
    journal = Journal(store, clock, platform.log)
    audit = Audit(store, clock, journal, RulesConfig, lambda text: sm3(text.encode()).hex())
    chance = random.Random(1)
    begin_ms, begin = clock.now_ms() - days * DAY_MS, time.perf_counter()
    for day in range(days):
        for each in range(A_DAY):
            code = chance.choice(KINDS)
            text = Text(f"entry {each} of day {day}", f"第 {day} 日第 {each} 条", {"user": f"u{chance.randrange(20)}"})
            audit.add(begin_ms + day * DAY_MS + each * 86_400, code, code, f"s{chance.randrange(30)}", text)
        store.flush()
    return audit, store, time.perf_counter() - begin


def peer_of(folder: Path, store: Store) -> sqlite3.Connection:
    """The same rows in a table of SQLite alone."""
    connection = sqlite3.connect(folder / "peer.db")
    connection.execute(_TABLE)
    for number, index in enumerate(_INDEXES):
        connection.execute(f"CREATE INDEX i{number} ON {index}")
    rows = store.connection.execute(f"SELECT {', '.join(COLUMNS)} FROM audit").fetchall()
    connection.executemany(f"INSERT INTO peer VALUES ({','.join('?' * len(COLUMNS))})", rows)
    connection.commit()
    return connection


def searches(audit: Audit, store: Store, days: int) -> dict[str, tuple[Search, str, tuple[Any, ...]]]:
    """What is asked: as the terminal takes it, and as SQL with its values."""
    ((first_ms,),) = store.connection.execute("SELECT min(at_ms) FROM audit").fetchall()
    from_ms = int(str(first_ms)) + days // 2 * DAY_MS
    return {
        "one day": (Search(from_ms, from_ms + DAY_MS), "at_ms>=? AND at_ms<?", (from_ms, from_ms + DAY_MS)),
        "10 days (10,000 entries) of one user": (
            Search(from_ms, from_ms + 10 * DAY_MS, {"user": "u3"}),
            "at_ms>=? AND at_ms<? AND user=?",
            (from_ms, from_ms + 10 * DAY_MS, "u3"),
        ),
        "all, by user, type and outcome": (
            Search(equal={"user": "u3", "type": "login", "outcome": "success"}),
            "user=? AND type=? AND outcome=?",
            ("u3", "login", "success"),
        ),
        "all, a word in the text": (
            Search(text="entry 500 of"),
            "(instr(en, ?) OR instr(zh, ?) OR instr(subject, ?))",
            ("entry 500 of",) * 3,
        ),
    }


def timed(ask: Callable[[], int]) -> dict[str, float]:
    """Median and largest of some rounds, ms, and how many were found."""
    times: list[float] = []
    found = 0
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        found = ask()
        times.append((time.perf_counter() - begin) * 1000)
    return {"median_ms": round(statistics.median(times), 2), "most_ms": round(max(times), 2), "found": found}


async def main() -> None:
    """Fill, ask, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--days", type=int, default=184)
    given = parser.parse_args()
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        audit, store, wrote_s = filled(folder, given.days)
        entries = audit.latest()
        told["written"] = {"entries": entries, "a_second": round(entries / wrote_s)}
        peer = peer_of(folder, store)
        for words, (search, where, values) in searches(audit, store, given.days).items():

            def own(search: Search = search) -> int:
                audit.find(search, LIMIT)
                return audit.count(search)

            def bare(where: str = where, values: tuple[Any, ...] = values) -> int:
                peer.execute(f"SELECT * FROM peer WHERE {where} ORDER BY number LIMIT {LIMIT}", values).fetchall()
                return int(peer.execute(f"SELECT count(*) FROM peer WHERE {where}", values).fetchone()[0])

            one, other = timed(own), timed(bare)
            assert one["found"] == other["found"], words
            told[words] = {**one, "sqlite_ms": other["median_ms"]}
        begin = time.perf_counter()
        faults = [fault for _, fault in audit.faults() if fault]
        told["whole chain verified"] = {"s": round(time.perf_counter() - begin, 1), "faults": len(faults)}
        told["octets"] = {"an_entry": round((folder / "audit.db").stat().st_size / entries)}
    if given.json:
        print(json.dumps(told))
        return
    for words, figures in told.items():
        print(f"{words:40}", "  ".join(f"{key} {value}" for key, value in figures.items()))


if __name__ == "__main__":
    asyncio.run(main())
