"""Behind the live page: who may what, queue, from a clause down to a frame, two runs, the person's question, issue."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from browser import Browser as Window
from browser import browser as chromium
from suite_kit import REFERENCE, in_place

from bench.captures import holding
from bench.commands.laboratory import serve
from bench.commands.laboratory.desk import asking, handing, looking
from bench.commands.laboratory.desk.people import LASTS_S, PAUSE_S, TRIES, People, PeopleError, set_password
from bench.commands.laboratory.desk.queue import Queue, QueueError
from bench.commands.laboratory.serve import Desk, file_name
from bench.journal import RESULT, Process, attempts, read_run, write_run
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
Client = TestClient[web.Request, web.Application]


def browsed(desk: Desk, walk: Callable[[Client], Awaitable[None]]) -> None:
    """A walk through the pages of a desk."""

    async def work() -> None:
        async with TestClient(TestServer(desk.app())) as browser:
            await walk(browser)

    asyncio.run(work())


async def got(browser: Client, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
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

    async def walk(browser: Client) -> None:
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

    async def walk(browser: Client) -> None:
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
            ({"rig": "moon"}, "expected one of the rigs virtual"),
            ({"profile": "../item.toml"}, "expected one of the profiles item.toml"),
            ({"cases": "--defect x"}, "expected a case"),
            ({"repeat": "0"}, "1 to 100"),
        ):
            order = {"profile": "item.toml", "rig": "virtual", "cases": "", "repeat": "1", **token, **wrong}
            code, page = await got(browser, "/queue", order)
            assert code == 422 and words in page, words
        code, page = await got(browser, "/campaign/c/order", {**token, "text": "[report]\nnumbr = 'x'"})
        assert code == 422 and "did you mean &#39;number&#39;" in page
        code, page = await got(browser, "/campaign/c/order", {**token, "text": "[report]\nnumber = 'R-7'"})
        assert code == 200 and "R-7" in page and "7.8.2.1 e" in page and "7.8.2.1 m" in page
        await got(browser, "/logout", token)
        assert 'type="password"' in (await got(browser, "/"))[1]

    browsed(Desk(own.parent, lab, own.parent), walk)
    assert handing.number_of(own.parent / "c") == "R-7"
    with pytest.raises(PaperError):
        handing.kept(own.parent / "c", "= nonsense")
    assert not (own.parent / "c" / "job.toml.new").exists()


def test_other_sites_names_and_paths_get_nothing(own: Path) -> None:
    lab = laboratory(own.parent)
    assert in_place("campaign", "new", own.parent / "c", "--profile", REFERENCE, cwd=own.parent).code == 0
    for name in ("Zhang", "Li"):
        set_password(lab, name, PASSWORD)
    for place in ("issued", "elsewhere"):
        (own.parent / place / "1").mkdir(parents=True)
        (own.parent / place / "1" / "report.pdf").write_bytes(b"%PDF")

    async def walk(browser: Client) -> None:
        who = {"name": "Zhang", "password": PASSWORD}
        before = token_in((await got(browser, "/login"))[1])
        # Whoever has not logged in knows a token, and that of nobody else.
        _, page = await got(browser, "/login", {"token": before, **who})
        token = {"token": token_in(page)}
        assert token["token"] != before
        order = {"profile": "none.toml", "rig": "virtual", "repeat": "1"}
        assert (await got(browser, "/queue", {**order, "token": before}))[0] == 403
        foreign = {"Origin": "http://evil.example"}
        async with await browser.post("/queue", data={**order, **token}, headers=foreign) as refused:
            assert refused.status == 403 and refused.headers["X-Frame-Options"] == "DENY"
        async with await browser.get("/", headers={"Host": "evil.example"}) as refused:
            assert refused.status == 403
        digits = "9" * 5000
        paths = (f"/run/{own.name}/case/x/{digits}", f"/run/{own.name}/event/x/1/{digits}")
        for path in (*paths, f"/run/{own.name}/case/..%2f..%2fx/1", "/run/..%2f/report", "/campaign/%2e%2e/issue"):
            assert (await got(browser, path))[0] == 404, path
        await got(browser, "/campaign/c/order", {**token, "text": "[report]\nnumber = '../elsewhere'"})
        assert (await got(browser, "/campaign/c/issued/1/report.pdf"))[0] == 404
        async with await browser.get(f"/run/{own.name}/report") as report:
            assert report.status == 200 and "sandbox" in report.headers["Content-Security-Policy"]

    browsed(Desk(own.parent, lab, own.parent), walk)


def test_the_name_of_a_file_that_is_handed_in_names_no_other_place() -> None:
    for told, kept in (("a.png", "a.png"), ("../../x", "x"), ("..", "file"), ("c:\\d\\e.pdf", "e.pdf"), ("a\0b", "ab")):
        assert file_name(told) == kept


def test_a_session_ends_and_guessing_is_slow(tmp_path: Path) -> None:
    lab = laboratory(tmp_path)
    set_password(lab, "Li", PASSWORD)
    clock = [0.0]
    people = People.of(lab)
    people.now_s = lambda: clock[0]
    session = people.login("Li", PASSWORD)
    assert people.name(session) == "Li"
    clock[0] = LASTS_S + 1
    assert people.name(session) == ""
    for _ in range(TRIES):
        assert people.login("Li", "a wrong guess") == ""
    assert people.login("Li", PASSWORD) == ""
    clock[0] += PAUSE_S
    assert people.name(people.login("Li", PASSWORD)) == "Li"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--at", "0.0.0.0:0"), "nobody has a password"),
        (("--plain",), "nobody has a password"),
        (("--at", "0.0.0.0:0", "--lab", "lab.toml"), "--certificate and --key"),
        (("--certificate", "lab.toml"), "one goes with the other"),
        (("--certificate", "lab.toml", "--key", "lab.toml"), "cannot be used together"),
        (("--certificate", "none.pem", "--key", "none.pem"), "cannot be used together"),
    ],
)
def test_others_are_served_only_with_passwords_and_over_tls(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    set_password(laboratory(tmp_path), "Li", PASSWORD)
    (tmp_path / "out").mkdir()
    done = in_place("serve", *words, cwd=tmp_path)
    assert done.code == 4 and told in done.err and len(done.err.strip().splitlines()) == 1


def test_what_is_half_typed_stays_while_the_page_lives(
    own: Path, program: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Start page and page of a run: parts that live are renewed, fields and opened details stay as they are."""
    path = program("chromium")
    shutil.copy(REFERENCE, own.parent / "item.toml")
    for name in ("_SLOW_S", "_REFRESH_S"):
        monkeypatch.setattr(serve, name, 0.1)
    desk = Desk(own.parent, None, own.parent)

    async def idle(queue: Queue) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Queue, "work", idle)

    def ordered(case: str) -> None:
        desk.queue.add(by="Li", profile="item.toml", rig="virtual", cases=(case,), repeat="1")

    async def walk() -> None:
        server = TestServer(desk.app())
        await server.start_server()
        base = str(server.make_url("")).rstrip("/")
        try:
            async with chromium(path, tmp_path / "home") as window:
                ordered("a/first")
                await window.go(f"{base}/")
                await window.fill(cases="half-ty", by="Zha")
                await window.run("document.querySelector('[name=cases]').focus()")
                ordered("a/second")
                await until(window, "a/second")
                for script, kept in (
                    ("document.querySelector('[name=cases]').value", "half-ty"),
                    ("document.querySelector('[name=by]').value", "Zha"),
                    ("document.activeElement.name", "cases"),
                ):
                    assert await window.run(script) == kept
                under_way = next(iter(attempts(own)))
                result = (under_way.folder / RESULT).read_bytes()
                (under_way.folder / RESULT).unlink()
                lives(own)
                await window.go(f"{base}/run/{own.name}")
                await window.run("document.querySelector('#verdicts summary').click()")
                key = await window.run("document.querySelector('#verdicts details').dataset.key")
                case = under_way.begun.case
                assert key and case not in await window.run("document.getElementById('verdicts').innerText")
                (under_way.folder / RESULT).write_bytes(result)
                await until(window, case, within="#verdicts")
                assert await window.run("document.querySelectorAll('#verdicts details[open]').length") == 1
                assert await window.run("document.querySelector('#verdicts details[open]').dataset.key") == key
        finally:
            await server.close()

    asyncio.run(walk())


def lives(run: Path) -> None:
    """Let a run be under way: this process has it, and it has not ended."""
    told = read_run(run)
    sitting = msgspec.structs.replace(told.sittings[-1], process=Process.this(), ended="")
    write_run(run, msgspec.structs.replace(told, sittings=(*told.sittings[:-1], sitting)))


async def until(window: Window, words: str, without: str = "#nothing", within: str = "body") -> None:
    """Wait until a complete page says these words within a part and has nothing that a selector names."""
    lacks = f"document.readyState === 'complete' && document.querySelector({without!r}) === null"
    says = f"document.querySelector({within!r}).innerText"
    for _ in range(1200):
        if await window.run(lacks) and words in (await window.run(says) or ""):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"expected {words!r} and no {without}, the page says {await window.text()}")


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

    async def walk(browser: Client) -> None:
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
