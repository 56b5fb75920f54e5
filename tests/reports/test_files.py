"""JUnit, the manifest and the run folder as a whole."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from lxml import etree

from bench.case import RunResult, Text, Verdict
from reports import junit, manifest, run_folder, verdicts


@pytest.fixture
def folder(run: RunResult, tmp_path: Path) -> Path:
    """A small written run folder."""
    (tmp_path / "cases" / "a").mkdir(parents=True)
    (tmp_path / "cases" / "a" / "record.jsonl").write_text("one\n", encoding="utf-8")
    (tmp_path / "allure-results").mkdir()
    (tmp_path / "allure-results" / "x.json").write_text("{}", encoding="utf-8")
    run_folder_of_two = msgspec.structs.replace(run, cases=run.cases[:3], clauses=())
    run_folder.write(run_folder_of_two, tmp_path, [])
    return tmp_path


def suites(run: RunResult) -> ElementTree.Element:
    return ElementTree.fromstring(junit.junit_xml(run))


def test_junit_counts_what_is_in_it(run: RunResult) -> None:
    root = suites(run)
    assert {key: root.get(key) for key in ("tests", "failures", "errors")} == {
        "tests": "40",
        "failures": "3",
        "errors": "1",
    }
    assert sum(int(suite.get("skipped", "")) for suite in root.iter("testsuite")) == 1
    assert len(list(root.iter("testcase"))) == 40
    for suite in root.iter("testsuite"):
        assert suite.get("tests") == str(len(suite.findall("testcase")))


@pytest.mark.parametrize(
    ("verdict", "element", "kind"),
    [
        (Verdict.FAIL, "failure", "fail"),
        (Verdict.INCONCLUSIVE, "failure", "inconclusive"),
        (Verdict.REVIEW, "failure", "review"),
        (Verdict.ERROR, "error", "error"),
        (Verdict.NOT_APPLICABLE, "skipped", None),
        (Verdict.NOT_RUN, "skipped", None),
    ],
)
def test_what_is_no_pass_never_looks_like_one(run: RunResult, verdict: Verdict, element: str, kind: str | None) -> None:
    case = msgspec.structs.replace(run.cases[0], verdict=verdict)
    (found,) = suites(msgspec.structs.replace(run, cases=(case,))).iter("testcase")
    assert [child.tag for child in found] == [element, "system-out"]
    assert found[0].get("type") == kind


def test_a_pass_has_nothing_but_what_is_known_of_it(run: RunResult) -> None:
    (found,) = suites(msgspec.structs.replace(run, cases=run.cases[:1])).iter("testcase")
    assert [child.tag for child in found] == ["system-out"]
    facts = [line.partition("=")[::2] for line in (found[0].text or "").splitlines()]
    assert [value for name, value in facts if name == "clause"] == list(run.cases[0].clauses)
    assert ("replay", run.cases[0].replay) in facts
    assert ("seed", str(run.cases[0].seed)) in facts


SHAPE = """
<!ELEMENT testsuites (testsuite*)>
<!ATTLIST testsuites name CDATA #IMPLIED time CDATA #IMPLIED tests CDATA #IMPLIED failures CDATA #IMPLIED
  errors CDATA #IMPLIED>
<!ELEMENT testsuite (testsuite|properties|testcase|system-out|system-err)*>
<!ATTLIST testsuite name CDATA #REQUIRED tests CDATA #REQUIRED failures CDATA #REQUIRED errors CDATA #REQUIRED
  time CDATA #IMPLIED skipped CDATA #IMPLIED timestamp CDATA #IMPLIED>
<!ELEMENT properties (property*)>
<!ELEMENT property EMPTY>
<!ATTLIST property name CDATA #REQUIRED value CDATA #REQUIRED>
<!ELEMENT testcase (skipped|error|failure|system-out|system-err)*>
<!ATTLIST testcase name CDATA #REQUIRED classname CDATA #IMPLIED time CDATA #IMPLIED>
<!ELEMENT failure (#PCDATA)>
<!ATTLIST failure type CDATA #IMPLIED message CDATA #IMPLIED>
<!ELEMENT error (#PCDATA)>
<!ATTLIST error type CDATA #IMPLIED message CDATA #IMPLIED>
<!ELEMENT skipped (#PCDATA)>
<!ATTLIST skipped type CDATA #IMPLIED message CDATA #IMPLIED>
<!ELEMENT system-out (#PCDATA)>
<!ELEMENT system-err (#PCDATA)>
"""
"""What the xUnit plugin of Jenkins (junit-10.xsd) allows, as far as we use it."""


def test_junit_has_the_shape_that_build_servers_check(run: RunResult) -> None:
    shape = etree.DTD(io.StringIO(SHAPE))
    root = etree.fromstring(junit.junit_xml(run).encode())
    assert shape.validate(root), shape.error_log
    assert all(re.fullmatch(r"\d{1,3}(\d{3})*\.\d{3}", found.get("time", "")) for found in root.iter("testsuite"))
    etree.SubElement(next(root.iter("testcase")), "properties")
    assert not shape.validate(root)


def test_a_junit_failure_carries_the_block(run: RunResult) -> None:
    (found,) = suites(msgspec.structs.replace(run, cases=run.cases[2:3])).iter("failure")
    assert "QN=20260302081502000 never stored" in (found.text or "")
    assert found.get("message") == "no reading is lost / 读数无丢失: expected == 0 records, actual 3 records"


def test_control_characters_do_not_break_the_xml(run: RunResult) -> None:
    case = msgspec.structs.replace(
        run.cases[2], id="a/\x00\x1b]]>", title=Text("\ud800", "\x08"), reason="\x0b<&\ufffe"
    )
    root = suites(msgspec.structs.replace(run, cases=(case,)))
    assert "\\x00\\x1b]]>" in [found.get("name") for found in root.iter("testcase")]


def test_a_written_folder_proves_itself(folder: Path) -> None:
    assert {path.name for path in folder.iterdir() if path.is_file()} == {
        "verdicts.json",
        "junit.xml",
        "report.html",
        "manifest.json",
    }
    assert manifest.verify(folder) == []
    assert [row.path for row in manifest.read(folder).files] == [
        "allure-results/x.json",
        "cases/a/record.jsonl",
        "junit.xml",
        "report.html",
        "verdicts.json",
    ]


def test_the_digests_are_sm3(folder: Path) -> None:
    (folder / "abc").write_bytes(b"abc")
    manifest.write(folder)
    row = next(row for row in manifest.read(folder).files if row.path == "abc")
    assert row.sm3 == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert row.size == 3


def test_the_first_altered_file_is_named_first(folder: Path) -> None:
    for name in ("junit.xml", "cases/a/record.jsonl"):
        path = folder / name
        octets = bytearray(path.read_bytes())
        octets[0] ^= 1
        path.write_bytes(octets)
    found = manifest.verify(folder)
    assert len(found) == 2
    assert found[0].startswith(str(folder / "cases/a/record.jsonl"))
    assert "was altered" in found[0]


def test_added_and_missing_files_are_named(folder: Path) -> None:
    (folder / "junit.xml").unlink()
    (folder / "extra").write_text("x", encoding="utf-8")
    first, second = manifest.verify(folder)
    assert "extra: is not in the manifest" in first
    assert "junit.xml: is in the manifest but missing" in second


def test_a_link_in_place_of_a_file_shows(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    copy = tmp_path_factory.mktemp("elsewhere") / "junit.xml"
    shutil.move(folder / "junit.xml", copy)
    (folder / "junit.xml").symlink_to(copy)
    assert ["junit.xml: was altered" in problem for problem in manifest.verify(folder)] == [True]


def test_a_manifest_rewritten_by_hand_shows(folder: Path) -> None:
    path = folder / "manifest.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    whole["files"][0]["size"] += 1
    path.write_text(json.dumps(whole), encoding="utf-8")
    found = manifest.verify(folder)
    assert "the manifest itself was altered" in found[0]
    assert len(found) == 2


@pytest.mark.parametrize(
    "octets", [None, b"", b"{}", b"[]", b"\xff", b'{"format":"x","algorithm":"","digest":"","files":[]}']
)
def test_no_manifest_is_one_sentence(folder: Path, octets: bytes | None) -> None:
    path = folder / "manifest.json"
    path.unlink()
    if octets is not None:
        path.write_bytes(octets)
    with pytest.raises(manifest.ManifestError, match=r"manifest\.json: "):
        manifest.verify(folder)


def test_writing_a_folder_again_changes_nothing(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    run_folder.write(verdicts.read(folder), folder, [])
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
