"""What a centre may change at run time: patience, intervals, password, real-time data on or off.

Leaves everything fixed to `config`. A change is durable before it is confirmed and survives restarts.
"""

from __future__ import annotations

from reference_terminal.config_centres import CentreConfig
from reference_terminal.storage.store import Store
from reference_terminal.times import DAY, HOUR, Span, minutes


class CentreSettings:
    """The settings of one centre in force: the last accepted ones, else those of the configuration."""

    def __init__(self, config: CentreConfig, store: Store) -> None:
        self._scope = f"centre/{config.id}"
        self._store = store
        self.uploads = config.uploads
        self.overtime_s = self._number("overtime_s", config.overtime_s)
        self.recount = self._number("recount", config.recount)
        self.realtime_s = self._number("realtime_s", config.realtime_s)
        self.minute_interval = self._number("minute_interval", config.minute_interval)
        self.realtime_on = self._number("realtime_on", 1) == 1
        self.pw = store.setting(self._scope, "pw") or config.pw

    def _number(self, name: str, default: int) -> int:
        value = self._store.setting(self._scope, name)
        return default if value is None else int(value)

    def keep(self, name: str, value: int | str) -> bool:
        """Put a setting in force and commit it; False if the store failed (it is then in force until a restart)."""
        setattr(self, name, value == 1 if name == "realtime_on" else value)
        self._store.keep_setting(self._scope, name, str(value))
        return self._store.flush()

    def spans(self) -> list[Span]:
        """The classes of periods this centre receives now."""
        spans = {"2051": minutes(self.minute_interval), "2061": HOUR, "2031": DAY}
        return [span for cn, span in spans.items() if cn in self.uploads]


def command_of(span: Span) -> str:
    """The command code that carries a class of periods (HJ 212 table 9)."""
    if span == DAY:
        return "2031"
    return "2061" if span == HOUR else "2051"
