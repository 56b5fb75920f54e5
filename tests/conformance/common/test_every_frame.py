"""Standing questions: every frame of every history, and what becomes of them in a judgement."""

from __future__ import annotations

from collections.abc import Iterator

from hand_made import MIDNIGHT, World
from msgspec import structs

import conformance.terminal as terminal
from bench.case import Case, Check, Finding, Verdict, criterion
from bench.case.judging import judge
from bench.case.standing import standing_checks
from bench.history import Event, History, Received, Sent
from conformance.clauses.suite import case_classes
from conformance.common import every_frame, frames
from conformance.common.times import SECOND
from conformance.defects.proof import read_proof

QN = "20260302000100000"
assert terminal.HJ212  # Importing the cases joins the standing questions.
ASKED = criterion("asked", en="asked", zh="所问")


class OfSomethingElse(Case):
    """A case that asks nothing of frames."""

    zh = "与报文无关的用例。"
    checks = {ASKED: ()}

    async def drive(self, bench: object) -> None:
        del bench

    def judge(self, history: History) -> Iterator[Finding]:
        del history
        yield ASKED.decide(True)


def answer(at_s: int, cn: str = "9011", qn: str = QN, items: str = "QnRtn=1") -> Received:
    data = f"QN={qn};ST=91;CN={cn};PW=123456;MN=MN;Flag=4;CP=&&{items}&&"
    text = f"##{len(data):04d}{data}{frames.crc(data.encode()):04X}\r\n"
    return Received(t=MIDNIGHT + at_s * SECOND, centre="A", conn=1, frame=text, qn=qn, cn=cn)


def request(at_s: int, cn: str = "1011", qn: str = QN) -> Sent:
    return Sent(t=MIDNIGHT + at_s * SECOND, centre="A", conn=1, frame="", cn=cn, qn=qn)


def failing(*extra: Event) -> set[str]:
    history = World(hours=1, extra=list(extra)).history()
    found = every_frame.findings(history)
    return {each.id for each in found if isinstance(each, Check) and each.verdict is Verdict.FAIL}


def test_an_answer_belongs_to_a_request_before_it_and_comes_once() -> None:
    assert failing(request(10), answer(11), answer(12, "9012", items="ExeRtn=1")) == set()
    assert failing(request(10), request(20), answer(11), answer(21)) == set()
    assert failing(answer(11)) == {"answers-only-requests"}
    assert failing(answer(9), request(10)) == {"answers-only-requests"}
    assert failing(request(10), answer(11), answer(12)) == {"answers-only-requests"}
    assert failing(request(10, cn="9014"), answer(11, "9013")) == {"answers-only-requests"}


def test_a_bad_frame_fails_whatever_the_case_asks() -> None:
    bad = answer(11, items="QnRtn")
    judged = judge(OfSomethingElse(), World(hours=1, extra=[request(10), bad]).history())
    assert judged.verdict is Verdict.FAIL
    assert [(check.id, check.clauses) for check in judged.checks[1:]] == [("every-frame-sound", ("isc-2/7.2.4k",))]


def test_what_holds_is_a_count_and_no_check() -> None:
    judged = judge(OfSomethingElse(), World(hours=1, extra=[request(10), answer(11)]).history())
    assert [check.id for check in judged.checks] == ["asked"]
    assert [each.id for each in judged.measurements] == ["frames-examined"]


def test_words_of_a_log_may_hold_marks() -> None:
    data = "QN=20260302000100000;ST=31;CN=3020;PW=1;MN=M;Flag=5;CP=&&DataTime=20260302000000;i1-Info=//2 m, 1 c; x//&&"
    frame = frames.parse(f"##{len(data):04d}{data}{frames.crc(data.encode()):04X}\r\n")
    assert frame.faults == ()
    assert frame.value("i1-Info") == "//2 m, 1 c; x//"


def test_every_standing_check_is_known_to_fail() -> None:
    assert case_classes()
    assert set(standing_checks()) <= {check for _, check in read_proof().flipped()}


def test_data_of_a_sealed_packet_are_not_looked_for_outside_it() -> None:
    items = "KeyId=0a0b0c0d;Iv=AAAAAAAAAAAAAAAA;Data=AAAA;Sign=AAAA"
    plain = World(hours=1, extra=[answer(11, "2051", items=items)]).history()
    assert any("DataTime" in fault for fault in frames.faults_by_kind(plain, ("A",))["content"])
    began = structs.replace(
        plain.began, centres=tuple(structs.replace(each, payload="sm4-gcm") for each in plain.began.centres)
    )
    sealed = History([began, *plain.events[1:]])
    assert not any("QN=" + QN in fault for fault in frames.faults_by_kind(sealed, ("A",))["content"])
    naked = answer(11, "2051", items="w00001-Avg=1")
    told = frames.faults_by_kind(History([began, *plain.events[1:-1], naked]), ("A",))
    assert any("DataTime" in fault for fault in told["content"])
