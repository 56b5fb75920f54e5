"""`carbonbench profile`: writes a terminal's profile to fill in, and says at once what is missing or contradictory.

Leaves the file format to bench.dut.profile and the questions to the ledger. Unanswered questions make their clauses
inconclusive (R-03), so a profile is complete only when every question that applies is answered.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

import msgspec

from bench.case import Item, Notice, Text
from bench.commands.option import Option
from bench.commands.parsing import takes
from bench.commands.rows import JSON
from bench.dut import Checked, UnknownTerminal, adapter
from bench.dut.profile import DOCUMENTS, ROLES, Claim, Profile, ProfileError, load_profile
from conformance.clauses.command import EXIT_SOUND, EXIT_UNSOUND, EXIT_USAGE, Parser, Wrong
from conformance.clauses.layout import paragraph
from conformance.clauses.ledger import Ledger, LedgerError, load_ledger
from conformance.clauses.statement import (
    ROLE,
    Asked,
    Bound,
    Declared,
    Statement,
    items_of,
    questions_for,
    read_statement,
)
from conformance.clauses.suite import CaseNote, find_cases


def main(argv: Sequence[str]) -> int:
    """Run one `profile` command and return its exit code."""
    try:
        words = parser().parse_args(list(argv))
        return _new(words) if words.command == "new" else _check(words)
    except Wrong as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except ProfileError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except LedgerError as error:
        print(error, file=sys.stderr)
        return EXIT_UNSOUND


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = Parser(
        prog="carbonbench profile", description="a profile: new, check, try (starts the product once) / 受测品档案"
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str, *options: Option) -> None:
        takes(commands.add_parser(name, help=text, description=text), *options)

    command(
        "new",
        "write a commented profile to fill in / 生成待填写的档案",
        Option("--out", "FILE", "where it goes (default: standard output) / 输出文件", only=("profile new",)),
        Option(
            "--documents", "DOCS", f"of {','.join(DOCUMENTS)} / 所声明的标准", default="isc-2", only=("profile new",)
        ),
        Option("--roles", "ROLES", f"of {','.join(ROLES)} / 送检身份", default="terminal"),
        Option("--adapter", "NAME", "how the bench reaches it / 适配器"),
    )
    command(
        "check",
        "what is missing or contradictory / 检查档案",
        Option("profile", "FILE", "profile (TOML) / 档案文件"),
        Option("--complete", "", "what is not answered is wrong too / 须全部作答", only=("profile check",)),
        Option("--all", "", "every open question, not the first few / 列出全部", only=("profile check",)),
        JSON,
    )
    # Listed here, done by bench.commands.products: it starts a program.
    command("try", "start the product once, tell what it does, ask each hook / 试启动并逐一询问")
    return top


def _words(option: str, text: str, allowed: Sequence[str]) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    wrong = [word for word in words if word not in allowed]
    if wrong or not words:
        raise Wrong(f"{option} {text}: expected a comma-separated list of {', '.join(allowed)} / 取值无效")
    return words


def _new(words: argparse.Namespace) -> int:
    documents = _words("--documents", words.documents, DOCUMENTS)
    roles = _words("--roles", words.roles, ROLES)
    if len(items_of(roles)) > 1:
        raise Wrong(f"--roles {words.roles}: one profile, one item: platform stands alone / 平台须单独成档")
    try:
        if words.adapter:
            adapter(words.adapter)
    except UnknownTerminal as error:
        raise Wrong(f"--adapter: {error}") from None
    text = template(load_ledger(), read_statement(), find_cases(), documents, roles, words.adapter)
    if not words.out:
        sys.stdout.write(text)
        return EXIT_SOUND
    path = Path(words.out)
    if path.exists():
        raise Wrong(f"--out {path}: the file exists; name another, a profile is never overwritten / 文件已存在")
    try:
        fresh = path.with_name(f".{path.name}.fresh")
        fresh.write_text(text, "utf-8")
        os.replace(fresh, path)
    except OSError as error:
        raise Wrong(f"--out {path}: cannot be written: {error.strerror} / 无法写入") from None
    print(f"{path}: answer the questions, then carbonbench profile check {path} / 填写后用 profile check 检查")
    return EXIT_SOUND


def template(
    ledger: Ledger,
    statement: Statement,
    cases: Iterable[CaseNote],
    documents: tuple[str, ...],
    roles: tuple[str, ...],
    adapter: str,
) -> str:
    """The text of a profile in which every question is unanswered and stands as a comment."""
    cases = tuple(cases)
    asked = questions_for(ledger, statement, cases, documents, roles)
    kind = Item.TERMINAL if Item.TERMINAL in items_of(roles) else Item.PLATFORM
    version, image = (
        ("firmware", Text("firmware", "固件")) if kind is Item.TERMINAL else ("version", Text("software", "软件"))
    )
    lines = [
        f"# Profile of a {kind} for carbonbench: capability statement (ICS) and connection (IXIT).",
        f"# {kind.zh}档案：能力声明（ICS）与连接信息（IXIT）。",
        '# Remove the # of a line and answer "yes" or "no"; a question left out is unanswered, and its clauses are',
        "# inconclusive, never passed. / 去掉行首的 # 并填写 yes 或 no；未作答的条款无法判定，不会判为通过。",
        "",
        f"[{kind}]",
        f'name = "my {kind}"    # 名称',
        'vendor = ""             # 制造商',
        'model = ""              # 型号',
        _head(version, f"{image.zh}版本"),
        _head(
            f"{version}_hash",
            f"of the {image.en} image, such as sha256:…; expected failures name it / {image.zh}映像摘要",
        ),
        'serial = ""             # 出厂编号',
        f"adapter = {_quoted(adapter)}    # how the bench reaches it / 适配器",
        f"documents = [{', '.join(map(_quoted, documents))}]",
        f"roles = [{', '.join(map(_quoted, roles))}]",
        "",
        "[declared]",
        f"# The largest values claimed; cases load the {kind} up to them. / 声明的最大值，试验按此加载。",
        *(line for item in statement.declared_of(roles) for line in _declared_lines(item, documents, roles)),
        "",
        "[claims]",
        f"# {len(asked)} questions / {len(asked)} 个问题",
    ]
    section = ""
    conditions = ledger.conditions
    for question in asked:
        home = question.entries[0].document if question.entries else "cases"
        if home != section:
            section = home
            title = (
                str(ledger.document(home).title) if question.entries else "Questions that only cases ask / 仅由用例提出"
            )
            lines += ["", f"# ---- {title} ----"]
        lines += _question_lines(question, question.id in conditions)
    lines += [
        "",
        "[codes]",
        f"# Codes by which the log and the alarms of the {kind} tell what cases ask for, with * and ? as in names of",
        "# files; [] says that it tells it by none. What is left out a person reads (R-46).",
        f"# 日志和告警中表示下列事件的代码，可用 * 和 ?；[] 表示{kind.zh}没有此类提示；未填写者由人工核对（R-46）。",
        *(line for notice, number in _asked_notices(cases, asked) for line in _notice_lines(notice, number)),
        "",
        "[connection]",
        "# Goes to the adapter as it stands. / 原样交给适配器。",
        *_CONNECTIONS.get(adapter, ()),
        *(_OF_PLATFORM if kind is Item.PLATFORM else ()),
        "",
        "[parameters]",
        '# decision_rule = "simple"        # or "guarded" (R-05) / 判定规则',
        "# statement_as_shall = false      # true: every STATEMENT binds (R-02) / 陈述按“应”判定",
        "# allow_partial_scope = false     # true: a no to a SHALL takes the clause out (R-03) / 允许部分声明",
        "# automatic_part_only = false     # true: what cases decide is stated alone (R-06) / 仅对自动判定部分作声明",
        "",
    ]
    return "\n".join(lines)


def _asked_notices(cases: Iterable[CaseNote], asked: Iterable[Asked]) -> list[tuple[Notice, int]]:
    """The events that cases look for which need no other than these questions, and how many of them do."""
    known = {question.id for question in asked}
    counts = Counter(
        notice
        for case in cases
        if all(any(way in known for way in ways) for ways in case.ways)
        for notice in case.notices
    )
    return [(notice, counts[notice]) for notice in Notice if counts[notice]]


def _notice_lines(notice: Notice, number: int) -> Iterator[str]:
    yield f"# {notice.text.en} / {notice.text.zh}; {number} case{'s' * (number > 1)} / {number} 个用例"
    yield f'# "{notice}" = ["…"]'


# What the adapters of the bench itself ask for; docs/TERMINALS.md and docs/LAB.md tell all keys.
_CONNECTIONS = {
    "command": (
        '# command = ["{{ folder }}/terminal", "--config", "{{ state }}/terminal.toml"]   # required / 必填：命令行',
        '# ready = "{{ local.host }}:{{ local.port }}"   # where it listens once it is up / 就绪端口',
        "# ready_s = 30                                 # how long that may take, s / 启动时限",
        '# clock = "movable"                            # or "host" / 时钟可否由台架移动',
        "# [connection.files]",
        '# "terminal.toml" = "terminal.toml.j2"         # state file from a template beside this file / 配置模板',
        "# [connection.env]",
        '# LOG_LEVEL = "info"                           # environment / 环境变量',
    ),
    "manual": ('# rig = "rig.toml"   # the lab rig, relative to this file / 实验室台架描述文件',),
}


_OF_PLATFORM = (
    "# How terminals reach it, each way that there is / 终端接入方式:",
    "# hj212 = { port = 9212 }",
    '# http = { port = 9080, path = "/api/records" }',
    "# mqtt = { port = 1883 }",
    "",
    "# How people and programs reach it: doors, accounts, requests; docs/PLATFORM.md tells all keys. / 人员与程序接口",
    "# [access.doors.api]",
    '# base = "http://{{ local.host }}:{{ local.port }}"',
    '# login = [{ post = "/login", json = { user = "{{ account.name }}", password = "{{ account.password }}" } }]',
    '# entered = "answer.status == 200"',
    "# [access.accounts]",
    '# administrator = { name = "admin", role = "administrator", password = "…", fresh = false }',
    '# [functions.objects."*"]',
    '# list = { get = "/{{ kind }}?{{ filter | urlencode }}", rows = "answer.json.rows" }',
    '# create = { post = "/{{ kind }}", json = "{{ fields }}", key = "answer.json.id" }',
    '# [functions.analyses."*"]',
    '# ask = { get = "/{{ name }}?{{ query | urlencode }}", rows = "answer.json.rows" }',
)


def _head(key: str, words: str) -> str:
    """A line of the head that is still empty."""
    empty = f'{key} = ""'
    return f"{empty:24}# {words}"


READOUT = "local.readout"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _declared_lines(item: Declared, documents: Sequence[str], roles: Sequence[str]) -> Iterator[str]:
    asks = [
        f"≥ {bound.value} by {bound.clause}"
        for key, bound in item.least.items()
        if _binds(key, bound, documents, roles)
    ]
    asks += [
        f"≤ {bound.value} by {bound.clause}" for key, bound in item.most.items() if _binds(key, bound, documents, roles)
    ]
    if item.optional:
        asks.append("may be left out / 可不填")
    unit = f", {item.unit}" if item.unit else ""
    example = f'"{" ".join(item.words)}"' if item.words else "0"
    yield f"# {item.id} = {example}    # {item.en}{unit} / {item.zh}" + (f" ({'; '.join(asks)})" if asks else "")


def _question_lines(question: Asked, condition: bool) -> Iterator[str]:
    yield ""
    decides = [f"{entry.id} ({entry.strength})" for entry in question.entries]
    if decides:
        yield from paragraph_of(f"decides / 决定: {', '.join(decides)}")
    if condition:
        yield from paragraph_of("a condition of the clause: no makes it not applicable / 条款所写条件：答 no 则不适用")
    elif any(entry.strength == "shall" for entry in question.entries):
        yield from paragraph_of("a capability: no fails what says shall (R-03) / 能力：答 no 则“应”条款不通过")
    if question.cases:
        yield from paragraph_of(f"opens {len(question.cases)} cases / 启用 {len(question.cases)} 个用例")
    yield from paragraph_of(question.zh)
    yield from paragraph_of(question.en)
    yield f'# "{question.id}" = "yes"   # or "no"'


def paragraph_of(text: str) -> Iterator[str]:
    """A text as comment lines."""
    return (f"# {line.strip()}" for line in paragraph(text, 2))


def _binds(key: str, bound: Bound, documents: Sequence[str], roles: Sequence[str]) -> bool:
    """Whether a bound holds: its document is claimed, and the role too where the key names one."""
    kind, _, name = key.rpartition(":")
    if kind == "role":
        return name in roles and bound.clause.partition("/")[0] in documents
    return name in documents


class Report(msgspec.Struct, frozen=True):
    """What `profile check` found: `problems` make the profile unfit, `remarks` only tell.

    `open` is what is not answered or declared yet: clauses stay inconclusive for it. `fails` names what an honest "no"
    costs: the entries that will fail as declared unsupported (R-03).
    """

    profile: str
    documents: tuple[str, ...]
    roles: tuple[str, ...]
    asked: int
    answered: int
    yes: int
    problems: tuple[str, ...]
    open: tuple[str, ...]
    remarks: tuple[str, ...]
    fails: tuple[str, ...]


def examine(profile: Profile, ledger: Ledger, statement: Statement, cases: Iterable[CaseNote]) -> Report:
    """Hold a profile against the questions that apply to it; everything wrong is told at once."""
    cases = tuple(cases)
    asked = questions_for(ledger, statement, cases, profile.documents, profile.roles)
    problems = [
        *_unreachable(profile),
        *_scope(profile),
        *_unknown(profile, ledger, statement),
        *_roles(profile),
        *_choices(profile, statement),
        *_declared(profile, statement),
        *_unasked(profile),
    ]
    known = {question.id for question in asked}
    idle = [
        name
        for name in profile.claims
        if name not in known and (name in ledger.questions or name in statement.questions)
    ]
    remarks = [
        f"codes.{notice}: no code is mapped: what {number} case{'s' * (number > 1)} ask of it a person reads (R-46); "
        f"add a line to [codes]: {notice.text.en} / 未映射代码，由人工核对：{notice.text.zh}"
        for notice, number in _asked_notices(cases, [each for each in asked if profile.claim(each.id) is Claim.YES])
        if notice not in profile.codes
    ]
    remarks += [
        f"claims.{name}: not asked for these documents and roles; the answer has no effect / 不适用" for name in idle
    ]
    return Report(
        profile=profile.path,
        documents=profile.documents,
        roles=profile.roles,
        asked=len(asked),
        answered=sum(question.id in profile.claims for question in asked),
        yes=sum(profile.claim(question.id) is Claim.YES for question in asked),
        problems=tuple(problems),
        open=(*_undeclared(profile, statement), *_unanswered(profile, asked)),
        remarks=tuple(remarks),
        fails=tuple(_denied(profile, ledger, statement, asked)),
    )


def _unreachable(profile: Profile) -> Iterator[str]:
    """What keeps the bench from starting it: told first, since nothing runs before it is mended."""
    try:
        found = adapter(profile.adapter)
    except UnknownTerminal as error:
        yield f"{profile.kind}.adapter: {error}"
        return
    if isinstance(found, Checked):
        yield from found.problems(profile.connection, Path(profile.path).parent)


def _scope(profile: Profile) -> Iterator[str]:
    if not profile.documents:
        yield f"{profile.kind}.documents: expected at least one of {', '.join(DOCUMENTS)}, found none / 未声明标准"


def _unknown(profile: Profile, ledger: Ledger, statement: Statement) -> Iterator[str]:
    questions = [*ledger.questions, *statement.questions]
    for name in profile.claims:
        if name not in ledger.questions and name not in statement.questions:
            yield f"claims.{name}: no such question{_hint(name, questions)} / 无此问题"
    items = [item.id for item in statement.declared]
    for name in profile.declared:
        if name not in items:
            yield f"declared.{name}: nothing of this name is declared{_hint(name, items)} / 无此声明项"


def _hint(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {near[0]}?" if near else "; carbonbench profile new lists all"


def _unasked(profile: Profile) -> Iterator[str]:
    """A local interface that is claimed, and no way to ask it: every check that reads there would stay open."""
    if profile.adapter == "command" and profile.claim(READOUT) is Claim.YES and not profile.connection.get("ask"):
        yield (
            f'claims.{READOUT}: "yes", and the profile has no section [connection.ask.…]: nobody can read there; add '
            "[connection.ask.readings] and [connection.ask.records] (docs/TERMINALS.md), or answer no / 未提供查询方式"
        )


def unheeded(profile: Profile, ledger: Ledger, statement: Statement) -> list[str]:
    """What a run would pass over in silence: answers to questions that nobody asks, and a claim that nobody can see."""
    return [*_unknown(profile, ledger, statement), *_unasked(profile)]


def _unanswered(profile: Profile, asked: Iterable[Asked]) -> Iterator[str]:
    for question in asked:
        if profile.claim(question.id) is Claim.UNANSWERED:
            yield f"claims: unanswered: {question.en} / {question.zh} Add: {profile.line_to_add(question.id)}"


def _denied(profile: Profile, ledger: Ledger, statement: Statement, asked: Iterable[Asked]) -> Iterator[str]:
    if profile.parameters.allow_partial_scope:
        return
    for question in asked:
        if profile.claim(question.id) is Claim.NO and question.id not in ledger.conditions:
            binding = statement.questions[question.id].binding if question.id in statement.questions else ()
            bound = [entry.id for entry in question.entries if entry.strength == "shall" or entry.id in binding]
            if bound:
                yield (
                    f'claims.{question.id}: "no": {", ".join(bound)} will fail, declared unsupported (R-03); implement '
                    "it, leave the document out, or set parameters.allow_partial_scope / 声明不支持，判为不通过"
                )


def _roles(profile: Profile) -> Iterator[str]:
    for role in ROLES:
        answer, submitted = profile.claim(f"{ROLE}{role}"), role in profile.roles
        if (answer is Claim.YES and not submitted) or (answer is Claim.NO and submitted):
            told = f"{profile.kind}.roles {'names' if submitted else 'does not name'} {role}"
            yield f'claims.{ROLE}{role}: "{answer}" contradicts the head: {told} / 与送检身份矛盾'


def _choices(profile: Profile, statement: Statement) -> Iterator[str]:
    for choice in statement.one_of:
        if choice.document not in profile.documents:
            continue
        answers = [profile.claim(question) for question in choice.questions]
        number = answers.count(Claim.YES)
        if Claim.UNANSWERED not in answers and number != 1:
            names = ", ".join(choice.questions)
            yield f"claims: {names}: expected exactly one yes, found {number}: {choice.en} / {choice.zh}"


def _undeclared(profile: Profile, statement: Statement) -> Iterator[str]:
    for item in statement.declared_of(profile.roles):
        if item.id not in profile.declared and not item.optional:
            unit = f" in {item.unit}" if item.unit else ""
            line = f"add a line {item.id} = … in section [declared]"
            yield f"declared.{item.id}: missing: {item.en}{unit} / {item.zh}; {line}"


def _declared(profile: Profile, statement: Statement) -> Iterator[str]:
    for item in statement.declared:
        told = profile.declared.get(item.id)
        name = f"declared.{item.id}"
        if told is None:
            continue
        if item.words:
            odd = [word for word in told.replace(",", " ").split() if word not in item.words]
            if odd or not told.strip():
                known, found = " ".join(item.words), " ".join(odd) or "nothing"
                yield f"{name}: expected some of {known}, found {found} / 应为所列类型"
            continue
        try:
            value = Decimal(told)
        except InvalidOperation:
            yield f"{name}: expected decimal text, found {told!r} / 应为十进制数"
            continue
        for bounds, sign, fits in ((item.least, "≥", Decimal.__ge__), (item.most, "≤", Decimal.__le__)):
            for key, bound in bounds.items():
                if _binds(key, bound, profile.documents, profile.roles) and not fits(value, Decimal(bound.value)):
                    asked = f"{sign} {bound.value} {item.unit}".strip()
                    yield f"{name}: {bound.clause} asks {asked}, declared {told} / 不满足条款"


def _check(words: argparse.Namespace) -> int:
    report = examine(load_profile(Path(words.profile)), load_ledger(), read_statement(), find_cases())
    if words.json:
        print(msgspec.json.format(msgspec.json.encode(report), indent=2).decode())
    else:
        _print(report, every=words.all)
    return EXIT_UNSOUND if report.problems or (words.complete and report.open) else EXIT_SOUND


MOST_OPEN = 5


def _print(report: Report, *, every: bool) -> None:
    """What blocks first, then what costs clauses, then what is open: the first few of it, and how many."""
    lines = [*report.problems, *report.fails]
    for rows in (report.open, tuple(f"remark: {remark}" for remark in report.remarks)):
        shown = rows if every else rows[:MOST_OPEN]
        lines += shown
        if len(rows) > len(shown):
            lines.append(
                f"… and {len(rows) - len(shown)} more like it: --all / 其余 {len(rows) - len(shown)} 项，加 --all"
            )
    print(*lines, sep="\n", end="\n" if lines else "")
    print(
        f"{report.profile}: {report.answered} of {report.asked} questions answered, {report.yes} with yes; "
        f"{len(report.problems)} problems, {len(report.open)} open (their clauses stay inconclusive), "
        f"{len(report.fails)} answers that fail a clause / {report.asked} 个问题已答 {report.answered} 个，"
        f"{len(report.problems)} 处有误，{len(report.open)} 项未作答（相关条款无法判定），"
        f"{len(report.fails)} 项声明不支持导致不通过"
    )
