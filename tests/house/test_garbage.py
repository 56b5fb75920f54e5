"""What a file of tests leaves behind is told of that file, never of a test that stands elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from house import ROOT

LEAVES = """
import types

@types.coroutine
def pause():
    yield

async def goes_on():
    try:
        await pause()
    finally:
        await pause()

def test_leaves():
    left = [goes_on()]
    left[0].send(None)
    left.append(left)
"""


def test_garbage_that_cannot_end_fails_the_file_that_made_it(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text())
    (tmp_path / "test_a.py").write_text(LEAVES)
    (tmp_path / "test_b.py").write_text("import gc\n\ndef test_innocent():\n    gc.collect()\n")
    words = [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "--rootdir", tmp_path, tmp_path]
    told = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path).stdout
    assert re.findall(r"^(ERROR|FAILED) (\S+)", told, re.MULTILINE) == [("ERROR", "test_a.py::test_leaves")], told
    assert "goes_on" in told
