"""The platform's account: published answers, versions of factors, whose factor counts, what is no part of a total."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from reference_platform_kit import furnish, made

from simulators.platform import Platform
from simulators.platform.accounting import book, defaults, methods
from simulators.platform.accounting.quantities import UnlikeUnits, text, to
from simulators.platform.core.times import of_local

_DAY = of_local(2025, 3, 10)
_YEAR = of_local(2025), of_local(2026)


@pytest.mark.parametrize(
    ("heating", "carbon", "oxidised", "due"),
    [
        ("20.908", "26.37", "94", "1.9003"),
        ("28.435", "29.5", "93", "2.8604"),
        ("42.652", "20.2", "98", "3.0959"),
        ("50.179", "17.2", "98", "3.1013"),
    ],
)
def test_burning_gives_the_published_answers(heating: str, carbon: str, oxidised: str, due: str) -> None:
    """Worked examples E01, E02, E06, E07 of the facts."""
    term = methods.term("gbt-32150", "fuel")
    used = {"FC": Fraction(1), "NCV": Fraction(heating), "CC": Fraction(carbon), "OF": Fraction(oxidised) / 100}
    assert text(term.tonnes(used), 4) == due


def test_rounding_is_half_up_and_units_keep_their_substance() -> None:
    assert [text(Fraction(each), 2) for each in ("0.005", "-0.005", "1.004999", "-0.001")] == [
        "0.01",
        "-0.01",
        "1.00",
        "0.00",
    ]
    assert to(Fraction(3), "kgCO2/kWh", "tCO2/MWh") == 3
    with pytest.raises(UnlikeUnits):
        to(Fraction(1), "tC", "t")


def _entered(platform: Platform, point: str, day: int, value: str, **more: str) -> None:
    desk = platform.desk()
    unit = desk.object("point", point).unit
    start = _DAY + day * 86_400_000_000
    desk.create("entry", enterprise="A", point=point, period="day", start=start, value=value, unit=unit, **more)


def _standing(folder: Path) -> Platform:
    platform = made(folder)
    platform.office.ground.db.prepare()
    furnish(platform.desk())
    desk = platform.desk()
    for id, carrier, unit, kind in (
        ("A.warm", "heat", "GJ", "heat"),
        ("A.wire", "electricity", "kWh", "electricity"),
        ("A.wood", "biogas", "t", "other"),
    ):
        desk.create("point", id=id, enterprise="A", carrier=carrier, unit=unit, source_class=kind)
    return platform


def test_a_suppliers_factor_goes_first_and_versions_count_from_their_day(tmp_path: Path) -> None:
    platform = _standing(tmp_path)
    desk = platform.desk()
    for day in range(3):
        _entered(platform, "A.warm", day, "100")

    def days() -> list[str]:
        rows = desk.ask("emissions", of="point", id="A.warm", period="day", from_=_DAY, to=_DAY + 3 * 86_400_000_000)
        return [row.value for row in rows]

    assert days() == ["11.000000"] * 3
    desk.create("factor", carrier="heat", value="0.12", unit="tCO2/GJ", valid_from=_YEAR[0])
    assert days() == ["12.000000"] * 3
    own = desk.create("factor", carrier="heat", value="0.09", unit="tCO2/GJ", enterprise="A", valid_from=_YEAR[0])
    desk.change("factor", own, value="0.08", valid_from=_DAY + 2 * 86_400_000_000)
    assert days() == ["9.000000", "9.000000", "8.000000"]


def test_what_stands_beside_the_total_is_no_part_of_it(tmp_path: Path) -> None:
    platform = _standing(tmp_path)
    desk = platform.desk()
    desk.create("factor", carrier="biogas", value="2", unit="tCO2/t", valid_from=_YEAR[0])
    _entered(platform, "A.wood", 0, "10")
    assert desk.ask("emissions", of="enterprise", id="A", from_=_YEAR[0], to=_YEAR[1]) == []
    _entered(platform, "A.wire", 0, "1000")
    whole = book(desk).total("enterprise", "A", *_YEAR)
    assert whole.energy == Fraction("3.6") and whole.tonnes == (defaults.grid("", 2025) or 0)
