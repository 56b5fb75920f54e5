"""When a 4-20 mA signal counts as failed: only once it has been at fault for a while (NAMUR NE 43; facts 4.1).

Leaves the limits themselves to `acquisition.modbus.analog`. A glitch is no value either: until the time is over the
reading says on which side of its limits the signal is, and afterwards that the loop has failed, with an alarm.
"""

from __future__ import annotations

from reference_terminal.model.messages import Text
from reference_terminal.model.reading import BROKEN_WIRE, HIGH_SIGNAL, LOW_SIGNAL, OVER_CURRENT, Reading
from reference_terminal.processing import messages
from reference_terminal.settings.meters import PointConfig
from reference_terminal.storage.journal import Journal

_UNTIL_THEN = {BROKEN_WIRE: LOW_SIGNAL, OVER_CURRENT: HIGH_SIGNAL}


class SignalWatch:
    """Since when each signal is at fault, by the name of its point."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._since_ms: dict[str, int] = {}

    def look(self, config: PointConfig, period_s: int, reading: Reading) -> None:
        """Judge a reading before it is kept; its cause may become a lesser one.

        A signal that is polled less often than the fault must last is taken for failed at once.
        """
        failure_s = config.place.failure_s
        if failure_s is None or not reading.raw:
            return
        if reading.cause not in _UNTIL_THEN:
            if self._since_ms.pop(config.id, None) is not None:
                self._journal.clear_alarm(messages.SIGNAL_FAILED, config.id)
            return
        since_ms = self._since_ms.setdefault(config.id, reading.at_ms)
        if period_s <= failure_s and reading.at_ms - since_ms < failure_s * 1000:
            reading.cause = _UNTIL_THEN[reading.cause]
            return
        said = {BROKEN_WIRE: "电流过低，疑似断线", OVER_CURRENT: "电流过高"}[reading.cause]
        self._journal.raise_alarm(messages.SIGNAL_FAILED, config.id, cause=Text(reading.cause, said))
