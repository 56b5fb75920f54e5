"""How much of the suite products of other kinds can have judged, computed from what the cases declare (R-46)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.case import Case, Criterion, Evidence, Rig, Verdict, criterion
from bench.case.judging import judge
from bench.case.reach import decided, questions, reach
from bench.dut.profile import Claim, Profile
from bench.history import Began, History
from bench.layout import build
from bench.layout.scenario import Scenario
from bench.layout.uplinks import UPLINKS
from conformance.clauses.ledger import load_ledger
from conformance.clauses.suite import case_classes
from simulators.centres.kinds import kind_of

CASES = case_classes()
ASKED = questions(CASES.values())
AT_THE_TERMINAL = frozenset(
    (
        "local.readout", "local.raw-values", "acquisition.manual-entry", "acquisition.user-period",
        "accounting.minute-cumulative", "counters.replacement", "manual-backfill.incomplete",
        "manual-backfill.inaccurate", "storage.sets", "storage.tables", "storage.capacity", "storage.by-source",
        "storage.backup-1-year", "configuration.backup", "uplink.manual-upload", "uplink.schedule-manual",
        "centres.local-configuration", "channel.certificate-renewal",
    )
)  # fmt: skip
"""What needs somebody, or a program, at the terminal itself."""
BY_THE_WIRES = frozenset(
    question
    for question in ASKED - AT_THE_TERMINAL
    if question.startswith(
        (
            "acquisition.", "centres.", "channel.", "clock.", "counters.", "delivery.", "processing.", "protocol.",
            "role.collector", "source.", "storage.octet-bound", "storage.power-off-48h", "uplink.",
        )
    )
)  # fmt: skip
"""What a program with wires to field and centres alone can claim: no person, page, interface or management software."""
TERMINALS = {name: case for name, case in CASES.items() if case.__module__.startswith("conformance.terminal.")}
OF_HJ212 = frozenset(
    (
        "uplink.hj212", "uplink.hj212-window", "uplink.query", "uplink.field-information", "clock.centre",
        "acquisition.on-command", "channel.payload",
    )
)  # fmt: skip

OTHER_UPLINKS = frozenset(("uplink.https-records", "uplink.mqtt-records"))
"""Uplinks of records besides HJ 212."""


def test_field_and_uplink_wires_alone_run_enough_cases() -> None:
    """Fewer by one field way alone: what is read by others is theirs."""
    wires = BY_THE_WIRES - OTHER_UPLINKS
    by_modbus_tcp = {each for each in wires if not each.startswith("source.")} - {"protocol.modbus-rtu"}
    assert len(reach(TERMINALS, wires, Rig.PROCESS).cases) >= 120
    assert len(reach(TERMINALS, by_modbus_tcp, Rig.PROCESS).cases) >= 120


@pytest.mark.parametrize("uplink", sorted(OTHER_UPLINKS))
def test_https_or_mqtt_alone_loses_what_is_about_other_uplinks_only(uplink: str) -> None:
    others = OF_HJ212 | OTHER_UPLINKS - {uplink}
    everything, alone = reach(CASES, ASKED), reach(CASES, ASKED - others)
    lost = set(everything.cases) - set(alone.cases)
    needed = {name for name in lost if any(q in others for q in map(str, CASES[name].needs))}
    assert lost == needed
    assert len(alone.cases) >= 380 and len(alone.clauses) >= 860
    assert len(reach(TERMINALS, BY_THE_WIRES - others, Rig.PROCESS).cases) >= 120


def test_little_is_decided_in_virtual_time_alone() -> None:
    ledger = load_ledger()
    everywhere = reach(CASES, ASKED).clauses
    real = reach(CASES, ASKED, Rig.PROCESS | Rig.LOOPBACK | Rig.LAB).clauses
    assert len(everywhere - real) <= 20
    bound = {entry.id for entry in ledger.entries if entry.object in ("terminal", "system", "management-software")}
    on_the_table = reach(CASES, ASKED, Rig.LAB).clauses & bound
    assert len(on_the_table) >= 260 and len((everywhere & bound) - on_the_table) <= 36


def test_the_bounds_on_the_page_of_claims_hold() -> None:
    page = (Path(__file__).parents[3] / "docs" / "CLAIMS.md").read_text("utf-8")
    rows = {line.split("|")[1].strip(): line.split("|")[3] for line in page.splitlines() if line.startswith("| S-")}
    by_hj212, by_https = (int(each) for each in re.findall(r"at least (\d+)", rows["S-6"]))
    (least,) = (int(each) for each in re.findall(r"at least (\d+)", rows["S-7"]))
    ((most, of_terminals),) = re.findall(r"at most (\d+) entries in virtual time alone, (\d+) of them", rows["S-7"])
    for others, bound in ((OTHER_UPLINKS, by_hj212), (OF_HJ212 | {"uplink.mqtt-records"}, by_https)):
        assert len(reach(TERMINALS, BY_THE_WIRES - others, Rig.PROCESS).cases) >= bound
    terminals = {
        entry.id for entry in load_ledger().entries if entry.object in ("terminal", "system", "management-software")
    }
    everywhere, real = reach(CASES, ASKED).clauses, Rig.PROCESS | Rig.LOOPBACK | Rig.LAB
    virtual = everywhere - reach(CASES, ASKED, real).clauses
    assert len(reach(CASES, ASKED, Rig.LAB).clauses & terminals) >= least
    assert len(virtual) <= int(most) and len(virtual & terminals) <= int(of_terminals)


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.id())
def test_what_runs_in_virtual_time_alone_says_why(case: type[Case]) -> None:
    assert (case.rigs == Rig.VIRTUAL) == (case.virtual_only is not None)


class _Adapter:
    name = "x"
    in_process = False


@pytest.mark.parametrize(
    ("claims", "kind", "channel", "schedule"),
    [
        ({"uplink.hj212": "yes", "uplink.https-records": "yes"}, "hj212", "plain", "continuous"),
        ({"uplink.hj212": "no", "uplink.https-records": "yes"}, "third-party", "tls", "continuous"),
        ({"uplink.hj212": "no", "uplink.mqtt-records": "yes"}, "mqtt-records", "tls", "continuous"),
        ({"uplink.hj212-window": "yes"}, "hj212", "plain", "window"),
        ({}, "hj212", "plain", "continuous"),
    ],
)
def test_a_centre_is_of_the_kind_that_the_product_declares(
    claims: dict[str, str], kind: str, channel: str, schedule: str
) -> None:
    answers = {question: Claim(answer) for question, answer in claims.items()}
    told = Profile(path="p.toml", name="p", adapter="command", claims=answers)
    scenario = Scenario(centres=("A", "N"), centre_options=(("N", {"kind": "https", "channel": "tls"}),))
    world = build.for_terminal(build.build_world(scenario, 1), _Adapter(), told)  # type: ignore[arg-type]
    first, second = world.centres
    window = kind_of(first).window(first)
    assert (first.kind, first.channel, "window" if window else "continuous") == (kind, channel, schedule)
    assert second.kind == "https"
    assert build.instead(scenario, world) == (frozenset() if (kind, schedule) == ("hj212", "continuous") else {"A"})


def test_the_uplinks_are_questions_of_the_statement() -> None:
    assert set(UPLINKS) <= ASKED


STORED = criterion("same-reading-stored", en="stored", zh="存储")
SENT = criterion("same-reading-centre-a", en="sent", zh="上传")


class _Both(Case):
    """Seen in the store and at the centre."""

    zh = "例"
    checks = {STORED: ("isc-2/9.3c",), SENT: ()}
    needs = (Evidence("local.readout", "*-stored", instead={STORED.id: SENT.id}),)
    scenario = Scenario()

    async def drive(self, bench: object) -> None:  # type: ignore[override]
        raise NotImplementedError

    def judge(self, history: History):  # type: ignore[no-untyped-def]
        for asked in self.checks:
            yield answered(asked)


def answered(asked: Criterion):  # type: ignore[no-untyped-def]
    return asked.decide(asked is SENT)


@pytest.mark.parametrize(("answer", "stored"), [("yes", Verdict.FAIL), ("no", Verdict.NOT_RUN)])
def test_without_a_read_out_the_centre_decides(answer: str, stored: Verdict) -> None:
    began = Began(
        t=0, case="x", seed=1, commit="", terminal="", rig="process", points=(), meters=(), centres=(),
        claims={"local.readout": answer},
    )  # fmt: skip
    first, second = judge(_Both(), History([began])).checks
    assert (first.verdict, second.verdict) == (stored, Verdict.PASS)
    assert second.clauses == (("isc-2/9.3c",) if answer == "no" else ())
    assert decided(_Both, {"local.readout"} if answer == "yes" else set()) == (
        {STORED.id: ("isc-2/9.3c",), SENT.id: ()} if answer == "yes" else {SENT.id: ("isc-2/9.3c",)}
    )


def test_evidence_for_a_check_that_is_not_there_is_refused() -> None:
    with pytest.raises(TypeError, match="no check is called so"):
        type("_Wrong", (_Both,), {"needs": (Evidence("local.readout", "nonsense"),), "__module__": __name__})
