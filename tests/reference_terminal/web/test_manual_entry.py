# pyright: reportPrivateUsage=false, reportConstantRedefinition=false
"""A value entered by hand: original kept, revision raised, periods above made up, delivered again as S (R-22)."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from line_kit import Peer
from standby_kit import START_S, TEXT, Clock, Plant
from terminal_kit import SmallCentre, centre_text

from bench.virtual.loop import run as run_virtually
from bench.virtual.network import Network
from reference_terminal.assembly import Terminal
from reference_terminal.hj212 import message as messages
from reference_terminal.model.times import MONTH, iso
from reference_terminal.platform import Platform
from reference_terminal.settings.config import load_config
from reference_terminal.web.errors import HttpError
from reference_terminal.web.server import Request

MAIN_ONLY = TEXT[: TEXT.index('[[meters]]\nid = "spare"')]
MAIN_ONLY = MAIN_ONLY.replace('"00010000" }}]', '"00010000", code = "e10001" }}]')
"""The meter is silent from 4:30 to 5:30, so that the minutes that begin at 4 and 5 have no value."""


def live(body: Callable[[Terminal, SmallCentre], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        Network()
        plant = Plant(lambda now_s: 270 < now_s < 330)
        server = await asyncio.start_server(Peer(plant.replies).serve, "127.0.0.1", 4001)
        centre = SmallCentre()
        await asyncio.start_server(centre._serve, "127.0.0.1", 7000)
        text = MAIN_ONLY.format(path=":memory:", period_s=30) + centre_text(7000, extra='uploads = ["2051", "2061"]')
        terminal = Terminal(load_config(text), Platform(clock=Clock(), random=random.Random(1)))
        task = asyncio.ensure_future(terminal.run())
        await asyncio.sleep(3700)
        try:
            return await body(terminal, centre)
        finally:
            await terminal.stop()
            await task
            server.close()

    return run_virtually(main())


def entry(start_s: int, value: str, **changes: str) -> bytes:
    fields = {
        "point": "energy",
        "class": "minute",
        "start": iso(START_S + start_s),
        "value": value,
        "author": "Li Lei",
        "reason": "meter silent, read by eye",
        **changes,
    }
    return json.dumps({key: text for key, text in fields.items() if text != "-"}).encode()


async def post(terminal: Terminal, body: bytes) -> Any:
    return await terminal.server.application.answer(
        Request("POST", "/api/v1/manual", content_type="application/json", body=body)
    )


async def get(terminal: Terminal, name: str, **query: str) -> Any:
    return await terminal.server.application.answer(Request("GET", f"/api/v1/{name}", tuple(query.items())))


def test_a_missing_minute_is_entered_and_everything_follows() -> None:
    async def body(terminal: Terminal, centre: SmallCentre) -> None:
        before = (await get(terminal, "records", point="energy", **{"class": "minute"}))["records"]
        missing = [row["start"][14:16] for row in before if row["value"] is None]
        assert missing == ["04", "05"]
        answer = await post(terminal, entry(240, "0.60"))
        assert answer["verdict"] == "not second-checked"
        await post(terminal, entry(300, "0.60"))
        await asyncio.sleep(5)
        rows = {
            row["start"][14:16]: row
            for row in (await get(terminal, "records", point="energy", **{"class": "minute"}))["records"]
        }
        assert [(rows[m]["value"], rows[m]["flag"], rows[m]["revision"]) for m in ("04", "05", "06")] == [
            ("0.60", "S", 1),
            ("0.60", "S", 1),
            ("0.60", "N", 0),
        ]
        (one, two) = (await get(terminal, "manual", point="energy"))["entries"]
        assert (one["author"], one["reason"], one["original"], one["revision"]) == (
            "Li Lei", "meter silent, read by eye", None, 1,
        )  # fmt: skip
        kept = terminal.store.connection.execute(
            "SELECT revision, value, flag FROM superseded ORDER BY start_s"
        ).fetchall()
        assert kept == [(0, None, "B"), (0, None, "B")] and two["original_flag"] == "B"
        sent = [
            messages.parameters(message.cp) for message in centre.of("2051") if "DataTime=20260302000400" in message.cp
        ]
        assert [each.get("e10001-Cou") for each in sent] == [None, "0.60"]
        assert sent[-1]["e10001-Flag"] == "S"
        events = [
            event for event in (await get(terminal, "log", limit="1000"))["events"] if event["kind"] == "manual entry"
        ]
        assert len(events) == 2 and "Li Lei enters 0.60" in events[0]["en"]

    live(body)


def test_a_quarter_is_made_up_once_its_minutes_are_whole() -> None:
    async def body(terminal: Terminal, centre: SmallCentre) -> None:
        # Take the quarter's value away, as if its boundary reading had been missed.
        terminal.store.flush()
        terminal.store.connection.execute("UPDATE record SET value=NULL, flag='B', cause='timeout' WHERE span=900")
        await post(terminal, entry(240, "0.55"))
        rows = (await get(terminal, "records", point="energy", **{"class": "quarter"}))["records"]
        assert rows[0]["value"] is None
        await post(terminal, entry(300, "0.65"))
        rows = (await get(terminal, "records", point="energy", **{"class": "quarter"}))["records"]
        assert (rows[0]["value"], rows[0]["flag"], rows[0]["cause"]) == ("9.00", "S", "sum with manual entries")
        assert rows[1]["value"] is None

    live(body)


def test_a_wrong_value_is_revised_again_and_again() -> None:
    async def body(terminal: Terminal, centre: SmallCentre) -> None:
        for value in ("0.61", "0.62"):
            await post(terminal, entry(600, value))
        rows = (await get(terminal, "records", point="energy", **{"class": "minute"}))["records"]
        row = next(row for row in rows if row["start"] == iso(START_S + 600))
        assert (row["value"], row["revision"]) == ("0.62", 2)
        entries = (await get(terminal, "manual", point="energy"))["entries"]
        assert [each["original"] for each in entries] == ["0.60", "0.61"]

    live(body)


@pytest.mark.parametrize(("value", "verdict"), [("199.00", "valid"), ("200.00", "valid"), ("201.00", "invalid")])
def test_the_second_check_against_the_latest_complete_month(value: str, verdict: str) -> None:
    async def body(terminal: Terminal, centre: SmallCentre) -> None:
        state = terminal.pipeline.points[0]
        month_s = MONTH.start(MONTH.start(START_S) - 1)
        terminal.store.flush()
        terminal.store.connection.execute(
            "INSERT INTO record VALUES (0,?,?,?,'0','100','100.00',NULL,NULL,1,NULL,'N','',0)",
            (month_s, state.number, MONTH.end(month_s)),
        )
        answer = await post(terminal, entry(240, value))
        assert answer["verdict"] == verdict
        rows = (await get(terminal, "records", point="energy", **{"class": "minute"}))["records"]
        row = next(row for row in rows if row["start"] == iso(START_S + 240))
        assert row["value"] == (None if verdict == "invalid" else value)
        assert (await get(terminal, "manual", point="energy"))["entries"][0]["verdict"] == verdict

    live(body)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"class": "week"}, "expected class one of"),
        ({"start": iso(START_S + 241)}, "on the grid"),
        ({"start": iso(START_S + 36_000)}, "has not ended"),
        ({"value": "1e5"}, "plain decimal"),
        ({"value": "-1"}, "not below 0"),
        ({"author": " "}, "expected author"),
        ({"reason": ""}, "expected reason"),
        ({"reason": "x" * 501}, "1 to 500"),
        ({"reason": "-"}, "reason is missing"),
        ({"point": "nothing"}, "expected point="),
    ],
)
def test_wrong_entries(changes: dict[str, str], says: str) -> None:
    async def body(terminal: Terminal, centre: SmallCentre) -> None:
        with pytest.raises(HttpError) as caught:
            await post(terminal, entry(240, "0.60", **changes) if "value" not in changes else entry(240, **changes))
        assert says in caught.value.en and caught.value.zh
        assert (await get(terminal, "manual", point="energy"))["entries"] == []

    live(body)


def test_a_value_that_is_refused_stands_in_the_log_once_with_its_author_and_reason() -> None:
    async def body(terminal: Terminal, centre: SmallCentre) -> None:
        for changes, told in (
            ({"value": "-5"}, "not below 0"),
            ({"value": "12,5"}, "decimal"),
            ({"point": "x"}, "'x'"),
        ):
            with pytest.raises(HttpError):
                await post(terminal, entry(600, **{"value": "5", **changes}))
            rows = terminal.store.connection.execute(
                "SELECT en, zh FROM event WHERE code='accounting-input-refused' ORDER BY number"
            ).fetchall()
            assert "Li Lei" in str(rows[-1][0]) and told in str(rows[-1][0]) and "Li Lei" in str(rows[-1][1])
        assert len(rows) == 3

    live(body)
