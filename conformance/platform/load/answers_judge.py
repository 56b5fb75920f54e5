"""How soon a platform answers people, how many it serves at once, how much of what they ask fails (CPCIF 6.2, 6.3).

Leaves records of terminals to the delivery ledger (`platforms.load`). Times run from the last octet of the request
to the last of the answer (R-42); only answers in the judged stage count. The curves over load are drawn by the reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal

from bench.case import Check, Criterion, Finding, Text, criterion, measure
from bench.dut.platform.vocabulary.base import RECORDS
from bench.history import History, LoadBegan, LoadStage
from bench.history.load import LoadTimes
from bench.history.phases import QUESTION, SESSIONS
from conformance.common.platforms import load as platform_load
from conformance.common.platforms.answers import answers, done, undecided
from conformance.common.platforms.load import seconds

MEAN = criterion(
    "{0}-mean",
    en="mean response of {1} is no longer than the limit",
    zh="{2}平均响应时间不大于限值",
    unit="s",
    timed=True,
    reading_b_of="R-42",
)
PEAK = criterion(
    "{0}-peak",
    en="peak response (P99) of {1} is no longer than the limit",
    zh="{2}峰值响应时间（P99）不大于限值",
    unit="s",
    timed=True,
    reading_b_of="R-42",
)
_NAMES = {
    "interactive": ("interactive operations", "交互操作"),
    "simple": ("simple queries", "简单查询"),
    "complex": ("complex queries", "复杂查询"),
    "analysis": ("online analysis", "在线分析"),
    "report": ("statistical reports", "统计报表"),
}


def _of(asked: Criterion, name: str) -> Criterion:
    return asked.of(name, *_NAMES[name])


MEANS = {name: _of(MEAN, name) for name in _NAMES}
PEAKS = {name: _of(PEAK, name) for name in ("interactive", "analysis", "report")}
QUERY = criterion(
    "query-p95", en="a query is answered within 5 s (P95)", zh="查询响应时间（P95）不大于 5 s", unit="s", timed=True
)
ONLINE = criterion(
    "users-online", en="more than 1000 users are online at once", zh="同时在线用户数大于 1000", unit="users"
)
CONCURRENT = criterion(
    "users-concurrent",
    en="50 users at work at once are served",
    zh="50 个并发用户得到服务",
    unit="users",
    reading_b_of="R-43",
)
FAILURES = criterion(
    "operations-failed",
    en="no more than 0.5 % of operations fail",
    zh="操作失败率不大于 0.5 %",
    unit="%",
    exact=Text("operations are counted", "按次计数"),
)

YEARS_HELD = criterion(
    "years-held",
    en="the platform holds the years of data that people ask about",
    zh="平台保存有供查询的多年数据",
    unit="months",
    condition=True,
)
POINTS, _MONTHS = 12, 12

MEAN_LIMITS = {"interactive": "0.8", "simple": "3", "complex": "5", "analysis": "1", "report": "3"}
PEAK_LIMITS = {"interactive": "1", "analysis": "3", "report": "8"}
LOWER_MEANS = {"interactive": "0.2", "simple": "1", "complex": "3", "analysis": "0.3", "report": "1"}
LOWER_PEAKS = {"interactive": "0.5", "analysis": "0.5", "report": "3"}
"""Lower ends of the printed ranges: only reading B knows them."""
QUERY_LIMIT = Decimal(5)
MOST_FAILED = Decimal("0.5")
LEAST_OPERATIONS = 2000
ONLINE_LIMIT, CONCURRENT_LIMIT = 1000, 50
_PEOPLE = ("simple", "complex", "interactive", "analysis", "report", "entry", "map", "light", "login")


def findings(history: History) -> Iterator[Finding]:
    """Every limit, from the judged stage."""
    yield from platform_load.own_checks(history)
    yield platform_load.as_ruled(history, "online", "active", "ramp_s", "steady_s", "samples", "years")
    yield _held(history)
    stages, plan = platform_load.judged(history), platform_load.began(history)
    samples = int(history.began.parameters.get("load.samples", "1000"))
    lag = platform_load.lag_of(history)
    spread = None if lag is None else (lag / 1000).quantize(Decimal("0.001"), ROUND_UP)
    waited = platform_load.kept_waiting(history)
    excused = waited is not None and waited > platform_load.MOST_KEPT_WAITING
    sound = platform_load.sound(history) and not excused
    for name, asked in MEANS.items():
        times = platform_load.answered(stages, name)
        yield _timed(asked, times, times.mean_us, MEAN_LIMITS[name], LOWER_MEANS[name], samples, spread, sound=sound)
    for name, asked in PEAKS.items():
        times = platform_load.answered(stages, name)
        peak = times.percentile_us(99)
        yield _timed(asked, times, peak, PEAK_LIMITS[name], LOWER_PEAKS[name], samples, spread, sound=sound)
    queries = [platform_load.answered(stages, name) for name in ("simple", "complex")]
    both = platform_load.together(queries)
    worst = both.percentile_us(95)
    yield _timed(QUERY, both, worst, str(QUERY_LIMIT), "", samples, spread, sound=sound)
    yield from _users(history, stages, plan, samples)
    yield from platform_load.measurements(history)
    yield from platform_load.curves(history, MEAN_LIMITS, PEAK_LIMITS)


def _held(history: History) -> Check:
    """What was entered is there before anybody asks for it under load."""
    years = int(history.began.parameters.get("load.years", platform_load.FIGURES["years"]))
    asked = answers(history, RECORDS, period="month")
    held = sum(1 for event in done(asked) for row in event.rows if row.value)
    wanted = POINTS * _MONTHS * years
    return YEARS_HELD.decide(
        True if held >= wanted else None, measured=held, limit=wanted, op=">=", evidence=undecided(asked)[:1]
    )


def _timed(
    asked: Criterion,
    times: LoadTimes,
    us: int | None,
    limit: str,
    lower: str,
    needed: int,
    spread: Decimal | None,
    *,
    sound: bool,
) -> Check:
    value = seconds(us)
    if not sound and value is not None and value > Decimal(limit):
        # What was slow may have been the generator, or the machine on which both run.
        why = "the generator or this machine may have been the bottleneck / 瓶颈可能在发生端或本机"
        return asked.decide(
            None, measured=value, limit=limit, op="<=", actual=f"{value} s; {why}", has_b=False, timed=False
        )
    within = None if value is None or not lower else Decimal(lower) <= value <= Decimal(limit)
    shown = [f"{times.samples} samples, largest {seconds(times.most_us)} s / 样本数与最大值"] if times.samples else []
    return asked.compare(
        value,
        "<=",
        Decimal(limit),
        uncertainty=spread,
        samples=times.samples,
        needed=needed,
        evidence=shown,
        reading_b=within,
        has_b=bool(lower) and value is not None,
        # Whether this machine kept the platform waiting is known from the kernel's account of its processes.
        timed=False,
    )


def _users(history: History, stages: list[LoadStage], plan: LoadBegan | None, samples: int) -> Iterator[Finding]:
    kept = min((stage.sessions for stage in stages), default=None)
    evicted = sum(stage.evicted for stage in stages)
    opened = SESSIONS.last(history)
    online = None if kept is None or plan is None or not plan.online else kept - evicted
    lines = [f"{each.name}: {each.sessions} sessions, {each.evicted} ended by the platform / 会话" for each in stages]
    lines += [f"asked for {opened.detail.asked}, opened {opened.detail.open} / 登录"] if opened else []
    yield ONLINE.compare(online, ">", ONLINE_LIMIT, evidence=lines)
    found = platform_load.classes(stages)
    people = [each for name in _PEOPLE for each in found.get(name, ())]
    operations, failed = sum(each.operations for each in people), sum(each.failed for each in people)
    share = None if not operations else (Decimal(100 * failed) / operations).quantize(Decimal("0.001"))
    reasons: dict[str, int] = {}
    for each in people:
        for why, count in each.failures.items():
            reasons[f"{each.name}: {why}"] = reasons.get(f"{each.name}: {why}", 0) + count
    needed = min(LEAST_OPERATIONS, 2 * samples)
    told = [f"{why} × {count}" for why, count in sorted(reasons.items())]
    left = [mark.detail for mark in QUESTION.of(history) if mark.detail.problem]
    told += [f"not asked: {each.of}: {each.problem} / 未计入" for each in left]
    yield FAILURES.compare(share, "<=", MOST_FAILED, samples=operations, needed=needed, evidence=told)
    if operations:
        yield measure(
            "operations-failed-upper",
            f"{_upper(failed, operations):.3f}",
            en="share of failed operations, 95 % upper bound",
            zh="操作失败率的 95 % 上限",
            unit="%",
            samples=operations,
        )
    active = max((stage.people for stage in stages), default=None)
    served = None if active is None or share is None else active if share <= MOST_FAILED else 0
    flight = _in_flight(stages)
    yield CONCURRENT.compare(
        served,
        ">=",
        CONCURRENT_LIMIT,
        evidence=[f"{active} users at work, {failed} of {operations} operations failed / 并发与失败数"],
        reading_b=None if flight is None else flight >= CONCURRENT_LIMIT,
        has_b=flight is not None,
    )


def _in_flight(stages: list[LoadStage]) -> int | None:
    """Requests under way at once, on average (Little's law): reading B asks for 50 at every moment."""
    span = sum(stage.seconds for stage in stages)
    if not span:
        return None
    spent = sum(each.answered.total_us for stage in stages for each in stage.classes if each.name in _PEOPLE)
    return spent // (span * 1_000_000)


def _upper(failed: int, operations: int) -> Decimal:
    """The 95 % upper bound of a share in percent, one-sided, by Wilson's score."""
    z, n, p = Decimal("1.6449"), Decimal(operations), Decimal(failed) / operations
    middle = p + z * z / (2 * n)
    half = z * (p * (1 - p) / n + z * z / (4 * n * n)).sqrt()
    return 100 * (middle + half) / (1 + z * z / n)
