"""Contradictions between gateways, lines and meters of a configuration: names, places, addresses, standbys, bus time.

Leaves single sections to `lines` and `meters`, centres to `config`.
"""

from __future__ import annotations

from collections.abc import Sequence

from reference_terminal.settings import reasons
from reference_terminal.settings.collectors import CollectorConfig
from reference_terminal.settings.lines import LineConfig
from reference_terminal.settings.meters import GatewayConfig, MeterConfig
from reference_terminal.settings.occupancy import LIMIT_PERCENT, of_line
from reference_terminal.settings.problems import Problem
from reference_terminal.settings.reader import did_you_mean, note_doubles
from reference_terminal.settings.systems import SystemConfig


def check(
    gateways: Sequence[GatewayConfig],
    lines: Sequence[LineConfig],
    meters: Sequence[MeterConfig],
    problems: list[Problem],
) -> None:
    """Everything wrong between them; `meters` in the order of the file, standbys among them."""
    note_doubles(problems, "gateways", "id", [gateway.id for gateway in gateways])
    note_doubles(problems, "gateways", "host:port", [f"{gateway.host}:{gateway.port}" for gateway in gateways])
    note_doubles(problems, "lines", "id", [line.id for line in lines])
    note_doubles(problems, "lines", "port", [line.place for line in lines])
    note_doubles(problems, "meters", "id", [meter.id for meter in meters])
    note_doubles(
        problems,
        "meters",
        "gateway/unit",
        [f"{meter.gateway}/{meter.known_as}" if meter.gateway else "" for meter in meters],
    )
    note_doubles(
        problems, "meters", "line/address", [f"{meter.line}/{meter.known_as}" if meter.line else "" for meter in meters]
    )
    _places(gateways, lines, meters, problems)
    _registers(meters, problems)
    _standbys(meters, problems)
    _loads(lines, meters, problems)


def check_collectors(
    collectors: Sequence[CollectorConfig], meters: Sequence[MeterConfig], problems: list[Problem]
) -> None:
    """Everything wrong between collectors and the meters behind them."""
    names = [collector.id for collector in collectors]
    note_doubles(problems, "collectors", "id", names)
    note_doubles(
        problems,
        "meters",
        "collector/node",
        [f"{meter.collector}/{meter.node}" if meter.collector else "" for meter in meters],
    )
    for number, meter in enumerate(meters):
        if meter.collector and meter.collector not in names:
            hint = did_you_mean(meter.collector, names)
            problems.append(
                Problem(f"meters[{number}].collector", reasons.NO_COLLECTOR(name=meter.collector, hint=hint))
            )
        tags = [point.place.tag for point in meter.points]
        note_doubles(problems, f"meters[{number}].points", "tag", tags)


def check_systems(systems: Sequence[SystemConfig], meters: Sequence[MeterConfig], problems: list[Problem]) -> None:
    """Everything wrong between systems and the meters behind them."""
    names = [system.id for system in systems]
    note_doubles(problems, "systems", "id", names)
    taken: list[str] = []
    for number, meter in enumerate(meters):
        if meter.system and meter.system not in names:
            hint = did_you_mean(meter.system, names)
            problems.append(Problem(f"meters[{number}].system", reasons.NO_SYSTEM(name=meter.system, hint=hint)))
        mine = meter.system if not meter.standby_for else ""
        taken += [f"{mine}/{point.place.tag}" if mine else "" for point in meter.points]
    note_doubles(problems, "points", "system/tag", taken)


def _places(
    gateways: Sequence[GatewayConfig],
    lines: Sequence[LineConfig],
    meters: Sequence[MeterConfig],
    problems: list[Problem],
) -> None:
    for number, meter in enumerate(meters):
        for key, name, known, what in (
            ("gateway", meter.gateway, [gateway.id for gateway in gateways], reasons.A_GATEWAY()),
            ("line", meter.line, [line.id for line in lines], reasons.A_LINE()),
        ):
            if name and name not in known:
                problems.append(
                    Problem(
                        f"meters[{number}].{key}",
                        reasons.NO_CARRIER(what=what, name=name, hint=did_you_mean(name, known)),
                    )
                )


def _registers(meters: Sequence[MeterConfig], problems: list[Problem]) -> None:
    """A register, or a field of an answer, belongs to one point."""
    for meter_number, meter in enumerate(meters):
        taken: dict[tuple[str | int, ...], str] = {}
        for number, point in enumerate(meter.points):
            for place, key, told in point.place.taken():
                first = taken.setdefault(place, point.id)
                if first != point.id:
                    problems.append(
                        Problem(
                            f"meters[{meter_number}].points[{number}].{key}",
                            reasons.PLACE_TAKEN(place=told, first=first),
                        )
                    )


def _standbys(meters: Sequence[MeterConfig], problems: list[Problem]) -> None:
    by_id = {meter.id: meter for meter in meters}
    names = [meter.id for meter in meters if not meter.standby_for]
    served: dict[str, str] = {}
    for number, meter in enumerate(meters):
        if not meter.standby_for:
            continue
        where = f"meters[{number}].standby_for"
        main = by_id.get(meter.standby_for)
        if main is None or main.standby_for:
            hint = did_you_mean(meter.standby_for, names)
            problems.append(Problem(where, reasons.NO_METER(named=repr(meter.standby_for), hint=hint)))
            continue
        if served.setdefault(main.id, meter.id) != meter.id:
            problems.append(Problem(where, reasons.STANDBY_TAKEN(id=main.id, served=served[main.id])))
        points = {point.id: point for point in main.points}
        for place, point in enumerate(meter.points):
            like = points.get(point.id)
            if like is None:
                hint = did_you_mean(point.id, list(points))
                problems.append(
                    Problem(
                        f"meters[{number}].points[{place}].id",
                        reasons.STANDBY_POINT(id=main.id, point=point.id, hint=hint),
                    )
                )
            elif (like.kind, like.unit) != (point.kind, point.unit):
                problems.append(
                    Problem(
                        f"meters[{number}].points[{place}].unit",
                        reasons.STANDBY_UNLIKE(
                            id=point.id,
                            kind=like.kind,
                            unit=like.unit,
                            main=main.id,
                            kind2=point.kind,
                            unit2=point.unit,
                        ),
                    )
                )


def _loads(lines: Sequence[LineConfig], meters: Sequence[MeterConfig], problems: list[Problem]) -> None:
    """A plan that takes more than the limit of a line's time is refused (ruling R-11)."""
    for number, line in enumerate(lines):
        refused = refusal(f"lines[{number}]", line, meters)
        if refused is not None:
            problems.append(refused)


def refusal(where: str, line: LineConfig, meters: Sequence[MeterConfig]) -> Problem | None:
    """The sentence on a line that has too much to carry with the meters on it; None if it has not."""
    load = of_line(line, [meter for meter in meters if meter.line == line.id and not meter.standby_for])
    if load.percent <= LIMIT_PERCENT:
        return None
    slowest = load.shares[0]
    return Problem(
        where,
        reasons.LINE_FULL(
            id=line.id,
            percent=load.percent,
            baud=line.baud,
            limit_percent=LIMIT_PERCENT,
            meter=slowest.meter,
            poll_s=slowest.poll_s,
            period_s=slowest.period_s,
            relief_s=load.relief_s,
        ),
    )
