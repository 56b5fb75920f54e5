"""Configuration from afar and backups: what is refused and why, all or nothing, what is in force afterwards."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reference_terminal.management import backup
from reference_terminal.management.configuration import Configuration
from reference_terminal.management.packages import PackageRefused
from reference_terminal.model.clock import WallClock
from reference_terminal.platform import OffsetClock
from reference_terminal.security.vault import Vault
from reference_terminal.settings import overlay
from reference_terminal.settings.config import Config, load_config
from reference_terminal.settings.overlay import Overlay
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

TOLD = """
[terminal]
name = "t"
[[gateways]]
id = "g"
host = "10.1.0.1"
port = 502
[[meters]]
id = "m"
gateway = "g"
unit = 1
period_s = 60
[[meters.points]]
id = "m.energy"
code = "k01001"
kind = "counter"
unit = "kWh"
type = "f32"
address = 72
[[meters.points]]
id = "m.power"
code = "k01002"
kind = "instant"
unit = "kW"
type = "f32"
address = 52
[[centres]]
id = "A"
host = "10.2.0.1"
port = 9001
mn = "MN1"
"""
CENTRE = {"id": "B", "protocol": "hj212", "host": "10.2.0.2", "port": "9002", "mn": "MN2", "codes": {"m.energy": "k1"}}


class Terminal:
    """A store with what takes configurations."""

    def __init__(self, path: Path) -> None:
        clock = OffsetClock()
        clock.set_time_ns(1_772_380_800_000_000_000)
        self.vault = Vault(b"a passphrase", random.Random(1))
        self.store = Store(str(path / "t.db"), None, 0.2)
        self.overlay = Overlay(self.store, self.vault)
        self.told = load_config(TOLD)
        self.journal = Journal(self.store, WallClock(clock), None)
        self.configuration = Configuration(self.told, self.now, self.overlay, self.journal)

    def now(self) -> Config:
        return self.overlay.in_force(self.told)

    def put(self, **body: Any) -> str:
        wrong = self.configuration.set(body, "management M", False)
        if not wrong:
            assert self.configuration.set(body, "management M", True) == ""
            assert self.store.flush()
        return wrong


def with_terminal(path: Path, body: Callable[[Terminal], None]) -> None:
    async def main() -> None:
        made = Terminal(path)
        try:
            body(made)
        finally:
            made.store.close()

    asyncio.run(main())


def test_addresses_centres_and_items_come_into_force(tmp_path: Path) -> None:
    def body(made: Terminal) -> None:
        assert made.put(centres=[{"id": "A", "host": "10.2.0.9", "port": "9009", "pw": "654321"}, CENTRE]) == ""
        first, second = made.now().centres
        assert (first.id, first.host, first.port, first.mn, first.pw) == ("A", "10.2.0.9", 9009, "MN1", "654321")
        assert (second.id, second.port, second.codes) == ("B", 9002, {"m.energy": "k1"})
        assert made.put(centres=[{"id": "A", "mn": "MN9"}], removed=["B"]) == ""
        (first,) = made.now().centres
        assert (first.host, first.mn) == ("10.2.0.9", "MN9")
        assert made.put(items=[{"point": "m.power", "acquired": "no"}]) == ""
        assert [point.id for point in made.now().points] == ["m.energy"]
        assert made.put(items=[{"point": "m.power", "acquired": "yes"}]) == ""
        assert len(made.now().points) == 2
        events = made.journal.events(0, 100)
        assert all("management M" in row[4] for row in events) and len(events) == 6
        assert b"654321" not in json.dumps(backup.make(made.store, "t", 0, made.vault)).encode()

    with_terminal(tmp_path, body)


ADDED = """
[[gateways]]
id = "g2"
host = "10.1.0.2"
port = 502
[[meters]]
id = "n"
gateway = "g2"
unit = 1
period_s = 60
[[meters.points]]
id = "n.energy"
kind = "counter"
unit = "kWh"
type = "f32"
address = 72
"""


def test_points_of_an_added_meter_are_known_from_afar(tmp_path: Path) -> None:
    """Its codes, and whether it is acquired; also while a centre names it and another is changed."""

    def body(made: Terminal) -> None:
        named = {**CENTRE, "codes": {"n.energy": "k2"}}
        assert "no point is called" in made.put(centres=[named])
        made.overlay.put(overlay.METERS, "n", ADDED)
        assert made.overlay.commit()
        assert made.put(centres=[named]) == ""
        assert made.now().centres[-1].codes == {"n.energy": "k2"}
        assert made.put(centres=[{"id": "A", "port": "9009"}]) == ""
        assert made.put(items=[{"point": "n.energy", "acquired": "no"}]) == ""
        assert "n.energy" not in [point.id for point in made.now().points]
        assert made.put(centres=[{**named, "id": "C", "mn": "MN3"}]) == ""

    with_terminal(tmp_path, body)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"formulas": []}, "is not configured here"),
        ({"centres": {}}, "as a list"),
        ({"centres": [{"id": "A", "port": 9}]}, "members are texts"),
        ({"centres": [{"id": "A", "port": "70000"}]}, "expected 1 to 65535"),
        ({"centres": [{"id": "A", "minute_interval": "5"}]}, "only host, port"),
        ({"centres": [{"id": "A", "host": ""}]}, "name or address"),
        ({"centres": [{"id": "A", "mn": "M-1"}]}, "letters and digits"),
        ({"centres": [{**CENTRE, "port": "none"}]}, "port"),
        ({"centres": [{**CENTRE, "codes": {"nowhere": "k1"}}]}, "no point is called"),
        ({"centres": [{**CENTRE, "colour": "red"}]}, "colour"),
        ({"removed": ["Z"]}, "no centre is called"),
        ({"items": [{"point": "nowhere", "acquired": "no"}]}, "a point of this terminal"),
        ({"items": [{"point": "m.energy", "acquired": "maybe"}]}, "yes or no"),
        ({"items": [{"point": each, "acquired": "no"} for each in ("m.energy", "m.power")]}, "leave one point"),
    ],
)
def test_what_is_wrong_in_part_refuses_the_whole(wrong: dict[str, Any], words: str, tmp_path: Path) -> None:
    def body(made: Terminal) -> None:
        before = made.now()
        sound = {"removed": ["A"], **wrong} if "removed" not in wrong and "centres" not in wrong else wrong
        assert words in made.put(**sound)
        assert made.now() == before

    with_terminal(tmp_path, body)


def test_a_backup_comes_back_whole_or_not_at_all(tmp_path: Path) -> None:
    def body(made: Terminal) -> None:
        assert made.put(centres=[CENTRE], items=[{"point": "m.power", "acquired": "no"}]) == ""
        made.store.keep_setting("terminal", "number", "5")
        kept, file = made.now(), json.dumps(backup.make(made.store, "t", 0, made.vault)).encode()
        assert made.put(removed=["B"], items=[{"point": "m.power", "acquired": "yes"}]) == ""
        assert made.now() != kept
        for wrong, words in (
            (b"{}", "no backup"),
            (file.replace(b'"acquired"', b'"acquireD"'), "altered"),
            (file[: len(file) // 2], "no backup"),
            (file.replace(b'"acquired"', b'"terminal"'), "no configuration"),
        ):
            with pytest.raises(PackageRefused, match=words):
                backup.read(wrong, made.vault)
        with pytest.raises(PackageRefused, match="seal"):
            backup.read(file, Vault(b"another", random.Random(2)))
        backup.restore(made.store, backup.read(file, made.vault))
        assert made.store.flush() and made.now() == kept
        assert made.store.setting("terminal", "number") == "5"

    with_terminal(tmp_path, body)
