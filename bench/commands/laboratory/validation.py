"""`carbonbench validation`: the validation file of the method as one PDF, bound to the commit of this bench.

Leaves what it says to reports.issue.validation.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.case import EXIT_ERROR, EXIT_PASS, EXIT_USAGE
from bench.commands.laboratory import sentences
from bench.commands.running.house import commit
from bench.commands.running.options import ROOT
from bench.evidence.opening import packages
from reports.issue.reading import PaperError
from reports.issue.validation import ParityError, Shown, validation


def peers() -> list[tuple[str, str, bool]]:
    """The parts of tools/peers: name, what it is for in both languages, and whether it is on this machine."""
    tool = ROOT / "tools" / "peers"
    try:
        told = subprocess.run([str(tool), "--list"], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    found: list[tuple[str, str, bool]] = []
    for line in told.splitlines():
        name, _, purpose = line.partition(" ")
        found.append((name, purpose.strip(), _at_hand(tool, name)))
    return found


def _at_hand(tool: Path, name: str) -> bool:
    try:
        done = subprocess.run([str(tool), "--missing", name], capture_output=True, text=True, check=False, cwd=ROOT)
    except OSError:
        return False
    return done.returncode == 0 and not done.stdout.strip()


def main(target: Path, language: str, parity: Sequence[Path]) -> int:
    """0 written, 3 something cannot be read or the PDF not be made, 4 wrong words or no parity."""
    if language not in ("zh", "en") or target.suffix != ".pdf":
        words = sentences.VALIDATION_WORDS(language=language, target=target).after("validation")
        print(words, file=sys.stderr)
        return EXIT_USAGE
    from reports.issue.pdf import pdf_of

    try:
        shown = Shown(
            commit=commit(),
            machine=f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
            packages=packages(),
            peers=peers(),
            parity=tuple(parity),
            docs=ROOT / "docs",
        )
        target.write_bytes(pdf_of(validation(shown, language)))
    except ParityError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except PaperError as error:
        print(error, file=sys.stderr)
        return EXIT_ERROR
    except OSError as error:
        print(sentences.UNWRITABLE(strerror=error.strerror).after(target), file=sys.stderr)
        return EXIT_ERROR
    print(sentences.WRITTEN().after(target))
    return EXIT_PASS
