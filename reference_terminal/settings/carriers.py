"""Contradictions between gateways, lines and meters of a configuration: names, places, addresses, standbys, bus time.

Leaves single sections to `lines` and `meters`, centres to `config`.
"""

from __future__ import annotations

from collections.abc import Sequence

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
                Problem(
                    f"meters[{number}].collector",
                    f"no collector is called {meter.collector!r}{hint.en}",
                    f"没有名为 {meter.collector!r} 的采集器{hint.zh}",
                )
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
            problems.append(
                Problem(
                    f"meters[{number}].system",
                    f"no system is called {meter.system!r}{hint.en}",
                    f"没有名为 {meter.system!r} 的系统{hint.zh}",
                )
            )
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
        for key, name, known, zh in (
            ("gateway", meter.gateway, [gateway.id for gateway in gateways], "网关"),
            ("line", meter.line, [line.id for line in lines], "线路"),
        ):
            if name and name not in known:
                problems.append(
                    Problem(
                        f"meters[{number}].{key}",
                        f"no {key} is called {name!r}{did_you_mean(name, known).en}",
                        f"没有名为 {name!r} 的{zh}{did_you_mean(name, known).zh}",
                    )
                )


def _registers(meters: Sequence[MeterConfig], problems: list[Problem]) -> None:
    """A register, or a field of an answer, belongs to one point."""
    for meter_number, meter in enumerate(meters):
        taken: dict[tuple[str | int, ...], str] = {}
        for number, point in enumerate(meter.points):
            for place, key, en, zh in point.place.taken():
                first = taken.setdefault(place, point.id)
                if first != point.id:
                    problems.append(
                        Problem(
                            f"meters[{meter_number}].points[{number}].{key}",
                            f"{en} is already read by point {first!r}; give each point its own",
                            f"{zh} 已被监测点 {first!r} 使用，请改为各自的{'标识' if key == 'identifier' else '地址'}",
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
            named = repr(meter.standby_for)
            en, zh = f"no meter is called {named}{hint.en}", f"没有名为 {named} 的表计{hint.zh}"
            problems.append(Problem(where, en, zh))
            continue
        if served.setdefault(main.id, meter.id) != meter.id:
            problems.append(
                Problem(
                    where,
                    f"{main.id} already has the standby {served[main.id]}; a meter has one",
                    f"{main.id} 已有备用设备 {served[main.id]}",
                )
            )
        points = {point.id: point for point in main.points}
        for place, point in enumerate(meter.points):
            like = points.get(point.id)
            if like is None:
                hint = did_you_mean(point.id, list(points))
                problems.append(
                    Problem(
                        f"meters[{number}].points[{place}].id",
                        f"{main.id} has no point {point.id!r}{hint.en}; a standby reads points of its meter",
                        f"{main.id} 没有监测点 {point.id!r}{hint.zh}，备用表只读主表的监测点",
                    )
                )
            elif (like.kind, like.unit) != (point.kind, point.unit):
                problems.append(
                    Problem(
                        f"meters[{number}].points[{place}].unit",
                        f"{point.id} is {like.kind} in {like.unit} at {main.id} and {point.kind} in {point.unit} here; "
                        "make them alike (source_unit converts)",
                        f"{point.id} 与 {main.id} 的类型或单位不一致",
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
        f"the meters on {line.id} take {load.percent:.1f} % of its time at {line.baud} baud, at most {LIMIT_PERCENT} % "
        f"are planned; the largest share has {slowest.meter} with {slowest.poll_s:.2f} s every {slowest.period_s} s: "
        f"poll less often (period_s of {load.relief_s} s for all would do), raise baud, or spread them over two lines",
        f"线路 {line.id} 在 {line.baud} 波特率下占用 {load.percent:.1f} %，上限 {LIMIT_PERCENT} %；"
        f"请延长 period_s（全部为 {load.relief_s} 秒即可）、提高波特率或分到两条线路",
    )
