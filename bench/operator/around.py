"""What stands around a question on the person's page: rig, case, how far the run is, files to take to the device.

Leaves the question to `person`. Everything is read from the run's folder when the page is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bench.operator import sentences
from simulators.sentences import Words

TABLE, CREDENTIALS = "commissioning.csv", "credentials"
"""What may be taken to the device, below the folder of a case; records and captures may not."""


@dataclass(frozen=True)
class Around:
    """`rig` and `item` as they are called; `folder` is that of the case, below its run."""

    rig: str = ""
    item: str = ""
    folder: Path | None = None

    def lines(self) -> list[tuple[Words, str]]:
        """What is known, each with its name."""
        found = [(sentences.RIG(), self.rig), (sentences.ITEM(), self.item)]
        run = self._run()
        if run is not None and self.folder is not None:
            *words, attempt = self.folder.resolve().relative_to(run / "cases").parts
            found.append((sentences.CASE(), f"{'/'.join(words)} #{attempt}"))
            planned = self._planned(run)
            done = sum(1 for _ in (run / "cases").rglob("result.json"))
            if planned:
                found.append((sentences.DONE_SO_FAR(), f"{min(done, len(planned))} / {len(planned)}"))
                after = self._next(planned, "/".join(words))
                found.append((sentences.NEXT_CASE(), after))
        return [each for each in found if each[1]]

    def files(self) -> list[str]:
        """Names of what may be taken to the device, below the case's folder."""
        if self.folder is None or not self.folder.is_dir():
            return []
        paths = [self.folder / TABLE, *(self.folder / CREDENTIALS).rglob("*")]
        return sorted(
            path.relative_to(self.folder).as_posix() for path in paths if path.is_file() and not path.is_symlink()
        )

    def file(self, name: str) -> Path | None:
        """The path of one of them; None for anything else, whatever its name says."""
        return self.folder / name if self.folder is not None and name in self.files() else None

    def named_here(self, told: str) -> str:
        """What is told, with files of the case's folder by their names alone: the page hands these out itself."""
        return told.replace(f"{self.folder}/", "") if self.folder is not None else told

    def _run(self) -> Path | None:
        if self.folder is None:
            return None
        here = self.folder.resolve()
        return next((each for each in here.parents if (each / "run.json").is_file()), None)

    @staticmethod
    def _planned(run: Path) -> Sequence[Mapping[str, Any]]:
        try:
            told = cast(dict[str, Any], json.loads((run / "run.json").read_text("utf-8")))
            return cast(Sequence[Mapping[str, Any]], told.get("plan", ()))
        except (OSError, ValueError):
            return ()

    @staticmethod
    def _next(planned: Sequence[Mapping[str, Any]], case: str) -> str:
        names = [str(each.get("case", "")) for each in planned]
        return names[names.index(case) + 1] if case in names[:-1] else ""
