"""`carbonbench report RUN --delivery`: what became of every record, counted and drawn."""

from __future__ import annotations

import json
import re
from pathlib import Path

from suite_kit import carbonbench, in_place, run_folder

from bench.case import Check, Text, Verdict
from reports.delivery import BINS, FAULTY, Fate, Fated, sheet, unexpected
from reports.html.delivery import fates_svg, swatch, tile_svg

WITHHELD = "delivery/resends-after-negative-answer"


def test_a_loss_is_counted_and_drawn_and_told_from_what_arrived(tmp_path: Path) -> None:
    told = carbonbench("run", "--case", WITHHELD, "--defect", "gives-up-after-last-repetition", cwd=tmp_path)
    assert told.code == 1, told.out + told.err
    folder = run_folder(tmp_path / "out")
    told = carbonbench("report", folder, "--delivery", "--json", cwd=tmp_path)
    assert told.code == 0, told.err
    table = json.loads(told.out)
    assert json.loads((folder / "delivery.json").read_text()) == table
    by_centre = {sheet["centre"]: sheet for sheet in table["sheets"]}
    refused, other = by_centre["A"]["counts"], by_centre["B"]["counts"]
    assert refused["lost"] > 0 and len(by_centre["A"]["evidence"]["lost"]) == min(refused["lost"], 10)
    assert set(other) <= {"delivered", "late"}
    # Both centres were owed the same records, and each record has one fate.
    assert sum(refused.values()) == sum(other.values())
    page = (folder / "delivery.html").read_text()
    drawn = [int(count) for count in re.findall(r"(\d+) lost 丢失</title></path>", page)]
    assert sum(drawn) == refused["lost"]
    assert by_centre["A"]["unexpected"] == ["lost"] and by_centre["A"]["verdict"] == "fail"
    assert f'href="{by_centre["A"]["record"]}"' in page and (folder / by_centre["A"]["record"]).is_file()
    assert 'class="bad"' in page
    assert carbonbench("verify", folder, cwd=tmp_path).code == 0


def test_screen_shows_a_row_for_each_case_and_centre(own: Path, tmp_path: Path) -> None:
    told = in_place("report", own, "--delivery", cwd=tmp_path)
    assert told.code == 0, told.err
    assert "delivered" in told.out and "total 合计" in told.out
    assert not re.search(r"\blost\b", told.out)


def _check(id: str, verdict: Verdict, unit: str = "records") -> Check:
    return Check(id=id, name=Text("x", "x"), verdict=verdict, unit=unit)


def test_a_case_that_passes_allows_what_it_brings_about_and_one_that_fails_allows_what_its_checks_allow() -> None:
    passed = [_check("given-up-oldest-first", Verdict.PASS), _check("none-altered", Verdict.PASS)]
    assert unexpected(passed) == ()
    assert unexpected([*passed, _check("none-lost", Verdict.FAIL)]) == tuple(
        fate.value for fate in FAULTY if fate is not Fate.ALTERED
    )
    assert unexpected([_check("no-switch", Verdict.FAIL, "switches")]) == ()
    hour_us = 3_600_000_000
    records = [
        Fated(point="p", kind="hour", end_us=end * hour_us, fate=fate, delay_us=delay)
        for end, fate, delay in ((1, Fate.LOST, -1), (2, Fate.DELIVERED, 1_500_000), (3, Fate.LATE, 90_000_000))
    ]
    found = sheet("c", 1, "A", 0, 3 * hour_us, records, faults=("altered",))
    assert (found.faulty, found.allowed) == (0, 1)
    assert found.delays == ((1, 2), (2, 90))
    drawn = tile_svg(found, "t")
    assert 'class="meant"' in drawn and 'class="bad"' not in drawn and "slowest 90 s" in drawn
    assert 'class="bad"' in tile_svg(sheet("c", 1, "A", 0, 3 * hour_us, records, faults=("lost",)), "t")


def test_what_is_no_run_gets_a_sentence(tmp_path: Path) -> None:
    told = in_place("report", tmp_path, "--delivery", cwd=tmp_path)
    assert told.code == 4 and "this is no run folder" in told.err and "Traceback" not in told.err
    told = in_place("report", tmp_path, "--json", cwd=tmp_path)
    assert told.code == 4 and "--delivery" in told.err


def test_no_two_fates_look_alike_without_colour() -> None:
    shapes = {fate: re.sub(r'fill="[^"]*"', "", swatch(fate)) for fate in Fate}
    assert len(set(shapes.values())) == len(Fate)
    # Faults begin at the top of the row, all else below it.
    assert {fate for fate, shape in shapes.items() if "M0.0 0h" in shape} == set(FAULTY)


def test_every_interval_has_a_column_of_its_own_where_there_is_room() -> None:
    hour_us = 3_600_000_000
    records = [
        Fated(point="e", kind="hour", end_us=number * hour_us, fate=Fate.LATE if number > 5 else Fate.DELIVERED)
        for number in range(1, 25)
    ]
    drawn = sheet("case", 1, "A", 0, 24 * hour_us, records)
    assert [(cell.bin, cell.count) for cell in drawn.lanes[0].cells] == [(number, 1) for number in range(24)]
    assert [cell.fate for cell in drawn.lanes[0].cells] == 5 * [Fate.DELIVERED] + 19 * [Fate.LATE]
    assert sheet("case", 1, "A", 0, 24 * 61 * hour_us, records).bins == BINS
    assert fates_svg(drawn, "d").count("<path") == 2
