"""The options of a run, a row each: how it is written, told, read, kept for a resumed run and given again.

Leaves the run itself to `session`. All problems of a command line are told at once. `carbonbench` asks for the rows
before it knows its command: what is slow to import is imported where it is needed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal, get_origin, get_type_hints

from bench.case import VIRTUAL_RIG, Item
from bench.commands import sentences
from bench.commands.option import Line, Option, whole
from simulators.sentences import Words
from simulators.shipped import SHIPPED

ROOT = Path(__file__).resolve().parents[3]
"""Where the rooms lie: a checkout, or the packages of an environment."""
REFERENCE_PROFILE = SHIPPED / "terminals" / "reference.toml"
REFERENCE_PROFILES = {Item.TERMINAL: REFERENCE_PROFILE, Item.PLATFORM: SHIPPED / "platforms" / "reference.toml"}
"""What stands on the bench where no profile is given, by what is tested."""
RIGS = ("virtual", "process", "loopback")
RUN_RIGS = (*RIGS, "lab")
"""In the lab rig stands a device, into which no defect can be planted: a run only."""
ACCELERATED_RIGS = ("process", "loopback")
MOST_WORKERS = 256
MOST_MINUTES = 60 * 24 * 365
MOST_TIMES = 120
AUTO = "auto"
MOST_REPEATS = 1000
SCREENS = ("quiet", "short", "full")
"""What stands on the screen when a run is over: counts only, also what did not pass, or all of it."""


class SessionError(Exception):
    """Options of a run that cannot be used; one sentence a line."""


def _path(name: str, text: str, line: Line) -> Path | None:
    return Path(text) if text else None


def wrong_item(text: str) -> list[str]:
    """What is wrong with a `--item`; none is right."""
    return [sentences.WRONG_ITEM(item=[*Item]).after(f"--item {text}")] if text and text not in [*Item] else []


def _item(name: str, text: str, line: Line) -> str:
    line.problems += wrong_item(text)
    return text


def _profile(name: str, text: str, line: Line) -> Path:
    """The profile that is given, else that of the reference for what is to be tested."""
    asked = line.made["item"]
    return Path(text) if text else REFERENCE_PROFILES[Item(asked) if asked in [*Item] else Item.TERMINAL]


def _rig(name: str, text: str, line: Line) -> str:
    line.problems += unknown_rig(text, RUN_RIGS)
    return text


def _documents(name: str, given: tuple[str, ...], line: Line) -> tuple[str, ...]:
    from bench.dut.profile import DOCUMENTS

    for word in given:
        if word not in DOCUMENTS:
            line.problems.append(sentences.WRONG_DOCUMENT(documents=DOCUMENTS).after(f"{name} {word}"))
    return given


def _seed(name: str, text: str, line: Line) -> int:
    return seed_of(text, line.problems)


def _repeats(name: str, text: str, line: Line) -> int:
    return whole(name, text, line.problems, least=1, most=MOST_REPEATS)


def _within(name: str, text: str, line: Line) -> int:
    """The minutes; 0 where no time is given."""
    if text and line.made["rig"] == VIRTUAL_RIG:
        line.problems.append(sentences.WITHIN_VIRTUAL().after(f"{name} {text}"))
        return 0
    return whole(name, text, line.problems, least=1, most=MOST_MINUTES) if text else 0


def _screen(name: str, text: str, line: Line) -> str:
    if text not in SCREENS:
        line.problems.append(sentences.WRONG_SCREEN(screens=SCREENS).after(f"{name} {text}"))
    return text


def _accelerate(name: str, text: str, line: Line) -> int:
    """The rate; 0 where nothing is accelerated. `carbonbench run` measures what auto is, once for all workers."""
    if text and line.made["rig"] not in ACCELERATED_RIGS:
        line.problems.append(sentences.ACCELERATES_PROGRAMS().after(name))
        return 0
    if text:
        from bench.real.faketime import fast_requirements

        line.problems += [f"{name}: {each}" for each in fast_requirements()]
    return whole(name, text, line.problems, least=1, most=MOST_TIMES) if text else 0


def _attempt(name: str, text: str, line: Line) -> int:
    number = _repeats(name, text, line) if text else 0
    if (repeat := line.words.get("repeat")) and number > line.made["repeat"]:
        line.problems.append(sentences.NO_SUCH_ATTEMPT(text=text, repeat=repeat).after(f"{name} {text}"))
    return number


def _defect(name: str, text: str, line: Line) -> str:
    line.problems += wrong_defect(text, line.made["rig"], sentences.PROVE_LISTS())
    return text


def _together(name: str, given: bool, line: Line) -> bool:
    if given and line.words.get("cluster"):
        line.problems.append(sentences.TOGETHER_CLUSTER().after(name))
    if given and line.words.get("within"):
        line.problems.append(sentences.TOGETHER_WITHIN().after(name))
    return given


def _cluster(name: str, text: str, line: Line) -> str:
    line.problems += wrong_cluster(text, line.made.get("rig", VIRTUAL_RIG), str(line.words.get("workers") or ""))
    return text


@dataclass(frozen=True)
class Options:
    """What the user asked for. `attempt` 0 means all repetitions, `resume` is the folder of a run to continue.

    Problems are told in the order of the rows. `live` is not asked for: whether the bench or pytest shows the progress.
    """

    item: Annotated[
        str,
        Option("--item", "ITEM", "what is tested: terminal (default) or platform / 受测品类型", read=_item),
    ]
    terminal: Annotated[
        Path,
        Option(
            "--terminal",
            "PROFILE",
            "profile of the item (default: the reference terminal or platform) / 受测品档案",
            read=_profile,
            is_path=True,
            also=("--profile",),
        ),
    ]
    rig: Annotated[
        str,
        Option(
            "--rig",
            "RIG",
            "where it stands: virtual, process, loopback; a run alone: lab / 台架",
            default=VIRTUAL_RIG,
            read=_rig,
        ),
    ]
    standards: Annotated[
        tuple[str, ...],
        Option("--standard", "DOC", "only cases of this document / 标准", many=True, read=_documents, selects=True),
    ]
    clauses: Annotated[
        tuple[str, ...],
        Option("--clause", "ID", "only cases of this clause or section / 条款", many=True, selects=True),
    ]
    cases: Annotated[
        tuple[str, ...], Option("--case", "NAME", "case, chapter or pattern (*, ?) / 用例", many=True, selects=True)
    ]
    exclude: Annotated[
        tuple[str, ...],
        Option("--exclude", "NAME", "not these, named as for --case / 排除", many=True, selects=True),
    ]
    failed: Annotated[
        Path | None,
        Option(
            "--failed",
            "RUN",
            "what did not pass in that run, on its terminal and rig; last: the newest / 仅重跑未通过用例",
            read=_path,
            is_path=True,
            selects=True,
        ),
    ]
    within: Annotated[
        int,
        Option(
            "--within",
            "MINUTES",
            "what fits into the time, most telling first; needs real time / 限定时长，优先选判定条款最多者",
            read=_within,
            selects=True,
        ),
    ]
    seed: Annotated[int, Option("--seed", "N", "master seed / 主种子", default="1", read=_seed)]
    repeat: Annotated[
        int,
        Option("--repeat", "K", "runs of each case (R-07: 3 for a statement) / 重复次数", default="1", read=_repeats),
    ]
    attempt: Annotated[int, Option("--attempt", "K", "only the k-th repetition (replay) / 第几次", read=_attempt)]
    defect: Annotated[
        str, Option("--defect", "ID", "plant a defect in the reference terminal / 植入缺陷", read=_defect, replays=True)
    ]
    capture: Annotated[bool, Option("--pcap", "", "keep pcap files of every case / 保存抓包文件", replays=True)]
    together: Annotated[
        bool,
        Option(
            "--together",
            "",
            "cases that can be judged from one drive share it: days saved in real time / 一次驱动判定多个用例",
            read=_together,
        ),
    ]
    accelerate: Annotated[
        int,
        Option(
            "--accelerate",
            "N",
            "program and world run N times faster, or auto: as fast as this machine keeps / 加速倍率",
            read=_accelerate,
            replays=True,
        ),
    ]
    out: Annotated[
        Path,
        Option("--out", "DIR", "folder of runs / 输出目录", default="out", read=_path, is_path=True, kept=False),
    ]
    expected: Annotated[
        Path | None,
        Option(
            "--expected-failures",
            "FILE",
            "fails that the vendor knows of (TOML) / 预期不通过清单",
            read=_path,
            is_path=True,
        ),
    ]
    complete: Annotated[
        bool, Option("--complete", "", "a case for which this computer lacks a part: exit 2 / 缺件即无法判定")
    ]
    fail_fast: Annotated[
        bool, Option("--fail-fast", "", "end at the first fail / 首个不通过即止", shorts=(("-x", ""),), kept=False)
    ]
    screen: Annotated[
        str,
        Option(
            "--screen",
            "HOW",
            "the end of a run on the screen: quiet, short, full / 屏幕输出",
            default="short",
            shorts=(("-q", "quiet"), ("-v", "full")),
            read=_screen,
            kept=False,
        ),
    ]
    resume: Annotated[
        Path | None,
        Option(
            "--resume",
            "RUN",
            "continue the run in this folder, with its settings / 续跑该运行目录",
            read=_path,
            is_path=True,
            kept=False,
        ),
    ]
    lab: Annotated[
        Path | None,
        Option(
            "--lab",
            "FILE",
            "the laboratory (lab.toml), whose key signs / 实验室文件，用其密钥签名",
            read=_path,
            is_path=True,
        ),
    ]
    cluster: Annotated[
        str,
        Option(
            "--cluster",
            "ADDRESS",
            "a Dask cluster runs the cases, tcp://host:8786 (virtual time) / 由集群执行",
            read=_cluster,
            kept=False,
        ),
    ]
    live: bool = False

    @classmethod
    def parse(cls, words: Mapping[str, Any], *, live: bool) -> Options:
        """Check the words of the command line, by key; missing or empty ones take their default.

        A resumed run has its options from its folder, so that no other word may go with `resume`. Raises SessionError
        naming every bad one.
        """
        if words.get("resume"):
            given = [row.name for field, row in ROWS.items() if field not in _WITH_RESUME and words.get(row.key)]
            sitting = Line(words)
            own = {field: ROWS[field].value(sitting) for field in _WITH_RESUME if field != "resume"}
            if sitting.problems:
                raise SessionError("\n".join(sitting.problems))
            return replace(cls._resumed(Path(words["resume"]), given, live=live), **own)
        line = Line(_as_then(words) if words.get("failed") else words)
        for name, row in ROWS.items():
            line.made[name] = row.value(line)
        if line.problems:
            raise SessionError("\n".join(line.problems))
        return cls(**line.made, live=live)

    @classmethod
    def _resumed(cls, folder: Path, given: list[str], *, live: bool) -> Options:
        """The options of the run in a folder. Raises SessionError."""
        from bench.journal import JournalError, read_run

        if given:
            words = ", ".join(given)
            raise SessionError(sentences.RESUMED_WITH_WORDS(words=words).after(f"--resume {folder}"))
        try:
            settings = read_run(folder).settings
        except JournalError as error:
            raise SessionError(f"--resume: {error}") from None
        kept = {name: row for name, row in ROWS.items() if row.kept}
        if kept.keys() != settings.options.keys():
            odd = ", ".join(sorted(kept.keys() ^ settings.options.keys()))
            raise SessionError(sentences.OTHER_VERSION(odd=odd).after(f"--resume {folder}"))
        made = {name: row.restored(settings.options[name]) for name, row in kept.items()}
        return cls(**made, out=folder.parent, fail_fast=False, screen=SCREENS[1], cluster="", resume=folder, live=live)

    def kept(self) -> dict[str, Any]:
        """What of the options the run folder keeps, so that the run can be resumed."""
        return {name: _plain(getattr(self, name)) for name, row in ROWS.items() if row.kept}

    def inputs(self) -> tuple[Path, ...]:
        """The files that the run depends on."""
        failed = (self.failed / "verdicts.json",) if self.failed else ()
        return (self.terminal, *((self.expected,) if self.expected else ()), *failed)

    def selection(self) -> str:
        """The selecting options as they were given, for reports; empty when everything was selected."""
        return " ".join(self._again("selects"))

    def replayed(self) -> str:
        """The options that the replay of a case needs beside its own, each word after a space."""
        return "".join(f" {word}" for word in self._again("replays"))

    def _again(self, why: Literal["selects", "replays"]) -> list[str]:
        rows = {name: row for name, row in ROWS.items() if getattr(row, why)}
        return [word for name, row in rows.items() for word in row.written(getattr(self, name))]


ROWS: dict[str, Option] = {
    name: told.__metadata__[0]
    for name, told in get_type_hints(Options, include_extras=True).items()
    if get_origin(told) is Annotated
}
"""The rows by field of Options."""
WORKERS = Option("-n", "WORKERS", "processes / 进程数", default="1", key="workers")
"""What xdist is asked for, in a run and in a resumed one."""
SHARED = (ROWS["seed"], WORKERS, ROWS["cases"], ROWS["out"])
"""What every command that runs cases has."""


_WITH_RESUME = ("fail_fast", "screen", "cluster", "resume")
"""What may go with --resume: it concerns the sitting."""
_OF_THE_FAILED = ("terminal", "rig", "seed", "defect", "accelerate", "expected")
"""What a run of the failed cases of another takes over from it, where the line says nothing else."""


def _as_then(words: Mapping[str, Any]) -> dict[str, Any]:
    """The words, and those with which the run was made whose failed cases are to run again. Raises SessionError."""
    from bench.journal import JournalError, read_run

    try:
        before = read_run(Path(words["failed"])).settings.options
    except JournalError as error:
        raise SessionError(f"--failed: {error}") from None
    then = {row.key: row.written(before[field]) for field in _OF_THE_FAILED if (row := ROWS[field]) and field in before}
    return dict(words) | {key: said[-1] for key, said in then.items() if said and not words.get(key)}


def _plain(value: object) -> object:
    return str(value.resolve()) if isinstance(value, Path) else value


def seed_of(text: str, problems: list[str]) -> int:
    """The master seed that `--seed` gives; what is wrong with it becomes a problem."""
    return whole("--seed", text, problems)


def workers_of(text: str, problems: list[str]) -> int:
    """How many processes `-n` asks for; what is wrong with it becomes a problem."""
    return whole("-n", text, problems, least=1, most=MOST_WORKERS)


def unknown_rig(rig: str, among: tuple[str, ...] = RIGS) -> list[str]:
    """What is wrong with a `--rig`."""
    return [] if rig in among else [sentences.WRONG_RIG(among=among).after(f"--rig {rig}")]


def wrong_cluster(address: str, rig: str, workers: str) -> list[str]:
    """What is wrong with a `--cluster`; none is right."""
    problems: list[str] = []
    if address and rig != VIRTUAL_RIG:
        problems.append(sentences.CLUSTER_RIG(rig=rig).after(f"--cluster {address}"))
    if address and workers not in ("", "1"):
        problems.append(sentences.CLUSTER_WORKERS(workers=workers).after(f"--cluster {address}"))
    return problems


def wrong_defect(name: str, rig: str, where: Words | str = "") -> list[str]:
    """What is wrong with a `--defect` in a rig; none is right. `where` says what shows those there are."""
    from conformance.defects import all_defects

    known = all_defects() if name else {}
    if name and name not in known:
        return [sentences.NO_DEFECT(near=near(name, known), where=where).after(f"--defect {name}")]
    if name and rig not in known[name].rigs:
        return [sentences.DEFECT_RIG(rigs=[f"--rig {each}" for each in known[name].rigs]).after(f"--defect {name}")]
    return []


def picks(word: str, case: str) -> bool:
    """Whether `--case word` means a case: its id, its name alone, a whole chapter, or a pattern (*, ?)."""
    chapter, _, name = case.rpartition("/")
    if any(sign in word for sign in "*?["):
        return fnmatchcase(case, word) or fnmatchcase(name, word)
    return word in (case, name) or word.removesuffix("/") == chapter


def picks_clause(word: str, known: Collection[str]) -> frozenset[str]:
    """The entries that `--clause word` means: one, a section with all below it, with or without document, a pattern."""
    if word in known:
        return frozenset({word})
    if any(sign in word for sign in "*?"):
        return frozenset(entry for entry in known if fnmatchcase(entry, word))

    def below(section: str) -> bool:
        rest = section.removeprefix(word)
        return bool(word) and rest != section and not rest[:1].isdigit()

    return frozenset(entry for entry in known if below(entry) or below(entry.partition("/")[2]))


def sections(entries: Collection[str]) -> list[str]:
    """Entries, and before them the sections that they stand in: `isc-2/7.2` of `isc-2/7.2.4(5)a`."""
    found: dict[str, None] = {}
    for entry in entries:
        parts = re.split(r"[.(-]", entry.partition("/")[2])
        for number in range(1, len(parts)):
            found[entry[: entry.index("/") + 1] + ".".join(parts[:number])] = None
    return [*(section for section in found if picks_clause(section, entries)), *entries]


def no_case(word: str, known: Collection[str], option: str = "--case") -> str:
    """Empty if a `--case` means any of the known cases; else the sentence that says what was perhaps meant."""
    if any(picks(word, case) for case in known):
        return ""
    hint = near(word, known)
    inside = sum(word in case for case in known)
    if not hint.en and "*" not in word:
        hint = sentences.PARTS_OF_NAMES(inside=inside, option=option, word=word) if inside else sentences.LIST_SHOWS()
    return sentences.NO_CASE_NAMED(hint=hint).after(f"{option} {word}")


def near(word: str, known: Collection[str] | Mapping[str, Any]) -> Words:
    """A hint at names like a mistyped one: the whole name or its last part; empty if nothing is like it."""
    by_part = {name.rpartition("/")[2]: name for name in known} | {name: name for name in known}
    found = dict.fromkeys(by_part[part] for part in difflib.get_close_matches(word, by_part, 3))
    if not found:
        return Words("", "")
    return sentences.MEANT(names=Words(" or ".join(found), " 或 ".join(found)))
