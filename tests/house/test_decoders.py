"""No module that takes octets is forgotten by the fuzzing."""

from __future__ import annotations

import ast
from pathlib import Path

import fuzz_file_targets
from fuzz_decoders import DECODERS
from fuzz_targets import TARGETS
from house import ROOT

_OCTETS = ("bytes", "bytearray", "memoryview")


def takes_octets(source: str) -> bool:
    """Whether a function of a module has a parameter of octets."""
    if not any(word in source for word in _OCTETS):
        return False
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for given in (*node.args.args, *node.args.kwonlyargs):
                told = "" if given.annotation is None else ast.unparse(given.annotation)
                if "Callable" not in told and any(word in told for word in _OCTETS):
                    return True
    return False


def test_every_module_that_takes_octets_is_tried_or_says_why_not() -> None:
    rooms = (ROOT / "reference_terminal", ROOT / "simulators")
    files = sorted(path for room in rooms for path in room.rglob("*.py"))
    found = {str(Path(path).relative_to(ROOT)) for path in files if takes_octets(path.read_text("utf-8"))}
    assert sorted(found - set(DECODERS)) == [], "new: say in tests/support/fuzzing/fuzz_decoders.py what tries it"
    assert sorted(set(DECODERS) - found) == [], "gone: take them out of tests/support/fuzzing/fuzz_decoders.py"


def test_targets_that_are_named_are_there_and_each_reaches_something() -> None:
    named = {name for tried in DECODERS.values() if isinstance(tried, tuple) for name in tried}
    assert named <= set(TARGETS)
    files = set(fuzz_file_targets.TARGETS) - named
    assert set(TARGETS) - named - files == {
        "bench_toml",
        "terminal_config",
        "terminal_log",
        "terminal_url",
        "bench_capture",
    }
