"""The picture of a quantity over load: points joined by a line, both axes with units, the limit, and the knee.

Leaves the points to the judge that measured: the value of such a measurement is the unit of the load and then `x:y` of
each point in order, its limit the line that must not be crossed.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from html import escape

from bench.case import Measurement
from reports.blocks import visible

SUFFIX = "-curve"
"""How the id of a measurement ends whose value is a curve."""
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 560, 240, 78, 18, 14, 44
_ROOM = 90
"""What the word at a knee takes."""
_TICKS = 5
"""At most, beside 0."""
Points = tuple[tuple[Decimal, Decimal], ...]


def points_of(found: Measurement) -> tuple[str, Points]:
    """The unit of the load and the points of a curve; none for what is no curve."""
    words = found.value.split()
    if not found.id.endswith(SUFFIX) or len(words) < 3:
        return "", ()
    try:
        pairs = [part.partition(":") for part in words[1:]]
        return words[0], tuple((Decimal(x), Decimal(y)) for x, _, y in pairs)
    except InvalidOperation:
        return "", ()


def _round(number: Decimal) -> str:
    return f"{number:.3g}" if number < 10 else f"{number:.0f}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def ticks_of(high: Decimal) -> list[Decimal]:
    """Round numbers from 0 to `high` (above 0) for an axis: steps of 1, 2 or 5 times a power of ten."""
    unit = Decimal(1).scaleb(high.adjusted() - 1)
    step = next(unit * each for each in (1, 2, 5, 10, 20, 50) if high / (unit * each) <= _TICKS)
    return [step * number for number in range(int(high / step) + 1)]


def curve_svg(found: Measurement, id: str) -> str:
    """The curve as a picture; empty where there is none to draw."""
    unit, points = points_of(found)
    if not points:
        return ""
    limit = Decimal(found.limit) if found.limit else None
    high = max([y for _, y in points] + ([limit] if limit is not None else [])) * Decimal("1.1") or Decimal(1)
    far = max(x for x, _ in points) or Decimal(1)
    wide, tall = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def across(x: Decimal) -> str:
        return f"{_LEFT + float(x / far) * wide:.1f}"

    def up(y: Decimal) -> str:
        return f"{_TOP + tall - float(y / high) * tall:.1f}"

    parts: list[str] = []
    for y in ticks_of(high):
        parts.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + wide}" y1="{up(y)}" y2="{up(y)}"/>'
            f'<text x="{_LEFT - 6}" y="{up(y)}" dy="4" text-anchor="end">{_plain(y)}</text>'
        )
    for x in ticks_of(far):
        parts.append(f'<text x="{across(x)}" y="{_TOP + tall + 16}" text-anchor="middle">{_plain(x)}</text>')
    if limit is not None:
        parts.append(
            f'<line class="limit" x1="{_LEFT}" x2="{_LEFT + wide}" y1="{up(limit)}" y2="{up(limit)}"/>'
            f'<text x="{_LEFT + wide}" y="{up(limit)}" dy="-4" text-anchor="end">'
            f"{escape(found.limit)} {escape(visible(found.unit))} · limit 限值</text>"
        )
    line = " ".join(f"{across(x)},{up(y)}" for x, y in points)
    parts.append(f'<polyline points="{line}"/>')
    parts += [f'<circle cx="{across(x)}" cy="{up(y)}" r="3"/>' for x, y in points]
    knee = knee_of(points)
    if knee is not None:
        x, y = knee
        # A rising curve is flat before its knee and steep behind it: there is room above, on the left.
        room = float(x / far) * wide > _ROOM
        beside, anchor = (f"{float(across(x)) - 6:.1f}", "end") if room else (across(x), "middle")
        parts.append(
            f'<circle class="knee" cx="{across(x)}" cy="{up(y)}" r="7"/>'
            f'<text class="said" x="{beside}" y="{up(y)}" dy="-9" text-anchor="{anchor}">knee 拐点 {_round(x)}</text>'
        )
    words = {"users": "users at work 并发用户数", "records/s": "records a second 每秒记录数 (1/s)"}
    parts.append(
        f'<text x="{_LEFT + wide / 2:.0f}" y="{_HEIGHT - 6}" text-anchor="middle">'
        f"{escape(words.get(unit, unit))}</text>"
        f'<text x="14" y="{_TOP + tall / 2:.0f}" text-anchor="middle" '
        f'transform="rotate(-90 14 {_TOP + tall / 2:.0f})">time 时间 ({escape(visible(found.unit))})</text>'
    )
    style = (
        "<style>.curve{font:10.5px system-ui,sans-serif;max-width:560px}.curve text{fill:var(--ink)}"
        ".curve .grid{stroke:var(--line,#dfe3e8)}.curve polyline{fill:none;stroke:var(--accent);stroke-width:2}"
        ".curve circle{fill:var(--accent)}.curve .knee{fill:none;stroke:var(--ink);stroke-width:1.5}"
        ".curve .said{paint-order:stroke;stroke:var(--paper,#fff);stroke-width:3px}"
        ".curve .limit{stroke:var(--ink);stroke-dasharray:5 4}</style>"
    )
    title = f"{found.name.en} / {found.name.zh}"
    return (
        f'<svg class="curve" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="{escape(id)}">'
        f'<title id="{escape(id)}">{escape(visible(title))}</title>{style}{"".join(parts)}</svg>'
    )


_BENT = Decimal("0.2")
_LEAST = 4


def knee_of(points: Points) -> tuple[Decimal, Decimal] | None:
    """Where a rising curve turns up: its point farthest below the straight line from first to last (Kneedle).

    None for fewer than four points, a curve that does not rise, one that is nowhere a fifth of its height below that
    line, and one that had fallen by so much: what goes up and down by itself turns nowhere.
    """
    if len(points) < _LEAST:
        return None
    ordered = sorted(points)
    (x0, y0), (x1, y1) = ordered[0], ordered[-1]
    if x1 <= x0 or y1 <= y0:
        return None
    depth, best = max(((x - x0) / (x1 - x0) - (y - y0) / (y1 - y0), (x, y)) for x, y in ordered)
    heights = [y for _, y in ordered]
    fallen = max(y for x, y in ordered if x <= best[0]) - best[1]
    return best if depth >= _BENT and fallen < _BENT * (max(heights) - min(heights)) else None
