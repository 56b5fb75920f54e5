"""Checks that ask for one thing alone: kept answers, kinds of activity data and of packages, bases of estimates.

Leaves the joint checks beside them to the tests of their families.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hand_made import COUNTER, MIDNIGHT, POWER, World, observed, readings_of, verdicts
from msgspec import structs

from bench.history import Commanded, History, Observed, Power
from conformance.common import packages, secrecy
from conformance.common.times import HOUR, MINUTE, SECOND
from conformance.terminal.processing import filling_judge
from conformance.terminal.storage import archive_judge, loss_window_judge

_CUT = MIDNIGHT + 40 * MINUTE


def cut_world(change: Callable[[dict[str, str]], dict[str, str] | None] = lambda row: row) -> History:
    """An hour with power lost for ten seconds in its 40th minute, and what the terminal then shows of one point."""
    world = World(hours=1)
    stored = readings_of(world, COUNTER)
    rows = tuple(new for row in stored.rows if (new := change(row)) is not None)
    query = {**stored.query, "from": str(MIDNIGHT), "to": str(stored.asked)}
    world.extra += [
        Power(t=_CUT, state="cut"),
        Power(t=_CUT + 10 * SECOND, state="restored"),
        structs.replace(stored, rows=rows, query=query),
    ]
    return world.history()


def test_readings_stay_that_power_could_no_longer_take() -> None:
    def found(change: Callable[[dict[str, str]], dict[str, str] | None], needed: int = 1) -> str:
        return loss_window_judge.answers_kept_finding(cut_world(change), needed=needed).verdict

    assert found(lambda row: row) == "pass"
    assert found(lambda row: row, needed=2) == "inconclusive"
    assert found(lambda row: None if row["value"] == "1037.02" else row) == "fail"
    assert found(lambda row: {**row, "value": "1037.03"} if row["value"] == "1037.02" else row) == "fail"
    # What was answered at the very cut need not have been durable.
    at_the_cut = f"{1000 + 40 * 12.34:.2f}"
    assert found(lambda row: None if row["value"] == at_the_cut else row) == "pass"


def classified(*points: str, read: bool = True) -> History:
    """Two hours of quarters of one point, found under its emission source if it is among `points`."""
    world = World(hours=2, points=(COUNTER, POWER) if read else (POWER,))
    ends = range(MIDNIGHT + 15 * MINUTE, MIDNIGHT + 2 * HOUR, 15 * MINUTE)
    rows = tuple(
        {"point": point, "end": str(end), "value": world.content(COUNTER, end - 15 * MINUTE, end)["Cou"]}
        for point in points
        for end in ends
    )
    query = {"emission_source": "s", "kind": "quarter", "from": str(MIDNIGHT), "to": str(ends[-1])}
    at = world.end
    world.extra.append(Observed(t=at, asked=at, what="classified", query=query, rows=rows))
    history = world.history()
    if read:
        return history
    began = structs.replace(history.began, points=(COUNTER, POWER))
    return History([began, *history.events[1:]])


def test_each_kind_of_activity_data_is_looked_for_by_itself() -> None:
    def found(history: History) -> str:
        kept = {archive_judge.DIRECT_KEPT: ("m1.energy",)}
        return verdicts(archive_judge.activity_findings(history, ("quarter",), kept))["direct-activity-data-kept"]

    assert found(classified("m1.energy")) == "pass"
    assert found(classified()) == "fail"
    assert found(classified(read=False)) == "fail"
    refused = classified("m1.energy")
    asked = [structs.replace(each, problem="no") if isinstance(each, Observed) else each for each in refused.events]
    assert found(History(asked)) == "inconclusive"


_ISSUED = (("factors", "grid", "1.1"), ("method", "electricity", "2022.1"))


def managed(results: dict[str, str], *forced: packages.Wanted) -> History:
    world = World(hours=1)
    at = MIDNIGHT + HOUR
    for kind, name, version in _ISSUED:
        answer = {"name": name, "version": version}
        world.extra.append(
            Commanded(
                t=at, sent=at, centre="M", cn=f"issue-{kind}", qn=name, result=results.get(kind, "done"), answer=answer
            )
        )
    rows = tuple({"kind": kind, "name": name, "version": version} for kind, name, version in forced)
    world.extra.append(Observed(t=at, asked=at, what="packages", rows=rows))
    return world.history()


def test_packages_of_each_kind_are_asked_for_by_themselves() -> None:
    fuels = ("factors", "fuels", "1.0")

    def found(results: dict[str, str], *forced: packages.Wanted) -> list[str]:
        history = managed(results, *forced)
        judged = [*packages.content_findings(history, "M", _ISSUED), packages.on_site_finding(history, (fuels,))]
        return [each.id for each in judged if each.verdict == "fail"]

    online, on_site, method = "factor-in-force", "factor-from-file-in-force", "formula-in-force"
    assert found({}, *_ISSUED, fuels) == []
    assert found({}, _ISSUED[1], fuels) == [online]
    assert found({"factors": "refused"}, *_ISSUED, fuels) == [online]
    assert found({}, *_ISSUED) == [on_site]
    assert found({}, _ISSUED[0], fuels) == [method]


def test_an_estimate_needs_readings_on_both_sides() -> None:
    begun = MIDNIGHT + 20 * MINUTE

    def found(at: int, silent: bool = True) -> str:
        world = World(hours=1, silent=(lambda us: us < begun) if silent else (lambda us: False))
        row = {"at": str(at), "value": "1", "quality": "estimated", "method": "linear"}
        when = world.end
        world.extra.append(Observed(t=when, asked=when, what="estimates", query={"point": "m1.energy"}, rows=(row,)))
        return verdicts(filling_judge.findings(world.history()))["no-base-no-estimate"]

    assert found(begun + 5 * MINUTE) == "pass"
    assert found(begun - 5 * MINUTE) == "fail"
    assert found(MIDNIGHT + 2 * HOUR) == "fail"
    assert found(begun + 5 * MINUTE, silent=False) == "inconclusive"


@pytest.mark.parametrize(
    ("octets", "found", "told"),
    [
        (("120", "80", "0"), "", "pass"),
        (("120", "", "80"), "", "inconclusive"),
        (("120", "", "80"), "A token", "fail"),
        (("0", "0", "0"), "", "inconclusive"),
    ],
)
def test_a_place_that_did_not_answer_was_not_searched_for_secrets(
    octets: tuple[str, ...], found: str, told: str
) -> None:
    world = World(hours=1)
    rows = [
        {"where": f"interface {name}", "octets": size, "found": ""} for name, size in zip("abc", octets, strict=True)
    ]
    rows[0]["found"] = found
    world.extra.append(observed("secrets", world.end, rows))
    shown = next(one for one in secrecy.rest_findings(world.history()) if one.id == "no-secret-shown")
    assert shown.verdict.value == told
    if "" in octets:
        assert any("interface b: did not answer" in line for line in shown.evidence)
