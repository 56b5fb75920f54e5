"""docs/FORMATS.md and the code name the same fields."""

from __future__ import annotations

import re
from typing import get_args

import msgspec
import pytest
from house import ROOT

from bench.case import CaseResult, Check, ClauseResult, ExpectedFailure, Measurement, RunResult, Sitting, Verdict
from bench.history import AnyEvent
from reports import manifest, prove, verdicts
from reports.repeats import Attempt, Repeatability, Spread

TEXT = (ROOT / "docs" / "FORMATS.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return re.split(r"^## ", TEXT.partition(f"\n## {title}\n")[2], maxsplit=1, flags=re.M)[0]


@pytest.mark.parametrize("event", get_args(AnyEvent), ids=lambda event: event.__name__)
def test_every_event_is_documented_with_its_fields(event: type[msgspec.Struct]) -> None:
    row = re.search(rf"^\| `{event.__struct_config__.tag}` \|.*\| (.*) \|$", section("record.jsonl"), re.M)
    assert row
    assert tuple(re.findall(r"`([^`]+)`", row.group(1))) == tuple(
        name for name in event.__struct_fields__ if name not in ("t", "escaped")
    )


def test_no_event_is_documented_that_does_not_exist() -> None:
    found = re.findall(r"^\| `([a-z-]+)` \|", section("record.jsonl").partition("|---|")[2], re.M)
    assert sorted(found) == sorted(event.__struct_config__.tag for event in get_args(AnyEvent))


@pytest.mark.parametrize(
    "row",
    [RunResult, CaseResult, Check, Measurement, ClauseResult, ExpectedFailure, Sitting, Repeatability, Attempt, Spread],
)
def test_every_field_of_the_verdicts_is_documented(row: type[msgspec.Struct]) -> None:
    told = section("verdicts.json")
    assert [field for field in row.__struct_fields__ if f"`{field}`" not in told] == []


def test_formats_and_verdicts_are_named_as_in_the_code() -> None:
    for name in (verdicts.FORMAT, manifest.FORMAT, prove.FORMAT, *(verdict.value for verdict in Verdict)):
        assert name in TEXT
    assert [name for name in manifest.FileRow.__struct_fields__ if f"`{name}`" not in section("manifest.json")] == []
