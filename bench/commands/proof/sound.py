"""What a finished run says of the sound reference terminal, so that a proof need not run it again.

Leaves the files to `bench.journal` and what a proof makes of the results to `prove`.
"""

from __future__ import annotations

from pathlib import Path

from bench.case import CaseResult
from bench.commands.proof import sentences
from bench.commands.running.resume import forged, sm3_of
from bench.journal import JournalError, attempts, read_run


class SoundError(Exception):
    """A run whose results a proof cannot use; one sentence a line."""


def results_of(folder: Path, *, commit: str, seed: int, rig: str, profile: Path) -> dict[str, CaseResult]:
    """The first attempt of every case that ended in this run of the sound terminal, its record proving itself.

    Raises SoundError with every reason why the run is another one than the proof would have made.
    """
    try:
        settings = read_run(folder).settings
        found = list(attempts(folder))
    except JournalError as error:
        raise SoundError(f"--sound: {error}") from None
    options = settings.options
    asked = {"rig": rig, "seed": seed, "defect": "", "terminal": str(profile), "expected": None}
    problems = [
        sentences.SOUND_SETTING(name=name, get=options.get(name), wanted=wanted).after(f"--sound {folder}")
        for name, wanted in asked.items()
        if options.get(name) != wanted
    ]
    if settings.commit != commit:
        problems.append(sentences.SOUND_COMMIT(asked=settings.commit, now=commit).after(f"--sound {folder}"))
    if settings.inputs.get(str(profile)) != sm3_of(profile):
        problems.append(sentences.SOUND_INPUT(profile=profile).after(f"--sound {folder}"))
    first = [each for each in found if each.begun.attempt == 1 and each.result is not None]
    problems += forged(first)
    if problems:
        raise SoundError("\n".join(problems))
    return {each.begun.case: each.result for each in first if each.result is not None}
