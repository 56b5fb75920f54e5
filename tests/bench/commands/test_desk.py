"""Behind the live page: who may what, queue, from a clause down to a frame, two runs, the person's question, issue."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from suite_kit import REFERENCE, in_place

from bench.captures import holding
from bench.commands.desk import asking, handing, looking
from bench.commands.desk.people import People, PeopleError, set_password
from bench.commands.desk.queue import Queue, QueueError
from bench.commands.serve import Desk
from bench.journal import RESULT, attempts
from bench.operator.person import ATTEST, Question, Reply
from bench.operator.web import ADDRESS, WebPage
from reports.issue.reading import PaperError

PASSWORD = "a long password"
PERSONS = """
[[persons]]
name = { zh = "张三", en = "Zhang" }
function = "engineer"
may = ["tests"]
[[persons]]
name = "Li"
function = "manager"
may = ["reviews"]
"""
Browser = TestClient[web.Request, web.Application]


def browsed(desk: Desk, walk: Callable[[Browser], Awaitable[None]]) -> None:
    """A walk through the pages of a desk."""

    async def work() -> None:
        async with TestClient(TestServer(desk.app())) as browser:
            await walk(browser)

    asyncio.run(work())


async def got(browser: Browser, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    async with await (browser.post(path, data=form) if form else browser.get(path)) as answer:
        return answer.status, await answer.text()


def token_in(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


def laboratory(folder: Path) -> Path:
    """A lab.toml with persons and no keys."""
    (folder / "lab.toml").write_text(PERSONS)
    return folder / "lab.toml"


def test_a_verdict_leads_down_to_its_frame_and_two_runs_stand_side_by_side(own: Path) -> None:
    other = shutil.copytree(own, own.parent / "other")

    async def walk(browser: Browser) -> None:
        code, page = await got(browser, f"/run/{own.name}")
        assert code == 200
        (case,) = {each for each in re.findall(r'href="(/run/[^"]+/case/[^"]+)"', page) if "on-command" in each}
        clause = re.findall(r'href="(/run/[^"]+/clause\?id=[^"]+)"', page)[0]
        code, page = await got(browser, clause)
        assert code == 200 and "/case/" in page
        code, page = await got(browser, case)
        first = re.search(r'id="events" href="\?at=(\d+)"', page)
        assert code == 200 and "<svg" in page and first
        found: list[str] = []
        at = first[1]
        for _ in range(40):
            _, page = await got(browser, f"{case}?at={at}")
            found = re.findall(
                r'href="(/run/[^"]+/event/[^"]+)">\d+</a></td><td class="mono">[^<]+</td>'
                r'<td class="mono">(?:<strong>)?terminal → [^:]+: [^#]*##',
                page,
            )
            later = re.search(r'id="later" href="\?at=(\d+)"', page)
            if found or not later or later[1] == at:
                break
            at = later[1]
        code, page = await got(browser, found[0])
        assert code == 200 and 'id="fields"' in page and "ST" in page
        assert (await got(browser, f"{case}9"))[0] == 404
        assert (await got(browser, found[0] + "999999"))[0] == 404
        code, page = await got(browser, f"/compare?a={own.name}&b={other.name}&case={case.split('/case/')[1][:-2]}")
        assert code == 200 and page.count("<svg") == 2
        assert (await got(browser, f"/compare?a={own.name}&b=none"))[0] == 404
        assert (await got(browser, "/campaign/none/issue"))[0] == 404

    browsed(Desk(own.parent), walk)


def test_who_has_a_password_logs_in_and_does_what_the_laboratory_allows(own: Path) -> None:
    lab = laboratory(own.parent)
    assert in_place("campaign", "new", own.parent / "c", "--profile", REFERENCE, cwd=own.parent).code == 0
    for name in ("Zhang", "Li"):
        set_password(lab, name, PASSWORD)
    kept = (own.parent / "passwords.json").read_text("utf-8")
    assert PASSWORD not in kept and "张三" in kept
    with pytest.raises(PeopleError, match="no such person"):
        set_password(lab, "Wang", PASSWORD)
    with pytest.raises(PeopleError, match="letters"):
        set_password(lab, "Li", "short")
    shutil.copy(REFERENCE, own.parent / "item.toml")

    async def walk(browser: Browser) -> None:
        code, page = await got(browser, f"/run/{own.name}")
        assert code == 200 and 'type="password"' in page
        who = {"token": token_in(page), "name": "Zhang", "password": PASSWORD}
        assert (await got(browser, "/login", {**who, "password": "another one"}))[0] == 403
        assert (await got(browser, "/login", {**who, "name": "Wang"}))[0] == 403
        code, page = await got(browser, "/login", who)
        assert code == 200 and 'id="who">Zhang' in page
        token = {"token": token_in(page)}
        review = {"clause": "isc-2/4.1a", "verdict": "pass", "words": "looked", "by": "Li", **token}
        code, page = await got(browser, "/campaign/c/review", review)
        assert code == 422 and "Zhang: lab.toml does not authorise them" in page.replace("&#34;", '"')
        assert (await got(browser, "/campaign/c/issue", token))[0] == 422
        for wrong, words in (
            ({"rig": "moon"}, "expected one of virtual"),
            ({"profile": "../item.toml"}, "expected one of item.toml"),
            ({"cases": "--defect x"}, "expected a case"),
            ({"repeat": "0"}, "1 to 100"),
        ):
            order = {"profile": "item.toml", "rig": "virtual", "cases": "", "repeat": "1", **token, **wrong}
            code, page = await got(browser, "/queue", order)
            assert code == 422 and words in page, words
        code, page = await got(browser, "/campaign/c/order", {**token, "text": "[report]\nnumbr = 'x'"})
        assert code == 422 and "did you mean number" in page
        code, page = await got(browser, "/campaign/c/order", {**token, "text": "[report]\nnumber = 'R-7'"})
        assert code == 200 and "R-7" in page and "7.8.2.1 e" in page and "7.8.2.1 m" in page
        await got(browser, "/logout", token)
        assert 'type="password"' in (await got(browser, "/"))[1]

    browsed(Desk(own.parent, lab, own.parent), walk)
    assert handing.number_of(own.parent / "c") == "R-7"
    with pytest.raises(PaperError):
        handing.kept(own.parent / "c", "= nonsense")
    assert not (own.parent / "c" / "job.toml.new").exists()


def test_the_queue_is_kept_and_says_what_it_does_not_know(tmp_path: Path) -> None:
    shutil.copy(REFERENCE, tmp_path / "item.toml")
    (tmp_path / "other.toml").write_text("[rig]\n")
    queue = Queue(tmp_path, tmp_path)
    assert queue.profiles() == ["item.toml"]
    for _ in range(2):
        queue.add(by="Li", profile="item.toml", rig="virtual", cases=("logins",), repeat="1")
    queue.withdraw(2)
    with pytest.raises(QueueError, match="not waiting"):
        queue.withdraw(2)
    with pytest.raises(QueueError, match="a name is needed"):
        queue.add(by=" ", profile="item.toml", rig="virtual", cases=(), repeat="1")
    queue.orders[0].state = "running"
    queue.withdraw(queue.add(by="Li", profile="item.toml", rig="lab", cases=(), repeat="2").number)
    assert [each.state for each in Queue(tmp_path, tmp_path).orders] == ["unknown", "withdrawn", "withdrawn"]
    (tmp_path / "queue.json").write_text("{")
    with pytest.raises(QueueError, match="cannot be read"):
        Queue(tmp_path, tmp_path)


def test_the_queue_starts_what_waits_and_tells_its_end(tmp_path: Path) -> None:
    (tmp_path / "item.toml").write_text("[terminal]\n")

    async def work() -> None:
        queue = Queue(tmp_path, tmp_path)
        made = queue.add(by="Li", profile="item.toml", rig="virtual", cases=(), repeat="1")
        await queue.run(made)
        assert (made.state, made.code, made.run) == ("ended", 4, "")

    asyncio.run(work())
    assert "item.toml" in (tmp_path / "queue-1.log").read_text("utf-8")


def test_the_question_of_a_run_is_asked_and_answered_on_its_page(own: Path) -> None:
    under_way = next(iter(attempts(own)))
    (under_way.folder / RESULT).unlink()
    said: list[Reply] = []

    async def walk(browser: Browser) -> None:
        page = WebPage("127.0.0.1:0")
        await page.start()
        try:
            (under_way.folder / ADDRESS).write_text(page.address)
            assert not await asking.asks(own)
            page.show(1, Question(id="lamp", kind=ATTEST, en="Look at the lamp", zh="看灯"), 60.0, said.append, "")
            assert await asking.asks(own)
            code, text = await got(browser, f"/run/{own.name}/person/")
            assert code == 200 and "Look at the lamp" in text and "action=answer target=_top" in text
            form = {"token": re.findall(r"name=token value='([^']+)'", text)[0], "number": "1", "by": "Li"}
            code, text = await got(
                browser, f"/run/{own.name}/person/answer", {**form, "text": "green", "act": "done", "attest": "yes"}
            )
            assert code == 200 and [(each.by, each.text) for each in said] == [("Li", "green")]
            assert (await got(browser, f"/run/{own.name}/person/..%2f"))[0] == 404
        finally:
            await page.stop()
        assert (await got(browser, f"/run/{own.name}/person/"))[0] == 502
        assert not await asking.asks(own)

    browsed(Desk(own.parent), walk)


def test_a_frame_is_found_in_its_capture_by_the_number_that_others_count(own: Path) -> None:
    head = b"\x4d\x3c\xb2\xa1" + bytes(20)
    packets = (b"arp", b"..##0001..", b"other")
    octets = head + b"".join(
        at.to_bytes(4, "little") * 2 + len(each).to_bytes(4, "little") * 2 + each for at, each in enumerate(packets)
    )
    assert holding(octets, b"##0001") == [(2, 1_000_000_001)]
    assert looking.seen(own, "none", 1) is None
    assert People.of(laboratory(own.parent)).asked is False
