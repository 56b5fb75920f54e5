"""The oracle of carbon accounting against the published worked examples of the facts (8), figure by figure."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction as F

import pytest

from conformance.common.carbon import stacks, steam, tables
from conformance.common.carbon.formulas import FORMULAS
from conformance.common.carbon.methods import METHODS, reckon
from conformance.common.carbon.units import UnlikeUnits, in_unit
from conformance.common.times import HOUR
from reference_terminal.accounting import steam as terminal_steam


def _half_up(value: F, decimals: int) -> Decimal:
    steps = (abs(value) * 10**decimals + F(1, 2)).__floor__()
    return Decimal(steps if value >= 0 else -steps).scaleb(-decimals)


def _sum(method: str, *terms: tuple[str, str, dict[str, str]], year: int = 2025) -> F:
    total = F(0)
    for term, item, given in terms:
        gas, tonnes, _ = reckon(method, term, item, year, {name: F(text) for name, text in given.items()})
        total += tonnes * METHODS[method].potential(gas)
    return total


def _fuel(kj_kg: str, cc: str, of: str) -> F:
    """kgCO2/kg by F1."""
    given = {"FC": F(1), "NCV": in_unit(F(kj_kg), "kJ/kg", "GJ/t"), "CC": F(cc), "OF": F(of)}
    return reckon("power-ndrc-2013", "fuel", "", 2025, given)[1]


@pytest.mark.parametrize(
    ("kj_kg", "cc", "of", "answer"),
    [
        ("20908", "26.37", "0.94", "1.9003"),  # E01
        ("28435", "29.5", "0.93", "2.8604"),  # E02
        ("41816", "20.1", "0.98", "3.0202"),  # E03
        ("41816", "21.1", "0.98", "3.1705"),  # E04
        ("43070", "19.5", "0.98", "3.0179"),  # E05
        ("42652", "20.2", "0.98", "3.0959"),  # E06
        ("50179", "17.2", "0.98", "3.1013"),  # E07
        ("46055", "18.2", "0.98", "3.0119"),  # E08
    ],
)
def test_fuels_of_the_published_table(kj_kg: str, cc: str, of: str, answer: str) -> None:
    assert _half_up(_fuel(kj_kg, cc, of), 4) == Decimal(answer)


def test_oilfield_gas_by_the_cubic_metre() -> None:
    given = {
        "FC": in_unit(F(1), "Nm3", "1e4Nm3"), "NCV": in_unit(F(38931), "kJ/Nm3", "GJ/1e4Nm3"), "CC": F("15.3"),
        "OF": F("0.99"),
    }  # fmt: skip
    assert _half_up(reckon("power-ndrc-2013", "gas", "", 2025, given)[1] * 1000, 4) == Decimal("2.1622")


@pytest.mark.parametrize(
    ("method", "terms", "answer", "decimals"),
    [
        ("carbon-materials-2024", [("gas-carbon", "", {"FC": "2", "C_AR": "0.015", "OF": "0.98"})], "0.1078", 4),  # E11
        (
            "carbon-materials-2024",
            [("baking", "", {"BPM": "10", "F_BPM": "0.005", "V_BPM": "0.1", "BG": "100", "F_BG": "0.007",
                              "V_BG": "0.02", "BWT": "0.05", "BP": "95", "F_BP": "0.006"})],
            "3.36416667", 8,
        ),  # E12
        ("carbon-materials-2024", [("desulphurisation", "CaCO3", {"AD": "10"})], "3.96", 4),  # E13
        ("chemicals-ndrc-2013", [("heat-in", "", {"AD": "2693.38"})], "296.272", 3),  # D01
        ("chemicals-ndrc-2013", [("steam-in", "", {"MA": "1000", "EN": "2777.12"})], "296.272", 3),  # D01
        (
            "cement-ndrc-2013",
            [("clinker", "", {"QC": "1000000", "QK": "0", "QB": "0", "CAO": "0.655", "CAO_NC": "0.010", "MGO": "0.015",
                                  "MGO_NC": "0.002"})],
            "521085.71", 2,
        ),  # D04
        (
            "cement-cets-2024",
            [("clinker-portland", "", {"AD": "1000000"}), ("substitute-copper-slag", "", {"AD": "20000"}),
             ("substitute-gypsum", "", {"AD": "10000"})],
            "531450", 2,
        ),  # D05
        ("grid-ndrc-2013", [("sf6", "", {"CAP": "0.1", "REC": "0.095"}), ("sf6", "", {"CAP": "0.05", "REC": "0.048"})],
         "167.3", 4),  # D06
        (
            "paper-ndrc-2015",
            [("wastewater", "", {"W": "1000000", "COD_IN": "1.0", "COD_OUT": "0"})], "2625", 4,
        ),  # D07
        ("petrochemicals-ndrc-2014", [("flare", "", {"Q": "1", "CC": "5", "V": "0.02"})], "18.3607", 4),  # D08
        ("petrochemicals-ndrc-2014", [("flare-accident", "", {"GF": "2", "T": "3", "CN": "1.5"})], "173.25", 4),  # D08
        ("aluminium-ndrc-2013", [("anode", "", {"P": "100000", "NC": "0.42"})], "150304", 2),  # D09
        ("aluminium-ndrc-2013", [("cf4", "", {"P": "100000", "EF": "0.034"}),
                                 ("c2f6", "", {"P": "100000", "EF": "0.0034"})], "25228", 2),  # D09
        ("aluminium-cets-2024", [("anode", "", {"P": "100000"})], "147083.2", 2),  # D10
        ("aluminium-cets-2024", [("cf4", "", {"P": "100000"}), ("c2f6", "", {"P": "100000"})], "14481", 2),  # D10
        ("nonferrous-ndrc-2015", [("reductant-coke", "", {"AD": "500"}), ("reductant-anthracite", "", {"AD": "100"})],
         "1623.4", 4),  # D11
        ("nonferrous-ndrc-2015", [("oxalic-acid", "", {"AD": "100"})], "34.7604", 4),  # D11
        ("steel-ndrc-2013", [("limestone", "", {"AD": "10000"}), ("dolomite", "", {"AD": "2000"}),
                             ("electrode", "", {"AD": "100"}), ("pig-iron", "", {"AD": "5000"})], "6568.3", 4),  # D12
        ("steel-ndrc-2013", [("stored-steel", "", {"AD": "100000", "EF": "0.0154"})], "-1540", 4),  # D12
        ("aviation-ndrc-2013", [("jet-a1", "", {"FC": "1", "NCV": "44.1", "CC": "19.5", "OF": "1"})], "3.153", 3),
    ],
)  # fmt: skip
def test_derived_cases(method: str, terms: list[tuple[str, str, dict[str, str]]], answer: str, decimals: int) -> None:
    assert _half_up(_sum(method, *terms), decimals) == Decimal(answer)


def test_diesel_of_the_ipcc_and_the_factor_of_clinker() -> None:
    # E09: 43 TJ/Gg × 74100 kg/TJ; CaO share × 44/56 printed as 0.785.
    assert _half_up(F(43) * F(74100) / 10**6, 4) == Decimal("3.1863")
    assert _half_up(F("0.646") * F("0.785"), 3) == Decimal("0.507")


def test_units_carry_their_substance() -> None:
    assert in_unit(F(1000), "kg", "t") == 1 and in_unit(F("12.5"), "%", "1") == F("0.125")  # E14
    assert in_unit(F(1), "m3(20°C)", "1e4Nm3") * 10_000 == F(27315, 29315)
    with pytest.raises(UnlikeUnits):
        in_unit(F(1), "tC", "tCO2")


def test_reductants_and_electrodes_follow_from_their_carbon() -> None:
    # E15, and the checks of facts 4.3 and 4.11.
    assert _half_up(_fuel("20304", "27.49", "0.94"), 3) == Decimal("1.924")
    assert _half_up(F("389.31") * F("15.3") / 1000 * F("0.99") * F(44, 12), 3) == Decimal("21.622")
    assert _half_up(F(44) / F("126.07"), 3) == Decimal("0.349")
    assert _half_up(F("0.999") * F(44, 12), 3) == Decimal("3.663")
    assert _half_up(F("0.047") * F(44, 12), 3) == Decimal("0.172")


def test_traps_of_the_facts() -> None:
    assert tables.grid("安徽", 2023)["EF"] == F("0.7075")  # a page digit may be glued to it (12.6)
    assert (tables.grid("全国", 2023)["EF"], tables.grid("全国", 2024)["EF"]) == (F("0.5568"), F("0.5366"))
    assert tables.grid("全国", 2026)["EF"] == F("0.5306")  # the latest where the year has none yet
    assert tables.fuel("ets", "烟煤")["CC"] == F("26.18")  # not 23.08 (12.3)
    assert tables.fuel("ndrc-2013", "LNG")["CC"] != tables.fuel("ndrc-2015", "LNG")["CC"]  # editions (12.4)
    clay = reckon("ceramics-ndrc-2013", "clay", "", 2025, {"Q": F(100), "ETA": F(1), "W_CA": F("0.1"), "W_MG": F(0)})
    assert clay[1] == F("4.4")  # 44/100 is not 0 (12.1)
    assert METHODS["other-industry-ndrc-2015"].defaults("recovered", "", 2025)["RHO"] == F("19.77")  # (12.4)
    assert METHODS["aluminium-cets-2024"].potential("CF4") != METHODS["aluminium-ndrc-2013"].potential("CF4")  # (12.7)


def test_every_term_has_a_formula() -> None:
    for method in METHODS.values():
        for term in method.terms:
            assert method.formula(term).place
    assert len(FORMULAS) > 60


def test_steam_of_both_sides_is_that_of_the_release() -> None:
    """Two libraries, one a side (E10, facts 7): the oracle's to the release's digits, the terminal's to two."""
    told = {"0.1": "2674.95", "1.0": "2777.12", "3.0": "2803.26", "10.0": "2725.47"}
    for pressure, enthalpy in told.items():
        assert round(steam.saturated(F(pressure)), 2) == F(enthalpy)
        assert terminal_steam.saturated(F(pressure)) == F(enthalpy)
    for pressure, kelvin, enthalpy in (
        ("3", "300", "115.331273"),
        ("3", "500", "975.542239"),
        ("30", "700", "2631.49474"),
    ):
        assert steam.at(F(pressure), F(kelvin) - F("273.15")) == F(enthalpy)


def test_flue_gas_of_a_state_is_that_of_the_worked_example() -> None:
    """D03: 101300 Pa, 800 Pa below it, 93.4 °C multiply a concentration by 1.353142, and divide a volume by it."""
    inputs = {"Q": "1000", "P": "100500", "TS": "93.4", "XSW": "0", "CO2": "1"}
    found = FORMULAS["stack-state"]({name: F(text) for name, text in inputs.items()})
    assert round(F(1000 * 44) / F("22400") / found, 6) == F("1.353142")


def _hours(masses: str) -> dict[int, F | None]:
    """Hours of July 2026 on; x is not valid."""
    july = 1_782_835_200_000_000
    return {july + at * HOUR: None if each == "x" else F(each) for at, each in enumerate(masses)}


def _stands(masses: str, at: int) -> F | None:
    hours = _hours(masses)
    return stacks.stands_for(hours, min(hours) + at * HOUR).tonnes


def test_what_stands_for_an_hour_of_a_stack_is_the_largest_of_the_hours_that_the_rule_names() -> None:
    assert _stands("9" + "1" * 180 + "x1", 181) == 1
    assert _stands("9" + "1" * 179 + "x1", 180) == 9
    assert _stands("9" + "1" * 400 + "x" * 24 + "1", 401) == 1
    assert _stands("9" + "1" * 400 + "x" * 25 + "1", 425) == 9
    assert _stands("9" + "1" * 700 + "2" * 100 + "x" * 24 + "1", 810) == 2
    assert _stands("9" + "1" * 200 + "x" * 23 + "1", 210) == 9  # 89.7 % of the hours
    assert _stands("111x1", 3) == 1 and _stands("11x1", 2) is None
    assert _stands("1111x", 4) is None and _stands("xxxxx1", 2) is None


def test_by_the_older_rule_the_mean_of_its_neighbours_stands_for_an_hour_of_a_short_failure() -> None:
    def stands(masses: str, at: int) -> F | None:
        hours = _hours(masses)
        return stacks.lies_between(hours, min(hours) + at * HOUR).tonnes

    assert stands("92x4", 2) == 3 and stands("92xx5", 3) == F(7, 2)
    assert stands("2" + "x" * 24 + "4", 24) == 3 and stands("2" + "x" * 25 + "4", 1) is None
    assert stands("2x", 1) is None and stands("x4", 0) is None
    hours = _hours("2x4")
    assert stacks.over(min(hours), max(hours) + HOUR, hours, "hjt75-2007").tonnes == 9


def test_an_hour_of_a_stack_counts_from_its_share_on() -> None:
    assert stacks.averaged([F(2)] * 45 + [None] * 15, "75") == 120
    assert stacks.averaged([F(2)] * 44 + [None] * 16, "75") is None
    assert stacks.averaged([None] * 4, "0") is None


def test_a_printed_formula_has_no_words_of_the_language() -> None:
    for formula in FORMULAS.values():
        assert "N(" not in formula.printed and '"' not in formula.printed


def test_a_failed_calibration_takes_what_was_measured_since_the_last_passed_one_until_the_next() -> None:
    assert stacks.is_within("-5", "10", ("5", "10"))
    assert not stacks.is_within("5.1", "0", ("5", "10"))
    assert not stacks.is_within("0", "-10.01", ("5", "10"))
    known = [stacks.Calibration(at, within, told) for at, within, told in ((2, True, 3), (5, False, 6), (7, True, 8))]

    def controlled(before: int | None) -> list[int]:
        return [at for at in range(10) if stacks.is_controlled(known, at, at + 1, before)]

    assert controlled(6) == list(range(10))
    assert controlled(8) == [0, 1]
    assert controlled(9) == controlled(None) == [0, 1, 7, 8, 9]
    known.append(stacks.Calibration(5, True, 20))
    assert controlled(None) == list(range(10))
    first = [stacks.Calibration(5, False, 6)]
    assert not any(stacks.is_controlled(first, at, at + 1, None) for at in range(10))
