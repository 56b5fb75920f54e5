"""A campaign begun at the page: runs are joined to it or left out there, once each, and by who may."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from suite_kit import REFERENCE

from bench.campaign.book import Book
from bench.commands.laboratory.serve import Desk


def test_a_campaign_is_begun_and_a_run_joined_or_left_out_at_the_page(own: Path) -> None:
    out = own.parent
    other = shutil.copytree(own, out / "other")
    items = out / "items"
    items.mkdir()
    shutil.copy(REFERENCE, items / "item.toml")

    async def sent(
        browser: TestClient[web.Request, web.Application], path: str, page: str, **form: str
    ) -> tuple[int, str]:
        async with browser.get(page) as answer:
            found = re.search(r'name="token" value="([^"]+)"', await answer.text())
        assert found
        async with browser.post(path, data={"token": found[1], "by": "Zhang", **form}) as answer:
            return answer.status, await answer.text()

    async def work() -> None:
        async with TestClient(TestServer(Desk(out, profiles=items).app())) as browser:
            for name, words in (
                ("../C", "a name that a folder can have"),
                ("", "a name"),
                (own.name, "something else"),
            ):
                code, page = await sent(browser, "/campaign", "/", profile="item.toml", name=name)
                assert code == 422 and words in page, name
            code, page = await sent(browser, "/campaign", "/", profile="none.toml", name="C")
            assert code == 422 and "expected one of the profiles item.toml" in page
            code, page = await sent(browser, "/campaign", "/", profile="item.toml", name="任务一")
            assert code == 200 and f"<option>{own.name}</option>" in page and "<option>other</option>" in page
            code, page = await sent(browser, "/campaign/任务一/add", "/campaign/任务一", result=own.name)
            assert code == 200 and f"<option>{own.name}</option>" not in page
            code, page = await sent(browser, "/campaign/任务一/add", "/campaign/任务一", result=own.name)
            assert code == 422 and "not joined yet" in page
            code, page = await sent(browser, "/campaign/任务一/leave", "/campaign/任务一", result=other.name)
            assert code == 422
            words = {"result": other.name, "words": "a trial"}
            code, page = await sent(browser, "/campaign/任务一/leave", "/campaign/任务一", **words)
            assert code == 200 and "<option>other</option>" not in page

    asyncio.run(work())
    book = Book(out / "任务一")
    assert [each.name for each in book.joined("run")] == [own.name]
    assert [(each.run, each.why) for each in book.left] == [("other", "a trial")]
