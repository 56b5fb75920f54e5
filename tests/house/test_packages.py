"""Every package that an installation brings is held by a hash, and by the version that pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from types import ModuleType

from house import ROOT

BLOCKS = re.split(r"\n(?=\S)", (ROOT / "constraints.txt").read_text("utf-8").strip())
HELD = {re.sub(r"[-_.]+", "-", block.partition("==")[0]).lower(): block for block in BLOCKS}


def _tool(name: str) -> ModuleType:
    loader = SourceFileLoader(name, str(ROOT / "tools" / name))
    spec = spec_from_loader(name, loader)
    assert spec is not None
    made = module_from_spec(spec)
    loader.exec_module(made)
    return made


def test_every_package_has_one_version_and_hashes_and_no_index_is_named() -> None:
    for block in BLOCKS:
        first, *hashes = re.split(r" \\\n +", block)
        assert re.fullmatch(r"[\w.-]+==[\w.]+", first), first
        assert hashes and all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", each) for each in hashes), first


def test_what_is_installed_beside_the_house_is_held() -> None:
    missing = [row[:2] for row in _tool("licences").rows() if row[1] not in HELD.get(_plain(row[0]), "")]
    assert not missing, f"not in constraints.txt as installed: {missing}; run tools/lock"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_dependencies_are_named_to_pip_and_the_house_comes_without_any() -> None:
    tool = _tool("install")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for dev in (False, True):
        packages, house = tool.steps(dev=dev)
        assert "--require-hashes" in packages and set(project["dependencies"]) < set(packages)
        assert ("ruff" in " ".join(packages)) == dev
        assert "--no-deps" in house and "--no-build-isolation" in house
    assert tool.own_pip().count("--hash=sha256:") == 2
