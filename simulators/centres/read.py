"""A data centre read from a world file (docs/FORMATS.md).

Leaves the fields that only one kind has, and what speaks against them, to the kinds' descriptors.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from simulators.centres.channel import CHANNELS, family_of
from simulators.centres.kinds import UPLOAD_TIME, kinds
from simulators.centres.spec import GIVEN, USUAL, CentreSpec
from simulators.tables import NAME, Table
from simulators.trust.authority import CHOICES
from simulators.trust.files import Own, OwnFiles, read_own

COMMON: Mapping[str, Callable[[Table], Any]] = {
    "name": lambda table: table.text("name", pattern=NAME, hint="a name of letters, digits, - _ ."),
    "host": lambda table: table.text("host"),
    "port": lambda table: table.integer("port", 1, 65535),
    "mn": lambda table: table.text("mn", pattern=r"[0-9A-Za-z]{1,24}", hint="1 to 24 letters and digits"),
    "channel": lambda table: table.choice("channel", CHANNELS, "plain"),
    "certificate": lambda table: table.choice("certificate", CHOICES, "good"),
    "client_certificate": lambda table: table.choice("client_certificate", GIVEN, "good"),
    "upload_time": lambda table: table.text(
        "upload_time", "01:38:00", pattern=UPLOAD_TIME, hint="a time of day HH:mm:ss"
    ),
    "encrypted": lambda table: table.flag("encrypted", False),
}
"""What reads the fields of every centre, and of more kinds than one."""


def read_centre(table: Table, folder: Path = Path()) -> CentreSpec:
    """One centre of a world file; its problems go into the table. Paths are relative to `folder`."""
    readers: dict[str, Callable[[Table], Any]] = {
        **COMMON,
        "kind": lambda _: kind,
        "files": lambda table: _files(table, folder),
    }
    for each in kinds().values():
        readers |= each.settings
    kind = table.choice("kind", tuple(kinds()), USUAL)
    centre = CentreSpec(**{field.name: readers[field.name](table) for field in dataclasses.fields(CentreSpec)})
    for each in kinds().values():
        for name, text in each.flaws(centre):
            table.problem(name, text)
    if centre.channel in ("plain", "tls") and centre.client_certificate != "good":
        table.problem(
            "client_certificate",
            f"over {centre.channel} a terminal shows no certificate; choose mtls, gm-tls13 or tlcp",
        )
    if centre.channel == "plain" and (centre.certificate != "good" or centre.files):
        table.problem("channel", "a plain channel shows no certificate; choose tls, mtls, gm-tls13 or tlcp")
    table.finish()
    return centre


def _files(table: Table, folder: Path) -> OwnFiles | None:
    inner = table.table("files")
    if inner is None:
        return None
    found = OwnFiles(*(folder / inner.text(name) for name in ("certificate", "key", "anchors")))
    inner.finish()
    return found


def own_files(spec: CentreSpec, at_us: int) -> tuple[Own | None, list[tuple[str, str]]]:
    """A laboratory's own files of a centre, read and checked; no problems where it has none."""
    if spec.files is None or spec.channel == "plain":
        return None, []
    return read_own(spec.files, family_of(spec.channel), spec.hosts, at_us)
