"""What people found of mutants that survived: equivalent, a free choice of a maker, or an escape, each with its reason.

Leaves the figure to `figure`. The file `survivors.yaml` is written by hand, an entry a mutant, and found again by the
code before and after, so that it outlives lines above it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from conformance.mutants.sampling import Mutant

FILE = Path(__file__).with_name("survivors.yaml")
EQUIVALENT, FREE, ESCAPE, KILLED = "equivalent", "free choice", "escape", "killed"
"""`killed`: by a case that the time for each mutant did not reach; its reason names the check that failed."""


class SurvivorError(Exception):
    """The file cannot be used; one sentence."""


class Sorted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One survivor: what it was and what it is, with the reason."""

    module: str
    owner: str = ""
    kind: str
    before: str
    after: str
    is_: Literal["equivalent", "free choice", "escape", "killed"] = msgspec.field(name="is")
    reason: str

    @property
    def identity(self) -> tuple[str, str, str, str, str]:
        """As a mutant's."""
        return self.module, self.owner, self.kind, self.before, self.after


def read_survivors(path: Path = FILE) -> Mapping[tuple[str, str, str, str, str], Sorted]:
    """Every sorted survivor by identity. Raises SurvivorError."""
    try:
        found = msgspec.yaml.decode(path.read_bytes(), type=list[Sorted])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError) as error:
        raise SurvivorError(f"{path}: expected a list of sorted survivors: {error} / 文件无效") from None
    known: dict[tuple[str, str, str, str, str], Sorted] = {}
    for each in found:
        if each.identity in known:
            raise SurvivorError(f"{path}: {each.module} {each.before!r} → {each.after!r} stands twice / 重复条目")
        if not each.reason.strip():
            raise SurvivorError(f"{path}: {each.module} {each.before!r} has no reason / 缺少理由")
        known[each.identity] = each
    return known


def sorted_as(mutant: Mutant, known: Mapping[tuple[str, str, str, str, str], Sorted]) -> str:
    """What a survivor is; empty while nobody has looked at it."""
    found = known.get(mutant.identity)
    return found.is_ if found else ""
