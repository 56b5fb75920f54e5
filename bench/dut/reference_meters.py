"""Meters of the bench's world as tables of the reference terminal's configuration.

Leaves centres to reference_centres and the terminal itself to reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bench.dut import Seat, sentences
from bench.dut.reference_collected import told_of
from bench.dut.reference_protocols import driven, tables_of, word_of
from bench.dut.systems import system_of
from simulators.meters.modbus.point_row import RegistersRow
from simulators.meters.places import Collected, GatewayPort, SerialLine, ServerPort
from simulators.meters.point_rows import HandedRow
from simulators.meters.protocols import protocols
from simulators.meters.serial.protocol import IdentifiedRow
from simulators.systems.kinds import SystemPlace
from simulators.world import MeterSpec, PointRow

_SYSTEMS = ("opcua", "sql")
"""Kinds of systems that the terminal reads."""
# Unit names of the bench's register maps that the terminal calls otherwise.
_UNITS = {"degC": "°C"}


def unit_of(row: PointRow) -> str:
    """A point's unit as the terminal calls it."""
    return _UNITS.get(row.unit, row.unit)


class NoDriver(Exception):
    """A world with meters that the reference terminal cannot read."""


Place = tuple[str, str, int]
"""Serial line of the world, or host and port."""
Places = Mapping[Place, str]
"""Name of the terminal's gateway or line by place."""
_PARITIES = {"E": "even", "O": "odd", "N": "none"}


def gateways_of(seat: Seat) -> Places:
    """A gateway for every host and port that Modbus TCP meters stand at. Raises NoDriver."""
    known = (*told_of(), *_SYSTEMS, *(word for name in driven() for word in protocols()[name].words))
    foreign = sorted({row.protocol for row in seat.site.points.values()} - set(known))
    if foreign:
        raise NoDriver(str(sentences.NO_DRIVER(foreign=foreign)))
    return _places(seat, "g", serial=False)


def lines_of(seat: Seat) -> Places:
    """A line for every serial line of the world and every serial server."""
    return _places(seat, "l", serial=True)


def line_table(seat: Seat, name: str, place: Place) -> dict[str, Any]:
    """One line of the configuration: the world's serial servers know no speed of their own."""
    device, host, port = place
    if not device:
        return {"id": name, "host": host, "port": port, "baud": 9600}
    port = next(row.line for row in seat.site.points.values() if row.line is not None and row.line.name == device)
    return {
        "id": name,
        "device": seat.device(device),
        "baud": port.baud,
        "parity": _PARITIES[port.parity],
        "stop_bits": str(port.stop_bits),
    }


def _places(seat: Seat, letter: str, *, serial: bool) -> Places:
    places: dict[Place, str] = {}
    for spec in _told(seat):
        match spec.place:
            case SerialLine() | ServerPort() if serial:
                places.setdefault(_of(spec), f"{letter}{len(places) + 1}")
            case GatewayPort() if not serial:
                places.setdefault(_of(spec), f"{letter}{len(places) + 1}")
            case _:
                pass
    return places


def _told(seat: Seat) -> list[MeterSpec]:
    """The meters that the terminal is told of when it is set up."""
    later: tuple[str, ...] = tuple(seat.settings.get("later", ()))
    return [spec for spec in seat.site.world.meters if spec.name not in later]


def _of(spec: MeterSpec) -> Place:
    return (spec.place.device if isinstance(spec.place, SerialLine) else "", *spec.place.at)


def meters_of(seat: Seat, gateways: Places, lines: Places) -> list[dict[str, Any]]:
    """All meters with their points.

    `standbys` of the settings names for a meter the one it stands in for: its points are that one's, in their order.
    """
    settings, site = seat.settings, seat.site
    standbys: Mapping[str, str] = settings.get("standbys", {})
    points = {
        spec.name: [_point(spec, row) for row in site.points.values() if row.meter == spec.name]
        for spec in site.world.meters
    }
    sources: Mapping[str, str] = settings.get("emission_sources", {})
    units: Mapping[str, str] = settings.get("units", {})
    limits: Mapping[str, tuple[str, str]] = settings.get("limits", {})
    for point in (point for group in points.values() for point in group):
        if point["id"] in sources:
            point["emission_source"] = sources[point["id"]]
        if point["id"] in units:
            point |= {"source_unit": point["unit"], "unit": units[point["id"]]}
            # As many as the conversion leaves, not the meter's.
            point.pop("decimals", None)
        if point["id"] in limits:
            point["min"], point["max"] = limits[point["id"]]
    for spare, main in standbys.items():
        for mine, its in zip(points[spare], points[main], strict=True):
            mine["id"] = its["id"]
    periods: Mapping[str, float] = settings["periods"]
    records: Mapping[str, str] = settings.get("records", {})
    return [
        {
            "id": spec.name,
            **_place(seat, spec, gateways, lines),
            "period_s": int(periods.get(spec.name, settings["period_s"])),
            **({"max_gap": 0} if _strict(seat, spec) else {}),
            **(tables_of(spec).layout(spec) if _seen_itself(spec) else {}),
            **({"records": records[spec.name]} if spec.name in records else {}),
            **({"standby_for": standbys[spec.name]} if spec.name in standbys else {}),
            "points": points[spec.name],
        }
        for spec in _told(seat)
    ]


def _place(seat: Seat, spec: MeterSpec, gateways: Places, lines: Places) -> dict[str, Any]:
    match spec.place:
        case SystemPlace():
            return {"system": system_of(seat, spec)}
        case Collected(name):
            collector = next(each for each in seat.site.world.collectors if each.name == name)
            return {"collector": name, "node": collector.node(spec.name)}
        case GatewayPort():
            return {"gateway": gateways[_of(spec)], **tables_of(spec).place(spec, word_of(spec))}
        case _:
            word = word_of(spec)
            return {"line": lines[_of(spec)], "protocol": word, **tables_of(spec).place(spec, word)}


def _seen_itself(spec: MeterSpec) -> bool:
    """Whether the terminal reads it, and not what a collector or a system tells of it."""
    return not isinstance(spec.place, Collected | SystemPlace)


def _strict(seat: Seat, spec: MeterSpec) -> bool:
    """Whether it is a Modbus device that refuses a read across unused registers."""
    if spec.address or not _seen_itself(spec):
        return False
    rows = [row.own for row in seat.site.points.values() if row.meter == spec.name]
    return any(isinstance(own, RegistersRow) and own.gaps == "exception" for own in rows)


def _modulus(row: PointRow) -> str:
    """Where a counter starts again, unless the digits of its format say it: the terminal knows that by itself then."""
    if isinstance(row.own, IdentifiedRow) and row.modulus:
        digits = row.own.layout.partition(".")[0]
        if Decimal(row.modulus) == Decimal(10) ** len(digits):
            return ""
    return row.modulus


def _point(spec: MeterSpec, row: PointRow) -> dict[str, Any]:
    made: dict[str, Any] = {"id": row.id, "kind": row.kind, "unit": unit_of(row)}
    made |= tables_of(spec).point(spec, row) if _seen_itself(spec) else {"tag": row.of(HandedRow).tag}
    if row.decimals >= 0:
        made["decimals"] = row.decimals
    for key, text in (
        ("modulus", _modulus(row)),
        ("min", row.low),
        ("max", row.high),
        # Of the quantity, as the terminal takes it; the other numbers are those of the meter.
        ("rated_per_h", f"{Decimal(row.rated_per_h) * Decimal(row.ratio):f}" if row.rated_per_h else ""),
        ("ratio", "" if row.ratio == "1" else row.ratio),
    ):
        if text:
            made[key] = text
    if row.sentinel and _seen_itself(spec):
        made["sentinels"] = [row.sentinel]
    return made
