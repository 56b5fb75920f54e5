"""One table of options: each is declared once, and every command that has it takes that declaration."""

from __future__ import annotations

import argparse
import ast
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

import bench.commands
from bench import cli
from bench.commands.option import Line, Option, whole
from bench.commands.products.words import trying
from bench.commands.running.options import ROWS
from conformance.clauses import command as clauses
from conformance.clauses import ics

COMMANDS = Path(bench.commands.__file__).parent
CLAUSES = Path(clauses.__file__).parent


def arguments() -> Iterator[tuple[str, argparse.Action]]:
    """Every argument but help, with its command's name."""
    commands = next(each for each in cli.parser()._actions if isinstance(each.choices, dict))
    assert isinstance(commands.choices, dict)
    made = [*commands.choices.items(), *below("profile", ics.parser()), *below("clauses", clauses.parser())]
    for name, parser in (*made, ("profile try", trying())):
        yield from ((name, each) for each in parser._actions if each.dest != "help")


def below(name: str, top: argparse.ArgumentParser) -> list[tuple[str, argparse.ArgumentParser]]:
    """The commands of a command."""
    commands = next(each for each in top._actions if isinstance(each.choices, dict))
    assert isinstance(commands.choices, dict)
    return [(f"{name} {word}", made) for word, made in commands.choices.items()]


def rows() -> dict[str, list[tuple[str, Option]]]:
    """Every name of an option, with the commands that have it and what each adds."""
    found: dict[str, list[tuple[str, Option]]] = defaultdict(list)
    for command, action in arguments():
        row = vars(action)["row"]
        for name in action.option_strings or [row.name]:
            found[name].append((command, row))
    return found


def test_every_argument_of_every_command_is_added_from_an_option() -> None:
    assert [(command, each.dest) for command, each in arguments() if "row" not in vars(each)] == []
    by_hand = [
        f"{path.name}:{node.lineno}"
        for path in sorted([*COMMANDS.rglob("*.py"), *CLAUSES.glob("*.py")])
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "add_argument" and path.name != "option.py"
    ]
    assert by_hand == []


def said(row: Option) -> tuple[object, ...]:
    """What a person and a program know of an option; its default is each command's own."""
    return row.metavar, row.help, row.many, row.kind, row.choices, row.count, row.shorts


def test_a_name_means_one_thing_but_where_its_row_says_otherwise() -> None:
    wrong: list[str] = []
    for name, users in rows().items():
        if not name.startswith("-"):
            continue
        common = {said(row) for _, row in users if not row.only}
        if len(common) > 1:
            wrong.append(f"{name} is told in {len(common)} ways by {', '.join(each for each, _ in users)}")
        for row in {id(row): row for _, row in users if row.only}.values():
            having = tuple(command for command, each in users if each is row)
            if set(having) != set(row.only):
                wrong.append(f"{name} is marked as of {', '.join(row.only)} alone, and is taken by {', '.join(having)}")
    assert wrong == []


def test_no_option_is_declared_twice() -> None:
    declared: list[tuple[str, str, bool]] = []
    for path in sorted(COMMANDS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Option":
                name = node.args[0]
                if isinstance(name, ast.Constant) and str(name.value).startswith("-"):
                    only = any(each.arg == "only" for each in node.keywords)
                    declared.append((str(name.value), f"{path.relative_to(COMMANDS)}:{node.lineno}", only))
    assert len(declared) > 90
    twice = {
        name: [where for _, where, only in several if not only]
        for name, several in ((name, list(group)) for name, group in groupby(sorted(declared), key=lambda one: one[0]))
    }
    assert {name: places for name, places in twice.items() if len(places) > 1} == {}


def test_every_option_has_both_languages() -> None:
    every = {id(row): row for users in rows().values() for _, row in users}.values()
    assert [row.name for row in every if row.help.count(" / ") < 1 or row.help.rpartition(" / ")[2].isascii()] == []


def test_help_tells_the_default_behind_the_english() -> None:
    assert ROWS["seed"].told == "master seed (default 1) / 主种子"
    assert Option("--days", "N", "at most / 最多", default=14.0).told == "at most (default 14) / 最多"
    assert Option("--to", "DIR", "where / 目录").told == "where / 目录"


def test_letters_stand_for_a_value() -> None:
    parser = argparse.ArgumentParser()
    for name in ("screen", "fail_fast"):
        ROWS[name].put(parser, given_alone=True)
    assert vars(parser.parse_args([])) == {"screen": "", "fail_fast": False}
    assert vars(parser.parse_args(["-q", "-x"])) == {"screen": "quiet", "fail_fast": True}
    assert vars(parser.parse_args(["--screen", "full"]))["screen"] == "full"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("7", ""),
        ("-1", "at least 1"),
        ("0", "at least 1"),
        ("11", "at most 10"),
        ("٣", "at least 1"),
        ("x", "at least 1"),
    ],
)
def test_whole_numbers(text: str, problem: str) -> None:
    line = Line({})
    number = whole("--n", text, line.problems, least=1, most=10)
    assert (number == 7) is not bool(problem)
    assert [problem in each for each in line.problems] == ([True] if problem else [])
