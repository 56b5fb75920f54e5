"""Accounting: units with substances, formulas, methods as data, what is refused, and the tool of the command line."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_terminal.accounting import library
from reference_terminal.accounting.account import Given, Source, account
from reference_terminal.accounting.formula import FormulaError, parse
from reference_terminal.accounting.method import MethodError, read_method
from reference_terminal.accounting.printed import fraction, rounded, short
from reference_terminal.accounting.quantity import Quantity, UnitError, unit, written
from reference_terminal.commissioning.commands import main

STEEL = "steel-ndrc-2013"


def test_substances_are_told_apart() -> None:
    carbon, dioxide = Quantity.of(Fraction(12), "tC"), Quantity.of(Fraction(44), "tCO2")
    assert (carbon * library.constants()["CO2_C"]).in_unit("tCO2") == 44
    with pytest.raises(UnitError, match="tC cannot be added to tCO2"):
        _ = dioxide + carbon
    with pytest.raises(UnitError, match=r"expected tCO2e, got tCO2"):
        dioxide.in_unit("tCO2e")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    (
        ("MWh", "GJ", "3.6"),
        ("10^4 Nm3", "Nm3", "10000"),
        ("kg", "t", "0.001"),
        ("tC/GJ", "tC/TJ", "1000"),
        ("kJ/kg", "GJ/t", "0.001"),
        ("kgN2O/t", "tN2O/t", "0.001"),
        ("%", "1", "0.01"),
        ("kJ/Nm3", "GJ/10^4 Nm3", "0.01"),
    ),
)
def test_units_convert_exactly(one: str, other: str, ratio: str) -> None:
    assert Quantity.of(Fraction(1), one).in_unit(other) == fraction(ratio)


def test_normal_volume_at_other_temperatures_is_another_thing() -> None:
    with pytest.raises(UnitError):
        Quantity.of(Fraction(1), "m3(20)").in_unit("Nm3")


@pytest.mark.parametrize("name", ("", "tonne", "GJ/", "t/t/x", "tXYZ"))
def test_unknown_units_are_a_sentence(name: str) -> None:
    with pytest.raises(UnitError):
        unit(name) if name != "GJ/" else unit("GJ/q")


@pytest.mark.parametrize("text", ("a +", "f(a)", "ENTHALPY(a, b=1)", "a ** 2", "a if b else c", "[a]", "a.b", "a; b"))
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text)


def test_numbers_of_a_formula_are_exact() -> None:
    assert parse("0.1 * a").result({"a": Quantity(Fraction(3))}).value == Fraction(3, 10)


def method_of(formula: str, made: str = "tCO2", more: str = "") -> bytes:
    return f"""
document = "d"
edition = "1"
first_year = 2020
gwp = "SAR"
[[terms]]
id = "x"
en = "x"
zh = "x"
category = "process"
formula = "{formula}"
unit = "{made}"
source = "F"
inputs = [
  {{ name = "AD", unit = "t", en = "amount", zh = "量", kind = "activity" }},
  {{ name = "CC", unit = "tC/t", en = "carbon", zh = "含碳量", most = "1"{more} }},
]
""".encode()


@pytest.mark.parametrize(
    ("octets", "sentence"),
    (
        (method_of("AD * CC"), "does not give tCO2"),
        (method_of("AD * CC + AD"), "stands beside"),
        (method_of("AD * CC * CO2_C * Q"), "names Q, which is no input"),
        (method_of("AD", "t"), "does not use CC"),
        (method_of("AD * CC * CO2_C", more=', default = "2"'), "above its bound"),
        (method_of("AD * CC * CO2_C", "tCO3"), "is no unit"),
        (method_of("AD *"), "is no formula"),
        (method_of("ENTHALPY(AD, CC)"), "ENTHALPY takes MPa, °C"),
        (b"document = 1", "method m"),
        (b'\ndocument = "d"\nedition = "1"\nfirst_year = 2020\ngwp = "SAR"\ncommon = ["none"]', "no common term"),
    ),
)
def test_a_method_that_cannot_hold_is_refused_when_it_is_read(octets: bytes, sentence: str) -> None:
    with pytest.raises(MethodError, match=sentence):
        read_method("m", octets, {}, library.constants())


def test_a_method_that_holds_is_read() -> None:
    assert list(read_method("m", method_of("AD * CC * CO2_C"), {}, library.constants()).terms) == ["x"]


def test_every_method_of_the_library_holds_and_every_item_of_the_lists_is_told() -> None:
    methods = library.methods()
    assert len(methods) >= 27
    isc2 = {item for method in methods.values() for item in method.isc2_items}
    isc2 |= {item for each in library.absent() for item in each.isc2_items}
    csmt = {item for method in methods.values() for item in method.csmt_items}
    csmt |= {item for each in library.absent() for item in each.csmt_items}
    assert isc2 == set(range(1, 34))
    assert csmt == set(range(1, 30))
    for method in methods.values():
        for term in method.terms.values():
            assert library.gwp(method.gwp, term.gas) is not None, (method.id, term.id)


def src(term: str, item: str = "", **values: tuple[str, str]) -> Source:
    return Source(
        "s", "u", term, item, {name: Given(fraction(value), name_) for name, (value, name_) in values.items()}
    )


OTHER = "other-industry-ndrc-2015"
WRONG: tuple[tuple[str, Source, int, str, str], ...] = (
    (STEEL, src("limestone", AD=("-1", "t")), 2025, "source s.AD", "is negative"),
    (STEEL, src("fuel", "烟煤", FC=("1", "t"), OF=("101", "%")), 2025, "source s.OF", "above 100 %"),
    (STEEL, src("fuel", "烟煤", FC=("1", "t"), NCV=("19570", "GJ/t")), 2025, "source s.NCV", "times its default"),
    (
        STEEL,
        src("fuel", "油泥", FC=("1", "t"), CC=("20", "tC/TJ"), OF=("98", "%"), NCV=("19570", "GJ/t")),
        2025,
        "source s.NCV",
        "above 125 GJ/t",
    ),
    (STEEL, src("fuel", "烟煤", FC=("1", "t"), CC=("26.18", "tC/GJ")), 2025, "source s.CC", "times its default"),
    (STEEL, src("fuel", "unobtainium", FC=("1", "t")), 2025, "source s.NCV", "no default for unobtainium"),
    (STEEL, src("limestone"), 2025, "source s.AD", "missing: activity data"),
    (STEEL, src("limestone", AD=("1", "MWh")), 2025, "source s.AD", "is in t, got MWh"),
    (STEEL, src("limestone", AD=("1", "t"), FOO=("1", "t")), 2025, "source s.FOO", "takes AD, EF, not this"),
    (STEEL, src("fission", AD=("1", "t")), 2025, "source s", "has no term 'fission'"),
    (STEEL, src("limestone", AD=("1", "t")), 2001, "year", "holds from 2013, not in 2001"),
    (STEEL, src("fuel", "天然气", FC=("1", "t")), 2025, "source s.NCV", "天然气 is measured in Nm3"),
    (
        "petrochemicals-ndrc-2014",
        src("regeneration", MC=("1", "t"), CF_B=("100", "%"), CF_A=("1", "%")),
        2025,
        "source s.CF_B",
        "above 99.9 %",
    ),
    (OTHER, src("steam-state-in", MA=("1", "t"), P=("1", "MPa"), T=("150", "°C")), 2025, "source s", "water is liquid"),
    (OTHER, src("steam-saturated-in", MA=("1", "t"), P=("0", "MPa")), 2025, "source s", "IF97 has no steam"),
    ("cement-cets-2024", src("fuel", "烟煤", FC=("1", "t")), 2025, "source s.OF", "missing: factor oxidation"),
)


@pytest.mark.parametrize(("method", "source", "year", "where", "sentence"), WRONG, ids=[each[4] for each in WRONG])
def test_wrong_data_are_named_and_nothing_is_invented(
    method: str, source: Source, year: int, where: str, sentence: str
) -> None:
    found, problems = account(library.methods()[method], year, [source])
    assert problems[0].where == where
    assert len(problems) == (3 if source.item == "unobtainium" else 1)
    assert sentence in problems[0].en
    assert problems[0].zh
    assert found.total == 0 or where == "year"


def test_what_does_not_count_is_shown_beside_the_total() -> None:
    wood = src("biomass", FC=("10", "t"), NCV=("15", "GJ/t"), CC=("30", "tC/TJ"))
    found, problems = account(library.methods()[STEEL], 2025, [wood, src("limestone", AD=("1", "t"))])
    assert problems == []
    assert rounded(found.total, 3) == "0.440"
    assert [each.term.category for each in found.apart()] == ["biomass"]
    cets, _ = account(library.methods()["cement-cets-2024"], 2025, [src("electricity-in", AD=("10", "MWh"))])
    assert cets.total == 0
    assert len(cets.apart()) == 1


def test_a_source_moved_away_changes_the_total_by_itself() -> None:
    method = library.methods()[STEEL]
    one, other = src("limestone", AD=("7", "t")), src("dolomite", AD=("9", "t"))
    both, alone = account(method, 2025, [one, other])[0], account(method, 2025, [one])[0]
    assert both.total - alone.total == account(method, 2025, [other])[0].total
    assert sum(both.by("unit").values()) == sum(both.by("scope").values()) == both.total


@pytest.mark.parametrize(
    ("place", "year", "value"),
    (
        ("", 2023, "0.5568"),
        ("", 2024, "0.5366"),
        ("", 2025, "0.5306"),
        ("", 2030, "0.5306"),
        ("fossil", 2024, "0.8325"),
        ("华东", 2025, "0.5500"),
        ("安徽", 2023, "0.7075"),
    ),
)
def test_the_grid_factor_is_that_of_the_accounting_year(place: str, year: int, value: str) -> None:
    found = library.electricity_factor(place, year)
    assert found is not None
    assert found.value == fraction(value)


def test_no_grid_factor_is_made_up() -> None:
    assert library.electricity_factor("", 2022) is None
    assert library.electricity_factor("西藏", 2025) is None


@given(st.fractions(), st.integers(0, 6))
def test_rounding_is_half_up_and_off_by_no_more_than_half(value: Fraction, digits: int) -> None:
    text = rounded(value, digits)
    assert abs(Fraction(text) - value) * 10**digits * 2 <= 1
    assert rounded(-value, digits).removeprefix("-") == text.removeprefix("-")


def test_exact_halves_are_rounded_away_from_zero() -> None:
    assert [rounded(fraction(each), 0) for each in ("0.5", "1.5", "2.5", "-0.5", "-2.5", "0.49")] == [
        "1",
        "2",
        "3",
        "-1",
        "-3",
        "0",
    ]
    assert short(Fraction(1, 3)) == "0.333333333333…"
    assert short(Fraction(1, 4)) == "0.25"


@pytest.mark.parametrize("text", ("1e3", "NaN", "Infinity", "1_000", "", "1,5", "0x1", "--1", "１２"))
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a decimal number"):
        fraction(text)


def test_dimensions_are_written_as_a_unit() -> None:
    assert written(unit("tCO2/MWh").dimensions) == "tCO2/GJ"
    assert written(()) == "1"


BOOK = """
method = "steel-ndrc-2013"
year = 2025
period = "2025-05"
emitter = "示范钢铁厂"
[[sources]]
id = "sinter"
unit = "烧结"
term = "limestone"
data.AD = { value = 10000.10, unit = "t", source = "belt scale W1" }
[[sources]]
id = "grid"
unit = "全厂"
term = "electricity-in"
data.AD = { value = "120000", unit = "kWh", source = "meter e01" }
"""


def test_the_tool_prints_the_chain_and_writes_the_account(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "may.toml").write_text(BOOK, "utf-8")
    assert main(["account", str(tmp_path / "may.toml"), "--json", str(tmp_path / "may.json")]) == 0
    out = capsys.readouterr().out
    for words in (
        "10000.1 t   belt scale W1",
        "0.5306 tCO2/MWh   default",
        "(AD * EF) = 4400.044 tCO2",
        "4463.72 tCO2e",
    ):
        assert words in out
    found = json.loads((tmp_path / "may.json").read_text("utf-8"))
    assert Fraction(found["total"]["exact"]) == fraction("10000.10") * fraction("0.44") + 120 * fraction("0.5306")
    assert found["method"] == {"id": STEEL, "document": library.methods()[STEEL].document, "edition": "2013"}
    assert found["sources"][1]["inputs"][1]["default"] is True


NOTES = """
[[products]]
name = "粗钢"
amount = 1000
unit = "t"
[[instruments]]
id = "W1"
name = "belt scale"
[notes]
boundary = "=全厂"
missing_data = ["2025-05-03 02:00 to 04:00, filled"]
"""


def test_the_report_opens_in_word_and_excel(tmp_path: Path) -> None:
    path = tmp_path / "may.toml"
    path.write_text(BOOK + NOTES, "utf-8")
    assert main(["account", str(path), "--report", str(tmp_path / "may.docx")]) == 0
    assert main(["account", str(path), "--report", str(tmp_path / "may.xlsx")]) == 0
    word = docx.Document(str(tmp_path / "may.docx"))
    texts = [paragraph.text for paragraph in word.paragraphs]
    texts += [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    sheets = openpyxl.load_workbook(tmp_path / "may.xlsx")
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    for words in (
        "4463.72 tCO2e",
        "4.463716 tCO2e/t",
        "=全厂",
        "2025-05-03 02:00 to 04:00, filled",
        "belt scale W1",
        "未提供 / not given",
        "without electricity and heat: 4400.04 tCO2e",
    ):
        assert any(words in text for text in texts), words
        assert any(words in str(cell.value) for cell in cells), words


def test_the_tool_lists_the_library(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["account", "--methods"]) == 0
    out = capsys.readouterr().out
    assert "steel-ndrc-2013" in out
    assert "ISO 16745-1" in out


@pytest.mark.parametrize(
    ("text", "sentence"),
    (
        ("", "method: method is missing; add it"),
        ("method = [", "expected an activity file"),
        (BOOK.replace("steel-ndrc-2013", "steel-ndrc-2031"), "no method 'steel-ndrc-2031'; did you mean"),
        (BOOK.replace('id = "grid"', 'id = "sinter"'), "stands twice"),
        (BOOK.replace('"120000"', '"1e5"'), "expected a decimal number"),
        (
            BOOK.replace("year = 2025", "year = 2025\ndigits = 99"),
            "digits: expected a whole number from 0 to 12, got 99",
        ),
        (BOOK.replace('unit = "kWh"', 'unit = "kWhh"'), "no unit that is known"),
        (
            BOOK.replace('data.AD = { value = "120000"', 'data.AD = { valeu = "120000"'),
            "sources[1].data.AD.valeu: unknown key 'valeu'; did you mean 'value'?",
        ),
        (BOOK.replace('unit = "kWh", ', ""), "sources[1].data.AD.unit: expected a unit, got nothing"),
        (BOOK + NOTES.replace("amount = 1000", "amount = 0"), "expected an amount above 0"),
        (BOOK.partition("[[sources]]")[0] + "sources = []\n", "at least one source"),
    ),
)
def test_a_file_that_cannot_be_used_is_told_in_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    path = tmp_path / "may.toml"
    path.write_text(text, "utf-8")
    assert main(["account", str(path), "--json", str(tmp_path / "may.json")]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert "Traceback" not in told
    assert not (tmp_path / "may.json").exists()


def test_all_that_is_wrong_with_a_file_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "may.toml"
    wrong = BOOK.replace("steel-ndrc-2013", "steel").replace("year = 2025", 'year = "2025"\ncolour = 1')
    path.write_text(wrong.replace('"120000"', '"1e5"').replace('id = "grid"', 'id = "sinter"'), "utf-8")
    assert main(["account", str(path)]) == 2
    told = capsys.readouterr().err
    for place in ("method: ", "year: ", "colour: ", "sources[1].data.AD.value: ", "sources[1].id: "):
        assert f"{path}: {place}" in told, place


def test_all_that_is_wrong_with_a_method_is_told_at_once() -> None:
    wrong = method_of("AD * CC").replace(b'category = "process"', b'category = "proces"')
    wrong = wrong.replace(b'most = "1"', b'most = "one"').replace(b'edition = "1"', b'common = ["none"]')
    with pytest.raises(MethodError) as refused:
        read_method("m", wrong, {}, library.constants())
    for said in (
        "edition is missing",
        "terms[0].category: expected one of",
        "did you mean 'process'?",
        "terms[0].inputs[1].most: expected a number or a quotient such as 44/12, got 'one'",
        "common[0]: no common term 'none'",
    ):
        assert said in str(refused.value), said
    assert "缺少 edition" in refused.value.said.zh


def test_no_file_and_no_text_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["account"]) == 2
    assert "expected FILE.toml or --methods" in capsys.readouterr().err
    assert main(["account", str(tmp_path / "none.toml"), "--report", str(tmp_path / "r.pdf")]) == 2
    assert "ends with .docx or .xlsx" in capsys.readouterr().err
    assert main(["account", str(tmp_path / "none.toml")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    (tmp_path / "gbk.toml").write_bytes("emitter = '钢'".encode("gbk"))
    assert main(["account", str(tmp_path / "gbk.toml")]) == 2
    assert "expected UTF-8 text" in capsys.readouterr().err


@pytest.mark.parametrize("factor", ("True", "'a'", "0x10", "1_0", "1e3", "1j", "None", "..."))
def test_only_plain_numbers_stand_in_a_formula(factor: str) -> None:
    with pytest.raises(FormulaError, match="only plain decimal numbers stand in a formula"):
        parse(f"FC * NCV * {factor}")


@pytest.mark.parametrize("text", ("FC / 0", "FC / (1 - 1)", "1 / (2 / 0) * FC", "FC / -0.0"))
def test_a_formula_that_divides_by_zero_whatever_it_is_given_is_refused(text: str) -> None:
    with pytest.raises(FormulaError, match="divides by zero"):
        parse(text)


def test_a_divisor_that_may_be_zero_is_taken() -> None:
    assert parse("FC / (NCV - 1)").names == ("FC", "NCV")
