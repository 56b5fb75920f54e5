"""The live page over HTTP and in a real browser: runs, a campaign, a review entered, and who is refused."""

from __future__ import annotations

import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from suite_kit import COMMAND, REFERENCE, environment, in_place

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000")


@pytest.fixture
def served(own: Path) -> Iterator[tuple[str, Path]]:
    """The page over a folder with one run and one campaign that it joined."""
    out = own.parent
    assert in_place("campaign", "new", out / "c", "--profile", REFERENCE, "--by", "Li Wei", cwd=out).code == 0
    assert in_place("campaign", "add", out / "c", own, cwd=out).code == 0
    process = subprocess.Popen(
        [COMMAND, "serve", "--out", out, "--at", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True, env=environment()
    )
    assert process.stdout is not None
    address = process.stdout.readline().split()[0]
    yield address, own
    process.terminate()
    process.wait(30)


def got(address: str, path: str, form: dict[str, str] | None = None, host: str = "") -> tuple[int, str]:
    data = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(address + path, data, {"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=240) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_the_page_tells_runs_and_takes_reviews(served: tuple[str, Path]) -> None:
    address, run = served
    code, index = got(address, "")
    assert code == 200 and f"/run/{run.name}" in index and "/campaign/c" in index
    code, page = got(address, f"run/{run.name}")
    assert code == 200 and "finished" in page and "4 / 4" in page and "takes-over-edge-values" in page
    assert got(address, f"run/{run.name}/report")[0] == 200
    code, page = got(address, "campaign/c")
    token = re.search(r'name="token" value="([^"]+)"', page)
    clause = re.search(r"<option>([^<]+)</option>", page)
    assert code == 200 and token and clause
    form = {"clause": clause[1], "verdict": "pass", "words": "looked at it", "by": "Li Wei"}
    assert got(address, "campaign/c/review", form)[0] == 403
    code, page = got(address, "campaign/c/review", {**form, "token": token[1], "by": " "})
    assert code == 422 and "needs --by" in page
    code, page = got(address, "campaign/c/review", {**form, "token": token[1]})
    assert code == 200 and f"<option>{clause[1]}</option>" not in page
    told = in_place("campaign", "status", run.parent / "c", "--json", cwd=run.parent)
    assert f'"{clause[1]}": "pass"' in told.out


def test_nothing_else_is_served(served: tuple[str, Path]) -> None:
    address, run = served
    for path in ("run/..", "run/none", "campaign/none", "run/%2e%2e%2f", f"run/{run.name}/verdicts.json", "etc/passwd"):
        assert got(address, path)[0] == 404, path
    assert got(address, "", host="evil.example:80")[0] == 403


def test_a_browser_shows_it(served: tuple[str, Path], program: Callable[[str], str], tmp_path: Path) -> None:
    browser = program("chromium")
    address, run = served
    case = f"run/{run.name}/case/accuracy/takes-over-edge-values/1"
    for path, words in ((f"run/{run.name}", case), (case, "<svg"), ("campaign/c", "proof of the suite")):
        done = subprocess.run(
            [browser, *FLAGS, f"--user-data-dir={tmp_path / 'home'}", "--dump-dom", address + path],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert words in done.stdout, done.stderr


def test_what_cannot_be_served_is_a_sentence(tmp_path: Path) -> None:
    assert in_place("serve", "--out", "none", cwd=tmp_path).code == 4
    (tmp_path / "out").mkdir()
    assert in_place("serve", "--at", "here", cwd=tmp_path).code == 4
