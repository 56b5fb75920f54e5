"""What is measured in a stack: hours that are valid from a share on, and substitutes by HJ 75 (facts 6.2, 6.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from accounting_kit import STACK, STACK_METERS, Plant, at

from reference_terminal.assembly import check_accounting
from reference_terminal.model.rows import Record
from reference_terminal.model.times import DAY, HOUR, MINUTE, QUARTER
from reference_terminal.processing.stacks import Hour, failure, substitute, window
from reference_terminal.processing.wording import both
from reference_terminal.settings.accounting import StackConfig
from reference_terminal.settings.config import load_config
from reference_terminal.settings.problems import InputError
from reference_terminal.web.errors import HttpError

RULE = StackConfig(valid=Decimal(75), substitute="hj75-2017")
START = at("2026-04-01T00:00:00")
TONNE = Fraction(44, 22400) / 10
"""t of CO2 in 1 Nm3 of dry gas with 10 %."""


def hours(masses: str) -> dict[int, Hour]:
    """A letter an hour: a digit is its valid mass, x has none, s is a substitute."""
    return {
        START + at_h * HOUR.code: Hour(None if each == "x" else Fraction(99 if each == "s" else int(each)), _flag(each))
        for at_h, each in enumerate(masses)
    }


def _flag(each: str) -> str:
    return "N" if each.isdigit() else "B"


def stands(masses: str, at_h: int, rule: StackConfig = RULE) -> Fraction | None:
    return substitute(rule, hours(masses), START + at_h * HOUR.code).mass


def test_the_largest_of_the_valid_hours_before_stands_for_a_failure_once_it_is_over() -> None:
    assert stands("37512" * 8 + "x5", 40) == 7
    assert stands("37512" * 8 + "x", 40) is None
    assert stands("37512" * 8 + "xs9", 40) == stands("37512" * 8 + "xs9", 41) == 7
    assert stands("x3", 0) is None


@pytest.mark.parametrize(
    ("rate", "count", "looked_at"),
    [
        ("0.9", 24, 180), ("0.9", 25, 720), ("0.8999", 1, 2160), ("0.75", 24, 2160), ("0.75", 25, 2160),
        ("0.7499", 1, 0), ("1", 1, 180),
    ],
)  # fmt: skip
def test_how_many_hours_are_looked_at(rate: str, count: int, looked_at: int) -> None:
    assert window(RULE, Fraction(rate), count) == looked_at


def test_the_window_counts_valid_hours_and_the_share_those_of_the_quarter_of_the_year() -> None:
    rule = StackConfig(valid=Decimal(75), substitute="hj75-2017", hours_short=3, hours_long=5, short_failure_h=1)
    assert stands("99" + "4" * 20 + "1x233x1", 27, rule) == 3
    assert stands("9" + "1" * 20 + "x1", 21, rule) == 1
    assert stands("9" + "2" * 20 + "1111xx1", 25, rule) == 2
    quarter = {START - HOUR.code * each: Hour(None, "B") for each in range(1, 40)} | hours("1111x1")
    assert substitute(rule, quarter, START + 4 * HOUR.code).mass == 1
    assert stands("111x1", 3) == 1
    assert stands("11x1", 2) is None


def test_the_older_rule_takes_the_mean_of_the_valid_hours_on_either_side() -> None:
    older = StackConfig(valid=Decimal(75), substitute="hjt75-2007")
    assert stands("92x4", 2, older) == 3
    assert [stands("92xxx5", each, older) for each in (2, 3, 4)] == [Fraction(7, 2)] * 3
    assert stands("92x", 2, older) is None
    assert stands("x4", 0, older) is None
    assert stands("2" + "x" * 24 + "4", 1, older) == 3
    assert stands("2" + "x" * 25 + "4", 1, older) is None


def test_a_failure_reaches_from_the_last_valid_hour_to_the_next() -> None:
    assert failure(hours("1xsx1"), START + 2 * HOUR.code) == (START + HOUR.code, START + 4 * HOUR.code)


def hour(plant: Plant, at_h: int, co2: Mapping[int, None], gas: int = 1000) -> None:
    """An hour of minutes with 10 % CO2, but for some; then what the points have of its quarters and of it."""
    start_s = START + at_h * HOUR.code
    plant.clock.now_s = start_s + HOUR.code + 5
    records: list[Record] = []
    for span in (MINUTE, QUARTER, HOUR):
        for begin_s in range(start_s, start_s + HOUR.code, span.code):
            lacks = span == MINUTE and (begin_s - start_s) // 60 in co2
            records.append(plant.record("gas", span, begin_s, str(gas * span.code // 60)))
            records.append(plant.record("co2", span, begin_s, None if lacks else "10"))
    plant.store.add_records(records)
    assert plant.store.flush()


def told(plant: Plant, at_h: int) -> tuple[Fraction | None, str]:
    kept = plant.kept("co2e.source.stack", HOUR, f"2026-04-01T{at_h:02d}:00:00")
    assert kept is not None
    return None if kept.mass is None else kept.mass / TONNE, kept.record.flag


def test_an_hour_counts_from_its_share_of_minutes_on_and_failures_are_stood_in_for() -> None:
    async def scene() -> None:
        plant = Plant("2026-04-01T00:00:00", emitter=STACK, meters=STACK_METERS)
        hour(plant, 0, {})
        hour(plant, 1, dict.fromkeys(range(15)), gas=2000)
        hour(plant, 2, {})
        assert [told(plant, each) for each in range(3)] == [(60_000, "N"), (120_000, "N"), (60_000, "N")]
        quarter = plant.kept("co2e.source.stack", QUARTER, "2026-04-01T01:00:00")
        assert quarter is not None and quarter.mass is None
        hour(plant, 3, dict.fromkeys(range(16)))
        assert told(plant, 3) == (None, "B")
        plant.delivered.clear()
        hour(plant, 4, {}, gas=9000)
        assert told(plant, 3) == (120_000, "B")
        kept = plant.kept("co2e.source.stack", HOUR, "2026-04-01T03:00:00")
        assert kept is not None and kept.record.revision == 1
        assert kept.record.cause.startswith("44 of 60 minute values; substituted: largest of 3 valid hours before")
        assert ("hour", START + 3 * HOUR.code) in plant.delivered
        # Late minutes make the hour valid after all, and then the failure before it another.
        for minute in range(16):
            plant.revise("co2", MINUTE, START + 3 * HOUR.code + minute * 60, "10")
        assert told(plant, 3) == (60_000, "S")

    asyncio.run(scene())


def test_a_day_holds_substitutes_and_nothing_is_made_up_below_the_share() -> None:
    async def scene() -> None:
        plant = Plant("2026-04-01T00:00:00", emitter=STACK, meters=STACK_METERS)
        for at_h in range(23):
            hour(plant, at_h, dict.fromkeys(range(60)) if at_h == 20 else {})
        for at_h in range(23, 24):
            hour(plant, at_h, {})
        plant.add(DAY, START, {"gas": "1440000", "co2": "10"})
        day = plant.kept("co2e.source.stack", DAY, "2026-04-01T00:00:00")
        assert day is not None and day.mass == 24 * 60_000 * TONNE and day.record.flag == "B"
        total = plant.kept("co2e.total", DAY, "2026-04-01T00:00:00")
        assert total is not None and total.mass == 0

    asyncio.run(scene())


def test_a_rule_without_a_share_or_of_what_is_no_stack_is_refused() -> None:
    where = '[storage]\npath = ":memory:"\n' + STACK_METERS
    with pytest.raises(InputError, match="valid is missing beside substitute"):
        load_config(where + STACK.replace('valid = "75", ', ""))
    fuel = STACK.replace('"flue-gas-hj75-2017"', '"steel-ndrc-2013"').replace('"stack-wet"', '"electricity-in"')
    inputs = 'inputs.AD = { point = "grid" }\n'
    with pytest.raises(InputError, match="not measured in a stack; remove the table stack"):
        check_accounting(load_config(where + fuel.split("inputs.Q")[0] + inputs), START)


LIMITED = STACK.replace('substitute = "hj75-2017"', 'substitute = "hj75-2017", out_zero = "5", out_span = "10"')


async def calibrated(plant: Plant, at_text: str, zero: str, span: str) -> Any:
    body = {"source": "stack", "at": f"2026-04-01T{at_text}:00+08:00", "zero": zero, "span": span}
    return await plant.post(
        "stack-calibration", msgspec.json.encode({**body, "author": "李工", "reason": "weekly calibration"})
    )


def test_between_the_calibration_that_was_passed_and_the_next_one_nothing_counts_as_measured() -> None:
    async def scene() -> None:
        plant = Plant("2026-04-01T00:00:00", emitter=LIMITED, meters=STACK_METERS)
        for at_h in range(6):
            hour(plant, at_h, {}, gas=1000 * (at_h + 1))
        assert (await calibrated(plant, "02:00", "-5", "10"))["passed"]
        assert [told(plant, each) for each in range(6)] == [(60_000 * (each + 1), "N") for each in range(6)]
        failed = await calibrated(plant, "03:50", "0.1", "-10.1")
        assert not failed["passed"] and "span drift -10.1 % is beyond 10 %" in failed["cause"]
        assert [told(plant, each) for each in (1, 2, 3, 5)] == [(120_000, "N"), (None, "B"), (None, "B"), (None, "B")]
        minute = plant.kept("co2e.source.stack", MINUTE, "2026-04-01T02:00:00")
        assert minute is not None and minute.mass is None and minute.record.flag == "D"
        await calibrated(plant, "04:00", "0", "0")
        # Four of six hours of the quarter are valid: no rule.
        assert [told(plant, each) for each in (2, 3, 4)] == [(None, "B"), (None, "B"), (300_000, "N")]
        for at_h in (6, 7):
            hour(plant, at_h, {})
        assert [told(plant, each) for each in (2, 3)] == [(None, "B"), (None, "B")]
        # The calibration of 3:00 was forgotten: hour 2 is measured after all, 4 of 5 hours until the end are valid.
        await calibrated(plant, "03:00", "1", "1")
        assert [told(plant, each) for each in (2, 3)] == [(180_000, "N"), (180_000, "B")]
        kept = plant.kept("co2e.source.stack", HOUR, "2026-04-01T03:00:00")
        assert kept is not None and kept.record.cause.startswith(
            "0 of 60 minute values, 60 out of control; substituted"
        )
        # It was entered wrongly: the last for an instant counts.
        await calibrated(plant, "03:50", "0.1", "9")
        assert told(plant, 3) == (240_000, "N")
        rows = (await plant.get("stack-calibrations", source="stack"))["calibrations"]
        assert [(row["at"][11:16], row["span"], row["passed"]) for row in rows] == [
            ("02:00", "10", True), ("03:00", "1", True), ("03:50", "9", True), ("04:00", "0", True),
        ]  # fmt: skip

    asyncio.run(scene())


def test_a_calibration_that_is_overdue_makes_what_follows_invalid_until_the_next() -> None:
    async def scene() -> None:
        due = LIMITED.replace('out_span = "10"', 'out_span = "10", overdue_h = 2')
        plant = Plant("2026-04-01T00:00:00", emitter=due, meters=STACK_METERS)
        for at_h in range(6):
            hour(plant, at_h, {}, gas=1000 * (at_h + 1))
        # Nothing is overdue where nobody ever calibrated.
        assert [told(plant, each)[1] for each in range(6)] == ["N"] * 6
        await calibrated(plant, "01:00", "0", "0")
        # The last minute of the two hours is measured, the next is not.
        assert [told(plant, each)[1] for each in range(6)] == ["N", "N", "N", "B", "B", "B"]
        last = plant.kept("co2e.source.stack", MINUTE, "2026-04-01T02:59:00")
        first = plant.kept("co2e.source.stack", MINUTE, "2026-04-01T03:00:00")
        assert last is not None and last.mass is not None and first is not None and first.mass is None
        assert first.record.flag == "D" and both(first.record.cause).endswith("校准，超过 2 h 未再校准")
        # Overdue is over with the next that is passed; what lay between stays out of control.
        await calibrated(plant, "05:00", "1", "1")
        assert [told(plant, each)[1] for each in (2, 3, 4, 5)] == ["N", "B", "B", "N"]
        # One that was entered late was there in time.
        await calibrated(plant, "03:00", "1", "1")
        assert [told(plant, each)[1] for each in (3, 4, 5)] == ["N", "N", "N"]

    asyncio.run(scene())


def test_a_calibration_that_cannot_be_one_is_refused_and_nothing_is_kept() -> None:
    async def scene() -> None:
        plant = Plant("2026-04-01T05:00:00", emitter=LIMITED, meters=STACK_METERS)
        for zero, span, at_text, code in (
            ("x", "1", "04:00", "no-drift"), ("1", "1e1", "04:00", "no-drift"), ("1", "101", "04:00", "no-drift"),
            ("1", "1", "06:00", "calibration-to-come"),
        ):  # fmt: skip
            with pytest.raises(HttpError) as refused:
                await calibrated(plant, at_text, zero, span)
            assert refused.value.id == code
        assert not (await plant.get("stack-calibrations", source="stack"))["calibrations"]
        plain = Plant("2026-04-01T05:00:00", emitter=STACK, meters=STACK_METERS)
        with pytest.raises(HttpError) as refused:
            await calibrated(plain, "04:00", "1", "1")
        assert refused.value.id == "not-calibrated"

    asyncio.run(scene())


def test_limits_of_drift_stand_together_and_beside_a_share() -> None:
    where = '[storage]\npath = ":memory:"\n' + STACK_METERS
    with pytest.raises(InputError, match="out_span is missing beside the limit of the other drift"):
        load_config(where + LIMITED.replace(', out_span = "10"', ""))
    with pytest.raises(InputError, match="out_zero is missing beside overdue_h"):
        load_config(where + LIMITED.replace('out_zero = "5", out_span = "10"', "overdue_h = 24"))
    with pytest.raises(InputError, match="valid is missing beside out_zero"):
        load_config(where + LIMITED.replace('valid = "75", substitute = "hj75-2017", ', ""))
