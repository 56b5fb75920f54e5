"""The table of refusals: each id once, the same fields in both languages, every row told, none told past it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import reference_terminal
from reference_terminal.web import errors, refusals
from reference_terminal.web.errors import Refusal

ROOT = Path(reference_terminal.__file__).parent
HALF = re.compile(r"(?<=[\u4e00-\u9fff])[,:;()!?]|[,:;()!?](?=[\u4e00-\u9fff])")
ROWS = {name: row for name, row in vars(refusals).items() if isinstance(row, Refusal)}
CODES = {
    "unknown-host",
    "foreign-origin",
    "not-logged-in",
    "no-proof",
    "no-right",
    "not-yourself",
    "too-many",
    "own-proposal",
    *refusals.LOGIN,
}
"""What answers bear as `code`: programs decide by these, so that none may go or change."""


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def every() -> list[Refusal]:
    return [*ROWS.values(), *refusals.LOGIN.values()]


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield path, node


def test_each_id_stands_once_and_says_the_same_in_both_languages() -> None:
    ids = [row.id for row in every()]
    assert len(ids) == len(set(ids)) > 130
    for row in every():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", row.id) and 400 <= row.status < 600, row
        assert row.en and row.zh and fields(row.zh) <= fields(row.en), row
        assert not HALF.search(row.zh), row


def test_what_programs_decide_by_goes_out_as_code() -> None:
    assert {row.id for row in every() if row.coded} == CODES
    told = refusals.OWN_PROPOSAL()
    assert (told.id, told.code, told.status, told.en) == (
        "own-proposal",
        "own-proposal",
        403,
        "another person releases or rejects",
    )
    quiet = refusals.NO_CENTRE.with_status(410).after(7)(got="'B'")
    assert (quiet.id, quiet.code, quiet.status, quiet.headers) == ("no-centre", "", 410, {"Retry-After": "7"})
    assert (quiet.en, quiet.zh) == ("no centre is called 'B'", "没有数据中心 'B'")


def test_nothing_is_refused_past_the_table() -> None:
    past = [
        (path.name, node.lineno)
        for path, node in calls()
        if isinstance(node.func, ast.Name) and node.func.id == "HttpError" and path != Path(errors.__file__)
    ]
    assert past == []


def test_every_row_is_told() -> None:
    named = {
        node.attr
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "refusals"
    }
    assert set(ROWS) - named == set()


def test_a_field_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        refusals.NO_CENTRE()
