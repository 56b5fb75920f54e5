"""The import laws are contracts: they hold, and one broken on purpose is seen."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from house import ROOT

ROOMS = ("bench", "simulators", "conformance", "reference_terminal", "reports", "tools")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )


SECTION = re.compile(r"^(?=\S.*\n-+$)", re.MULTILINE)
"""Where the tool begins to tell of a law: its name, underlined; the imports against it follow."""
BROKEN = (
    ("reference_terminal/model/times.py", "import simulators.stamps", "The terminal stands alone"),
    ("reference_terminal/crypto/sm2.py", "import tongsuopy", "The terminal never loads the library of TLCP"),
    ("simulators/stamps.py", "import bench.history", "The simulators know neither"),
    ("bench/history/__init__.py", "import reports.verdicts", "The instrument does not know"),
    ("conformance/common/times.py", "import bench.run", "Judges see the history"),
    ("conformance/terminal/storage/archive_judge.py", "import conformance.terminal.storage.archive", "Judges see the"),
    ("conformance/common/actions.py", "import reference_terminal.model.times", "Cases do not know"),
    ("bench/virtual/clock.py", "import simulators.events", "The virtual world has no protocol"),
    ("simulators/platform/core/times.py", "import simulators.stamps", "The reference platform stands alone"),
    ("simulators/tables.py", "import simulators.platform.core.times", "Only its adapter and the defects"),
    ("simulators/platform/core/numbers.py", "import simulators.platform.base.kinds", "The machinery of the reference"),
)
"""A module, an import that a law forbids it, and how the law begins."""


def test_every_import_against_a_law_is_seen(tmp_path: Path) -> None:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "*.yaml"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    head = "from __future__ import annotations\n"
    for module, line, _ in BROKEN:
        broken = tmp_path / module
        text = broken.read_text("utf-8")
        assert head in text, module
        broken.write_text(text.replace(head, f"{head}\n{line}\n", 1), "utf-8")
    told = lint(tmp_path).stdout.partition("Broken contracts")[2]
    assert told
    for module, line, law in BROKEN:
        importer, imported = module.removesuffix(".py").removesuffix("/__init__").replace("/", "."), line.split()[1]
        sections = [part for part in SECTION.split(told) if part.startswith(law)]
        seen = re.compile(rf"\b{re.escape(importer)} (->|imports) {re.escape(imported)}\b")
        assert any(map(seen.search, sections)), (module, law, told)
