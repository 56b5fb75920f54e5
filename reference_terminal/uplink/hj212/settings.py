"""What a centre may change at run time: patience, intervals, password, real-time data on or off.

Leaves everything fixed to `config`. A change is durable before it is confirmed and survives restarts.
"""

from __future__ import annotations

from collections.abc import Callable

from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY, HOUR, MONTH, QUARTER, Span, minutes
from reference_terminal.security.vault import SealedError, Vault, is_sealed
from reference_terminal.settings.centres import CentreConfig
from reference_terminal.storage.store import Store

SECRETS = ("pw",)
"""Settings that are sealed at rest."""


class CentreSettings:
    """The settings of one centre in force: the last accepted ones, else those of the configuration."""

    def __init__(self, config: CentreConfig, store: Store, vault: Vault | None = None) -> None:
        self._scope = f"centre/{config.id}"
        self._store = store
        self._vault = vault
        self.changed: list[Callable[[], None]] = []
        self.protocol = config.protocol
        self.schedule = config.schedule
        self.uploads = config.uploads
        self.overtime_s = self._number("overtime_s", config.overtime_s)
        self.recount = self._number("recount", config.recount)
        self.realtime_s = self._number("realtime_s", config.realtime_s)
        self.minute_interval = self._number("minute_interval", config.minute_interval)
        self.realtime_on = self._number("realtime_on", 1) == 1
        self.upload_time = store.setting(self._scope, "upload_time") or config.upload_time
        self.pw = self.secret("pw") or config.pw

    def _number(self, name: str, default: int) -> int:
        value = self._store.setting(self._scope, name)
        return default if value is None else int(value)

    def keep(self, name: str, value: int | str) -> bool:
        """Put a setting in force and commit it; False if the store failed (it is then in force until a restart)."""
        setattr(self, name, value == 1 if name == "realtime_on" else value)
        text = str(value) if name not in SECRETS else self._sealed(name, str(value))
        self._store.keep_setting(self._scope, name, text)
        kept = self._store.flush()
        for listener in self.changed:
            listener()
        return kept

    def gather(self, name: str, value: int | str) -> None:
        """Put a setting in force and gather it for the transaction that the caller commits."""
        setattr(self, name, value)
        self._store.keep_setting(self._scope, name, str(value))

    @seam
    def _sealed(self, name: str, value: str) -> str:
        return value if self._vault is None else self._vault.seal(f"{self._scope} {name}", value.encode())

    def secret(self, name: str) -> str:
        """A secret kept at run time, empty if there is none that can be opened."""
        kept = self._store.setting(self._scope, name) or ""
        if not is_sealed(kept):
            return kept
        try:
            return "" if self._vault is None else self._vault.open(f"{self._scope} {name}", kept).decode()
        except SealedError:
            return ""

    def keep_registration(self, text: str) -> bool:
        """Keep what a platform answered at registration, sealed: it holds a key."""
        self._store.keep_setting(self._scope, "registration", self._sealed("registration", text))
        return self._store.flush()

    def spans(self) -> list[Span]:
        """The classes of periods this centre receives now."""
        if self.protocol == "https-json":
            return [QUARTER, DAY, MONTH]
        if self.protocol in ("fingerprint", "management"):
            return []
        spans = {"2051": minutes(self.minute_interval), "2061": HOUR, "2031": DAY}
        return [span for cn, span in spans.items() if cn in self.uploads]


def command_of(span: Span) -> str:
    """The command code that carries a class of periods (HJ 212 table 9)."""
    if span == DAY:
        return "2031"
    return "2061" if span == HOUR else "2051"
