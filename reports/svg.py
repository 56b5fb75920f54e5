"""Draws a timeline as one inline SVG, below 60 kB whatever the case did.

Leaves gathering to `reports.timeline`. Colour never stands alone: live data rises above a centre's line and backfill
hangs below it, silence is hatched, impairment dotted, marks differ in shape. Colours are those of Okabe and Ito.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from bench.case import Text
from bench.history import History
from reports.blocks import visible
from reports.timeline import LIVE_WITHIN_US, LOCAL, Detail, Lane, Mark, Span, Timeline, gather, local_time

MOST_OCTETS = 60_000
WIDTH, GUTTER, PLOT, MARGIN = 1000, 142, 840, 18
# Tried in turn while the picture is too large. The numbers of columns divide the width of the plot.
LESS = (
    Detail(140, 8, 80),
    Detail(70, 6, 60),
    Detail(35, 4, 40),
    Detail(14, 3, 24),
    Detail(4, 2, 12),
)
_HEIGHTS = {"centre": 64, "meter": 20}
_HEIGHT = 22
_LABEL_ROWS, _LABEL_HEIGHT = 3, 15
_MOST_LABEL = 34

# Steps of the time axis, seconds.
_STEPS = (
    1,
    2,
    5,
    10,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    10800,
    21600,
    43200,
    86400,
    172800,
    604800,
    2592000,
)
_MOST_TICKS = 9

NAMES: dict[str, Text] = {
    "cut": Text("cut: nothing passes", "中断：无通信"),
    "impaired": Text("impaired: loss, delay, …", "受扰：丢包、延迟等"),
    "fault": Text("meter fault", "仪表故障"),
    "polls": Text("polls answered", "查询得到应答"),
    "unanswered": Text("polls unanswered", "查询无应答"),
    "live": Text(
        f"records arriving live (≤ {LIVE_WITHIN_US // 1_000_000} s after the interval)",
        f"实时到达的记录（时段结束后 ≤ {LIVE_WITHIN_US // 1_000_000} s）",
    ),
    "backfill": Text("records arriving later (backfill)", "补传的记录"),
    "repeated": Text("records arriving once more", "重复到达的记录"),
    "asked": Text("records asked for by the centre", "应中心请求上传的记录"),
    "acknowledged": Text("acknowledged by the centre", "中心已确认"),
    "session": Text("connection open", "连接已建立"),
    "off": Text("power off", "断电"),
    "brown-out": Text("brown-out", "欠压"),
    "down": Text("terminal stopped", "终端停止"),
    "offset": Text("clock offset", "时钟偏差"),
    "start": Text("terminal starts", "终端启动"),
    "crash": Text("terminal crashed", "终端崩溃"),
    "step": Text("clock moved", "时钟被调整"),
    "act": Text("single event", "单次事件"),
    "refused": Text("refused or unusable", "被拒绝或不可用"),
    "command": Text("command of the centre", "中心命令"),
    "behaviour": Text("behaviour of the centre changes", "中心行为改变"),
    "look": Text("looked at locally", "本地查看"),
    "phase": Text("phase of the case", "用例阶段"),
    "trouble": Text("fault of the bench", "台架故障"),
}

# Marks by shape, drawn around (0, 0).
_SHAPES = {
    "act": "M-4,-4h8v8h-8z",
    "step": "M0,-5l5,5l-5,5l-5,-5z",
    "behaviour": "M0,-5l5,5l-5,5l-5,-5z",
    "refused": "M-4,-4l8,8M4,-4l-8,8",
    "crash": "M-4,-4l8,8M4,-4l-8,8",
    "trouble": "M-4,-4l8,8M4,-4l-8,8",
    "command": "M-5,-4h10l-5,8z",
    "start": "M-4,-5l8,5l-8,5z",
    "look": "M-4,0a4,4 0 1 0 8,0a4,4 0 1 0 -8,0z",
}

STYLE = """
.tl{font:11px/1.2 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;--ink:#1b1f24;--soft:#5b6470;--grid:#dfe3e8;
--band:#f5f7f9;--live:#0072b2;--back:#e69f00;--asked:#009e73;--ack:#3a6f8f;--gap:#c44601;--poll:#a9b4c0;--cut:#3b4148;
--imp:#a3527c;--paper:#fff}
@media screen and (prefers-color-scheme:dark){.tl{--ink:#e8eaed;--soft:#a3acb8;--grid:#39414b;--band:#1f252c;
--live:#56b4e9;--back:#f0b429;--asked:#2fc79b;--ack:#8fc3e0;--gap:#ff8a50;--poll:#66727f;--cut:#c9d1d9;--imp:#e08fbb;
--paper:#161b22}}
.tl text{fill:var(--ink)}.tl .soft{fill:var(--soft)}.tl .grid{stroke:var(--grid);stroke-width:1}
.tl .band{fill:var(--band)}.tl .base{stroke:var(--grid);stroke-width:1}.tl .live{fill:var(--live)}
.tl .repeated{fill:var(--imp)}
.tl .backfill{fill:var(--back)}.tl .asked{fill:var(--asked)}.tl .acknowledged{fill:var(--ack)}
.tl .polls,.tl .on{fill:var(--poll)}.tl .unanswered{fill:var(--gap)}.tl .session{fill:var(--soft)}
.tl .shade{fill:var(--cut);opacity:.07}.tl .edge{fill:none;stroke:var(--cut);stroke-width:1}
.tl .edge-imp{fill:none;stroke:var(--imp);stroke-width:1}.tl .hl{stroke:var(--cut);stroke-width:2.4}
.tl .hd{fill:var(--imp)}.tl .offset{fill:var(--asked);opacity:.35}
.tl .mark{stroke:var(--ink);stroke-width:1.6;fill:none}
.tl .solid{fill:var(--ink);stroke:none}.tl .bad{stroke:var(--gap);stroke-width:2}
.tl .phase{stroke:var(--ink);stroke-width:1;stroke-dasharray:3 3;opacity:.65}
.tl .halo{stroke:var(--paper);stroke-width:3px;paint-order:stroke}
"""


def timeline_svg(history: History, *, id: str = "t", title: Text, alone: bool = False) -> str:
    """The picture of a history, below MOST_OCTETS octets; parameters as for `drawn`."""
    return drawn(history, id=id, title=title, alone=alone)[0]


def drawn(history: History, *, id: str = "t", title: Text, alone: bool = False) -> tuple[str, Timeline]:
    """The picture of a history, below MOST_OCTETS octets, and the timeline it shows.

    `id` makes the ids inside unique on a page. `alone` makes a file of its own, with its style and with labels in both
    languages side by side; otherwise labels are marked en and zh for the page's language switch.
    """
    return drawn_from((gather(history, detail) for detail in (Detail(), *LESS)), id=id, title=title, alone=alone)


def drawn_from(
    timelines: Iterable[Timeline], *, id: str = "t", title: Text, alone: bool = False
) -> tuple[str, Timeline]:
    """The first of the timelines whose picture is below MOST_OCTETS octets, else the last; the rest as for `drawn`."""
    text, shown = "", None
    for shown in timelines:
        text = draw(shown, id=id, title=title, alone=alone)
        if len(text.encode()) < MOST_OCTETS:
            break
    if shown is None:
        raise ValueError("no timeline to draw")
    return text, shown


def draw(timeline: Timeline, *, id: str, title: Text, alone: bool) -> str:
    """One timeline as SVG text."""
    pen = _Pen(timeline, id, alone)
    return pen.whole(title)


class _Pen:
    """Knows the scale and the way texts are written; every method returns mark-up."""

    def __init__(self, timeline: Timeline, id: str, alone: bool) -> None:
        self.timeline = timeline
        self.id = id
        self.alone = alone
        self.rows, self.labels = self._phase_rows()
        self.top = 8 + _LABEL_HEIGHT * self.rows
        self.bottom = self.top + sum(_height(lane) for lane in timeline.lanes)
        self.height = self.bottom + 38

    def x(self, at_us: int) -> float:
        """Horizontal place of an instant."""
        begin, end = self.timeline.start_us, self.timeline.end_us
        return GUTTER + PLOT * (min(max(at_us, begin), end) - begin) / (end - begin)

    def text(self, text: Text) -> str:
        """A label in both languages."""
        if self.alone:
            return _safe(_together(text))
        en, zh = _safe(text.en), _safe(text.zh)
        return f'<tspan class="en" lang="en">{en}</tspan><tspan class="zh" lang="zh-CN">{zh}</tspan>'

    def whole(self, title: Text) -> str:
        """The picture."""
        style = f"<style>{STYLE}</style>" if self.alone else ""
        xmlns = ' xmlns="http://www.w3.org/2000/svg"' if self.alone else ""
        lanes, y = [], self.top
        for index, lane in enumerate(self.timeline.lanes):
            lanes.append(self._lane(lane, y, index))
            y += _height(lane)
        return (
            f'<svg{xmlns} class="tl" viewBox="0 0 {WIDTH} {self.height}" role="img" '
            f'aria-labelledby="{self.id}-title {self.id}-desc" data-start="{self.timeline.start_us}" '
            f'data-end="{self.timeline.end_us}" data-left="{GUTTER}" data-plot="{PLOT}">'
            f'<title id="{self.id}-title">{_safe(title.en)} / {_safe(title.zh)}</title>'
            f'<desc id="{self.id}-desc">{_safe(describe(self.timeline))}</desc>{style}{self._patterns()}'
            f"{self._axis()}{''.join(lanes)}{self._shades()}{self._phases()}</svg>"
        )

    def _patterns(self) -> str:
        return (
            f'<defs><pattern id="{self.id}-h" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><path class="hl" d="M0,0V6"/></pattern>'
            f'<pattern id="{self.id}-d" width="5" height="5" patternUnits="userSpaceOnUse">'
            '<circle class="hd" cx="2" cy="2" r="1.2"/></pattern></defs>'
        )

    def _axis(self) -> str:
        begin, end = self.timeline.start_us // 1_000_000, -(-self.timeline.end_us // 1_000_000)
        step = next((step for step in _STEPS if (end - begin) / step <= _MOST_TICKS), _STEPS[-1])
        shift = 8 * 3600
        first = -(-(begin + shift) // step) * step - shift
        parts: list[str] = []
        day = ""
        # A second that has not ended stands beyond the picture.
        for at in range(first, max(first, self.timeline.end_us // 1_000_000) + 1, step):
            x = self.x(at * 1_000_000)
            local = datetime.fromtimestamp(at, LOCAL)
            clock = local.strftime("%H:%M:%S" if step < 60 else "%H:%M")
            place = f'x="{x:.1f}" text-anchor="middle"'
            parts.append(f'<path class="grid" d="M{x:.1f},{self.top}V{self.bottom + 4}"/>')
            parts.append(f'<text {place} y="{self.bottom + 16}">{clock}</text>')
            today = local.strftime("%Y-%m-%d")
            if today != day:
                date = f'x="{WIDTH - 2}" text-anchor="end"' if x > WIDTH - 34 else place
                parts.append(f'<text class="soft" {date} y="{self.bottom + 30}">{today}</text>')
                day = today
        return "".join(parts) + f'<text class="soft" x="6" y="{self.bottom + 16}">UTC+08:00</text>'

    def _lane(self, lane: Lane, y: int, index: int) -> str:
        height = _height(lane)
        band = f'<path class="band" d="M0,{y}h{WIDTH}v{height}h-{WIDTH}z"/>' if index % 2 == 0 else ""
        base = y + height - 5
        middle = y + (30 if lane.kind == "centre" else height // 2 + 4)
        name = f'<text x="6" y="{middle}">{self.text(_clipped(lane.name))}</text>'
        match lane.kind:
            case "centre":
                body = self._centre(lane, y)
            case "meter":
                most = max(max(series) for series in lane.series.values()) if lane.series else 1
                body = self._bars(lane, "polls", base, height - 10, tallest=most)
                body += self._bars(lane, "unanswered", base, height - 10, tallest=most)
                body += self._spans(lane, y + 2, height - 5)
            case "power":
                body = f'<path class="on" d="M{GUTTER},{base - 4}h{PLOT}v2h-{PLOT}z"/>' + self._spans(
                    lane, y + 3, height - 7
                )
            case _:
                line = f'<path class="base" d="M{GUTTER},{base}h{PLOT}"/>'
                body = line + self._spans(lane, y + 3, height - 7)
        marks = "".join(self._mark(mark, y + (9 if lane.kind == "centre" else height // 2)) for mark in lane.marks)
        return f'<g data-y="{y}" data-h="{height}"{self._data(lane)}>{band}{name}{body}{marks}</g>'

    def _data(self, lane: Lane) -> str:
        """Counts for the page's tooltip, run-length coded: `count` or `count*bins`."""
        found = [f' data-name="{_safe(str(lane.name))}"']
        found += [f' data-s-{key}="{_runs(series)}"' for key, series in lane.series.items()]
        return "".join(found)

    def _centre(self, lane: Lane, y: int) -> str:
        middle = y + 34
        return (
            self._stacked(lane, ("live", "asked"), middle, 17)
            + self._stacked(lane, ("backfill", "repeated"), middle + 1, -17)
            + f'<path class="base" d="M{GUTTER},{middle}h{PLOT}"/>'
            + self._bars(lane, "acknowledged", y + 59, 4, flat=True)
            + "".join(self._session(span, y + 61) for span in lane.spans)
        )

    def _stacked(self, lane: Lane, keys: tuple[str, str], base: int, height: int) -> str:
        """Two series, the second standing beyond the first: drawn as the sum of both with the first over it."""
        first, second = (lane.series.get(key) for key in keys)
        if not first or not second:
            return self._bars(lane, keys[0], base, height) + self._bars(lane, keys[1], base, height)
        both = tuple(one + other for one, other in zip(first, second, strict=True))
        shown = [total if other else 0 for total, other in zip(both, second, strict=True)]
        return self._bars(lane, keys[1], base, height, counts=shown, tallest=max(both)) + self._bars(
            lane, keys[0], base, height, tallest=max(both)
        )

    def _session(self, span: Span, y: int) -> str:
        x, width = self._extent(span)
        return f'<path class="session" d="M{x:.1f},{y}h{width:.1f}v1.5h-{width:.1f}z"/>'

    def _bars(
        self,
        lane: Lane,
        key: str,
        base: int,
        height: int,
        *,
        counts: Sequence[int] = (),
        tallest: int = 0,
        flat: bool = False,
    ) -> str:
        """A series as one outline over its bins; a negative height hangs down. Square roots keep small counts seen."""
        series = counts or lane.series.get(key)
        if not series:
            return ""
        top = max(tallest, *series, 1)
        tall = abs(height)
        sign = -1 if height > 0 else 1
        steps = [0 if not count else tall if flat else max(1, round(tall * (count / top) ** 0.5)) for count in series]
        width = PLOT // len(steps)
        path, before, run = f"M{GUTTER},{base}", 0, 0
        for step in steps:
            if step != before:
                path += (f"h{run}" if run else "") + f"v{sign * (step - before)}"
                before, run = step, 0
            run += width
        path += f"h{run}" + (f"v{-sign * before}" if before else "") + "z"
        label = f"{NAMES[key]}: {lane.totals[key]}"
        return f'<path class="{key}" d="{path}"><title>{_safe(label)}</title></path>'

    def _extent(self, span: Span) -> tuple[float, float]:
        x = self.x(span.start_us)
        return x, max(self.x(span.end_us) - x, 1.5)

    def _spans(self, lane: Lane, y: int, height: int) -> str:
        return "".join(self._span(span, y, height) for span in lane.spans)

    def _span(self, span: Span, y: int, height: int) -> str:
        x, width = self._extent(span)
        box = f"M{x:.1f},{y}h{width:.1f}v{height}h-{width:.1f}z"
        times = f"{local_time(span.start_us)} – {local_time(span.end_us)}"
        count = f" ({span.count} ×)" if span.count > 1 else ""
        title = f"<title>{_safe(f'{NAMES[span.kind]}: {span.label}{count}')}&#10;{times}</title>"
        silent = span.kind in ("cut", "off", "down")
        if span.kind == "offset":
            shape = f'<path class="offset" d="{box}">{title}</path>'
        else:
            fill = f"url(#{self.id}-{'h' if silent else 'd'})"
            shape = f'<path class="edge{"" if silent else "-imp"}" style="fill:{fill}" d="{box}">{title}</path>'
        words = _short(visible(span.label) + count, int(width / 6.2))
        if width > 60 and words:
            shape += (
                f'<text class="halo" x="{x + width / 2:.1f}" y="{y + height / 2 + 4:.0f}" text-anchor="middle">'
                f"{escape(words)}</text>"
            )
        return shape

    def _mark(self, mark: Mark, y: int) -> str:
        x = self.x(mark.at_us)
        many = f" ({mark.count} ×)" if mark.count > 1 else ""
        until = f" – {local_time(mark.until_us)}" if mark.count > 1 else ""
        title = f"{NAMES[mark.kind]}: {mark.label}{many}"
        bad = " bad" if mark.kind in ("refused", "crash", "trouble") else ""
        solid = " solid" if mark.kind in ("start", "command", "step") else ""
        return (
            f'<path class="mark{bad}{solid}" transform="translate({x:.1f},{y})" d="{_SHAPES[mark.kind]}">'
            f"<title>{_safe(title)}&#10;{local_time(mark.at_us)}{until}</title></path>"
        )

    def _shades(self) -> str:
        """Link cuts and power cuts as a faint band through all lanes, so that cause and effect line up."""
        spans = [span for lane in self.timeline.lanes for span in lane.spans if span.kind in ("cut", "off")]
        boxes = (self._extent(span) for span in spans if self._extent(span)[1] >= 6)
        tall = self.bottom - self.top
        path = "".join(f"M{x:.1f},{self.top}h{width:.1f}v{tall}h-{width:.1f}z" for x, width in boxes)
        return f'<path class="shade" pointer-events="none" d="{path}"/>' if path else ""

    def _phase_rows(self) -> tuple[int, list[tuple[Mark, int, str]]]:
        """For each phase the row of its label and what fits there; a label that fits nowhere is left to the tooltip."""
        ends = [0.0] * _LABEL_ROWS
        placed: list[tuple[Mark, int, str]] = []
        for number, phase in enumerate(self.timeline.phases, start=1):
            words = _short(f"{number} {visible(phase.label)}", _MOST_LABEL)
            x = self.x(phase.at_us)
            width = 6.4 * sum(2 if ord(char) > 0x2E80 else 1 for char in words)
            left = min(x, WIDTH - width)
            row = next((row for row in range(_LABEL_ROWS) if ends[row] <= left), None)
            if row is None:
                placed.append((phase, 0, ""))
                continue
            ends[row] = left + width + 10
            placed.append((phase, row, words))
        return max((row + 1 for _, row, words in placed if words), default=0), placed

    def _phases(self) -> str:
        parts: list[str] = []
        for phase, row, words in self.labels:
            x = self.x(phase.at_us)
            y = 2 + _LABEL_HEIGHT * (row + 1)
            title = f"{phase.label}&#10;{local_time(phase.at_us)}"
            start = y + 3 if words else self.top
            parts.append(
                f'<path class="phase" d="M{x:.1f},{start}V{self.bottom}"><title>{_tooltip(title)}</title></path>'
            )
            if words:
                over = x + 6.4 * len(words) > WIDTH
                place = f'x="{WIDTH - 2}" text-anchor="end"' if over else f'x="{x - 2:.1f}"'
                parts.append(f'<text {place} y="{y}">{escape(words)}<title>{_tooltip(title)}</title></text>')
        return "".join(parts)


def _tooltip(text: str) -> str:
    head, _, time = text.rpartition("&#10;")
    return f"{_safe(head)}&#10;{time}"


def _height(lane: Lane) -> int:
    return _HEIGHTS.get(lane.kind, _HEIGHT)


def _safe(text: str) -> str:
    return escape(visible(text), quote=True)


def _short(text: str, most: int) -> str:
    if most < 3:
        return ""
    return text if len(text) <= most else text[: most - 1] + "…"


def _together(text: Text) -> str:
    """Both languages on one line; a name at the end of both is said once."""
    if text.en == text.zh:
        return text.en
    head, _, name = text.en.rpartition(" ")
    return f"{head} {text.zh}" if head and text.zh.endswith(" " + name) else f"{text.en} {text.zh}"


def _clipped(text: Text) -> Text:
    return Text(_short(visible(text.en), 22), _short(visible(text.zh), 18))


def _runs(series: tuple[int, ...]) -> str:
    parts: list[str] = []
    at = 0
    while at < len(series):
        length = 1
        while at + length < len(series) and series[at + length] == series[at]:
            length += 1
        parts.append(f"{series[at]}*{length}" if length > 1 else str(series[at]))
        at += length
    return ",".join(parts)


def describe(timeline: Timeline) -> str:
    """The picture in words, for those who cannot see it."""
    parts = [f"{local_time(timeline.start_us)} – {local_time(timeline.end_us)}"]
    for lane in timeline.lanes:
        told = [f"{NAMES[key]}: {total}" for key, total in lane.totals.items()]
        kinds: dict[str, int] = {}
        for item in (*lane.spans, *lane.marks):
            kinds[item.kind] = kinds.get(item.kind, 0) + item.count
        told += [f"{NAMES[kind]}: {count} ×" for kind, count in kinds.items()]
        if told:
            parts.append(f"{lane.name}: " + ", ".join(told))
    return ". ".join(parts)


def legend(timeline: Timeline) -> list[tuple[str, Text]]:
    """The kinds that occur in a picture with their names, for the key under it."""
    kinds = [key for lane in timeline.lanes for key in lane.series]
    kinds += [item.kind for lane in timeline.lanes for item in (*lane.spans, *lane.marks)]
    return [(kind, NAMES[kind]) for kind in NAMES if kind in kinds]


_BOXES = ("cut", "off", "down", "impaired", "fault", "brown-out")


def swatch(kind: str, id: str) -> str:
    """A small picture of a kind for the legend; `id` is that of a timeline on the same page, whose patterns it uses."""
    if kind in _SHAPES:
        bad = " bad" if kind in ("refused", "crash", "trouble") else ""
        solid = " solid" if kind in ("start", "command", "step") else ""
        body = f'<path class="mark{bad}{solid}" transform="translate(9,7)" d="{_SHAPES[kind]}"/>'
    elif kind == "phase":
        body = '<path class="phase" d="M9,0V14"/>'
    elif kind == "session":
        body = '<path class="session" d="M0,6h18v1.5h-18z"/>'
    elif kind in _BOXES:
        silent = kind in ("cut", "off", "down")
        fill = f"url(#{id}-{'h' if silent else 'd'})"
        body = f'<path class="edge{"" if silent else "-imp"}" style="fill:{fill}" d="M.5,1.5h17v11h-17z"/>'
    else:
        box = {
            "live": "M0,2h18v6h-18z",
            "backfill": "M0,7h18v6h-18z",
            "repeated": "M0,7h18v6h-18z",
            "acknowledged": "M0,5h18v4h-18z",
        }
        body = f'<path class="{kind}" d="{box.get(kind, "M0,3h18v8h-18z")}"/>'
    return f'<svg class="tl swatch" viewBox="0 0 18 14" width="18" height="14" aria-hidden="true">{body}</svg>'
