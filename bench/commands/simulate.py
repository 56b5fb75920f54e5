"""`carbonbench simulate`: a world or a fleet served in real time, with its serial lines on pseudo terminals.

Leaves serving to `simulators.serve` and `simulators.fleet_serve`.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import uvloop

from bench.case import EXIT_PASS
from bench.commands import sentences
from bench.commands.parsing import wrong_words
from bench.real.serial import PtyLine
from bench.stopping import like_ctrl_c
from bench.virtual.uart import Framing
from simulators.fleet import is_fleet, load_fleet
from simulators.fleet_serve import check_fleet, serve_fleet
from simulators.meters.spec import LineSpec
from simulators.serve import check, serve
from simulators.tables import DescriptionError
from simulators.trust.export import ExportError
from simulators.world import load_world, shared_by

_LONGEST_S = 366 * 86_400


def simulate(words: argparse.Namespace) -> int:
    """Serve until Ctrl-C or for so many seconds; gives the exit code."""
    path = Path(words.world)
    if not 0 <= words.seconds < _LONGEST_S:
        return wrong_words(sentences.SECONDS().after(f"--seconds {words.seconds:g}"))
    try:
        if is_fleet(path):
            return _fleet(words, path)
        return _world(words, path)
    except DescriptionError as error:
        return wrong_words(str(error))


def _world(words: argparse.Namespace, path: Path) -> int:
    for name, given in (("--json", words.json), ("--record", words.record)):
        if given:
            return wrong_words(str(sentences.FOR_FLEETS(name=name, path=path)))
    described = shared_by(load_world(path), path)
    if words.check:
        check(described)
        return _sound(words.world)
    folder = Path(words.lines)
    if described.lines and not folder.is_dir():
        return wrong_words(sentences.LINES_FOLDER().after(f"--lines {folder}"))

    def carrier(line: LineSpec) -> PtyLine:
        return PtyLine(line.name, Framing(*line.settings), folder)

    credentials = Path(words.credentials) if words.credentials else None
    return _run(serve(described, sys.stdout, carriers=carrier, seconds=words.seconds, credentials=credentials))


def _fleet(words: argparse.Namespace, path: Path) -> int:
    if words.credentials:
        return wrong_words(str(sentences.FOR_WORLDS(path=path)))
    fleet = load_fleet(path)
    if words.check:
        check_fleet(fleet)
        return _sound(words.world)
    record = Path(words.record) if words.record else None
    if record is not None:
        try:
            record.open("ab").close()
        except OSError as error:
            return wrong_words(sentences.UNWRITABLE(strerror=error.strerror).after(f"--record {record}"))
    # Thousands of connections: libuv's loop spends half of what asyncio's does on each request (benchmarks/README.md).
    work = serve_fleet(fleet, sys.stdout, as_json=words.json, seconds=words.seconds, record=record)
    return _run(work, uvloop.new_event_loop)


def _run(work: Coroutine[Any, Any, None], loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None) -> int:
    # Told to end, it ends as by Ctrl-C: what it keeps on this machine goes.
    before = signal.signal(signal.SIGTERM, like_ctrl_c)
    try:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(work)
    except KeyboardInterrupt:
        print(sentences.STOPPED(), file=sys.stderr)
    except ExportError as error:
        return wrong_words(f"--credentials {error}")
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        return wrong_words(str(sentences.CANNOT_SERVE(where=where, reason=error.strerror or error)))
    finally:
        signal.signal(signal.SIGTERM, before)
    return EXIT_PASS


def _sound(name: str) -> int:
    print(sentences.SOUND().after(name))
    return EXIT_PASS
