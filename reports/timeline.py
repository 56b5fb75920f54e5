"""What happened when, on lanes: a history gathered into a bounded number of bins, spans and marks.

Leaves drawing to `reports.svg`. However many events a record holds, a timeline holds at most `bins` columns a lane;
spans and marks closer than a column are joined and counted. All instants are microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, timezone

import msgspec

from bench.case import Text
from bench.history import (
    Behaviour,
    CentreSetup,
    ClockMoved,
    Commanded,
    Connected,
    Event,
    History,
    LinkRule,
    MeterFault,
    Observed,
    Phase,
    Power,
    Received,
    Rejected,
    Sent,
    Served,
    Stored,
    TerminalState,
    Trouble,
    Unserved,
)

LOCAL = timezone(timedelta(hours=8))
# A record stored later than this after its interval's end counts as backfill in the picture (no verdict depends on it).
LIVE_WITHIN_US = 120_000_000
# Single meters get a lane each up to this number; above it all share one, and the troubled ones have their own too.
MOST_METERS = 6
_HOUR_US = 3_600_000_000


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Something that lasted. `kind` selects the look, `count` says how many were joined."""

    start_us: int
    end_us: int
    kind: str
    label: str
    count: int = 1


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """Something at an instant; `until_us` is the last of those joined."""

    at_us: int
    until_us: int
    kind: str
    label: str
    count: int = 1


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the picture. `series` maps a class of events to its count in each bin, `totals` to its sum."""

    kind: str
    name: Text
    spans: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    series: dict[str, tuple[int, ...]] = {}
    totals: dict[str, int] = {}


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """A case's history for the eye: the time it covers, its phases, its lanes."""

    start_us: int
    end_us: int
    bins: int
    phases: tuple[Mark, ...]
    lanes: tuple[Lane, ...]


class Detail(msgspec.Struct, frozen=True):
    """How much a timeline holds: columns, lanes of one kind, and characters of a label."""

    bins: int = 280
    lanes: int = 10
    label: int = 160


class Axis(msgspec.Struct, frozen=True, kw_only=True):
    """Sorts instants into bins, and knows how much detail is wanted."""

    start_us: int
    end_us: int
    detail: Detail

    @property
    def bins(self) -> int:
        """How many columns there are."""
        return self.detail.bins

    @property
    def step_us(self) -> float:
        """Length of one bin."""
        return (self.end_us - self.start_us) / self.bins

    def bin(self, at_us: int) -> int:
        """The bin an instant falls into; instants outside fall into the first or last."""
        index = (at_us - self.start_us) * self.bins // (self.end_us - self.start_us)
        return min(max(index, 0), self.bins - 1)


def local_time(at_us: int, *, fraction: bool = True) -> str:
    """An instant as local time +08:00, with milliseconds unless they are not wanted."""
    seconds, rest = divmod(at_us, 1_000_000)
    text = datetime.fromtimestamp(seconds, LOCAL).strftime("%Y-%m-%d %H:%M:%S")
    return f"{text}.{rest // 1000:03d} +08:00" if fraction else f"{text} +08:00"


# The fixed words of the suite and the rigs: phases, rules of links, faults and states. What a case names freely stays.
WORDS: dict[str, str] = {
    # phases
    "settle": "收尾等待",
    "centre-ordered": "中心下发指令",
    "factor-issued": "下发因子",
    "boundary-issued": "下发核算边界",
    "formula-issued": "下发核算公式",
    "valid-again": "证书恢复有效",
    "wrong-input": "错误输入",
    "class": "设定的数据周期",
    "round": "线路监听轮次",
    "nearly-empty": "存储几乎为空",
    "sound": "正常",
    "faulty": "故障",
    "failing": "失效",
    "mended": "恢复",
    "good": "合格证书",
    "genuine": "正常保护",
    "plain": "未加密",
    "altered": "密文被改",
    "wrong-tag": "认证标签错误",
    "wrong-signature": "签名错误",
    "foreign-signer": "他人签名",
    "wrong-key": "密钥错误",
    "replay": "重放",
    "network-back": "网络恢复",
    "old-password": "旧密码",
    "new-password": "新密码",
    "told": "推送数据等候完毕",
    "lenient": "中心不要求证书",
    "tampered": "存储被篡改",
    "altered-copies": "中心副本被篡改",
    "upgrade": "升级",
    "package": "软件包",
    "application": "应用程序",
    "module": "模块升级",
    "cut-off": "远程切断",
    "configured": "远程配置",
    "backed-up": "配置已备份",
    "restored-configuration": "配置已恢复",
    "token-changed": "令牌已更换",
    "token-restored": "令牌已恢复",
    "watched": "观察结束",
    "between": "间隔",
    "hour": "整时开始",
    "day": "整日开始",
    "step": "时钟步进",
    "right": "时钟复位",
    "query": "查询",
    "edge": "边界值",
    "meter-record": "表计自身记录",
    "period-set": "设定采集周期",
    "over": "观察结束",
    "junk": "无效报文",
    "upload-time": "平台改定上传时间",
    "listed": "平台所列数据项生效",
    "set-anew": "重新设定采集周期",
    "terms": "平台更改注册信息",
    "emptied": "存储清空",
    "entered": "人工录入",
    "failure": "失效",
    "look": "查看",
    "fault": "故障",
    "corrected": "人工更正",
    "input": "录入",
    "emission-sources": "排放源分类",
    "six-months": "满六个月",
    "five-years": "满五年",
    "probe": "探测",
    "joined": "中心加入",
    "realtime": "设定实时间隔",
    "minute": "设定分钟间隔",
    "patience": "设定超时与重发",
    "password": "设定密码",
    "stopped": "停止实时数据",
    "resumed": "恢复实时数据",
    "restored": "重新上电",
    "unfit-certificate": "不合格证书",
    "renewed": "更换证书",
    "lists": "吊销列表发布",
    "revoked": "证书被吊销",
    "reinstated": "证书解除吊销",
    "forged-list": "伪造的吊销列表",
    "no-lists": "吊销列表不可获取",
    "ran-out": "吊销列表过期",
    "status": "证书状态发布",
    "answers-delegated": "授权响应者应答",
    "answers-no-nonce": "应答不含随机数",
    "answers-old": "应答已过期",
    "answers-forged": "伪造的应答",
    "answers-slander": "伪造的吊销应答",
    "answers-undelegated": "未授权者应答",
    "answers-other": "应答针对其他证书",
    "answers-wrong-nonce": "应答随机数不符",
    "answers-unknown": "应答为未知",
    "answers-try-later": "应答为稍后再试",
    "answers-silent": "查询无应答",
    "stapled": "握手附带状态",
    "staple-revoked": "附带状态为已吊销",
    "staple-none": "未附带状态",
    "staple-old": "附带状态已过期",
    "staple-forged": "附带状态系伪造",
    "staple-other": "附带状态针对其他证书",
    "wrong-request": "错误请求",
    "limit": "参数限值",
    "every-command": "逐条命令",
    "left": "中心移除",
    "current": "回路电流",
    "load": "一车过磅完毕",
    "states": "各中心状态",
    "away": "中心离线",
    "counts-from": "自该时刻起生效",
    "other-fingerprint-there": "平台已有他人指纹",
    "form-at-a-page": "应有页面表单",
    "period-shortened": "即将缩短采集周期",
    "mended-now": "故障排除",
    "sessions-forgotten": "代理重启，会话丢失",
    "deposits-wait": "存证待上传",
    "deposits-taken": "存证已接收",
    "flagged": "置数据标记",
    "unflagged": "清除数据标记",
    "storage-refuses": "存储拒绝写入",
    "storage-takes": "存储恢复写入",
    "damaged": "数据库已损坏",
    "bounded": "限定存储容量",
    "look-back": "回查最早记录",
    "instruments": "询问不存在的仪表",
    "logger": "询问终端自身",
    "no-log": "无日志时段",
    "source-ahead": "时间源变动",
    "source-silent": "时间源静默",
    "source-back": "时间源恢复",
    "swept": "断电扫描段结束",
    "meter-added": "远程新增表计",
    "power-lost": "断电",
    "field-cut": "现场网络中断",
    "field-back": "现场网络恢复",
    "person-asked": "询问人员",
    "person-page": "人员操作页面",
    "sessions": "人员会话已登录",
    "question": "压测前试问",
    # phases of platforms
    "sender-silent": "终端暂停发送",
    "sender-late": "终端暂存待发",
    "sender-withheld": "终端缺测点数据",
    "sender-flags": "终端改置数据标记",
    "sender-wrong": "终端数值错误",
    "sender-spoil": "终端发送损坏数据包",
    "sender-double": "终端重复发送",
    "sender-revise": "终端修订已发记录",
    "sender-intrude": "终端发送不可信记录",
    "sender-restart": "终端断电重启",
    "sender-disconnect": "终端断开连接",
    "sender-rest": "终端停用",
    "sender-resume": "终端恢复使用",
    "by-file": "以文件提交数据",
    "abnormal": "录入异常值",
    "abnormal-item": "录入异常清单项",
    "imported": "将导入的数据行",
    "item-of-file": "文件所含清单项",
    "row-of-file": "文件所含数据行",
    "file-with-a-wrong-line": "文件含错误行",
    "impossible-entry": "录入不可能的值",
    "data-lost": "数据丢失",
    "altered-set": "交回被篡改的备份",
    "whole-set": "交回完整的备份",
    "defaults": "采用缺省因子",
    "suppliers": "采用供应方因子",
    "regional": "采用区域因子",
    "published": "发布新版因子",
    "factor-comes-and-goes": "因子新增后删除",
    "forged": "发送伪造数据",
    "planted": "设置错误参数",
    "logged-out": "已退出登录",
    "logging-in-again": "重新登录",
    "matrix": "逐账户逐项尝试",
    "over-limit": "排放超出限额",
    "below-limit": "更正后低于限额",
    "partner-shut": "对方系统拒绝接入",
    "partner-open": "对方系统恢复接入",
    "restarted": "平台重新上电",
    "secret-word": "未公开数据所含字样",
    "ways": "终端接入",
    # rules of links
    "cut": "中断",
    "refuse": "拒绝连接",
    "half_open": "半开连接",
    "loss": "丢包",
    "corrupt": "误码",
    "duplicate": "重复",
    "delay": "时延",
    "jitter": "抖动",
    "reorder": "乱序",
    "rate": "限速",
    "name_failure": "域名解析失败",
    "stranger_certificate": "陌生证书",
    "reset": "连接复位",
}


def worded(name: str) -> str:
    """A fixed word in both languages, `settle 收尾等待`; any other word as it stands."""
    return f"{name} {WORDS[name]}" if name in WORDS else name


def gather(history: History, detail: Detail | None = None) -> Timeline:
    """The timeline of a history in so much detail."""
    detail = detail or Detail()
    start = history.events[0].t if history.events else 0
    end = max(history.events[-1].t if history.events else 0, start + 1)
    axis = Axis(start_us=start, end_us=end, detail=detail)
    lanes = [
        *_bench(history, axis),
        *_links(history, axis),
        *_terminal(history, axis),
        *_clock(history, axis),
        *_meters(history, axis),
        *_centres(history, axis),
        *_operator(history, axis),
    ]
    phases = _joined([_mark(phase, "phase", _named(phase.name, phase.detail)) for phase in history.of(Phase)], axis)
    return Timeline(start_us=start, end_us=end, bins=detail.bins, phases=tuple(phases), lanes=tuple(lanes))


def _named(name: str, detail: dict[str, str]) -> str:
    told = (value if key == "detail" else f"{key} {value}" for key, value in detail.items())
    return worded(name) + (f" ({', '.join(told)})" if detail else "")


def _mark(event: Event, kind: str, label: str) -> Mark:
    return Mark(at_us=event.t, until_us=event.t, kind=kind, label=label)


def _joined(marks: Iterable[Mark], axis: Axis) -> list[Mark]:
    """Marks of one kind in one bin become one that counts them; phases keep all their names."""
    found: dict[tuple[int, str], Mark] = {}
    for mark in sorted(marks, key=lambda mark: mark.at_us):
        key = (axis.bin(mark.at_us), mark.kind)
        before = found.get(key)
        if before is None:
            found[key] = mark
            continue
        both = before.label if before.label == mark.label or before.count > 3 else f"{before.label}; {mark.label}"
        found[key] = msgspec.structs.replace(before, until_us=mark.at_us, label=both, count=before.count + 1)
    return [msgspec.structs.replace(mark, label=_limited(mark.label, axis)) for mark in found.values()]


def _limited(label: str, axis: Axis) -> str:
    most = axis.detail.label
    return label if len(label) <= most else label[: most - 1] + "…"


def _merged(spans: Iterable[Span], axis: Axis) -> list[Span]:
    """Spans of one kind closer together than a bin become one that counts them: no more spans than bins."""
    found: list[Span] = []
    last: dict[str, int] = {}
    for span in sorted(spans, key=lambda span: span.start_us):
        index = last.get(span.kind)
        before = None if index is None else found[index]
        if index is not None and before and span.start_us - before.end_us < axis.step_us and _short(before, span, axis):
            label = before.label if before.label == span.label or before.count > 3 else f"{before.label}; {span.label}"
            found[index] = msgspec.structs.replace(
                before, end_us=max(before.end_us, span.end_us), label=label, count=before.count + span.count
            )
        else:
            last[span.kind] = len(found)
            found.append(span)
    return [msgspec.structs.replace(span, label=_limited(span.label, axis)) for span in found]


def _short(before: Span, span: Span, axis: Axis) -> bool:
    """Whether one of two neighbours is too short to be seen alone, or both say the same."""
    least = min(before.end_us - before.start_us, span.end_us - span.start_us)
    return least < 2 * axis.step_us or before.label == span.label


def _counted(events: Iterable[Event], axis: Axis) -> tuple[int, ...]:
    """How many events fall into each bin."""
    counts = [0] * axis.bins
    start, length, bins, last = axis.start_us, axis.end_us - axis.start_us, axis.bins, axis.bins - 1
    for event in events:
        index = (event.t - start) * bins // length
        counts[index if index < last else last] += 1
    return tuple(counts)


def _lane(
    kind: str,
    name: Text,
    axis: Axis,
    *,
    spans: Iterable[Span] = (),
    marks: Iterable[Mark] = (),
    series: dict[str, Sequence[Event]] | None = None,
) -> Lane:
    counted = {key: events for key, events in (series or {}).items() if events}
    return Lane(
        kind=kind,
        name=name,
        spans=tuple(_merged(spans, axis)),
        marks=tuple(_joined(marks, axis)),
        series={key: _counted(events, axis) for key, events in counted.items()},
        totals={key: len(events) for key, events in counted.items()},
    )


def _switched(events: Iterable[tuple[int, str, str]], axis: Axis, kind: Callable[[str], str]) -> list[Span]:
    """Spans from (instant, name, on or off); what is never switched off lasts to the end."""
    opened: dict[str, int] = {}
    found: list[Span] = []
    for at_us, name, state in events:
        began = opened.pop(name, None)
        if began is not None:
            found.append(Span(start_us=began, end_us=at_us, kind=kind(name), label=name))
        if state == "on":
            opened[name] = at_us
    found += [Span(start_us=began, end_us=axis.end_us, kind=kind(name), label=name) for name, began in opened.items()]
    return found


def _bench(history: History, axis: Axis) -> list[Lane]:
    marks = [_mark(event, "trouble", event.what) for event in history.of(Trouble)]
    return [_lane("bench", Text("Bench", "台架"), axis, marks=marks)] if marks else []


# Rules that let nothing pass; the others only spoil or slow what passes.
_SILENT = ("cut", "refuse", "half_open", "half-open", "name_failure", "name failure", "reset")


def _links(history: History, axis: Axis) -> list[Lane]:
    by_link: dict[str, list[LinkRule]] = {}
    for rule in history.of(LinkRule):
        by_link.setdefault(rule.link, []).append(rule)
    lanes: list[Lane] = []
    for link, rules in list(by_link.items())[: axis.detail.lanes]:
        switched = [rule for rule in rules if rule.state in ("on", "off")]
        labels = {rule.rule: _named(rule.rule, rule.detail) for rule in switched if rule.state == "on"}
        dropped = {(rule.rule, rule.t): rule.detail.get("count", "") for rule in rules if rule.state == "dropped"}
        spans = _switched(
            ((rule.t, rule.rule, rule.state) for rule in switched),
            axis,
            lambda name: "cut" if name in _SILENT else "impaired",
        )
        named = [
            msgspec.structs.replace(
                span,
                label=labels.get(span.label, worded(span.label))
                + (f", {lost} packets dropped 丢弃" if (lost := dropped.get((span.label, span.end_us))) else ""),
            )
            for span in spans
        ]
        marks = [_mark(rule, "act", _named(rule.rule, rule.detail)) for rule in rules if rule.state == "act"]
        lanes.append(_lane("link", Text(f"Link {link}", f"链路 {link}"), axis, spans=named, marks=marks))
    return lanes


def _terminal(history: History, axis: Axis) -> list[Lane]:
    spans: list[Span] = []
    since: int | None = None
    what, label = "", ""
    for event in history.either(Power, TerminalState):
        if isinstance(event, Power):
            state = {"cut": "off", "restored": ""}.get(event.state, "brown-out")
            text = _named(f"power {event.state}", event.detail)
        else:
            if what == "off":
                continue
            state = {"stopped": "down", "crashed": "down"}.get(event.state, "")
            text = f"terminal {event.state}" + (f": {event.detail}" if event.detail else "")
        if since is not None and state != what:
            spans.append(Span(start_us=since, end_us=event.t, kind=what, label=label))
            since = None
        if state and since is None:
            since, label = event.t, text
        what = state
    if since is not None:
        spans.append(Span(start_us=since, end_us=axis.end_us, kind=what, label=label))
    dark = [(span.start_us, span.end_us) for span in spans if span.kind == "off"]
    restored = {event.t for event in history.of(Power) if event.state == "restored"}
    marks = [
        _mark(event, "crash" if event.state == "crashed" else "start", f"terminal {event.state}")
        for event in history.of(TerminalState)
        if (event.state == "crashed" and not any(begin <= event.t < end for begin, end in dark))
        or (event.state == "starting" and event.t > axis.start_us and event.t not in restored)
    ]
    return [_lane("power", Text("Terminal power", "终端供电"), axis, spans=spans, marks=marks)]


def _clock(history: History, axis: Axis) -> list[Lane]:
    moves = history.of(ClockMoved)
    if not moves:
        return []
    ends = [move.t for move in moves[1:]] + [axis.end_us]
    spans = [
        Span(start_us=move.t, end_us=end, kind="offset", label=seconds_text(move.offset_us))
        for move, end in zip(moves, ends, strict=True)
        if move.offset_us
    ]
    marks = [_mark(move, "step", f"{seconds_text(move.offset_us)} ({move.why})") for move in moves]
    return [_lane("clock", Text("Terminal clock", "终端时钟"), axis, spans=spans, marks=marks)]


def seconds_text(us: int) -> str:
    """An offset in seconds with its sign, without trailing zeros."""
    whole, rest = divmod(abs(us), 1_000_000)
    text = f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
    return f"{'−' if us < 0 else '+'}{text} s"


def _meters(history: History, axis: Axis) -> list[Lane]:
    served: dict[str, list[Served]] = {}
    unserved: dict[str, list[Unserved]] = {}
    faults: dict[str, list[MeterFault]] = {}
    for answer in history.of(Served):
        served.setdefault(answer.meter, []).append(answer)
    for silence in history.of(Unserved):
        unserved.setdefault(silence.meter, []).append(silence)
    for fault in history.of(MeterFault):
        faults.setdefault(fault.meter, []).append(fault)
    names = sorted({*served, *unserved, *faults})
    if len(names) <= MOST_METERS:
        return [_meter(name, served, unserved, faults, axis) for name in names]
    everything: dict[str, Sequence[Event]] = {"polls": history.of(Served), "unanswered": history.of(Unserved)}
    shared = _lane("meter", Text(f"{len(names)} meters", f"{len(names)} 块仪表"), axis, series=everything)
    troubled = sorted(
        (name for name in names if name in unserved or name in faults),
        key=lambda name: (-len(faults.get(name, ())), -len(unserved.get(name, ())), name),
    )
    return [
        shared,
        *(
            _meter(name, served, unserved, faults, axis)
            for name in sorted(troubled[: min(MOST_METERS, axis.detail.lanes)])
        ),
    ]


def _meter(
    name: str,
    served: dict[str, list[Served]],
    unserved: dict[str, list[Unserved]],
    faults: dict[str, list[MeterFault]],
    axis: Axis,
) -> Lane:
    mine = faults.get(name, [])
    switched = [(fault.t, fault.fault, fault.state) for fault in mine if fault.state in ("on", "off")]
    marks = [
        _mark(fault, "act", _named(fault.fault, fault.detail)) for fault in mine if fault.state not in ("on", "off")
    ]
    return _lane(
        "meter",
        Text(f"Meter {name}", f"仪表 {name}"),
        axis,
        spans=_switched(switched, axis, lambda _: "fault"),
        marks=marks,
        series={"polls": served.get(name, []), "unanswered": unserved.get(name, [])},
    )


def _centres(history: History, axis: Axis) -> list[Lane]:
    setups = {setup.name: setup for setup in history.began.centres}
    stored: dict[str, dict[str, list[Stored]]] = {}
    stamps: dict[str, int | None] = {}
    for record in history.of(Stored):
        kind = _how(record, setups.get(record.centre), stamps)
        stored.setdefault(record.centre, {}).setdefault(kind, []).append(record)
    acknowledged: dict[str, list[Sent]] = {}
    for sent in history.of(Sent):
        if sent.cn == "9014":
            acknowledged.setdefault(sent.centre, []).append(sent)
    names = list(dict.fromkeys([*setups, *stored]))[: axis.detail.lanes]
    return [
        _lane(
            "centre",
            Text(f"Centre {name}", f"中心 {name}"),
            axis,
            spans=_sessions(history, name, axis),
            marks=_centre_marks(history, name),
            series={**stored.get(name, {}), "acknowledged": acknowledged.get(name, [])},
        )
        for name in names
    ]


def _how(record: Stored, setup: CentreSetup | None, stamps: dict[str, int | None]) -> str:
    """Whether a record came live, as backfill, once more, or because it was asked for."""
    if record.asked:
        return "asked"
    if record.copies > 1:
        return "repeated"
    if record.stamp not in stamps:
        stamps[record.stamp] = stamp_us(record.stamp)
    stamp = stamps[record.stamp]
    if stamp is None:
        return "backfill"
    minutes = setup.minute_interval if setup else 0
    length = {"minute": minutes * 60_000_000, "hour": _HOUR_US, "day": 24 * _HOUR_US}.get(record.kind, 0)
    return "live" if record.t - (stamp + length) <= LIVE_WITHIN_US else "backfill"


def stamp_us(stamp: str) -> int | None:
    """DataTime (YYYYMMDDhhmmss, local +08:00) as an instant; None if it is not one."""
    if len(stamp) < 14 or not stamp[:14].isascii() or not stamp[:14].isdecimal():
        return None
    try:
        found = datetime.strptime(stamp[:14], "%Y%m%d%H%M%S").replace(tzinfo=LOCAL)
    except ValueError:
        return None
    return int(found.timestamp()) * 1_000_000


def _sessions(history: History, centre: str, axis: Axis) -> list[Span]:
    changes = [event for event in history.of(Connected) if event.at == centre]
    states = ((event.t, f"#{event.conn}", "on" if event.state == "opened" else "off") for event in changes)
    spans = _switched(states, axis, lambda _: "session")
    return [msgspec.structs.replace(span, label=f"connection {span.label}") for span in spans]


def _centre_marks(history: History, centre: str) -> list[Mark]:
    refused = [
        _mark(event, "refused", ", ".join(event.faults))
        for event in history.of(Received)
        if event.centre == centre and event.faults
    ]
    refused += [_mark(event, "refused", event.reason) for event in history.of(Rejected) if event.at == centre]
    asked = [
        _mark(event, "command", f"CN={event.cn} QN={event.qn}")
        for event in history.of(Commanded)
        if event.centre == centre
    ]
    behaviour = [
        _mark(event, "behaviour", ", ".join(f"{key}: {value}" for key, value in event.switches.items()))
        for event in history.of(Behaviour)
        if event.centre == centre
    ]
    return refused + asked + behaviour


def _operator(history: History, axis: Axis) -> list[Lane]:
    marks = [
        _mark(
            event, "refused" if event.problem else "look", event.what + (f": {event.problem}" if event.problem else "")
        )
        for event in history.of(Observed)
    ]
    return [_lane("operator", Text("Local readout", "本地读取"), axis, marks=marks)] if marks else []
