"""Settings of a scenario: one that there is not is wrong as soon as the case is loaded, not when it runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.layout.scenario import Collector, Scenario, System


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (lambda: Collector("opc"), "expected a collector of kind mqtt, https, got 'opc'"),
        (lambda: Collector("mqtt", 1, {"qoss": 1}), "qoss: unknown key; known here: broker"),
        (lambda: Collector("mqtt", 1, {"qos": 3}), "qos: expected 0 to 2, got 3"),
        (lambda: Collector("https", 1, {"qos": 1}), "qos: unknown key"),
        (lambda: System("odbc", ()), "expected a system of kind opcua, sql, got 'odbc'"),
        (lambda: System("opcua", ("cems",), {"rows_s": 3}), "rows_s: unknown key; known here: host, port, security"),
        (lambda: Scenario(centre_options=(("A", {"chanel": "tls"}),)), "centre A: unknown chanel; known: name"),
        (lambda: Scenario(centre_options=(("A", {"kind": "htps"}),)), "centre A: unknown kind htps; known: hj212"),
        (lambda: Scenario(centre_options=(("A", {"report_s": 30}),)), "centre A: unknown report_s; known: name"),
    ],
)
def test_a_setting_that_there_is_not_is_refused(described: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=r"/ .*[\u4e00-\u9fff]") as error:
        described()
    assert words in str(error.value)
