"""What was parsed once is believed only while its sources and its code are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import pytest

from conformance.clauses import suite
from conformance.clauses.cache import CompiledTemplates, cache_folder, remembered
from conformance.clauses.ledger import Words
from conformance.clauses.suite import CaseNote, case_classes, find_cases


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered from other tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sources of a suite that stands elsewhere, in a process that has imported none of its chapters."""
    for room in ("bench", "simulators", "conformance"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "part.py").write_text("", "utf-8")
    monkeypatch.setattr(suite, "_HOUSE", tmp_path)
    monkeypatch.setattr(suite, "SUBJECTS", ("nowhere",))
    return tmp_path


def test_a_damaged_memory_is_not_believed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("1", "utf-8")
    assert remembered("number", [source], lambda: 1, int) == 1
    assert remembered("number", [source], lambda: 2, int) == 1
    (path,) = cache_folder().glob("number-*.msgpack")
    path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    assert remembered("number", [source], lambda: 3, int) == 3
    source.write_text("2", "utf-8")
    assert remembered("number", [source], lambda: 4, int) == 4


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert remembered("number", [tmp_path / "file"], lambda: 1, int) == 1


def test_what_was_made_during_an_edit_is_not_remembered(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("1", "utf-8")

    def build_after_edit() -> int:
        source.write_text("2", "utf-8")
        return int(source.read_text("utf-8"))

    assert remembered("number", iter([source]), build_after_edit, int) == 2
    source.write_text("1", "utf-8")
    assert remembered("number", [source], lambda: 1, int) == 1


def test_cases_are_found_anew_when_any_source_changes(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case's id or clause may be a constant of a module far from the chapters."""
    note = CaseNote(id="a", title=Words(zh="甲", en="a"), clauses=(), needs=(), rigs=())
    monkeypatch.setattr(suite, "case_classes", lambda: {"one": 1})
    monkeypatch.setattr(suite, "note_of", lambda case: note)
    assert find_cases() == (note,)
    monkeypatch.setattr(suite, "case_classes", dict)
    assert find_cases() == (note,), "remembered"
    for room in ("bench", "simulators", "conformance"):
        monkeypatch.setattr(suite, "case_classes", lambda: {"one": 1, "two": 2})
        (house / room / "part.py").write_text("# edited\n", "utf-8")
        assert find_cases() == (note, note), room
        (house / room / "part.py").write_text("", "utf-8")


def test_a_process_older_than_an_edit_remembers_nothing(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it has imported are the sources of before, whatever stands in them now."""
    monkeypatch.setattr(suite, "SUBJECTS", ("conformance.terminal",))
    loaded = list(case_classes())
    assert [note.id for note in find_cases()] == loaded
    (house / "conformance" / "part.py").write_text("# edited\n", "utf-8")
    assert [note.id for note in find_cases()] == loaded
    assert not list(cache_folder().glob("cases-*"))


def _page(folder: Path, **options: Any) -> str:
    loader = jinja2.FileSystemLoader(folder)
    made = jinja2.Environment(loader=loader, bytecode_cache=CompiledTemplates(options), **options)
    return made.get_template("page").render(it="<")


def test_a_template_is_compiled_once_for_its_text_and_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page").write_text("1 {{ it }}", "utf-8")
    assert _page(tmp_path) == "1 <"
    with monkeypatch.context() as patched:
        patched.setattr(jinja2.Environment, "_parse", lambda *_: pytest.fail("compiled again"))
        assert _page(tmp_path) == "1 <"
    assert _page(tmp_path, autoescape=True) == "1 &lt;"
    (tmp_path / "page").write_text("2 {{ it }}", "utf-8")
    assert _page(tmp_path) == "2 <"


@pytest.mark.parametrize("spoiled", ["empty", "cut", "folder"])
def test_a_spoiled_template_is_compiled_again(tmp_path: Path, spoiled: str) -> None:
    (tmp_path / "page").write_text("1 {{ it }}", "utf-8")
    assert _page(tmp_path) == "1 <"
    (kept,) = cache_folder().glob("template-*")
    octets = kept.read_bytes()
    kept.unlink()
    if spoiled == "folder":
        kept.mkdir()
    else:
        kept.write_bytes(octets[: -len(octets) // 2] if spoiled == "cut" else b"")
    assert _page(tmp_path) == "1 <"


def test_without_a_folder_templates_are_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    (tmp_path / "page").write_text("1 {{ it }}", "utf-8")
    assert _page(tmp_path) == "1 <"
