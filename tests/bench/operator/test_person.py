"""The person at the bench: asked at a real console and a real page, answered, timed out, put on record."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import tty
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from bench.history import Event, Observed, Phase, Recorder, read_history
from bench.operator.around import Around
from bench.operator.console import Console
from bench.operator.person import (
    ATTEST,
    CHOOSE,
    DO,
    TELL,
    Answer,
    Channel,
    NoAnswer,
    Person,
    PersonPower,
    Photo,
    Question,
    Reply,
    problem,
)
from bench.operator.web import WebPage

SWITCH = Question("power-off", DO, "Switch it off.", "请断电。", clause="isc-2/7.2.3e")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))


class Bench:
    """A person, the events told of them, and a clock that counts."""

    def __init__(self, folder: Path, *channels: Channel, timeout_s: float = 20.0) -> None:
        self.recorder = Recorder()
        self.now = 1_000_000
        self.person = Person(channels, record=self.recorder, now_us=self.tick, folder=folder, timeout_s=timeout_s)

    def tick(self) -> int:
        """A microsecond later at each look."""
        self.now += 1
        return self.now

    @property
    def events(self) -> list[Event]:
        """What is on record."""
        return self.recorder.events

    @property
    def observed(self) -> Observed:
        """The last answer on record."""
        (*_, last) = (each for each in self.events if isinstance(each, Observed))
        return last


async def with_page(folder: Path, work: Callable[[Bench, WebPage, aiohttp.ClientSession], Awaitable[None]]) -> None:
    """A bench whose person has a page, and a browser without manners."""
    page = WebPage("127.0.0.1:0")
    bench = Bench(folder, page)
    await bench.person.start()
    try:
        async with aiohttp.ClientSession() as browser:
            await work(bench, page, browser)
    finally:
        await bench.person.stop()


async def form(browser: aiohttp.ClientSession, page: WebPage) -> tuple[str, dict[str, str]]:
    """The page once a question is open, and its hidden fields."""
    while True:
        async with browser.get(page.address) as answer:
            text = await answer.text()
        if fields := dict(re.findall(r"type=hidden name=(\w+) value='?([^'>]+)", text)):
            return text, fields
        await asyncio.sleep(0.01)


async def send(browser: aiohttp.ClientSession, page: WebPage, fields: dict[str, str], photo: bytes = b"") -> int:
    """Send the form; gives the status."""
    data = aiohttp.FormData(fields, default_to_multipart=True)
    if photo:
        data.add_field("photo", photo, filename="../../etc/passwd", content_type="image/png")
    async with browser.post(f"{page.address}answer", data=data, allow_redirects=False) as answer:
        return answer.status


def test_an_answer_on_the_page_is_recorded_with_name_time_and_photo(tmp_path: Path) -> None:
    async def work(bench: Bench, page: WebPage, browser: aiohttp.ClientSession) -> None:
        asked = asyncio.create_task(bench.person.ask(Question("lamp", TELL, "Which lamp is lit?", "?", photo=True)))
        text, fields = await form(browser, page)
        assert "Which lamp is lit?" in text
        assert await send(browser, page, {**fields, "by": "李工", "text": "red"}) == 422, "a photo was wanted"
        assert await send(browser, page, {**fields, "by": "李工", "text": "red"}, b"GIF89a....") == 422
        assert await send(browser, page, {**fields, "by": "李工", "text": "red"}, PNG) == 303
        answer = await asked
        assert answer == Answer("李工", answer.at_us, "red", ("photo-1-1.png",))
        (row,) = bench.observed.rows
        assert row["by"] == "李工" and row["at"] == str(answer.at_us)
        assert row["sm3-1"] == hashlib.new("sm3", PNG).hexdigest()
        assert (tmp_path / row["photo1"]).read_bytes() == PNG
        assert sorted(each.name for each in tmp_path.iterdir()) == ["photo-1-1.png"]

    asyncio.run(with_page(tmp_path, work))


def test_only_the_page_itself_answers_and_only_the_open_question(tmp_path: Path) -> None:
    async def work(bench: Bench, page: WebPage, browser: aiohttp.ClientSession) -> None:
        asked = asyncio.create_task(bench.person.ask(SWITCH))
        _, fields = await form(browser, page)
        assert await send(browser, page, {**fields, "by": "A", "token": "guessed"}) == 403
        assert await send(browser, page, {**fields, "by": "A", "number": "7"}) == 409
        assert await send(browser, page, {**fields, "by": "\n"}) == 422
        assert not asked.done()
        assert await send(browser, page, {**fields, "by": "A"}) == 303
        await asked
        assert await send(browser, page, {**fields, "by": "A"}) == 409

    asyncio.run(with_page(tmp_path, work))


def test_what_is_typed_is_shown_as_text_never_as_markup(tmp_path: Path) -> None:
    async def work(bench: Bench, page: WebPage, browser: aiohttp.ClientSession) -> None:
        question = Question("x", TELL, "<script>alert(1)</script>", "<b>", choices=("'><i>",))
        asked = asyncio.create_task(bench.person.ask(question))
        text, _ = await form(browser, page)
        assert (
            text.count("<script>") == 1
            and "<script>alert" not in text
            and "<i>" not in text
            and "&lt;script&gt;" in text
        )
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        assert "withdrawn" in bench.observed.problem

    asyncio.run(with_page(tmp_path, work))


def test_an_attestation_needs_its_tick(tmp_path: Path) -> None:
    async def work(bench: Bench, page: WebPage, browser: aiohttp.ClientSession) -> None:
        asked = asyncio.create_task(bench.person.ask(Question("seal", ATTEST, "The seal is intact.", "封印完好。")))
        _, fields = await form(browser, page)
        assert await send(browser, page, {**fields, "by": "A"}) == 422
        assert await send(browser, page, {**fields, "by": "A", "attest": "yes"}) == 303
        assert (await asked).by == "A"
        assert bench.observed.query["kind"] == ATTEST

    asyncio.run(with_page(tmp_path, work))


def test_what_cannot_be_done_is_no_answer_and_has_a_reason(tmp_path: Path) -> None:
    async def work(bench: Bench, page: WebPage, browser: aiohttp.ClientSession) -> None:
        asked = asyncio.create_task(bench.person.ask(SWITCH))
        _, fields = await form(browser, page)
        assert await send(browser, page, {**fields, "by": "A", "act": "cannot"}) == 422, "without a reason"
        assert await send(browser, page, {**fields, "by": "A", "act": "cannot", "text": "no key"}) == 303
        with pytest.raises(NoAnswer, match="A could not do 'power-off': no key"):
            await asked
        assert bench.observed.rows[0]["able"] == "no" and "no key" in bench.observed.problem

    asyncio.run(with_page(tmp_path, work))


def test_nobody_there_ends_by_time_out_and_is_on_record(tmp_path: Path) -> None:
    async def work(bench: Bench, page: WebPage, browser: aiohttp.ClientSession) -> None:
        with pytest.raises(NoAnswer, match=r"nobody answered 'power-off' within 0\.05 s"):
            await bench.person.ask(SWITCH, 0.05)
        assert bench.observed.rows == () and "nobody answered" in bench.observed.problem
        async with browser.get(page.address) as answer:
            assert "No question is open" in await answer.text()

    asyncio.run(with_page(tmp_path, work))


class Keyboard:
    """A pseudo terminal with somebody who types."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.console = Console(Path(os.ttyname(self.slave)))
        self.seen = ""

    async def until(self, words: str) -> None:
        """Read the screen until these words are on it."""
        while words not in self.seen:
            try:
                self.seen += os.read(self.master, 65_536).decode()
            except BlockingIOError:
                await asyncio.sleep(0.005)

    def type(self, text: str) -> None:
        """Type."""
        os.write(self.master, text.encode())

    def close(self) -> None:
        """Hang up."""
        os.close(self.master)
        os.close(self.slave)


def at_console(folder: Path, work: Callable[[Bench, Keyboard], Awaitable[None]]) -> None:
    """A bench whose person sits at a console."""

    async def run() -> None:
        keyboard = Keyboard()
        bench = Bench(folder, keyboard.console)
        await bench.person.start()
        try:
            async with asyncio.timeout(120):
                await work(bench, keyboard)
        finally:
            await bench.person.stop()
            keyboard.close()

    asyncio.run(run())


def test_the_console_asks_for_the_name_once_and_takes_answers(tmp_path: Path) -> None:
    async def work(bench: Bench, keyboard: Keyboard) -> None:
        asked = asyncio.create_task(bench.person.ask(SWITCH))
        await keyboard.until("姓名")
        keyboard.type("Wang\n\n")
        assert (await asked).by == "Wang"
        colours = Question("lamp", CHOOSE, "Lamp?", "灯？", choices=("red", "green"))
        asked = asyncio.create_task(bench.person.ask(colours))
        await keyboard.until("2 green")
        keyboard.type("3\n")
        await keyboard.until("expected one of red, green")
        keyboard.type("2\n")
        assert (await asked).text == "green"
        asked = asyncio.create_task(bench.person.ask(Question("t", TELL, "Table?", "表？", multiline=True)))
        await keyboard.until("Table?")
        keyboard.type("a,b\n1,2\n.\n")
        assert (await asked).text == "a,b\n1,2"
        asked = asyncio.create_task(bench.person.ask(Question("s", ATTEST, "Seal?", "封？")))
        await keyboard.until("Seal?")
        keyboard.type("maybe\n")
        await keyboard.until('expected "yes"')
        keyboard.type("! it is broken\n")
        with pytest.raises(NoAnswer, match="it is broken"):
            await asked

    at_console(tmp_path, work)


def test_a_console_that_hangs_up_leaves_the_time_out(tmp_path: Path) -> None:
    async def run() -> None:
        master, slave = os.openpty()
        console = Console(Path(os.ttyname(slave)))
        bench = Bench(tmp_path, console)
        await bench.person.start()
        os.close(master)
        with pytest.raises(NoAnswer):
            await bench.person.ask(SWITCH, 0.1)
        await bench.person.stop()
        os.close(slave)

    asyncio.run(run())


def test_the_first_channel_wins_and_the_others_are_told(tmp_path: Path) -> None:
    async def run() -> None:
        keyboard, page = Keyboard(), WebPage("127.0.0.1:0")
        bench = Bench(tmp_path, keyboard.console, page)
        await bench.person.start()
        asked = asyncio.create_task(bench.person.ask(SWITCH))
        async with aiohttp.ClientSession() as browser:
            _, fields = await form(browser, page)
            assert await send(browser, page, {**fields, "by": "A"}) == 303
        await asked
        async with asyncio.timeout(120):
            await keyboard.until("answered by A")
        assert sum(isinstance(each, Observed) for each in bench.events) == 1
        await bench.person.stop()
        keyboard.close()

    asyncio.run(run())


class Robot:
    """A channel that answers at once, and notes how many questions were open at a time."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.open = 0

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def show(self, number: int, question: Question, until_s: float, take: Callable[[Reply], None], said: str) -> None:
        self.open += 1
        assert self.open == 1
        self.shown.append(question.id)
        asyncio.get_running_loop().call_soon(take, Reply("R"))

    def withdraw(self, why: str) -> None:
        self.open = 0


def test_power_by_hand_asks_one_thing_at_a_time_and_the_record_holds(tmp_path: Path) -> None:
    async def run() -> Bench:
        robot = Robot()
        bench = Bench(tmp_path, robot)
        power = PersonPower(bench.person)
        await asyncio.gather(power.switch(False), power.switch(True))
        assert robot.shown == ["power-off", "power-on"] and await power.state() is None
        return bench

    bench = asyncio.run(run())
    assert [type(each) for each in bench.events] == [Phase, Observed, Phase, Observed]
    bench.recorder.save(tmp_path / "record.jsonl")
    assert len(read_history(tmp_path / "record.jsonl").of(Observed)) == 2


@pytest.mark.parametrize(
    ("question", "reply", "words"),
    [
        (SWITCH, Reply(""), "give your name"),
        (SWITCH, Reply("A\x1b[2J"), "give your name"),
        (SWITCH, Reply("A" * 81), "give your name"),
        (SWITCH, Reply("A", "x" * (1 << 20) + "x"), "longer than 1 MiB"),
        (SWITCH, Reply("A", able=False), "say why"),
        (Question("t", TELL, "?", "?"), Reply("A", "  "), "found an empty one"),
        (SWITCH, Reply("A", photos=(Photo(b"MZ"),)), "JPEG or PNG"),
        (SWITCH, Reply("A", photos=(Photo(b"\xff\xd8\xff" + bytes(16 << 20)),)), "at most 16"),
        (SWITCH, Reply("A"), ""),
    ],
)
def test_what_counts_as_an_answer(question: Question, reply: Reply, words: str) -> None:
    found = problem(question, reply)
    assert words in found and bool(words) == bool(found)


def test_a_person_without_a_channel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one channel"):
        Bench(tmp_path)


def test_the_page_tells_how_long_for_which_case_and_hands_out_its_files(tmp_path: Path) -> None:
    """Time left, rig, item, case, progress and what is next stand around the question; files are served, no others."""
    run = tmp_path / "run"
    folder = run / "cases" / "power" / "one" / "1"
    (folder / "credentials" / "A").mkdir(parents=True)
    plan = [{"case": "power/one", "attempt": 1}, {"case": "power/two", "attempt": 1}]
    (run / "run.json").write_text(json.dumps({"plan": plan}))
    (folder / "commissioning.csv").write_text("point,address\n")
    (folder / "credentials" / "A" / "key.pem").write_text("KEY")
    (folder / "record.jsonl.part").write_text("secret")

    async def work(page: WebPage, browser: aiohttp.ClientSession) -> None:
        asked = Question(
            "commission", ATTEST, f"As {folder}/commissioning.csv says?", f"按 {folder}/commissioning.csv 配置？"
        )
        page.show(1, asked, 90.0, lambda reply: None, "")
        async with browser.get(page.address) as answer:
            text = await answer.text()
            policy = answer.headers["Content-Security-Policy"]
        for word in ("bench 1", "terminal X", "power/one #1", "0 / 2", "power/two", "Time left", "1:30", "capture="):
            assert word in text, word
        assert "As commissioning.csv says?" in text and "按 commissioning.csv 配置？" in text
        assert "script-src 'sha256-" in policy and "<title>● carbonbench" in text
        links = re.findall(r"href='files/([^']+)'", text)
        assert links == ["commissioning.csv", "credentials/A/key.pem"]
        for name, status in (
            *((link, 200) for link in links),
            ("record.jsonl.part", 404),
            ("../../../../run.json", 404),
            ("%2e%2e/%2e%2e/%2e%2e/run.json", 404),
        ):
            async with browser.get(URL(f"{page.address}files/{name}", encoded=True)) as answer:
                assert answer.status == status, name
        page.withdraw("nobody answered")
        async with browser.get(page.address) as answer:
            text = await answer.text()
        assert "nobody answered" in text and "Time left" not in text and "refresh" in text

    async def served() -> None:
        page = WebPage("127.0.0.1:0", Around(rig="bench 1", item="terminal X", folder=folder))
        await page.start()
        try:
            async with aiohttp.ClientSession() as browser:
                await work(page, browser)
        finally:
            await page.stop()

    asyncio.run(served())
