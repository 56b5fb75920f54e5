"""Mutants: what can be broken in a text, that the broken text is what is imported, how they are drawn and counted."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from bench.case import Item
from bench.commands.proof import mutants as command
from conformance.mutants import operators
from conformance.mutants.figure import FILE as FIGURE
from conformance.mutants.figure import (
    Figure,
    Trial,
    figure_of,
    read_figure,
    read_unrun,
    unrun_of,
    wilson,
    write_figure,
    write_unrun,
)
from conformance.mutants.lines import LineMap, Measured, importers, sources
from conformance.mutants.operators import changed, sites
from conformance.mutants.planting import graft
from conformance.mutants.sampling import Mutant, draw, on_wire
from conformance.mutants.subjects import file_of, item_of
from conformance.mutants.survivors import FILE, SurvivorError, read_survivors

CHANGES = (
    ("if a < b:\n    pass", operators.COMPARISON, "if a <= b:"),
    ("x = a == b", operators.COMPARISON, "x = a != b"),
    ("x = a in b", operators.COMPARISON, "x = a not in b"),
    ("x = a is None", operators.COMPARISON, "x = a is not None"),
    ("x = a and b", operators.BOOLEAN, "x = a or b"),
    ("x = not a", operators.BOOLEAN, "x = not not a"),
    ("x = 7", operators.CONSTANT, "x = 8"),
    ("x = True", operators.CONSTANT, "x = False"),
    ("x = a - b", operators.ARITHMETIC, "x = a + b"),
    ("x = a // b", operators.ARITHMETIC, "x = a * b"),
    ("a.close()", operators.STATEMENT, "pass"),
    ("n += m", operators.STATEMENT, "pass"),
    ("raise error", operators.STATEMENT, "pass"),
    ("async def f():\n    await g()", operators.AWAIT, "g()"),
    ("def f(a):\n    a.b = c", operators.STATEMENT, "pass"),
    ("while a:\n    break", operators.STATEMENT, "continue"),
    ("x = 'QnRtn'", operators.TEXT, "x = 'QnRt0'"),
    ("x = b'\\x01'", operators.TEXT, "x = b'\\x00'"),
)


@pytest.mark.parametrize(("source", "kind", "after"), CHANGES)
def test_a_text_is_broken_in_one_place(source: str, kind: str, after: str) -> None:
    found = [changed(source, site.number, wire=True) for site in sites(source, wire=True) if site.kind == kind]
    assert [change.after for change in found] == [after]
    compile(found[0].tree, "broken", "exec")


@pytest.mark.parametrize(
    "source",
    (
        '"""Words 1."""',
        "from a import b",
        "def f(a: Literal[1]) -> Annotated[int, 2]: ...",
        "x: Final[Literal['a']]",
        "@frozen(True)\nclass A: ...",
        "if TYPE_CHECKING:\n    x = 1",
        "__all__ = ['a']",
        "x = 'a sentence for people'",
        "x = '中文'",
        "x = cast('int', y)",
        "x = f'word {y}'",
        "assert a == 1",
        "x = f'{y}' + z",
    ),
)
def test_what_only_people_and_tools_read_is_left_alone(source: str) -> None:
    assert sites(source, wire=True) == []


def test_words_are_broken_only_where_they_go_over_a_wire() -> None:
    assert sites("x = 'QnRtn'", wire=False) == []
    assert on_wire("reference_terminal.uplink.hj212.link")
    assert not on_wire("reference_terminal.storage.store")


def test_every_change_of_a_module_is_a_whole_text_and_another_one() -> None:
    path = sources()["reference_terminal.processing.interval"]
    source = path.read_text("utf-8")
    whole = ast.unparse(ast.parse(source))
    found = sites(source, wire=True)
    assert len(found) > 50
    for site in found:
        change = changed(source, site.number, wire=True)
        compile(change.tree, str(path), "exec")
        assert ast.unparse(change.tree) != whole
        assert change.before != change.after, change.site


PLANTED = """
from conformance.mutants.operators import COMPARISON, sites
from conformance.mutants.planting import PlantError, plant
from conformance.mutants.lines import sources
name = "reference_terminal.model.times"
source = sources()[name].read_text("utf-8")
site = next(each for each in sites(source, wire=False))
plant(name, site.number, wire=False)
import reference_terminal.model.times as planted
import inspect, dis
from types import CodeType
def all_of(code):
    yield code.co_code, tuple(each for each in code.co_consts if not isinstance(each, CodeType))
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from all_of(each)
sound = compile(source, planted.__file__, "exec", dont_inherit=True)
print(list(all_of(sound)) != list(all_of(planted.__loader__.get_code(name))))
try:
    plant(name, 0, wire=False)
except PlantError as error:
    print(error)
"""


def test_the_broken_text_is_what_is_imported() -> None:
    told = subprocess.run([sys.executable, "-c", PLANTED], capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == ["True", "reference_terminal.model.times is imported already"]


GRAFTED = """
import functools
STEP = 1 + 1
class Counter:
    step = STEP + 2
    def __init__(self):
        self.n = 0
    def up(self, by):
        def more():
            return by + 10
        self.n = more()
        return self.n
@functools.cache
def twice(x):
    return x + x
def first(x): return [y - 1 for y in x]
"""


def grafted(module: str, text: str, before: str) -> bool:
    number = next(
        each.number for each in sites(text, wire=False) if changed(text, each.number, wire=False).before == before
    )
    return graft(module, number, wire=False)


def test_a_fault_in_a_function_is_put_wherever_it_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "grafted_terminal.py").write_text(GRAFTED, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("grafted_terminal")
    monkeypatch.setitem(sys.modules, "grafted_terminal", module)
    counter, up, twice, first = module.Counter(), module.Counter().up, module.twice, module.first
    assert (counter.up(1), up(1), twice(4), first([4])) == (11, 11, 8, [3])
    assert not grafted("grafted_terminal", GRAFTED, "STEP = 1 + 1")
    assert not grafted("grafted_terminal", GRAFTED, "step = STEP + 2")
    assert not grafted("grafted_elsewhere", GRAFTED, "return x + x")
    assert grafted("grafted_terminal", GRAFTED, "return x + x")
    assert (twice(5), module.twice(6)) == (0, 0)
    assert grafted("grafted_terminal", GRAFTED, "self.n = more()")
    assert (up(1), module.Counter().up(2), counter.n) == (11, 0, 11)
    assert grafted("grafted_terminal", GRAFTED, "return [y - 1 for y in x]")
    assert first([4]) == [5]


def test_the_platform_has_its_own_modules_words_and_files() -> None:
    assert "simulators.platform.core.series" in sources(Item.PLATFORM)
    assert not set(sources(Item.PLATFORM)) & set(sources())
    assert "simulators.platform.core.desk" in importers(Item.PLATFORM)["simulators.platform.core.series"]
    assert on_wire("simulators.platform.core.intake.hj212")
    assert not on_wire("simulators.platform.accounting.lines")
    assert [item_of(name) for name in ("simulators.platform", "reference_terminal.web")] == [*reversed(Item)]
    assert file_of(Item.TERMINAL, FIGURE) == FIGURE
    assert file_of(Item.PLATFORM, FIGURE).name == "figure-platform.json"


def small_map() -> LineMap:
    module = "reference_terminal.processing.interval"
    lines = tuple(sorted({site.line for site in sites(sources()[module].read_text("utf-8"), wire=False)}))
    return LineMap(
        code={module: (*lines, 9999)},
        imported={module: lines[:2], "reference_terminal.model.reading": (1,)},
        cases=(
            Measured(case="a/slow", verdict="pass", cpu_s=2.0, lines={module: lines[2:5]}),
            Measured(case="a/quick", verdict="pass", cpu_s=1.0, lines={module: lines[2:4]}),
            Measured(case="a/other", verdict="pass", cpu_s=0.5, lines={"reference_terminal.web.router": (1,)}),
        ),
    )


def test_the_map_says_what_runs_a_line_and_what_nothing_runs() -> None:
    found = small_map()
    module = "reference_terminal.processing.interval"
    lines = found.code[module]
    assert [case.case for case in found.running(module, lines[2])] == ["a/quick", "a/slow"]
    assert [case.case for case in found.running(module, lines[4])] == ["a/slow"]
    assert [case.case for case in found.running(module, lines[0])] == ["a/quick", "a/slow"]
    assert found.never()[module] == lines[5:]
    assert found.counts() == (5, len(lines))


def test_a_module_without_code_that_runs_is_used_where_its_importers_are() -> None:
    found = small_map()
    assert "reference_terminal.processing.interval" in importers()["reference_terminal.model.reading"]
    using = [case.case for case in found.running("reference_terminal.model.reading", 1)]
    assert {"a/quick", "a/slow"} <= set(using)
    assert msgspec.json.decode(msgspec.json.encode(found), type=LineMap) == found


def test_one_seed_draws_the_same_mutants_and_more_begin_with_them() -> None:
    run = small_map().run()
    module = "reference_terminal.processing.interval"
    run = {module: run[module]}
    few, many = (draw(run, sources(), number, seed=3) for number in (2, 4))
    assert many[:2] == few
    assert len({(each.module, each.line) for each in many}) == 4
    assert many != draw(run, sources(), 4, seed=4)


def mutant(line: int = 1, after: str = "b") -> Mutant:
    return Mutant(module="m", number=0, kind="constant", line=line, owner="f", before="a", after=after)


def figure(*trials: Trial, known: Mapping[tuple[str, str, str, str, str], object] | None = None) -> Figure:
    return figure_of(trials, small_map(), known or {}, commit="c", seed=1)  # type: ignore[arg-type]


def test_the_interval_is_the_one_that_was_published() -> None:
    low, high = wilson(9, 88)
    assert (round(low, 3), round(high, 3)) == (0.055, 0.183)
    assert wilson(0, 10)[0] == 0


def survivors(tmp_path: Path, kind: str, reason: str = "why", line: int = 1) -> Path:
    path = tmp_path / "survivors.yaml"
    entry = {"module": "m", "owner": "f", "kind": "constant", "before": "a", "after": "b", "is": kind, "reason": reason}
    path.write_bytes(msgspec.yaml.encode([entry] * line))
    return path


@pytest.mark.parametrize(
    ("kind", "rate"), (("equivalent", 0.0), ("free choice", 0.0), ("killed", 0.0), ("escape", 0.5), ("", 0.5)), ids=str
)
def test_survivors_count_as_what_people_found(tmp_path: Path, kind: str, rate: float) -> None:
    known = read_survivors(survivors(tmp_path, kind)) if kind else {}
    killed = Trial(mutant=mutant(after="c"), outcome="killed", by="a/b:c", tried=1)
    found = figure(killed, Trial(mutant=mutant(line=77), outcome="survived", tried=3), known=known)
    assert found.escape_rate == rate
    assert found.unsorted == (not kind)


def test_an_undecided_case_kills_nothing_and_a_hanging_one_does() -> None:
    undecided = Trial(mutant=mutant(), outcome="undecided", by="a/b", tried=1)
    hangs = Trial(mutant=mutant(after="c"), outcome="hangs", by="a/b", tried=1)
    stillborn = Trial(mutant=mutant(after="d"), outcome="stillborn")
    found = figure(undecided, hangs, stillborn)
    assert (found.killed, found.unsorted, found.stillborn, found.consequential) == (1, 1, 1, 2)


def test_a_figure_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "figure.json"
    assert read_figure(path) is None
    write_figure(figure(Trial(mutant=mutant(), outcome="killed")), path)
    assert read_figure(path) == figure(Trial(mutant=mutant(), outcome="killed"))
    path.write_text("{}")
    assert read_figure(path) is None


def test_lines_that_no_case_runs_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "unrun.json"
    assert read_unrun(path) is None
    found = unrun_of({"b": (3, 7, 8, 9), "a": (2,)}, "c")
    assert list(found.lines.items()) == [("a", "2"), ("b", "3, 7-9")]
    write_unrun(found, path)
    assert read_unrun(path) == found
    path.write_text("{}")
    assert read_unrun(path) is None


@pytest.mark.parametrize(
    ("kind", "reason", "times", "sentence"),
    (
        ("nonsense", "why", 1, "expected a list of sorted survivors"),
        ("escape", " ", 1, "has no reason"),
        ("escape", "why", 2, "stands twice"),
    ),
)
def test_a_bad_list_of_survivors_is_one_sentence(
    tmp_path: Path, kind: str, reason: str, times: int, sentence: str
) -> None:
    with pytest.raises(SurvivorError, match=sentence):
        read_survivors(survivors(tmp_path, kind, reason, times))


def test_the_list_of_the_suite_can_be_read() -> None:
    assert isinstance(read_survivors(FILE), Mapping)


def test_a_case_that_chance_leaves_open_is_left_out_and_one_that_fails_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measured(verdict: str) -> LineMap:
        cases = [Measured(case=f"x/{word}", verdict=word, cpu_s=1, lines={}) for word in ("pass", verdict)]
        return LineMap(code={}, imported={}, cases=tuple(cases))

    head = command.Head("0", 1, ("x/pass",))
    for verdict in ("inconclusive", "fail"):
        monkeypatch.setattr(command, "_measured", lambda *_, verdict=verdict: measured(verdict))
        trials = command.Trials.fresh(tmp_path / verdict, head)
        if verdict == "fail":
            with pytest.raises(command.Unsound, match="x/fail"):
                trials.lines(1)
            continue
        assert [case.case for case in trials.lines(1).cases] == ["x/pass"]
        assert "x/inconclusive" in capsys.readouterr().err
        assert len(trials.lines(1).cases) == 1
