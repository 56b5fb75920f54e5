"""Serial lines of a case in the process and loopback rigs: a pseudo terminal for each, which the terminal opens.

Leaves octets and their time to `bench.real.serial`. The terminal is told the device files (`devices`); in the record
the lines keep the names they have in the world. It is told no parity where the line has even parity (`told`): Linux
keeps no parity on a pseudo terminal, and the C library refuses a program that insists on it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from bench.real.serial import PtyLine
from bench.virtual.uart import Framing
from simulators.meters.spec import LineSpec
from simulators.world import World


class Lines:
    """The lines of a world, with their device files in `folder`, which `carrier` makes where it is missing."""

    def __init__(self, world: World, folder: Path) -> None:
        self._folder = folder
        self.devices: Mapping[str, str] = {line.name: str(folder / line.name) for line in world.lines}
        self._made: list[PtyLine] = []

    def told(self, world: World) -> World:
        """The world with the settings that the terminal's ports can have."""
        lines = [
            dataclasses.replace(line, settings=line.settings._replace(parity="N"))
            if line.settings.parity == "E"
            else line
            for line in world.lines
        ]
        return dataclasses.replace(world, lines=tuple(lines))

    def carrier(self, spec: LineSpec) -> PtyLine:
        """The meters' end of a line."""
        self._folder.mkdir(parents=True, exist_ok=True)
        line = PtyLine(spec.name, Framing(*spec.settings), self._folder)
        self._made.append(line)
        return line

    def dark(self, on: bool) -> None:
        """The terminal has lost its power, or has it again."""
        for line in self._made:
            line.dark(on)
