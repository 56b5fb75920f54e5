"""The validation file of the method: every part is there, and what was not shown is said."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from bench import cli
from bench.commands.laboratory import validation as command
from reports.issue.validation import flips


def test_it_is_one_document_bound_to_the_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "commit", lambda: "0123456789ab")
    for name, commit in (("own", "0123456789ab"), ("old", "ffffffffffff")):
        (tmp_path / name).mkdir()
        told = {"run": f"parity-{name}", "rig": "process", "commit": commit, "same": True}
        told["rows"] = [{"case": "x/y", "likeness": "same"}, {"case": "x/y", "likeness": "stated limit"}]
        (tmp_path / name / "parity.json").write_text(json.dumps(told))
    words = ["validation", str(tmp_path / "v.pdf"), "--language", "en"]
    words += ["--parity", str(tmp_path / "own"), "--parity", str(tmp_path / "old")]
    assert cli.main(words) == 0
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed: tools/peers --for paper")
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "v.pdf", "-"], capture_output=True, text=True).stdout
    for word in ("0123456789ab", "R-46", "docs/RULINGS.md", "How much escapes", "weasyprint", "No physical device"):
        assert word in text
    assert "parity-own" in text and "made by another version" in text
    assert "检测" not in text


def test_wrong_words_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["validation", str(tmp_path / "v.txt")]) == 4
    parity = ["validation", str(tmp_path / "v.pdf"), "--parity", str(tmp_path)]
    assert cli.main(parity) == 4
    told = {"run": "p", "rig": "process", "commit": "c", "same": True, "rows": [{"likeness": "differs"}]}
    (tmp_path / "parity.json").write_text(json.dumps(told))
    assert cli.main(parity) == 4
    said = capsys.readouterr().err
    assert "ends with .pdf" in said and "holds no parity.json" in said and "says same, its rows do not" in said
    assert not (tmp_path / "v.pdf").exists()


def test_the_proof_names_defects_by_case_and_check() -> None:
    found = flips()
    assert found["delivery/backfills-after-two-day-outage"]["none-lost"]
