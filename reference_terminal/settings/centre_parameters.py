"""What a centre may change at run time: patience, intervals, password, real-time data on or off.

Leaves everything fixed to `config` and keeping to `overlay`. A change is durable before it is confirmed and survives
restarts.
"""

from __future__ import annotations

from collections.abc import Callable

from reference_terminal.model.times import DAY, HOUR, MONTH, QUARTER, Span, minutes
from reference_terminal.settings.centres import MIN_INTERVALS, CentreConfig, day_times_s
from reference_terminal.settings.group import reported_spans
from reference_terminal.settings.overlay import Overlaid, Overlay, parameters_of

_LIMITS = {
    "overtime_s": (1, 99),
    "recount": (0, 99),
    "realtime_s": (1, 86_400),
    "minute_interval": (1, 30),
    "realtime_on": (0, 1),
}
"""What a number kept at run time may be; one beyond is not put in force."""


class CentreInForce:
    """What of a centre is in force: the last accepted settings, else those of the configuration."""

    def __init__(self, config: CentreConfig, overlaid: Overlaid) -> None:
        self._scope = parameters_of(config.id)
        self._overlaid = overlaid
        self.protocol = config.protocol
        self.schedule = config.schedule
        self.uploads = config.uploads
        self.overtime_s = self._number("overtime_s", config.overtime_s)
        self.recount = self._number("recount", config.recount)
        self.realtime_s = self._number("realtime_s", config.realtime_s)
        self.minute_interval = self._number("minute_interval", config.minute_interval)
        self.realtime_on = self._number("realtime_on", 1) == 1
        self.upload_time = overlaid.get(self._scope, "upload_time") or config.upload_time
        if day_times_s(self.upload_time) is None:
            overlaid.unusable[(self._scope.word, "upload_time")] = None
            self.upload_time = config.upload_time
        self.pw = self.secret("pw") or config.pw

    def _number(self, name: str, default: int) -> int:
        kept = self._overlaid.get(self._scope, name)
        low, high = _LIMITS.get(name, (0, 0))
        number = int(kept) if kept.isascii() and kept.isdigit() and len(kept) <= 6 else -1
        if low <= number <= high and (name != "minute_interval" or number in MIN_INTERVALS):
            return number
        if kept:
            self._overlaid.unusable[(self._scope.word, name)] = None
        return default

    def secret(self, name: str) -> str:
        """A secret kept at run time, empty if there is none that can be opened."""
        return self._overlaid.get(self._scope, name)

    def spans(self) -> list[Span]:
        """The classes of periods this centre receives now."""
        if self.protocol == "https-json":
            return [QUARTER, DAY, MONTH]
        if self.protocol in ("fingerprint", "management"):
            return []
        if self.protocol == "master":
            return reported_spans(self.minute_interval)
        spans = {"2051": minutes(self.minute_interval), "2061": HOUR, "2031": DAY}
        return [span for cn, span in spans.items() if cn in self.uploads]


class CentreSettings(CentreInForce):
    """The same with a store in which the next ones are kept."""

    def __init__(self, config: CentreConfig, overlay: Overlay) -> None:
        super().__init__(config, overlay)
        self._overlay = overlay
        self.changed: list[Callable[[], None]] = []

    def keep(self, name: str, value: int | str) -> bool:
        """Put a setting in force and commit it; False if the store failed (it is then in force until a restart)."""
        setattr(self, name, value == 1 if name == "realtime_on" else value)
        self._overlay.put(self._scope, name, str(value))
        kept = self._overlay.commit()
        for listener in self.changed:
            listener()
        return kept

    def gather(self, name: str, value: int | str) -> None:
        """Put a setting in force and gather it for the transaction that the caller commits."""
        setattr(self, name, value)
        self._overlay.put(self._scope, name, str(value))

    def keep_registration(self, text: str) -> bool:
        """Keep what a platform answered at registration: it holds a key."""
        self._overlay.put(self._scope, "registration", text)
        return self._overlay.commit()
