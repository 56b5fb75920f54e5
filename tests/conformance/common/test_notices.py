"""The maker's codes decide what a log or an alarm tells; words never do, and without a code a person reads (R-46)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hand_made import MIDNIGHT, World, observed

from bench.case import Check, Finding, Notice, Verdict, case_verdict, clause_verdict
from bench.history import Began, Event, History
from conformance.clauses.suite import case_classes
from conformance.common import notices
from conformance.common.phases import OVER
from conformance.common.times import HOUR, MINUTE
from conformance.terminal.clock import clock
from conformance.terminal.processing import counters_judge
from conformance.terminal.security import certificate_status_judge, settings_integrity_judge
from conformance.terminal.storage import overflow_judge

AT = MIDNIGHT + HOUR
Row = dict[str, str]
Codes = dict[str, tuple[str, ...]]


def entry(code: str, text: str = "", **more: str) -> Row:
    return {"at": str(AT), "raised": str(AT), "kind": "", "code": code, "text": text, "cleared": "", **more}


def history_of(codes: Codes, what: str, rows: Iterable[Row], *more: Event) -> History:
    world = World(hours=4, codes=codes)
    world.extra += [*more, observed(what, MIDNIGHT + 3 * HOUR, rows)]
    return world.history()


def stepped(codes: Codes, rows: list[Row]) -> Finding:
    history = history_of(codes, "log", rows)
    return counters_judge.log_finding(history, clock.STEP_LOGGED, Notice.CLOCK_STEPPED, moments=[(AT,)])


def given_up(codes: Codes, rows: list[Row]) -> Finding:
    return overflow_judge.logged_finding(history_of(codes, "log", rows), AT, AT + HOUR)


def altered(codes: Codes, rows: list[Row]) -> Finding:
    done = observed("tampering", AT - MINUTE, [{"how": "kept", "point": "period", "kind": "setting", "start": "0"}])
    found = settings_integrity_judge.told_findings(history_of(codes, "alarms", rows, done))
    return next(one for one in found if one.id == "altered-period-told")


def without_status(codes: Codes, rows: list[Row]) -> Finding:
    phases = (certificate_status_judge.ANSWERED["silent"].event(AT), OVER.event(AT + 2 * HOUR + 1))
    world = World(hours=4, codes=codes)
    world.extra += [*phases, observed("alarms", AT + HOUR, rows)]
    return certificate_status_judge.alarm_finding(world.history(), ("silent",))


ASKED: dict[Notice, tuple[Callable[[Codes, list[Row]], Finding], str]] = {
    Notice.CLOCK_STEPPED: (stepped, "clock set, system time, 时钟校时"),
    Notice.DATA_GIVEN_UP: (given_up, "overflow: 12 periods discarded, 放弃"),
    Notice.SETTING_ALTERED: (altered, "integrity of the period altered, tampered 篡改 周期"),
    Notice.CERTIFICATE_STATUS_MISSING: (without_status, "OCSP status unknown 状态"),
}


def verdict(found: Finding) -> Verdict:
    assert isinstance(found, Check)
    return found.verdict


@pytest.mark.parametrize("notice", ASKED)
def test_the_code_decides_and_no_word_does(notice: Notice) -> None:
    judged, words = ASKED[notice]
    mapped = {str(notice): ("E104", "W2?")}
    assert verdict(judged(mapped, [entry("E104")])) is Verdict.PASS
    assert verdict(judged(mapped, [entry("W27")])) is Verdict.PASS
    assert verdict(judged(mapped, [entry("", kind="E104")])) is Verdict.PASS
    assert verdict(judged(mapped, [entry("E1044", words)])) is Verdict.FAIL
    assert verdict(judged(mapped, [entry("E104.cleared", words)])) is Verdict.FAIL


@pytest.mark.parametrize("notice", ASKED)
def test_without_a_code_a_person_reads_the_lines(notice: Notice) -> None:
    judged, words = ASKED[notice]
    found = judged({}, [entry("E104", words)])
    assert isinstance(found, Check)
    assert found.verdict is Verdict.REVIEW
    assert any(words in line for line in found.evidence)
    assert f"{notice}: {notice.text}" in found.actual and "[codes]" in found.actual


@pytest.mark.parametrize("notice", ASKED)
def test_a_terminal_that_tells_it_by_no_code_fails(notice: Notice) -> None:
    judged, words = ASKED[notice]
    assert verdict(judged({str(notice): ()}, [entry("E104", words)])) is Verdict.FAIL


def test_one_code_for_two_alterations_needs_two_entries() -> None:
    codes: Codes = {"setting-altered": ("E9",), "certificate-altered": ("E9",)}

    def judged(*rows: Row) -> list[Verdict]:
        things = ("certificate", "period")
        altered = [{"how": "kept", "point": one, "kind": "setting", "start": "0"} for one in things]
        done = observed("tampering", AT - MINUTE, altered)
        return [verdict(one) for one in settings_integrity_judge.told_findings(history_of(codes, "log", rows, done))]

    both = [entry("E9", subject="m1 period"), entry("E9", subject="A certificate")]
    assert judged(*both) == [Verdict.PASS, Verdict.PASS]
    assert judged(both[0], both[0]) == [Verdict.FAIL, Verdict.FAIL]


def test_a_review_is_worse_than_a_pass_and_better_than_a_fail() -> None:
    assert case_verdict([Verdict.PASS, Verdict.REVIEW]) is Verdict.REVIEW
    assert case_verdict([Verdict.REVIEW, Verdict.FAIL]) is Verdict.FAIL
    assert clause_verdict([Verdict.PASS, Verdict.REVIEW]) is Verdict.REVIEW


def test_every_event_is_looked_for_by_a_case_that_says_so() -> None:
    asked = {notice for case in case_classes().values() for notice in case.notices}
    assert asked == set(Notice)


def test_a_line_for_a_person_holds_everything_once() -> None:
    row = {"at": "t", "code": "E1", "kind": "E1", "subject": "m1", "text": "words", "en": "words"}
    assert notices.line(row) == "t E1 m1 words"
    assert isinstance(history_of({}, "log", []).events[0], Began)
