"""Watches the terminal's own certificates: a warning before one ends, an alarm once it has (ruling R-34).

Leaves ending connections to the links.
"""

from __future__ import annotations

from datetime import UTC, datetime

from reference_terminal.model.clock import WallClock
from reference_terminal.model.times import DAY_S
from reference_terminal.security.keyring import Keyring
from reference_terminal.storage.journal import Journal

PERIOD_S = 3600


class Warden:
    """Looks once an hour."""

    def __init__(self, keyring: Keyring, warn_days: int, clock: WallClock, journal: Journal) -> None:
        self._certificates = keyring.own_certificates()
        self._missing = keyring.missing_certificates()
        self._warn_s = warn_days * DAY_S
        self._clock = clock
        self._journal = journal

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            self.look()
            await self._clock.sleep_until_or_step((self._clock.now_s() + PERIOD_S) * 1000)

    def look(self) -> None:
        """One round over all certificates."""
        now_s = self._clock.now_s()
        for name in self._missing:
            said = "the terminal has no certificate of its own and sends nothing; install certificate and key"
            self._journal.raise_alarm(
                "certificate missing", f"centre {name}", said, "缺少终端证书和私钥,不发送任何数据"
            )
        for what, each in self._certificates.items():
            day = datetime.fromtimestamp(each.end_s, UTC).strftime("%Y-%m-%d")
            fault = each.fault(now_s)
            if fault is not None:
                self._journal.clear_alarm("certificate ends", what)
                self._journal.raise_alarm("certificate unusable", what, f"{each.subject!r} {fault[0]}", fault[1])
            elif each.end_s - now_s <= self._warn_s:
                self._journal.raise_alarm(
                    "certificate ends", what, f"{each.subject!r} ends on {day}; renew it", f"证书将于 {day} 到期,请更换"
                )
            else:
                for kind in ("certificate unusable", "certificate ends"):
                    self._journal.clear_alarm(kind, what)
