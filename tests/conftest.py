"""What holds for every test: a time limit, and programs of others counted and told aloud where they are absent."""

from __future__ import annotations

import faulthandler
import gc
import os
import shutil
import signal
from collections.abc import Callable, Generator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings

LIMIT_S = 600
"""How long a test may take on a busy machine; what takes longer says so: `@pytest.mark.timeout(3600)`."""
_GRACE_S = 60
_ERRORS = pytest.StashKey[int]()
_ABSENT = "NOT RUN HERE: program {0} is not installed (apt-get install {0}) / 未执行：未安装 {0}"


def pytest_configure(config: pytest.Config) -> None:
    """A job in a background is deaf to Ctrl-C, one of nohup to SIGHUP; the programs that tests start must not be.

    How long an example takes is the machine's affair: benchmarks measure, tests do not.
    """
    # A screen is the same one everywhere, whoever starts the tests.
    os.environ["TERM"] = "xterm"
    # What is collected is here to stay: Python's collector need not look at it again and again.
    gc.disable()
    # Nothing captures it yet.
    config.stash[_ERRORS] = os.dup(2)
    settings.register_profile("house", deadline=None)
    settings.load_profile("house")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every test of ours has a time limit; cases of the suite, which may last for days of real time, have none.

    Tests with a limit of their own are long: each worker begins its share with some of them, so that none is left
    over when all else is done. Many do little but wait for real time, which is why there are more workers than cores.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(LIMIT_S))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = sorted((item for item in items if _limit_s(item) != LIMIT_S), key=_limit_s, reverse=True)
    short = [item for item in items if _limit_s(item) == LIMIT_S]
    items[:] = in_shares(long, short, workers)


def pytest_collection_finish() -> None:
    """From here on Python's collector looks at what tests make."""
    gc.freeze()
    gc.enable()


T = TypeVar("T")


def in_shares(long: Sequence[T], short: Sequence[T], workers: int) -> list[T]:
    """All of them in an order whose equal parts, one a worker, begin with long ones.

    The longest stands alone in its part: what is behind it waits for it, since others take from the end. The rest is
    dealt out to the others in turn.
    """
    left, rest = len(long) + len(short), iter(short)
    found: list[T] = []
    for number in range(workers):
        own, share = dealt(long, number, workers), left // (workers - number)
        left -= share
        found += own
        found += islice(rest, max(0, share - len(own)))
    return [*found, *rest]


def dealt(long: Sequence[T], number: int, workers: int) -> Sequence[T]:
    """The long ones with which the part of one worker begins."""
    if workers == 1:
        return long
    return long[1:][number - 1 :: workers - 1] if number else long[:1]


def _limit_s(item: pytest.Item) -> float:
    mark = item.get_closest_marker("timeout")
    return mark.args[0] if mark is not None else 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What no exception gets out of (an event loop takes it for a callback's) ends with its process, stacks told."""
    mark = item.get_closest_marker("timeout")
    if mark is not None:
        faulthandler.dump_traceback_later(mark.args[0] + _GRACE_S, exit=True, file=item.config.stash[_ERRORS])
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="module", autouse=True)
def what_a_file_leaves() -> Generator[None, None, None]:
    """Garbage that cannot end (a coroutine that goes on after its end) fails the file that made it.

    Otherwise it fails whichever test Python's collector happens to run in, once in many rounds. What still stands
    then (modules, caches) is here to stay.
    """
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture
def program() -> Callable[[str], str]:
    """Gives the path of an installed program; a test that needs an absent one is skipped and counted at the end."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.skip(_ABSENT.format(name))
        return path

    return find


@pytest.fixture
def peer() -> Callable[[str], str]:
    """Gives the interpreter of a peer's own environment; a test that needs an absent one is skipped and counted."""

    def find(name: str) -> str:
        path = Path(__file__).parents[1] / ".venv" / "peers" / name / "bin" / "python"
        if not path.exists():
            pytest.skip(
                f"NOT RUN HERE: peer {name} is not installed (tools/peers) / 未执行：未安装 {name}，运行 tools/peers"
            )
        return str(path)

    return find


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests could not run here, and why: nothing is left out silently."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section(f"{len(skipped)} tests could NOT RUN here / {len(skipped)} 项测试未能执行", red=True)
        for report in skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            terminalreporter.line(f"{report.nodeid}: {reason}", red=True)
