"""Handing over from the page: the order of a campaign (`job.toml` in its folder), what is missing, issue and amendment.

Leaves writing reports to `carbonbench issue`, a process of its own, whose words the page shows.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.campaign.book import Book
from bench.case import EXIT_PASS
from bench.commands.laboratory import sentences
from bench.commands.laboratory.desk.skeleton import skeleton
from bench.commands.laboratory.issue import Asked, lacking
from reports.issue.amend import Issued, check_chain
from reports.issue.demands import names_a_folder
from reports.issue.papers import Job
from reports.issue.reading import PaperError, read_paper
from reports.verdicts import write_whole

JOB, ISSUED = "job.toml", "issued"
SHOWN = ("report.pdf", "report.docx", "issue.json")
"""Files of an issue that the page hands out."""


@dataclass(frozen=True)
class Desk:
    """What the page of an issue shows: text of the order, what is missing, issues that are out.

    An order that nobody has kept yet is one to be filled in.
    """

    text: str
    missing: tuple[str, ...]
    issues: tuple[Issued, ...]


def job_of(campaign: Path) -> Path:
    """Where a campaign's order lies."""
    return campaign / JOB


def kept(campaign: Path, text: str) -> None:
    """Keep the order. Raises PaperError where it is none: nothing is written then."""
    trial = campaign / f"{JOB}.new"
    write_whole(trial, text.replace("\r\n", "\n"))
    try:
        read_paper(trial, Job)
    except PaperError as error:
        raise PaperError([each.replace(str(trial), JOB) for each in error.problems]) from None
    finally:
        trial.unlink()
    write_whole(job_of(campaign), text.replace("\r\n", "\n"))


def number_of(campaign: Path) -> str:
    """The report's number by the order; empty where it says none, or none that can name a folder."""
    try:
        number = read_paper(job_of(campaign), Job).report.number
    except PaperError:
        return ""
    return number if names_a_folder(number) else ""


def shown(campaign: Path, lab: Path) -> Desk:
    """What the page shows; what is wrong with order or laboratory is told as missing.

    Raises CampaignError, ChainTrouble, OSError for a folder that is no campaign.
    """
    path = job_of(campaign)
    to = campaign.parent / ISSUED
    if not path.is_file():
        words = str(sentences.THE_ORDER())
        return Desk(skeleton(Book(campaign).begun.item), (f"{JOB}: {words}",), ())
    text = path.read_text("utf-8")
    try:
        missing = lacking(Asked(run=campaign, lab=lab, job=path, to=to))
        number = number_of(campaign)
        issues = check_chain(to / number) if number and (to / number).is_dir() else []
    except PaperError as error:
        return Desk(text, tuple(error.problems), ())
    return Desk(text, tuple(missing), tuple(issues))


def authorised(campaign: Path) -> tuple[str, ...]:
    """The names of who authorises, by the order."""
    from bench.commands.laboratory.desk.people import names_of

    try:
        return names_of(read_paper(job_of(campaign), Job).persons.authorised)
    except PaperError:
        return ()


async def issued(campaign: Path, lab: Path) -> tuple[bool, str]:
    """Issue, and what the command said."""
    words = (sys.executable, "-m", "bench.cli", "issue", campaign, "--lab", lab, "--job", job_of(campaign))
    process = await asyncio.create_subprocess_exec(
        *map(str, words),
        "--to",
        str(campaign.parent / ISSUED),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode == EXIT_PASS, told.decode("utf-8", "replace").strip()
