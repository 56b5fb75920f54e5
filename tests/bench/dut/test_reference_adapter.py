"""The reference terminal's adapter: a check never works on an answer that was cut.

Leaves the terminal's own interface to the tests of the terminal.
"""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bench.dut import Seat, reference
from bench.facade import secrets


def ask(what: str, query: dict[str, str]) -> tuple[dict[str, str], ...]:
    """One question to a terminal at no address."""
    seat = cast(Seat, SimpleNamespace(local=("127.0.0.1", 1)))
    return asyncio.run(reference.ReferenceAdapter().ask(seat, what, query))


QUESTIONS = {
    "gaps": {},
    "log": {"from": "0"},
    "readings": {"point": "p", "from": "0", "to": "1"},
    "records": {"point": "p", "kind": "minute", "from": "0", "to": "1"},
}


@pytest.mark.parametrize("what", list(QUESTIONS))
def test_a_cut_answer_is_no_answer(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    more, targets = False, list[str]()

    async def http(address: object, method: str, target: str, body: Any = None) -> Any:
        targets.append(target)
        return {"rows": [{"value": "1"}], "more": more}

    monkeypatch.setattr(reference, "_http", http)
    assert ask(what, QUESTIONS[what]) == ({"value": "1"},)
    assert "limit=100000" in targets[0]
    more = True
    with pytest.raises(LookupError, match="cut"):
        ask(what, QUESTIONS[what])


def test_what_an_interface_shows_is_searched_whatever_it_is() -> None:
    shown = secrets.text_of([{"id": "odd \ud800", "key": "5a5a5a5a"}])
    assert b"odd \\ud800" in shown and b"5a5a5a5a" in shown
