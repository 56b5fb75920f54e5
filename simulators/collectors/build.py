"""Collectors of a description and the meters behind them: what is wrong with them, and they made real.

Leaves what each kind has of its own to its descriptor (`kinds`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from simulators.centres.channel import locks_of
from simulators.clock import Clock, Observe
from simulators.collectors import sentences as said
from simulators.collectors.collected import CollectedMeter
from simulators.collectors.kinds import AnyCollector, Common, kind_of
from simulators.collectors.payloads import flaws_of
from simulators.collectors.spec import CLIENT, CollectorSpec
from simulators.meters.build import Surroundings
from simulators.meters.maps import RegisterMap
from simulators.meters.places import Collected
from simulators.meters.serial.maps import AnyMap
from simulators.meters.spec import MeterSpec, PointSpec
from simulators.sentences import TWO_NAMED, Words, few
from simulators.trust.authority import Trust
from simulators.world.sentences import COLLECTORS


def placed_at(meter: MeterSpec, collectors: Sequence[CollectorSpec]) -> MeterSpec:
    """A meter with the place of its collector; as it is if it has none, or one that nobody knows."""
    if isinstance(meter.place, Collected):
        for collector in collectors:
            if meter.place.collector == collector.name:
                return replace(meter, place=Collected(collector.name, collector.host, collector.port))
    return meter


def _behind(meter: MeterSpec) -> str:
    """The name of its collector; empty if it stands elsewhere."""
    return meter.place.collector if isinstance(meter.place, Collected) else ""


def tag_of(point: PointSpec) -> str:
    """The name of a point in the messages of its collector."""
    return point.tag or point.register


def check_collected(
    meters: Sequence[MeterSpec], collectors: Sequence[CollectorSpec], note: Callable[[str, Words], None]
) -> None:
    """Note every contradiction between meters and collectors."""
    names = [collector.name for collector in collectors]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            note(f"collector {name}", TWO_NAMED(kind=COLLECTORS))
        if not any(_behind(meter) == name for meter in meters):
            note(f"collector {name}", said.NOBODY_BEHIND())
    for meter in meters:
        behind = _behind(meter)
        if not behind:
            continue
        where = f"meter {meter.name}"
        if behind not in names:
            note(where, said.NO_COLLECTOR(collector=behind, names=few(names)))
        tags = [tag_of(point) for point in meter.points]
        for collector in (each for each in collectors if each.name == behind):
            for flaw in flaws_of(collector.form, meter.name, tags):
                note(where, flaw)
        for tag in dict.fromkeys(tags):
            if tags.count(tag) > 1:
                note(where, said.TAG_TWICE(tag=tag))


def collected_meter(
    spec: MeterSpec, device: AnyMap, surroundings: Surroundings, collectors: Sequence[CollectorSpec]
) -> CollectedMeter:
    """A meter behind its collector. Raises ValueError for a map that is no register map (see `check_world`)."""
    if not isinstance(device, RegisterMap):
        raise ValueError(f"meter {spec.name}: map {device.id} is none of registers; choose another behind a collector")
    collector = next(each for each in collectors if each.name == _behind(spec))
    return CollectedMeter(
        spec.name,
        device,
        surroundings.plant,
        tags={point.id: tag_of(point) for point in spec.points},
        as_text=collector.numbers == "text",
        faults=kind_of(collector).faults(collector),
        **surroundings.wiring(spec),
    )


def build_collector(
    spec: CollectorSpec,
    meters: Sequence[CollectedMeter],
    *,
    clock: Clock,
    chance: random.Random,
    observe: Observe,
    trust: Trust,
) -> AnyCollector:
    """The collector that a description asks for; it listens once started."""
    locks = locks_of(trust, spec.channel, spec.name, spec.hosts, peer_name=CLIENT, certificate=spec.certificate)
    return kind_of(spec).build(spec, meters, Common(clock, chance, observe, trust, locks))
