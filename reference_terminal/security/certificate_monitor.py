"""Watches the terminal's own certificates: a warning before one ends, an alarm once it has (ruling R-34).

Leaves ending connections to the links.
"""

from __future__ import annotations

from datetime import UTC, datetime

from reference_terminal.model.clock import WallClock
from reference_terminal.model.times import DAY_S
from reference_terminal.security import messages
from reference_terminal.security.keyring import Keyring
from reference_terminal.storage.journal import Journal

PERIOD_S = 3600


class CertificateMonitor:
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
            self._journal.raise_alarm(messages.CERTIFICATE_MISSING, f"centre {name}")
        for what, each in self._certificates.items():
            day = datetime.fromtimestamp(each.end_s, UTC).strftime("%Y-%m-%d")
            fault = each.fault(now_s)
            if fault is not None:
                self._journal.clear_alarm(messages.CERTIFICATE_ENDS, what)
                why = {"subject": each.subject, "fault": fault}
                self._journal.raise_alarm(messages.CERTIFICATE_UNUSABLE, what, **why)
            elif each.end_s - now_s <= self._warn_s:
                self._journal.raise_alarm(messages.CERTIFICATE_ENDS, what, subject=each.subject, day=day)
            else:
                for alarm in (messages.CERTIFICATE_UNUSABLE, messages.CERTIFICATE_ENDS):
                    self._journal.clear_alarm(alarm, what)
