"""Beginning a campaign from the page, and what lies below `out` that can be joined to it or left out by name.

Leaves proving what is joined to `bench.commands.laboratory.joinable`.
"""

from __future__ import annotations

from pathlib import Path

from bench.campaign.book import BOOK, Book, CampaignError
from bench.commands.finished.rejudge import VERDICTS
from bench.commands.laboratory import campaign, sentences
from bench.commands.laboratory.desk.queue import FILE as QUEUE
from reports.issue.demands import names_a_folder

_RESULTS = (VERDICTS, "parity.json", "sweep.json")


def begun(out: Path, profile: Path, name: str, *, by: str, lab: str) -> str:
    """Begin a campaign of that name below `out`; its name. Raises CampaignError, ChainTrouble, KeyTrouble, OSError."""
    if not names_a_folder(name):
        raise CampaignError(sentences.FOLDER_NAME().after(name or "-"))
    if (out / name).exists() and not (out / name / BOOK).exists():
        raise CampaignError(sentences.OTHER_FOLDER().after(name))
    campaign.new(out / name, profile, name=name, by=by, lab=lab)
    return name


def joinable(out: Path, book: Book) -> list[str]:
    """Names below `out` of what can be joined and is not: ended runs, parities, sweeps; files of proofs and checks."""
    known = {book.place(each.path) for each in book.joined()}
    gone = {each.run for each in book.left}
    folders = {path.parent for mark in _RESULTS for path in out.glob(f"*/{mark}")}
    files = {path for path in out.glob("*.json") if path.name != QUEUE}
    found = [
        path
        for path in sorted(folders | files)
        if not {path.resolve(), *((path / mark).resolve() for mark in _RESULTS)} & known and path.name not in gone
    ]
    return [path.name for path in found]


def add(out: Path, folder: Path, name: str, *, by: str, lab: str) -> None:
    """Join one of these. Raises CampaignError, ChainTrouble, KeyTrouble, OSError."""
    campaign.add(folder, _one(out, folder, name), as_load=False, by=by, lab=lab)


def leave(out: Path, folder: Path, name: str, *, words: str, by: str, lab: str) -> None:
    """Leave one of these out, with the reason. Raises CampaignError, ChainTrouble, KeyTrouble, OSError."""
    campaign.leave(folder, _one(out, folder, name).name, words=words, by=by, lab=lab)


def _one(out: Path, folder: Path, name: str) -> Path:
    if name not in joinable(out, Book(folder)):
        raise CampaignError(sentences.NOT_JOINED_YET().after(name or "-"))
    return out / name
