"""A module of the suite that cannot be imported is a sentence with its place, whichever command met it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench import cli
from bench.case import EXIT_ERROR
from conformance import defects
from conformance.clauses import loading
from conformance.clauses.loading import SuiteBroken, load

BROKEN = {
    "a_defects": ("defect(\n", "a_defects.py:2: a_defects cannot be imported: SyntaxError: '(' was never closed"),
    "b_defects": (
        "raise ValueError('two defects\\nare called x')\n",
        "b_defects.py:2: b_defects cannot be imported: Val",
    ),
    "c_defects": ("import a_module_that_nobody_has\n", "c_defects.py:2: c_defects cannot be imported: ModuleNotFound"),
}


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a chapter whose defects cannot be imported, in the place of the suite."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(loading, "_HOUSE", tmp_path)
    for name, (text, _) in BROKEN.items():
        (tmp_path / f"{name}.py").write_text(f"# A defect\n{text}")
    (tmp_path / "chapter").mkdir()
    (tmp_path / "chapter" / "__init__.py").write_text("import a_module_that_nobody_has\n")
    return tmp_path


@pytest.mark.parametrize("name", BROKEN)
def test_place_and_error_are_one_line(room: Path, name: str) -> None:
    with pytest.raises(SuiteBroken) as told:
        load(name)
    said = str(told.value)
    assert said.startswith(f"{room}/{BROKEN[name][1]}") and "\n" not in said and said.endswith(" / 模块无法导入")


def test_a_chapter_that_cannot_be_imported_is_not_left_out(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defects.conformance, "__path__", [str(room)])
    monkeypatch.setattr(defects.conformance, "__name__", "chapter_of_nobody")
    with pytest.raises(SuiteBroken):
        defects.all_defects.__wrapped__()


@pytest.mark.parametrize("words", [["list"], ["clauses", "list"], ["prove", "--case", "delivery"]])
def test_a_command_says_it_and_ends(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Whatever of the suite a command asks for."""

    def broken(*_: object) -> None:
        raise SuiteBroken("x.py:1: x cannot be imported: ValueError: no / 模块无法导入")

    for name in ("conformance.clauses.suite", "conformance.defects"):
        module = sys.modules.get(name) or __import__(name, fromlist=["load"])
        monkeypatch.setattr(module, "load", broken)
        for cached in ("case_classes", "_classes_of", "case_modules", "all_defects"):
            if hasattr(getattr(module, cached, None), "cache_clear"):
                monkeypatch.setattr(module, cached, getattr(module, cached).__wrapped__)
    monkeypatch.chdir(tmp_path)
    assert cli.main(words) == EXIT_ERROR
    assert capsys.readouterr().err == "x.py:1: x cannot be imported: ValueError: no / 模块无法导入\n"
