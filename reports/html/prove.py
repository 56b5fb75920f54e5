"""The page of `carbonbench prove`: outcome, matrix defect × check, both lists.

Leaves the matrix itself to `reports.prove`.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from markupsafe import Markup

from reports.blocks import visible
from reports.html import page
from reports.prove import Proof
from reports.verdicts import write_whole

_CELL, _LABEL, _WIDTH = 11, 250, 1000


def matrix_svg(proof: Proof) -> str:
    """The matrix as a picture: a row for each defect, a column for each check, a square where one flips the other.

    A row or column without any square is marked, since that is what the picture is looked at for.
    """
    columns = {row.id: index for index, row in enumerate(proof.checks)}
    step = min(_CELL, (_WIDTH - _LABEL) / max(len(columns), 1))
    height = 22 + _CELL * len(proof.defects)
    parts: list[str] = []
    for row in proof.checks:
        if not row.seen_failing:
            x = _LABEL + step * columns[row.id]
            parts.append(
                f'<path class="missing" d="M{x:.1f},18h{step:.2f}V{height}h-{step:.2f}z">{_title(row.id)}</path>'
            )
    wide = max(step - 1, 1)
    for number, defect in enumerate(proof.defects):
        y = 20 + _CELL * number
        lost = "" if defect.caught_by else " lost"
        name = visible(defect.id)
        shown = name if len(name) <= 40 else name[:39] + "…"
        parts.append(f'<text class="row{lost}" y="{y + 8}">{escape(shown)}{_title(defect.id)}</text>')
        if lost:
            parts.append(f'<path class="missing" d="M{_LABEL},{y - 1}H{_WIDTH}v{_CELL}H{_LABEL}z"/>')
        else:
            end = _LABEL + step * len(columns)
            parts.append(f'<path class="line" d="M{_LABEL},{y + 4.5}H{end:.1f}"/>')
        for check in (check for check in defect.caught_by if check in columns):
            x = _LABEL + step * columns[check]
            box = f"M{x:.1f},{y}h{wide:.2f}v{_CELL - 2}h-{wide:.2f}z"
            parts.append(f'<path class="hit" d="{box}">{_title(f"{defect.id} → {check}")}</path>')
    style = (
        "<style>.mx{font:8.5px ui-monospace,Menlo,Consolas,monospace}.mx text{fill:var(--ink)}"
        ".mx .lost{fill:var(--fail);font-weight:700}.mx .hit{fill:var(--accent)}.mx .line{stroke:var(--line)}"
        ".mx .missing{fill:var(--fail);opacity:.22}</style>"
    )
    caught = len(proof.defects) - len(proof.survivors)
    words = f"{caught}/{len(proof.defects)} defects caught 缺陷被发现, {len(proof.checks)} checks 检查项"
    return (
        f'<svg class="mx" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="mx-title"><title id="mx-title">'
        f'{escape(words)}</title>{style}<text x="{_LABEL}" y="12">{len(proof.checks)} checks 检查项 →</text>'
        f"{''.join(parts)}</svg>"
    )


def _title(text: str) -> str:
    return f"<title>{escape(visible(text))}</title>"


def prove_html(proof: Proof) -> str:
    """The proof as one HTML text."""
    return page("prove.html.j2", proof=proof, matrix=Markup(matrix_svg(proof)))


def write(proof: Proof, path: Path) -> Path:
    """Write the page in one piece and return its path."""
    return write_whole(path, prove_html(proof))
