"""Reports as a laboratory hands them over: what is missing is listed, what is issued stays, tools of others read it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
import tomli_w
from asn1crypto.parser import peek
from softhsm import softhsm

from bench import cli
from bench.case import Check, RunResult, Sitting, Text, Verdict
from bench.commands.laboratory import issue as command
from bench.commands.laboratory.subject import subject_of
from bench.evidence import stamps
from bench.evidence.keys import certificates_of
from bench.evidence.lab import NOBODY, OWN
from bench.journal import LOCAL
from reports import manifest
from reports import run_folder as folders
from reports.issue.amend import changes_between, check_chain, read_issue
from reports.issue.demands import demands
from reports.issue.papers import Job, Lab
from reports.issue.reading import PaperError, read_paper
from reports.issue.uncertain import unstated

HEX = "0" * 64


def laboratory() -> dict[str, Any]:
    """A laboratory that has said everything."""
    return {
        "laboratory": {
            "name": {"zh": "示例检测中心", "en": "Example test centre"},
            "address": "1 Road",
            "contact": "lab@example.org",
            "accreditations": [{"mark": "CNAS", "number": "L0", "scope": "out of scope"}],
            "notices": ["Not valid without seal."],
        },
        "equipment": [
            {"number": "PC-1", "name": "computer", "model": "x", "used_for": ["host"], "uncalibrated": "virtual time"}
        ],
        "persons": [
            {"name": "Zhang", "function": "engineer", "may": ["tests"]},
            {"name": "Li", "function": "manager", "may": ["reviews", "interprets"]},
            {"name": "Wang", "function": "signatory", "may": ["authorises"]},
        ],
        "documents": [
            {"id": id, "title": id, "edition": "draft", "date": date(2025, 3, 1), "sm3": HEX}
            for id in ("isc-2", "csmt", "cpcif", "ssea", "isc-1")
        ],
    }


def order(language: str = "zh") -> dict[str, Any]:
    """An order that has said everything."""
    return {
        "external": [],
        "opinions": [],
        "report": {"number": "R-1", "language": language, "issued": datetime.now(LOCAL).date(), "kind": "commissioned"},
        "customer": {"name": "Customer", "address": "2 Road", "contact": "c@example.org"},
        "item": {
            "name": "terminal",
            "vendor": "V",
            "model": "M",
            "serial": "SN-1",
            "firmware": "2.1",
            "firmware_hash": "sha256:1",
            "quantity": 1,
            "condition": "sound",
            "received": date(2026, 3, 1),
            "told_by_customer": ["firmware"],
        },
        "tests": {
            "place": "room 1",
            "sampling": "as received",
            "deviations": [],
            "additions": [],
            "customer_asks": [],
            "agreed_rule": "simple",
        },
        "persons": {"tested": "Zhang", "reviewed": "Li", "authorised": "Wang"},
    }


def said(folder: Path, lab: Mapping[str, Any], job: Mapping[str, Any]) -> tuple[Path, Path]:
    """Both files."""
    paths = folder / "lab.toml", folder / "job.toml"
    for path, told in zip(paths, (lab, job), strict=True):
        path.write_text(tomli_w.dumps(told), "utf-8")
    return paths


@pytest.fixture(scope="module")
def tested(run: RunResult) -> RunResult:
    sitting = Sitting(started="2026-11-21T01:30:00+08:00", ended="2026-11-21T02:30:00+08:00")
    # One short document: what is laid out is the same, in fewer pages.
    parameters = run.parameters | {"documents": "cpcif"}
    cases = tuple(map(stated, run.cases))
    return msgspec.structs.replace(run, sittings=(sitting,), cases=cases, parameters=parameters)


def stated(case: Any) -> Any:
    """A case whose times carry what this bench gives them."""
    checks = tuple(
        msgspec.structs.replace(each, exact="" if each.uncertainty else "counted / 计数") for each in case.checks
    )
    return msgspec.structs.replace(case, checks=checks)


def read(folder: Path, lab: Mapping[str, Any], job: Mapping[str, Any]) -> tuple[Lab, Job]:
    paths = said(folder, lab, job)
    return read_paper(paths[0], Lab, beside=OWN), read_paper(paths[1], Job)


def without(told: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """What was said, but for one thing."""
    copied = {**told}
    if len(keys) == 1:
        copied.pop(keys[0])
    else:
        copied[keys[0]] = without(copied[keys[0]], *keys[1:])
    return copied


def test_what_is_complete_is_asked_for_nothing(tested: RunResult, tmp_path: Path) -> None:
    assert [str(each) for each in demands(*read(tmp_path, laboratory(), order()), tested)] == []


@pytest.mark.parametrize(
    ("file", "keys", "clause"),
    [
        ("lab", ("laboratory", "name"), "7.8.2.1 b"),
        ("lab", ("laboratory", "address"), "7.8.2.1 b"),
        ("job", ("tests", "place"), "7.8.2.1 c"),
        ("job", ("report", "number"), "7.8.2.1 d"),
        ("job", ("customer", "name"), "7.8.2.1 e"),
        ("job", ("customer", "contact"), "7.8.2.1 e"),
        ("lab", ("documents",), "7.8.2.1 f"),
        ("job", ("item", "serial"), "7.8.2.1 g"),
        ("job", ("item", "condition"), "7.8.2.1 g"),
        ("job", ("item", "firmware_hash"), "7.8.2.1 g"),
        ("job", ("item", "received"), "7.8.2.1 h"),
        ("job", ("report", "issued"), "7.8.2.1 j"),
        ("job", ("tests", "sampling"), "7.8.2.1 k"),
        ("job", ("tests", "deviations"), "7.8.2.1 n"),
        ("job", ("persons", "authorised"), "7.8.2.1 o"),
        ("job", ("external",), "7.8.2.1 p"),
        ("job", ("item", "told_by_customer"), "7.8.2.2"),
        ("job", ("tests", "agreed_rule"), "7.8.6.1"),
        ("job", ("opinions",), "7.8.7"),
        ("lab", ("equipment",), "6.4"),
    ],
)
def test_each_field_that_is_missing_is_named(
    tested: RunResult, tmp_path: Path, file: str, keys: tuple[str, ...], clause: str
) -> None:
    lab, job = laboratory(), order()
    if file == "lab":
        lab = without(lab, *keys)
    else:
        job = without(job, *keys)
    found = demands(*read(tmp_path, lab, job), tested)
    assert clause in [each.clause for each in found]
    assert all(each.asked.en and each.asked.zh for each in found)


def test_nothing_said_at_all_names_every_clause(tested: RunResult) -> None:
    clauses = {each.clause for each in demands(Lab(), Job(), tested)}
    assert clauses >= {f"7.8.2.1 {letter}" for letter in "bcdefghjknop"} | {"7.8.2.2", "7.8.6.1", "7.8.7", "6.4"}


def test_what_contradicts_the_run_is_asked_for_anew(tested: RunResult, tmp_path: Path) -> None:
    job = order()
    job["item"] = {**job["item"], "received": date(2026, 11, 25)}
    job["report"] = {**job["report"], "issued": date(2026, 11, 1)}
    lab = laboratory()
    lab["equipment"] = [
        {
            "number": "PC-1",
            "name": "clock",
            "model": "x",
            "used_for": ["host", "clock"],
            "calibrated": date(2024, 1, 1),
            "due": date(2025, 1, 1),
            "certificate": "C-1",
            "traceable_to": "UTC",
        }
    ]
    found = [each.clause for each in demands(*read(tmp_path, lab, job), tested)]
    assert {"7.8.2.1 h", "7.8.2.1 j", "6.4.13 e"} <= set(found)


def test_no_report_bears_a_date_that_is_still_to_come(tested: RunResult, tmp_path: Path) -> None:
    job = order()
    today = job["report"]["issued"]
    papers = read(tmp_path, laboratory(), job)
    assert demands(*papers, tested, today=today) == []
    (found,) = demands(*papers, tested, today=today - timedelta(days=1))
    assert found.clause == "7.8.2.1 j" and f"issued on {today}" in found.asked.en and found.asked.zh


def test_a_run_in_real_time_wants_clock_and_environment(tested: RunResult, tmp_path: Path) -> None:
    real = msgspec.structs.replace(tested, rig="process")
    found = [str(each) for each in demands(*read(tmp_path, laboratory(), order()), real)]
    assert any('used_for = ["clock"]' in line for line in found) and any("7.8.3.1 a" in line for line in found)
    kept = {"quantity": "temperature", "unit": "C", "equipment": "TH-1"}
    for low, high, lacking in ((0, 21.5, False), ("20.50", "23", False), ("", 21, True)):
        job = order() | {"environment": [{**kept, "low": low, "high": high}]}
        found = [str(each) for each in demands(*read(tmp_path, laboratory(), job), real)]
        assert any("low, high and unit" in line for line in found) is lacking


def test_a_clock_that_the_run_saw_unsynchronised_is_not_made_traceable_by_a_list(
    tested: RunResult, tmp_path: Path
) -> None:
    papers = read(tmp_path, laboratory(), order())
    problem = "no NTP daemon keeps the bench's clock / 台架时钟未同步"
    real = msgspec.structs.replace(tested, rig="process")
    found = [each for each in demands(*papers, real, clock_problem=problem) if each.clause == "6.5"]
    assert len(found) == 1 and "no NTP daemon" in found[0].asked.en and "未同步" in found[0].asked.zh
    assert demands(*papers, tested, clock_problem=problem) == []


def test_who_was_not_authorised_cannot_sign(tested: RunResult, tmp_path: Path) -> None:
    job = order()
    job["persons"] = {**job["persons"], "authorised": "Zhang"}
    found = demands(*read(tmp_path, laboratory(), job), tested)
    assert [each.clause for each in found] == ["6.2.6"]


def test_a_time_without_uncertainty_or_reason_is_not_handed_over(tested: RunResult) -> None:
    silent = Check(id="slow", name=Text("slow", "慢"), verdict=Verdict.PASS, measured="1", limit="2", op="<=", unit="s")
    case = msgspec.structs.replace(tested.cases[0], checks=(silent,))
    assert unstated(msgspec.structs.replace(tested, cases=(case,))) == [f"{case.id}:slow"]


def test_wrong_files_are_told_at_once_with_every_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lab, job = laboratory(), order()
    lab["laboratry"] = lab.pop("laboratory")
    job["item"] = {**job["item"], "quantity": "one", "photos": ["no.jpg"]}
    paths = said(tmp_path, lab, job)
    code = cli.main(["issue", str(tmp_path), "--lab", str(paths[0]), "--job", str(paths[1])])
    told = capsys.readouterr().err
    assert code == 4 and "did you mean 'laboratory'?" in told and "item.quantity: expected a whole number" in told
    assert "Traceback" not in told
    with pytest.raises(PaperError, match="cannot be read"):
        read_paper(tmp_path / "none.toml", Lab)


def keys_in(folder: Path, kind: str) -> tuple[Path, Path]:
    """A key and its certificate, made by OpenSSL."""
    options = ["-newkey", "rsa:2048"] if kind == "rsa" else ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    key, certificate = folder / f"{kind}.key", folder / f"{kind}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", *options, "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=Lab"],
        check=True,
        capture_output=True,
    )
    return key, certificate


@pytest.fixture(scope="module")
def issued(tested: RunResult, run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two issues of one report, the first signed with ECDSA, the second with RSA."""
    room = tmp_path_factory.mktemp("issued")
    kept = shutil.copytree(run_folder, room / "run")
    folders.write(tested, kept)
    job = order()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "commit", lambda: "0123456789ab")
        for number, kind in ((1, "ec"), (2, "rsa")):
            if number == 2:
                job["item"] = {**job["item"], "serial": "SN-2"}
                job["amendments"] = [{"issue": 2, "reason": "wrong number"}]
            paths = said(room, laboratory(), job)
            key, certificate = keys_in(room, kind)
            words = ["issue", kept, "--lab", paths[0], "--job", paths[1], "--to", room / "out"]
            assert cli.main([str(each) for each in (*words, "--key", key, "--certificate", certificate)]) == 0
    return room


def wanted(program: str) -> str:
    found = shutil.which(program)
    if not found:
        pytest.skip(f"{program} is not installed: tools/peers --for paper")
    return found


def test_a_clause_whose_time_limit_is_open_is_not_called_decided(tested: RunResult, tmp_path: Path) -> None:
    from reports.issue.blocks import Table
    from reports.issue.content import Evidence, paper
    from reports.ledger import entries

    lab, job = read(tmp_path, laboratory(), order())
    evidence = Evidence(run_folder="run", manifest=HEX, signed=Text("", ""), writer="w")
    passing = next(each for each in tested.clauses if each.id.startswith("cpcif/") and each.verdict is Verdict.PASS)
    open_limit = msgspec.structs.replace(passing, needs_real_time=("x/y:limit",))
    clauses = tuple(open_limit if each is passing else each for each in tested.clauses)
    number = passing.id.partition("/")[2]
    for run, decided in ((tested, True), (msgspec.structs.replace(tested, clauses=clauses), False)):
        tables = [each for each in paper(lab, job, run, entries(), evidence).body if isinstance(each, Table)]
        (verdict,) = {row[4] for each in tables if each.heads[:1] == ("序号",) for row in each.rows if row[1] == number}
        waits = [row for each in tables for row in each.rows if row[:1] == ("实时台架（R-08）",) and number in row[3]]
        assert (not waits) is decided and ("（部分）" in verdict) is not decided


@pytest.mark.parametrize("number", [1, 2])
def test_the_signature_is_proved_by_another_program(issued: Path, number: int) -> None:
    pdf = issued / "out" / "R-1" / str(number) / "report.pdf"
    told = subprocess.run([wanted("pdfsig"), pdf], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in told and "Total document signed" in told and "ETSI.CAdES.detached" in told
    bent = issued / "bent.pdf"
    octets = bytearray(pdf.read_bytes())
    octets[2000] ^= 1
    bent.write_bytes(octets)
    assert "Signature is Valid" not in subprocess.run(["pdfsig", bent], capture_output=True, text=True).stdout


def test_openssl_proves_the_signature_over_the_octets_it_covers(issued: Path) -> None:
    octets = (issued / "out" / "R-1" / "1" / "report.pdf").read_bytes()
    found = re.findall(rb"/ByteRange ?\[ ?(\d+) (\d+) (\d+) (\d+) ?\]", octets)[-1]
    first, size, second, rest = map(int, found)
    covered = octets[first : first + size] + octets[second : second + rest]
    room = bytes.fromhex(octets[first + size + 1 : second - 1].decode())
    der = room[: peek(room)]
    (issued / "covered").write_bytes(covered)
    (issued / "cms").write_bytes(der)
    words = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "cms", "-content", "covered"]
    words += ["-CAfile", "ec.pem", "-purpose", "any", "-out", "/dev/null"]
    proved = subprocess.run(words, capture_output=True, text=True, check=False, cwd=issued)
    assert "successful" in proved.stderr, proved.stderr


def test_the_pdf_says_what_the_standard_asks_for(issued: Path) -> None:
    told = subprocess.run(
        [wanted("pdftotext"), "-layout", issued / "out" / "R-1" / "1" / "report.pdf", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for word in (
        "检测报告",
        "R-1",
        "示例检测中心",
        "SN-1",
        "主要仪器设备",
        "环境条件",
        "检测结果汇总表",
        "声明",
        "批准",
        "附件",
    ):
        assert word in told
    assert "工作稿" not in told and "Conformance" not in told
    pages = told.count("\f")
    assert told.count("骑缝章") >= pages and f"第{pages}页共{pages}页" in told.replace(" ", "")
    before = told[: told.index("附件 A")]
    assert before.count("\f") <= 30


def test_a_reader_finds_every_annex_and_who_decided(tested: RunResult, tmp_path: Path) -> None:
    """Letters without a gap, a list of them; what a person or another laboratory decided is not called untested."""
    from reports.conformity import Conformity
    from reports.issue.blocks import Contents, Heading, Table
    from reports.issue.content import Evidence, paper
    from reports.issue.joint import Joint, JointExternal, JointReview
    from reports.ledger import entries

    lab, job = read(tmp_path, laboratory(), order())
    passed, mine = Text("pass", "通过"), ("cpcif/8.3b-1", "cpcif/8.3a-1")
    review = JointReview(clause=mine[0], verdict=passed, words="seen", by="Li", day="2026-11-21")
    other = JointExternal(
        clauses=mine[1:], verdict=passed, laboratory="L", accreditation="A", report="R", edition="E", specimen="S"
    )
    joint = Joint(
        name="C",
        head=HEX,
        begun="2026-11-20",
        runs=(),
        reviews=(review,),
        externals=(other,),
        conformity={"cpcif": Conformity.NO_STATEMENT},
    )
    clock = "no daemon keeps the clock / 时钟未被同步"
    evidence = Evidence(run_folder="C", manifest=HEX, signed=Text("", ""), writer="w", clock=clock)
    foreign = next(
        name
        for each in entries()
        if (name := each.claim) and {one.document for one in entries() if one.claim == name} == {"isc-2"}
    )
    tested = msgspec.structs.replace(tested, claims={**tested.claims, foreign: "yes"})
    made = paper(lab, job, tested, entries(), evidence, joint=joint)
    # What was answered for drafts that are not claimed fills no pages.
    assert not [
        row for each in made.annexes if isinstance(each, Table) for row in each.rows if row[0].startswith(foreign)
    ]
    (contents,) = [each for each in made.body if isinstance(each, Contents)]
    heads = [each for each in made.annexes if isinstance(each, Heading) and each.level == 1]
    assert contents.rows == tuple((each.text, each.anchor) for each in heads)
    assert [each.text[:5] for each in heads] == [f"附件 {letter}：" for letter in "ABCDEFG"[: len(heads)]]
    rows = [row for each in made.body if isinstance(each, Table) and each.heads[:1] == ("序号",) for row in each.rows]
    found = {row[1]: row[3] for row in rows if f"cpcif/{row[1]}" in mine}
    assert len({row[1] for row in rows}) == len(rows)
    assert {name: words.splitlines()[-1] for name, words in found.items()} == {
        mine[0].partition("/")[2]: "人员审查，见“人员审查结果”",
        mine[1].partition("/")[2]: "外部检测，见“外部提供的结果”",
    }
    cells = [cell for each in made.annexes if isinstance(each, Table) for row in each.rows for cell in row]
    assert "时钟未被同步" in cells and clock not in cells


def test_the_pdf_is_what_pdf_a_4_asks_for(issued: Path) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader

    pdf = issued / "out" / "R-1" / "1" / "report.pdf"
    with pdf.open("rb") as source:
        held = PdfFileReader(source)
        root, told = held.root, held.root["/Metadata"].data.decode()
        assert 'pdfaid:part="4"' in told and 'pdfaid:rev="2020"' in told and "pdfaid:conformance" not in told
        assert held.input_version == (2, 0) and root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
        assert "/Info" not in held.trailer and "/ID" in held.trailer and "/Encrypt" not in held.trailer
        assert not {"/OpenAction", "/AA", "/JavaScript"} & set(root)
        # It says its language, and nothing that was not shown: neither structure nor PDF/UA, no lower part.
        assert root["/Lang"] == "zh-CN" and told.count("pdfaid:part") == 1 and "pdfuaid" not in told
        assert not ("/StructTreeRoot" in root or root.get("/MarkInfo", {}).get("/Marked"))
        profile = root["/OutputIntents"][0]["/DestOutputProfile"].data
        assert profile[36:40] == b"acsp" and profile[16:20] == b"RGB " and profile[12:16] in (b"mntr", b"prtr", b"spac")
        ElementTree.fromstring(told[told.index("<x:xmpmeta") : told.index("</x:xmpmeta>") + 12])
    fonts = subprocess.run([wanted("pdffonts"), pdf], capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(fonts) > 2 and all(re.search(r"yes\s+yes\s+yes\s+\d+\s+0$", line) for line in fonts[2:])


def test_an_amendment_lists_what_changed_and_the_old_issue_stays(issued: Path) -> None:
    first, second = check_chain(issued / "out" / "R-1")
    assert second.reason == "wrong number" and second.replaces
    assert [line for line in second.changes if "SN-1" in line and "SN-2" in line]
    assert len(second.changes) == 1
    told = subprocess.run(
        [wanted("pdftotext"), issued / "out" / "R-1" / "2" / "report.pdf", "-"], capture_output=True, text=True
    ).stdout
    assert "wrong number" in told and "SN-2" in told and "第 2 版" in told
    assert first.facts["job.item.serial"] == "SN-1"


def test_an_issue_that_was_altered_is_not_built_upon(issued: Path, tmp_path: Path) -> None:
    kept = shutil.copytree(issued / "out" / "R-1", tmp_path / "R-1")
    (kept / "1" / "job.toml").write_text("")
    with pytest.raises(PaperError, match="altered since it was issued"):
        read_issue(kept / "1")
    shutil.rmtree(kept / "1")
    with pytest.raises(PaperError, match="missing"):
        check_chain(kept)


def test_a_second_issue_needs_its_reason_and_an_altered_run_none_at_all(
    issued: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lab, job = said(tmp_path, laboratory(), order())
    words = ["issue", str(issued / "run"), "--lab", str(lab), "--job", str(job), "--to", str(issued / "out")]
    assert cli.main(words) == 2
    assert "7.8.8.1" in capsys.readouterr().err
    bent = shutil.copytree(issued / "run", tmp_path / "run")
    (bent / "junit.xml").write_text((bent / "junit.xml").read_text().replace("fail", "pass"))
    assert cli.main([words[0], str(bent), *words[2:]]) == 1
    assert "no report is issued" in capsys.readouterr().err
    assert manifest.verify(issued / "run") == []


def test_a_working_paper_says_so_on_every_page(issued: Path, tmp_path: Path) -> None:
    lab, job = said(tmp_path, without(laboratory(), "laboratory"), without(order("en"), "customer"))
    paper = tmp_path / "draft.pdf"
    assert cli.main(["issue", str(issued / "run"), "--lab", str(lab), "--job", str(job), "--draft", str(paper)]) == 0
    told = subprocess.run([wanted("pdftotext"), paper, "-"], capture_output=True, text=True, check=True).stdout
    pages = told.split("\f")[:-1]
    assert all("WORKING" in page for page in pages)
    assert "检测结果" not in told


def test_the_docx_opens_elsewhere_and_takes_a_template(issued: Path, tmp_path: Path) -> None:
    import docx

    lab, job = said(tmp_path, laboratory(), order())
    template = docx.Document()
    template.sections[0].header.paragraphs[0].text = "Head of our house"
    template.save(str(tmp_path / "own.docx"))
    made = tmp_path / "draft.docx"
    words = ["issue", str(issued / "run"), "--lab", str(lab), "--job", str(job), "--draft", str(made)]
    assert cli.main([*words, "--template", str(tmp_path / "own.docx")]) == 0
    read_back = docx.Document(str(made))
    assert read_back.sections[0].header.paragraphs[0].text == "Head of our house"
    assert any("检测结果汇总表" in paragraph.text for paragraph in read_back.paragraphs)
    assert len(read_back.tables) >= 8


def test_every_fact_that_differs_is_a_change() -> None:
    (quantity,) = changes_between({"job.item.quantity": "1"}, {"job.item.quantity": "2"})
    assert quantity.zh == "样品数量（job.item.quantity）：原为 1，现为 2"
    found = changes_between({"a": "1", "b": "2", "job.report.issued": "x"}, {"a": "1", "b": "3", "c": "4"})
    assert [each.en for each in found] == ["b: was 2, is 3", "c: new: 4"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_example_of_the_house_says_everything(tested: RunResult, language: str) -> None:
    room = Path(__file__).parents[2] / "fixtures" / "laboratory"
    lab, job = read_paper(room / "lab.toml", Lab, beside=OWN), read_paper(room / "job.toml", Job)
    job = msgspec.structs.replace(job, report=msgspec.structs.replace(job.report, language=language))
    assert [each for each in demands(lab, job, tested) if each.clause != "7.8.2.1 f"] == []


def test_an_order_for_another_item_than_the_recorded_one_is_refused(tested: RunResult, tmp_path: Path) -> None:
    recorded = {"vendor": "V", "model": "M", "serial": "SN-9", "firmware": "2.1", "name": "any"}
    found = demands(*read(tmp_path, laboratory(), order()), tested, item=recorded)
    assert [(each.clause, each.where) for each in found] == [("7.8.2.1 g", "job.toml item.serial")]
    nameless = {"vendor": "V", "firmware": "2.1"}
    found = demands(*read(tmp_path, laboratory(), order()), tested, item=nameless)
    assert [each.where for each in found] == ["terminal.serial of the profile, before the run"]


def test_the_key_of_the_records_signs_the_report_and_the_register_knows_it(
    issued: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench.evidence.lab import load_lab
    from bench.evidence.register import Issued, Register

    keys_in(tmp_path, "ec")
    monkeypatch.setattr(command, "commit", lambda: "0123456789ab")
    lab = laboratory() | {
        "signer": [{"key": "ec.key", "certificate": "ec.pem"}],
        "register": {"path": "register.jsonl"},
        "stamp": {"own": "tsa", "roots": f"tsa/{stamps.ROOT}"},
    }
    stamps.new_authority(tmp_path / "tsa", "authority of tests")
    paths = said(tmp_path, lab, order("en"))
    monkeypatch.setattr(command, "subject_of", lambda folder, _: subject_of(folder, NOBODY))
    words = ["issue", issued / "run", "--lab", paths[0], "--job", paths[1], "--to", tmp_path / "out"]
    assert cli.main([str(each) for each in words]) == 0
    pdf = tmp_path / "out" / "R-1" / "1" / "report.pdf"
    told = subprocess.run([wanted("pdfsig"), pdf], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in told
    assert stamp_of(pdf, certificates_of(tmp_path / "tsa" / stamps.ROOT)).trusted
    line = Register(tmp_path / "register.jsonl", load_lab(paths[0])).lines()[-1]
    assert isinstance(line.entry, Issued) and (line.entry.document, line.entry.issue) == ("R-1", 1)
    assert line.entry.sha256 in subprocess.run(["sha256sum", pdf], capture_output=True, text=True).stdout


def stamp_of(pdf: Path, roots: list[bytes]) -> stamps.Stamp:
    """What the time stamp on the signature of a PDF proves."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    with pdf.open("rb") as source:
        signer: Any = PdfFileReader(source).embedded_signatures[0].signer_info
    (token,) = [each["values"][0] for each in signer["unsigned_attrs"] if "time_stamp" in each["type"].native]
    return stamps.proved(token.dump(), signer["signature"].native, roots)


def test_a_run_without_the_laboratorys_seal_is_not_issued_by_one_that_seals(
    issued: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys_in(tmp_path, "ec")
    paths = said(tmp_path, laboratory() | {"signer": [{"key": "ec.key", "certificate": "ec.pem"}]}, order())
    assert cli.main(["issue", str(issued / "run"), "--lab", str(paths[0]), "--job", str(paths[1])]) == 1
    assert "not signed" in capsys.readouterr().err


def test_a_key_that_never_leaves_its_token_signs_too(
    issued: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reports.issue import signing

    with softhsm(tmp_path, monkeypatch) as module:
        key, certificate = keys_in(tmp_path, "rsa")
        monkeypatch.setenv(signing.PIN, "1234")
        pkcs8 = tmp_path / "rsa.p8"
        subprocess.run(["openssl", "pkcs8", "-topk8", "-nocrypt", "-in", key, "-out", pkcs8], check=True)
        util = ["softhsm2-util", "--token", "lab", "--pin", "1234"]
        for words in (
            ["softhsm2-util", "--init-token", "--free", "--label", "lab", "--so-pin", "4321", "--pin", "1234"],
            [*util, "--import", str(pkcs8), "--label", "reports", "--id", "01"],
        ):
            subprocess.run(words, check=True, capture_output=True)
        plain = (issued / "out" / "R-1" / "1" / "report.pdf").read_bytes()
        # What was signed once is signed again: only whether the token can is asked.
        signer = signing.of_token(Path(module), "lab", "reports", certificate)
        monkeypatch.setattr(signing, "FIELD", "Second")
        (tmp_path / "twice.pdf").write_bytes(signing.signed(plain, signer, reason="test"))
        told = subprocess.run([wanted("pdfsig"), tmp_path / "twice.pdf"], capture_output=True, text=True).stdout
        assert told.count("Signature is Valid") == 2
        monkeypatch.setenv(signing.PIN, "wrong")
        with pytest.raises(PaperError, match="cannot sign"):
            signing.of_token(Path(module), "lab", "nothing", certificate)


def test_libreoffice_draws_the_docx(issued: Path, tmp_path: Path) -> None:
    made = issued / "out" / "R-1" / "1" / "report.docx"
    home = f"-env:UserInstallation=file://{tmp_path / 'home'}"
    words = [wanted("soffice"), home, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, made]
    subprocess.run([str(word) for word in words], check=True, capture_output=True, timeout=300)
    told = subprocess.run([wanted("pdftotext"), tmp_path / "report.pdf", "-"], capture_output=True, text=True).stdout
    assert "检测结果汇总表" in told and "R-1" in told and told.count("\f") >= 5
