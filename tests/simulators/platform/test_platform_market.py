"""Assets, targets and reminders of the reference platform: exact figures, parts that add up, what a restart keeps."""

from __future__ import annotations

import asyncio
import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from reference_platform_kit import START_US, HandClock, standing
from virtually import virtually

from simulators.platform.allowances.figures import shown
from simulators.platform.core.sentences import Refused
from simulators.platform.core.times import of_local
from simulators.platform.targets import divided

_MINUTE = 60_000_000


def test_figures_end_where_they_end_and_are_rounded_once() -> None:
    cases = {Fraction(1, 3): "0.333333", Fraction(-2, 3): "-0.666667", Fraction(1, 8): "0.125", Fraction(0): "0"}
    cases |= {Fraction(1000): "1000", Fraction(10) ** 30 + Fraction(1, 10**9): "1" + "0" * 30 + ".000000001"}
    assert {value: f"{shown(value):f}" for value in cases} == cases


def test_parts_add_up_whatever_their_weights() -> None:
    chance = random.Random(7)
    for _ in range(300):
        value = Decimal(chance.randrange(0, 10**9)).scaleb(-chance.randrange(0, 6))
        weights = [Fraction(chance.randrange(0, 1000), 7) for _ in range(chance.randrange(1, 13))]
        parts = divided(value, weights)
        assert sum(parts, Decimal(0)) == value
        whole = sum(weights, Fraction(0))
        for part, weight in zip(parts, weights, strict=True):
            due = Fraction(value) * weight / whole if whole else Fraction(value) / len(weights)
            assert abs(Fraction(part) - due) <= Fraction(1, 1000)


def _peopled(desk: Any) -> None:
    desk.create("park", id="P", name="Park", region="CN-31")
    desk.create("enterprise", id="A", name="A", sector="chemical", region="CN-31", park="P")


def test_a_reminder_outlasts_a_restart_and_one_removed_is_silent(tmp_path: Path) -> None:
    async def main() -> None:
        clock = HandClock()
        async with standing(tmp_path, clock) as platform:
            desk = platform.desk()
            _peopled(desk)
            for name in ("kept", "gone"):
                due = {"due": START_US + 90 * _MINUTE, "remind": START_US + 60 * _MINUTE}
                desk.create("reminder", id=name, enterprise="A", subject="trade", **due)
            desk.remove("reminder", "gone")
            assert not desk.alarms()
        clock.at_us += 61 * _MINUTE
        async with standing(tmp_path, clock) as platform:
            await asyncio.sleep(0.05)
            assert [(each.kind, each.subject) for each in platform.desk().alarms()] == [("reminder", "kept")]

    virtually(main())


def test_a_target_takes_its_parts_with_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with standing(tmp_path) as platform:
            desk = platform.desk()
            _peopled(desk)
            for month, emission in ((1, "30"), (2, "10")):
                start = of_local(2025, month)
                fields = {"subject": "A", "enterprise": "A", "period": "month", "start": start, "emission": emission}
                desk.create("closed_account", id=f"m{month}", **fields)
            desk.create("target", id="T", of="park", subject="P", indicator="total", year=2027, value="1000.001")
            action = platform.office.ground.plans.actions["target_breakdown"]
            rows = desk.call(action, {"target": "T", "parts": "month"})
            assert [row["value"] for row in rows[:3]] == [Decimal("750.001"), Decimal("250.000"), 0]
            desk.change("target", "T", value="400")
            values = [each.value for each in desk.objects("target_part", target="T")]
            assert sum(values, Decimal(0)) == 400 and values[0] == Decimal("300.000")
            desk.remove("target", "T")
            assert not desk.objects("target_part")

    virtually(main())


def test_what_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    async def main() -> None:
        async with standing(tmp_path) as platform:
            desk = platform.desk()
            _peopled(desk)
            trade = {"enterprise": "A", "asset": "ccer", "year": 2025, "side": "buy", "price": "60", "when": START_US}
            wrong: list[tuple[str, dict[str, Any]]] = [
                ("carbon_trade", {**trade, "volume": "-1"}),
                ("carbon_trade", {**trade, "volume": "1", "asset": "gold"}),
                ("reminder", {"enterprise": "A", "subject": "trade", "due": 1, "remind": 2}),
                (
                    "target",
                    {"of": "park", "subject": "P", "indicator": "total", "year": 2027, "value": "1", "warn": "0"},
                ),
                ("green_power", {"enterprise": "A", "form": "power", "way": "own", "start": 1, "energy": "0"}),
            ]
            for kind, fields in wrong:
                try:
                    desk.create(kind, **fields)
                except Refused as refused:
                    assert refused.status == 400 and refused.en and refused.zh
                else:
                    raise AssertionError(f"{kind} was taken: {fields}")

    virtually(main())
