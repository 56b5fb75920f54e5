"""`carbonbench lab`: a trial key and time stamp authority, the register of runs, a run given up, a late seal.

Leaves running, verifying and issuing to their own commands.
"""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from bench.case import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EXIT_USAGE
from bench.commands.laboratory import sentences
from bench.evidence import stamps
from bench.evidence.chain import ChainTrouble
from bench.evidence.keys import KeyTrouble
from bench.evidence.lab import Lab, LabError, load_lab
from bench.evidence.register import BookGrew, Issued, Register, RunAbandoned, RunBegan, RunEnded, now, states

_LAB_TOML = """\
# What signs and registers this laboratory's runs: carbonbench run --lab lab.toml / 实验室：签名、时间戳与登记簿
[[signer]]
key = "laboratory.key.pem"         # PEM, or "pkcs11:token=…;object=…" with a module / 或密码设备
certificate = "laboratory.pem"

[stamp]                            # url = "https://…" of an authority of RFC 3161, or the bench's own / 时间戳服务
own = "authority"
roots = "authority/authority-root.pem"

[register]
path = "register.jsonl"
"""


_STANDING = {
    "open": str(sentences.STANDS_BEGUN()),
    "interrupted": str(sentences.STANDS_INTERRUPTED()),
}
"""What is said of runs that did not end by themselves; only these can be abandoned."""


def new(folder: Path, name: str) -> int:
    """Make a folder with a key, an authority and a lab.toml, for trials."""
    target = folder / "lab.toml"
    if target.exists():
        print(sentences.EXISTS_ALREADY().after(target), file=sys.stderr)
        return EXIT_USAGE
    try:
        stamps.new_key(folder, name)
        stamps.new_authority(folder / "authority", f"{name} time stamps")
        target.write_text(_LAB_TOML, "utf-8")
    except OSError as error:
        print(sentences.UNWRITABLE(strerror=error.strerror).after(folder), file=sys.stderr)
        return EXIT_USAGE
    print(sentences.LAB_WRITTEN().after(target))
    return EXIT_PASS


def _opened(path: Path) -> tuple[Lab, Register]:
    lab = load_lab(path)
    if lab.register is None:
        raise LabError([sentences.NO_REGISTER_SET().after(path)])
    return lab, Register(lab.register, lab)


def register(path: Path) -> int:
    """Prove and print the register. 1 where it was altered, 2 where runs stand open."""
    try:
        lab, book = _opened(path)
        problems = book.problems(lab.certificates)
        lines = [] if problems else book.lines()
    except LabError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except ChainTrouble as error:
        problems, lines = [str(error)], []
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return EXIT_FAIL
    for line in lines:
        entry = line.entry
        match entry:
            case RunBegan():
                item = " ".join(entry.item.get(key, "") for key in ("name", "serial")).strip()
                words = str(sentences.ENTRY_BEGUN(item=item, planned=entry.planned))
            case RunEnded():
                told = ", ".join(f"{count} {name}" for name, count in entry.summary.items())
                how = sentences.ENTRY_CUT if entry.interrupted else sentences.ENTRY_ENDED
                words = str(how(told=told, evidence=entry.evidence[:16]))
            case RunAbandoned():
                words = str(sentences.ENTRY_ABANDONED(why=entry.why, by=entry.by))
            case Issued():
                words = str(sentences.ENTRY_ISSUED(document=entry.document, issue=entry.issue, by=entry.by))
            case BookGrew():
                words = str(sentences.ENTRY_GREW(lines=entry.lines, head=entry.head[:16]))
            case _:
                words = str(sentences.ENTRY_RESUMED())
        print(f"{line.number:>4}  {entry.at}  {entry.run}  {words}")
    standing = states([line.entry for line in lines])
    if lines:
        print(sentences.CHAIN_HEAD(chain=lines[-1].chain))
    for run, state in standing.items():
        if state in _STANDING:
            print(f"{run}: {_STANDING[state]}")
    return EXIT_PASS


def password(path: Path, name: str) -> int:
    """Keep a password for the pages of `carbonbench serve`: asked at the terminal, or one line of standard input."""
    from bench.commands.laboratory.desk.people import PeopleError, set_password
    from reports.issue.reading import PaperError

    try:
        told = getpass.getpass(f"{sentences.PASSWORD()}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        kept = set_password(path, name, told)
    except (PeopleError, PaperError) as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return EXIT_ERROR
    print(sentences.HAS_PASSWORD(name=name).after(kept))
    return EXIT_PASS


def abandon(path: Path, run: str, why: str, by: str) -> int:
    """Write into the register that a run was given up."""
    try:
        _, book = _opened(path)
        state = states([line.entry for line in book.lines()]).get(run)
        if state not in _STANDING:
            found = sentences.ITS_STATE(state=state) if state else sentences.NOT_REGISTERED()
            print(sentences.NOT_ABANDONED(found=found).after(run), file=sys.stderr)
            return EXIT_USAGE
        book.add(RunAbandoned(at=now(), run=run, why=why, by=by))
    except LabError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except (ChainTrouble, KeyTrouble, OSError) as error:
        print(error, file=sys.stderr)
        return EXIT_ERROR
    print(sentences.GIVEN_UP().after(run))
    return EXIT_PASS
