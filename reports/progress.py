"""The progress of a command that does many like things: a bar, or a line each where nobody watches a screen.

Leaves the progress of a run, which knows cases and verdicts, to `reports.screen`.
"""

from __future__ import annotations

import sys

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text as Line

from reports.blocks import visible
from reports.screen import console_for


class Progress:
    """`step` after each of `total` things, `close` at the end."""

    def __init__(self, title: str, total: int, console: Console | None = None, *, done: int = 0) -> None:
        self._console = console or console_for(sys.stdout)
        self._total = total
        self._done = done
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._bar = self._bars.add_task(title, total=total, completed=done)
        self._bars.start()

    def step(self, what: str, outcome: str = "") -> None:
        """One thing more is done: what it was, and what came of it."""
        self._done += 1
        self._bars.update(self._bar, completed=self._done, description=escape(visible(what)))
        if not self._console.is_terminal:
            words = f"[{self._done:>{len(str(self._total))}}/{self._total}] {what}" + (
                f": {outcome}" if outcome else ""
            )
            self._console.print(Line(visible(words)), soft_wrap=True)

    def close(self) -> None:
        """Take the bar away."""
        self._bars.stop()
