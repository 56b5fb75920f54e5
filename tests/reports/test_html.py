"""The HTML report: self-contained, bilingual, safe against hostile names, complete under ISO/IEC 17025, navigable."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from reports_synthetic import events, save

from bench.case import CaseResult, ClauseResult, RunResult, Sitting, Text, Verdict
from bench.history import LinkRule, Phase, read_history
from reports import html
from reports.entries import Entry
from reports.glance import Glance, glance_at
from reports.html.texts import TEXTS
from reports.html.view import chapter_of, picture, report

HERE = Path(html.__file__).parent
VOID = {"meta", "input", "br", "link", "img", "hr"}
HOSTILE = "<script>alert(1)</script>'\"&amp;</style></title>{{7*7}}\x1b[2J"


class Page(HTMLParser):
    """All tags with their attributes, the text outside style and script, and what was left open."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.stack: list[str] = []
        self.problems: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if not self.stack or self.stack[-1] not in ("script", "style"):
            self.text.append(data)

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def text(run: RunResult, run_folder: Path) -> str:
    from reports_synthetic import ledger

    return html.report_html(run, run_folder, ledger())


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_every_element_is_closed(page: Page) -> None:
    assert page.problems == []
    assert page.stack == []


def test_nothing_is_loaded_from_outside(text: str, page: Page) -> None:
    assert re.findall(r"https?:|//[a-z]+\.|@import|url\((?!#)", text) == []
    assert [tag for tag, _ in page.tags if tag in ("link", "img", "iframe", "object", "embed", "audio", "video")] == []
    assert all(a["href"].startswith("#") for a in page.named("a"))
    assert all("src" not in attributes for _, attributes in page.tags)


def test_the_policy_lets_only_the_pages_own_script_run(text: str, page: Page) -> None:
    policy = next(meta["content"] for meta in page.named("meta") if "http-equiv" in meta)
    script = re.search(r"<script>(.*?)</script>", text, re.S)
    assert script
    digest = b64encode(hashlib.sha256(script.group(1).encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_ids_are_unique_and_every_link_has_its_target(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.named("a")} <= set(ids)


def test_what_failed_is_a_step_from_the_top(text: str, run: RunResult) -> None:
    top = text[: text.index('<h2 id="summary">')]
    failed = [case for case in run.cases if case.verdict in (Verdict.FAIL, Verdict.ERROR)]
    assert failed and all(re.search(rf'<a href="#[^"]+">{re.escape(case.id)}', top) for case in failed[:12])
    passed = [case for case in run.cases if case.verdict is Verdict.PASS]
    assert passed and not any(f">{case.id}<" in top for case in passed)


def test_both_languages_stand_side_by_side_everywhere(text: str) -> None:
    pairs = re.findall(r'<(t?span) class="en" lang="en">(.*?)</\1><\1 class="zh" lang="zh-CN">(.*?)</\1>', text, re.S)
    assert len(pairs) > 500
    assert len(pairs) == text.count('class="en"') == text.count('class="zh"')
    assert [pair for pair in pairs if not pair[1].strip() or not pair[2].strip()] == []


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_each_text_is_complete_in_both_languages(key: str) -> None:
    chinese = re.compile("[\u4e00-\u9fff]")
    assert TEXTS[key].en.strip()
    assert not chinese.search(TEXTS[key].en)
    assert chinese.search(TEXTS[key].zh) or key == "uncertainty"


def test_every_text_is_used() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in HERE.iterdir() if path.suffix in (".j2", ".py"))
    source = source.replace((HERE / "texts.py").read_text(encoding="utf-8"), "")
    prefixes = ("answer-", "strength-", "rule-", "outcome-", "mark-", "queue-", "external-", "item-", "state-", "kind-")
    # A text that reads otherwise of a platform is found by the key of the usual one.
    keys = {key: key.removesuffix("-platform") for key in TEXTS}
    unused = [key for key, usual in keys.items() if f'"{usual}"' not in source and f"'{usual}'" not in source]
    assert [key for key in unused if not key.startswith(prefixes) and key not in ("caught", "survived")] == []


def test_fields_of_iso_17025_are_there(text: str, run: RunResult) -> None:
    for key in ("item", "performed", "conditions"):
        assert TEXTS[key].en in text
        assert TEXTS[key].zh in text
    for key in ("claims-note", "identification-note"):
        assert TEXTS[key].en in text and TEXTS[key].zh in text
    for key in ("methods", "decision-simple", "says-not-item", "authorisation", "working", "end"):
        assert str(html.words(key)) in text
    assert text.count(f"{run.run}-{run.history_digest[:12]}") >= 5
    assert (
        f'@top-left{{content:"Run and records \\008fd0 \\00884c \\0053ca \\008bb0 \\005f55 \\006807 \\008bc6  {run.run}'
        in text
    )


def test_the_tests_have_a_first_and_a_last_moment(run: RunResult, run_folder: Path) -> None:
    ended = Sitting(started="2026-11-22T01:30:00.123+08:00", ended="2026-11-23T02:30:00.456+08:00")
    short = msgspec.structs.replace(run, cases=run.cases[:1], clauses=(), started="2026-11-21T01:30:00.123+08:00")
    for sittings, told in (
        ((), "2026-11-21 01:30:00+08:00"),
        ((ended,), "2026-11-21 01:30:00+08:00 – 2026-11-23 02:30:00+08:00"),
    ):
        page = html.report_html(msgspec.structs.replace(short, sittings=sittings), run_folder)
        assert page.count(f"<dd>{told}</dd>") == 2
    assert html.performed(msgspec.structs.replace(short, started="")) == ""


def test_the_page_is_a_working_paper_that_says_nothing_for_the_laboratory(text: str) -> None:
    """What only a laboratory may say (ISO/IEC 17025, 7.8) is neither filled in nor left as a line to fill in."""
    assert "Working paper, not a report" in text
    assert '@top-right{content:"Working paper\\00002c  not a report' in text
    for word in ("Sampling", "Opinions", "Customer", "Tested by", "Authorised by", "External results", 'class="blank"'):
        assert word not in text


def test_only_what_did_not_pass_stands_open(page: Page, run: RunResult) -> None:
    cases = [attributes for attributes in page.named("details") if attributes["class"].startswith("case ")]
    assert len(cases) == len(run.cases)
    opened = {attributes["class"].removeprefix("case ") for attributes in cases if "open" in attributes}
    closed = {attributes["class"].removeprefix("case ") for attributes in cases if "open" not in attributes}
    assert opened == {"fail", "inconclusive", "error"}
    assert closed == {"pass", "not-applicable"}


def test_measured_limit_unit_uncertainty_rule_and_reading_b_are_printed(text: str) -> None:
    row = re.search(r"<tr><td><span[^>]*>live data is acknowledged in time, P99</span>.*?</tr>", text, re.S)
    assert row
    for shown in (">2.040<", ">≤ 60<", ">s<", ">0.012<", "simple", "✗", "fail"):
        assert shown in row.group(0)


def test_clauses_lead_to_their_cases(text: str, run: RunResult) -> None:
    row = re.search(r'<tr data-v="fail"><td><code>isc-2/9\.2</code>.*?</tr>', text, re.S)
    assert row
    places = [f"case-{number + 1}" for number, case in enumerate(run.cases) if "isc-2/9.2" in case.clauses]
    assert re.findall(r'<a href="#(case-\d+)" class="v', row.group(0)) == places


def test_entries_without_a_verdict_say_why(run: RunResult, entries: list[Entry]) -> None:
    bare = msgspec.structs.replace(run, cases=(), clauses=())
    rows = {
        row.id: row
        for document in report(bare, Path(), entries).documents
        for ch in document.chapters
        for row in ch.clauses
    }
    assert rows["isc-2/7.1.4"].state.key == "review"
    assert rows["isc-2/7.1.4"].note == Text(
        "laboratory: decided by a laboratory test: climate chamber, GB/T 2423",
        "实验室：由实验室试验判定：气候箱试验，GB/T 2423",
    )
    assert rows["ssea/6.4a"].state.key == "not applicable"
    assert rows["ssea/6.4a"].note and "(R-01)" in rows["ssea/6.4a"].note.en
    assert rows["isc-2/8.2"].state.key == "not run"
    assert not [row for row in rows.values() if row.state.key == "pass"]


@pytest.mark.parametrize(
    ("strength", "answer", "state"),
    [
        ("statement", "no", "not applicable"),
        ("may", "no", "not applicable"),
        ("shall", "no", "fail"),
        ("shall", "unanswered", "inconclusive"),
        ("may", "unanswered", "inconclusive"),
        ("statement", "yes", "not run"),
    ],
)
def test_an_answer_of_the_capability_statement_tells_the_state(
    run: RunResult, entries: list[Entry], strength: str, answer: str, state: str
) -> None:
    entry = msgspec.structs.replace(entries[-2], strength=strength, claim="web.management")
    bare = msgspec.structs.replace(run, cases=(), clauses=(), claims={"web.management": answer})
    (document,) = report(bare, Path(), [entry]).documents
    assert document.chapters[0].clauses[0].state.key == state


def test_the_summary_says_what_is_declared_unsupported(run: RunResult, tmp_path: Path, entries: list[Entry]) -> None:
    ask = Text("Can it be managed through the web?", "能否通过 WEB 管理？")
    entry = msgspec.structs.replace(entries[-2], strength="shall", claim="web.management", question=ask)
    told = msgspec.structs.replace(run, cases=(), clauses=(), claims={"web.management": "no"}, not_claimed=())
    told = msgspec.structs.replace(told, parameters={"documents": "isc-2"})
    shown = html.report_html(told, tmp_path, [entry])
    summary = shown.partition('id="summary"')[2].partition('id="identification"')[0]
    for words in ("does not conform", "不符合", "Declared unsupported", "声明不支持", ask.en, ask.zh, entry.id):
        assert words in summary
    honest = msgspec.structs.replace(told, claims={"web.management": "yes"})
    assert "Declared unsupported" not in html.report_html(honest, tmp_path, [entry])


def test_places_where_the_readings_differ_are_listed_once(run: RunResult, tmp_path: Path, entries: list[Entry]) -> None:
    case = next(
        case for case in run.cases if any(check.reading_b not in (None, check.verdict) for check in case.checks)
    )
    worded = Text("Reading B in our words", "解释 B 的表述")
    ledger = [
        msgspec.structs.replace(entry, reading_b=worded) if entry.id == case.clauses[0] else entry for entry in entries
    ]
    second = msgspec.structs.replace(case, attempt=2)
    both = msgspec.structs.replace(run, cases=(case, second), clauses=())
    found = [row for row, _ in report(both, tmp_path, ledger).differences]
    (row,) = [row for row in found if row.clause == case.clauses[0]]
    assert (row.b, row.attempts, row.rulings) == (worded, (1, 2), ("R-25", "R-26"))
    assert row.verdict_a is not row.verdict_b
    section = html.report_html(both, tmp_path, ledger).partition('id="differences"')[2].partition("</section>")[0]
    assert worded.zh in section and "R-25" in section
    agreeing = msgspec.structs.replace(
        case, checks=tuple(msgspec.structs.replace(check, reading_b=check.verdict) for check in case.checks)
    )
    alike = msgspec.structs.replace(both, cases=(agreeing,))
    assert report(alike, tmp_path, ledger).differences == ()


def test_declared_and_observed_stand_side_by_side(run: RunResult, run_folder: Path, entries: list[Entry]) -> None:
    claims = {"declared.circuits_per_port": "4", "declared.points": "9", "declared.centres": "1"}
    told = msgspec.structs.replace(run, claims=claims)
    rows = {row.quantity.id: row for row in report(told, run_folder, entries).claimed}
    assert (rows["circuits_per_port"].observed, rows["circuits_per_port"].finding.en) == ("4", "observed as declared")
    assert rows["points"].observed == "4" and rows["points"].finding.en.startswith("not exercised")
    assert rows["centres"].observed == "2" and rows["centres"].remark
    assert (rows["longest_period_s"].observed, rows["longest_period_s"].finding.en) == ("60", "not declared")
    assert "outage_buffer_h" not in rows
    shown = html.report_html(told, run_folder, entries)
    assert "Declared and observed" in shown and "声明与观测" in shown


def test_a_declared_value_that_a_failed_case_asked_for_is_a_remark(run: RunResult, run_folder: Path) -> None:
    failed = tuple(msgspec.structs.replace(case, verdict=Verdict.FAIL) for case in run.cases[:1])
    told = msgspec.structs.replace(run, cases=failed, clauses=(), claims={"declared.circuits_per_port": "29"})
    (row,) = [row for row in report(told, run_folder).claimed if row.quantity.id == "circuits_per_port"]
    assert row.remark and "did not pass" in row.finding.en and row.observed == ""


def hostile(value: Any) -> Any:
    """The same structure with every text replaced, but words of a fixed vocabulary."""
    match value:
        case str():
            return HOSTILE
        case list():
            return [hostile(inner) for inner in value]
        case dict():
            keep = ("e", "state", "outcome", "verdict", "reading_b", "record", "digest")
            return {key: inner if key in keep else hostile(inner) for key, inner in value.items()}
        case _:
            return value


def test_hostile_names_stay_text(run: RunResult, tmp_path: Path) -> None:
    record = "cases/x/1/record.jsonl"
    begin = run.cases[2]
    found = [
        msgspec.convert(hostile(msgspec.to_builtins(event)), type(event))
        for event in events("x", 1, hours=2, meters=2, cuts=1)
        if not isinstance(event, LinkRule | Phase)
    ]
    found += [LinkRule(t=found[-1].t, link=HOSTILE, rule=HOSTILE, state="on", detail={HOSTILE: HOSTILE})]
    found += [Phase(t=found[-1].t, name=HOSTILE, detail={HOSTILE: HOSTILE})]
    digest = save(found, tmp_path / record)
    case = msgspec.convert(hostile(msgspec.to_builtins(begin)) | {"record": record, "digest": digest}, CaseResult)
    spoiled = msgspec.structs.replace(
        msgspec.convert(hostile(msgspec.to_builtins(msgspec.structs.replace(run, cases=(), clauses=()))), RunResult),
        cases=(case,),
        clauses=(ClauseResult(id=HOSTILE, verdict=Verdict.FAIL, cases=(HOSTILE,), reason=HOSTILE),),
        parameters={HOSTILE: HOSTILE},
        claims={HOSTILE: HOSTILE},
    )
    text = html.report_html(spoiled, tmp_path)
    page = Page(text)
    assert "<figure><svg" in text
    assert page.problems == []
    assert len(page.named("script")) == 1
    assert len(page.named("style")) == 2
    assert "{{7*7}}" in "".join(page.text)
    assert "\x1b" not in text
    assert "<script>alert(1)</script>" in "".join(page.text)
    assert not [attributes for _, attributes in page.tags if any(name.startswith("on") for name in attributes)]


def test_an_altered_record_costs_the_picture_and_says_so(run: RunResult, tmp_path: Path) -> None:
    case = run.cases[0]
    path = tmp_path / case.record
    save(events(case.id, 0, hours=1, meters=1), path)
    other = picture(case, tmp_path, "t")
    assert (other.svg, other.problem) == (None, TEXTS["record-changed"])
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 1
    path.write_bytes(octets)
    broken = picture(case, tmp_path, "t")
    assert broken.svg is None
    assert broken.problem
    assert "line" in broken.problem.en


def test_a_record_outside_the_run_folder_is_not_read(run: RunResult, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    digest = save(events("x", 0, hours=1, meters=1), tmp_path / "secret.jsonl")
    case = msgspec.structs.replace(run.cases[0], record="../secret.jsonl", digest=digest)
    assert picture(case, folder, "t").problem == Text(
        "../secret.jsonl: outside the run folder", "../secret.jsonl：不在运行目录内"
    )


def test_the_same_run_gives_the_same_octets_below_five_megabytes(text: str, run: RunResult, run_folder: Path) -> None:
    from reports_synthetic import ledger

    assert html.report_html(run, run_folder, ledger()) == text
    assert len(text.encode()) < 5_000_000


def test_mixed_repetitions_are_marked(run: RunResult, run_folder: Path) -> None:
    first = run.cases[0]
    second = msgspec.structs.replace(first, attempt=2, verdict=Verdict.FAIL)
    both = msgspec.structs.replace(run, cases=(first, second), clauses=())
    same = msgspec.structs.replace(run, cases=(first, msgspec.structs.replace(first, attempt=2)), clauses=())
    assert str(html.words("not-repeatable")) in html.report_html(both, run_folder)
    assert str(html.words("not-repeatable")) not in html.report_html(same, run_folder)


@pytest.mark.parametrize(
    ("number", "chapter"),
    [
        ("7.2.4(5)", "7.2"),
        ("[4.1]", "4.1"),
        ("9.3a", "9.3"),
        ("A.1", "A.1"),
        ("4", "4"),
        ("7.4.2.1[1]", "7.4"),
        ("", ""),
    ],
)
def test_chapters_are_the_first_two_levels(number: str, chapter: str) -> None:
    assert chapter_of(number) == chapter


def test_an_empty_run_is_no_pass(run: RunResult, tmp_path: Path) -> None:
    empty = msgspec.structs.replace(run, cases=(), clauses=(), parameters={}, claims={}, versions={}, deviations={})
    text = html.report_html(empty, tmp_path)
    assert str(html.words("outcome-none")) in text
    assert Page(text).problems == []


def test_what_was_gathered_at_the_judgement_gives_the_same_page(text: str, run: RunResult, run_folder: Path) -> None:
    from reports_synthetic import ledger

    told = {(case.id, case.attempt): _through_a_worker(run_folder / case.record) for case in run.cases if case.record}
    assert told
    assert html.report_html(run, run_folder, ledger(), glances=told) == text
    strange = {key: msgspec.structs.replace(glance, digest="00") for key, glance in told.items()}
    assert html.report_html(run, run_folder, ledger(), glances=strange) == text


def _through_a_worker(record: Path) -> Glance:
    """As it comes from another process."""
    return msgspec.json.decode(msgspec.json.encode(glance_at(read_history(record))), type=Glance)


def test_a_report_on_a_platform_says_platform(run: RunResult, run_folder: Path, text: str) -> None:
    of_platform = msgspec.structs.replace(run, parameters={**run.parameters, "roles": "platform"})
    told = html.report_html(of_platform, run_folder)
    assert TEXTS["subtitle-platform"].en in told and TEXTS["subtitle"].en not in told
    assert TEXTS["subtitle"].en in text
