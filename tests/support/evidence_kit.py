"""A laboratory for tests: key, authority of time stamps, register; and a short signed run of the reference terminal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from suite_kit import QUICK, Told, carbonbench, choose, in_place, run_folder


@dataclass(frozen=True)
class Laboratory:
    """The files of a laboratory below one folder."""

    folder: Path

    @property
    def toml(self) -> Path:
        """What `run --lab` is given."""
        return self.folder / "lab.toml"

    @property
    def certificate(self) -> Path:
        """What a reader has of the laboratory."""
        return self.folder / "laboratory.pem"

    @property
    def roots(self) -> Path:
        """The root of its authority."""
        return self.folder / "authority" / "authority-root.pem"

    @property
    def register(self) -> Path:
        """Its register."""
        return self.folder / "register.jsonl"

    def verify(self, run: Path, *words: str | Path) -> Told:
        """`carbonbench verify` with all that a reader can have."""
        known = ("--certificate", self.certificate, "--roots", self.roots, "--register", self.register)
        return in_place("verify", run, *known, *words, cwd=run.parent)


def laboratory(folder: Path, name: str = "Laboratory of tests / 试验用实验室") -> Laboratory:
    """A laboratory with a key on P-256 and an authority of its own."""
    assert in_place("lab", "new", folder, "--name", name, cwd=folder.parent).code == 0
    return Laboratory(folder)


def signed_run(room: Path, lab: Laboratory, *words: str, cases: tuple[str, ...] = QUICK[:2]) -> Path:
    """The folder of a run that the laboratory signed."""
    told = carbonbench("run", *choose(cases), "--lab", lab.toml, *words, cwd=room)
    assert told.code in (0, 1), told.out + told.err
    return run_folder(room / "out")
