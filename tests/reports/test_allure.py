"""Allure: what allure-pytest writes for a case that the helpers described while its test ran."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from house import ROOT

from bench.case import RunResult
from reports import allure, verdicts

ITEMS = """
from pathlib import Path
import pytest
from reports import allure, verdicts

class Item(pytest.Item):
    def runtest(self):
        case = next(case for case in verdicts.read(FOLDER).cases if case.id == self.name)
        allure.attach(case, FOLDER)
        if case.verdict.value != "pass":
            raise AssertionError(case.verdict.value)

    def reportinfo(self):
        return self.path, 1, self.name

class File(pytest.File):
    def collect(self):
        for case in verdicts.read(FOLDER).cases[:3]:
            yield Item.from_parent(self, name=case.id)

def pytest_collect_file(file_path, parent):
    return File.from_parent(parent, path=file_path) if file_path.name == "cases.txt" else None

FOLDER = Path({folder!r})
"""


@pytest.fixture(scope="module")
def results(run: RunResult, run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Run a small pytest whose items are three cases of the run, and read what Allure was given."""
    verdicts.write(run, run_folder)
    room = tmp_path_factory.mktemp("allure")
    (room / "conftest.py").write_text(ITEMS.replace("{folder!r}", repr(str(run_folder))), encoding="utf-8")
    (room / "cases.txt").write_text("", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:carbonbench",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
    ]
    done = subprocess.run(
        [*command, f"--rootdir={room}", f"--alluredir={room / 'out'}", str(room / "cases.txt")],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr
    found = [json.loads(path.read_text(encoding="utf-8")) for path in (room / "out").glob("*-result.json")]
    for result in found:
        result["files"] = {item["name"]: (room / "out" / item["source"]) for item in result["attachments"]}
    return found


def of(results: list[dict[str, Any]], title: str) -> dict[str, Any]:
    return next(result for result in results if result["name"].startswith(title))


def test_title_and_description_are_in_both_languages(results: list[dict[str, Any]], run: RunResult) -> None:
    found = of(results, run.cases[2].title.en)
    assert found["name"] == str(run.cases[2].title)
    assert run.cases[2].replay in found["description"]


def test_labels_carry_draft_clause_and_severity(results: list[dict[str, Any]], run: RunResult) -> None:
    labels = [(label["name"], label["value"]) for label in of(results, run.cases[0].title.en)["labels"]]
    for clause in run.cases[0].clauses:
        assert ("feature", clause) in labels
    assert ("severity", "critical") in labels
    assert sum(name == "epic" for name, _ in labels) == 3


def test_every_check_is_a_step_with_its_own_status(results: list[dict[str, Any]], run: RunResult) -> None:
    steps = of(results, run.cases[2].title.en)["steps"]
    assert [step["status"] for step in steps] == ["failed", "passed", "passed", "passed"]
    assert "3 records (== 0 records)" in steps[0]["name"]
    assert [item["name"] for item in steps[0]["attachments"]] == ["evidence / 证据"]


def test_record_timeline_and_block_are_attached(
    results: list[dict[str, Any]], run: RunResult, run_folder: Path
) -> None:
    files = of(results, run.cases[2].title.en)["files"]
    assert files["record.jsonl"].read_bytes() == (run_folder / run.cases[2].record).read_bytes()
    assert files["timeline / 时间线"].read_text(encoding="utf-8").startswith("<svg xmlns=")
    block = next(path for name, path in files.items() if name.startswith("fail: storage/survives-power-cuts"))
    assert "expected / 应为" in block.read_text(encoding="utf-8")


def test_without_allure_nothing_happens(run: RunResult, run_folder: Path) -> None:
    allure.attach(run.cases[2], run_folder)
