"""A value entered by hand, read and checked (ruling R-22).

Leaves what it changes to `processing.manual`.
"""

from __future__ import annotations

from decimal import Decimal

from reference_terminal.model.seams import seam
from reference_terminal.model.times import STANDARD_SPANS, iso
from reference_terminal.processing.manual import Entry
from reference_terminal.processing.pipeline import PointState
from reference_terminal.web.entry import is_decimal
from reference_terminal.web.parameters import instant, shown
from reference_terminal.web.server import HttpError

KEYS = ("point", "class", "start", "value", "author", "reason")
_MOST_AUTHOR, _MOST_REASON = 64, 500


def check(state: PointState, fields: dict[str, str], now_ms: int) -> Entry:
    """The entry that the fields tell. Raises HttpError (400)."""
    name = fields["class"]
    span = next((span for span in STANDARD_SPANS if span.name == name), None)
    if span is None:
        known = ", ".join(span.name for span in STANDARD_SPANS)
        raise HttpError(400, f"expected class one of {known}, got {shown(name)}", f"class 应为 {known} 之一")
    start_s = instant(fields, "start", 0)
    if span.start(start_s) != start_s:
        raise HttpError(
            400,
            f"expected start on the grid of the {name} class, got {iso(start_s)}; take {iso(span.start(start_s))}",
            f"start 应为 {name} 时段的起点，例如 {iso(span.start(start_s))}",
        )
    if span.end(start_s) * 1000 > now_ms:
        raise HttpError(
            400,
            f"the {name} from {iso(start_s)} has not ended; enter it after {iso(span.end(start_s))}",
            f"该时段尚未结束，请在 {iso(span.end(start_s))} 之后录入",
        )
    value = fields["value"]
    if not is_decimal(value):
        raise HttpError(
            400,
            f"expected value a plain decimal number such as 12.50, got {shown(value)}",
            f"value 应为十进制数，例如 12.50，实际为 {shown(value)}",
        )
    if state.counts and Decimal(value) < 0:
        raise HttpError(400, f"expected value not below 0 for a counter, got {value}", "累计量的值不应小于 0")
    _check_range(state, value)
    for key, most in (("author", _MOST_AUTHOR), ("reason", _MOST_REASON)):
        text = fields[key].strip()
        if not text or len(text) > most or not text.isprintable():
            raise HttpError(
                400,
                f"expected {key} as 1 to {most} printable characters: who enters a value says so, and why",
                f"{key} 应为 1 至 {most} 个可见字符",
            )
    return Entry(state.config.id, span, start_s, value, fields["author"].strip(), fields["reason"].strip(), now_ms)


@seam
def _check_range(state: PointState, value: str) -> None:
    """An instant value lies within the point's limits, the limits included (R-20)."""
    config = state.config
    if state.counts:
        return
    low = None if config.minimum is None else config.minimum * config.ratio
    high = None if config.maximum is None else config.maximum * config.ratio
    if (low is not None and Decimal(value) < low) or (high is not None and Decimal(value) > high):
        raise HttpError(400, f"{value} lies outside {low} to {high}", f"{value} 超出范围 {low} 至 {high}")
