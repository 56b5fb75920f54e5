"""A terminal by its command line: templates filled from the seat, all problems told, questions by HTTP."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from house import ROOT

from bench.dut import Launch, LaunchError, Seat, adapter
from bench.dut.command import CommandAdapter
from bench.dut.profile import load_profile
from bench.layout import build
from bench.layout.scenario import Scenario
from bench.rigs.real.bench import launch_of
from reference_terminal.settings.config import load_config
from simulators.world import Site

EXAMPLE = ROOT / "fixtures" / "terminals" / "program" / "profile.toml"


class Still:
    """A clock that stands."""

    def now_us(self) -> int:
        return 0

    def time_ns(self) -> int:
        return 0

    def set_time_ns(self, time_ns: int, /) -> None:
        raise AssertionError(time_ns)


def seat(scenario: Scenario, connection: dict[str, Any], folder: Path = Path(), port: int = 8080) -> Seat:
    """A seat in the world of a scenario."""
    still = Still()
    return Seat(
        site=Site(build.build_world(scenario, 1), clock=still, observe=lambda event: None),
        settings={"period_s": scenario.period_s, "periods": dict(scenario.configuration.periods), "buffer_h": 168},
        clock=still,
        chance=random.Random(1),
        local=("127.0.0.1", port),
        connection=connection,
        folder=folder,
    )


def launch(connection: dict[str, Any], folder: Path = Path()) -> Launch:
    """How the command adapter starts a program."""
    return CommandAdapter().launch(seat(Scenario(), connection, folder), Path("/state"))


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario(),
        Scenario(circuits=0, meters=("gas", "steam", "heat", "types"), realtime_interval_s=60, centres=("A",)),
    ],
    ids=["circuits", "single meters"],
)
def test_the_example_tells_a_program_the_same_as_the_reference_adapter(scenario: Scenario) -> None:
    profile = load_profile(EXAMPLE)
    place = seat(scenario, profile.connection, EXAMPLE.parent)
    found = launch_of(adapter("command"), place, Path("/state"))
    told = load_config(found.files["terminal.toml"])
    wanted = load_config(launch_of(adapter("reference"), place, Path("/state")).files["terminal.toml"])
    assert [meter.id for meter in told.meters] == [meter.id for meter in wanted.meters]
    assert {point.id: point for point in told.points} == {point.id: point for point in wanted.points}
    assert told.centres == wanted.centres
    assert found.ready == ("127.0.0.1", 8080) and found.own_clock


def test_templates_know_the_seat(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("{% for point in points %}{{ point.id }}={{ point.parts[0].address }} {% endfor %}")
    found = launch(
        {
            "command": ["gw", "--state={{ state }}", "{{ meters | length }}", "{{ centres[0].codes['e01.energy'] }}"],
            "env": {"PERIOD": "{{ period_s }}"},
            "files": {"conf/a": "a.j2", "{{ centres[1].name }}.txt": {"text": "{{ 0 | iso }}"}},
            "ready": "{{ local.host }}:502",
            "ready_s": 5,
            "starts_s": 40,
            "clock": "host",
        },
        tmp_path,
    )
    assert found.argv == ("gw", "--state=/state", "3", "k01001")
    assert found.env == {"PERIOD": "60"}
    assert (
        found.files["conf/a"].startswith("e01.energy=") and found.files["B.txt"] == "1970-01-01T08:00:00.000000+08:00"
    )
    assert (found.ready, found.ready_s, found.starts_s, found.own_clock) == (("127.0.0.1", 502), 5.0, 40, False)


@pytest.mark.parametrize(
    ("word", "where"), [("/opt/nothing/here", "this machine /"), ("nothing-here", "this machine's PATH")]
)
def test_a_program_that_is_not_on_this_machine_is_told_before_anything_is_started(word: str, where: str) -> None:
    (problem,) = CommandAdapter().problems({"command": [word]}, Path())
    assert problem.startswith(f"connection.command: no program {word} that can be started is on {where}")
    for known in ("sh", "/bin/sh", "{{ python }}", "./gateway"):
        assert not CommandAdapter().problems({"command": [known]}, Path())


def test_every_problem_of_a_profile_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "bad.j2").write_text("line\n{% if %}")
    problems = CommandAdapter().problems(
        {
            "comand": ["gw"],
            "command": "gw --run",
            "env": {"A": 3, "B": "{{ open"},
            "files": {"/etc/passwd": {"text": ""}, "../up": {"text": ""}, "x": "none.j2", "y": "bad.j2", "z": {}},
            "ready_s": 0,
            "starts_s": True,
            "clock": "mine",
            "ask": {
                "weather": {"get": "http://x"},
                "gaps": {"get": "a", "post": "b", "colour": 1},
                "log": {"get": "a", "rows": "answer.["},
            },
        },
        tmp_path,
    )
    told = "\n".join(problems)
    for words in (
        "connection.comand: unknown key",
        "connection.command: expected a list of words",
        "connection.env.A: expected text in quotes, got 3",
        "connection.env.B: line 1:",
        "'/etc/passwd'",
        "'../up'",
        "none.j2 cannot be read: No such file or directory",
        "connection.files.y: line 2:",
        "connection.files.z.text: is missing; add it",
        "connection.ready_s: expected a number greater than 0",
        "connection.starts_s: expected a number greater than 0",
        "connection.clock: expected",
        "connection.ask.weather: expected one of readings, records",
        "connection.ask.gaps.colour: unknown key",
        "connection.ask.gaps: expected either get or post",
        "connection.ask.log.rows: line 1:",
    ):
        assert words in told, words
    assert all("Traceback" not in problem and "\n" not in problem for problem in problems)


def test_names_that_do_not_exist_and_forbidden_things_fail_with_a_sentence_each() -> None:
    with pytest.raises(LaunchError, match="there is no 'nobody' to name"):
        launch({"command": ["{{ nobody }}"]})
    with pytest.raises(LaunchError) as caught:
        launch({"command": ["{{ connection.nobody }}", "{{ ''.__class__.__mro__ }}"], "ready": "no port"})
    told = str(caught.value)
    assert "has no attribute 'nobody'" in told and "unsafe" in told and "expected host:port, got 'no port'" in told


def asked(answer: Callable[[web.Request], Awaitable[web.StreamResponse]], ask: dict[str, Any], what: str) -> Any:
    """Ask a small server a question as a profile says."""

    async def work() -> Any:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        try:
            place = seat(Scenario(), {"command": ["x"], "ask": {what: ask}}, port=port)
            query = {"point": "e01.energy", "from": "1700000000000000", "to": "1700000060000000"}
            return await CommandAdapter().ask(place, what, query)
        finally:
            await runner.cleanup()

    return asyncio.run(work())


async def series(request: web.Request) -> web.Response:
    """A terminal's series, by milliseconds."""
    assert request.path == "/series/e01.energy" and request.query["from"] == "1700000000000"
    text = '{"data": {"samples": [{"ts": 1700000000000, "v": 1.50, "q": 0}, {"ts": 1700000005000, "v": null, "q": 3}]}}'
    return web.Response(text=text, content_type="application/json")


BASE = "http://{{ local.host }}:{{ local.port }}"


def test_an_answer_becomes_rows_and_numbers_keep_their_digits() -> None:
    rows = asked(
        series,
        {
            "get": BASE + "/series/{{ query.point }}?from={{ query.from | ms }}",
            "rows": "answer.data.samples",
            "fields": {"at": "row.ts | from_ms", "value": "row.v", "quality": "'good' if row.q == '0' else 'bad'"},
        },
        "readings",
    )
    assert rows == (
        {"at": "2023-11-15T06:13:20.000000+08:00", "value": "1.50", "quality": "good"},
        {"at": "2023-11-15T06:13:25.000000+08:00", "value": "", "quality": "bad"},
    )


async def body(request: web.Request) -> web.Response:
    """What came, back again."""
    return web.Response(text=await request.text(), content_type="application/json")


def test_a_question_may_be_a_post_with_a_body() -> None:
    ask = {"post": BASE + "/x", "body": '{"p": {{ query.point | tojson }}}'}
    assert asked(body, ask, "gaps") == ({"p": "e01.energy"},)


async def refuses(request: web.Request) -> web.Response:
    """No."""
    return web.Response(status=403, text="no rights")


async def talks(request: web.Request) -> web.Response:
    """No JSON."""
    return web.Response(text="<html>")


async def leads_away(request: web.Request) -> web.Response:
    """An answer, but elsewhere."""
    if request.path == "/elsewhere":
        return web.Response(text="{}", content_type="application/json")
    raise web.HTTPFound("/elsewhere")


async def nests(request: web.Request) -> web.Response:
    """JSON deeper than any parser of texts goes."""
    return web.Response(text="[" * 100_000, content_type="application/json")


async def odd(request: web.Request) -> web.Response:
    """JSON with what no template expects."""
    return web.Response(text='{"at": "yesterday", "far": "9e999", "id": "\\ud800"}', content_type="application/json")


@pytest.mark.parametrize(
    ("answer", "ask", "kind", "words"),
    [
        (leads_away, {"get": BASE + "/x"}, LookupError, "status 302"),
        (nests, {"get": BASE + "/x"}, ConnectionError, "nested too deeply"),
        (odd, {"get": BASE + "/x", "fields": {"at": "row.at | from_ms"}}, LookupError, "ValueError: invalid literal"),
        (odd, {"get": BASE + "/x", "fields": {"at": "row.at + 1"}}, LookupError, "the answer does not fit: TypeError"),
        (odd, {"get": BASE + "/x", "fields": {"at": "'9' * 20 | iso"}}, LookupError, "the answer does not fit"),
        (refuses, {"get": BASE + "/x"}, LookupError, "status 403, b'no rights'"),
        (talks, {"get": BASE + "/x"}, ConnectionError, "expected JSON, found b'<html>'"),
        (series, {"get": "http://127.0.0.1:1/x"}, ConnectionError, "GET http://127.0.0.1:1/x"),
        (series, {"get": "no address"}, ConnectionError, "no address"),
        (body, {"post": BASE + "/x", "body": "[1, 2]"}, LookupError, "expected rows with names, got '1'"),
        (body, {"post": BASE + "/x", "body": "{}", "rows": "answer.none"}, LookupError, "no rows at 'answer.none'"),
        (series, {"get": "{{ query.nothing }}"}, LookupError, "nothing"),
    ],
)
def test_no_answer_is_a_sentence(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ask: dict[str, Any],
    kind: type[Exception],
    words: str,
) -> None:
    with pytest.raises(kind) as caught:
        asked(answer, ask, "readings")
    assert words in str(caught.value)


def test_an_answer_that_is_no_unicode_is_an_answer() -> None:
    assert asked(odd, {"get": BASE + "/x", "fields": {"id": "row.id"}}, "status") == ({"id": "\ud800"},)


def test_a_template_of_a_name_does_not_leave_the_state_folder() -> None:
    files = {"{{ '..' }}/x": {"text": ""}, "{{ '/etc' }}/x": {"text": ""}, "{{ 'a' }}/x": {"text": ""}}
    with pytest.raises(LaunchError) as caught:
        launch({"command": ["x"], "files": files})
    assert "found '../x'" in str(caught.value) and "found '/etc/x'" in str(caught.value)
    assert "'a/x'" not in str(caught.value)


def test_a_question_that_the_profile_leaves_out_is_no_answer() -> None:
    with pytest.raises(LookupError, match=r"\[connection.ask.queue\]"):
        asyncio.run(CommandAdapter().ask(seat(Scenario(), {"command": ["x"]}), "queue", {}))
