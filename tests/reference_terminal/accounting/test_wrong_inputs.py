"""What is given to the accounting and is wrong: one sentence in each language, nothing changed, an entry in the log."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from accounting_kit import Plant, at

from reference_terminal.crypto.certificates import Trusted
from reference_terminal.management.packages import Package
from reference_terminal.web.errors import HttpError
from simulators.centres.management.packages import package
from simulators.trust.authority import Authority

COKE = """
[[accounting.sources]]
id = "coke"
term = "fuel"
item = "焦炭"
inputs.FC = { entry = "amount", every = "month", unit = "t" }
[[accounting.products]]
id = "iron"
unit = "t"
"""


def run(scene: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(scene())  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("changed", "en", "zh"),
    [
        ({"value": "-1.5"}, "fuel consumed is negative", "燃料消耗量不得为负"),
        ({"unit": "tCO2"}, "fuel consumed is in t, got 'tCO2'", "燃料消耗量的单位应为 t，实际为 'tCO2'"),
        (
            {"source": "cook"},
            "no source is called 'cook'; did you mean 'coke'?",
            "没有名为 'cook' 的排放源，现有：grid",
        ),
        ({"input": "NCV"}, "coke takes FC by hand, not 'NCV'", "coke 可填报 FC，不可填报 'NCV'"),
        ({"start": "2025-01-01T00:00:00"}, "FC is entered for each month", "FC 应按月填报，即 2025-01-01"),
        ({"value": "3,5"}, "such as 12.5, got '3,5'", "例如 12.5，实际为 '3,5'"),
        ({"start": "2025-03-01T00:00:00", "end": "2025-04-01T00:00:00"}, "month has not ended", "该月尚未结束，请于"),
    ],
)
def test_an_entry_that_is_wrong_is_one_sentence_changes_nothing_and_stands_in_the_log(
    changed: dict[str, str], en: str, zh: str
) -> None:
    async def scene() -> None:
        plant = Plant("2025-03-03T00:00:00", COKE)
        entry = {"source": "coke", "input": "FC", "start": "2025-02-01T00:00:00", "end": "2025-03-01T00:00:00"}
        entry |= {"value": "3", "unit": "t", "origin": "note", "author": "Li", "reason": "delivered", **changed}
        with pytest.raises(HttpError) as refused:
            await plant.post("accounting-entry", json.dumps(entry).encode())
        assert en in refused.value.en and zh in refused.value.zh and "\n" not in refused.value.en
        assert not list(plant.store.connection.execute("SELECT * FROM accounting_entry"))
        assert not list(plant.store.connection.execute("SELECT * FROM record"))
        [logged] = plant.store.connection.execute("SELECT en FROM event WHERE code='accounting-input-refused'")
        assert en in str(logged[0]) and "Li" in str(logged[0])

    run(scene)


def test_amounts_of_products_and_other_accountings_that_are_refused_stand_in_the_log() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-03T00:00:00", COKE)
        made = {"product": "iron", "start": "2025-03-01T00:00:00", "end": "2025-03-02T00:00:00"}
        with pytest.raises(HttpError, match="not below 0, got '-2'"):
            await plant.post(
                "product-amount", json.dumps(made | {"value": "-2", "author": "Li", "reason": "x"}).encode()
            )
        with pytest.raises(HttpError, match="no method 'nope'"):
            other = json.dumps({"emitter": "x", "method": "nope", "sources": [{"id": "a", "term": "fuel"}]}).encode()
            await plant.post("accounting", other, author="Wang", reason="new plant")
        told = [
            (str(en), str(zh))
            for en, zh in plant.store.connection.execute(
                "SELECT en, zh FROM event WHERE code='accounting-input-refused' ORDER BY number"
            )
        ]
        assert [("Li" in en, "Wang" in en) for en, _ in told] == [(True, False), (False, True)]
        assert "不小于 0" in told[0][1] and "没有方法 'nope'" in told[1][1]
        # A product that is not there has nothing to divide by, and no intensity is invented.
        stretch = {"from": made["start"], "to": made["end"]}
        plant.day("2025-03-01T00:00:00", {"grid": 10, "coal": 3})
        found = await plant.get("emission-intensity", figure="co2e.source.grid", product="iron", **stretch)
        assert found["intensity"] is None and "nothing to divide by / 产量为零" in found["cause"]

    run(scene)


ISSUER = "management A"
FUEL = {"id": "steel-ndrc-2013/fuel", "edition": "x"}
F = {
    "code": "boiler.NCV",
    "value": "20",
    "unit": "GJ/t",
    "gas": "CO2",
    "source": "notice",
    "region": "",
    "validFrom": "",
}


@pytest.mark.parametrize(
    ("kind", "content", "en", "zh"),
    [
        ("factors", [{**F, "value": "20000"}], "1,022 times its default", "1,022 倍，请检查单位"),
        ("factors", [{**F, "value": "-1"}], "net calorific value is negative", "低位发热量不得为负"),
        ("factors", [{**F, "code": "boiler.OF", "value": "1.2", "unit": "1"}], "above 100 %", "不得大于 100 %"),
        ("factors", [{**F, "code": "boiler.CC", "unit": "tCO2/TJ"}], "is in tC/TJ, got tCO2/TJ", "单位应为 tC/TJ"),
        ("factors", [{**F, "code": "boilr.NCV"}], "did you mean 'boiler.NCV'", "没有输入与 'boilr.NCV' 关联"),
        (
            "factors",
            [F, {**F, "code": "kiln.OF"}, {**F, "code": "lime.OF"}],
            "no input is linked to 'kiln.OF', 'lime.OF'",
            "没有输入与 'kiln.OF', 'lime.OF' 关联",
        ),
        ("factors", [{**F, "unit": ""}], "unit is missing", "缺少 unit"),
        ("factors", [{**F, "validFrom": "2011-01-01T00:00:00"}], "holds from 2013, not in 2011", "不适用于 2011 年"),
        ("factors", [{"code": "boiler.NCV", "value": "21"}], "factors: [code, value, unit, gas,", "应为文本字段"),
        ("method", {**FUEL, "formula": "FC / 0"}, "divides by zero", "FC / 0 无法使用：除数为零"),
        ("method", {**FUEL, "formula": "FC *"}, "'FC *' is no formula", "无法使用：写法有误，不是算式"),
        ("method", {**FUEL, "formula": "FC + NCV"}, "in a sum", "无法使用：相加减的两项单位不同：t 与 GJ/t"),
        ("method", {**FUEL, "formula": "FC * NCV * CC * OF"}, "does not give tCO2", "结果的单位为 tC，应为 tCO2"),
        ("method", {**FUEL, "formula": "FC * EF"}, "names EF, which is no input", "EF 不是该项的输入"),
        ("method", {**FUEL, "id": "steel-2040/fuel", "formula": "FC"}, "no term of a method", "没有该方法或项"),
    ],
)
def test_a_package_that_is_wrong_is_one_sentence_changes_nothing_and_is_one_entry_of_the_log(
    kind: Any, content: Any, en: str, zh: str
) -> None:
    async def scene() -> None:
        plant = Plant("2025-03-03T00:00:00")
        maker = Authority("sm2", at("2025-03-03T00:00:00") * 1_000_000, random.Random, [("server", ISSUER)])
        issuer, installer = maker.leaf("server", ISSUER), plant.terminal.installer
        installer._trusted = Trusted(maker.anchor, maker.crls)  # pyright: ignore[reportPrivateUsage]
        octets = json.dumps({kind: content}).encode()
        made = package(
            *(issuer, issuer.private, kind, "p", "1.0", octets), created="2025-03-02T08:00:00", chance=random.Random(1)
        )
        outcome = installer.take(made, "file by Li")
        assert outcome.result == "refused" and en in outcome.message and "\n" not in outcome.message
        assert not list(plant.store.connection.execute("SELECT * FROM accounting_version"))
        assert installer.in_force() == []
        [logged] = plant.store.connection.execute("SELECT code, subject, en, zh FROM event WHERE code LIKE '%refused%'")
        assert logged[:2] == ("package-refused", "file by Li")
        assert en in str(logged[2]) and zh in str(logged[3])

    run(scene)


def test_a_default_can_be_replaced_from_afar_as_it_can_locally() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-03T00:00:00")
        plant.day("2025-03-02T00:00:00", {"grid": 10, "coal": 7})
        rows = [{**F, "code": "boiler.OF", "value": "98", "unit": "%", "validFrom": "2025-03-02T00:00:00"}]
        given = Package("factors", "p", "1.0", 0, "", json.dumps({"factors": rows}).encode(), "", "management of A")
        assert plant.terminal.installer._keep(given, "task 1").result == "done"  # pyright: ignore[reportPrivateUsage]
        recalculation = plant.terminal.recalculation
        assert recalculation is not None
        await recalculation.catch_up()
        asked = {"figure": "co2e.source.boiler", "class": "minute", "start": "2025-03-02T00:00:00"}
        chain = await plant.get("emission-explain", **asked)
        assert [(each["name"], each["value"]) for each in chain["inputs"] if each["name"] == "OF"] == [("OF", "98")]

    run(scene)
