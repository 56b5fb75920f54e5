"""What never left a terminal shows nothing of a platform: damaged and forged packets."""

from __future__ import annotations

from typing import Any

import pytest

from bench.case import Check, Verdict
from bench.history import Acknowledged, Began, Created, Event, History, Observed, ParkPoint, ParkStands, Phase, Uploaded
from conformance.platform.acquisition import damage_judge
from conformance.platform.integrity import alterations_judge

POINT: dict[str, Any] = {"id": "A.coke", "enterprise": "A", "sender": "A1", "code": "k01", "carrier": "coke"}
ROW = {"start": "60", "value": "5.5", "unit": "t", "at": "60"}


def created(number: int, text: str, fault: str = "") -> Created:
    return Created(
        t=1,
        sender="A1",
        mn="MN",
        number=number,
        kind="minute",
        start=60,
        end=120,
        values={"k01": {"Cou": text}},
        fault=fault,
    )


def uploaded(number: int, fault: str = "") -> Uploaded:
    return Uploaded(t=2, sender="A1", conn=1, number=number, key=str(number), attempt=1, octets=9, fault=fault)


def acknowledged(number: int) -> Acknowledged:
    return Acknowledged(t=3, sender="A1", number=number, key=str(number), accepted=True)


def intruded(how: str) -> Phase:
    return Phase(t=1, name="sender-intrude", detail={"how": how, "sender": "A1", "point": "A.coke"})


SHOWN = Observed(
    t=9,
    what="ask records",
    asked=9,
    query={"by": "operator-of-park", "point": "A.coke", "period": "minute", "from": "0", "to": "600"},
    rows=(ROW,),
    outcome="done",
)
SOUND = [created(1, "5.5"), uploaded(1), acknowledged(1), intruded("pw"), created(2, "9.9", "pw")]


def of(judge: Any, *events: Event) -> dict[str, Verdict]:
    began = Began(t=0, case="c", seed=1, commit="", terminal="", rig="virtual", points=(), meters=(), centres=())
    point = ParkPoint(**POINT, mn="MN", decimals=1, unit="t", sent_unit="t", kind="counter", source_class="fuel")
    stands = ParkStands(t=0, park="P", points=(point,), senders=())
    found = judge(History([began, stands, *events, SHOWN]))
    return {each.id: each.verdict for each in found if isinstance(each, Check)}


@pytest.mark.parametrize(
    ("events", "verdict"),
    [
        ([*SOUND, uploaded(2, "pw")], Verdict.PASS),
        ([*SOUND, uploaded(2, "pw"), acknowledged(2)], Verdict.FAIL),
        (SOUND, Verdict.INCONCLUSIVE),
        ([*SOUND, uploaded(2, "pw"), intruded("crc")], Verdict.INCONCLUSIVE),
        ([event for event in [*SOUND, uploaded(2, "pw")] if not isinstance(event, Acknowledged)], Verdict.INCONCLUSIVE),
    ],
    ids=["sound", "taken", "never sent", "one of two sent", "nothing is ever acknowledged"],
)
def test_what_was_not_sent_was_not_refused(events: list[Event], verdict: Verdict) -> None:
    found = of(damage_judge.findings, *events)
    assert found["damaged-not-acknowledged"] is verdict
    sent = any(isinstance(event, Uploaded) and event.fault for event in events)
    assert found["damaged-not-believed"] is (Verdict.PASS if sent else Verdict.INCONCLUSIVE)


@pytest.mark.parametrize(("sent", "verdict"), [(("pw", "mn"), Verdict.PASS), (("pw",), Verdict.INCONCLUSIVE)])
def test_a_forgery_that_was_not_sent_was_not_refused(sent: tuple[str, ...], verdict: Verdict) -> None:
    forged = [
        Phase(t=1, name=alterations_judge.FORGED.name, detail={"point": "A.coke", "value": "9.9"}) for _ in range(2)
    ]
    look = Observed(t=9, what="ask samples", asked=9, query={"by": "a", "point": "A.coke"}, rows=(ROW,), outcome="done")
    real = Created(
        t=1, sender="A1", mn="MN", number=1, kind="realtime", start=60, end=60, values={"k01": {"Rtd": "5.5"}}
    )
    uploads = [uploaded(number, how) for number, how in enumerate(sent)]

    def judge(history: History) -> list[Check]:
        return [alterations_judge.forgery_finding(history)]

    assert of(judge, *forged, real, *uploads, look)["platform-forgeries-refused"] is verdict
