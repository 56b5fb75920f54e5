"""The words of `prove`, with defects, mutants and shared drives, and the calls that they become.

Leaves the work to the modules beside it, which are imported when their command is given.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.commands import rows
from bench.commands.option import Option
from bench.commands.parsing import Add, takes, wrong_words
from bench.commands.proof import sentences
from bench.commands.running.options import ROWS, SHARED


def _prove(words: argparse.Namespace) -> int:
    if words.mutants:
        return _mutants(words)
    if words.each:
        return wrong_words(sentences.ONLY_MUTANTS().after("--each"))
    if words.together:
        return _prove_together(words)
    if words.rests:
        from bench.commands.proof import rests

        return rests.main(Path(words.rests))
    from bench.commands.proof import prove

    return prove.main(
        prove.Asked(
            out=Path(words.out),
            defects=tuple(words.defect),
            cases=tuple(words.case),
            seed=words.seed,
            workers=words.workers,
            json_file=Path(words.json) if words.json else None,
            every=words.full,
            record=words.record,
            defects_only=words.defects_only,
            rig=words.rig,
            sound=Path(words.sound) if words.sound else None,
            hints=Path(words.hints) if words.hints else None,
            resume=Path(words.resume) if words.resume else None,
            item=words.item,
            cluster=words.cluster,
            groups=words.groups,
        )
    )


def _prove_together(words: argparse.Namespace) -> int:
    from bench.commands.proof import prove_together

    told = {"--json": words.json, "--sound": words.sound, "--hints": words.hints, "--resume": words.resume}
    told |= {"--full": words.full, "--defects-only": words.defects_only, "--cluster": words.cluster}
    told |= {"--defect": words.defect, "--item": words.item, "--rig": words.rig != "virtual", "--groups": words.groups}
    if others := [name for name, given in told.items() if given]:
        return wrong_words(sentences.NOT_TOGETHER(others=others).after("--together"))
    return prove_together.main(words.case, words.seed, words.workers, record=words.record)


def _mutants(words: argparse.Namespace) -> int:
    from bench.commands.proof import mutants

    of_defects = {"--defect": words.defect, "--json": words.json, "--hints": words.hints, "--sound": words.sound}
    others = [name for name, given in of_defects.items() if given]
    others += [name for name, given in (("--full", words.full), ("--defects-only", words.defects_only)) if given]
    others += [name for name, given in (("--rig", words.rig != "virtual"), ("--groups", words.groups)) if given]
    others += ["--cluster"] if words.cluster else []
    if others:
        return wrong_words(sentences.OF_DEFECTS(others=others).after("--mutants"))
    return mutants.main(
        mutants.Asked(
            number=words.mutants,
            out=Path(words.out),
            seed=words.seed,
            workers=words.workers,
            cases=tuple(words.case),
            record=words.record,
            resume=Path(words.resume) if words.resume else None,
            each=words.each,
            item=words.item,
        )
    )


def prove(command: Add) -> None:
    """The words of `prove`."""
    takes(
        command("prove", _prove, "show that every check can fail: defect × check / 证明每项检查都能失败"),
        rows.EITHER,
        rows.DEFECTS,
        ROWS["rig"],
        rows.JSON_FILE,
        Option("--defects-only", "", "stop once every defect is caught / 缺陷均被发现即止"),
        Option("--sound", "RUN", "take over what this run says of the sound terminal / 取用无缺陷运行结果"),
        Option("--hints", "FILE", "a matrix of an earlier proof: what is tried first / 先试已知组合"),
        rows.JOURNAL,
        rows.PROVEN,
        Option("--groups", "", "find anew which defects may be planted at once / 重新确定可同时植入的缺陷"),
        Option("--full", "", "every defect against every case / 全矩阵"),
        Option("--mutants", "N", "N random small faults instead: how much escapes / 随机变异体漏检率"),
        Option(
            "--each",
            "S",
            "cases of so many seconds for each mutant (default: all that run its line); --resume with more goes on / "
            "每个变异体的用例时限",
        ),
        rows.OF_DRIVES,
        Option("--rests", "RUN", "of a whole run: on which question each check rests / 各判据所依据的查询"),
        ROWS["cluster"],
        *SHARED,
    )
