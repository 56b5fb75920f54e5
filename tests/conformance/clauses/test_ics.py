"""The capability statement: a template that can be filled in, and a check that tells everything at once."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from clauses_small import Small
from house import ROOT

from bench import cli
from bench.dut.profile import DOCUMENTS, ROLES, Claim, Profile, load_profile
from conformance.clauses.ics import Report, examine, template
from conformance.clauses.ledger import load_ledger
from conformance.clauses.statement import questions_for, read_statement
from conformance.clauses.suite import case_classes, find_cases, note_of, subject_of

REFERENCE = ROOT / "fixtures" / "terminals" / "reference.toml"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def profile(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str) -> tuple[int, str, str]:
        code = cli.main(["profile", *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def examined(path: Path) -> Report:
    return examine(load_profile(path), load_ledger(), read_statement(), find_cases())


def answered(text: str, answer: str = "yes") -> str:
    """The template with every question answered and every maximum declared."""
    text = re.sub(r'^# ("[a-z0-9.-]+" = )"yes".*$', rf'\1"{answer}"', text, flags=re.M)
    text = re.sub(r'^# ("[a-z-]+" = )\["…"\]$', r'\1["E1"]', text, flags=re.M)
    return re.sub(r"^# ([a-z0-9_]+) = 0 .*$", r"\1 = 20000", text, flags=re.M)


def test_reference_profile_is_complete_and_sound() -> None:
    report = examined(REFERENCE)
    assert report.problems == () and report.open == () and report.remarks == ()
    assert report.answered == report.asked > 100


def test_reference_claims_what_its_cases_need() -> None:
    reference = load_profile(REFERENCE)
    needed = {question for case in find_cases() if subject_of(case) == "terminal" for question in case.needs}
    assert {question for question in needed if reference.claim(question) is not Claim.YES} == set()


def test_remembered_cases_are_the_cases() -> None:
    assert list(find_cases()) == [note_of(case) for case in case_classes().values()]


@pytest.mark.parametrize("documents", [("isc-2",), ("csmt",), ("isc-2", "csmt", "cpcif"), DOCUMENTS])
@pytest.mark.parametrize("roles", [("terminal",), ("terminal", "collector"), ROLES])
def test_template_round_trip(documents: tuple[str, ...], roles: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = template(load_ledger(), read_statement(), find_cases(), documents, roles, "reference")
    path.write_text(text, "utf-8")
    empty = examined(path)
    unanswered = [each for each in empty.open if each.startswith("claims: unanswered")]
    assert (empty.answered, len(unanswered)) == (0, empty.asked)
    path.write_text(answered(text), "utf-8")
    full = examined(path)
    assert full.answered == full.yes == full.asked
    assert full.open == ()
    assert not any("no such question" in problem for problem in full.problems)
    assert full.remarks == ()


def test_template_asks_in_both_languages_and_names_what_it_decides() -> None:
    documents, roles = ("isc-2",), ("terminal",)
    text = template(load_ledger(), read_statement(), find_cases(), documents, roles, "x")
    flat = re.sub(r"\n# ", "", text).replace(" ", "")
    for asked in questions_for(load_ledger(), read_statement(), find_cases(), documents, roles):
        assert asked.en.replace(" ", "") in flat and asked.zh.replace(" ", "") in flat
        assert f'"{asked.id}" = ' in text
        assert asked.entries or asked.cases
        assert all(entry.document in documents for entry in asked.entries)
    assert tomllib.loads(text)["claims"] == {}


def test_platform_questions_are_only_for_platforms() -> None:
    def ids(roles: tuple[str, ...]) -> set[str]:
        return {a.id for a in questions_for(load_ledger(), read_statement(), find_cases(), DOCUMENTS, roles)}

    assert "platform.map" in ids(("platform",))
    assert "platform.map" not in ids(("terminal", "collector"))
    assert "hardware.mount-rail" not in ids(("platform",))


def changed(tmp_path: Path, **edits: str) -> Path:
    """The reference profile with pieces of its text replaced."""
    text = REFERENCE.read_text("utf-8")
    for old, new in edits.items():
        assert old in text, old
        text = text.replace(old, new)
    path = tmp_path / "changed.toml"
    path.write_text(text, "utf-8")
    return path


FAULTS = {
    "unanswered": ({'"centres.three" = "yes"': ""}, 'Add: "centres.three" = "yes"'),
    "unanswered in words": ({'"centres.three" = "yes"': '"centres.three" = "unanswered"'}, "claims: unanswered"),
    "misspelt": ({'"local.readout"': '"local.readuot"'}, "did you mean local.readout?"),
    "role not in the head": ({'roles = ["terminal", "collector"]': 'roles = ["terminal"]'}, "does not name collector"),
    "role denied": ({'"role.collector" = "yes"': '"role.collector" = "no"'}, "names collector"),
    "both classes": (
        {'"hardware.class-gateway" = "no"': '"hardware.class-gateway" = "yes"'},
        "exactly one yes, found 2",
    ),
    "no class": ({'"hardware.class-server" = "yes"': '"hardware.class-server" = "no"'}, "exactly one yes, found 0"),
    "types of no kind": ({'opcua_types = "u8 ': 'opcua_types = "u17 '}, "declared.opcua_types: expected some of"),
    "maximum missing": ({"points = 256\n": ""}, "declared.points: missing"),
    "maximum misspelt": ({"centres = 3": "centers = 3"}, "did you mean centres?"),
    "below the clause": ({"centres = 3": "centres = 2"}, "csmt/7.3b asks ≥ 3, declared 2"),
    "above the clause": (
        {"shortest_period_s = 1\n": "shortest_period_s = 60\n"},
        "isc-2/9.1a asks ≤ 59 s, declared 60",
    ),
    "below the role's clause": ({"outage_buffer_h = 168": "outage_buffer_h = 72"}, "cpcif/8.3b-1 asks ≥ 168 h"),
    "not a number": ({"centres = 3": 'centres = "three"'}, "expected decimal text"),
    "no document": ({'documents = ["isc-2", "csmt", "cpcif"]': "documents = []"}, "expected at least one of isc-1"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_check_finds(fault: str, tmp_path: Path, profile: Run) -> None:
    edits, told = FAULTS[fault]
    path = changed(tmp_path, **edits)
    found = examined(path)
    assert told in "\n".join((*found.problems, *found.open))
    code, out, _ = profile("check", str(path), "--complete")
    assert code == 1 and told in out
    assert profile("check", str(path))[0] == bool(found.problems)


def test_a_collector_of_another_draft_is_not_held_to_a_week(tmp_path: Path) -> None:
    shorter = {"outage_buffer_h = 168": "outage_buffer_h = 1"}
    assert "168 h" in "\n".join(examined(changed(tmp_path, **shorter)).problems)
    alone = changed(tmp_path, **shorter, **{'documents = ["isc-2", "csmt", "cpcif"]': 'documents = ["ssea"]'})
    assert "outage_buffer_h" not in "\n".join(examined(alone).problems)


def test_everything_at_once(tmp_path: Path) -> None:
    single = [FAULTS[name][0] for name in ("unanswered", "misspelt", "below the clause")]
    path = changed(tmp_path, **{old: new for edits in single for old, new in edits.items()})
    found = examined(path)
    told = "\n".join((*found.problems, *found.open))
    for part in ("centres.three", "local.readuot", "csmt/7.3b asks"):
        assert part in told


def test_a_denied_capability_tells_what_it_fails(tmp_path: Path, profile: Run) -> None:
    edits = {f'"{name}" = "yes"': f'"{name}" = "no"' for name in ("centres.three", "source.dlt645")}
    path = changed(tmp_path, **edits)
    told = "\n".join(examined(path).fails)
    assert "csmt/7.3a, csmt/7.3b will fail" in told
    assert "isc-2/7.2.2(2)b, csmt/11.3a-2 will fail" in told
    code, out, _ = profile("check", str(path))
    assert code == 0 and "csmt/7.3a, csmt/7.3b will fail" in out


def test_a_condition_that_is_absent_fails_nothing(tmp_path: Path) -> None:
    path = changed(tmp_path, **{'"role.collector" = "yes"': '"role.collector" = "no"'})
    told = "\n".join(examined(path).fails)
    for condition in ("role.collector", "hardware.class-gateway", "source.cems", "plant.heat-supply"):
        assert condition not in told


def test_the_template_tells_conditions_from_capabilities() -> None:
    text = template(load_ledger(), read_statement(), find_cases(), ("isc-2", "csmt"), ("terminal",), "x")
    asked = {block.rsplit('# "', 1)[1].split('"')[0]: block for block in text.split("\n\n") if '" = "yes"' in block}
    assert "a condition of the clause" in asked["hardware.class-gateway"]
    assert "no fails what says shall" in asked["source.dlt645"]
    assert "condition" not in asked["uplink.query"] and "fails" not in asked["uplink.query"]


def test_partial_scope_allows_a_denied_shall(tmp_path: Path) -> None:
    path = changed(tmp_path, **{'"centres.three" = "yes"': '"centres.three" = "no"'})
    path.write_text(path.read_text("utf-8") + "[parameters]\nallow_partial_scope = true\n", "utf-8")
    assert examined(path).fails == ()


def test_answers_without_effect_are_remarks(tmp_path: Path) -> None:
    path = changed(tmp_path, **{'"uplink.query" = "yes"': '"uplink.query" = "yes"\n"platform.map" = "yes"'})
    report = examined(path)
    assert report.problems == () and "platform.map" in report.remarks[0]


def test_an_empty_statement_is_never_sound(small: Small) -> None:
    empty = Profile(path="x.toml", name="x", adapter="reference", documents=("isc-2",))
    report = examine(empty, load_ledger(small.folder), read_statement(small.folder), small.cases)
    assert {"clock.small", "local.small"} <= {word.strip('"') for p in report.open for word in p.split()}
    assert any("declared.points: missing" in each for each in report.open)
    assert not any("declared.ports" in each for each in report.open)


def test_new_writes_a_file_and_never_overwrites(profile: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    code, out, _ = profile("new", "--documents", "isc-2,csmt", "--adapter", "reference", "--out", str(path))
    assert code == 0 and "profile check" in out
    before = path.read_bytes()
    assert load_profile(path).documents == ("isc-2", "csmt")
    code, _, err = profile("new", "--out", str(path))
    assert code == 4 and "never overwritten" in err
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["mine.toml"]


def test_new_without_adapter_is_told_by_check(profile: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    profile("new", "--out", str(path))
    code, _, err = profile("check", str(path))
    assert code == 4 and "terminal.adapter: expected text" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["new", "--documents", "isc-9"], "comma-separated list of isc-1"),
        (["new", "--documents", ""], "comma-separated"),
        (["new", "--adapter", "nosuch"], "terminal adapter 'nosuch' is not installed"),
        (["new", "--roles", "king"], "terminal, collector, platform"),
        (["new", "--out", "/nowhere/at/all.toml"], "cannot be written"),
        (["old"], "invalid choice"),
    ],
)
def test_wrong_words_are_one_sentence(words: list[str], told: str, profile: Run) -> None:
    code, out, err = profile(*words)
    assert (code, out) == (4, "")
    assert len(err.strip().splitlines()) == 1 and told in err


def test_check_of_an_unreadable_profile(profile: Run, tmp_path: Path) -> None:
    code, _, err = profile("check", str(tmp_path / "none.toml"))
    assert code == 4 and "cannot be read" in err


@pytest.mark.parametrize(
    "shipped", sorted(ROOT.glob("fixtures/terminals/**/*.toml")), ids=lambda path: path.parent.name
)
def test_what_is_shipped_passes_its_own_check(shipped: Path, profile: Run) -> None:
    code, out, _ = profile("check", str(shipped))
    assert code == 0, out
    assert len(out.splitlines()) <= 60


def test_what_blocks_is_told_first_and_what_is_open_is_counted(profile: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    profile("new", "--documents", "isc-2,csmt", "--adapter", "command", "--out", str(path))
    code, out, _ = profile("check", str(path))
    lines = out.splitlines()
    assert code == 1 and lines[0].startswith("connection.command")
    assert "more like it: --all" in out and len(lines) < 12
    assert len(profile("check", str(path), "--all")[1].splitlines()) > 200


def test_check_as_json(profile: Run) -> None:
    code, out, _ = profile("check", str(REFERENCE), "--json")
    found = json.loads(out)
    assert code == 0
    assert found["problems"] == [] and found["asked"] == found["answered"]


def test_events_without_a_code_are_remarked_where_a_case_asks(tmp_path: Path) -> None:
    text = REFERENCE.read_text("utf-8")
    path = tmp_path / "p.toml"
    path.write_text(text.replace('"gap-filled" = ["gap-filled"]\n', ""), "utf-8")
    (remark,) = examined(path).remarks
    assert remark.startswith("codes.gap-filled: no code is mapped: what 1 case ask of it a person reads (R-46)")
    asked = '"acquisition.gap-filling" = '
    path.write_text(path.read_text("utf-8").replace(f'{asked}"yes"', f'{asked}"no"'), "utf-8")
    assert not any("codes." in remark for remark in examined(path).remarks)
