"""Every package that is installed beside carbonbench is in THIRD_PARTY.md, and nothing that is shipped needs GPL."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def _tool() -> ModuleType:
    loader = SourceFileLoader("licences", str(ROOT / "tools" / "licences"))
    spec = importlib.util.spec_from_loader("licences", loader)
    assert spec is not None
    made = importlib.util.module_from_spec(spec)
    loader.exec_module(made)
    return made


def test_the_notice_names_every_package_and_its_licence() -> None:
    told = {line for line in (ROOT / "THIRD_PARTY.md").read_text("utf-8").splitlines() if line.startswith("| ")}
    known = [line.split(" | ") for line in told]
    names = {(line[0].removeprefix("| "), line[2], line[3].removesuffix(" |")) for line in known if len(line) == 4}
    missing = [row for row in _tool().rows() if (row[0], row[2], row[3]) not in names]
    assert not missing, f"not in THIRD_PARTY.md as they are: {missing}; run tools/licences --write"


def test_what_is_needed_to_run_is_permissive_or_lesser() -> None:
    tool = _tool()
    assert [row for row in tool.rows() if row[3] == "run" and not tool.TAKEN.search(row[2])] == []
    assert [row[0] for row in tool.rows() if row[2] == "unknown"] == []


def test_nothing_that_is_shipped_imports_what_is_for_tests_only() -> None:
    shipped = [
        path
        for room in ("bench", "simulators", "conformance", "reference_terminal", "reports")
        for path in (ROOT / room).rglob("*.py")
    ]
    importing = re.compile(r"^\s*(from|import) scapy\b", re.M)
    assert [str(path) for path in shipped if importing.search(path.read_text("utf-8"))] == []


def test_the_licence_is_offered_as_said() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["license"] == "MIT OR Apache-2.0"
    for name in project["license-files"]:
        assert (ROOT / name).stat().st_size > 500, name


def test_no_module_of_the_terminal_brings_the_library_of_tlcp_into_its_process() -> None:
    """All of them, loaded as the terminal's program loads them; the bench's own centre shows that it would be seen."""
    code = """
import importlib, pkgutil, sys
import reference_terminal
for found in pkgutil.walk_packages(reference_terminal.__path__, "reference_terminal."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
mapped = open("/proc/self/maps").read() if sys.platform == "linux" else ""
assert "tongsuopy" not in sys.modules and "tongsuo" not in mapped, "loaded"
assert not {"bench", "simulators", "conformance", "reports"} & set(sys.modules), "another room"
import tongsuopy.backends._tongsuo
assert sys.platform != "linux" or "tongsuo" in open("/proc/self/maps").read(), "not seen when it is there"
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_said_of_the_library_of_tlcp_is_what_it_says_itself() -> None:
    code = "from tongsuopy.backends import _tongsuo; print(_tongsuo.__file__)"
    path = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    octets = Path(path).read_bytes()
    told = [re.search(pattern, octets) for pattern in (rb"BabaSSL [\d.]+", rb"OpenSSL 1[\w.]+  \d+ \w+ 2\d{3}")]
    name, base = ((found[0] if found else b"?").decode() for found in told)
    limits = (ROOT / "docs" / "LIMITS.md").read_text("utf-8")
    for page in ((ROOT / "THIRD_PARTY.md").read_text("utf-8"), limits):
        assert name in page and base.partition("  ")[0] in page and base[-4:] in page, (name, base)
