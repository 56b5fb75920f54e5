"""What the folder `tools` says: the parts that can be installed, and in one sentence what is absent."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from suite_kit import ROOT, Told, call, environment

PEERS, BARE = ROOT / "tools" / "peers", ROOT / "tools" / "bare"


def parts() -> dict[str, str]:
    """Every part and what it is for, as `tools/peers --list` tells."""
    told = call([PEERS, "--list"], cwd=ROOT)
    assert told.code == 0, told.err
    return dict(line.split(maxsplit=1) for line in told.out.splitlines())


def with_programs(folder: Path, **programs: str) -> Told:
    """`tools/peers --for realtime` where some programs are others, shell lines by name."""
    for name, line in programs.items():
        file = folder / name.replace("_", "-")
        file.write_text(f"#!/bin/sh\n{line}\n")
        file.chmod(0o755)
    return call([PEERS, "--for", "realtime"], cwd=folder, env=environment(PATH=f"{folder}:{os.environ['PATH']}"))


def test_every_part_says_what_it_is_for_in_both_languages() -> None:
    assert {"run", "vendor", "databases", "realtime"} <= parts().keys()
    for part, about in parts().items():
        english, slash, chinese = about.partition(" / ")
        assert english and slash and re.search(r"[\u4e00-\u9fff]", chinese), part


def test_parts_that_are_asked_for_exist() -> None:
    asked = re.findall(r"tools/peers --for (\w+)", (ROOT / "Makefile").read_text("utf-8"))
    assert asked and set(asked) <= parts().keys()


@pytest.mark.parametrize("words", [["--for", "nothing"], ["--for"], ["--all"], ["run"]])
def test_what_it_does_not_know_is_a_sentence(words: list[str], tmp_path: Path) -> None:
    told = call([PEERS, *words], cwd=tmp_path)
    assert (told.code, told.out, len(told.problems)) == (1, "", 1)
    assert "tools/peers [--list] [--for PART]" in told.err


def test_an_ordinary_user_is_told_what_is_absent(tmp_path: Path) -> None:
    told = with_programs(tmp_path, id="echo 1000", ldconfig="true", apt_get="exit 99")
    assert told.code == 0 and told.out == ""
    assert len(told.problems) == 1 and re.search(r"sudo apt-get install [^)]*fuse3", told.err)


def test_a_registry_that_does_not_answer_is_no_failing_exit(tmp_path: Path) -> None:
    told = with_programs(tmp_path, id="echo 0", ldconfig="true", apt_get="exit 100")
    assert told.code == 0 and len(told.problems) == 1 and re.search(r"not installed: [^(]*fuse3", told.err)


def test_a_bare_root_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    told = call([sys.executable, BARE, "--work", tmp_path / "roots"], cwd=tmp_path, env=environment(PATH=str(tmp_path)))
    assert told.code == 2 and len(told.problems) == 1, told.err
    assert "debootstrap" in told.err or "sudo" in told.err
    assert not (tmp_path / "roots").exists()


def test_what_a_part_lacks_is_told_without_installing_it(tmp_path: Path) -> None:
    told = call([PEERS, "--missing", "paper"], cwd=tmp_path)
    assert told.code == 0 and set(told.out.split()) <= {
        "libpangoft2-1.0-0",
        "fontconfig",
        "fonts-noto-cjk",
        "poppler-utils",
        "libreoffice-writer-nogui",
    }
    assert call([PEERS, "--missing", "nothing"], cwd=tmp_path).code == 1
