"""A curve over load as a picture: both axes, the limit, the knee."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree

from bench.case import Measurement, Text
from reports.curve import curve_svg, knee_of, points_of, ticks_of


def curve(value: str, limit: str = "0.8") -> Measurement:
    return Measurement(
        id="simple-mean-curve", name=Text("simple <over> load", "随负载"), value=value, unit="s", limit=limit, op="<="
    )


def points(*pairs: tuple[int, str]) -> tuple[tuple[Decimal, Decimal], ...]:
    return tuple((Decimal(x), Decimal(y)) for x, y in pairs)


def test_a_curve_shows_both_axes_limit_and_knee() -> None:
    svg = curve_svg(curve("users 5:0.010 25:0.012 50:0.015 100:0.020 200:1.400"), "c")
    ElementTree.fromstring(svg)
    for words in (
        "users at work 并发用户数",
        ">time 时间 (s)</text>",
        "0.8 s · limit 限值",
        "knee 拐点 100",
        "simple &lt;over&gt; load",
    ):
        assert words in svg
    assert svg.count('r="3"') == 5


def test_without_a_limit_and_with_two_points_there_is_a_line_and_no_knee() -> None:
    svg = curve_svg(curve("records/s 1:0.1 2:0.2", ""), "c")
    assert "polyline" in svg and "limit" not in svg.partition("</style>")[2] and "knee 拐点" not in svg


def test_what_is_no_curve_is_not_drawn() -> None:
    assert curve_svg(curve("users 5"), "c") == ""
    assert curve_svg(curve("users 5:fast 6:0.1"), "c") == ""
    assert points_of(Measurement(id="x", name=Text("x", "x"), value="users 1:2 3:4")) == ("", ())


def test_the_knee_is_where_a_rising_curve_turns_up() -> None:
    assert knee_of(points((1, "1"), (2, "1"), (3, "1"), (4, "9"))) == (Decimal(3), Decimal(1))
    assert knee_of(points((1, "1"), (2, "2"), (3, "3"), (4, "4"))) is None, "a straight line has none"
    assert knee_of(points((1, "9"), (2, "1"), (3, "1"), (4, "1"))) is None, "nor has one that falls"
    assert knee_of(points((1, "1"), (2, "1"), (3, "9"))) is None, "nor one of three points"
    assert knee_of(points((1, "4"), (2, "5"), (3, "2"), (4, "6"))) is None, "nor one that goes up and down"


def test_axes_have_round_numbers() -> None:
    assert ticks_of(Decimal("0.0033")) == [Decimal(text) for text in ("0", "0.001", "0.002", "0.003")]
    assert ticks_of(Decimal(50)) == [0, 10, 20, 30, 40, 50]
    assert ticks_of(Decimal("2.5")) == [Decimal(text) for text in ("0", "0.5", "1.0", "1.5", "2.0", "2.5")]
