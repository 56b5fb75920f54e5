"""What senders over HJ 212-2017 are."""

from __future__ import annotations

from simulators.senders.hj212.wire import COMMANDS, Hj212Wire
from simulators.senders.kinds import SenderKind
from simulators.senders.spec import SenderSpec
from simulators.senders.wire import Wire


class Hj212(SenderKind):
    """HJ 212-2017 over TCP or TLS."""

    id = "hj212"
    rank = 10
    title = ("HJ 212-2017", "HJ 212-2017")
    classes = frozenset(COMMANDS)
    spoils = ("octet", "crc", "half", "length", "mn", "pw")

    def wire(self, spec: SenderSpec) -> Wire:
        """HJ 212."""
        return Hj212Wire(spec)


KIND = Hj212()
