"""Collectors that are asked by HTTP, or by HTTPS over TLS, as one of the kinds of collectors.

Leaves what is answered to `collector`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from simulators.collectors import sentences as said
from simulators.collectors.collected import ASKED, CollectedMeter
from simulators.collectors.https.collector import HttpsCollector, path_of
from simulators.collectors.kinds import CollectorKind, Common
from simulators.collectors.payloads import TOLD_ONLY
from simulators.collectors.spec import CollectorSpec
from simulators.meters.faults import Fault
from simulators.settings import Flaw


class HttpsSpec(CollectorSpec, frozen=True, kw_only=True, tag="https"):
    """A collector that is asked; over a plain channel it is HTTP."""

    def flaws(self) -> Iterator[Flaw]:
        """Not every form is asked for."""
        yield from super().flaws()
        if self.form in TOLD_ONLY:
            yield said.PUBLISHED(form=self.form).at("form")


class Https(CollectorKind[HttpsSpec]):
    """Collectors that give the last reading of a device to who asks."""

    id = "https"
    rank = 2
    settings = HttpsSpec
    ports = (8080, 8443)

    def faults(self, spec: HttpsSpec) -> tuple[type[Fault], ...]:
        """Nothing is told twice or late by itself."""
        del spec
        return ASKED

    def build(self, spec: HttpsSpec, meters: Sequence[CollectedMeter], common: Common) -> HttpsCollector:
        """The collector with its server."""
        return HttpsCollector(
            spec.name,
            spec.host,
            spec.port,
            meters,
            form=spec.form,
            period_s=spec.period_s,
            clock=common.clock,
            chance=common.chance,
            observe=common.observe,
            locks=common.locks,
        )

    def places(self, spec: HttpsSpec, meters: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """The path of each meter."""
        del spec
        return {"path": {meter: path_of(meter) for meter in meters}}


KIND = Https()
