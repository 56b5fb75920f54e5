"""The picture of a measured distribution: a bar for each class, its share of all samples and the limit beside it.

Leaves the classes to the judge that measured: the value of such a measurement is `edge:count` of each class in order.
"""

from __future__ import annotations

from html import escape

from bench.case import Measurement
from reports.blocks import visible

SUFFIX = "-histogram"
"""How the id of a measurement ends whose value is a distribution."""
_WIDTH, _ROW, _LABEL, _COUNT = 560, 16, 96, 110


def classes(found: Measurement) -> tuple[tuple[str, int], ...]:
    """The classes of a distribution: upper edge and count. Empty for what is no distribution, or one of nothing."""
    if not found.id.endswith(SUFFIX):
        return ()
    rows = [part.rpartition(":") for part in found.value.split()]
    if not all(edge and count.isdecimal() for edge, _, count in rows):
        return ()
    return tuple((edge, int(count)) for edge, _, count in rows)


def histogram_svg(found: Measurement, id: str) -> str:
    """The distribution as a picture; empty where there is none to draw."""
    rows = classes(found)
    total = sum(count for _, count in rows)
    if not total:
        return ""
    most = max(count for _, count in rows)
    plot = _WIDTH - _LABEL - _COUNT
    parts: list[str] = []
    for index, (edge, count) in enumerate(rows):
        y = _ROW * index
        share = f"{count * 100 / total:.1f} %"
        name = visible(edge if edge == "more" else f"≤ {edge} {found.unit}")
        parts.append(
            f'<text x="{_LABEL - 8}" y="{y + 11}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{_LABEL}" y="{y + 2}" width="{max(plot * count / most, 0.5 if count else 0):.1f}" '
            f'height="{_ROW - 4}"/>'
            f'<text class="soft" x="{_LABEL + plot * count / most + 6:.1f}" y="{y + 11}">{count} ({share})</text>'
        )
    title = f"{found.name.en}: {total} / {found.name.zh}：{total}"
    style = (
        "<style>.hist{font:10.5px system-ui,sans-serif;max-width:560px}.hist text{fill:var(--ink)}"
        ".hist .soft{fill:var(--soft)}.hist rect{fill:var(--accent)}</style>"
    )
    return (
        f'<svg class="hist" viewBox="0 0 {_WIDTH} {_ROW * len(rows) + 2}" role="img" aria-labelledby="{escape(id)}">'
        f'<title id="{escape(id)}">{escape(visible(title))}</title>{style}{"".join(parts)}</svg>'
    )
