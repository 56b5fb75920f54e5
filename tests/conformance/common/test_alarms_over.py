"""Alarms that stand though what they told of is over, by hand-made histories."""

from __future__ import annotations

from hand_made import MIDNIGHT, World

from bench.case import Check
from bench.history import Event, Observed, Phase
from conformance.common import alarms_over
from conformance.common.times import MINUTE

RAISED, LATER = "2026-03-02T00:05:00+08:00", "2026-03-02T00:21:00+08:00"


def look(minute: int, *rows: tuple[str, str, str]) -> Observed:
    told = tuple({"code": "x", "subject": subject, "raised": raised, "cleared": end} for subject, raised, end in rows)
    at = MIDNIGHT + minute * MINUTE
    return Observed(t=at, asked=at, what="alarms", query={}, rows=told)


def mended(minute: int, names: str) -> Phase:
    return Phase(t=MIDNIGHT + minute * MINUTE, name="mended-now", detail={"names": names})


def found(*extra: Event, codes: dict[str, tuple[str, ...]] | None = None) -> list[str]:
    history = World(hours=1, extra=list(extra), codes=codes or {}).history()
    return [each.verdict.value for each in alarms_over.findings(history) if isinstance(each, Check)]


def test_an_alarm_about_what_is_mended_has_to_be_cleared() -> None:
    assert found(mended(20, "e01 A"), look(30, ("e01", RAISED, ""))) == ["fail"]
    assert found(mended(20, "e01 A"), look(30, ("e01", RAISED, LATER))) == ["pass"]


def test_nothing_is_asked_of_other_alarms_or_of_looks_that_come_too_soon() -> None:
    assert found(look(30, ("e01", RAISED, ""))) == []
    assert found(mended(20, "e01"), look(30, ("e02", RAISED, ""))) == []
    assert found(mended(20, "e01"), look(30, ("e01", LATER, ""))) == []
    assert found(mended(20, "e01"), look(22, ("e01", RAISED, ""))) == []


def test_what_has_happened_stays_true() -> None:
    stands = (mended(20, "e01"), look(30, ("e01", RAISED, "")))
    assert found(*stands, codes={"gap-filled": ("x",)}) == []
    assert found(*stands, codes={"source-lost": ("x",)}) == ["fail"]
