"""Whether `rests.json` is of this state: what a few cases rest on is found anew and held against it.

Leaves finding it to `rests`. All of it costs a minute of a processor, so that only cases whose own sources have changed
are looked at, and some others, which are other ones with each state of what judges share.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from bench.case import Case
from bench.history import History
from conformance import rests

_ROOT = Path(__file__).resolve().parent.parent
_CASES = ("conformance.terminal", "conformance.platform")
_SHARED = ("conformance/common", "bench/case")
_CHANGED, _OTHERS = 10, 5
"""So many cases are looked at."""


def fingerprint(case: type[Case]) -> str:
    """Of the sources of a case: its module, and what this takes of chapters, judges foremost."""
    return _digest(sorted(sources(case.__module__)))


def stale(cases: Mapping[str, type[Case]], history_of: Callable[[str], History]) -> list[str]:
    """What the file says otherwise than the records of the sound product do, a sentence for each case."""
    known = rests.read_rests()
    changed = [name for name, case in cases.items() if known.sources.get(name) != fingerprint(case)]
    state = _digest(sorted(path for each in _SHARED for path in (_ROOT / each).rglob("*.py")))
    others = [name for name in cases if name not in changed]
    others.sort(key=lambda name: hashlib.new("sm3", f"{state} {name}".encode()).digest())
    return [
        f"{name}: rests.json is not of this state; run the case, then prove --rests RUN / rests.json 已过时"
        for name in (*changed[:_CHANGED], *others[:_OTHERS])
        if dict(rests.found(cases[name], history_of(name))) != dict(known.cases.get(name, {}))
    ]


def _digest(paths: list[Path]) -> str:
    digest = hashlib.new("sm3")
    for path in paths:
        digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def sources(module: str) -> frozenset[Path]:
    """A module of the cases with those that it takes from there, and so on."""
    found: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _path(name)
        if name not in found and path is not None:
            found[name] = path
            waiting += _taken(path)
    return frozenset(found.values())


@cache
def _taken(path: Path) -> tuple[str, ...]:
    """The modules of the cases that a source names, packages among them."""

    def named() -> Iterator[str]:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{each.name}" for each in node.names)

    return tuple(name for name in dict.fromkeys(named()) if name.startswith(_CASES))


@cache
def _path(module: str) -> Path | None:
    """The source of a module; None for a package or no module."""
    path = _ROOT / f"{module.replace('.', '/')}.py"
    return path if path.is_file() else None
