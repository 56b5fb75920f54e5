"""Kinds of centres as plug-ins: what is found in the folders, and that nothing else keeps a list of its own."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from msgspec.structs import fields
from simulators_helpers import HandClock

from bench.dut.reference_kinds import tables_of
from simulators.centres import kinds as registry
from simulators.centres.base import AnyCentre
from simulators.centres.build import build_centre, secrets_of, subjects_of, terminal_side
from simulators.centres.kinds import CentreKind, centre_of, kind_of, kinds
from simulators.centres.spec import USUAL, CentreSpec, KindSettings
from simulators.trust.authority import TerminalSide, Trust

START_US = 1_772_380_800 * 1_000_000


def spec_of(kind: str) -> CentreSpec:
    return centre_of("A", "127.0.0.1", 15212, "010000A8900016F000169DC0", kind=kind)


def trust_for(spec: CentreSpec) -> Trust:
    return Trust(START_US, lambda name: random.Random(name), subjects_of((spec,)), "")


def test_every_folder_with_a_descriptor_is_a_kind() -> None:
    folders = {path.parent.name for path in Path(registry.__file__).parent.glob("*/descriptor.py")}
    found = {type(kind).__module__.split(".")[-2] for kind in kinds().values()}
    assert found == folders
    assert {name: kind.id for name, kind in kinds().items()} == {name: name for name in kinds()}
    assert next(iter(kinds())) == USUAL


def test_world_files_name_the_kinds_in_the_order_of_their_ranks() -> None:
    assert list(kinds()) == ["hj212", "https", "management", "fingerprint", "third-party", "mqtt", "mqtt-records"]


def test_every_kind_has_settings_of_its_own_and_none_that_every_centre_has() -> None:
    assert {name: kind.settings().kind for name, kind in kinds().items()} == {name: name for name in kinds()}
    common = {field.name for field in fields(CentreSpec)}
    assert [name for kind in kinds().values() for name in kind.settings.__struct_fields__ if name in common] == []


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_builds_its_centre_and_says_what_it_is(kind: str) -> None:
    spec = spec_of(kind)
    trust, secrets = trust_for(spec), secrets_of(random.Random(1))
    centre: AnyCentre = build_centre(
        spec, clock=HandClock(), chance=random.Random(1), observe=lambda event: None, trust=trust, secrets=secrets
    )
    assert (centre.name, centre.host, centre.port, centre.records) == ("A", "127.0.0.1", 15212, {})
    assert all(kinds()[kind].title)
    assert kinds()[kind].line(spec).count("\n") == 0


@pytest.mark.parametrize("kind", [name for name, each in kinds().items() if each.shares])
def test_a_kind_that_shares_secrets_is_not_built_without_them(kind: str) -> None:
    with pytest.raises(ValueError, match=f"centre A: {kind} over plain needs the world's certificates"):
        build_centre(spec_of(kind), clock=HandClock(), chance=random.Random(1), observe=lambda event: None)


@pytest.mark.parametrize("kind", kinds())
def test_a_terminal_is_given_what_the_kind_shares_and_nothing_else(kind: str) -> None:
    spec, each = spec_of(kind), kinds()[kind]
    side = terminal_side(spec, trust_for(spec), secrets_of(random.Random(1)))
    assert bool(side.device_key) is each.signs
    assert bool(side.token) is each.token
    assert each.shares or side == TerminalSide(server_name=spec.hosts[-1])


def test_the_reference_terminal_is_told_of_every_kind_that_stands_for_itself() -> None:
    spoken = {name for name in kinds() if tables_of(spec_of(name)).protocol}
    assert spoken == {name for name, kind in kinds().items() if not kind.stands_in}


class NothingSettings(KindSettings, frozen=True, tag="nothing"):
    """No settings."""


class Nothing(CentreKind[NothingSettings]):
    """A kind that says nothing of itself but its name."""

    id = "nothing"
    title = ("nothing", "无")
    settings = NothingSettings


def test_a_kind_says_only_what_is_its_own() -> None:
    nothing = Nothing()
    spec = CentreSpec("A", "127.0.0.1", 15212, "010000A8900016F000169DC0", own=NothingSettings())
    side = TerminalSide()
    assert (nothing.window(spec), nothing.subjects(spec), nothing.members(spec, side)) == ("", (), {})
    assert list(nothing.flaws(spec)) == []
    assert (nothing.code("a1"), nothing.code_flaw("a1")) == ("a1", None)
    wrong = nothing.code_flaw("a-1")
    assert wrong is not None and wrong.en == "is not 1 to 16 letters and digits"
    assert nothing.line(spec) == "nothing plain  device 010000A8900016F000169DC0"
    assert kind_of(spec_of(USUAL)).title[1] == "HJ 212"
