"""Kinds of collectors and systems as plug-ins: what is found in the folders is all there is."""

from __future__ import annotations

from pathlib import Path

from bench.dut.reference_collected import told_of
from simulators.collectors import kinds as collectors
from simulators.systems import kinds as systems


def test_every_folder_with_a_descriptor_is_a_kind() -> None:
    for registry in (collectors, systems):
        folders = [path.parent.name for path in Path(registry.__file__).parent.glob("*/descriptor.py")]
        assert sorted(registry.kinds()) == sorted(folders)
        assert {name: kind.settings.__struct_config__.tag for name, kind in registry.kinds().items()} == {
            name: name for name in folders
        }


def test_the_reference_is_told_of_every_kind_of_collector() -> None:
    assert set(told_of()) == set(collectors.kinds())
