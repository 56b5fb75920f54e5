"""What reads files that people give: targets as those of `fuzz_targets`.

Each is tried with the octets as they came and with them inside a file that is otherwise right: where a description of
this project has a value, a line or some octets.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import random
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from house import ROOT
from openpyxl import Workbook

from bench.dut.access import register
from bench.dut.access.register import Register, TableUnreadable
from bench.dut.workbook import NoWorkbook, lines_of
from bench.evidence.lab import LabError, load_lab
from bench.lab.rigfile import RigError, read_rig
from bench.load.plan import LoadError, read_plan
from reference_terminal.operations import instrument_table
from reference_terminal.operations.instrument_table import TableWrong
from reports.prove import MatrixError, seen_in
from reports.verdicts import VerdictsError
from reports.verdicts import read as read_verdicts
from simulators.fleet import FleetError, load_fleet
from simulators.meters.maps import MapError, load_map
from simulators.meters.serial.maps import load_any
from simulators.plant.series import load_series
from simulators.platform.core.settings import SettingsError
from simulators.platform.core.settings import read as read_settings
from simulators.tables import DescriptionError
from simulators.world.model import WorldError
from simulators.world.read import load_world

Target = Callable[[bytes], None]
_COLUMNS = {"name": "instrument", "number": "number", "due": "due"}
_TABLES = tuple(
    Register(import_="i", export="e", of="o", rows="answer.json", columns=_COLUMNS, name="row.name", form=form)
    for form in ("csv", "xlsx")
)
_HEADS = b"instrument,number,calibrated,due\n"


def terminal_instruments(data: bytes) -> None:
    for octets in (data, _HEADS + data, _HEADS + b"m1," + data + b",2025-01-01,2026-01-01\n"):
        with contextlib.suppress(TableWrong):
            rows = instrument_table.read(octets)
            assert instrument_table.read(instrument_table.write(rows)) == rows


def bench_register(data: bytes) -> None:
    for table in _TABLES:
        for octets in (data, _HEADS + data):
            with contextlib.suppress(TableUnreadable):
                register.read(table, octets)


_VALUES = re.compile(rb"=[ ]*([^\n]+)|([-+]?\d[\d.]*)|(\"[^\"\n]*\")")
_START_US = 1_772_323_200_000_000


def _bent(whole: bytes, data: bytes) -> Iterator[bytes]:
    """The octets themselves, and in the places of a value, of a few octets and of a line of a file that is right."""
    yield data
    chance = random.Random(data)
    places = list(_VALUES.finditer(whole))
    if places:
        found = chance.choice(places)
        yield whole[: found.start(found.lastindex or 0)] + data + whole[found.end(found.lastindex or 0) :]
    at = chance.randrange(len(whole))
    yield whole[:at] + data + whole[at + chance.randrange(40) :]


def _of_file(read: Callable[[Path], object], error: type[Exception], pattern: str) -> Target:
    """A reader of files like these of the project; what is bent stands in their folder, where they name others."""

    def target(data: bytes) -> None:
        known = _files(pattern)
        path = known[len(data) % len(known)]
        for octets in _bent(path.read_bytes(), data):
            with tempfile.NamedTemporaryFile(suffix=path.suffix, dir=_folder()) as file:
                file.write(octets)
                file.flush()
                with contextlib.suppress(error):
                    read(Path(file.name))

    return target


@cache
def _files(pattern: str) -> tuple[Path, ...]:
    return tuple(sorted(ROOT.glob(pattern)))


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="carbonbench-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _workbook() -> bytes:
    book = Workbook()
    for line in (["instrument", "number"], ["m1", 17]):
        book.active.append(line)  # pyright: ignore[reportOptionalMemberAccess]
    octets = io.BytesIO()
    book.save(octets)
    return octets.getvalue()


def bench_workbook(data: bytes) -> None:
    for octets in _bent(_workbook(), data):
        with contextlib.suppress(NoWorkbook):
            lines_of(io.BytesIO(octets))


def bench_hints(data: bytes) -> None:
    path = _folder() / "hints.json"
    for octets in _bent(
        json.dumps({"format": "carbonbench-proof/1", "checks": [{"id": "a", "by": []}]}).encode(), data
    ):
        path.write_bytes(octets)
        with contextlib.suppress(MatrixError):
            seen_in(path)


def platform_settings(data: bytes) -> None:
    for octets in (data, b"[store]\nurl = " + data, b"[mqtt]\nport = " + data, data + b" = 1\n"):
        with contextlib.suppress(SettingsError):
            read_settings(octets.decode("utf-8", "replace"))


bench_map = _of_file(load_map, MapError, "fixtures/meters/*.toml")
bench_line_map = _of_file(load_any, MapError, "fixtures/meters/serial/*.toml")
bench_fleet = _of_file(load_fleet, FleetError, "fixtures/fleets/*.toml")
bench_world = _of_file(load_world, WorldError, "fixtures/worlds/*.toml")
bench_rig = _of_file(read_rig, RigError, "fixtures/rigs/*.toml")
bench_lab = _of_file(load_lab, LabError, "fixtures/laboratory/lab.toml")
bench_load_plan = _of_file(read_plan, LoadError, "fixtures/load/*.toml")
bench_verdicts = _of_file(read_verdicts, VerdictsError, "tests/support/runs/*/verdicts.json")
bench_series = _of_file(lambda path: load_series(path, _START_US), DescriptionError, "fixtures/plants/week.csv")


TARGETS: dict[str, Target] = {
    name: value
    for name, value in list(globals().items())
    if name.startswith(("bench_", "terminal_", "platform_")) and callable(value)
}
