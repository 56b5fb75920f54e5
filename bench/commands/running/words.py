"""The words of `run`, `list` and `status`, and the calls that they become.

Leaves the work to the modules beside it, which are imported when their command is given.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.case import VIRTUAL_RIG
from bench.commands import rows, sentences
from bench.commands.parsing import Add, takes, wrong_words
from bench.commands.running.options import (
    ACCELERATED_RIGS,
    AUTO,
    ROWS,
    WORKERS,
    workers_of,
    wrong_cluster,
)
from simulators import scratch

LAST = "last"


def _run(words: argparse.Namespace) -> int:
    import pytest

    import conformance as suite

    conformance = Path(str(suite.__file__)).parent
    args = [str(conformance), "--rootdir", str(conformance.parent), "-o", "addopts=", "-p", "no:cacheprovider"]
    # Cases judge; nothing in them asserts, so that no module need be compiled again for it.
    args += ["-p", "no:terminal", "-p", "no:faulthandler", "--assert", "plain", "--live", "--capture=no"]
    if words.failed == LAST and (lost := _newest_of(words)):
        return wrong_words(lost)
    if words.accelerate == AUTO and words.rig in ACCELERATED_RIGS:
        words.accelerate = _measured_rate()
    for row in ROWS.values():
        args += row.written(getattr(words, row.key))
    if words.workers not in ("", "1"):
        wrong: list[str] = []
        workers_of(words.workers, wrong)
        wrong += wrong_cluster(words.cluster, VIRTUAL_RIG, words.workers)
        if wrong:
            return wrong_words("\n".join(wrong))
        args += ["-n", words.workers]
        # Workers ask for a temporary folder; pytest's own would stay.
        with scratch.room("workers") as folder:
            return int(pytest.main([*args, f"--basetemp={folder / 'own'}"]))
    return int(pytest.main(args))


def _newest_of(words: argparse.Namespace) -> str:
    """Put the newest run below --out in the place of `last`; empty, or what prevents it."""
    from bench.commands.running.status import newest
    from bench.journal import JournalError

    try:
        words.failed = str(newest(Path(words.out or "out")))
    except JournalError as error:
        return f"--failed {LAST}: {error}"
    return ""


def _list(words: argparse.Namespace) -> int:
    if words.failed == LAST and (lost := _newest_of(words)):
        return wrong_words(lost)
    from bench.commands.running import listing

    return listing.main(vars(words), as_json=words.json, every=words.all)


def _measured_rate() -> str:
    """The rate that this machine keeps now, as a word; told, since the run's line of replay has it."""
    from bench.real import faketime, haste

    if faketime.fast_requirements():
        return "1"
    with scratch.room("haste") as folder:
        rate, late = haste.found_rate(folder)
    print(
        sentences.ACCELERATED_LATE(late=late, late_s=haste.LATE_S).after(f"--accelerate {rate}"),
        file=sys.stderr,
    )
    return str(rate)


def _status(words: argparse.Namespace) -> int:
    from bench.commands.running import status

    return status.main(Path(words.run) if words.run else None, Path(words.out), as_json=words.json)


GROUPS = {
    "what is tested, and where / 受测品与台架": ("--terminal", "--item", "--rig", "--accelerate", "--defect", "--lab"),
    "which cases / 选择用例": (
        "--case",
        "--clause",
        "--standard",
        "--exclude",
        "--failed",
        "--within",
        "--repeat",
        "--attempt",
    ),
    "how it goes / 执行方式": ("-n", "--cluster", "--together", "--seed", "--fail-fast", "--resume"),
    "what is kept and told / 记录与输出": ("--out", "--pcap", "--screen", "--expected-failures", "--complete"),
}
"""The options of a run by what they are for, as its help lists them."""


def run(command: Add) -> None:
    """The words of `run`."""
    run = command("run", _run, "run the suite against a product / 对受测品执行试验")
    known = {row.name: row for row in (*ROWS.values(), WORKERS)}
    for purpose, names in GROUPS.items():
        group = run.add_argument_group(purpose)
        for name in names:
            # Without the default, which would look as if it had been given.
            known[name].put(group, given_alone=True)


def listing(command: Add) -> None:
    """The words of `list`."""
    listing = command("list", _list, "cases that would run, and why others would not / 列出用例")
    for field in ("item", "terminal", "rig", "standards", "clauses", "cases", "exclude", "failed", "within", "out"):
        ROWS[field].put(listing, given_alone=True)
    WORKERS.put(listing, given_alone=True)
    takes(listing, rows.REASONS, rows.JSON)


def status(command: Add) -> None:
    """The words of `status`."""
    takes(
        command("status", _status, "what a run is doing, from another shell / 查看运行状态"),
        rows.LATEST,
        ROWS["out"],
        rows.JSON,
    )
