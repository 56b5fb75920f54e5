"""The proof of the suite: when it may be trusted, and how the matrix is told."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path

import msgspec
import pytest

from bench.case import RunResult, Text
from reports import prove
from reports.html import prove as page
from reports.screen import console_for

GOOD = prove.Proof(
    defects=(
        prove.DefectResult(
            id="forgets-a-record",
            clauses=("isc-2/7.2.4(5)",),
            outcome="caught",
            caught_by=("delivery/backfills:no-reading-lost", "delivery/resends:drains"),
            title=Text("Forgets <one> record", "丢失一条记录"),
        ),
        prove.DefectResult(
            id="rounds", clauses=("isc-2/9.3b",), outcome="caught", caught_by=("accuracy/digits:digits-equal",)
        ),
    ),
    checks=(
        prove.CheckSeen(id="accuracy/digits:digits-equal", seen_failing=True, by=("rounds",)),
        prove.CheckSeen(id="delivery/backfills:no-reading-lost", seen_failing=True, by=("forgets-a-record",)),
        prove.CheckSeen(id="delivery/resends:drains", seen_failing=True, by=("forgets-a-record",)),
    ),
    reference={"accuracy/digits": "pass", "delivery/backfills": "pass", "delivery/resends": "not applicable"},
    run="proof-1",
    seed=7,
    commit="abc",
)
SURVIVOR = prove.DefectResult(id="naps", clauses=(), outcome="survived", caught_by=())
UNSEEN = prove.CheckSeen(id="clock/back:no-overlap", seen_failing=False, by=(), name=Text("no overlap", "无重叠"))
SPOILED = {
    "a survivor": {"defects": (*GOOD.defects, SURVIVOR)},
    "an unseen check": {"checks": (*GOOD.checks, UNSEEN)},
    "the reference fails": {"reference": GOOD.reference | {"accuracy/digits": "fail"}},
    "the reference is inconclusive": {"reference": GOOD.reference | {"accuracy/digits": "inconclusive"}},
    "the bench failed": {"troubles": ("rounds × accuracy/digits: KeyError",)},
    "nothing ran": {"reference": {}},
    "nothing applied": {"reference": {"delivery/resends": "not applicable"}},
    "no check": {"checks": ()},
}


def shown(proof: prove.Proof) -> str:
    out = StringIO()
    prove.print_proof(proof, console_for(out))
    return out.getvalue()


def test_a_whole_matrix_is_trusted() -> None:
    assert GOOD.trusted
    assert "✓ 2 of 2 defects caught, 3 of 3 checks seen failing" in shown(GOOD)


@pytest.mark.parametrize("why", SPOILED)
def test_anything_left_over_takes_the_trust_away(why: str) -> None:
    proof = msgspec.structs.replace(GOOD, **SPOILED[why])
    assert not proof.trusted
    assert "✗ " in shown(proof)
    assert json.loads(prove.to_json(proof))["trusted"] is False
    assert "The suite cannot be trusted yet" in page.prove_html(proof)


def test_the_json_has_the_shape_promised() -> None:
    found = json.loads(prove.to_json(msgspec.structs.replace(GOOD, checks=(*GOOD.checks, UNSEEN))))
    assert {key: found["defects"][0][key] for key in ("id", "clauses", "outcome", "caught_by")} == {
        "id": "forgets-a-record",
        "clauses": ["isc-2/7.2.4(5)"],
        "outcome": "caught",
        "caught_by": ["delivery/backfills:no-reading-lost", "delivery/resends:drains"],
    }
    assert {key: found["checks"][-1][key] for key in ("id", "seen_failing", "by")} == {
        "id": "clock/back:no-overlap",
        "seen_failing": False,
        "by": [],
    }
    assert found["reference"]["summary"] == {"pass": 2, "not applicable": 1}
    assert found["reference"]["cases"]["accuracy/digits"] == "pass"


def test_the_screen_names_survivors_unseen_checks_and_troubles() -> None:
    text = shown(
        msgspec.structs.replace(
            GOOD,
            defects=(*GOOD.defects, SURVIVOR),
            checks=(*GOOD.checks, UNSEEN),
            reference=GOOD.reference | {"accuracy/digits": "fail"},
            troubles=("rounds × accuracy/digits: KeyError",),
        )
    )
    assert re.search(r"^naps +✗ survived", text, re.M)
    assert "○ clock/back:no-overlap  no overlap / 无重叠" in text
    assert "✗ accuracy/digits: fail" in text
    assert "! rounds × accuracy/digits: KeyError" in text
    assert "delivery/backfills: no-reading-lost" in text


def test_many_cases_are_counted_not_listed() -> None:
    many = prove.DefectResult(
        id="dead", clauses=(), outcome="caught", caught_by=tuple(f"a/case-{number}:x" for number in range(9))
    )
    assert "… and 5 more cases" in shown(msgspec.structs.replace(GOOD, defects=(many,)))


def test_the_page_holds_the_matrix_and_loads_nothing() -> None:
    html = page.prove_html(
        msgspec.structs.replace(GOOD, defects=(*GOOD.defects, SURVIVOR), checks=(*GOOD.checks, UNSEEN))
    )
    assert html.count('class="hit"') == 3
    assert html.count('class="missing"') == 2
    assert "Forgets &lt;one&gt; record" in html
    assert not re.search(r"https?:|src=", html)


def test_the_page_is_written_in_one_piece(tmp_path: Path) -> None:
    page.write(GOOD, tmp_path / "prove.html")
    assert [path.name for path in tmp_path.iterdir()] == ["prove.html"]


def test_progress_without_a_terminal_is_one_line_a_job(run: RunResult) -> None:
    out = StringIO()
    progress = prove.ProofProgress(2, console_for(out))
    progress.step("reference", "a/b", run.cases[0])
    progress.step("rounds", "a/b", run.cases[2])
    progress.close()
    assert out.getvalue().splitlines() == ["[1/2] reference × a/b: pass", "[2/2] rounds × a/b: fail"]
