"""`carbonbench issue`: the report of a run as the laboratory hands it over, or the list of what it has not said yet.

Leaves what a report says to reports.issue. Nothing is written into the run's folder, and no issue over an earlier one.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

import reports.issue
from bench.campaign.book import CampaignError
from bench.case import EXIT_ERROR, EXIT_FAIL, EXIT_INCONCLUSIVE, EXIT_PASS, EXIT_USAGE, Text
from bench.commands.finished.rejudge import exit_for
from bench.commands.laboratory import sentences
from bench.commands.laboratory.subject import Subject, subject_of
from bench.commands.running.house import commit
from bench.evidence import register as records
from bench.evidence.chain import ChainTrouble
from bench.evidence.keys import KeyTrouble, is_sm2
from bench.evidence.lab import OWN, LabError, load_lab
from bench.evidence.lab import Lab as Seal
from bench.evidence.sealed import Signed
from bench.evidence.seals import SealTrouble
from bench.evidence.stamps import OwnAuthority
from bench.history import HistoryError
from bench.journal import LOCAL
from reports.issue.amend import FILE, FORMAT, Issued, changes_between, check_chain, facts_of
from reports.issue.blocks import Paper
from reports.issue.content import Evidence, paper, sm3_of
from reports.issue.demands import Demand, demands, in_language
from reports.issue.papers import Job, Lab
from reports.issue.reading import PaperError, read_paper
from reports.ledger import entries
from reports.verdicts import VerdictsError

_DOCS = Path(reports.issue.__file__).parents[2] / "docs"


@dataclass(frozen=True)
class Asked:
    """The words of the command; `draft` writes a working paper whatever is missing."""

    run: Path
    lab: Path
    job: Path
    to: Path
    draft: str = ""
    template: str = ""
    key: str = ""
    certificate: str = ""
    chain: str = ""
    module: str = ""
    token: str = ""
    label: str = ""
    stamp: str = ""


def main(asked: Asked) -> int:
    """0 issued (or a working paper), 1 altered, 2 something is missing, 3 it cannot be done, 4 wrong files, no run."""
    try:
        lab, job = _papers(asked)
        template = _template(asked)
        seal = load_lab(asked.lab)
        _writable(asked)
    except (PaperError, LabError) as error:
        return _said(error.problems, EXIT_USAGE)
    try:
        subject = subject_of(asked.run, seal)
    except (HistoryError, VerdictsError) as error:
        return _said([str(error)], exit_for(error))
    except (CampaignError, ChainTrouble, SealTrouble) as error:
        return _said([str(error)], EXIT_FAIL)
    if subject.altered:
        return _said([*subject.altered, sentences.NO_REPORT_OF_IT().after(asked.run)], EXIT_FAIL)
    try:
        if asked.draft:
            return _draft(asked, lab, job, subject, template)
        return _issue(asked, lab, job, subject, template, seal)
    except PaperError as error:
        return _said(error.problems, EXIT_ERROR)
    except (ChainTrouble, KeyTrouble, SealTrouble) as error:
        return _said([str(error)], EXIT_ERROR)
    except OSError as error:
        return _said([sentences.NOT_WRITTEN(strerror=error.strerror).after(error.filename or asked.to)], EXIT_ERROR)


def lacking(asked: Asked) -> list[str]:
    """What hinders an issue now, one sentence each; nothing where `carbonbench issue` would write one."""
    try:
        lab, job = _papers(asked)
        subject = subject_of(asked.run, load_lab(asked.lab))
        if subject.altered:
            return subject.altered
        place = asked.to / (job.report.number or "-")
        number = len(check_chain(place)) + 1 if place.is_dir() else 1
        return [str(each) for each in _missing(lab, job, subject, number)]
    except (PaperError, LabError) as error:
        return list(error.problems)
    except (HistoryError, VerdictsError, CampaignError, ChainTrouble, SealTrouble) as error:
        return [str(error)]


def _said(lines: Sequence[str], code: int) -> int:
    print("\n".join(lines), file=sys.stderr)
    return code


def _papers(asked: Asked) -> tuple[Lab, Job]:
    problems: list[str] = []
    lab, job = Lab(), Job()
    try:
        lab = read_paper(asked.lab, Lab, beside=OWN)
    except PaperError as error:
        problems += error.problems
    try:
        job = read_paper(asked.job, Job)
    except PaperError as error:
        problems += error.problems
    problems += [
        sentences.PHOTO(name=name).after(asked.job)
        for name in job.item.photos
        if Path(name).suffix.lower() not in (".jpg", ".jpeg", ".png") or not (asked.job.parent / name).is_file()
    ]
    if problems:
        raise PaperError(problems)
    return lab, job


def _writable(asked: Asked) -> None:
    """Raises PaperError where what is asked for has no place to be written."""
    draft = Path(asked.draft)
    if asked.draft and (not draft.parent.is_dir() or draft.is_dir()):
        raise PaperError([sentences.DRAFT_FILE().after(f"--draft {asked.draft}")])
    taken = next((each for each in (asked.to, *asked.to.parents) if each.exists()), None)
    if not asked.draft and taken and not taken.is_dir():
        raise PaperError([sentences.TO_FOLDER(taken=taken).after(f"--to {asked.to}")])


def _template(asked: Asked) -> Path | None:
    if asked.template and not Path(asked.template).is_file():
        raise PaperError([sentences.NO_TEMPLATE().after(asked.template)])
    return Path(asked.template) if asked.template else None


def _evidence(asked: Asked, subject: Subject) -> Evidence:
    rulings, limits = _DOCS / "RULINGS.md", _DOCS / "LIMITS.md"
    absent = [sentences.NO_METHOD().after(page) for page in (rulings, limits) if not page.is_file()]
    if absent:
        raise PaperError(absent)
    begun = subject.last
    clock = begun.clock if begun else None
    signed = next((each.signed for each in reversed(subject.runs) if each.signed.register_lines), Signed())
    return Evidence(
        run_folder=asked.run.resolve().name,
        manifest=subject.joint.head if subject.joint else subject.runs[0].manifest,
        signed=subject.runs[0].words if len(subject.runs) == 1 else Text("", ""),
        writer=commit(),
        rulings=sm3_of(rulings),
        limits=sm3_of(limits),
        register=f"{signed.register_lines}, {signed.register_head}" if signed.register_lines else "",
        software=", ".join(
            f"{name} {told}" for one in ([begun] if begun else []) for name, told in (one.system | one.packages).items()
        ),
        clock=""
        if clock is None
        else clock.problem
        or f"{clock.source}, stratum {clock.stratum}, {clock.reference}, {clock.behind_s} s ± {clock.within_s} s",
    )


def _draft(asked: Asked, lab: Lab, job: Job, subject: Subject, template: Path | None) -> int:
    from reports.issue.docx import docx_of
    from reports.issue.pdf import pdf_of

    evidence = _evidence(asked, subject)
    made = paper(lab, job, subject.result, entries(), evidence, folder=asked.job.parent, joint=subject.joint)
    target = Path(asked.draft)
    if target.suffix == ".docx":
        target.write_bytes(docx_of(made, template))
    else:
        target.write_bytes(pdf_of(made))
    missing = _missing(lab, job, subject, 1)
    print(sentences.PAPER_WRITTEN(missing=len(missing)).after(target))
    return EXIT_PASS


def _missing(lab: Lab, job: Job, subject: Subject, issue: int) -> list[Demand]:
    found = demands(
        lab,
        job,
        subject.result,
        issue=issue,
        item=subject.item,
        clock_problem=subject.clock_problem,
        today=datetime.now(LOCAL).date(),
    )
    return [*found, *subject.lacking]


def _issue(asked: Asked, lab: Lab, job: Job, subject: Subject, template: Path | None, seal: Seal) -> int:
    run = subject.result
    place = asked.to / (job.report.number or "-")
    before = check_chain(place) if place.is_dir() else []
    number = len(before) + 1
    missing = _missing(lab, job, subject, number)
    if missing:
        print(sentences.NOT_ISSUED(), file=sys.stderr)
        return _said([f"  {each}" for each in missing], EXIT_INCONCLUSIVE)
    evidence = _evidence(asked, subject)
    if run.commit.endswith("-dirty") or evidence.writer.endswith("-dirty"):
        words = str(sentences.CHANGED_BENCH(commit=run.commit, writer=evidence.writer))
        return _said([words], EXIT_INCONCLUSIVE)
    facts = facts_of(lab, job, run, entries(), subject.joint)
    changes = changes_between(before[-1].facts, facts) if before else []
    made = paper(
        lab,
        job,
        run,
        entries(),
        evidence,
        issue=number,
        working=False,
        changes=changes,
        folder=asked.job.parent,
        joint=subject.joint,
    )
    asked.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=asked.to, prefix=".") as held:
        folder = Path(held)
        hand = _files(asked, made, folder, template, seal)
        previous = sm3_of(place / str(number - 1) / FILE) if before else ""
        reason = next((each.reason for each in job.amendments if each.issue == number), "")
        issued = Issued(
            format=FORMAT,
            number=job.report.number,
            issue=number,
            language=job.report.language,
            issued=str(job.report.issued),
            run=run.run,
            history_digest=run.history_digest,
            manifest=evidence.manifest,
            writer=evidence.writer,
            signed=hand,
            files={path.name: sm3_of(path) for path in sorted(folder.iterdir())},
            replaces=previous,
            reason=in_language(reason, job.report.language),
            changes=tuple(str(each) for each in changes),
            facts=facts,
        )
        text = msgspec.json.format(msgspec.json.encode(issued), indent=2).decode() + "\n"
        (folder / FILE).write_text(text, "utf-8")
        place.mkdir(parents=True, exist_ok=True)
        shutil.copytree(folder, place / f".{number}")
        (place / f".{number}").chmod(0o755)
    (place / f".{number}").rename(place / str(number))
    if seal.register:
        _register(seal, issued, place / str(number), subject)
    told = str(sentences.SIGNED()) if hand else str(sentences.NOT_SIGNED())
    print(f"{place / str(number)}: report {job.report.number} issue {number} written, {told}")
    return EXIT_PASS


def _register(seal: Seal, issued: Issued, folder: Path, subject: Subject) -> None:
    """Enter the issue into the laboratory's register."""
    assert seal.register is not None
    entry = records.Issued(
        at=records.now(),
        run=issued.run,
        document=issued.number,
        issue=issued.issue,
        sha256=hashlib.sha256((folder / "report.pdf").read_bytes()).hexdigest(),
        evidence=subject.joint.head if subject.joint else subject.runs[0].signed.digest,
        by=issued.facts.get("job.persons.authorised", ""),
    )
    records.Register(seal.register, seal).add(entry)


def _files(asked: Asked, made: Paper, folder: Path, template: Path | None, seal: Seal) -> bool:
    """Write the files of an issue; whether the PDF was signed."""
    from reports.issue import signing
    from reports.issue.docx import docx_of
    from reports.issue.pdf import pdf_of

    octets = pdf_of(made)
    signer = None
    if asked.certificate:
        certificate = Path(asked.certificate)
        if asked.module:
            signer = signing.of_token(Path(asked.module), asked.token, asked.label, certificate)
        else:
            signer = signing.of_file(Path(asked.key), certificate, Path(asked.chain) if asked.chain else None)
    else:
        # Readers of PDF know no SM2.
        hand = next((each for each in seal.signers if not is_sm2(each.certificate)), None)
        signer = signing.HandSigner(hand) if hand else None
    if signer is not None:
        own = seal.stamper.answer if isinstance(seal.stamper, OwnAuthority) and not asked.stamp else None
        reason, url = f"{made.title} {made.number}", asked.stamp or seal.stamp_url
        octets = signing.signed(octets, signer, reason=reason, stamp_url=url, answer=own)
    (folder / "report.pdf").write_bytes(octets)
    (folder / "report.docx").write_bytes(docx_of(made, template))
    shutil.copyfile(asked.lab, folder / "lab.toml")
    shutil.copyfile(asked.job, folder / "job.toml")
    for name in dict.fromkeys(_photos(made)):
        shutil.copyfile(name, folder / Path(name).name)
    return signer is not None


def _photos(made: Paper) -> list[str]:
    from reports.issue.blocks import Picture

    return [each.path for each in made.annexes if isinstance(each, Picture)]
