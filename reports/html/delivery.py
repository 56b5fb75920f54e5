"""The page of `carbonbench report RUN --delivery`: counts by fate, and every record's fate drawn over time.

Leaves counting and binning to `reports.delivery`.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from markupsafe import Markup

from reports.blocks import visible
from reports.delivery import EVIDENCE, FAULTY, DeliveryTable, Fate, Lane, Sheet
from reports.html import page
from reports.timeline import local_time
from reports.verdicts import write_whole

FILE = "delivery.html"
_LABEL, _WIDTH, _ROW, _TICKS = 190, 1000, 13, 3
_Bands = tuple[tuple[float, float], ...]
_MARKS: dict[Fate, tuple[str, _Bands]] = {
    Fate.LOST: ("#d55e00", ((0, 11),)),
    Fate.INVENTED: ("var(--ink)", ((0, 4), (7, 4))),
    Fate.ALTERED: ("#0072b2", ((0, 7),)),
    Fate.MIS_STAMPED: ("#56b4e9", ((0, 2.5), (4.25, 2.5), (8.5, 2.5))),
    Fate.WRONGLY_FLAGGED: ("#cc79a7", ((0, 3),)),
    Fate.UNACKNOWLEDGED: ("#a38200", ((0, 3), (9, 2))),
    Fate.DUPLICATED: ("#8e5bc4", ((0, 2), (5, 6))),
    Fate.REORDERED: ("#7d7d7d", ((4, 3),)),
    Fate.LATE: ("#e69f00", ((5, 6),)),
    Fate.DELIVERED: ("#009e73", ((8, 3),)),
    Fate.GAP: ("var(--soft)", ((10, 1),)),
}
"""Colour, and bands (top, height) within a row of 11: faults begin at its top. No two have the same bands, so that
fates are told apart without colour; the colours are those of Okabe and Ito as far as they reach."""


def _mark(fate: Fate, x: float, y: float, width: float, title: str = "") -> str:
    colour, bands = _MARKS[fate]
    path = "".join(f"M{x:.1f} {y + top:g}h{width:.1f}v{height:g}h-{width:.1f}z" for top, height in bands)
    return f'<path fill="{colour}" d="{path}">{title and f"<title>{title}</title>"}</path>'


def swatch(fate: Fate) -> Markup:
    """The mark of a fate for a legend, read out by its name beside it."""
    drawn = _mark(fate, 0, 0, 16)
    return Markup(f'<svg class="swatch" viewBox="0 0 16 11" width="16" height="11" aria-hidden="true">{drawn}</svg>')


def fates_svg(sheet: Sheet, id: str) -> str:
    """A row for each point, a column for each bin of time, marked by the worst fate in it."""
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


def _stretches(lane: Lane) -> list[tuple[int, int, Fate, int]]:
    """First bin, bin behind the last, fate, records: bins side by side with one fate are drawn as one."""
    found: list[tuple[int, int, Fate, int]] = []
    for cell in lane.cells:
        if found and found[-1][1] == cell.bin and found[-1][2] is cell.fate:
            first, _, fate, count = found[-1]
            found[-1] = (first, cell.bin + 1, fate, count + cell.count)
        else:
            found.append((cell.bin, cell.bin + 1, cell.fate, cell.count))
    return found


def _lane(lane: Lane, y: int, sheet: Sheet) -> str:
    name = visible(lane.name)
    shown = name if len(name) <= 30 else name[:29] + "…"
    parts = [f'<text y="{y + 9}">{escape(shown)}<title>{escape(name)}</title></text>']
    step = (_WIDTH - _LABEL) / sheet.bins

    def at(bin: int) -> str:
        return local_time(sheet.start_us + (sheet.end_us - sheet.start_us) * bin // sheet.bins, fraction=False)

    for first, behind, fate, count in _stretches(lane):
        title = f"{escape(name)} {at(first)} – {at(behind)}: {count} {fate.value} {fate.text.zh}"
        parts.append(_mark(fate, _LABEL + first * step, y, max((behind - first) * step, 0.8), title))
    return "".join(parts)


_TILE, _HIGH, _COLUMNS = 240, 44, 60
_STEPS_S = (1, 10, 60, 600, 3600, 86_400)
"""Delays at which the picture of a tile rises by one step."""


def tile_svg(sheet: Sheet, id: str) -> str:
    """One centre of one case: how late what arrived was, and beneath it what was not delivered as it should.

    A dot for each stretch of time stands the higher the later its slowest record came, one step for each of `_STEPS_S`.
    Below it a bar: red for a fault that the case does not allow, pale for one that it brings about itself.
    """
    worst: dict[int, tuple[bool, Fate]] = {}
    for lane in sheet.lanes:
        for cell in lane.cells:
            if cell.fate in FAULTY:
                column = cell.bin * _COLUMNS // sheet.bins
                bad = cell.fate.value in sheet.unexpected
                if column not in worst or (bad and not worst[column][0]):
                    worst[column] = (bad, cell.fate)
    late: dict[int, int] = {}
    for bin, delay in sheet.delays:
        column = bin * _COLUMNS // sheet.bins
        late[column] = max(late.get(column, 0), delay)
    step, floor = _TILE / _COLUMNS, _HIGH - 10
    dots = "".join(
        f'<rect class="d{_rise(delay)}" x="{column * step:g}" y="{floor - 2 - 5 * _rise(delay):g}" '
        f'width="{step:g}" height="3"/>'
        for column, delay in sorted(late.items())
    )
    bars = "".join(
        f'<rect class="{"bad" if bad else "meant"}" x="{column * step:g}" y="{_HIGH - 7:g}" '
        f'width="{step:g}" height="6">'
        f"<title>{fate.value} {fate.text.zh}</title></rect>"
        for column, (bad, fate) in sorted(worst.items())
    )
    slowest = max((delay for _, delay in sheet.delays), default=0)
    told = f"centre {sheet.centre}: slowest {slowest} s, {sheet.faulty} not allowed, {sheet.allowed} meant"
    return (
        f'<svg class="tile" viewBox="0 0 {_TILE} {_HIGH}" role="img" aria-labelledby="{id}"><title id="{id}">'
        f'{escape(visible(told))}</title><path class="ground" d="M0 {floor + 1.5:g}h{_TILE}"/>{dots}{bars}</svg>'
    )


def _rise(delay_s: int) -> int:
    return sum(delay_s > step for step in _STEPS_S)


@dataclass(frozen=True)
class Tile:
    """One attempt of a case: a picture and its counts for each centre."""

    case: str
    attempt: int
    verdict: str
    record: str
    centres: tuple[tuple[Sheet, Markup], ...]

    @property
    def faulty(self) -> int:
        """Records with a fault that the case does not allow."""
        return sum(sheet.faulty for sheet, _ in self.centres)

    @property
    def allowed(self) -> int:
        """Records with a fault that the case brings about itself."""
        return sum(sheet.allowed for sheet, _ in self.centres)

    @property
    def slowest_s(self) -> int:
        """The largest delay (s)."""
        return max((delay for sheet, _ in self.centres for _, delay in sheet.delays), default=0)


def _tiles(table: DeliveryTable) -> list[Tile]:
    grouped: dict[tuple[str, int], list[tuple[Sheet, Markup]]] = {}
    for index, one in enumerate(table.sheets):
        grouped.setdefault((one.case, one.attempt), []).append((one, Markup(tile_svg(one, f"t{index}"))))
    return [
        Tile(case, attempt, found[0][0].verdict, found[0][0].record, tuple(found))
        for (case, attempt), found in grouped.items()
    ]


FEW = 8
"""So many sheets are drawn record by record in any case; of more only those with a fault that is not allowed."""


def delivery_html(table: DeliveryTable) -> str:
    """The table as one HTML text."""
    shown = [one for one in table.sheets if one.faulty or len(table.sheets) <= FEW]
    pictures = [Markup(fates_svg(sheet, f"d{index}")) for index, sheet in enumerate(shown)]
    tiles = _tiles(table)
    return page(
        "delivery.html.j2",
        table=table,
        tiles=sorted(tiles, key=lambda tile: -tile.faulty),
        fates=[(fate, swatch(fate), fate in FAULTY) for fate in Fate],
        most=EVIDENCE,
        sheets=list(zip(shown, pictures, strict=True)),
        totals=table.totals(),
        wrong=sum(tile.faulty for tile in tiles),
        allowed=sum(tile.allowed for tile in tiles),
    )


def write(table: DeliveryTable, folder: Path) -> Path:
    """Write the page into a run folder in one piece and return its path."""
    return write_whole(folder / FILE, delivery_html(table))
