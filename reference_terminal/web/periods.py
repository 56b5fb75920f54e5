"""Setting how often a meter is polled, at the local interface (ISC-2 9.1, ruling R-11).

Leaves which periods are possible, and keeping them, to `settings.overlay`. An order names its author, is in the
event log before it is confirmed and holds a second later. A period too slow for values that centres are to get is taken
with a warning: those values are then missing, not made up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from reference_terminal.model.clock import WallClock
from reference_terminal.model.times import Span
from reference_terminal.settings.centre_parameters import CentreSettings
from reference_terminal.settings.config import Config
from reference_terminal.settings.overlay import Overlay, check_period
from reference_terminal.settings.problems import InputError
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.web import messages, refusals
from reference_terminal.web.parameters import shown
from reference_terminal.web.router import Addresses, Right, route

_MOST_AUTHOR = 100


class Needs(Protocol):
    """What this address uses of a terminal."""

    config: Config
    clock: WallClock
    store: Store
    overlay: Overlay
    journal: Journal
    settings: dict[str, CentreSettings]

    def restart_soon(self) -> None:
        """Start anew once whoever asked for it has had the answer."""
        ...


class PeriodApi(Addresses):
    """Orders that change how often meters are polled."""

    def __init__(self, terminal: Needs) -> None:
        self._terminal = terminal

    @route("POST", "period", right=Right.CONFIGURE, body=("meter", "period_s", "author"))
    def set(self, fields: dict[str, str]) -> Any:
        """Set a period: result (done, refused) and message; raises HttpError."""
        terminal = self._terminal
        author, text, name = fields["author"].strip(), fields["period_s"], fields["meter"]
        if not author or len(author) > _MOST_AUTHOR or not author.isprintable():
            raise refusals.NOT_PRINTABLE(key="author", most=_MOST_AUTHOR)
        meter = next((meter for meter in terminal.config.meters if meter.id == name), None)
        if meter is None:
            raise refusals.NO_METER(got=shown(name))
        if not (text.isascii() and text.isdigit() and len(text) <= 6):
            raise refusals.PERIOD_NOT_SECONDS(got=shown(text))
        period_s = int(text)
        try:
            check_period(terminal.config, name, period_s)
        except InputError as error:
            said = "; ".join(f"{problem.en} / {problem.zh}" for problem in error.problems)
            return {"result": "refused", "message": said}

        def gather() -> None:
            terminal.overlay.poll(name, period_s, terminal.clock.now_s())
            change = {"author": author, "before": meter.period_s, "after": period_s}
            terminal.journal.event(messages.POLLING_PERIOD_SET, name, **change)

        if not terminal.store.attempt(gather):
            raise refusals.NOT_RECORDED()
        terminal.restart_soon()
        return {"result": "done", "message": _warning(terminal.settings.values(), period_s)}


def _warning(settings: Iterable[CentreSettings], period_s: int) -> str:
    """What centres will not get any more; empty if they get everything."""
    spans: dict[str, Span] = {span.name: span for each in settings for span in each.spans()}
    lost = [name for name, span in spans.items() if not span.holds(period_s)]
    if not lost:
        return ""
    return (
        f"polled every {period_s} s there are no {', '.join(lost)} values of this meter"
        f" / 每 {period_s} 秒采集一次，该表不再生成 {'、'.join(lost)} 数据"
    )
