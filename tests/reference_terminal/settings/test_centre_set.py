"""The set of centres: added and removed over the local interface, kept over restarts, wrong tables refused in words."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from ports import free_port
from terminal_kit import centre_text, config_text
from virtually import virtually

from reference_terminal.assembly import Terminal
from reference_terminal.platform import Platform
from reference_terminal.settings.config import ConfigError, load_config
from reference_terminal.settings.overlay import centre_from, check_period


class _Clock:
    def time_ns(self) -> int:
        return time.time_ns()

    def set_time_ns(self, value: int) -> None:
        del value


def _table(name: str, **changes: str) -> str:
    """The TOML text of a centre's table."""
    text = centre_text(9, name).replace("[[centres]]", "")
    for key, value in changes.items():
        text += f"{key} = {value}\n"
    return text


async def _reached(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to a terminal that may just be starting."""
    for _ in range(400):
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.05)
    raise AssertionError("the terminal does not answer")


async def _post(port: int, name: str, body: dict[str, str]) -> tuple[int, Any]:
    reader, writer = await _reached(port)
    octets = json.dumps(body).encode()
    head = f"POST /api/v1/{name} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(octets)}\r\n\r\n".encode() + octets)
    answer = await reader.read()
    writer.close()
    status, _, rest = answer.partition(b"\r\n")
    return int(status.split()[1]), json.loads(rest.partition(b"\r\n\r\n")[2])


def _live(folder: Path, work: Callable[[Terminal, int], Awaitable[None]]) -> None:
    """One life of a terminal with a centre A, while `work` is done to it."""
    port = free_port()
    text = config_text(1, centre_text(9, "A"), path=str(folder / "t.db"), period_s=60)
    text += f'\n[api]\nhost = "127.0.0.1"\nport = {port}\n'

    async def live() -> None:
        terminal = Terminal(load_config(text), Platform(clock=_Clock(), random=random.Random(1)))
        running = asyncio.create_task(terminal.run())
        _, writer = await _reached(port)
        writer.close()
        await work(terminal, port)
        await terminal.stop()
        await running

    virtually(live())


async def _until_centres(terminal: Terminal, names: list[str]) -> None:
    for _ in range(400):
        if sorted(terminal.links) == names:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"centres {sorted(terminal.links)}, expected {names}")


def test_centres_come_and_go_and_stay_so_over_a_restart(tmp_path: Path) -> None:
    async def change(terminal: Terminal, port: int) -> None:
        status, answer = await _post(port, "centre-add", {"settings": _table("B"), "author": "Zhou"})
        assert (status, answer) == (200, {"added": "B"})
        await _until_centres(terminal, ["A", "B"])
        status, answer = await _post(port, "centre-remove", {"centre": "A", "author": "Zhou"})
        assert (status, answer["removed"]) == (200, "A")
        await _until_centres(terminal, ["B"])
        said = [row[4] for row in terminal.journal.latest_events(0, 10**15, 100) if row[2] == "setting"]
        assert [text.partition(":")[0] for text in said] == ["Zhou", "Zhou"]

    async def look(terminal: Terminal, port: int) -> None:
        assert list(terminal.links) == ["B"]

    _live(tmp_path, change)
    _live(tmp_path, look)


@pytest.mark.parametrize(
    ("name", "body", "status", "words"),
    [
        ("centre-add", {"settings": "id = ", "author": "Zhou"}, 400, "not valid TOML"),
        ("centre-add", {"settings": _table("A"), "author": "Zhou"}, 400, "already used"),
        ("centre-add", {"settings": _table("B", realtime="30"), "author": "Zhou"}, 400, "realtime"),
        ("centre-add", {"settings": _table("B"), "author": " "}, 400, "author"),
        ("centre-add", {"settings": _table("B", channel='"mtls"'), "author": "Zhou"}, 400, "centre."),
        ("centre-remove", {"centre": "X", "author": "Zhou"}, 404, "no centre is called 'X'; there are A"),
        ("centre-remove", {"centre": "A"}, 400, "author is missing"),
        ("period", {"meter": "X", "period_s": "5", "author": "Zhou"}, 404, "no meter is called 'X'"),
        ("period", {"meter": "m1", "period_s": "5 s", "author": "Zhou"}, 400, "expected period_s as whole seconds"),
        ("period", {"meter": "m1", "period_s": "7", "author": "Zhou"}, 200, "refused"),
        ("period", {"meter": "m1", "period_s": "5", "author": " "}, 400, "author"),
    ],
)
def test_a_wrong_order_is_refused_in_words_and_changes_nothing(
    tmp_path: Path, name: str, body: dict[str, str], status: int, words: str
) -> None:
    async def order(terminal: Terminal, port: int) -> None:
        got, answer = await _post(port, name, body)
        assert got == status
        assert words in json.dumps(answer)
        assert terminal.store.settings("centre set") == {}
        assert terminal.store.settings("polling period") == {}

    _live(tmp_path, order)


def test_a_polling_period_is_taken_with_a_warning_and_kept(tmp_path: Path) -> None:
    async def change(terminal: Terminal, port: int) -> None:
        status, answer = await _post(port, "period", {"meter": "m1", "period_s": "3600", "author": "Zhou"})
        assert (status, answer["result"]) == (200, "done")
        assert "polled every 3600 s there are no" in answer["message"]
        for _ in range(400):
            if terminal.config.meters[0].period_s == 3600:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(terminal.config.meters[0].period_s)

    async def look(terminal: Terminal, port: int) -> None:
        del port
        assert terminal.config.meters[0].period_s == 3600

    _live(tmp_path, change)
    _live(tmp_path, look)


def test_a_period_that_a_line_cannot_carry_is_refused() -> None:
    config = load_config(
        """
        [[lines]]
        id = "l1"
        device = "/dev/ttyS1"
        baud = 600
        [[meters]]
        id = "m1"
        line = "l1"
        protocol = "dlt645-2007"
        address = "161"
        period_s = 60
        [[meters.points]]
        id = "energy"
        kind = "counter"
        identifier = "00010000"
        """
    )
    check_period(config, "m1", 30)
    with pytest.raises(ConfigError, match="of its time at 600 baud"):
        check_period(config, "m1", 1)


def test_every_problem_of_a_table_is_told_at_once() -> None:
    config = load_config(config_text(1, centre_text(9, "A")))
    with pytest.raises(ConfigError) as caught:
        centre_from(_table("B", realtime_s="5", upload_time='"25:00:00"'), config)
    assert [problem.where for problem in caught.value.problems] == ["centre.realtime_s", "centre.upload_time"]
