"""What a load says of itself and of records: whether the generator was the bottleneck, and the delivery ledger.

Leaves how soon a platform answers to the judges of its cases. Where the generator had no headroom, or its timers were
late, no time and no rate that it saw decides anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from bench.case import Check, Criterion, Measurement, Text, Verdict, criterion, measure
from bench.dut.platform.vocabulary.base import POINT, SAMPLES, TERMINAL
from bench.history import History, LoadBegan, LoadEnded, LoadLedger, LoadStage, LoadTarget
from bench.history.load import LoadClass, LoadTimes
from bench.history.load import together as together
from conformance.common.platforms.answers import DONE, answers, deeds

HEADROOM = criterion(
    "generator-headroom",
    en="the generator could make several times the load that it made",
    zh="负载发生端有数倍余量",
    unit="times",
    condition=True,
)
PUNCTUAL = criterion(
    "generator-punctual",
    en="the generator's timers were punctual (P99)",
    zh="负载发生端定时准确（P99）",
    unit="ms",
    condition=True,
    exact=Text("a process' own clock against itself", "同一进程时钟自比"),
)
WHOLE = criterion(
    "load-whole",
    en="the load was made to its end by every generator process, and by every terminal",
    zh="负载由全部发生进程及全部终端完整执行",
    unit="processes",
    condition=True,
)
NONE_LOST = criterion(
    "none-lost-under-load",
    en="every record that was acknowledged under load is held",
    zh="负载下已应答的记录全部保存",
    unit="records",
)
NONE_DOUBLED = criterion("none-doubled-under-load", en="no record is held twice", zh="无记录被重复保存", unit="records")
NONE_ALTERED = criterion("none-altered-under-load", en="no record is held altered", zh="无记录被改动", unit="records")
NONE_INVENTED = criterion(
    "none-invented-under-load", en="nothing is held that nobody sent", zh="无未发送而保存的记录", unit="records"
)
ALL_TAKEN = criterion(
    "all-taken-under-load",
    en="everything that was due is taken in the end",
    zh="应发记录最终全部接收",
    unit="records",
)
LATE = criterion(
    "late-under-load",
    en="live records are held within the time of the plan",
    zh="实时记录在规定时间内保存",
    unit="records",
)
RULED = criterion(
    "load-as-ruled",
    en="the load is no smaller and no shorter than the rulings have it (R-42, R-43)",
    zh="负载的规模与时长不低于裁定（R-42、R-43）",
    unit="figures",
    condition=True,
)
FIGURES = {
    "terminals": 1000,
    "online": 1001,
    "active": 50,
    "ramp_s": 300,
    "steady_s": 1800,
    "samples": 1000,
    "years": 5,
    "continuous_s": 604_800,
}
"""What the rulings have, by the names of a profile's section [parameters.load]."""
LEDGER = (NONE_LOST, NONE_DOUBLED, NONE_ALTERED, NONE_INVENTED, ALL_TAKEN, LATE)
OWN = (HEADROOM, PUNCTUAL, WHOLE)
_SECOND = 1_000_000
_SHOWN = 3
_NONE = LoadLedger(
    t=0,
    sent=0,
    delivered=0,
    late=0,
    lost=0,
    doubled=0,
    altered=0,
    invented=0,
    open=0,
    unsent=0,
    repeats=0,
    live=0,
    backlog=0,
    terminals=0,
)


def judged(history: History) -> list[LoadStage]:
    """The stages that count."""
    return [stage for stage in history.of(LoadStage) if stage.judged]


def began(history: History) -> LoadBegan | None:
    """What load was to be made; None where none began."""
    return next(iter(history.of(LoadBegan)), None)


def answered(stages: list[LoadStage], name: str) -> LoadTimes:
    """Times from asked to answered of a class over stages."""
    return together([each.answered for stage in stages for each in stage.classes if each.name == name])


def classes(stages: list[LoadStage]) -> dict[str, list[LoadClass]]:
    """Classes of operations by name."""
    found: dict[str, list[LoadClass]] = {}
    for stage in stages:
        for each in stage.classes:
            found.setdefault(each.name, []).append(each)
    return found


def seconds(us: int | None) -> Decimal | None:
    """Seconds of microseconds."""
    return None if us is None else (Decimal(us) / _SECOND).quantize(Decimal("0.001"))


def own_checks(history: History) -> Iterator[Check]:
    """Whether what the generator saw can decide anything; where it cannot, the check is open, never a fail."""
    plan, stages = began(history), judged(history)
    busiest = max((stage.busiest for stage in stages), default=0)
    times = None if plan is None or not busiest else (Decimal(100) / busiest).quantize(Decimal("0.1"))
    least = plan.headroom if plan else 3
    spent = [f"{stage.name}: {stage.busiest} % of a core at most / 最高占用单核" for stage in stages]
    yield HEADROOM.decide(
        True if times is not None and times >= least else None,
        measured="" if times is None else times,
        limit=least,
        op=">=",
        evidence=spent,
    )
    late = lag_of(history)
    most = plan.lag_ms if plan else 50
    yield PUNCTUAL.decide(
        True if late is not None and late <= most else None,
        measured="" if late is None else late,
        limit=most,
        op="<=",
    )
    ended = next(iter(history.of(LoadEnded)), None)
    lost = list(ended.lost) if ended else []
    shown = [f"{name}: died / 已中断" for name in lost]
    if ended and ended.stopped:
        shown.append("ended by hand / 被提前结束")
    if ended and ended.missing:
        shown.append(f"{ended.missing} terminals never started / 台终端从未启动")
    yield WHOLE.decide(True if ended and not shown else None, measured=len(lost), limit=0, evidence=shown)


def as_ruled(history: History, *names: str) -> Check:
    """Whether these figures of the load are those of the rulings, or more; where one is less no clause is met by it."""
    given = {name: int(history.began.parameters.get(f"load.{name}", FIGURES[name])) for name in names}
    less = [f"{name}: {given[name]}, ruled {FIGURES[name]} / 低于裁定" for name in names if given[name] < FIGURES[name]]
    return RULED.decide(None if less or began(history) is None else True, measured=len(less), limit=0, evidence=less)


def lag_of(history: History) -> Decimal | None:
    """How late the generator's timers were in the stages that count: P99 in ms."""
    lag = together([stage.lag for stage in judged(history)])
    return None if not lag.samples else (Decimal(lag.percentile_us(99) or 0) / 1000).quantize(Decimal("0.1"))


def sound(history: History) -> bool:
    """Whether the generator was no bottleneck, so that times and rates are the target's."""
    return all(check.verdict is Verdict.PASS for check in own_checks(history))


MOST_STILL_US = 5 * _SECOND
"""A process of the generator that stood still for longer may have left things undone that nobody hindered it to do."""


def _longest_still_us(history: History) -> int:
    return max((stage.lag.most_us for stage in judged(history)), default=0)


MOST_KEPT_WAITING = Decimal(25)
"""Percent of the judged time. A target that this machine kept waiting for longer has an excuse for being slow."""


def kept_waiting(history: History) -> Decimal | None:
    """The share of the judged stages (percent) in which the target could have run and had no processor.

    None where the target's processes are not seen: a host, or a device with a machine of its own.
    """
    stages = judged(history)
    if not stages:
        return None
    first, last = stages[0].began, max(stage.began + stage.seconds * _SECOND for stage in stages)
    seen = [each for each in history.of(LoadTarget) if first <= each.t <= last and each.waited_us >= 0]
    if len(seen) < 2 or seen[-1].t <= seen[0].t:
        return None
    waited = Decimal(100 * (seen[-1].waited_us - seen[0].waited_us)) / (seen[-1].t - seen[0].t)
    return waited.quantize(Decimal("0.1"))


def ledger_checks(history: History) -> Iterator[Check]:
    """What became of the records.

    A process that died takes with it what it had sent last: then nobody knows what was never sent, and what was due.
    Nothing is lost where the platform was not told of a terminal, or did not answer what it holds; where it holds
    nothing, nothing of it is sound.
    """
    ledger = next(iter(history.of(LoadLedger)), None)
    ended = next(iter(history.of(LoadEnded)), None)
    known = ledger is not None and ledger.sent > 0
    whole = known and ended is not None and not ended.lost and not ended.missing
    told = ledger or _NONE
    held = told.delivered + told.altered > 0
    unknown, unseen = _not_made_known(history), _not_answered(history)

    def count(asked: Criterion, found: int, kind: str, *, decided: object, open_for: list[str]) -> Check:
        lines = ledger.evidence.get(kind, ()) if ledger else ()
        ok = found == 0 if decided and not open_for else None
        return asked.decide(ok, measured=found if known else "", limit=0, evidence=[*open_for[:_SHOWN], *lines])

    def wrong(found: int) -> list[str]:
        """What is wrong with what is held is wrong whatever is not seen."""
        return [] if found else unseen

    yield count(NONE_LOST, told.lost, "lost", decided=known and (held or told.lost), open_for=[*unknown, *unseen])
    yield count(NONE_DOUBLED, told.doubled, "doubled", decided=known and held, open_for=wrong(told.doubled))
    yield count(NONE_ALTERED, told.altered, "altered", decided=known and held, open_for=wrong(told.altered))
    decided = whole and (held or told.invented)
    yield count(NONE_INVENTED, told.invented, "invented", decided=decided, open_for=wrong(told.invented))
    # A generator that was late itself, or stood still, lets nothing be late or left by the target's doing.
    ran = _longest_still_us(history) <= MOST_STILL_US
    decided = whole and (told.open + told.unsent == 0 or ran)
    yield count(ALL_TAKEN, told.open + told.unsent, "open", decided=decided, open_for=unknown)
    decided = known and held and told.live > 0 and (told.late == 0 or (ran and sound(history)))
    yield count(LATE, told.late, "late", decided=decided, open_for=wrong(told.late))


def _not_made_known(history: History) -> list[str]:
    """Terminals and points of which the platform was not told: what they send it need not take."""
    found: list[str] = []
    for kind in (TERMINAL, POINT):
        for action in ("import", "create"):
            for event in deeds(history, action, kind):
                if event.outcome != DONE:
                    found.append(f"{event.what}: {event.outcome} {event.problem} / 未能录入")
                found += [f"{event.what}: {row['problem']} / 未能录入" for row in event.rows if row.get("problem")]
    return found


def _not_answered(history: History) -> list[str]:
    """Questions for what is held that had no answer."""
    asked = answers(history, SAMPLES)
    return [f"{event.query.point}: {event.problem} / 未得到应答" for event in asked if event.outcome != DONE]


def measurements(history: History) -> Iterator[Measurement]:
    """What was seen, without a limit: rates, times by class and stage, delays, what the target took."""
    for stage in history.of(LoadStage):
        for each in stage.classes:
            yield from _of_class(stage, each)
    ledger = next(iter(history.of(LoadLedger)), None)
    if ledger is not None:
        yield measure(
            "ledger-records", str(ledger.sent), en="records that were sent", zh="已发送记录数", unit="records"
        )
        yield measure(
            "ledger-repeats",
            str(ledger.repeats),
            en="records that arrived again, lawfully",
            zh="合法重复到达",
            unit="records",
        )
        for percent in (50, 95, 99):
            if ledger.delays.samples:
                yield measure(
                    f"delay-p{percent}",
                    str(seconds(ledger.delays.percentile_us(percent))),
                    en=f"intended start to held, P{percent}",
                    zh=f"应发时刻至保存 P{percent}",
                    unit="s",
                    samples=ledger.delays.samples,
                )
    share = kept_waiting(history)
    if share is not None:
        yield measure(
            "target-kept-waiting",
            str(share),
            en="share of the time in which the target waited for a processor of this machine",
            zh="被测端等待本机处理器的时间占比",
            unit="%",
        )
    taken = history.of(LoadTarget)
    if taken:
        yield measure(
            "target-memory",
            f"{max(each.memory_kib for each in taken) / 1024:.0f}",
            en="most memory of the target's processes",
            zh="被测端进程内存峰值",
            unit="MiB",
            samples=len(taken),
        )


def _of_class(stage: LoadStage, each: LoadClass) -> Iterator[Measurement]:
    name = f"{stage.name}/{each.name}"
    span = max(stage.seconds, 1)
    yield measure(
        f"{name}/rate",
        f"{Decimal(each.operations) / span:.1f}",
        en=f"{stage.name}: {each.name} a second",
        zh=f"{stage.name}：每秒 {each.name}",
        unit="1/s",
        samples=each.operations,
    )
    for percent in (50, 95, 99):
        us = each.answered.percentile_us(percent)
        if us is not None:
            yield measure(
                f"{name}/p{percent}",
                str(seconds(us)),
                en=f"{stage.name}: {each.name}, asked to answered, P{percent}",
                zh=f"{stage.name}：{each.name} 响应 P{percent}",
                unit="s",
                samples=each.answered.samples,
            )
    waited = each.waited.percentile_us(99)
    if waited is not None:
        yield measure(
            f"{name}/waited-p99",
            str(seconds(waited)),
            en=f"{stage.name}: {each.name}, intended start to answered, P99",
            zh=f"{stage.name}：{each.name} 自应发时刻起 P99",
            unit="s",
            samples=each.waited.samples,
        )


_CLASSES = {
    "login": "登录",
    "light": "轻量请求",
    "simple": "简单查询",
    "complex": "复杂查询",
    "interactive": "交互操作",
    "analysis": "联机分析",
    "report": "报表",
    "entry": "人工录入",
    "map": "地图查询",
    "record": "实时记录",
    "backlog": "积压记录",
    "connection": "连接",
}
"""What the classes of a load are called in Chinese."""


def curves(history: History, limits: Mapping[str, str], peaks: Mapping[str, str]) -> Iterator[Measurement]:
    """Mean and P99 of each class over load: people at work, or records a second for what terminals send.

    `limits` and `peaks` are those of means and of P99 by class. What only leads to the load has no place on a curve.
    """
    stages = [stage for stage in history.of(LoadStage) if not stage.name.startswith("ramp") and stage.outage == "none"]
    for name, (en, zh) in (("mean", ("mean", "平均值")), ("p99", ("P99", "P99"))):
        bounds = limits if name == "mean" else peaks
        for each in sorted(classes(stages)):
            points = _points(stages, each, name)
            if len(points) < 2:
                continue
            unit = "records/s" if each in ("record", "backlog", "connection") else "users"
            yield Measurement(
                id=f"{each}-{name}-curve",
                name=Text(f"{each} over load: {en}", f"{_CLASSES.get(each, each)}随负载变化：{zh}"),
                value=" ".join([unit, *(f"{x}:{y}" for x, y in points)]),
                unit="s",
                limit=bounds.get(each, ""),
                op="<=" if each in bounds else "",
            )


def _points(stages: list[LoadStage], name: str, what: str) -> list[tuple[Decimal, Decimal]]:
    found: dict[Decimal, Decimal] = {}
    for stage in stages:
        for each in stage.classes:
            value = seconds(each.answered.mean_us if what == "mean" else each.answered.percentile_us(99))
            if each.name == name and value is not None:
                # Those of the stage before are on their way out when it begins.
                load = Decimal(min(stage.people, stage.active))
                if name in ("record", "backlog", "connection"):
                    load = (Decimal(each.operations) / max(stage.seconds, 1)).quantize(Decimal("0.1"))
                found[load] = value
    return sorted(found.items())
