"""The lab rig without a device at hand: a second namespace plays it, a SCPI supply its plug, a browser the person."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_kit import ANSWERS, table
from process_kit import conduct, record, recorded

from bench.case import Case, CaseResult, Finding, Verdict, criterion
from bench.dut import adapter
from bench.dut.manual import ManualAdapter
from bench.dut.profile import Profile
from bench.facade.bench import Bench
from bench.history import Captured, Connected, History, Observed, Power, TimeAsked, Trouble, Unserved
from bench.layout import build
from bench.layout.scenario import Scenario
from bench.operator import tables
from bench.real import netns
from bench.rigs.lab import RIG

SEEN = criterion("seen", en="the case was judged", zh="用例已判定")


class OffAndOn(Case):
    """Asks the status, takes the supply away for a second and looks on."""

    zh = "查询状态，断电一秒后恢复。"
    checks = {SEEN: ("isc-2/7.2.3e",)}
    scenario = Scenario(circuits=1, points=1, period_s=1, centres=("A",), kinds=())

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(1)
        await bench.operator.status()
        await bench.power.off(1)
        await bench.clock.sleep(1)

    def judge(self, history: History) -> Iterator[Finding]:
        yield SEEN.decide(True, measured=len(history.of(Unserved)))


class IsAsked(OffAndOn):
    """The same; the meter is asked before and after."""

    zh = "同上，断电前后均有询问。"

    async def drive(self, bench: Bench) -> None:
        await recorded(bench, Unserved)
        await super().drive(bench)
        await recorded(bench, Unserved)


class CutsAtSync(OffAndOn):
    """Asks for what nobody can do to a device."""

    zh = "请求在落盘时断电。"

    async def drive(self, bench: Bench) -> None:
        bench.power.cut_at_sync(1, off_s=1)


def look(folder: Path, profile: Profile, case: type[Case] = OffAndOn) -> tuple[CaseResult, History]:
    """Conduct a case in the lab rig; nothing of the bench stays."""
    result = conduct(RIG, case, profile, folder)
    mine = [name for name in os.listdir(netns.FOLDER) if f"-{os.getpid()}-" in name and not name.endswith("-device")]
    assert mine == [] and not [each for each in threading.enumerate() if each.name == "outside"]
    return result, record(result, folder)


def test_a_case_runs_around_a_device_with_its_supply_and_a_person(tmp_path: Path) -> None:
    with table(tmp_path, ANSWERS) as (device, profile):
        result, history = look(tmp_path, profile, IsAsked)
        assert result.verdict is Verdict.PASS, result.reason
        assert device.heard[0] == "OUTP ON" and device.heard.count("OUTP OFF") == 1 and device.program is not None
    cut, back = history.of(Power)
    assert (cut.state, back.state) == ("cut", "restored") and int(cut.detail["asked"]) <= cut.t
    # Its program knows no register map: the meter refuses, and was asked all the same.
    served = [each.t for each in history.of(Unserved)]
    assert any(each < cut.t for each in served) and any(each > back.t for each in served)
    assert not [each for each in served if cut.t + 300_000 < each < back.t]
    assert history.of(Connected)
    # A device without a card in the local network takes its time from the bench's end of the uplink.
    assert {(each.peer, each.answered) for each in history.of(TimeAsked)} == {(build.TERMINAL_UPLINK, True)}
    asked = {each.what: each for each in history.of(Observed)}
    assert asked["status"].rows == ({"uptime": "12", "version": "1.0"},)
    assert [each.query["question"] for each in history.of(Observed) if each.what == "person"] == [
        "commission",
        "status",
    ]
    assert {each.segment for each in history.of(Captured)} == {"field", "uplink"}
    table_of_points = (tmp_path / "cases" / result.id / "1" / "commissioning.csv").read_text()
    assert "time server (NTP),10.2.0.10:123" in table_of_points
    assert build.GATEWAY in table_of_points and history.phase("person-page") is not None


def test_nobody_at_the_bench_ends_the_case_as_an_error_not_as_a_hang(tmp_path: Path) -> None:
    with table(tmp_path, {}, timeout_s=0.3) as (_, profile):
        result, history = look(tmp_path, profile)
    assert result.verdict is Verdict.ERROR and "nobody answered 'commission' within 0.3 s" in result.reason
    assert history.of(Trouble) and not history.of(Power)


def test_a_question_that_nobody_answers_is_a_problem_on_record(tmp_path: Path) -> None:
    with table(tmp_path, {"attest": ""}, timeout_s=0.5) as (_, profile):
        result, history = look(tmp_path, profile)
    assert result.verdict is Verdict.PASS
    (status,) = [each for each in history.of(Observed) if each.what == "status"]
    assert "nobody answered 'status'" in status.problem


def test_a_person_may_be_the_supply(tmp_path: Path) -> None:
    says = {**ANSWERS, "supply on now": "", "supply off now": ""}
    with table(tmp_path, says, power='driver = "person"\n') as (device, profile):
        device.feed(True)
        result, history = look(tmp_path, profile)
    assert result.verdict is Verdict.PASS, result.reason
    questions = [each.query["question"] for each in history.of(Observed) if each.what == "person"]
    assert questions == ["power-on", "commission", "status", "power-off", "power-on"]
    assert [each.state for each in history.of(Power)] == ["cut", "restored"]


def test_a_supply_that_does_not_switch_is_the_benchs_error(tmp_path: Path) -> None:
    with table(tmp_path, ANSWERS) as (device, profile):
        device.stuck = True
        result, _ = look(tmp_path, profile)
    assert result.verdict is Verdict.ERROR and "was switched off and says that it is on" in result.reason


def test_what_cannot_be_done_to_a_device_is_not_run(tmp_path: Path) -> None:
    with table(tmp_path, ANSWERS) as (_, profile):
        result, _ = look(tmp_path, profile, CutsAtSync)
    assert result.verdict is Verdict.NOT_RUN and "write barriers of a device" in result.reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "it needs a rig file"),
        ("[rig]\n", "rig.name"),
        ('[rig]\nname = "t"\n[networks.field]\ninterface = "x"\n[power]\ndriver = "person"\n', "[networks.uplink]"),
        (
            '[rig]\nname = "t"\n[networks.field]\ninterface = "nosuch0"\n[networks.uplink]\ninterface = "nosuch1"\n'
            '[power]\ndriver = "person"\n[person]\nweb = "127.0.0.1:0"\nscreen = false\n',
            "'nosuch0' does not exist",
        ),
    ],
)
def test_a_rig_that_cannot_be_used_is_told(text: str | None, words: str, tmp_path: Path) -> None:
    connection = {}
    if text is not None:
        (tmp_path / "rig.toml").write_text(text)
        connection = {"rig": "rig.toml"}
    profile = Profile(path=str(tmp_path / "p.toml"), name="device", adapter="manual", connection=connection)
    result, _ = look(tmp_path, profile)
    assert result.verdict is Verdict.ERROR and words in result.reason


def test_a_typed_table_becomes_rows() -> None:
    found = tables.table("at, value,quality,source\n2026-03-02 00:00:01,0.10,good,a\n5,1,bad,b\n", ("at", "value"))
    assert [each["at"] for each in found] == ["1772380801000000", "5"] and found[0]["value"] == "0.10"
    assert tables.table("a\tb\n1,5\t2\n", ()) == ({"a": "1,5", "b": "2"},)
    assert tables.table(" \n", ("at",)) == ()
    with pytest.raises(LookupError, match="missing value"):
        tables.table("at\n1\n", ("at", "value"))
    with pytest.raises(LookupError, match="line 2: expected 2 cells, found 1"):
        tables.table("at,value\n1\n", ("at", "value"))


def test_the_manual_adapter_is_installed_and_needs_somebody() -> None:
    manual = adapter("manual")
    assert isinstance(manual, ManualAdapter)
    assert manual.problems({"rig": "r", "host": "h"}, Path()) == [
        "connection.host: unknown key; known here: ask, rig / 未知键名，可用：ask、rig"
    ]
