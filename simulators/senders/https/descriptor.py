"""What senders of records as JSON are."""

from __future__ import annotations

from simulators.senders.https.wire import JsonWire
from simulators.senders.kinds import SenderKind
from simulators.senders.spec import SenderSpec
from simulators.senders.wire import Form, Wire


class Https(SenderKind):
    """Records as JSON over HTTP or HTTPS."""

    id = "https"
    rank = 20
    title = ("records as JSON over HTTPS", "HTTPS JSON 记录")
    classes = frozenset(("realtime", "minute", "hour", "day", "month"))
    spoils = ("body", "unit", "token", "source", "value", "span")

    def wire(self, spec: SenderSpec) -> Wire:
        """JSON."""
        return JsonWire(spec)

    def formed(self, spec: SenderSpec, form: Form) -> Wire:
        """JSON, or whatever else the platform takes."""
        return JsonWire(spec, form)


KIND = Https()
