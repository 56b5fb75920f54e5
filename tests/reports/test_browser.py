"""The HTML report in a real browser: it runs its script, follows the reader's language, asks nothing of any network."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.case import RunResult
from reports import html
from reports.entries import Entry

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.mark.parametrize(("asked", "lang", "title"), [("en", "en", "Results"), ("zh", "zh-CN", "运行结果")])
def test_the_report_shows_itself_in_the_language_asked_for(
    asked: str,
    lang: str,
    title: str,
    run: RunResult,
    run_folder: Path,
    entries: list[Entry],
    tmp_path: Path,
    program: Callable[[str], str],
) -> None:
    browser = program("chromium")
    html.write(run, run_folder, entries)
    page = run_folder / "report.html"
    shown = subprocess.run(
        [browser, *FLAGS, f"--user-data-dir={tmp_path / 'home'}", "--dump-dom", f"{page.as_uri()}?lang={asked}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    head = shown[: shown.index("</head>")]
    assert f'lang="{lang}"' in head
    assert title in head[head.index("<title") :]
