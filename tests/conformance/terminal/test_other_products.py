"""The reference terminal as products never seen, with other uplinks or no read-out: sound it passes, defects show."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bench.case import CaseResult, Verdict
from bench.dut import adapter
from bench.dut.profile import Claim, Profile, load_profile
from bench.rigs.virtual import RIG
from bench.run import Setup, run_case
from conformance.clauses.suite import case_classes
from conformance.defects import all_defects

REFERENCE = Path(__file__).resolve().parents[3] / "fixtures" / "terminals" / "reference.toml"
_HJ212 = ("uplink.hj212", "clock.centre", "uplink.query", "acquisition.on-command", "uplink.field-information")
DENIED = {
    "mqtt": (*_HJ212, "uplink.hj212-window", "uplink.https-records", "uplink.https-json", "channel.payload"),
    "https": (*_HJ212, "uplink.hj212-window", "channel.payload"),
    "window": (*_HJ212, "uplink.https-records", "uplink.https-json", "channel.payload"),
    "wires": ("local.readout", "local.raw-values", "acquisition.manual-entry", "uplink.hj212-window"),
    "https-wires": (*_HJ212, "uplink.hj212-window", "channel.payload", "local.readout", "acquisition.manual-entry"),
}
"""What each product answers with no, all else being that of the reference terminal."""
OPEN = (Verdict.PASS, Verdict.NOT_RUN)


def product(name: str) -> Profile:
    whole = load_profile(REFERENCE)
    return msgspec.structs.replace(whole, claims={**whole.claims, **dict.fromkeys(DENIED[name], Claim.NO)})


def run(name: str, case: str, folder: Path) -> CaseResult:
    told = product(name)
    setup = Setup(rig=RIG, profile=told, adapter=lambda: adapter(told.adapter), master_seed=1, commit="", folder=folder)
    return run_case(case_classes()[case], setup)


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("https", "accuracy/takes-over-edge-values"),
        ("https", "delivery/resends-when-connection-closes-before-the-answer"),
        ("https", "processing/counts-each-step-over-full-scale"),
        ("https", "formulas/adds-modbus-meters"),
        ("https", "management/takes-over-signed-packages"),
        ("mqtt", "accuracy/takes-over-edge-values"),
        ("mqtt", "delivery/resends-when-connection-closes-before-the-answer"),
        ("mqtt", "formulas/adds-modbus-meters"),
        ("window", "processing/marks-reset-of-counter"),
        ("window", "failures/counts-on-across-failures"),
        ("wires", "accuracy/takes-over-edge-values"),
        ("wires", "acquisition/records-gap-of-silent-meter"),
        ("wires", "storage/outlasts-cuts-at-write-barriers"),
        ("https-wires", "processing/rejects-readings-out-of-range"),
        ("https-wires", "interfaces/stores-nothing-from-broken-loops"),
    ],
)
def test_a_sound_product_passes(name: str, case: str, tmp_path: Path) -> None:
    found = run(name, case, tmp_path)
    wrong = [f"{check.id}: {check.actual} {check.evidence[:2]}" for check in found.checks if check.verdict not in OPEN]
    assert (found.verdict, wrong) == (Verdict.PASS, []), found.reason


@pytest.mark.parametrize(
    ("defect", "case", "check"),
    [
        ("modulus-one-step-short", "processing/counts-each-step-over-full-scale", "rollover-counted"),
        ("negative-increments", "processing/counts-each-step-over-full-scale", "rollover-counted"),
        ("every-fall-is-a-rollover", "processing/marks-reset-of-counter", "no-increment-from-a-fall"),
        ("reset-unmarked", "processing/marks-reset-of-counter", "none-lost"),
        ("integer-division", "accuracy/takes-over-edge-values", "edge-numbers-centre-a"),
        ("single-precision", "accuracy/takes-over-edge-values", "edge-numbers-centre-a"),
        ("word-order-ignored", "accuracy/takes-over-edge-values", "edge-numbers-centre-b"),
        ("largest-value-refused", "accuracy/takes-over-edge-values", "edge-numbers-centre-a"),
        ("computed-points-not-sent", "formulas/adds-modbus-meters", "derived-sent"),
        ("closed-a-poll-too-early", "formulas/adds-modbus-meters", "sum-right"),
    ],
)
def test_a_defect_is_caught_over_https_alone(defect: str, case: str, check: str, tmp_path: Path) -> None:
    assert check in failed("https", defect, case, tmp_path)


@pytest.mark.parametrize(
    ("defect", "case", "check"),
    [
        ("modulus-one-step-short", "processing/counts-each-step-over-full-scale", "rollover-counted"),
        ("single-precision", "accuracy/takes-over-edge-values", "edge-numbers-centre-a"),
        ("mqtt-broker-has-it", "delivery/resends-when-connection-closes-before-the-answer", "is-resent"),
    ],
)
def test_a_defect_is_caught_over_mqtt_alone(defect: str, case: str, check: str, tmp_path: Path) -> None:
    assert check in failed("mqtt", defect, case, tmp_path)


def failed(product: str, defect: str, case: str, folder: Path) -> list[str]:
    """The checks that fail for a product with a defect."""
    with all_defects()[defect].applied():
        found = run(product, case, folder)
    assert found.checks, found.reason
    return [each.id for each in found.checks if each.verdict is Verdict.FAIL]


def test_what_is_about_hj212_is_not_run_and_no_fail(tmp_path: Path) -> None:
    for case in ("protocol/sends-well-formed-frames", "commands/obeys-its-centre"):
        assert run("https", case, tmp_path).verdict is Verdict.NOT_RUN
