"""Setting how often a meter is polled, at the local interface (ISC-2 9.1, ruling R-11).

Leaves which periods are possible, and keeping them, to `settings.period_overlay`. An order names its author, is in the
event log before it is confirmed and holds a second later. A period too slow for values that centres are to get is taken
with a warning: those values are then missing, not made up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_terminal.model.times import Span
from reference_terminal.settings import period_overlay
from reference_terminal.settings.problems import InputError
from reference_terminal.web import entry
from reference_terminal.web.parameters import pairs, shown
from reference_terminal.web.server import HttpError, Request

if TYPE_CHECKING:
    from reference_terminal.assembly import Terminal

PERIOD = "period"
KEYS: dict[str, tuple[str, ...]] = {PERIOD: ()}
_MOST_AUTHOR = 100


def answer(terminal: Terminal, request: Request) -> Any:
    """The JSON value for a request to `PERIOD`: result (done, refused) and message; raises HttpError."""
    if request.method != "POST":
        raise HttpError(405, "expected POST for period", "period 须用 POST 提交", {"Allow": "POST"})
    pairs(request.query, ())
    fields = entry.read(request.content_type, request.body, ("meter", "period_s", "author"))
    author, text, name = fields["author"].strip(), fields["period_s"], fields["meter"]
    if not author or len(author) > _MOST_AUTHOR or not author.isprintable():
        raise HttpError(400, f"expected author as 1 to {_MOST_AUTHOR} printable characters", "author 应为可见字符")
    meter = next((meter for meter in terminal.config.meters if meter.id == name), None)
    if meter is None:
        raise HttpError(404, f"no meter is called {shown(name)}", f"没有表计 {shown(name)}")
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise HttpError(400, f"expected period_s as whole seconds, got {shown(text)}", "period_s 应为整秒数")
    period_s = int(text)
    try:
        period_overlay.checked(terminal.config, name, period_s)
    except InputError as error:
        said = "; ".join(f"{problem.en} / {problem.zh}" for problem in error.problems)
        return {"result": "refused", "message": said}

    def gather() -> None:
        period_overlay.keep(terminal.store, name, period_s, terminal.clock.now_s())
        said = f"polling period {meter.period_s} s to {period_s} s"
        terminal.journal.event("setting", name, f"{author}: {said}", f"{author}:采集周期设为 {period_s} 秒")

    if not terminal.store.attempt(gather):
        raise HttpError(
            503,
            "the store cannot be written now and nothing was recorded; try again",
            "存储暂不可写,未登记,请稍后重试",
            {"Retry-After": "5"},
        )
    terminal.restart_soon()
    return {"result": "done", "message": _warning(terminal, period_s)}


def _warning(terminal: Terminal, period_s: int) -> str:
    """What centres will not get any more; empty if they get everything."""
    spans: dict[str, Span] = {span.name: span for each in terminal.settings.values() for span in each.spans()}
    lost = [name for name, span in spans.items() if not span.holds(period_s)]
    if not lost:
        return ""
    return (
        f"polled every {period_s} s there are no {', '.join(lost)} values of this meter"
        f" / 每 {period_s} 秒采集一次,该表不再生成 {'、'.join(lost)} 数据"
    )
