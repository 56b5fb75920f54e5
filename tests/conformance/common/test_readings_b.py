"""Answers under reading B: each both ways on evidence that reading A passes, and none where nothing was seen."""

from __future__ import annotations

import pytest
from hand_made import CODES, COUNTER, MIDNIGHT, MeterSetup, World, acknowledge, observed

from bench.case import Check, Verdict
from bench.history import Began, CentreSetup, History, MeterFault, Secured, Sent, Served, Stored
from conformance.common import secrecy, timing
from conformance.common.delivery import reconcile
from conformance.common.times import MINUTE, SECOND
from conformance.terminal.acquisition import standby_judge
from conformance.terminal.storage import archive_judge

PASS, FAIL = Verdict.PASS, Verdict.FAIL


def of(findings: object, id: str) -> tuple[Verdict, Verdict | None, str]:
    """Verdict under A, under B, and the ruling of B."""
    found = next(one for one in findings if isinstance(one, Check) and one.id == id)  # type: ignore[attr-defined]
    return found.verdict, found.reading_b, found.reading_b_of


def history_of(world: World, *, centre: CentreSetup | None = None, period_s: float = 60) -> History:
    """The world's history with another centre or polling period in its first event."""
    events = list(world.history().events)
    began = events[0]
    assert isinstance(began, Began)
    events[0] = Began(
        t=began.t,
        case="test",
        seed=1,
        commit="",
        terminal="hand-made",
        rig="virtual",
        points=began.points,
        meters=tuple(MeterSetup(name=one.name, map="", address="", unit=1, period_s=period_s) for one in began.meters),
        centres=(centre,) if centre else began.centres,
    )
    return History(events)


@pytest.mark.parametrize(
    ("raw", "settled", "told"),
    [
        ("200", "1827", {"raw-age-set": (PASS, FAIL), "age-set": (PASS, FAIL)}),
        ("1827", "1827", {"raw-age-set": (PASS, PASS), "age-set": (PASS, PASS)}),
        ("1827", "1826", {"raw-age-set": (PASS, PASS), "age-set": (FAIL, FAIL)}),
    ],
)
def test_five_years_for_all_data(raw: str, settled: str, told: dict[str, tuple[Verdict, Verdict]]) -> None:
    world = World(hours=1)
    world.extra.append(observed("capacity", world.end, [{"raw_days": raw, "settled_days": settled}]))
    found = list(archive_judge.told_age_findings(world.history()))
    assert {id: of(found, id) for id in told} == {id: (*verdicts, "R-30") for id, verdicts in told.items()}


def test_an_age_that_was_not_told_has_no_answer_under_b() -> None:
    world = World(hours=1)
    world.extra.append(observed("capacity", world.end, [{"settled_days": "1827"}]))
    assert of(archive_judge.told_age_findings(world.history()), "age-set") == (PASS, None, "")


@pytest.mark.parametrize(("kind", "channel", "b"), [("https", "tls", PASS), ("hj212", "mtls", FAIL)])
def test_only_https_satisfies(kind: str, channel: str, b: Verdict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrecy, "streams", lambda _history: {("t", 1, "c", 2): b"\x17\x03\x03noise"})
    centre = CentreSetup(
        name="A",
        mn="MN",
        codes=CODES,
        minute_interval=15,
        realtime_interval_s=0,
        kinds=("minute",),
        kind=kind,
        channel=channel,
    )
    found = secrecy.encrypted_findings(history_of(World(hours=1), centre=centre), ["A"])
    assert of(found, "uploads-encrypted") == (PASS, b, "R-32/https")


@pytest.mark.parametrize(("version", "a", "b"), [("TLSv1.3", PASS, FAIL), ("TLCPv1.1", FAIL, PASS)])
def test_only_tlcp_satisfies(version: str, a: Verdict, b: Verdict) -> None:
    world = World(hours=1)
    world.extra.append(
        Secured(
            t=MIDNIGHT + SECOND,
            at="A",
            conn=1,
            channel="national",
            state="agreed",
            shown="good",
            version=version,
            suite="TLS_SM4_GCM_SM3",
            group="curveSM2",
            peer_algorithm="1.2.156.10197.1.501",
        )
    )
    assert of(secrecy.national_findings(world.history(), "A"), "national-suite") == (a, b, "R-32/tlcp")


@pytest.mark.parametrize(("period_s", "b"), [(1, PASS), (5, FAIL), (60, None)])
def test_second_level_is_one_second_on_every_channel(period_s: int, b: Verdict | None) -> None:
    found = timing.cadence_findings(World(hours=1, period_s=period_s).history(), cycles=8)
    assert of(found, "every-meter-polled") == (PASS, b, "R-11/second" if b else "")


@pytest.mark.parametrize(("after_us", "b"), [(20_000, PASS), (10 * MINUTE, FAIL)])
def test_continuous_mode_of_every_terminal(after_us: int, b: Verdict) -> None:
    def late(record: Stored) -> list[Sent]:
        return [acknowledge(record, after_us)]

    world = World(hours=25, points=(COUNTER,))
    history = world.history(acks=late)
    ledger = reconcile(history, "A")
    found = [one for one in timing.index_findings(history, ledger, MIDNIGHT) if one.id == "ninety-six-values-a-day-a"]
    assert [one.verdict for one in found] == [PASS] or found[0].evidence
    assert (found[0].reading_b, found[0].reading_b_of) == (b, "R-13")


@pytest.mark.parametrize(("period_s", "b"), [(1, PASS), (5, FAIL)])
def test_the_larger_of_ten_seconds_and_three_periods(period_s: int, b: Verdict) -> None:
    """A switch after 10.5 s is in time at a period of 1 s, and too early where three periods are 15 s."""
    world = World(hours=1, silent=lambda us: MIDNIGHT + 600 * SECOND < us <= MIDNIGHT + 660 * SECOND)
    fault = MeterFault(t=MIDNIGHT + 601 * SECOND, meter="m1", fault="silent", state="on")
    at = MIDNIGHT + 600 * SECOND + 2000 + 10_500_000
    spare = Served(t=at, meter="s1", unit=1, asked=at, request="00", response="00", values={})
    world.extra += [fault, spare]
    found = standby_judge.taken_findings(history_of(world, period_s=period_s), "m1", "s1", "A")
    assert of(found, "switch-time") == (PASS, b, "R-12")
