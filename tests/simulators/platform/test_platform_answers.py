"""What the reference platform remembers of its answers about objects: never longer than it is so."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from reference_platform_kit import START_US, furnish, standing
from virtually import virtually

from simulators.platform import Platform
from simulators.platform.accounting.versions import versions_of
from simulators.platform.core.answers import Answers
from simulators.platform.core.ground import Ground


class _Ground:
    def __init__(self) -> None:
        self.changed: list[Any] = []


def test_an_answer_is_read_once_until_something_changes() -> None:
    ground, read = _Ground(), list[int]()
    answers = Answers(cast(Ground, ground))

    def reading(members: int) -> list[int]:
        read.append(members)
        return [0] * members

    for _ in range(2):
        assert answers.get("factor", ("a",), lambda: reading(0)) == []
    ground.changed[0]("point")
    answers.get("factor", ("a",), lambda: reading(0))
    assert read == [0], "nothing is an answer too, and a change of another kind leaves it"
    for number, changed in enumerate(("factor", "park", "enterprise"), 1):
        ground.changed[0](changed)
        answers.get("factor", ("a",), lambda number=number: reading(number))
    for _ in range(2):
        answers.get("factor", ("long",), lambda: reading(5_000))
        answers.get("factor", ("a", ["unhashable"]), lambda: reading(4))
    assert read == [0, 1, 2, 3, 5_000, 4, 5_000, 4]


def test_what_was_remembered_within_a_transaction_that_was_undone_is_forgotten(tmp_path: Path) -> None:
    async def main() -> None:
        async with standing(tmp_path) as platform:
            furnish(platform.desk())
            desk = platform.desk()
            before = _seen(platform)
            with pytest.raises(RuntimeError), platform.office.ground.db.begin():
                desk.create("factor", id="f", carrier="coal", value="1.9", unit="tCO2/t", source="test")
                desk.change("enterprise", "B", park="", region="11")
                assert _seen(platform) != before
                raise RuntimeError
            assert _seen(platform) == before
            desk.change("enterprise", "B", park="", region="11")
            assert [each.id for each in desk.at(_account(platform, "operator")).objects("enterprise")] == ["A"]

    virtually(main())


def test_lists_are_the_callers_own(tmp_path: Path) -> None:
    async def main() -> None:
        async with standing(tmp_path) as platform:
            furnish(platform.desk())
            platform.desk().objects("enterprise").clear()
            assert len(platform.desk().objects("enterprise")) == 2

    virtually(main())


def _account(platform: Platform, name: str) -> Any:
    found = platform.office.accounts.account(name)
    assert found is not None
    return found


def _seen(platform: Platform) -> list[Any]:
    """Objects, versions and what an account of the park sees, each asked for twice."""
    desk = platform.desk()
    people = desk.at(_account(platform, "operator"))
    found: list[Any] = []
    for _ in range(2):
        found = [
            desk.objects("factor"),
            desk.find("factor", "f"),
            desk.versions("enterprise", "B"),
            versions_of(desk, "factor").counting(START_US),
            people.objects("enterprise"),
        ]
    return found
