"""Which questions a DL/T 645 meter is asked in one poll, and where the points stand in the answers.

Leaves asking them to `driver`.
"""

from __future__ import annotations

from dataclasses import dataclass

from reference_terminal.acquisition.dlt645.settings import Dlt645Own, Dlt645Place
from reference_terminal.model import dlt645_items as items
from reference_terminal.settings.meters import MeterConfig, PointConfig


@dataclass(frozen=True)
class Request:
    """One identifier to read; `octets` of value expected; `places`: number of a point in the meter and its offset."""

    identifier: str
    octets: int
    places: tuple[tuple[int, int], ...]

    @property
    def block(self) -> bool:
        """Whether it asks for several values at once."""
        return "FF" in (self.identifier[at : at + 2] for at in range(2, len(self.identifier), 2))


def own_of(meter: MeterConfig) -> Dlt645Own:
    """What only DL/T 645 says of a meter."""
    assert isinstance(meter.own, Dlt645Own)
    return meter.own


def place_of(point: PointConfig) -> Dlt645Place:
    """Where a point of a DL/T 645 meter stands."""
    assert isinstance(point.place, Dlt645Place)
    return point.place


def requests(meter: MeterConfig) -> tuple[Request, ...]:
    """The requests of one poll: one for each identifier, or blocks where the meter is said to have them."""
    singles = [_single(meter, number) for number in range(len(meter.points))]
    if not own_of(meter).blocks:
        return tuple(singles)
    groups: dict[str, list[Request]] = {}
    for single in singles:
        groups.setdefault(block_of(single.identifier) or single.identifier, []).append(single)
    made: list[Request] = []
    for name, group in groups.items():
        made += group if len(group) == 1 else [_joined(name, group)]
    return tuple(made)


def _single(meter: MeterConfig, number: int) -> Request:
    place = place_of(meter.points[number])
    item = items.item(place.identifier)
    octets = place.form.width + (len(item.time) // 2 if item is not None else 0)
    return Request(place.identifier, octets, ((number, 0),))


def block_of(identifier: str) -> str:
    """The block of phases or tariffs that an identifier lies in; empty if the facts vouch for none."""
    if len(identifier) != 8 or items.item(identifier) is None:
        return ""
    if identifier[:2] in ("00", "01") or identifier[:4] in ("0201", "0202", "0203", "0204", "0205", "0206", "0207"):
        return f"{identifier[:4]}FF{identifier[6:]}"
    return ""


def _joined(name: str, group: list[Request]) -> Request:
    """One block for several points, asked up to the last of them."""
    members = items.members(name, 10_000)
    offsets: dict[str, int] = {}
    at = 0
    for member in members:
        offsets[member] = at
        item = items.item(member)
        assert item is not None
        at += item.form().width + len(item.time) // 2
    places = [(request.places[0][0], offsets[request.identifier]) for request in group]
    end = max(offsets[request.identifier] + request.octets for request in group)
    return Request(name, end, tuple(places))
