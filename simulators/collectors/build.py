"""Meters of a description that stand behind collectors: where they are, what is wrong with them, and they made real.

Leaves collectors themselves to `spec`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from simulators.collectors import hj212_text
from simulators.collectors.collected import CollectedMeter
from simulators.collectors.spec import CollectorSpec
from simulators.meters.build import Kit
from simulators.meters.maps import RegisterMap
from simulators.meters.serial.maps import AnyMap
from simulators.meters.spec import MeterSpec, PointSpec


def placed_at(meter: MeterSpec, collectors: Sequence[CollectorSpec]) -> MeterSpec:
    """A meter with the place of its collector; as it is if it has none, or one that nobody knows."""
    for collector in collectors:
        if meter.collector == collector.name:
            return replace(meter, host=collector.host, port=collector.port)
    return meter


def tag_of(point: PointSpec) -> str:
    """The name of a point in the messages of its collector."""
    return point.tag or point.register


def check_collected(
    meters: Sequence[MeterSpec], collectors: Sequence[CollectorSpec], note: Callable[[str, str], None]
) -> None:
    """Note every contradiction between meters and collectors."""
    names = [collector.name for collector in collectors]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            note(f"collector {name}", "the name is given to several collectors; names must differ")
        if not any(meter.collector == name for meter in meters):
            note(f"collector {name}", "no meter stands behind it; give a meter `collector`, or remove it")
    for meter in meters:
        if not meter.collector:
            continue
        where = f"meter {meter.name}"
        if meter.collector not in names:
            note(where, f"the world has no collector {meter.collector!r}; it has {', '.join(names) or 'none'}")
        form = next((each.form for each in collectors if each.name == meter.collector), "")
        if form == "hj212":
            _check_hj212(meter, note)
        tags = [tag_of(point) for point in meter.points]
        for tag in dict.fromkeys(tags):
            if tags.count(tag) > 1:
                note(where, f"the tag {tag!r} is given to several points; tags of a meter must differ")


def _check_hj212(meter: MeterSpec, note: Callable[[str, str], None]) -> None:
    """What HJ 212 text cannot say."""
    where = f"meter {meter.name}"
    if len(meter.name.encode()) > hj212_text.LONGEST_NAME:
        note(where, f"its MN holds {hj212_text.LONGEST_NAME} octets of its name; give it a shorter one")
    for tag in map(tag_of, meter.points):
        if not hj212_text.CODE.fullmatch(tag):
            note(where, f"the tag {tag!r} is no code of HJ 212; give 1 to 12 letters and digits")


def collected_meter(spec: MeterSpec, device: AnyMap, kit: Kit, collectors: Sequence[CollectorSpec]) -> CollectedMeter:
    """A meter behind its collector. Raises ValueError for a map that is no register map (see `check_world`)."""
    if not isinstance(device, RegisterMap):
        raise ValueError(f"meter {spec.name}: map {device.id} is none of registers; choose another behind a collector")
    collector = next(each for each in collectors if each.name == spec.collector)
    return CollectedMeter(
        spec.name,
        device,
        kit.plant,
        tags={point.id: tag_of(point) for point in spec.points},
        as_text=collector.numbers == "text",
        asked=collector.kind == "https",
        hj212=collector.form == "hj212",
        **kit.wiring(spec),
    )
