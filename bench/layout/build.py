"""From a scenario to a world: which meters and centres, at which addresses, with which points and codes.

Leaves the standing up to the rigs. Addresses are those of three networks: field 10.1.0.0/24, uplink 10.2.0.0/24, local
10.3.0.0/24; the same in every rig that can choose them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import Any

import msgspec

from bench.case import Item, Need, settled
from bench.dut import Speaking, TerminalAdapter
from bench.dut.profile import Claim, Profile
from bench.history import Began, CentreSetup, DerivedPoint, MeterSetup, Point
from bench.layout import sentences
from bench.layout.scenario import (
    CertificateStatus,
    Collector,
    Line,
    Revocation,
    Scenario,
    Slave,
    Standby,
    Stream,
    System,
    Transformer,
)
from bench.layout.uplinks import as_declared, chosen
from simulators.centres.kinds import altered, centre_of, kind_of
from simulators.centres.spec import USUAL, CentreSpec
from simulators.collectors.kinds import kinds as collector_kinds
from simulators.collectors.spec import CollectorSpec
from simulators.meters.carriers import LineSettings
from simulators.meters.modbus.descriptor import ALL_TYPES
from simulators.meters.places import Collected, GatewayPort, Place, SerialLine, ServerPort
from simulators.meters.protocols import LineKind, protocols
from simulators.meters.spec import LineSpec
from simulators.shipped import SHIPPED
from simulators.systems.kinds import kinds as systems
from simulators.trust.distribution import RevocationSpec
from simulators.world import MeterSpec, PlantSpec, PointSpec, Site, World

TERMINAL_FIELD, TERMINAL_UPLINK, TERMINAL_LOCAL = "10.1.0.2", "10.2.0.2", "10.3.0.2"
GATEWAY = "10.1.0.10"
_CENTRES = "10.2.0."
FIRST_CENTRE = f"{_CENTRES}10"
LISTS = f"{_CENTRES}5"
"""Where revocation lists are published."""
BENCH_LOCAL = "10.3.0.1"
STRANGER_LOCAL = "10.3.0.9"
"""The bench's own address in the local network; its time server stands there."""
MODBUS_PORT, CENTRE_PORT, LOCAL_PORT = 502, 9010, 8080
_FIRST_CONVERTER, _CONVERTER_PORT = 80, 4001

_PLANTS = SHIPPED / "plants"

# What a circuit offers, in the order in which a scenario's `points` takes them; register names of the shipped maps.
CIRCUIT_POINTS = (("energy", "001"), ("power", "002"), ("voltage_l1", "003"), ("current_l1", "004"))

# What a CEMS tells, with the codes of HJ 212-2017 table B.
_FLUE_GAS = (
    ("co2", "a05001"),
    ("o2", "a19001"),
    ("velocity", "a01011"),
    ("temperature", "a01012"),
    ("pressure", "a01013"),
    ("moisture", "a01014"),
    ("flow", "a00000"),
    ("co2_mass", "k72001"),
)
# Single meters by kind: map, register and code of each point. HJ 212-2017 has no codes for energy: local extensions.
SINGLE_METERS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "gas": (
        "gas_vortex",
        (("volume", "k80001"), ("flow", "k80002"), ("temperature", "k80003"), ("pressure", "k80004")),
    ),
    "steam": (
        "steam_vortex",
        (("mass", "k81001"), ("flow", "k81002"), ("temperature", "k81003"), ("pressure", "k81004")),
    ),
    "types": ("all_types", tuple((register, f"k9{index:02d}01") for index, register in enumerate(ALL_TYPES))),
    "heat": (
        "tuf2000",
        (("energy", "k82001"), ("rate", "k82002"), ("volume", "k82003"), ("supply", "k82004"), ("return", "k82005")),
    ),
    "cems": ("cems_das", _FLUE_GAS),
    # A flow computer that tells the state of a gas before the volume that flowed in it.
    "duct": ("gas_vortex", (("temperature", "k89201"), ("pressure", "k89202"), ("volume", "k89203"))),
    "water": ("water_em", (("volume", "k85001"), ("flow", "k85002"))),
    "analyser": ("cems_teledyne", (("o2", "a19001"), ("co2", "a05001"))),
    "meter": (
        "dtsu666",
        (("energy", "k86001"), ("power", "k86002"), ("voltage_l1", "k86003"), ("current_l1", "k86004")),
    ),
    "tariff": ("modbus_tariff", (("energy", "k87001"), ("energy_sharp", "k87002"), ("voltage", "k87003"))),
    "belt": ("belt_scale", (("master_total", "k84001"), ("rate", "k84002"))),
    "rail": ("rail_scale", (("net", "k88001"), ("rate", "k88002"))),
    "oil": ("oil_coriolis", (("mass", "k89001"), ("flow", "k89002"), ("density", "k89003"), ("temperature", "k89004"))),
    "humid": ("humidity", (("humidity", "k89101"), ("temperature", "k89102"))),
    "bridge": ("load_counter", (("weight", "k83001"), ("loads", "k83002"), ("net", "k83003"))),
}

# Where the plant has no source of a kind's own name.
_SOURCES = {
    "types": "e01",
    "cems": "stack",
    "analyser": "stack",
    "belt": "steam",
    "rail": "steam",
    "oil": "steam",
    "humid": "stack",
    "water": "gas",
    "duct": "gas",
    "meter": "e01",
    "tariff": "e01",
}

SERIAL_METERS: dict[str, LineKind] = {
    name: kind for protocol in protocols().values() for name, kind in protocol.line_kinds.items()
}
"""Kinds of meters on serial lines, of every protocol."""

# Kinds of devices behind a system: map, source, register and code suffix of each point. The codes of a stack are those
# of HJ 212-2017 table B.
SYSTEM_METERS: dict[str, tuple[str, str, tuple[tuple[str, str], ...]]] = {
    "circuit": ("sdm630", "e01", (("energy", "k70001"), ("power", "k70002"), ("voltage_l1", "k70003"))),
    "types": ("all_types", "e01", tuple((register, f"k71{at:03d}") for at, register in enumerate(ALL_TYPES))),
    "cems": ("cems_das", "stack", _FLUE_GAS),
    "whole": (
        "whole_nodes",
        "e01",
        tuple((f"{sign}{bits}", f"k75{at:03d}") for at, (bits, sign) in enumerate(product((8, 16, 32, 64), "su"))),
    ),
    "energy-system": (
        "energy_system",
        "site",
        (("electricity", "k73001"), ("power", "k73002")),
    ),
    "production-system": ("production_system", "site", (("output", "k74001"), ("rate", "k74002"))),
}


def start_us(scenario: Scenario) -> int:
    """True time at which the world begins, microseconds UTC."""
    moment = datetime.fromisoformat(scenario.start)
    return int(moment.timestamp()) * 1_000_000


def build_world(scenario: Scenario, seed: int) -> World:
    """The world of a scenario, at the addresses of the three networks.

    Raises ValueError where the scenario tells something of a meter or point that it has not.
    """
    _check_kinds(scenario)
    ratios = {each.meter: each.ratio for each in scenario.all_of(Transformer)}
    collectors = enumerate(scenario.all_of(Collector), 1)
    meters = tuple(
        replace(meter, ratio=ratios.get(meter.name, meter.ratio))
        for meter in (
            *_circuits(scenario),
            *_streams(scenario),
            *_single(scenario),
            *_on_lines(scenario),
            *_collected(scenario),
            *_behind_systems(scenario),
            *_spares(scenario),
            *_of_slaves(scenario),
        )
    )
    if absent := _absent(scenario, meters):
        raise ValueError(str(sentences.NOT_IN_SCENARIO(absent=absent)))
    return World(
        name="scenario",
        seed=seed,
        start_us=start_us(scenario),
        plant=_plant(scenario),
        meters=meters,
        lines=tuple(
            LineSpec(_device(number), LineSettings(line.baud, line.parity, line.stop_bits))
            for number, line in enumerate(scenario.all_of(Line), 1)
            if not line.converter
        ),
        centres=tuple(_centre(name, index, scenario) for index, name in enumerate(scenario.centres)),
        where="scenario",
        revocation=_lists(scenario),
        collectors=tuple(_collector(number, each, scenario) for number, each in collectors),
    )


def _check_kinds(scenario: Scenario) -> None:
    """Raises ValueError for a kind of meter, a device behind a system or a main source that there is not."""
    behind = [word for system in scenario.all_of(System) for word in system.meters]
    single = [*scenario.meters, *(word for each in scenario.all_of(Collector) for word in each.kinds)]
    for what, words, known in (
        ("single meters", single, SINGLE_METERS),
        ("devices", behind, SYSTEM_METERS),
    ):
        if unknown := [word for word in words if word not in known]:
            raise ValueError(str(sentences.OF_KNOWN(what=what, known=known, unknown=unknown)))
    mains = {meter.name for meter in (*_circuits(scenario), *_single(scenario))}
    if absent := [each.meter for each in scenario.all_of(Standby) if each.meter not in mains]:
        raise ValueError(str(sentences.NOT_IN_SCENARIO(absent=absent)))


def _absent(scenario: Scenario, meters: Iterable[MeterSpec]) -> list[str]:
    """Meters and points that the scenario tells something of and has not."""
    told = scenario.configuration
    names = {meter.name for meter in meters}
    points = {point.id for meter in meters for point in meter.points} | {each.id for each in told.derived}
    of_meters = (
        *(each.meter for each in scenario.all_of(Transformer)),
        *(name for name, _ in told.periods),
        *(name for name, _ in told.records),
    )
    of_points = (
        *(name for name, _ in told.units),
        *(name for name, *_ in told.limits),
        *(name for name, _ in told.emission_sources),
        *(name for each in told.derived for name in (*each.of, *each.by)),
    )
    return [name for name in of_meters if name not in names] + [name for name in of_points if name not in points]


def for_terminal(world: World, adapter: TerminalAdapter, profile: Profile) -> World:
    """The world with centres of the kind that this terminal delivers to, wherever they were to be of HJ 212.

    The adapter's own word goes before what the capability statement declares. A platform has the centres of the
    scenario as they are.
    """
    if profile.kind is Item.PLATFORM:
        return world
    kind = adapter.uplink(profile.connection) if isinstance(adapter, Speaking) else USUAL
    if kind != USUAL:
        changed = tuple(altered(spec, kind=kind) if spec.kind == USUAL else spec for spec in world.centres)
    else:
        changes = chosen(lambda question: profile.claim(question) is Claim.YES)
        changed = tuple(as_declared(spec, changes) for spec in world.centres)
    return replace(world, centres=changed) if changed != world.centres else world


def instead(scenario: Scenario, world: World) -> frozenset[str]:
    """Centres that are not what the scenario has: they stand in by the product's own uplink."""
    before = {spec.name: spec for spec in (_centre(name, at, scenario) for at, name in enumerate(scenario.centres))}
    return frozenset(spec.name for spec in world.centres if _uplink(spec) != _uplink(before[spec.name]))


def _uplink(spec: CentreSpec) -> tuple[str, bool]:
    """Its kind, and whether it is sent records in a window of the terminal's own."""
    return spec.kind, spec.kind == USUAL and bool(kind_of(spec).window(spec))


def _circuits(scenario: Scenario) -> list[MeterSpec]:
    made: list[MeterSpec] = []
    offered = CIRCUIT_POINTS[: scenario.points or len(CIRCUIT_POINTS)]
    for number in range(1, scenario.circuits + 1):
        name = f"e{number:02d}"
        made.append(
            MeterSpec(
                name=name,
                map=scenario.maps[(number - 1) % len(scenario.maps)],
                place=GatewayPort(GATEWAY, MODBUS_PORT),
                unit=number,
                source=name,
                points=tuple(
                    PointSpec(id=f"{name}.{register}", register=register, code=f"k{number:02d}{suffix}")
                    for register, suffix in offered
                ),
            )
        )
    return made


def _streams(scenario: Scenario) -> list[MeterSpec]:
    """Integrators of single streams, behind the gateway of the circuits."""
    return [
        MeterSpec(
            name=stream.source,
            map="stream",
            place=GatewayPort(GATEWAY, MODBUS_PORT),
            unit=scenario.circuits + number,
            source=stream.source,
            points=(PointSpec(id=stream.point, register=stream.register, code=f"k96{number:03d}"),),
        )
        for number, stream in enumerate(scenario.all_of(Stream), 1)
    ]


def _single(scenario: Scenario) -> list[MeterSpec]:
    made: list[MeterSpec] = []
    for index, kind in enumerate(scenario.meters):
        register_map, points = SINGLE_METERS[kind]
        made.append(
            MeterSpec(
                name=kind,
                map=register_map,
                place=GatewayPort(f"10.1.0.{20 + index}", MODBUS_PORT),
                source=_SOURCES.get(kind, kind),
                points=tuple(
                    PointSpec(id=f"{kind}.{register}", register=register, code=code) for register, code in points
                ),
            )
        )
    return made


def _device(number: int) -> str:
    return f"ttyS{number}"


def _line_place(number: int, line: Line) -> Place:
    """Where the meters of a line are reached: at its device, or at its converter's port."""
    if line.converter:
        return ServerPort(f"10.1.0.{_FIRST_CONVERTER + number}", _CONVERTER_PORT)
    return SerialLine(_device(number))


def _on_lines(scenario: Scenario) -> list[MeterSpec]:
    """Meters of the serial lines: the first of a kind has the kind's name, the others a number behind it."""
    made: list[MeterSpec] = []
    known: dict[str, int] = {}
    for number, line in enumerate(scenario.all_of(Line), 1):
        for unit, word in enumerate(line.meters, 1):
            kind = SERIAL_METERS[word]
            index = known[word] = known.get(word, 0) + 1
            name = word if index == 1 else f"{word}-{index}"
            place = len(made) + 1
            made.append(
                MeterSpec(
                    name=name,
                    map=kind.map,
                    place=_line_place(number, line),
                    unit=unit,
                    # Circuits of its own: a value on a wrong point must not be right there by chance.
                    source=f"e{scenario.circuits + place:02d}" if kind.source == "e" else kind.source,
                    points=tuple(
                        PointSpec(id=f"{name}.{register}", register=register, code=f"k{29 + place:02d}{suffix:0>3}")
                        for register, suffix in kind.points
                    ),
                    address=_counted(kind.address, index - 1),
                    framing=kind.framing,
                )
            )
    return made


def _before_slaves(scenario: Scenario) -> int:
    """How many circuits of the plant stand before those of slaves."""
    return _before_collectors(scenario) + sum(each.meters for each in scenario.all_of(Collector))


def _before_collectors(scenario: Scenario) -> int:
    """How many circuits of the plant stand before those behind collectors."""
    return scenario.circuits + sum(len(line.meters) for line in scenario.all_of(Line))


def _lists(scenario: Scenario) -> RevocationSpec | None:
    wish, status = scenario.service(Revocation), scenario.service(CertificateStatus)
    if wish is None and status is None:
        return None
    answers_s = 0 if status is None else status.valid_s
    usual = RevocationSpec(LISTS, ocsp_valid_s=answers_s)
    return usual if wish is None else msgspec.structs.replace(usual, publish_s=wish.publish_s, valid_s=wish.valid_s)


def _collector(number: int, each: Collector, scenario: Scenario) -> CollectorSpec:
    kind = collector_kinds()[each.kind]
    clear, secured = kind.ports
    usual = {
        "name": f"K{number}",
        "host": f"10.1.0.{40 + number}",
        "port": clear if each.options.get("channel", "plain") == "plain" else secured,
        "period_s": int(scenario.period_s),
    }
    return kind.settings(**usual, **each.options)


def _collected(scenario: Scenario) -> list[MeterSpec]:
    """Meters behind collectors: circuits k1-1, k1-2 behind the first, then its single meters, and so on."""
    made: list[MeterSpec] = []
    singles: list[MeterSpec] = []
    offered = CIRCUIT_POINTS[: scenario.points or len(CIRCUIT_POINTS)]
    for number, each in enumerate(scenario.all_of(Collector), 1):
        collector = _collector(number, each, scenario)
        for index in range(1, each.meters + 1):
            place, name = len(made) + 1, f"k{number}-{index}"
            made.append(
                MeterSpec(
                    name=name,
                    map=scenario.maps[(place - 1) % len(scenario.maps)],
                    place=Collected(collector.name, collector.host, collector.port),
                    source=f"e{_before_collectors(scenario) + place:02d}",
                    points=tuple(
                        PointSpec(
                            id=f"{name}.{register}",
                            register=register,
                            code=f"k{59 + place:02d}{suffix}",
                            # HJ 212 text calls a point by its code.
                            tag=f"k{59 + place:02d}{suffix}" if collector.form == "hj212" else "",
                        )
                        for register, suffix in offered
                    ),
                )
            )
        for index, word in enumerate(each.kinds, each.meters + 1):
            register_map, points = SINGLE_METERS[word]
            name = f"k{number}-{index}"
            singles.append(
                MeterSpec(
                    name=name,
                    map=register_map,
                    place=Collected(collector.name, collector.host, collector.port),
                    source=_SOURCES.get(word, word),
                    points=tuple(
                        PointSpec(
                            id=f"{name}.{register}",
                            register=register,
                            code=code,
                            tag=code if collector.form == "hj212" else "",
                        )
                        for register, code in points
                    ),
                )
            )
    return [*made, *singles]


def _behind_systems(scenario: Scenario) -> list[MeterSpec]:
    """Devices behind systems: the first of a kind has the kind's name, the others a number behind it."""
    made: list[MeterSpec] = []
    known: dict[str, int] = {}
    for number, system in enumerate(scenario.all_of(System)):
        place = systems()[system.kind].placed(system.options, f"10.1.0.{90 + number}")
        for word in system.meters:
            device, source, points = SYSTEM_METERS[word]
            index = known[word] = known.get(word, 0) + 1
            name = word if index == 1 else f"{word}-{index}"
            made.append(
                MeterSpec(
                    name=name,
                    map=device,
                    place=place,
                    source=source,
                    points=tuple(
                        PointSpec(
                            id=f"{name}.{register}",
                            register=register,
                            code=code if index == 1 else f"k{75 + index:02d}{code[-3:]}",
                        )
                        for register, code in points
                    ),
                )
            )
    return made


def _counted(address: str, by: int) -> str:
    """The address so many after this one, of digits or a letter."""
    if address.isalpha():
        return chr(ord(address) + by)
    return f"{int(address) + by:0{len(address)}d}" if address else ""


def _of_slaves(scenario: Scenario) -> list[MeterSpec]:
    """Circuits of the slaves, each slave's behind a gateway of its own."""
    made: list[MeterSpec] = []
    offered = CIRCUIT_POINTS[: scenario.points or len(CIRCUIT_POINTS)]
    first = _before_slaves(scenario)
    for index, slave in enumerate(scenario.all_of(Slave)):
        for unit, name in enumerate(slave.meters(), 1):
            place = first + len(made) + 1
            made.append(
                MeterSpec(
                    name=name,
                    map=scenario.maps[(place - 1) % len(scenario.maps)],
                    place=GatewayPort(f"10.1.0.{110 + index}", MODBUS_PORT),
                    unit=unit,
                    source=f"e{place:02d}",
                    points=tuple(
                        PointSpec(id=f"{name}.{register}", register=register, code=f"k{place:02d}{suffix}")
                        for register, suffix in offered
                    ),
                )
            )
    return made


def terminal_of(scenario: Scenario, meter: str) -> str:
    """The slave that a meter is behind; empty: the terminal on test."""
    return next((slave.name for slave in scenario.all_of(Slave) if meter in slave.meters()), "")


SPARE = "-spare"


def _spares(scenario: Scenario) -> list[MeterSpec]:
    """Standby sources: devices of the same kind and source with registers of their own, which no centre knows."""
    mains = {meter.name: meter for meter in (*_circuits(scenario), *_single(scenario))}
    return [
        replace(
            mains[name],
            name=name + SPARE,
            place=mains[name].place.moved(f"10.1.0.{60 + index}", MODBUS_PORT),
            unit=1,
            serial=mains[name].serial + 1000 + index,
            points=tuple(
                msgspec.structs.replace(point, id=f"{name}{SPARE}.{point.register}", code="")
                for point in mains[name].points
            ),
        )
        for index, name in enumerate(each.meter for each in scenario.all_of(Standby))
    ]


def _centre(name: str, index: int, scenario: Scenario) -> CentreSpec:
    usual: dict[str, Any] = {
        "name": name,
        "host": f"{_CENTRES}{10 + index}",
        "port": CENTRE_PORT,
        "mn": f"010000A8900016F0001{0x69DC0 + index:05X}",
        "pw": f"{123456 + index}",
        "st": "31",
        "minute_interval": scenario.minute_interval,
        "realtime_interval_s": scenario.realtime_interval_s,
        "over_time_s": scenario.over_time_s,
        "re_count": scenario.re_count,
    }
    return centre_of(**{**usual, **dict(scenario.centre_options).get(name, {})})


def _kinds(spec: CentreSpec, scenario: Scenario) -> tuple[str, ...]:
    """Classes judged for completeness: the JSON profile carries quarter-hours, days and months, no hours."""
    return tuple(kind for kind in scenario.kinds if kind not in kind_of(spec).uncarried)


def _times(text: str, ratio: str) -> str:
    """A register's number as that of the quantity; empty stays empty."""
    return f"{Decimal(text) * Decimal(ratio):f}" if text and ratio != "1" else text


def period_of(scenario: Scenario, meter: str) -> float:
    """Polling period of a meter, seconds."""
    return dict(scenario.configuration.periods).get(meter, scenario.period_s)


def limits_of(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """Minimum and maximum by point, where the scenario gives its own."""
    return {point: (low, high) for point, low, high in scenario.configuration.limits}


def settings_of(scenario: Scenario) -> dict[str, Any]:
    """What the scenario asks to be configured in the terminal, by plain words."""
    told = scenario.configuration
    return {
        "period_s": scenario.period_s,
        "periods": dict(told.periods),
        "buffer_h": told.buffer_h,
        "standbys": {each.meter + SPARE: each.meter for each in scenario.all_of(Standby)},
        "later": told.later,
        "emission_sources": dict(told.emission_sources),
        "units": dict(told.units),
        "limits": limits_of(scenario),
        "records": dict(told.records),
        "revocation": scenario.service(Revocation),
        "status": scenario.service(CertificateStatus),
        "derived": [{**asdict(each), "code": derived_code(at)} for at, each in enumerate(told.derived, 1)],
        "store_octets": told.store_octets,
        "log_entries": told.log_entries,
        "emitter": told.emitter,
        "emission_codes": emission_codes(scenario),
        "accounts": told.accounts,
    }


def emission_codes(scenario: Scenario) -> dict[str, str]:
    """The code of each emission figure at every centre, by its name: a local extension of HJ 212."""
    figures = () if scenario.configuration.emitter is None else scenario.configuration.emitter.figures
    return {figure.name: f"k97{number:03d}" for number, figure in enumerate(figures, 1)}


def emission_codes_at(spec: CentreSpec, codes: Mapping[str, str]) -> dict[str, str]:
    """The codes of emission figures at a centre whose kind has a form of its own; nothing where they stay."""
    own = {name: kind_of(spec).code(code) for name, code in codes.items()}
    return {} if own == dict(codes) else own


def derived_code(number: int) -> str:
    """The code of the derived point with this number, from 1, at every centre: a local extension of HJ 212."""
    return f"k98{number:03d}"


def _plant(scenario: Scenario) -> PlantSpec:
    if scenario.plant != "works":
        own = bool(scenario.all_of(Stream))
        return PlantSpec(kind="series", file=_PLANTS / f"{scenario.plant}.csv", align=own, repeat=own)
    circuits = _before_slaves(scenario) + sum(each.circuits for each in scenario.all_of(Slave))
    return PlantSpec(kind="works", circuits=max(circuits, 1))


def hosts(world: World) -> tuple[str, ...]:
    """Addresses in the field network that meters stand at, in their order; serial lines have none."""
    return tuple(dict.fromkeys(spec.host for spec in world.meters if spec.host))


def uplink_hosts(world: World) -> tuple[str, ...]:
    """Addresses in the uplink network: centres in their order, then the host of revocation lists."""
    lists = () if world.revocation is None else (world.revocation.host,)
    return tuple(dict.fromkeys((*(spec.host for spec in world.centres), *lists)))


def _address(spec: MeterSpec) -> str:
    """Where a meter is, for a person: its line and its address or unit id there, or host and port."""
    if isinstance(spec.place, SerialLine):
        return f"{spec.place.device}:{spec.address or spec.unit}"
    return f"{spec.host}:{spec.port}"


def opening(
    scenario: Scenario,
    site: Site,
    profile: Profile,
    *,
    case: str,
    seed: int,
    commit: str,
    rig: str,
    needs: tuple[Need, ...],
    notices: tuple[str, ...] = (),
    signed: str = "",
) -> Began:
    """The first event of a record: what stands on the bench, and the signed statement it stands there under."""
    rows = site.points.values()
    limits = limits_of(scenario)
    return Began(
        t=site.world.start_us,
        case=case,
        seed=seed,
        commit=commit,
        terminal=profile.name,
        rig=rig,
        points=tuple(
            Point(
                id=row.id,
                meter=row.meter,
                kind=row.kind,
                unit=row.unit,
                decimals=row.decimals,
                modulus=_times(row.modulus, row.ratio),
                rated_per_h=_times(row.rated_per_h, row.ratio),
                low=_times(limits.get(row.id, (row.low, row.high))[0], row.ratio),
                high=_times(limits.get(row.id, (row.low, row.high))[1], row.ratio),
                type=row.type,
                ratio=row.ratio,
            )
            for row in rows
        ),
        meters=tuple(
            MeterSetup(
                name=spec.name,
                map=str(spec.map),
                address=_address(spec),
                unit=spec.unit,
                period_s=period_of(scenario, spec.name),
                terminal=terminal_of(scenario, spec.name),
            )
            for spec in site.world.meters
        ),
        centres=tuple(
            CentreSetup(
                name=spec.name,
                mn=spec.mn,
                codes={row.id: row.codes[spec.name] for row in rows if spec.name in row.codes},
                minute_interval=spec.minute_interval,
                realtime_interval_s=spec.realtime_interval_s,
                kinds=_kinds(spec, scenario),
                over_time_s=spec.over_time_s,
                re_count=spec.re_count,
                kind=spec.kind,
                channel=spec.channel,
                payload=kind_of(spec).payload(spec),
                upload_time=kind_of(spec).window(spec),
                figures=emission_codes_at(spec, emission_codes(scenario)),
            )
            for spec in site.world.centres
        ),
        parameters=profile.in_force(),
        declared=dict(profile.declared) if scenario.tell_declared else {},
        claims={
            question: profile.claim(question).value
            for question in settled(needs, lambda question: profile.claim(question) is Claim.YES)
        },
        derived=tuple(
            DerivedPoint(
                **asdict(each), kind=each.kind, codes={spec.name: derived_code(at) for spec in site.world.centres}
            )
            for at, each in enumerate(scenario.configuration.derived, 1)
        ),
        units=dict(scenario.configuration.units),
        codes={notice: profile.codes[notice] for notice in notices if notice in profile.codes},
        emitter=scenario.configuration.emitter,
        emission_codes=emission_codes(scenario),
        item=profile.item(),
        kind="" if profile.kind is Item.TERMINAL else profile.kind.value,
        opening=signed,
    )
