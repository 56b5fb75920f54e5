"""Worked examples with published answers, and those derived from sourced formulas: the methods give them to the digit.

Inputs and answers are those of the project's facts on accounting (E01 to E15, D01 to D12); each is named by its number.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from reference_terminal.accounting import library, steam
from reference_terminal.accounting.account import Account, Given, Source, account
from reference_terminal.accounting.printed import fraction, rounded

Values = dict[str, tuple[str, str]]
OTHER = "other-industry-ndrc-2015"
FUELS: tuple[tuple[str, str, str, str, str], ...] = (
    ("E01 raw coal", "20908", "26.37", "94", "1.9003"),
    ("E02 coke", "28435", "29.5", "93", "2.8604"),
    ("E03 crude oil", "41816", "20.1", "98", "3.0202"),
    ("E04 fuel oil", "41816", "21.1", "98", "3.1705"),
    ("E05 kerosene", "43070", "19.5", "98", "3.0179"),
    ("E06 diesel", "42652", "20.2", "98", "3.0959"),
    ("E07 LPG", "50179", "17.2", "98", "3.1013"),
    ("E08 refinery gas", "46055", "18.2", "98", "3.0119"),
)


def source(term: str, item: str = "", number: int = 1, **values: tuple[str, str]) -> Source:
    given = {name: Given(fraction(value), unit, "test") for name, (value, unit) in values.items()}
    return Source(f"s{number}", "works", term, item, given)


def worked_out(method: str, *sources: Source, year: int = 2025) -> Account:
    found, problems = account(library.methods()[method], year, sources)
    assert problems == []
    return found


@pytest.mark.parametrize(("name", "heat", "carbon", "oxidation", "answer"), FUELS, ids=lambda each: str(each))
def test_fuels(name: str, heat: str, carbon: str, oxidation: str, answer: str) -> None:
    found = worked_out(
        OTHER,
        source("fuel", FC=("1", "t"), NCV=(heat, "kJ/kg"), CC=(carbon, "tC/TJ"), OF=(oxidation, "%")),
    )
    assert rounded(found.total, 4) == answer


def test_gas_by_the_cubic_metre() -> None:
    found = worked_out(
        OTHER, source("gas", FC=("1", "Nm3"), NCV=("38931", "kJ/Nm3"), CC=("15.3", "tC/TJ"), OF=("99", "%"))
    )
    assert rounded(found.total * 1000, 4) == "2.1622"


EXAMPLES: tuple[tuple[str, str, tuple[Source, ...], int, str], ...] = (
    (
        "E11 measured carbon of a gas",
        "carbon-materials-2024",
        (source("gas-carbon", FC=("2", "10^4 Nm3"), C_AR=("0.015", "tC/10^4 Nm3"), OF=("98", "%")),),
        4,
        "0.1078",
    ),
    (
        "E12 baking",
        "carbon-materials-2024",
        (
            source(
                "baking",
                BPM=("10", "t"),
                F_BPM=("0.005", "tC/t"),
                V_BPM=("10", "%"),
                BG=("100", "t"),
                F_BG=("0.007", "tC/t"),
                V_BG=("2", "%"),
                BWT=("0.05", "tC"),
                BP=("95", "t"),
                F_BP=("0.006", "tC/t"),
            ),
        ),
        8,
        "3.36416667",
    ),
    (
        "E13 desulphurisation",
        "carbon-materials-2024",
        (source("desulphurisation", "CaCO3", AD=("10", "t")),),
        2,
        "3.96",
    ),
    ("D01 steam", OTHER, (source("steam-in", MA=("1000", "t"), EN=("2777.12", "kJ/kg")),), 3, "296.272"),
    (
        "D04 cement 2013",
        "cement-ndrc-2013",
        (
            source(
                "clinker",
                QC=("1000000", "t"),
                CAO=("65.5", "%"),
                CAO_NC=("1.0", "%"),
                MGO=("1.5", "%"),
                MGO_NC=("0.2", "%"),
            ),
        ),
        2,
        "521085.71",
    ),
    (
        "D05 cement 2024",
        "cement-cets-2024",
        (
            source("clinker-portland", AD=("1000000", "t")),
            source("substitute-copper-slag", number=2, AD=("20000", "t")),
            source("substitute-gypsum", number=3, AD=("10000", "t")),
        ),
        0,
        "531450",
    ),
    ("D06 SF6", "grid-ndrc-2013", (source("sf6", CAP=("150", "kgSF6"), REC=("143", "kgSF6")),), 1, "167.3"),
    (
        "D07 wastewater of a paper mill",
        "paper-ndrc-2015",
        (source("wastewater", W=("1000000", "m3"), COD_IN=("1.5", "kgCOD/m3"), COD_OUT=("0.5", "kgCOD/m3")),),
        0,
        "2625",
    ),
    (
        "D08 flare",
        "petrochemicals-ndrc-2014",
        (source("flare", Q=("1", "10^4 Nm3"), CC=("5", "tC/10^4 Nm3"), V=("2", "%")),),
        4,
        "18.3607",
    ),
    (
        "D08 flare in an accident",
        "petrochemicals-ndrc-2014",
        (source("flare-accident", GF=("2", "10^4 Nm3/h"), T=("3", "h"), CN=("1.5", "1")),),
        2,
        "173.25",
    ),
    ("D09 anodes, NDRC", "aluminium-ndrc-2013", (source("anode", P=("100000", "t")),), 0, "150304"),
    (
        "D09 PFC, NDRC",
        "aluminium-ndrc-2013",
        (source("cf4", P=("100000", "t")), source("c2f6", number=2, P=("100000", "t"))),
        0,
        "25228",
    ),
    ("D10 anodes, CETS", "aluminium-cets-2024", (source("anode", P=("100000", "t")),), 1, "147083.2"),
    (
        "D10 PFC, CETS",
        "aluminium-cets-2024",
        (source("cf4", P=("100000", "t")), source("c2f6", number=2, P=("100000", "t"))),
        0,
        "14481",
    ),
    (
        "D11 reductants",
        "nonferrous-ndrc-2015",
        (source("reductant-coke", AD=("500", "t")), source("reductant-anthracite", number=2, AD=("100", "t"))),
        1,
        "1623.4",
    ),
    ("D11 oxalic acid", "nonferrous-ndrc-2015", (source("oxalic-acid", AD=("100", "t")),), 4, "34.7604"),
    (
        "D12 steel",
        "steel-ndrc-2013",
        (
            source("limestone", AD=("10000", "t")),
            source("dolomite", number=2, AD=("2000", "t")),
            source("electrode", number=3, AD=("100", "t")),
            source("pig-iron", number=4, AD=("5000", "t")),
        ),
        1,
        "6568.3",
    ),
    ("D12 steel kept", "steel-ndrc-2013", (source("stored-steel", AD=("100000", "t")),), 0, "-1540"),
)


@pytest.mark.parametrize(
    ("name", "method", "sources", "digits", "answer"), EXAMPLES, ids=[each[0] for each in EXAMPLES]
)
def test_examples(name: str, method: str, sources: tuple[Source, ...], digits: int, answer: str) -> None:
    assert rounded(worked_out(method, *sources).total, digits) == answer


def test_d06_in_another_set_of_gwp() -> None:
    assert rounded(7 * (library.gwp("AR5", "SF6") or Fraction(0)) / 1000, 1) == "164.5"


@pytest.mark.parametrize(("fuel", "steel", "other"), (("焦炭", "2.862", "2.852"), ("LPG", "3.101", "2.954")))
def test_factors_of_a_table_are_its_own(fuel: str, steel: str, other: str) -> None:
    assert rounded(worked_out("steel-ndrc-2013", source("fuel", fuel, FC=("1", "t"))).total, 3) == steel
    assert rounded(worked_out(OTHER, source("fuel", fuel, FC=("1", "t"))).total, 3) == other


ENTHALPY = (
    ("1.0", "200", "2828.27"),
    ("1.0", "300", "3051.70"),
    ("3.0", "350", "3116.06"),
    ("3.0", "400", "3231.57"),
    ("3.5", "435", "3303.61"),
    ("10", "540", "3476.87"),
    ("1.0", "179.89", "2777.12"),
)
SATURATED = (("0.1", "2674.95"), ("0.5", "2748.11"), ("1.0", "2777.12"), ("2.0", "2798.38"), ("10.0", "2725.47"))


@pytest.mark.parametrize(("pressure", "temperature", "enthalpy"), ENTHALPY)
def test_enthalpy_of_steam(pressure: str, temperature: str, enthalpy: str) -> None:
    assert steam.superheated(fraction(pressure), fraction(temperature)) == fraction(enthalpy)


@pytest.mark.parametrize(("pressure", "enthalpy"), SATURATED)
def test_enthalpy_of_saturated_steam(pressure: str, enthalpy: str) -> None:
    assert steam.saturated(fraction(pressure)) == fraction(enthalpy)


def test_d01_by_pressure() -> None:
    found = worked_out(OTHER, source("steam-saturated-in", MA=("1000", "t"), P=("1000", "kPa")))
    assert rounded(found.total, 3) == "296.272"


def test_e15_a_pure_electrode_and_pig_iron() -> None:
    carbon = library.constants()["CO2_C"].value
    assert rounded(fraction("0.999") * carbon, 3) == "3.663"
    assert rounded(fraction("0.047") * carbon, 3) == "0.172"


def test_e14_exact_at_sixty_digits() -> None:
    assert rounded(library.constants()["CO2_C"].value, 60) == "3." + "6" * 59 + "7"
