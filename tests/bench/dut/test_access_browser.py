"""A door of a profile that is a real browser: steps of a page in the place of requests, at the reference's pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from access_kit import FIRST, OWN, change_first, text_of
from msgspec.structs import replace
from ports import free_port

from bench.dut.access import Access, Account, read
from bench.dut.access.browser import Browsers
from bench.facade.people import People
from bench.history import Event, History, Observed
from conformance.common.people import uses
from reference_terminal.assembly import Terminal
from reference_terminal.platform import Platform
from reference_terminal.settings.config import load_config

FOLDER = Path(__file__).parents[3] / "fixtures" / "access"
PATIENCE_S = 120


class Desk:
    """A bench as far as people need one."""

    class clock:
        @staticmethod
        def now_us() -> int:
            return 1_772_323_200_000_000 + round(asyncio.get_running_loop().time() * 1e6)

    def __init__(self) -> None:
        self.events: list[Event] = []

    def record(self, event: Event, /) -> None:
        self.events.append(event)


def by_screen(port: int) -> Access:
    problems: list[str] = []
    found = read({"file": "by-screen.toml"}, FOLDER, problems)
    assert found is not None, problems
    door = replace(found.doors["screen"], base=f"http://127.0.0.1:{port}")
    accounts = {
        "viewer": Account("vera", "viewer", FIRST["vera"]),
        "clerk": Account("carl", "clerk", OWN["carl"], fresh=False),
    }
    functions = tuple(replace(each, wait_s=0, effect=None) for each in found.functions)
    return replace(
        found, doors={"screen": door}, accounts=accounts, functions=functions, rules=replace(found.rules, pace_s=0)
    )


async def _listens(port: int) -> None:
    for _ in range(PATIENCE_S * 20):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise AssertionError("nobody listens")


def test_people_use_a_product_by_its_pages_alone(tmp_path: Path, program: Callable[[str], str]) -> None:
    browsers = Browsers(program("chromium"))
    own, port = free_port(), free_port()
    text = text_of(str(tmp_path / "t.db"), more=f"[management]\nport = {port}\n").replace(
        "port = 8080", f"port = {own}"
    )
    desk = Desk()

    async def body() -> None:
        terminal = Terminal(load_config(text), Platform.real(seed=1))
        running = asyncio.ensure_future(terminal.run())
        people = People(
            desk, by_screen(port), lambda: ("127.0.0.1", port), ("127.0.0.1", "127.0.0.2"), browsers=browsers
        )
        try:
            await _listens(own)
            await change_first("carl", port=own)
            await _used(people)
        finally:
            await browsers.close()
            await terminal.stop()
            await running

    asyncio.run(body())
    history = History(desk.events)
    told = {(use.function, use.role, use.trick): use.outcome for use in uses(history)}
    assert told == {
        ("readings", "viewer", ""): "executed",
        ("log", "viewer", ""): "refused",
        ("manual-entry", "clerk", ""): "executed",
        ("manual-entry", "viewer", ""): "refused",
        ("readings", "viewer", "forged made-up"): "refused",
        ("readings", "viewer", "ended"): "refused",
    }
    logins = [each.rows[0]["outcome"] for each in desk.events if isinstance(each, Observed) and each.what == "login"]
    assert logins == ["first", "entered", "entered"]
    kept = repr(desk.events)
    assert not any(password in kept for password in FIRST.values()), "no password is in the record"


async def _used(people: People) -> None:
    await people.prepare("viewer")
    clerk, viewer = [await people.login("screen", word) for word in ("clerk", "viewer")]
    assert clerk is not None and viewer is not None
    await people.use("readings", viewer)
    await people.use("log", viewer)
    await people.use("manual-entry", viewer)
    await people.use("manual-entry", clerk)
    await _strangers(people, viewer)


async def _strangers(people: People, viewer: Any) -> None:
    """A made-up cookie, and the copy of one that was logged out since."""
    forged = dict(people.forged(viewer))
    await people.use("readings", forged["made-up"], trick="forged made-up")
    copied = viewer.copy()
    await people.logout(viewer)
    await people.use("readings", copied, trick="ended")


@pytest.mark.parametrize(
    ("door", "call", "told"),
    [
        ({"browser": True}, {"get": "/x"}, "expected page = [steps]"),
        ({}, {"page": [{"open": "/x"}]}, "browser = true"),
        ({"browser": True}, {"page": [{"open": "/x", "press": "a"}]}, "exactly one of"),
        ({"browser": True}, {"page": [{}]}, "exactly one of"),
        ({"browser": True}, {"page": [{"open": "/{{ x"}]}, "模板语法错误"),
    ],
)
def test_steps_that_do_not_fit_are_told(door: dict[str, Any], call: dict[str, Any], told: str) -> None:
    problems: list[str] = []
    given = {
        "doors": {"d": {"base": "http://h", "login": [], "entered": "true", **door}},
        "accounts": {"a": {"name": "a", "role": "viewer", "password": "p"}},
        "functions": [{"name": "f", "en": "f", "zh": "f", "may": ["viewer"], "d": call}],
    }
    assert read(given, Path(), problems) is None
    assert any(told in each for each in problems), problems
