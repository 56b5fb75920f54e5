"""A collector that is asked by HTTP(S): GET /api/v1/devices/<device>/values gives its last reading as JSON.

Leaves HTTP to the server of the centres and forms to `payloads`. Readings are those of the collector's own cycle: what
is told carries the instant at which the device was read, not that of the question.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from urllib.parse import unquote

from simulators.centres.channel import Locks
from simulators.centres.http import JsonCentre, Reply, Request
from simulators.clock import Clock, Observe
from simulators.collectors.collected import CollectedMeter
from simulators.collectors.payloads import Form, write
from simulators.events import Event, Received, Sent

_PATH = "/api/v1/devices/"
_VALUES = "/values"


def path_of(node: str) -> str:
    """Where the values of a device are asked for."""
    return f"{_PATH}{node}{_VALUES}"


class HttpsCollector(JsonCentre):
    """A collector with an HTTP server; its switches are those of a platform (`operations="all"` for answers)."""

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        meters: Sequence[CollectedMeter],
        *,
        form: Form,
        period_s: int,
        clock: Clock,
        chance: random.Random,
        observe: Observe,
        locks: Locks | None,
    ) -> None:
        def tell(event: Event) -> None:
            # Requests and answers are told as messages about meters (Published): a collector is no centre.
            if not isinstance(event, Received | Sent):
                observe(event)

        super().__init__(name, host, port, clock=clock, chance=chance, observe=tell, locks=locks)
        self._meters = {meter.name: meter for meter in meters}
        self._form: Form = form
        self._period_us = period_s * 1_000_000
        self._told = 0

    def handle(self, request: Request, body: dict[str, object]) -> Reply:
        """The values of the device that the path names."""
        del body
        path = request.path.partition("?")[0]
        if request.method != "GET":
            return Reply(path, {"error": "method not allowed"}, 405)
        if not (path.startswith(_PATH) and path.endswith(_VALUES)):
            return Reply(path, {"error": "no such path"}, 404)
        meter = self._meters.get(unquote(path[len(_PATH) : -len(_VALUES)]))
        if meter is None:
            return Reply(path, {"error": "no such device"}, 404)
        now = self._clock.now_us()
        sample = meter.sample(now - now % self._period_us)
        text = write(self._form, meter.name, sample.stamp_us, sample.entries)
        octets, spoiled = meter.written(text)
        asked = (now, f"GET {request.path}")
        if self.switches.operations == "all" and self.switches.ack != "always":
            meter.untold("silent", self.switches.ack, meter.tagged, (asked[1], b""))
        else:
            self._told += 1
            meter.told(self.name, self._told, sample, octets, topic=path, asked=asked, spoiled=spoiled)
        return Reply(path, octets.decode("latin-1") if spoiled == "garbage" else octets.decode("utf-8", "replace"))
