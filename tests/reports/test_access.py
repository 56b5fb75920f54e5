"""The matrix of access in a report: what was found of each function, role and door, and nothing that was not tried."""

from __future__ import annotations

from bench.history import Observed
from reports.access import Cell, matrix


class _History:
    """A record of uses alone."""

    def __init__(self, *events: Observed) -> None:
        self._events = events

    def of(self, kind: type) -> list[Observed]:
        return [event for event in self._events if isinstance(event, kind)]


def _functions(*rows: dict[str, str]) -> Observed:
    return Observed(t=1, what="functions", asked=1, query={"roles": "administrator viewer"}, rows=rows, problem="")


def _use(function: str, door: str, role: str, outcome: str, trick: str = "") -> Observed:
    query = {"function": function, "door": door, "role": role, "user": role, "trick": trick}
    return Observed(t=2, what="function", asked=2, query=query, rows=({"outcome": outcome},), problem="")


def _listed(name: str, may: str, only: str = "") -> dict[str, str]:
    return {"function": name, "en": name, "zh": name, "may": may, "doors": "api port", "only": only, "effect": ""}


def test_a_cell_says_what_was_found_whatever_the_profile_says() -> None:
    found = matrix(
        _History(  # pyright: ignore[reportArgumentType]
            _functions(_listed("read", "administrator viewer"), _listed("set", "administrator", only="port")),
            _use("read", "api", "viewer", "executed"),
            _use("read", "api", "administrator", "refused"),
            _use("read", "api", "nobody", "refused"),
            _use("set", "api", "administrator", "executed"),
            _use("set", "port", "administrator", "executed"),
            _use("set", "port", "viewer", "unanswered"),
            _use("read", "api", "viewer", "executed", "forged made-up"),
        )
    )
    assert found is not None
    cells = {
        (row.en, *column): cell for row in found.rows for column, cell in zip(found.columns, row.cells, strict=True)
    }
    assert cells["read", "api", "viewer"] is Cell.WORKED
    assert cells["read", "api", "administrator"] is Cell.BROKEN
    assert cells["read", "api", "nobody"] is Cell.REFUSED
    assert cells["set", "api", "administrator"] is Cell.FORBIDDEN, "it is to be had at the other door alone"
    assert cells["set", "port", "administrator"] is Cell.WORKED
    assert cells["read", "api", "forged"] is Cell.FORBIDDEN
    assert ("set", "port", "viewer") not in cells or cells["set", "port", "viewer"] is Cell.UNTRIED
    assert [door for door, _ in found.doors] == ["api", "port"]


def test_a_record_without_people_has_no_matrix() -> None:
    assert matrix(_History()) is None  # pyright: ignore[reportArgumentType]
