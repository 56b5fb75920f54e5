"""Settings of a scenario: one that there is not is wrong as soon as the case is loaded, not when it runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.layout.build import build_world
from bench.layout.scenario import (
    Collector,
    Configuration,
    Derived,
    Line,
    Revocation,
    Scenario,
    Slave,
    System,
    TimeServer,
    Transformer,
)


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (lambda: Collector("opc"), "expected a collector of kind mqtt, https, got 'opc'"),
        (lambda: Collector("mqtt", 1, {"qoss": 1}), "qoss: unknown key; did you mean 'qos'?"),
        (lambda: Collector("mqtt", 1, {"qos": 3}), "qos: expected 0 to 2, got 3"),
        (lambda: Collector("https", 1, {"qos": 1}), "qos: unknown key"),
        (lambda: System("odbc", ()), "expected a system of kind opcua, sql, got 'odbc'"),
        (lambda: System("opcua", ("cems",), {"rows_s": 3}), "rows_s: unknown key; known here: host, offers, "),
        (lambda: Line(("dlt645",)), "line: expected meters of "),
        (lambda: Derived("site", "add", ("e01.energy",), "kWh"), "site: expected one of sum, difference, "),  # type: ignore[arg-type]
        (lambda: Scenario(centre_options=(("A", {"chanel": "tls"}),)), "centre A: unknown chanel; known: name"),
        (lambda: Scenario(centre_options=(("A", {"kind": "htps"}),)), "centre A: unknown kind htps; known: hj212"),
        (lambda: Scenario(centre_options=(("A", {"report_s": 30}),)), "centre A: unknown report_s; known: name"),
    ],
)
def test_a_setting_that_there_is_not_is_refused(described: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=r"/ .*[\u4e00-\u9fff]") as error:
        described()
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("described", "absent"),
    [
        (Scenario(circuits=1, behind=(Transformer("e02", "80"),)), "e02"),
        (Scenario(circuits=1, configuration=Configuration(periods=(("E01", 900),))), "E01"),
        (Scenario(circuits=1, configuration=Configuration(units=(("e01.enrgy", "MWh"),))), "e01.enrgy"),
        (
            Scenario(configuration=Configuration(derived=(Derived("s", "sum", ("e01.energy", "e4.energy"), "kWh"),))),
            "e4.energy",
        ),
    ],
)
def test_what_is_told_of_a_meter_or_point_that_there_is_not_is_refused(described: Scenario, absent: str) -> None:
    with pytest.raises(ValueError, match="/ 场景中没有") as error:
        build_world(described, 1)
    assert f"has no {absent}," in str(error.value)


def test_what_stands_behind_a_terminal_and_is_served_to_it_is_found_by_kind() -> None:
    lists, slave = Revocation(look_s=60), Slave("s1")
    scenario = Scenario(behind=(slave, Line(("scale",))), services=(TimeServer(), lists))
    assert scenario.all_of(Slave) == (slave,)
    assert scenario.all_of(System) == ()
    assert scenario.service(Revocation) == lists
    assert scenario.but(services=()).service(TimeServer) is None
    assert scenario.configured(later=("B",)).configuration == Configuration(later=("B",))
