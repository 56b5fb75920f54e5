"""A product that shows its emissions otherwise gets the verdict it deserves, sound and broken, by its profile alone."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from house import ROOT
from suite_kit import COMMAND, environment

FOREIGN = ROOT / "tests" / "support" / "foreign_emitter"
_METHODS = ("accounting/accounts-coking", "accounting/accounts-public-buildings")
_WRONG = "accounting/refuses-wrong-inputs"
_RATE = "25"


def _product(fault: str, folder: Path) -> Path:
    """A copy of it with this fault."""
    folder.mkdir()
    for each in FOREIGN.iterdir():
        if each.is_file():
            (folder / each.name).write_text(
                each.read_text("utf-8").replace('FAULT = ""', f'FAULT = "{fault}"'), "utf-8"
            )
    return folder / "profile.toml"


def _checks(out: Path) -> dict[str, dict[str, str]]:
    """The verdict of every check by case."""
    [run] = out.iterdir()
    told = json.loads((run / "verdicts.json").read_text("utf-8"))
    return {case["id"]: {check["id"]: check["verdict"] for check in case["checks"]} for case in told["cases"]}


@pytest.mark.timeout(900)
def test_a_sound_product_passes_and_each_broken_one_fails_where_it_is_wrong(
    program: Callable[[str], str], tmp_path: Path
) -> None:
    program("faketime")
    program("cc")
    runs: dict[str, subprocess.Popen[bytes]] = {}
    for fault, cases in (("", (*_METHODS, _WRONG)), ("no-44-12", _METHODS[:1]), ("takes-anything", (_WRONG,))):
        name = fault or "sound"
        profile = _product(fault, tmp_path / name)
        words = [word for case in cases for word in ("--case", case)]
        runs[name] = subprocess.Popen(
            [COMMAND, "run", "--rig", "loopback", "--accelerate", _RATE, "-n", str(len(cases)), "--terminal", profile,
             *words, "--out", tmp_path / f"out-{name}"],
            env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path,
        )  # fmt: skip
    codes = {name: run.wait() for name, run in runs.items()}
    sound, forgets, takes = (_checks(tmp_path / f"out-{name}") for name in runs)
    assert {verdict for case in sound.values() for verdict in case.values()} == {"pass"} and codes["sound"] == 0
    assert forgets == {_METHODS[0]: {"method-coking-ndrc-2014": "fail"}} and codes["no-44-12"] == 1
    refused = {id: verdict for id, verdict in takes[_WRONG].items() if id.startswith("refused-")}
    assert len(refused) == 7 and set(refused.values()) == {"fail"}
