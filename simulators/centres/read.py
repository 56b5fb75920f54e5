"""A data centre read from a world file (docs/FORMATS.md).

Leaves the fields that only one kind has, and what speaks against them, to the kinds' descriptors.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from simulators.centres import sentences as said
from simulators.centres.channel import family_of
from simulators.centres.kinds import kinds
from simulators.centres.spec import USUAL, CentreFields, CentreSpec
from simulators.sentences import CHANNEL_SHOWS_NONE
from simulators.settings import Flaw, Settings, read, read_kind
from simulators.tables import Table
from simulators.trust.files import Own, OwnFiles, read_own


class _Files(Settings, frozen=True):
    certificate: str
    key: str
    anchors: str


def read_centre(table: Table, folder: Path = Path()) -> CentreSpec:
    """One centre of a world file; its problems go into the table. Paths are relative to `folder`."""
    own = read_kind(table, {name: kind.settings for name, kind in kinds().items()}, USUAL, whole=False)
    table.has("files")
    common = read(table, CentreFields)
    inner = table.table("files")
    files = None
    if inner is not None:
        given = read(inner, _Files)
        files = OwnFiles(folder / given.certificate, folder / given.key, folder / given.anchors)
    centre = CentreSpec(**msgspec.structs.asdict(common), own=own, files=files)
    for flaw in kinds()[own.kind].flaws(common):
        table.problem(*flaw)
    if centre.channel in ("plain", "tls") and centre.client_certificate != "good":
        table.problem("client_certificate", *said.CLIENT_SHOWS_NONE(channel=centre.channel))
    if centre.channel == "plain" and (centre.certificate != "good" or centre.files):
        table.problem("channel", *CHANNEL_SHOWS_NONE())
    return centre


def own_files(spec: CentreSpec, at_us: int) -> tuple[Own | None, list[Flaw]]:
    """A laboratory's own files of a centre, read and checked; no problems where it has none."""
    if spec.files is None or spec.channel == "plain":
        return None, []
    return read_own(spec.files, family_of(spec.channel), spec.hosts, at_us)
