"""`carbonbench clauses`: list, show, coverage, limits, lint, stale, hash and review, on the screen or as JSON.

Leaves every answer to the module that knows it. Wrong words are one sentence and exit code 4; a ledger that is not
sound is exit code 1; a gate that could not look, for want of the drafts' texts, is exit code 2.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from bench.commands.option import Option
from bench.commands.parsing import takes
from bench.commands.rows import JSON
from bench.commands.running.options import ROWS
from conformance.clauses.coverage import (
    ASKED,
    EVIDENCE,
    RIGS,
    Coverage,
    Reach,
    coverage,
    deciding_cases,
    disposition_of,
)
from conformance.clauses.layout import labelled, pad, paragraph, table
from conformance.clauses.ledger import (
    DISPOSITIONS,
    DOCUMENTS,
    KINDS,
    OBJECTS,
    STRENGTHS,
    TOPICS,
    Entry,
    Ledger,
    LedgerError,
    Words,
    load_ledger,
)
from conformance.clauses.texts import AddressError, TextsAbsent, find_texts, read_text
from simulators.sentences import Words as Sides
from simulators.values import no_choice

EXIT_SOUND, EXIT_UNSOUND, EXIT_NOT_CHECKED, EXIT_USAGE = 0, 1, 2, 4


class Wrong(Exception):
    """Words of the command line that cannot be used; one sentence each."""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage."""
        en, zh = Sides.of(message)
        told = zh if zh != en else "命令行有误"
        raise Wrong(f"{self.prog}: {en}; see {self.prog} --help / {told}")


def main(argv: Sequence[str]) -> int:
    """Run one `clauses` command and return its exit code."""
    try:
        words = parser().parse_args(_with_default(argv))
        return words.work(words)
    except Wrong as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except TextsAbsent as error:
        print(error, file=sys.stderr)
        return EXIT_NOT_CHECKED
    except LedgerError as error:
        print(error, file=sys.stderr)
        return EXIT_UNSOUND


_COMMANDS = ("list", "show", "coverage", "limits", "lint", "stale", "hash", "review")


def _with_default(argv: Sequence[str]) -> list[str]:
    """`list` is what is meant when no command is named."""
    if argv and (argv[0] in _COMMANDS or argv[0] in ("-h", "--help") or not argv[0].startswith("-")):
        return list(argv)
    return ["list", *argv]


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = Parser(prog="carbonbench clauses", description="The clause ledger of the five documents / 五份标准的条款台账")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, work: Callable[[argparse.Namespace], int], text: str, *options: Option) -> None:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(work=work)
        takes(made, JSON, *options)

    reviewed = ("clauses review",)
    texts = Option("--texts", "DIR", "folder of the drafts' texts / 标准文本目录")
    command(
        "list",
        _list,
        "entries, filtered (the default) / 列出条款",
        _among("document", DOCUMENTS, "document / 标准", "clauses list"),
        _among("strength", STRENGTHS, "strength / 效力", "clauses list"),
        _among("topic", TOPICS, "topic / 主题", "clauses list"),
        _among("disposition", DISPOSITIONS, "how it is decided / 判定方式", "clauses list"),
        _among("object", OBJECTS, "object it binds / 约束对象", "clauses list"),
        _among("kind", (*KINDS, "all"), "kind (default requirement) / 类别", "clauses list"),
        Option("--text", "WORD", "word in our wording or the number / 关键词"),
        Option("--without-case", "", "only entries that no case names / 仅列尚无用例的条款"),
        Option("--count", "", "only how many / 仅给出数量"),
    )
    example = Option("id", "ID", "for example isc-2/7.2.4(5)a / 条款号", count="+")
    command("show", _show, "everything about entries / 显示条款", example, ROWS["out"], texts)
    command(
        "coverage",
        _coverage,
        "what is tested, by document, topic, strength, rig and kind of evidence / 覆盖情况",
        _among("object", OBJECTS, "topics and strengths of this object / 所约束对象的覆盖情况", "clauses coverage"),
        _among("strength", STRENGTHS, "topics and strengths of this strength / 该效力的覆盖情况", "clauses coverage"),
    )
    into = Option("--write", "", "write them into docs/LIMITS.md / 写入 docs/LIMITS.md", only=("clauses limits",))
    command("limits", _limits, "clauses decided in part, as docs/LIMITS.md has them / 部分判定的条款", into)
    command("lint", _lint, "run every gate / 检查台账", texts)
    command(
        "stale",
        _stale,
        "compare a new draft with the ledger / 与新稿比较",
        Option("newtext", "NEWTEXT", "text file of the new draft / 新稿文本"),
        Option(
            "--document", "DOC", "which document / 标准", default=None, kind=_one_of(DOCUMENTS), only=("clauses stale",)
        ),
        texts,
    )
    hashes = Option("--write", "", "write them into the ledger / 写入台账", only=("clauses hash",))
    command("hash", _hash, "hashes of the source sentences / 原文散列", hashes, texts)
    command(
        "review",
        _review,
        "the drafters' review, HTML and Markdown, two languages / 起草意见",
        Option("--out", "DIR", "where it goes / 输出目录", default="out/review", only=reviewed),
        Option("--document", "DOC", "findings of this draft only / 仅该标准", only=reviewed),
        Option("--clause", "ID", "of this clause or section only / 仅该条款或章节", only=reviewed),
        texts,
    )
    return top


def _among(name: str, allowed: Sequence[str], text: str, of: str) -> Option:
    """An option that takes words of a list, as one command has it."""
    en, _, zh = text.partition(" / ")
    told = f"{en}: {', '.join(allowed)} / {zh}"
    return Option(f"--{name}", name.upper(), told, many=True, kind=_one_of(allowed), only=(of,))


def _one_of(allowed: Sequence[str]) -> Callable[[str], str]:
    def check(word: str) -> str:
        if word in allowed:
            return word
        raise argparse.ArgumentTypeError(str(no_choice(allowed, word)))

    return check


def _texts_folder(words: argparse.Namespace) -> Path | None:
    return Path(words.texts) if words.texts else None


def _cases() -> dict[str, tuple[str, ...]]:
    from conformance.clauses.suite import find_cases

    return deciding_cases(load_ledger(), find_cases())


def _print_json(value: Any) -> None:
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    print(text)


def as_row(entry: Entry, cases: Sequence[str]) -> dict[str, Any]:
    """One entry in the form of `--json`; `reading` is the ruling of most weight, `readings` are all."""
    return {
        "id": entry.id,
        "document": entry.document,
        "number": entry.number,
        "kind": entry.kind,
        "modal": entry.modal,
        "strength": entry.strength,
        "object": entry.object,
        "topic": entry.topic,
        "disposition": "automated" if cases else entry.disposition,
        "requirement": entry.requirement,
        "threshold": entry.threshold,
        "cases": list(cases),
        "reading": entry.readings[0] if entry.readings else None,
        "readings": entry.readings,
        "claim": entry.claim.id if entry.claim else None,
    }


def select(ledger: Ledger, cases: dict[str, tuple[str, ...]], words: argparse.Namespace) -> list[Entry]:
    """The entries the options of `list` select."""
    kinds = words.kind or ["requirement"]
    wanted = words.text.casefold()

    def fits(entry: Entry) -> bool:
        return (
            ("all" in kinds or entry.kind in kinds)
            and (not words.document or entry.document in words.document)
            and (not words.strength or entry.strength in words.strength)
            and (not words.topic or entry.topic in words.topic)
            and (not words.object or entry.object in words.object)
            and (not words.disposition or disposition_of(entry, cases) in words.disposition)
            and not (words.without_case and cases.get(entry.id))
            and (
                not wanted
                or wanted in entry.number.casefold()
                or wanted in entry.id.casefold()
                or wanted in entry.requirement.en.casefold()
                or wanted in entry.requirement.zh
            )
        )

    return [entry for entry in ledger.entries if fits(entry)]


def _list(words: argparse.Namespace) -> int:
    ledger, cases = load_ledger(), _cases()
    found = select(ledger, cases, words)
    if words.count:
        _print_json({"count": len(found)}) if words.json else print(len(found))
        return EXIT_SOUND
    if words.json:
        _print_json([as_row(entry, cases.get(entry.id, ())) for entry in found])
        return EXIT_SOUND
    lines: list[str] = []
    for entry in found:
        named = cases.get(entry.id, ())
        told = f"{entry.strength:<10} {disposition_of(entry, cases):<14} {entry.object:<12} {entry.topic}"
        lines.append(pad(entry.id, 30) + told + (f" · {len(named)} case{'s' * (len(named) > 1)}" if named else ""))
        lines += paragraph(entry.requirement.en, 4)
        lines += paragraph(entry.requirement.zh, 4)
    kinds = "" if words.kind else "; only requirements, --kind all shows the rest / 仅列要求"
    lines.append(f"{len(found)} of {len(ledger.entries)} entries / {len(ledger.entries)} 条中的 {len(found)} 条{kinds}")
    print("\n".join(lines))
    return EXIT_SOUND


def _find(ledger: Ledger, name: str) -> Entry:
    entry = ledger.by_id.get(name)
    if entry:
        return entry
    begin = [known for known in ledger.by_id if known.startswith(name)][:6]
    near = begin or difflib.get_close_matches(name, list(ledger.by_id), 3, 0.7)
    hint = f"did you mean {', '.join(near)}?" if near else "list them with carbonbench clauses --text WORD"
    raise Wrong(f"{name}: no such entry; {hint} / 无此条款")


def _show(words: argparse.Namespace) -> int:
    from conformance.clauses.suite import find_cases, find_defects, latest_run

    ledger = load_ledger()
    entries = [_find(ledger, name) for name in words.id]
    cases, defects, run = find_cases(), find_defects(), latest_run(Path(words.out))
    shown: list[dict[str, Any]] = []
    for entry in entries:
        named = [case for case in cases if entry.id in case.clauses]
        row = as_row(entry, [case.id for case in named])
        verdict = run.verdict(entry.id) if run else None
        row |= {
            "at": entry.places,
            "hash": entry.hash,
            "reason": entry.reason,
            "prompt": entry.prompt,
            "in_part": entry.in_part,
            "reading_b": entry.reading_b,
            "question": entry.claim,
            "case_titles": {case.id: case.title for case in named},
            "virtual_only": {case.id: case.virtual_only for case in named if case.virtual_only},
            "checks": {
                f"{case.id}:{check.id}": check.title
                for case in named
                for check in case.checks
                if entry.id in check.clauses
            },
            "reading_b_checks": [
                f"{case.id}:{check.id}"
                for case in named
                for check in case.checks
                if entry.reading_b and entry.id in check.clauses and check.reading_b_of == entry.reading_b.of != ""
            ],
            "defects": [defect.id for defect in defects if entry.id in defect.clauses],
            "findings": [finding.id for finding in _findings() if entry.id in finding.clauses],
            "verdict": {
                "run": run.run,
                "verdict": verdict.verdict,
                "reason": verdict.reason,
                "open": verdict.open,
                "reading_b": verdict.reading_b,
            }
            if run and verdict
            else None,
            "looked_in": f"{run.run} in {words.out} says nothing of it" if run else f"no run in {words.out}",
            **_source(ledger, entry, words),
        }
        shown.append(row)
    if words.json:
        _print_json(shown)
    else:
        print(
            "\n\n".join("\n".join(_entry_lines(ledger, entry, row)) for entry, row in zip(entries, shown, strict=True))
        )
    return EXIT_SOUND


def _findings() -> tuple[Any, ...]:
    from conformance.clauses.findings import load_findings

    return load_findings()


def _source(ledger: Ledger, entry: Entry, words: argparse.Namespace) -> dict[str, Any]:
    name = ledger.document(entry.document).text
    try:
        text = find_texts(_texts_folder(words)).read(name)
        sentences = [sentence.text for sentence in text.of(entry.places)]
        return {"text": sentences, "stale": text.hash_of(entry.places) != entry.hash, "text_absent": ""}
    except (TextsAbsent, AddressError) as error:
        return {"text": None, "stale": None, "text_absent": str(error)}


def _entry_lines(ledger: Ledger, entry: Entry, row: dict[str, Any]) -> Iterable[str]:
    from conformance.clauses.gates import read_readings

    document = ledger.document(entry.document)
    yield entry.id
    yield from labelled("document", [f"{document.title.en} / {document.title.zh}"])
    yield from labelled("number", [f"{entry.number or '(none)'} · {entry.kind} · topic {entry.topic}"])
    yield from labelled("location", [f"{document.text}: {', '.join(entry.places)}   SM3 {entry.hash}"])
    if row["text"]:
        told = row["text"] if len(row["text"]) <= 6 else [*row["text"][:6], f"… {len(row['text'])} sentences"]
        yield from labelled("text", [*told, *(["STALE: the text has changed / 原文已变"] if row["stale"] else [])])
    else:
        yield from labelled("text", [f"not shown: {row['text_absent']}"])
    modal = entry.modal or "no modal word / 无情态词"
    yield from labelled("strength", [f"{entry.strength} ({modal}) · binds {entry.object} / 约束对象 {entry.object}"])
    yield from labelled("requirement", [entry.requirement.en, entry.requirement.zh])
    for threshold in entry.threshold:
        yield from labelled("threshold", [f"{threshold.quantity} {threshold.op} {threshold.value} {threshold.unit}"])
    yield from labelled("disposition", [row["disposition"], *_both(entry.reason), *_both(entry.prompt)])
    if entry.in_part:
        yield from labelled("decided", _both(entry.in_part.decided))
        yield from labelled("left open", [*_both(entry.in_part.open), f"by / 判定方式: {entry.in_part.by}"])
    titles = read_readings()
    for reading in entry.readings:
        known = titles.get(reading)
        yield from labelled("ruling", [f"{reading} {known.en} / {known.zh}" if known else reading])
    if entry.reading_b:
        yield from labelled("reading B", [*_both(entry.reading_b), *_b_lines(entry, row["reading_b_checks"])])
    if entry.claim:
        yield from labelled("question", [f"{entry.claim.id}: {entry.claim.en}", entry.claim.zh])
    yield from labelled("cases", _titled(row["case_titles"]) or ["none / 无"])
    yield from labelled("virtual only", [f"{case}: {why}" for case, why in row["virtual_only"].items()])
    yield from labelled("decided by", _deciding(row["checks"]) or ["no check / 无判据"])
    yield from labelled("defects", [", ".join(row["defects"]) or "none / 无"])
    yield from labelled("findings", [", ".join(row["findings"]) or "none / 无"])
    verdict = row["verdict"]
    if verdict:
        part = " (in part / 部分)" if verdict["open"] and verdict["verdict"] == "pass" else ""
        told = f"{verdict['verdict']}{part} in {verdict['run']} {verdict['reason']}".strip()
    else:
        told = f"none: {row['looked_in']}; --out DIR names another folder of runs / 尚无，可用 --out 指定运行目录"
    yield from labelled("verdict", [told])


def _titled(titles: Mapping[str, Words]) -> list[str]:
    """A line for each title, headed by the cases that have it: a case in real time says what its virtual one says."""
    alike: dict[Words, list[str]] = {}
    for name, title in titles.items():
        alike.setdefault(title, []).append(name)
    return [f"{', '.join(names)}: {title}" for title, names in alike.items()]


def _deciding(checks: Mapping[str, Words]) -> list[str]:
    """A line for each check, with the cases that ask it."""
    alike: dict[tuple[str, Words], list[str]] = {}
    for name, title in checks.items():
        case, _, check = name.partition(":")
        alike.setdefault((check, title), []).append(case)
    lines: list[str] = []
    for (check, title), cases in alike.items():
        more = f" and {len(cases) - 3} more / 等 {len(cases)} 个用例" if len(cases) > 3 else ""
        lines.append(f"{check}: {title} · in {', '.join(cases[:3])}{more}")
    return lines


_CARRIES = {
    "pass": Words(zh="它要求较少：解释 A 下通过者，解释 B 下亦通过", en="it asks less: a pass under A is one under B"),
    "fail": Words(
        zh="它要求较多：解释 A 下不通过者，解释 B 下亦不通过", en="it asks more: a fail under A is one under B"
    ),
    "both": Words(zh="不改变本条判定", en="it changes nothing here"),
}


def _b_lines(entry: Entry, checks: Sequence[str]) -> Iterable[str]:
    """Who answers under reading B, or why nobody does; it never counts."""
    b = entry.reading_b
    assert b is not None
    if checks:
        families = list(dict.fromkeys(name.partition(":")[2] for name in checks))
        yield f"answered on the same evidence by / 由下列判据作答: {', '.join(families)}; never counted / 不计入结论"
    if b.carries in _CARRIES:
        yield str(_CARRIES[b.carries])
    if b.open and b.carries == "both":
        yield str(b.open)
    elif b.open:
        yield f"{'otherwise ' if checks or b.carries != 'none' else ''}not evaluated / 未予评价: {b.open}"
    elif not checks:
        yield "not evaluated, as no case decides this entry / 未予评价：本条尚无用例判定"


def _both(words: Any) -> list[str]:
    return [words.en, words.zh] if words else []


def _coverage(words: argparse.Namespace) -> int:
    from conformance.clauses.suite import find_cases

    found = coverage(load_ledger(), find_cases(), words.object, words.strength)
    if words.json:
        _print_json(
            {
                "rows": [
                    {"document": row.document, "strength": row.strength, **row.dispositions, "total": row.total}
                    for row in found.rows
                ],
                "documents": [_share_row(share) for share in (*found.documents, found.total)],
                "terminal": [_share_row(share) for share in (*found.terminal, found.terminal_total)],
                "platform": [_share_row(share) for share in (*found.platform, found.platform_total)],
                "topics": found.topics,
                "strengths": found.strengths,
                "open": found.open,
            }
        )
        return EXIT_SOUND
    narrowed = bool(words.object or words.strength)
    lines = [*([] if narrowed else [*_coverage_lines(found), ""]), *_reach_lines(found, words.object, words.strength)]
    print("\n".join(lines if narrowed else [*_virtual_only_lines(), "", *lines]))
    return EXIT_SOUND


def _virtual_only_lines() -> Iterable[str]:
    """The entries that virtual time alone decides, and what prevents every other rig."""
    from conformance.clauses.suite import find_cases

    cases = find_cases()
    elsewhere = {clause for case in cases if case.virtual_only is None for clause in case.clauses}
    alone = {clause for case in cases if case.virtual_only is not None for clause in case.clauses} - elsewhere
    yield f"{len(alone)} entries are decided in virtual time alone / {len(alone)} 条仅可在虚拟时间判定:"
    for case in cases:
        here = sorted(alone & set(case.clauses))
        if case.virtual_only is not None and here:
            yield f"  {case.id}"
            yield from labelled("    entries", [", ".join(here)])
            yield from labelled("    because", [case.virtual_only.en, case.virtual_only.zh])


def _reach_lines(found: Coverage, objects: Sequence[str], strengths: Sequence[str]) -> Iterable[str]:
    what = " · ".join([*objects, *strengths]) or "every object and strength"
    head = ["automat.", "cases", "part", *RIGS, *EVIDENCE]
    for name, rows, title in (
        ("topic", found.topics, "By topic, rig and least evidence / 按主题、台架和最低证据种类"),
        ("strength", found.strengths, "By strength / 按效力"),
    ):
        yield f"{title} ({what})"
        yield from table([name, *head], [_reach_row(row) for row in rows])
        yield ""
    yield "A rig counts an entry that one of its checks can decide there; the last three columns say what is"
    yield "enough to see for one of them (R-46); part: decided in part."
    yield "台架列：至少一个判据可在该台架判定；后三列：至少一个判据所需的最低证据种类（R-46）；part：部分判定。"
    chosen = [f" --object {one}" for one in objects] + [f" --strength {one}" for one in strengths]
    yield f"{found.open} automatable entries have no case / {found.open} 条可自动判定而尚无用例:"
    yield f"  carbonbench clauses list --disposition planned{''.join(chosen)}"


def _reach_row(row: Reach) -> list[str]:
    numbers = (row.automatable, row.automated, row.in_part, *row.rigs.values(), *row.evidence.values())
    return [row.name, *(str(number or "·") for number in numbers)]


def _share_row(share: Any) -> dict[str, Any]:
    return {**msgspec.structs.asdict(share), "percent": share.percent}


_SHORT = {"organisational": "organis.", "laboratory": "laborat.", "inspection": "inspect.", "untestable": "untest."}


def _coverage_lines(found: Coverage) -> Iterable[str]:
    yield "Requirements by document, strength and disposition / 按标准、效力和判定方式统计的要求"
    head = ["document", "strength", *(_SHORT.get(name, name) for name in ASKED), "total"]
    rows: list[list[str]] = []
    for row in found.rows:
        repeated = bool(rows) and any(row.document == other[0] for other in rows)
        numbers = [str(row.dispositions[name] or "·") for name in ASKED]
        rows.append(["" if repeated else row.document, row.strength, *numbers, str(row.total)])
    sums = [sum(row.dispositions[name] for row in found.rows) for name in ASKED]
    rows.append(["all", "", *map(str, sums), str(sum(sums))])
    yield from table(head, rows, left=2)
    yield ""
    yield "Share of the automatable requirements that have a case / 可自动判定的要求中已有用例的比例"
    head = ["document", "all", "automatable", "case", "share"]
    head += [word for item in ("terminals", "platforms") for word in (item, "case", "share")]
    rows = [
        [
            share.document,
            *map(str, (share.requirements, share.automatable, share.automated)),
            share.percent,
            *(word for each in bound for word in (str(each.automatable), str(each.automated), each.percent)),
        ]
        for share, *bound in zip(
            (*found.documents, found.total),
            (*found.terminal, found.terminal_total),
            (*found.platform, found.platform_total),
            strict=True,
        )
    ]
    yield from table(head, rows)
    yield f"Denominator: {found.total.automatable} automatable (automated or planned) of {found.total.requirements};"
    yield f"{found.terminal_total.automatable} of them bind a terminal, {found.platform_total.automatable} a platform."
    yield f"分母：{found.total.requirements} 条要求中可自动判定（已有用例或计划）的 {found.total.automatable} 条，"
    yield f"其中约束终端的 {found.terminal_total.automatable} 条、约束平台的 {found.platform_total.automatable} 条。"
    yield (
        f"Of the {found.total.automated} with a case {found.total.in_part} are decided in part only (R-06); "
        "`clauses show` says which part."
    )
    yield f"已有用例的 {found.total.automated} 条中，{found.total.in_part} 条仅部分判定（R-06），详见 `clauses show`。"


def _limits(words: argparse.Namespace) -> int:
    from conformance.clauses.limits import PAGE, rows, table, with_table

    ledger = load_ledger()
    if words.write:
        try:
            PAGE.write_text(with_table(PAGE.read_text("utf-8"), ledger), "utf-8")
        except OSError as error:
            raise Wrong(f"{PAGE}: cannot be written: {error.strerror} / 无法写入") from None
        if not words.json:
            print(PAGE)
            return EXIT_SOUND
    if words.json:
        _print_json([{"clauses": clauses, **msgspec.structs.asdict(part)} for clauses, part in rows(ledger)])
    else:
        print(table(ledger), end="")
    return EXIT_SOUND


def _lint(words: argparse.Namespace) -> int:
    from conformance.clauses.gates import read_subject, run_gates
    from conformance.clauses.suite import case_classes, defect_notes, note_of

    texts, why = None, ""
    try:
        texts = find_texts(_texts_folder(words))
    except TextsAbsent as error:
        why = str(error)
    cases = [note_of(case) for case in case_classes().values()]
    outcomes = run_gates(read_subject(cases, defect_notes(), texts, why))
    problems = sum(len(outcome.problems) for outcome in outcomes)
    blind = [outcome for outcome in outcomes if outcome.not_checked]
    if words.json:
        _print_json(
            {
                "gates": outcomes,
                "problems": problems,
                "not_checked": [outcome.gate for outcome in blind],
            }
        )
    else:
        rows = [
            (
                outcome.gate,
                outcome.title.en,
                "NOT CHECKED / 未检查" if outcome.not_checked else str(outcome.checked),
                "?" if outcome.not_checked else str(len(outcome.problems)),
            )
            for outcome in outcomes
        ]
        print("\n".join(table(("gate", "what must hold", "checked", "problems"), rows, left=2)))
        for outcome in outcomes:
            print(*outcome.problems, sep="\n", end="\n" if outcome.problems else "")
        if blind:
            print(
                f"{len(blind)} of {len(outcomes)} gates were NOT CHECKED: {why or blind[0].not_checked} "
                f"/ {len(blind)} 项检查未执行"
            )
        print(f"{problems} problems in {len(outcomes) - len(blind)} gates / {problems} 个问题")
    return EXIT_UNSOUND if problems else EXIT_NOT_CHECKED if blind else EXIT_SOUND


def _stale(words: argparse.Namespace) -> int:
    from conformance.clauses.stale import CHANGES, compare, guess_document

    ledger, texts = load_ledger(), find_texts(_texts_folder(words))
    try:
        new = read_text(Path(words.newtext))
    except TextsAbsent as error:
        # The draft that is given is a word of the caller's; texts that nobody gave are only not there to be compared.
        raise Wrong(str(error)) from None
    known = {document.document: texts.read(document.text) for document in ledger.documents}
    name = words.document or guess_document(new, known)
    found = compare(ledger.document(name), known[name], new, _cases())
    if words.json:
        summary = {change: found.count(change) for change in CHANGES}
        _print_json({"document": name, "summary": summary, **msgspec.structs.asdict(found)})
    else:
        print(f"{words.newtext} against {known[name].name} ({name})" + ("" if words.document else ", guessed / 推测"))
        for change in CHANGES[1:]:
            for item in found.of(change):
                if change == "new" and not item.normative:
                    continue
                where = f"{item.old or '–'} → {item.new or '–'}"
                print(f"{change:<8} {where:<18} {', '.join(item.entries)}")
                if change != "moved":
                    print(*paragraph(item.text, 9), sep="\n")
                if item.cases:
                    print(*paragraph(f"cases: {', '.join(item.cases)}", 9), sep="\n")
        print(", ".join(f"{found.count(change)} {change}" for change in CHANGES) + " sentences")
        quiet = sum(not item.normative for item in found.of("new"))
        print(
            f"{len(found.stale_entries)} entries and {len(found.stale_cases)} cases are stale; {quiet} new sentences "
            f"ask for nothing / {len(found.stale_entries)} 个条目、{len(found.stale_cases)} 个用例过期"
        )
    return EXIT_UNSOUND if found.stale_entries or any(item.normative for item in found.of("new")) else EXIT_SOUND


def _hash(words: argparse.Namespace) -> int:
    from conformance.clauses.hashes import hashes_of, write_hashes

    texts = find_texts(_texts_folder(words))
    if words.write:
        changed = write_hashes(texts)
    else:
        changed = {
            document.document: sum(
                entry.hash != found
                for entry, found in zip(document.entries, hashes_of(document, texts).values(), strict=True)
            )
            for document in load_ledger().documents
        }
    if words.json:
        _print_json({"written": words.write, "changed": changed})
    else:
        for name, number in changed.items():
            print(f"{name:<8} {number} {'hashes written / 已写入' if words.write else 'hashes differ / 不一致'}")
        if not words.write and any(changed.values()):
            print("write them with carbonbench clauses hash --write, after reading what changed / 用 --write 写入")
    return EXIT_SOUND if words.write or not any(changed.values()) else EXIT_UNSOUND


def _review(words: argparse.Namespace) -> int:
    from conformance.clauses.review import Choice, write_review

    if words.document and words.document not in DOCUMENTS:
        raise Wrong(f"--document {words.document}: expected one of {', '.join(DOCUMENTS)} / 未知标准")
    try:
        texts = find_texts(_texts_folder(words))
    except TextsAbsent as error:
        texts = None
        print(f"{error}; the review quotes nothing / 评审不含原文", file=sys.stderr)
    try:
        written = write_review(Path(words.out), choice=Choice(words.document, words.clause), texts=texts)
    except OSError as error:
        raise Wrong(f"--out {words.out}: cannot be written: {error.strerror} / 无法写入") from None
    if words.json:
        _print_json({"files": [str(path) for path in written]})
    else:
        print(*written, sep="\n")
    return EXIT_SOUND
