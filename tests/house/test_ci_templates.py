"""What vendors copy: templates are what their servers read, and every command of theirs exists with its options."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from house import ROOT

from bench.case import ExpectedFailure
from bench.cli import parser
from bench.commands.running.expected import read_expected
from bench.commands.running.options import Options
from bench.dut.profile import load_profile
from conformance.clauses import ics, load_ledger
from conformance.clauses.suite import case_classes

DOCS = ROOT / "docs"
TEMPLATES = sorted((DOCS / "ci").glob("*.yml"))
SERVERS = ("Jenkinsfile", "gitlab-ci.yml", "github-actions.yml")
PAGE = (DOCS / "VENDORS.md").read_text("utf-8")


def scripts(value: Any) -> list[str]:
    """Every shell script of a template: what stands under run, before_script, script and after_script."""
    if isinstance(value, dict):
        own = [value[key] for key in ("run", "before_script", "script", "after_script") if key in value]
        found = [line for each in own for line in ([each] if isinstance(each, str) else each)]
        return found + [line for inner in value.values() for line in scripts(inner)]
    return [line for inner in value for line in scripts(inner)] if isinstance(value, list) else []


def commands(text: str) -> list[list[str]]:
    """The words of every call of carbonbench in a shell script."""
    calls = re.findall(r"(?<![\w/-])carbonbench ((?:run|profile|status|bench|prove|verify|decode)\b[^\n|>&`]*)", text)
    return [shlex.split(call, comments=True) for call in calls]


def exists(words: list[str]) -> None:
    """A command line that the bench would take, down to the values of its options."""
    told, rest = parser().parse_known_args(words)
    if told.command == "profile" and rest[:1] == ["try"]:
        return
    if told.command == "profile":
        ics.parser().parse_args(rest)
        return
    assert rest == [], words
    if told.command == "run":
        assert not told.case or any(case in name for name in case_classes() for case in told.case), words
        if not told.resume:
            Options.parse(vars(told), live=True)


def test_there_is_one_template_for_each_server() -> None:
    assert [path.name for path in TEMPLATES] == ["github-actions.yml", "gitlab-ci.yml"]


def test_the_pipeline_of_jenkins_runs_commands_that_exist() -> None:
    text = (DOCS / "ci" / "Jenkinsfile").read_text("utf-8")
    found = commands(text.replace("'", "\n"))
    assert [words[0] for words in found] == ["profile", "run", "status"]
    for words in found:
        exists(words)
    assert text.count("{") == text.count("}") and "junit 'out/*/junit.xml'" in text


def tool() -> ModuleType:
    """tools/templates as a module."""
    loader = SourceFileLoader("templates", str(ROOT / "tools" / "templates"))
    spec = spec_from_loader("templates", loader)
    assert spec is not None
    made = module_from_spec(spec)
    loader.exec_module(made)
    return made


@pytest.mark.parametrize("name", SERVERS)
def test_what_is_run_on_a_bare_machine_is_what_the_template_says(name: str) -> None:
    text = (DOCS / "ci" / name).read_text("utf-8")
    found = commands("\n".join(tool().scripts(text)))
    assert [words[0] for words in found] == ["profile", "run", "status"]
    assert "-n" in found[1] and "--expected-failures" in found[1]


_STUB = """#!/bin/sh
printf '%s' "${0##*/}" >> "$CALLS"
for word in "$@"; do printf ' [%s]' "$word" >> "$CALLS"; done
echo >> "$CALLS"
case "${0##*/} $1" in
"git clone") mkdir -p "$3/tools" && touch "$3/tools/install" ;;
"sudo "*) "$@" ;;
esac
"""


@pytest.mark.parametrize("name", SERVERS)
def test_the_scripts_of_a_template_run_in_an_empty_folder(name: str, tmp_path: Path) -> None:
    """As written, in a clean environment, with a stub in the place of every program that is called."""
    stubs, work, calls = tmp_path / "stubs", tmp_path / "work", tmp_path / "calls"
    stubs.mkdir()
    work.mkdir()
    for program in ("git", "python", "python3", "apt-get", "sudo", "carbonbench"):
        (stubs / program).write_text(_STUB)
        (stubs / program).chmod(0o755)
    env = {
        "PATH": f"{stubs}:/usr/bin:/bin",
        "CALLS": str(calls),
        "CARBONBENCH": "https://git.example/a b.git",
        "CARBONBENCH_COMMIT": "c0ffee",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
    for script in tool().scripts((DOCS / "ci" / name).read_text("utf-8")):
        done = subprocess.run(
            ["sh", "-eu"], input=script, text=True, cwd=work, env=env, capture_output=True, check=False
        )
        assert done.returncode == 0 and done.stderr == "", (script, done.stderr)
    told = calls.read_text("utf-8").splitlines()
    assert told.index("git [clone] [https://git.example/a b.git] [carbonbench]") < told.index(
        "git [-C] [carbonbench] [checkout] [c0ffee]"
    )
    assert "python [carbonbench/tools/install]" in told
    own = [line.split(" [", 1) for line in told if line.startswith("carbonbench ")]
    words = [each[1].rstrip("]").split("] [") for each in own]
    assert [each[0] for each in words] == ["profile", "run", "status"]
    assert words[0] == ["profile", "check", "bench/profile.toml"] and words[1][-2:] == ["--out", "out"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_commands_of_a_template_exist_with_their_options(path: Path) -> None:
    text = "\n".join(scripts(yaml.safe_load(path.read_text("utf-8"))))
    found = commands(text)
    assert [words[0] for words in found] == ["profile", "run", "status"]
    for words in found:
        exists(words)
    run = found[1]
    assert "--expected-failures" in run and "--terminal" in run
    assert "python carbonbench/tools/install" in text


def test_the_shape_that_the_servers_ask_for() -> None:
    github, gitlab = (yaml.safe_load(path.read_text("utf-8")) for path in TEMPLATES)
    # YAML 1.1 reads the key `on` as true.
    assert {"name", True, "jobs"} == set(github)
    (job,) = github["jobs"].values()
    assert all(("uses" in step) != ("run" in step) for step in job["steps"])
    assert job["steps"][-1]["if"] == "always()" and job["steps"][-1]["with"]["path"] == "out/"
    (job,) = gitlab.values()
    assert job["artifacts"]["reports"]["junit"] == "out/*/junit.xml" and job["artifacts"]["when"] == "always"


def test_commands_of_the_page_exist_and_its_links_lead_somewhere() -> None:
    found = commands(PAGE)
    assert len(found) >= 9
    for words in found:
        exists(words)
    for target in re.findall(r"\]\(([^)#]+)", PAGE):
        assert (DOCS / target).exists(), target


def test_the_expected_failures_of_the_page_and_of_the_format_are_read(tmp_path: Path) -> None:
    for text in (PAGE, (DOCS / "FORMATS.md").read_text("utf-8")):
        (block,) = re.findall(r"```toml\n(\[\[expected\]\].*?)```", text, re.S)
        path = tmp_path / "known.toml"
        path.write_text(block, "utf-8")
        (entry,) = read_expected(path, case_classes(), load_ledger().by_id)
        assert isinstance(entry, ExpectedFailure) and entry.expires == "2026-12-31"


@pytest.mark.parametrize("adapter", ["command", "manual"])
def test_the_profile_template_is_a_profile_and_so_is_what_it_comments(tmp_path: Path, adapter: str) -> None:
    made = tmp_path / "mine.toml"
    assert ics.main(["new", "--adapter", adapter, "--out", str(made)]) == 0
    assert load_profile(made).adapter == adapter
    text = made.read_text("utf-8")
    connection = text.partition("[connection]")[2].partition("[parameters]")[0]
    opened = re.sub(r"^# (?=[\w\[\"]+(?:\.\w+)?\"?(?: =|\]))", "", connection, flags=re.M)
    raw = tomllib.loads("[connection]" + opened)["connection"]
    assert set(raw) == {"command": {"command", "ready", "ready_s", "clock", "files", "env"}, "manual": {"rig"}}.get(
        adapter, set()
    )
    assert "firmware_hash" in text
