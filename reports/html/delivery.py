"""The page of `carbonbench report RUN --delivery`: counts by fate, and every record's fate drawn over time.

Leaves counting and binning to `reports.delivery`.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from markupsafe import Markup

from reports.blocks import visible
from reports.delivery import BINS, FAULTY, DeliveryTable, Fate, Lane, Sheet
from reports.html import page
from reports.timeline import local_time
from reports.verdicts import write_whole

FILE = "delivery.html"
_LABEL, _WIDTH, _ROW, _TICKS = 190, 1000, 13, 3
_COLOURS = {
    Fate.LOST: "var(--fail)",
    Fate.INVENTED: "var(--fail)",
    Fate.ALTERED: "var(--fail)",
    Fate.MIS_STAMPED: "var(--error)",
    Fate.WRONGLY_FLAGGED: "var(--error)",
    Fate.UNACKNOWLEDGED: "var(--error)",
    Fate.DUPLICATED: "var(--error)",
    Fate.REORDERED: "var(--review)",
    Fate.LATE: "var(--inconclusive)",
    Fate.DELIVERED: "var(--pass)",
    Fate.GAP: "var(--line)",
}


def fates_svg(sheet: Sheet, id: str) -> str:
    """A row for each point, a column for each bin of time, coloured by the worst fate in it.

    Faults are drawn at full height, all else lower, so that they are told apart without colour.
    """
    height = 22 + _ROW * len(sheet.lanes) + 18
    parts = [_lane(lane, 20 + _ROW * index, sheet) for index, lane in enumerate(sheet.lanes)]
    ticks = [
        f'<text class="tick" x="{_LABEL + (_WIDTH - _LABEL) * share / _TICKS:.0f}" y="{height - 4}" '
        f'text-anchor="{"start" if share == 0 else "end" if share == _TICKS else "middle"}">'
        f"{local_time(sheet.start_us + (sheet.end_us - sheet.start_us) * share // _TICKS, fraction=False)}</text>"
        for share in range(_TICKS + 1)
    ]
    style = (
        "<style>.fates{font:8.5px ui-monospace,Menlo,Consolas,monospace}.fates text{fill:var(--ink)}"
        ".fates .tick{fill:var(--soft)}</style>"
    )
    told = ", ".join(f"{count} {name}" for name, count in sheet.counts.items()) or "no record"
    title = f"{sheet.case}, centre {sheet.centre}: {told}"
    return (
        f'<svg class="fates" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="{id}">'
        f'<title id="{id}">{escape(visible(title))}</title>{style}{"".join(parts)}{"".join(ticks)}</svg>'
    )


def _lane(lane: Lane, y: int, sheet: Sheet) -> str:
    name = visible(lane.name)
    shown = name if len(name) <= 30 else name[:29] + "…"
    parts = [f'<text y="{y + 9}">{escape(shown)}<title>{escape(name)}</title></text>']
    step = (_WIDTH - _LABEL) / BINS
    for cell in lane.cells:
        tall = _ROW - 2 if cell.fate in FAULTY else _ROW - 7
        x, top = _LABEL + cell.bin * step, y + (_ROW - 2 - tall)
        at = local_time(sheet.start_us + (sheet.end_us - sheet.start_us) * cell.bin // BINS, fraction=False)
        parts.append(
            f'<rect x="{x:.1f}" y="{top}" width="{max(step - 0.3, 0.6):.2f}" height="{tall}" '
            f'fill="{_COLOURS[cell.fate]}"><title>{escape(name)} {at}: {cell.count} {cell.fate.value} '
            f"{cell.fate.text.zh}</title></rect>"
        )
    return "".join(parts)


def delivery_html(table: DeliveryTable) -> str:
    """The table as one HTML text."""
    pictures = [Markup(fates_svg(sheet, f"d{index}")) for index, sheet in enumerate(table.sheets)]
    return page(
        "delivery.html.j2",
        table=table,
        fates=[(fate, Markup(_COLOURS[fate]), fate in FAULTY) for fate in Fate],
        sheets=list(zip(table.sheets, pictures, strict=True)),
        totals=table.totals(),
    )


def write(table: DeliveryTable, folder: Path) -> Path:
    """Write the page into a run folder in one piece and return its path."""
    return write_whole(folder / FILE, delivery_html(table))
