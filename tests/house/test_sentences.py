"""Sentences of bench and simulators: each id once, in both languages, with the same fields and their punctuation."""

from __future__ import annotations

import ast
import gc
import importlib
import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sayings import Saying, sayings, speakers, takers

import simulators
from simulators.sentences import Sentence, Words, few

ROOT = Path(simulators.__path__[0]).parent
ROOMS = ("simulators", "bench")
HAN = r"[\u4e00-\u9fff]"
NARROW = re.compile(rf"{HAN}\s?[,;:?!()]|[,;:?!()]\s?{HAN}")
"""Punctuation of English beside a Chinese character."""
WIDE = re.compile(r"[\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]")
TELLERS = {"problem", "note", "Problem"}
PLATFORM = ROOT / "simulators" / "platform"
"""The reference platform says what it says by its own means, but what is wrong with its settings."""
OF_THE_PLATFORM = {PLATFORM / "core" / "messages.py", PLATFORM / "core" / "settings.py"}


def files() -> list[Path]:
    return [
        each
        for room in ROOMS
        for each in sorted((ROOT / room).rglob("*.py"))
        if PLATFORM not in each.parents or each in OF_THE_PLATFORM
    ]


def tables() -> Iterator[tuple[str, str, Sentence]]:
    """Every sentence with the module and the name that it has there."""
    for path in files():
        text = path.read_text("utf-8")
        if "Sentence(" not in text:
            continue
        own = {*re.findall(r"^(\w+) = Sentence\(", text, re.MULTILINE)}
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for name, value in vars(module).items():
            if isinstance(value, Sentence) and name in own:
                yield module.__name__, name, value


SENTENCES = [*tables()]


def fields_of(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_ids_are_there_once() -> None:
    ids = [each.id for _, _, each in SENTENCES]
    assert len(ids) > 100 and [each for each in ids if ids.count(each) > 1] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_sentence_stands_twice(language: str) -> None:
    told = [getattr(each, language) for _, _, each in SENTENCES]
    assert [each for each in told if told.count(each) > 1] == []


def test_both_languages_have_the_same_fields() -> None:
    assert [each.id for _, _, each in SENTENCES if set(fields_of(each.en)) != set(fields_of(each.zh))] == []


def test_each_language_keeps_its_characters_and_punctuation() -> None:
    assert [each.zh for _, _, each in SENTENCES if NARROW.search(each.zh) or not re.search(HAN, each.zh)] == []
    assert [each.en for _, _, each in SENTENCES if WIDE.search(each.en) or not each.en.strip()] == []


def test_every_sentence_is_said() -> None:
    """One of a table that no module names is one that nobody says any more."""
    words = Counter(word for path in files() for word in re.findall(r"\w+", path.read_text("utf-8")))
    assert [f"{module}.{name}" for module, name, _ in SENTENCES if words[name] < 2] == []


def test_no_sentence_of_the_simulators_is_written_where_it_is_told() -> None:
    found: list[str] = []
    for path in (each for each in files() if each.is_relative_to(ROOT / "simulators")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and len(node.args) > 1:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in TELLERS and isinstance(node.args[1], ast.JoinedStr | ast.Constant):
                    found.append(f"{path.name}:{node.lineno}")
    assert found == []


TABLES = frozenset(("sentences.py", "messages.py", "reasons.py"))
FINISHED = (
    "bench/campaign",
    "bench/captures.py",
    "bench/cli.py",
    "bench/commands",
    "bench/dut",
    "bench/evidence",
    "bench/facade",
    "bench/history",
    "bench/journal.py",
    "bench/lab",
    "bench/layout",
    "bench/load",
    "bench/operator",
    "bench/plugin.py",
    "bench/real",
    "bench/rigs",
    "bench/run.py",
    "bench/virtual",
    "reference_terminal/access",
    "reference_terminal/accounting",
    "reference_terminal/acquisition/mqtt",
    "reference_terminal/acquisition/opcua",
    "reference_terminal/crypto",
    "reference_terminal/group",
    "reference_terminal/management",
    "reference_terminal/net",
    "reference_terminal/operations/time_source.py",
    "reference_terminal/security",
    "reference_terminal/settings",
    "reference_terminal/storage",
    "reference_terminal/uplink",
    "reference_terminal/assembly.py",
    "reference_terminal/processing/versions.py",
    "reference_terminal/commissioning/explain_emission.py",
    "simulators/platform/core/settings.py",
    *(f"reference_terminal/acquisition/{protocol}/settings.py" for protocol in ("cjt188", "dlt645", "modbus", "scale")),
)
"""Rooms whose sentences all stand in tables: Chinese written anywhere else in them is a sentence past these."""
LABELS = {
    "bench/campaign/joining.py": "what stands in statements that were signed",
    "bench/cli.py": "help",
    "bench/commands/finished/words.py": "help",
    "bench/commands/laboratory/desk/skeleton.py": "a form to be filled in",
    "bench/commands/laboratory/lab.py": "the head of a file that is written",
    "bench/commands/laboratory/words.py": "help",
    "bench/commands/option.py": "help of a letter",
    "bench/commands/products/init.py": "questions of a form, and a file that is written",
    "bench/commands/products/init_platform.py": "questions of a form, and a file that is written",
    "bench/commands/products/platform_try.py": "the title of a trial",
    "bench/commands/products/profile_try.py": "the title of a trial",
    "bench/commands/products/words.py": "help",
    "bench/commands/proof/words.py": "help",
    "bench/commands/rows.py": "help of options",
    "bench/commands/running/options.py": "help of options",
    "bench/commands/running/status.py": "names of lines",
    "bench/commands/running/words.py": "help",
    "bench/commands/words.py": "help",
    "bench/facade/people/register.py": "what is entered into a register",
    "bench/layout/park.py": "the name of a park",
    "bench/plugin.py": "help of options",
    "bench/real/disk/watch.py": "runs alone, on the standard library",
    "bench/virtual/watchdog.py": "knows nothing but the standard library",
    "bench/dut/platform/vocabulary": "names of kinds and analyses",
    "bench/dut/reference.py": "the head of a file that is written",
    "bench/dut/reference_accounting.py": "the heading of a total in the reference's report",
    "reference_terminal/accounting/book.py": "names of figures on the screen",
    "reference_terminal/accounting/library.py": "words of the tables of factors",
    "reference_terminal/accounting/method.py": "names of categories",
    "reference_terminal/accounting/report.py": "headings of a form",
    "reference_terminal/accounting/sectors.py": "the name of an industry",
}
"""Modules of finished rooms in which Chinese is a word or a heading, and no sentence."""


def chinese_of(tree: ast.AST) -> Iterator[ast.Constant]:
    """Texts with Chinese characters that are no docstrings."""
    told = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield from [node] if re.search(HAN, node.value) else []


def finished() -> Iterator[Path]:
    for name in FINISHED:
        place = ROOT / name
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def test_finished_rooms_tell_nothing_past_their_tables() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for path in finished()
        if path.name not in TABLES and not any(path.is_relative_to(ROOT / label) for label in LABELS)
        for node in chinese_of(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


def test_a_room_is_finished_once_and_an_exception_is_needed() -> None:
    paths = [str(path.relative_to(ROOT)) for path in finished()]
    assert len(paths) == len(set(paths))
    for label in LABELS:
        mine = [path for path in finished() if path.is_relative_to(ROOT / label)]
        assert any([*chinese_of(ast.parse(path.read_text("utf-8")))] for path in mine), label


def test_every_problem_of_the_terminal_bears_a_message() -> None:
    """Where its settings, accounts and workbooks are looked at, nothing is said in words of the place."""
    found: list[str] = []
    for path in sorted((ROOT / "reference_terminal").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in ("Problem", "problem") and any(
                    isinstance(each, ast.JoinedStr) or (isinstance(each, ast.Constant) and each.value)
                    for each in node.args[1:]
                ):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


SAID_IN = ("simulators", "bench", "reference_terminal", "conformance", "reports")
FOR_AUDIT = frozenset(("user",))
"""Who did it: a content of the audit log (ISC-2 7.4.1.3(2)), in the sentence or not."""
NOT_SEEN = 36
"""At most so many places where a sentence goes on to where its fields are given, out of sight of its source."""


@pytest.fixture(scope="module")
def said() -> list[Saying]:
    # Trees are kept, and each look of the collector at all of them costs as much as the reading.
    gc.disable()
    try:
        paths = speakers(path for room in SAID_IN for path in sorted((ROOT / room).rglob("*.py")))
        takes = takers(path for path in paths if not path.is_relative_to(ROOT / "conformance"))
        assert {"event", "raise_alarm", "clear_alarm"} <= {*takes}
        return [each for path in paths for each in sayings(path, takes)]
    finally:
        gc.enable()


def test_whoever_says_a_sentence_gives_its_fields_and_no_others(said: list[Saying]) -> None:
    """A field that is missing would be found only when the sentence is told, and one too many never."""
    assert [fault for each in said for fault in each.faults(FOR_AUDIT)] == []


def test_nearly_every_place_where_a_sentence_is_said_can_be_seen(said: list[Saying]) -> None:
    hidden = [str(each) for each in said if each.given is None]
    assert len(said) > 1900 and len(hidden) <= NOT_SEEN, hidden


def test_fields_are_told_in_the_language_of_the_sentence() -> None:
    asked = Sentence("asked", "{what} {names}, got {got!r}", "{what} {names}，实际为 {got!r}")
    told = asked(what=Words("one of", "应为"), names=("a", "b"), got="c")
    assert told == ("one of a, b, got 'c'", "应为 a、b，实际为 'c'")
    assert asked(what="", names={"a": 1, "b": 2}, got="c").zh == " a、b，实际为 'c'"
    assert str(told) == "one of a, b, got 'c' / 应为 a、b，实际为 'c'" and Words.of(told) == told
    failed = Sentence("failed", "failed: {error}", "失败：{error}")
    assert failed(error=OSError("no / 无\nbut")) == ("failed: no\nbut", "失败：无\nbut")
    assert few([]) == ("none", "无") and few(["x"] * 14).zh.endswith("x等，另有 2 个")
