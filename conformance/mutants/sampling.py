"""Draws mutants: evenly over the lines that the suite runs, then evenly over what can be broken in the line.

Leaves making them to `operators`. The same map, number and seed draw the same mutants; more begin with those.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import msgspec

from conformance.mutants.lines import Lines
from conformance.mutants.operators import Site, changed, sites
from conformance.mutants.subjects import SUBJECTS, item_of


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """One small fault: module, its number there, kind, line, whose code it is, and the code before and after."""

    module: str
    number: int
    kind: str
    line: int
    owner: str
    before: str
    after: str

    @property
    def identity(self) -> tuple[str, str, str, str, str]:
        """What stays when lines above it come or go."""
        return self.module, self.owner, self.kind, self.before, self.after


def on_wire(module: str) -> bool:
    """Whether words in this module go over a wire."""
    rooms = SUBJECTS[item_of(module)].wire
    return any(part in rooms for part in module.split("."))


def draw(run: Lines, sources: Mapping[str, Path], number: int, seed: int) -> list[Mutant]:
    """So many mutants, no two the same; fewer where the lines hold no more."""
    places: list[tuple[str, list[Site]]] = []
    texts: dict[str, str] = {}
    for module, lines in sorted(run.items()):
        texts[module] = sources[module].read_text("utf-8")
        by_line: dict[int, list[Site]] = {}
        for site in sites(texts[module], wire=on_wire(module)):
            by_line.setdefault(site.line, []).append(site)
        places += [(module, by_line[line]) for line in lines if line in by_line]
    chance = random.Random(f"mutants/{seed}")
    chance.shuffle(places)
    return [_mutant(module, texts[module], chance.choice(found)) for module, found in places[:number]]


def _mutant(module: str, text: str, site: Site) -> Mutant:
    change = changed(text, site.number, wire=on_wire(module))
    return Mutant(
        module=module,
        number=site.number,
        kind=site.kind,
        line=site.line,
        owner=site.owner,
        before=change.before,
        after=change.after,
    )
