"""Charts as SVG in the page: columns over time and bars over names, with axes that say their unit.

Leaves what is shown to the pages. Colours are classes of `files/app.css`, so that the dark screen has its own.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from fractions import Fraction
from html import escape

_LEFT, _RIGHT, _TOP, _BOTTOM = 74, 16, 26, 34


def tick(value: Fraction) -> str:
    """A number at an axis, short: six significant digits."""
    near = float(value)
    text = f"{near:,.0f}" if abs(near) >= 10_000 else f"{near:.6g}"
    return "0" if text == "-0" else text


def steps(low: Fraction, high: Fraction) -> list[Fraction]:
    """Round numbers from a low to a high one, four or so apart."""
    width = high - low
    if width <= 0:
        return [low, low + 1]
    size = Fraction(10) ** math.floor(math.log10(width / 4))
    size *= next(factor for factor in (1, 2, 5, 10) if width / (size * factor) <= 5)
    first = low // size
    return [(first + number) * size for number in range(math.ceil(high / size) - first + 1)]


def shortened(label: str, most: int = 24) -> str:
    """A name that has room beside a bar: so many narrow characters, of which a Chinese one takes two."""
    taken = [1 + (unicodedata.east_asian_width(each) in "WF") for each in label]
    if sum(taken) <= most:
        return label
    kept = sum(sum(taken[: end + 1]) < most for end in range(len(taken)))
    return f"{label[:kept].rstrip()}…"


def columns(
    points: Sequence[tuple[str, Fraction | None]], unit: str, title: str, *, width: int = 760, height: int = 260
) -> str:
    """Values one after the other; one that is not there leaves a gap."""
    known = [value for _, value in points if value is not None]
    if not known:
        return ""
    marks = steps(min(Fraction(0), min(known)), max(Fraction(0), max(known)))
    low, high = marks[0], marks[-1]
    inner, tall = width - _LEFT - _RIGHT, height - _TOP - _BOTTOM

    def y(value: Fraction) -> float:
        return _TOP + float((high - value) / (high - low or 1)) * tall

    pitch = inner / len(points)
    every = max(1, len(points) * 62 // inner + 1)
    parts = [_open(width, height, title, unit)]
    for mark in marks:
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y(mark):.1f}" y2="{y(mark):.1f}"/>')
        parts.append(f'<text class="tick" x="{_LEFT - 8}" y="{y(mark) + 4:.1f}" text-anchor="end">{tick(mark)}</text>')
    for place, (label, value) in enumerate(points):
        left = _LEFT + place * pitch
        if value is not None:
            top, bottom = sorted((y(value), y(Fraction(0))))
            parts.append(
                f'<rect class="bar" x="{left + pitch * 0.12:.1f}" y="{top:.1f}" width="{pitch * 0.76:.1f}" '
                f'height="{max(bottom - top, 0.5):.1f}">'
                f"<title>{escape(label)}: {tick(value)} {escape(unit)}</title></rect>"
            )
        if place % every == 0:
            middle = f'x="{left + pitch / 2:.1f}" y="{height - 12}"'
            parts.append(f'<text class="tick" {middle} text-anchor="middle">{escape(label)}</text>')
    return "".join([*parts, "</svg>"])


def bars(
    rows: Sequence[tuple[str, Fraction]], unit: str, title: str, *, width: int = 760, row: int = 30, most: int = 24
) -> str:
    """Values by name, one below the other, each with its number."""
    rows = rows[:most]
    if not rows:
        return ""
    height = _TOP + row * len(rows) + 8
    left, right = 190, 130
    high = max(max(value for _, value in rows), Fraction(0))
    low = min(min(value for _, value in rows), Fraction(0))
    scale = (width - left - right) / float(high - low or 1)
    zero = left + float(-low) * scale
    parts = [_open(width, height, title, unit)]
    for place, (label, value) in enumerate(rows):
        y = _TOP + place * row
        long = abs(float(value)) * scale
        x = zero if value >= 0 else zero - long
        short = shortened(label)
        parts.append(
            f'<text class="name" x="{left - 10}" y="{y + row * 0.62:.1f}" text-anchor="end">{escape(short)}</text>'
            f'<rect class="bar" x="{x:.1f}" y="{y + row * 0.18:.1f}" '
            f'width="{max(long, 0.5):.1f}" height="{row * 0.64:.1f}">'
            f"<title>{escape(label)}: {tick(value)} {escape(unit)}</title></rect>"
            f'<text class="tick" x="{x + long + 8:.1f}" y="{y + row * 0.62:.1f}">{tick(value)}</text>'
        )
    return "".join([*parts, "</svg>"])


def _open(width: int, height: int, title: str, unit: str) -> str:
    shown = f"{title} / {unit}" if title and unit else title or unit
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" preserveAspectRatio="xMinYMin" role="img" '
        f'aria-label="{escape(shown)}">'
        f'<text class="axis" x="0" y="14">{escape(shown)}</text>'
    )
