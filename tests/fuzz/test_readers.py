"""Files of a user that are broken in ways nobody means to: each is a sentence and none is a traceback."""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bench.dut.profile import ProfileError, load_profile
from bench.lab.rigfile import RigError, read_rig
from conformance.common.times import instant_of_iso
from reference_terminal.commissioning.spreadsheet import read_sheets
from reference_terminal.settings.config import ConfigError, load_config
from reference_terminal.settings.problems import InputError
from simulators.meters.serial.maps import load_any
from simulators.tables import DescriptionError
from simulators.world import load_world

TEXTS = (
    "[[register]]\n",
    "[[registers]]\n",
    '[rig]\nname = "x"\n[power]\ndriver = []\n',
    'protocol = "dlt645-2007"\n[settings]\ntariffs = 2\n[[item]]\nid = "x"\nidentifier = "00"\ntariffs = true\n',
    f"a = {'9' * 5000}",
    f"a = {'[' * 5000}",
    "a = 0000-00-00",
    'a = "\\u0000"',
    "a = 1\na = 2",
)
READERS: tuple[Callable[[Path], Any], ...] = (load_any, load_world, read_rig, load_profile, load_config)


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:20])
def test_a_broken_file_is_a_sentence(tmp_path: Path, read: Callable[[Path], Any], text: str) -> None:
    path = tmp_path / "given.toml"
    path.write_text(text, "utf-8")
    with pytest.raises((DescriptionError, RigError, ProfileError, ConfigError)) as caught:
        read(path)
    assert not isinstance(caught.value, UnicodeError) and len(str(caught.value)) < 20_000


def test_a_workbook_with_a_broken_member_is_a_sentence(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole.xlsx", tmp_path / "broken.xlsx"
    Workbook().save(whole)
    with zipfile.ZipFile(whole) as given:
        for name in given.namelist():
            with zipfile.ZipFile(broken, "w") as made:
                for each in given.namelist():
                    made.writestr(each, b"<a" if each == name else given.read(each))
            with contextlib.suppress(InputError):
                read_sheets(broken)


@pytest.mark.parametrize("text", ["9" * 5000, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x", ""])
def test_an_instant_of_a_record_never_fails(text: str) -> None:
    assert instant_of_iso(text) is None or len(text) < 30


def test_links_that_lead_round_are_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "loop.toml"
    path.symlink_to(path)
    with pytest.raises(ProfileError, match="cannot be read"):
        load_profile(path)
