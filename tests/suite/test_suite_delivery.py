"""`carbonbench report RUN --delivery`: what became of every record, counted and drawn."""

from __future__ import annotations

import json
import re
from pathlib import Path

from suite_kit import carbonbench, run_folder

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
    drawn = [int(count) for count in re.findall(r"(\d+) lost 丢失</title></rect>", page)]
    assert sum(drawn) == refused["lost"]
    assert carbonbench("verify", folder, cwd=tmp_path).code == 0


def test_screen_shows_a_row_for_each_case_and_centre(own: Path, tmp_path: Path) -> None:
    told = carbonbench("report", own, "--delivery", cwd=tmp_path)
    assert told.code == 0, told.err
    assert "delivered" in told.out and "total 合计" in told.out
    assert not re.search(r"\blost\b", told.out)


def test_what_is_no_run_gets_a_sentence(tmp_path: Path) -> None:
    told = carbonbench("report", tmp_path, "--delivery", cwd=tmp_path)
    assert told.code == 3 and "this is no run folder" in told.err and "Traceback" not in told.err
    told = carbonbench("report", tmp_path, "--json", cwd=tmp_path)
    assert told.code == 4 and "--delivery" in told.err
