"""The judges of collectors: an honest terminal, and one fault of its at a time."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from hand_made import MIDNIGHT, POWER, energy, power, verdicts
from msgspec import structs

from bench.history import (
    Began,
    CentreSetup,
    Event,
    Handed,
    History,
    MeterSetup,
    Observed,
    Point,
    Power,
    Published,
    Secured,
    Stored,
)
from conformance.common.times import HOUR, MINUTE, SECOND, stamp_of
from conformance.terminal.collectors import collectors_judge

COUNTER = Point(id="m1.energy", meter="m1", kind="counter", unit="kWh", decimals=2, modulus="1000000.00", type="u32")
SLOTS = [MIDNIGHT + minute * MINUTE for minute in range(1, 181)]


def iso(us: int) -> str:
    seconds = (us - MIDNIGHT) // SECOND
    return f"2026-03-02T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}+08:00"


def began() -> Began:
    codes = {"m1.energy": "e00001", "m1.power": "p00001"}
    centre = CentreSetup(name="A", mn="M", codes=codes, minute_interval=15, realtime_interval_s=60, kinds=())
    meter = MeterSetup(name="m1", map="x", address="h:1", unit=1, period_s=60)
    return Began(
        t=MIDNIGHT,
        case="c",
        seed=1,
        commit="",
        terminal="t",
        rig="virtual",
        points=(COUNTER, POWER),
        meters=(meter,),
        centres=(centre,),
    )


def published(number: int, at: int, *, copy: bool = False, stamp: int = 0) -> Published:
    values = {"m1.energy": energy(stamp or at), "m1.power": power(stamp or at)}
    return Published(
        t=at, collector="K1", meter="m1", number=number, stamp=stamp or at, payload="", values=values, copy=copy
    )


def handed(number: int, at: int, state: str, *, retained: bool = False) -> Handed:
    return Handed(
        t=at, collector="K1", conn=1, client="t", topic="x", number=number, qos=1, state=state, retained=retained
    )


def readings(end: int, *rows: tuple[str, int, str]) -> list[Event]:
    return [
        Observed(
            t=end,
            asked=end,
            what="readings",
            query={"point": point},
            rows=tuple({"at": iso(at), "value": value, "quality": "good"} for name, at, value in rows if name == point),
        )
        for point in ("m1.energy", "m1.power")
    ]


def kept(slots: Iterable[int] = SLOTS) -> list[tuple[str, int, str]]:
    return [row for at in slots for row in (("m1.energy", at, energy(at)), ("m1.power", at, power(at)))]


END = SLOTS[-1] + 3 * HOUR


def history(*more: Event, rows: list[tuple[str, int, str]] | None = None, late: range = range(20, 60)) -> History:
    events: list[Event] = []
    for number, at in enumerate(SLOTS, 1):
        taken = at + (HOUR if number in late else SECOND)
        events += [published(number, at), handed(number, taken - 1000, "sent"), handed(number, taken, "taken")]
    events += readings(END, *(kept() if rows is None else rows))
    return History([began(), *sorted([*events, *more], key=lambda event: event.t)])


def own_time(found: History, stimulus: int = 9) -> dict[str, str]:
    return verdicts(collectors_judge.own_time_findings(found, "A", stimulus, 5))


def sent(at: int, value: str, flag: str = "N") -> Stored:
    return Stored(
        t=at + SECOND,
        centre="A",
        mn="M",
        kind="realtime",
        code="p00001",
        stamp=stamp_of(at),
        fields={"Rtd": value},
        flag=flag,
        qn="1",
    )


def test_values_under_their_own_time_pass() -> None:
    at = SLOTS[5]
    found = history(sent(at, power(at)))
    assert own_time(found) == {"own-time-stored": "pass", "own-time-centre-a": "pass"}
    assert set(own_time(found, stimulus=4).values()) == {"inconclusive"}
    assert own_time(history()) == {"own-time-stored": "pass", "own-time-centre-a": "inconclusive"}


def test_an_old_value_stamped_as_new_fails() -> None:
    at = SLOTS[-1]
    old = [*kept(), ("m1.power", at + 5 * MINUTE, power(at))]
    assert own_time(history(rows=old))["own-time-stored"] == "fail"
    assert own_time(history(sent(at + 5 * MINUTE, power(at))))["own-time-centre-a"] == "fail"
    assert own_time(history(sent(at + 5 * MINUTE, power(at), "D")))["own-time-centre-a"] == "inconclusive"
    without_centre = verdicts(collectors_judge.own_time_findings(history(rows=old), "", 9, 5))
    assert without_centre == {"own-time-stored": "fail"}


def hour(value: str) -> Observed:
    row = {"start": iso(MIDNIGHT + HOUR), "end": iso(MIDNIGHT + 2 * HOUR), "value": value, "flag": "N"}
    return Observed(t=END, asked=END, what="records", query={"kind": "hour", "point": "m1.power"}, rows=(row,))


def test_a_copy_is_no_sample() -> None:
    values = [Decimal(power(at)) for at in SLOTS if MIDNIGHT + HOUR <= at < MIDNIGHT + 2 * HOUR]
    right = sum(values, Decimal(0)) / 60
    doubled = (sum(values, Decimal(0)) + sum(values[:25], Decimal(0))) / 85
    assert abs(right - doubled) > Decimal("0.005")

    def judged(value: Decimal, copies: int = 30) -> str:
        found = verdicts(collectors_judge.counted_once_findings(history(hour(f"{value:.3f}")), copies, 20))
        return found["counted-once"]

    assert judged(right) == "pass"
    assert judged(doubled) == "fail"
    assert judged(right, copies=19) == "inconclusive"


def test_copies_and_retained_messages_are_counted() -> None:
    found = history(
        handed(1, END - 9, "again"),
        handed(2, END - 8, "sent"),
        handed(3, END - 7, "sent", retained=True),
        handed(0, END - 6, "sent", retained=True),
    )
    assert collectors_judge.handed(found, copies=True) == 3
    assert collectors_judge.handed(found, retained=True) == 1
    assert collectors_judge.held_back(found) == 40


def nothing_lost(found: History, needed: int = 20) -> str:
    return verdicts(collectors_judge.kept_findings(found, needed))["nothing-lost"]


def test_what_was_taken_must_be_stored() -> None:
    assert nothing_lost(history()) == "pass"
    assert nothing_lost(history(), needed=41) == "inconclusive"
    assert nothing_lost(history(late=range(0))) == "inconclusive"
    lacking = [row for row in kept() if row[1] != SLOTS[40]]
    assert nothing_lost(history(rows=lacking)) == "fail"
    wrong = [(point, at, "0" if at == SLOTS[40] else value) for point, at, value in kept()]
    assert nothing_lost(history(rows=wrong)) == "fail"
    assert nothing_lost(history(rows=[])) == "fail"


def every_period(found: History, needed: int = 60) -> str:
    return collectors_judge.every_period_finding(found, needed).verdict


def test_a_value_is_collected_in_every_period() -> None:
    gone = [row for row in kept() if row[1] != SLOTS[40]]
    assert every_period(history()) == "pass"
    assert every_period(history(), needed=200) == "inconclusive"
    assert every_period(history(rows=gone)) == "fail"
    assert every_period(history(rows=[])) == "fail"
    # What a collector of QoS 1 published while nobody was there is due as well, what it never said is not.
    assert every_period(without(SLOTS[40], Handed, rows=gone)) == "fail"
    assert every_period(without(SLOTS[40], Published, rows=gone)) == "pass"


def test_a_collector_that_is_asked_is_due_in_every_period() -> None:
    def asked(rows: list[tuple[str, int, str]], at: int = 0) -> History:
        events = [each for each in history(rows=rows).events if not isinstance(each, Handed)]
        events = [structs.replace(each, asked=SLOTS[-1]) if isinstance(each, Observed) else each for each in events]
        return History([each for each in events if not (isinstance(each, Published) and each.stamp == at)])

    gone = [row for row in kept() if row[1] != SLOTS[40]]
    assert every_period(asked(kept())) == "pass"
    assert every_period(asked(gone, SLOTS[40])) == "fail"


def without(at: int, kind: type[Event], rows: list[tuple[str, int, str]]) -> History:
    """The history without what was said, or handed over, of one slot."""
    number = SLOTS.index(at) + 1
    events = history(rows=rows).events
    return History([each for each in events if not (isinstance(each, kind) and getattr(each, "number", 0) == number)])


def test_what_was_taken_just_before_power_was_lost_may_be_gone() -> None:
    lacking = [row for row in kept() if row[1] != SLOTS[100]]
    taken = SLOTS[100] + SECOND
    assert nothing_lost(history(Power(t=taken + 4 * SECOND, state="cut"), rows=lacking)) == "pass"
    assert nothing_lost(history(Power(t=taken + 6 * SECOND, state="cut"), rows=lacking)) == "fail"


def test_a_session_that_forgets_fails() -> None:
    def judged(found: History, needed: int = 20) -> str:
        return verdicts([collectors_judge.came_back_finding(found, needed)])["session-kept"]

    assert judged(history()) == "pass"
    assert judged(history(published(500, SLOTS[100]))) == "fail"
    # The last ones may still be on their way.
    assert judged(history(published(500, SLOTS[-1]))) == "pass"
    assert judged(history(), needed=500) == "inconclusive"


def secured(at: int, shown: str, state: str) -> Secured:
    return Secured(t=at, at="K1", conn=1, channel="tls", state=state, shown=shown)


def test_certificates_of_collectors() -> None:
    def judged(*events: Event, rows: list[tuple[str, int, str]] | None = None) -> dict[str, str]:
        found = history(*events, rows=rows)
        return verdicts(collectors_judge.certificate_findings(found, "K1", ("expired", "revoked")))

    refused = secured(SLOTS[10] + 1, "expired", "failed")
    assert judged(refused) == {
        "refused-expired-k1": "pass",
        "refused-revoked-k1": "inconclusive",
        "refusal-logged-k1": "inconclusive",
        "taken-up-again-k1": "pass",
    }
    log = Observed(t=END, asked=END, what="log", query={}, rows=())
    assert judged(refused, log)["refusal-logged-k1"] == "review"
    assert judged(secured(SLOTS[10] + 1, "expired", "agreed"))["refused-expired-k1"] == "fail"
    assert judged(refused, rows=kept(SLOTS[:10]))["taken-up-again-k1"] == "fail"
    assert judged(secured(SLOTS[10] + 1, "good", "agreed"))["taken-up-again-k1"] == "inconclusive"


def exchanged(*states: tuple[int, str]) -> History:
    """Messages of QoS 2, a second apart; the last one long after them."""
    events = [
        structs.replace(handed(number, MIDNIGHT + place * SECOND, state), qos=2)
        for place, (number, state) in enumerate(states, 1)
    ]
    return History((began(), *events, structs.replace(handed(99, MIDNIGHT + HOUR, "sent"), qos=2)))


def test_every_step_of_qos_2_is_answered() -> None:
    whole = ((1, "sent"), (1, "again"), (1, "taken"), (1, "finished"))
    sound = exchanged(*whole)
    assert verdicts(collectors_judge.exchange_findings(sound, 1)) == {"repeats-answered": "pass", "released": "pass"}
    few = verdicts(collectors_judge.exchange_findings(sound, 2))
    assert few == {"repeats-answered": "inconclusive", "released": "inconclusive"}
    silent = exchanged(*whole, (2, "sent"), (2, "again"))
    assert verdicts(collectors_judge.exchange_findings(silent, 1)) == {"repeats-answered": "fail", "released": "pass"}
    held = exchanged(*whole, (2, "sent"), (2, "taken"))
    assert verdicts(collectors_judge.exchange_findings(held, 1)) == {"repeats-answered": "pass", "released": "fail"}
    other = exchanged((1, "sent"), (1, "expired"))
    assert collectors_judge.handed(other) == 0
    assert verdicts(collectors_judge.exchange_findings(History((began(),)), 1))["released"] == "inconclusive"
