"""Emissions of a product in its own style: its profile alone brings fields, units and period keys to questions."""

from __future__ import annotations

import asyncio
import random
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bench.dut import Seat
from bench.dut.questions import ask_by_hooks
from bench.history import Observed
from bench.layout import build
from bench.layout.scenario import Scenario
from conformance.common.carbon.units import mass_unit
from conformance.terminal.accounting.figures_judge import right, shown_in
from simulators.world import Site

_PRODUCT = """import json, sys
was, raster = sys.argv[1:]
print(json.dumps({"quelle": was, "raster": raster, "werte": [
    {"ab": 1772413200, "dauer_s": 60, "menge": "12.35", "einheit": "kgCO2e", "vollstaendig": True, "ausgabe": 0},
    {"ab": 1772413260, "dauer_s": 60, "menge": "0.012", "einheit": "tCO2", "vollstaendig": True, "ausgabe": 0},
]}))
"""


class _Clock:
    def now_us(self) -> int:
        return 0

    def time_ns(self) -> int:
        return 0

    def set_time_ns(self, time_ns: int, /) -> None:
        del time_ns


def test_figures_of_another_style_are_read_by_a_profile_alone(tmp_path: Path) -> None:
    (tmp_path / "product.py").write_text(_PRODUCT, "utf-8")
    keys = "{{ {'minute': 'M1', 'hour': 'H1'}[query.kind] }}"
    section: dict[str, Any] = {
        "run": [sys.executable, "product.py", "{{ query.id or 'gesamt' }}", keys],
        "rows": "answer.werte",
        "fields": {
            "start": "row.ab | from_s",
            "end": "(row.ab | int + row.dauer_s | int) | from_s",
            "value": "row.menge",
            "unit": "row.einheit",
            "state": "'complete' if row.vollstaendig else 'partial'",
            "revision": "row.ausgabe",
        },
    }
    clock = _Clock()
    seat = Seat(
        site=Site(build.build_world(Scenario(circuits=1), 1), clock=clock, observe=lambda _: None),
        settings={}, clock=clock, chance=random.Random(1), local=("127.0.0.1", 1),
        connection={"ask": {"emissions": section}}, folder=tmp_path, state=tmp_path,
    )  # fmt: skip
    query = {"of": "source", "id": "kessel", "kind": "minute", "gas": "CO2e", "from": "0", "to": "1"}
    rows = asyncio.run(ask_by_hooks(seat, "emissions", query))
    figures = shown_in(Observed(t=2, what="emissions", asked=1, query=query, rows=rows))
    assert [(each.end - each.start, each.value, each.unit) for each in figures] == [
        (60_000_000, "12.35", "kg"), (60_000_000, "0.012", "t")
    ]  # fmt: skip
    assert right(figures[0], Fraction("0.012349")) and not right(figures[0], Fraction("0.012341"))
    assert right(figures[1], Fraction("0.0115")) and not right(figures[1], Fraction("0.0125"))


@pytest.mark.parametrize(
    ("told", "unit"),
    [
        ("kg", "kg"), ("kgCO2", "kg"), ("kg CO₂e", "kg"), ("tCO2-eq", "t"), ("T", "t"), ("吨二氧化碳当量", "t"),
        ("公斤", "kg"), ("kgCH4", "kg"), ("tC", "tC"), ("tce", "tce"), ("万吨", "万吨"), ("lb", "lb"), ("", ""),
    ],
)  # fmt: skip
def test_own_words_for_kilograms_and_tonnes(told: str, unit: str) -> None:
    assert mass_unit(told) == unit
