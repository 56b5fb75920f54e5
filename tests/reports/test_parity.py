"""Parity shown: what counts as the same, the page, the file for machines, the screen; and histograms in a report."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ElementTree

import msgspec
from rich.console import Console

from bench.case import Measurement, Text, measure
from reports.histogram import classes, histogram_svg
from reports.html import histogram
from reports.html.parity import parity_html
from reports.parity import Likeness, Parity, Row, print_parity, sentence, to_json

NAME = Text("none is lost", "无丢失")


def row(likeness: Likeness, item: str = "none-lost", case: str = "realtime/a", clause: str = "isc-2/1") -> Row:
    return Row(
        case=case,
        clauses=(clause, "isc-2/0"),
        item=item,
        name=NAME,
        virtual="pass (0 records)",
        real="pass (<script>1</script>)",
        likeness=likeness,
        why=None if likeness is Likeness.SAME else Text("because", "因为"),
        evidence=() if likeness is Likeness.SAME else ("a line\x1b[2J",),
    )


def parity(*rows: Row) -> Parity:
    return Parity(run="parity-x", rig="process", terminal="mine", seed=7, commit="abc", rows=rows)


def test_a_stated_limit_is_no_difference() -> None:
    assert parity(row(Likeness.SAME), row(Likeness.LIMIT, "b")).same
    assert not parity(row(Likeness.SAME), row(Likeness.DIFFERS, "b")).same


def test_a_clause_is_as_its_worst_item() -> None:
    found = parity(row(Likeness.SAME), row(Likeness.LIMIT, "b", clause="isc-2/2"), row(Likeness.SAME, "c"))
    assert found.clauses == {
        "isc-2/0": Likeness.LIMIT,
        "isc-2/1": Likeness.SAME,
        "isc-2/2": Likeness.LIMIT,
    }
    worst = parity(row(Likeness.DIFFERS), row(Likeness.LIMIT, "b"))
    assert set(worst.clauses.values()) == {Likeness.DIFFERS}


def test_the_file_for_machines_says_it_all() -> None:
    found = json.loads(to_json(parity(row(Likeness.SAME), row(Likeness.DIFFERS, "b"))))
    assert found["format"] == "carbonbench-parity/1"
    assert found["same"] is False and found["counts"] == {"differs": 1, "stated limit": 0, "same": 1}
    assert found["clauses"] == {"isc-2/0": "differs", "isc-2/1": "differs"}
    assert [each["item"] for each in found["rows"]] == ["none-lost", "b"]
    assert msgspec.json.decode(msgspec.json.encode(found["rows"][1]), type=Row).likeness is Likeness.DIFFERS


def test_the_page_shows_every_item_and_runs_nothing_from_outside() -> None:
    text = parity_html(parity(row(Likeness.SAME), row(Likeness.LIMIT, "b"), row(Likeness.DIFFERS, "c")))
    assert "Virtual and real time differ" in text and "虚拟时间与实时不一致" in text
    assert text.count("<code>none-lost</code>") == 1 and "<code>c</code>" in text
    assert "<script>1</script>" not in text and "\x1b" not in text
    assert "Virtual and real time agree" in parity_html(parity(row(Likeness.SAME)))


def test_the_screen_shows_what_is_not_the_same() -> None:
    out = io.StringIO()
    print_parity(parity(row(Likeness.SAME), row(Likeness.DIFFERS, "b")), Console(file=out, width=160))
    told = out.getvalue()
    assert "realtime/a:b" in told and "realtime/a:none-lost" not in told and "\x1b[2J" not in told
    assert told.rstrip().endswith("they differ / 虚拟与实时不一致")
    assert sentence(parity(row(Likeness.SAME))).endswith("agree / 虚拟与实时一致")


def distribution(value: str, id: str = "delay-histogram") -> Measurement:
    return measure(id, value, en="delay <b>", zh="时延", unit="ms", samples=4)


def test_a_distribution_is_drawn_class_by_class() -> None:
    found = distribution("63:1 100:0 more:3")
    assert classes(found) == (("63", 1), ("100", 0), ("more", 3))
    drawn = histogram_svg(found, "h1")
    assert len(ElementTree.fromstring(drawn).findall("rect")) == 3
    assert "≤ 63 ms" in drawn and "3 (75.0 %)" in drawn and "delay &lt;b&gt;" in drawn
    assert str(histogram(found, "h1")) == drawn


def test_what_is_no_distribution_is_not_drawn() -> None:
    for found in (
        distribution("0.284", "delay-median"),
        distribution(""),
        distribution("63"),
        distribution("63:x"),
        distribution("63:0"),
    ):
        assert histogram_svg(found, "h") == "", found
