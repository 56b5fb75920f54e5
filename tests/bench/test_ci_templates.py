"""The build-server templates: they are what their servers read, and every command in them exists with its options."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from bench.cli import parser

TEMPLATES = sorted((Path(__file__).parents[2] / "docs" / "ci").glob("*.yml"))


def test_there_is_one_for_each_server() -> None:
    assert [path.name for path in TEMPLATES] == ["github-actions.yml", "gitlab-ci.yml"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_commands_exist_with_their_options(path: Path) -> None:
    text = path.read_text("utf-8")
    assert isinstance(yaml.safe_load(text), dict)
    told = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\n\s{8,}--", " --", told)
    lines = re.findall(r"carbonbench (?:run|profile) [^\n]*", joined)
    assert len(lines) == 2
    for line in lines:
        words, rest = parser().parse_known_args(shlex.split(line)[1:])
        assert words.command in ("run", "profile")
        assert not rest or words.command == "profile"
