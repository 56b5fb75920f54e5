"""How a trial started a product: its command line and the files that it was given, as the templates made them.

Leaves starting to the adapter and the rig.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from bench.commands.products import sentences
from bench.dut import Launch, Launchable, Seat, TerminalAdapter


class Starts:
    """Keeps the last start of an adapter's product; None before the first, and of one that the bench does not start."""

    def __init__(self) -> None:
        self.last: Launch | None = None

    def watched(self, made: TerminalAdapter) -> TerminalAdapter:
        """The adapter, of which is kept with what words and files it starts the product."""
        if isinstance(made, Launchable):
            launch = made.launch

            def kept(seat: Seat, state: Path) -> Launch:
                self.last = launch(seat, state)
                return self.last

            made.launch = kept
        return made

    def show(self) -> None:
        """Print the command line and each file."""
        if self.last is None:
            return
        print(f"{sentences.STARTED_AS()}: {shlex.join(self.last.argv)}")
        for name, text in self.last.files.items():
            print(sentences.A_FILE(name=name))
            print(text.rstrip("\n"))
        print("---")

    def hint(self, path: str) -> None:
        """Print how to see it, where there is something to see."""
        if self.last is not None and self.last.files:
            print(f"{sentences.WHAT_IT_WAS_GIVEN()}: carbonbench profile try {path} --show")

    def astray(self, *places: Path) -> None:
        """Print which words of the command line are files here, and none where the product runs."""
        if self.last is None:
            return
        for word in self.last.argv[1:]:
            here = [place / word for place in places if (place / word).is_file()]
            if here and not Path(word).is_absolute() and word not in self.last.files:
                print(sentences.ASTRAY(word=word, resolve=here[0].resolve()))
