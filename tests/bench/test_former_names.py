"""Modules that adapters of other houses may import by their former names."""

from __future__ import annotations

import importlib
import re
import sys
import warnings
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import bench
from bench import dut

ROOT = Path(bench.__file__).resolve().parents[1]
FORMER = """
from bench.terminals import Launch, LaunchError, Seat


class MyAdapter:
    name = "my-terminal"
    in_process = False

    def launch(self, seat, state):
        if not state:
            raise LaunchError("no state")
        return Launch(argv=("/bin/true",))
"""


def test_an_adapter_written_before_is_found_and_told_the_new_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_former_adapter.py").write_text(FORMER, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "bench.terminals", raising=False)
    entry = EntryPoint("my-terminal", "my_former_adapter:MyAdapter", "carbonbench.terminals")
    monkeypatch.setattr(dut, "_installed", lambda: (entry,))
    with pytest.warns(DeprecationWarning, match=re.escape("bench.terminals is called bench.dut")):
        found = dut.adapter("my-terminal")
    assert isinstance(found, dut.Launchable)
    assert type(found.launch("", "state")) is dut.Launch  # pyright: ignore[reportArgumentType]
    with pytest.raises(dut.LaunchError):
        found.launch("", "")  # pyright: ignore[reportArgumentType]


def test_the_former_module_has_every_public_name_of_the_new_one() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        former = importlib.import_module("bench.terminals")
    public = {
        name
        for name, found in vars(dut).items()
        if not name.startswith("_") and getattr(found, "__module__", "") == dut.__name__
    }
    assert public | {"OpenSerial"} == set(former.__all__)
    assert all(getattr(former, name) is getattr(dut, name) for name in former.__all__)


def test_nothing_of_this_house_imports_it() -> None:
    rooms = ("bench", "simulators", "conformance", "reference_terminal", "reports", "tests", "tools", "benchmarks")
    imports = re.compile(r"^\s*(?:from|import) bench\.terminals\b", re.MULTILINE)
    found = [path for room in rooms for path in (ROOT / room).rglob("*.py") if imports.search(path.read_text("utf-8"))]
    assert found == [Path(__file__).resolve()]
