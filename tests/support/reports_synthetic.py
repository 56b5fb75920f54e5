"""A run that never happened, with records, for the tests of the reports: 40 cases, two centres, outages, power cuts.

Leaves realism of the values aside; events, keys and times look like those of a real run.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path

from bench.case import CaseResult, Check, ClauseResult, Measurement, RunResult, Text, Verdict, clause_verdict
from bench.history import (
    Began,
    Behaviour,
    CentreSetup,
    ClockMoved,
    Commanded,
    Connected,
    Event,
    LinkRule,
    MeterFault,
    MeterSetup,
    Phase,
    Point,
    Power,
    Received,
    Recorder,
    Rejected,
    Sent,
    Served,
    Stored,
    TerminalState,
    Unserved,
    digest_of_run,
)
from reports.entries import Entry

LOCAL = timezone(timedelta(hours=8))
START_US = int(datetime(2026, 3, 2, tzinfo=LOCAL).timestamp()) * 1_000_000
MINUTE = 60_000_000
HOUR = 60 * MINUTE

# (chapter, class, English, Chinese, clauses)
CASES = (
    (
        "delivery",
        "backfills-after-two-day-outage",
        "Readings taken while every centre is unreachable for 48 h all arrive afterwards, once each, unaltered.",
        "所有中心断开 48 h 期间的读数在恢复后全部补传，每条一次且不变。",
        ("isc-2/7.2.4(5)", "csmt/7.6", "cpcif/8.3b"),
    ),
    (
        "delivery",
        "resends-until-acknowledged",
        "A record whose acknowledgement is withheld is sent again until it is acknowledged.",
        "未收到确认的记录持续重发，直至收到确认。",
        ("isc-2/7.2.3-B(6)", "isc-2/7.2.4(4)"),
    ),
    (
        "storage",
        "survives-power-cuts",
        "Nothing acknowledged or stored is lost over twenty power cuts at seeded instants.",
        "在二十次随机断电中，已存储或已确认的数据均不丢失。",
        ("isc-2/9.2",),
    ),
    (
        "acquisition",
        "polls-every-minute",
        "With a period of 1 min every meter is asked once a minute.",
        "采集周期 1 min 时，每块仪表每分钟被查询一次。",
        ("isc-2/9.1", "csmt/8.2.1"),
    ),
    (
        "accuracy",
        "values-equal",
        "Every delivered value equals the value the meter's registers held.",
        "每个上传值与仪表寄存器值相等。",
        ("isc-2/9.3a",),
    ),
    (
        "acquisition",
        "silent-meter-leaves-a-gap",
        "A silent meter leaves a recorded gap and no repeated value.",
        "仪表无应答时记录缺口，且不重复旧值。",
        ("isc-2/7.2.3-A(1)",),
    ),
    (
        "centres",
        "one-centre-dead",
        "A dead centre does not delay delivery to the other.",
        "一个中心失效不影响向另一个中心的传输。",
        ("isc-2/7.2.4(3)", "csmt/7.3"),
    ),
    (
        "clock",
        "set-back-by-centre",
        "A clock set back by a centre leaves no duplicate and no lost period.",
        "中心回拨时钟后，不出现重复或缺失的时段。",
        ("isc-2/7.3.1", "cpcif/6.3d"),
    ),
)


def local(us: int) -> str:
    """DataTime of an instant."""
    return datetime.fromtimestamp(us // 1_000_000, LOCAL).strftime("%Y%m%d%H%M%S")


def began(name: str, seed: int, meters: int) -> Began:
    """The first event of a case with so many electricity meters and the centres A and B."""
    codes = {f"m{number:02d}.energy": f"e{number:02d}001" for number in range(meters)}
    return Began(
        t=START_US,
        case=name,
        seed=seed,
        commit="6efac44",
        terminal="reference",
        rig="virtual",
        points=tuple(
            Point(id=point, meter=point[:3], kind="counter", unit="kWh", decimals=2, modulus="1000000")
            for point in codes
        ),
        meters=tuple(
            MeterSetup(name=f"m{number:02d}", map="sdm630", address="10.0.0.2:502", unit=number + 1, period_s=60)
            for number in range(meters)
        ),
        centres=tuple(
            CentreSetup(
                name=centre,
                mn=f"88888880000000{centre}",
                codes=codes,
                minute_interval=15,
                realtime_interval_s=0,
                kinds=("minute", "hour", "day"),
            )
            for centre in "AB"
        ),
    )


def events(name: str, seed: int, *, hours: int = 24, meters: int = 6, cuts: int = 0, every_min: int = 1) -> list[Event]:
    """The events of a day (or more) with an outage of the uplink in its middle third and a dead meter before that."""
    chance = random.Random(seed)
    outage = (START_US + hours * HOUR // 3, START_US + hours * HOUR * 2 // 3)
    silent = (START_US + hours * HOUR // 8, START_US + hours * HOUR // 6)
    found: list[Event] = [
        began(name, seed, meters),
        TerminalState(t=START_US, state="running"),
        Phase(t=START_US + 1, name="ordinary hours"),
        Behaviour(t=START_US + 2, centre="B", switches={"acknowledge": "late 3 s"}),
        Phase(t=outage[0], name="outage", detail={"hours": str(hours // 3)}),
        LinkRule(t=outage[0], link="uplink", rule="cut", state="on", detail={"direction": "both"}),
        LinkRule(t=outage[1], link="uplink", rule="cut", state="off"),
        LinkRule(t=outage[1] + HOUR, link="uplink.B", rule="loss", state="on", detail={"share": "0.1"}),
        LinkRule(t=outage[1] + 3 * HOUR // 2, link="uplink.B", rule="loss", state="off"),
        LinkRule(t=outage[1] + 2 * HOUR, link="uplink.B", rule="reset", state="act"),
        Phase(t=outage[1], name="settle <&> backfill"),
        MeterFault(t=silent[0], meter="m01", fault="silent", state="on"),
        MeterFault(t=silent[1], meter="m01", fault="silent", state="off"),
        ClockMoved(t=START_US + 5 * HOUR, offset_us=-2_000_000, why="1012 from A"),
        ClockMoved(t=START_US + 6 * HOUR, offset_us=0, why="1012 from A"),
        Rejected(t=START_US + 4 * HOUR, at="A", conn=1, octets="2323", count=2, reason="half a frame"),
        Commanded(t=START_US + 4 * HOUR + 9_000_000, centre="A", cn="2051", qn="20260302040000000", sent=START_US),
    ]
    for number in range(cuts):
        at = START_US + chance.randrange(hours * HOUR)
        found += [Power(t=at, state="cut", detail={"by": "sync"}), Power(t=at + MINUTE, state="restored")]
        found += [
            TerminalState(t=at + MINUTE, state="starting"),
            TerminalState(t=at + MINUTE + number, state="running"),
        ]
    for at in range(START_US, START_US + hours * HOUR, every_min * MINUTE):
        for number in range(meters):
            t = at + chance.randrange(900_000) + 1_000
            meter = f"m{number:02d}"
            if number == 1 and silent[0] <= t < silent[1]:
                found.append(Unserved(t=t, meter=meter, unit=2, outcome="silent", request="00", points=("m01.energy",)))
                continue
            value = f"{(t - START_US) // 1_000_000}.25"
            found.append(
                Served(
                    t=t,
                    meter=meter,
                    unit=number + 1,
                    asked=t - 500,
                    request="0103",
                    response="0103",
                    values={f"{meter}.energy": value},
                )
            )
    for centre in "AB":
        found.append(Connected(t=START_US + 3, at=centre, conn=1, peer="terminal", state="opened"))
        found.append(Connected(t=outage[0] + 5, at=centre, conn=1, peer="terminal", state="closed", reason="timeout"))
        found.append(Connected(t=outage[1] + 5, at=centre, conn=2, peer="terminal", state="opened"))
        for end in range(START_US + 15 * MINUTE, START_US + hours * HOUR, 15 * MINUTE):
            arrives = end + 2_000_000
            if outage[0] <= arrives < outage[1]:
                arrives = outage[1] + 10_000_000 + (arrives - outage[0]) // 12
            if arrives >= START_US + hours * HOUR:
                continue
            qn = local(arrives) + "000"
            found.append(Received(t=arrives, centre=centre, conn=1, frame="##0100…", qn=qn, cn="2051"))
            found += [
                Stored(
                    t=arrives + 1,
                    centre=centre,
                    mn="88888880000000",
                    kind="minute",
                    code=f"e{number:02d}001",
                    stamp=local(end - 15 * MINUTE),
                    fields={"Cou": "1.25"},
                    flag="N",
                    qn=qn,
                )
                for number in range(meters)
            ]
            found.append(Sent(t=arrives + 20_000, centre=centre, conn=1, frame="##", cn="9014", qn=qn))
    found.append(Phase(t=START_US + hours * HOUR, name="end of the day"))
    return sorted(found, key=lambda event: event.t)


def save(found: Iterable[Event], path: Path) -> str:
    """Write a record and return its digest."""
    recorder = Recorder()
    for event in found:
        recorder(event)
    return recorder.save(path).digest


def checks(verdict: Verdict) -> tuple[Check, ...]:
    """Four checks, the first with the verdict."""
    lost = "0" if verdict is Verdict.PASS else "3"
    evidence = (
        "2026-03-02 08:15:00 +08:00  m01.energy  minute  QN=20260302081502000 never stored",
        "2026-03-02 08:30:00 +08:00  m01.energy  minute  QN=20260302083002000 never stored",
    )
    return (
        Check(
            id="no-reading-lost",
            name=Text("no reading is lost", "读数无丢失"),
            verdict=verdict,
            expected="== 0 records",
            actual=f"{lost} records" if verdict is not Verdict.INCONCLUSIVE else "not observed / 未观测到",
            measured=lost if verdict is not Verdict.INCONCLUSIVE else "",
            limit="0",
            op="==",
            unit="records",
            evidence=() if verdict is Verdict.PASS else evidence,
        ),
        Check(
            id="no-reading-altered",
            name=Text("no reading arrives altered", "读数未被改动"),
            verdict=Verdict.PASS,
            expected="== 0 records",
            actual="0 records",
            measured="0",
            limit="0",
            op="==",
            unit="records",
        ),
        Check(
            id="live-latency",
            name=Text("live data is acknowledged in time, P99", "实时数据按时得到确认（P99）"),
            verdict=Verdict.PASS,
            expected="<= 60 s",
            actual="2.040 s",
            measured="2.040",
            limit="60",
            op="<=",
            unit="s",
            uncertainty="0.012",
            rule="simple",
            reading_b=Verdict.FAIL,
        ),
        Check(
            id="accepted",
            name=Text("the centre's answer is taken", "终端接受中心应答"),
            verdict=Verdict.PASS,
            expected="accepted",
            actual="accepted",
        ),
    )


def run_in(folder: Path, *, cases: int = 40, hours: int = 24, meters: int = 6) -> RunResult:
    """Write the records of a run into a folder and return its result."""
    verdicts = {
        2: Verdict.FAIL,
        7: Verdict.FAIL,
        11: Verdict.INCONCLUSIVE,
        17: Verdict.ERROR,
        23: Verdict.NOT_APPLICABLE,
    }
    results: list[CaseResult] = []
    for index in range(cases):
        chapter, stem, en, zh, clauses = CASES[index % len(CASES)]
        name = f"{chapter}/{stem}" + (f"-{index // len(CASES) + 1}" if index >= len(CASES) else "")
        verdict = verdicts.get(index, Verdict.PASS)
        record = f"cases/{name}/1/record.jsonl"
        ran = verdict is not Verdict.NOT_APPLICABLE
        digest = (
            save(
                events(name, index, hours=hours, meters=meters, cuts=20 if chapter == "storage" else 0), folder / record
            )
            if ran
            else ""
        )
        results.append(
            CaseResult(
                id=name,
                title=Text(en, zh),
                clauses=clauses,
                verdict=verdict,
                checks=checks(verdict) if verdict not in (Verdict.ERROR, Verdict.NOT_APPLICABLE) else (),
                measurements=(
                    Measurement(
                        id="backfill-time",
                        name=Text("backfill time", "补传时间"),
                        value="2413.2",
                        unit="s",
                        samples=192,
                    ),
                )
                if ran
                else (),
                reason={
                    Verdict.ERROR: "the bench lost its own clock source / 台架时钟源丢失",
                    Verdict.NOT_APPLICABLE: "the profile says no to centres.two / 能力声明：不支持 centres.two",
                }.get(verdict, ""),
                seed=1000 + index,
                strength="shall",
                record=record if ran else "",
                digest=digest,
                replay=f"carbonbench run --case {name} --seed {1000 + index} --rig virtual  # commit 6efac44",
                wall_s=1.4,
                simulated_s=float(hours * 3600),
            )
        )
    by_clause: dict[str, list[CaseResult]] = {}
    for result in results:
        for clause in result.clauses:
            by_clause.setdefault(clause, []).append(result)
    decided = [
        ClauseResult(
            id=clause, verdict=clause_verdict(case.verdict for case in found), cases=tuple(case.id for case in found)
        )
        for clause, found in by_clause.items()
    ]
    decided.append(
        ClauseResult(id="isc-2/7.1.4", verdict=Verdict.REVIEW, reason="laboratory: climate chamber / 实验室：气候箱")
    )
    decided.append(ClauseResult(id="isc-2/8.2", verdict=Verdict.NOT_RUN, reason="no case yet / 暂无用例"))
    return RunResult(
        run="2026-11-21T0130-reference-1",
        seed=20261121,
        commit="6efac44",
        terminal="reference",
        rig="virtual",
        history_digest=digest_of_run((result.id, result.digest) for result in results if result.digest),
        cases=tuple(results),
        clauses=tuple(decided),
        started="2026-11-21T01:30:00+08:00",
        wall_s=71.3,
        repeats=1,
        parameters={"decision_rule": "simple", "k": "2", "acknowledgement_timeout_s": "10"},
        deviations={"acknowledgement_timeout_s": "10 instead of 20"},
        claims={"uplink.hj212": "yes", "centres.two": "no", "buffer.168h": "unanswered"},
        not_claimed=("cpcif/8.3b",),
        versions={"carbonbench": "0.1.0", "python": "3.11.2", "pymodbus": "3.16.1"},
    )


def ledger() -> list[Entry]:
    """Ledger entries for every clause of the run, and some that no case touches."""
    ids = list(dict.fromkeys(clause for case in CASES for clause in case[4]))
    found = [
        Entry(
            id=clause,
            document=clause.partition("/")[0],
            number=clause.partition("/")[2],
            strength="statement" if clause == "cpcif/8.3b" else "shall",
            object="terminal",
            disposition="automated",
            requirement=Text(f"What {clause} asks, in our words", f"{clause} 的要求（本项目表述）"),
            readings=("R-25", "R-26"),
        )
        for clause in ids
    ]
    found.append(
        Entry(
            id="isc-2/7.1.4",
            document="isc-2",
            number="7.1.4",
            strength="shall",
            object="terminal",
            disposition="laboratory",
            requirement=Text("Works between −20 °C and +55 °C", "在 −20 ℃ 至 +55 ℃ 正常工作"),
            reason=Text("climate chamber, GB/T 2423", "气候箱试验，GB/T 2423"),
        )
    )
    found.append(
        Entry(
            id="isc-2/8.2",
            document="isc-2",
            number="8.2",
            strength="should",
            object="terminal",
            disposition="planned",
            requirement=Text("Can be managed through the web", "可通过 WEB 管理"),
        )
    )
    found.append(
        Entry(
            id="ssea/6.4a",
            document="ssea",
            number="6.4a",
            strength="shall",
            object="platform",
            disposition="planned",
            requirement=Text("Answers a query within 5 s", "查询响应不超过 5 s"),
        )
    )
    return found
