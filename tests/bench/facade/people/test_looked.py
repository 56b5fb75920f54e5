"""A look at what a product keeps for people: a refusal is told from silence, and looked at once more, later."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest
from virtually import virtually

from bench.case.asked import tried
from bench.dut.access.exchange import Answer
from bench.dut.refused import Refused
from bench.facade.people.desk import Visitor, looked, shown
from bench.history import Event, History
from bench.history.observation import Observation, Words
from bench.history.people import AUDIT, AuditQuery, AuditRow

ENTRY = AuditRow(at="1", user="u", kind="k", outcome="o", detail="d", failure="")


class Person:
    """Somebody who looks, as far as looking needs one."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.insisted = False

    def now_us(self) -> int:
        return round(asyncio.get_running_loop().time() * 1_000_000)

    def tell(
        self,
        kind: Observation[Any, Any],
        asked: int,
        query: Words,
        rows: Sequence[Words],
        problem: str = "",
        refused: int | None = None,
    ) -> None:
        self.events.append(kind.told(self.now_us(), asked, query, rows, problem, refused))

    def insists_on(self, what: str) -> bool:
        first, self.insisted = not self.insisted, True
        return first

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def looks(*found: Exception | None) -> tuple[History, int]:
    """The history of so many looks, each of which comes to this, and how many rows the last gave."""
    person, left = Person(), [*found]

    async def look() -> tuple[Sequence[AuditRow], Exception | None]:
        error = left.pop(0)
        return ([ENTRY], None) if error is None else ([], error)

    async def go() -> int:
        rows: Sequence[AuditRow] = ()
        while left:
            rows = await looked(cast("Visitor", person), AUDIT, AuditQuery(told="now"), look)
        return len(rows)

    last = virtually(go())
    return History(person.events), last


def test_what_is_refused_is_looked_at_once_more_ten_seconds_later() -> None:
    history, _ = looks(Refused("log: status 500", 500), Refused("log: status 500", 500), Refused("no", 500))
    (log,) = tried(history)
    assert log.denied and len(log.refused) == 3
    assert log.at[1] - log.at[0] >= 10_000_000
    assert "log: status 500" in log.refused[0]


@pytest.mark.parametrize(
    "error", [TimeoutError("nothing came"), LookupError("nobody was let in"), Refused("log: status 403", 403)]
)
def test_silence_and_rights_are_no_refusal(error: Exception) -> None:
    history, _ = looks(error, error)
    (log,) = tried(history)
    assert not log.refused and not log.answered and not log.denied
    assert len(history.events) == 2


def test_one_answer_is_enough() -> None:
    history, rows = looks(Refused("log: status 500", 500), None)
    (log,) = tried(history)
    assert log.answered and not log.denied and rows == 1


def test_an_error_shows_nothing() -> None:
    assert shown("log", Answer(200, [], b"[]")).status == 200
    with pytest.raises(Refused, match="log: status 500 broken"):
        shown("log", Answer(500, [], b"broken"))
    with pytest.raises(Refused):
        shown("log", Answer(404, [], b""))
