"""A case of platforms where the platform is a program of its own on real sockets."""

from __future__ import annotations

from pathlib import Path

from suite_kit import carbonbench, run_folder, verdicts


def test_a_case_of_platforms_passes_on_the_loopback_rig(tmp_path: Path) -> None:
    words = ("run", "--item", "platform", "--rig", "loopback", "--case", "kept/keeps-what-is-entered")
    told = carbonbench(*words, cwd=tmp_path)
    assert told.code == 0, told.out
    (case,) = verdicts(run_folder(tmp_path / "out"))["cases"]
    assert case["verdict"] == "pass"
    assert {check["verdict"] for check in case["checks"]} == {"pass"} and len(case["checks"]) >= 3
