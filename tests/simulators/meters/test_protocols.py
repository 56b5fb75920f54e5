"""Protocols of meters as plug-ins: what is found in the folders, and that nothing else keeps a list of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.cli import parser
from bench.dut.reference_protocols import driven
from bench.layout.build import SERIAL_METERS
from simulators.explain.meters import readers
from simulators.meters import protocols as registry
from simulators.meters.places import Collected, GatewayPort, Place, SerialLine, ServerPort
from simulators.meters.protocols import MeterProtocol, addresses, by_word, codecs, protocol_of, protocols
from simulators.meters.serial.maps import any_names, any_shipped
from simulators.meters.spec import read_meters
from simulators.systems.opcua.descriptor import OpcUaPlace
from simulators.systems.sql.descriptor import SqlPlace
from simulators.tables import Problem, Table


def test_every_folder_with_a_descriptor_is_a_protocol() -> None:
    folders = {path.parent.name for path in Path(registry.__file__).parent.glob("*/descriptor.py")}
    assert set(protocols()) == folders
    assert {name: protocol.id for name, protocol in protocols().items()} == {name: name for name in folders}


def test_words_families_and_first_octets_are_each_one_protocols() -> None:
    assert len(by_word()) == sum(len(each.words) for each in protocols().values())
    assert len(codecs()) == sum(len(each.codecs) for each in protocols().values())
    own = [codecs()[family].START for family in registry.families_of_their_own()]
    others = [codec.START for family, codec in codecs().items() if family not in registry.families_of_their_own()]
    assert len(set(own)) == len(own)
    assert not set(own) & set(others)


@pytest.mark.parametrize("name", any_names())
def test_every_shipped_map_is_of_a_protocol(name: str) -> None:
    device = any_shipped(name)
    assert device.protocol in (*protocol_of(device).words, "modbus")


@pytest.mark.parametrize("kind", SERIAL_METERS)
def test_kinds_for_scenarios_are_of_their_protocol(kind: str) -> None:
    made = SERIAL_METERS[kind]
    device = any_shipped(made.map)
    protocol = protocol_of(device)
    assert protocol.line_kinds[kind] is made
    assert all(device.register(register) for register, _ in made.points)
    if protocol.address is None:
        assert (made.address, bool(made.framing)) == ("", True)
    else:
        assert re.fullmatch(protocol.address.pattern, made.address)
        assert len(made.address) == protocol.address.size


def test_an_address_is_of_one_protocol_alone() -> None:
    for each in addresses():
        assert [other for other in addresses() if re.fullmatch(other.pattern, "A" * each.size)] == [each]


def test_the_command_line_explains_what_protocols_explain(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["decode", "--help"])
    assert "{" + ",".join(("hj212", "modbus", *readers())) + "}" in capsys.readouterr().out


def test_the_reference_terminal_is_told_of_every_protocol() -> None:
    assert set(driven()) == set(protocols())


class Nothing(MeterProtocol):
    """A protocol that says nothing of itself but its name."""

    id = "nothing"
    words = ("nothing-1",)


def test_a_protocol_says_only_what_is_its_own() -> None:
    nothing = Nothing()
    device = any_shipped("sdm630")
    assert (nothing.explainers, nothing.codecs, nothing.line_kinds) == ({}, {}, {})
    assert not nothing.speaks("nothing-1")
    assert nothing.address_at(7, device) == ""


AT = {"host": "h", "port": 1}


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({**AT, "unit": 1}, GatewayPort("h", 1)),
        ({**AT, "unit": 1, "framing": "rtu"}, ServerPort("h", 1)),
        ({**AT, "address": "A"}, ServerPort("h", 1)),
        ({"line": "ttyS1", "unit": 1, "framing": "rtu"}, SerialLine("ttyS1")),
        ({"collector": "K1"}, Collected("K1")),
        ({**AT, "system": "opcua", "security": "sign"}, OpcUaPlace(host="h", port=1, security="sign")),
        ({"system": "sql", "database": "sqlite:///plant.db"}, SqlPlace(database="sqlite:///plant.db")),
        ({**AT, "system": "sql", "sql": "postgresql"}, SqlPlace(sql="postgresql", host="h", port=1)),
    ],
)
def test_where_a_meter_stands_follows_from_its_description(options: dict[str, object], place: Place) -> None:
    problems: list[Problem] = []
    described: dict[str, object] = {"name": "m", "map": "sdm630", "points": [{"id": "e", "register": "energy"}]}
    (meter,) = read_meters(Table({**described, **options}, "m", problems), Path())
    assert problems == []
    assert (meter.place, type(meter.place)) == (place, type(place))
