"""The import laws are contracts: they hold, and one broken on purpose is seen."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("bench", "simulators", "conformance", "reference_terminal", "reports", "tools")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("module", "line", "law"),
    [
        ("reference_terminal/model/times.py", "import simulators.stamps", "The terminal stands alone"),
        ("simulators/stamps.py", "import bench.history", "The simulators know neither"),
        ("bench/history/__init__.py", "import reports.verdicts", "The instrument does not know"),
        ("conformance/common/times.py", "import bench.run", "Judges see the history"),
        (
            "conformance/terminal/storage/archive_judge.py",
            "import conformance.terminal.storage.archive",
            "Judges see the",
        ),
        ("conformance/common/actions.py", "import reference_terminal.model.times", "Cases do not know"),
        ("bench/virtual/clock.py", "import simulators.events", "The virtual world has no protocol"),
    ],
)
def test_an_import_against_the_law_is_seen(module: str, line: str, law: str, tmp_path: Path) -> None:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "*.yaml"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    broken = tmp_path / module
    text = broken.read_text("utf-8")
    broken.write_text(
        text.replace("from __future__ import annotations\n", f"from __future__ import annotations\n\n{line}\n", 1)
    )
    told = lint(tmp_path).stdout
    assert law in told.partition("Broken contracts")[2], told
