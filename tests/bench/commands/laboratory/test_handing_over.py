"""From an empty folder to a signed report, as a laboratory does it: commands first, then the buttons of a page."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from browser import Browser, browser
from campaign_kit import ITEM, PAPERS, order, profile_of_the_item
from evidence_kit import Laboratory, laboratory, signed_run
from suite_kit import QUICK, in_place

from bench.commands.laboratory.desk.people import set_password
from bench.commands.laboratory.desk.queue import QUEUED, WITHDRAWN, Queue
from bench.commands.laboratory.serve import Desk, channel
from bench.evidence.lab import load_lab
from bench.evidence.register import Issued, Register
from reports.issue.amend import check_chain

NUMBER = "SL-2026-0001"
PASSWORD = "a long password"


def begun(room: Path) -> tuple[Laboratory, Path]:
    """A laboratory, its signed run of the item, and the campaign that joined it and a person's review."""
    lab = laboratory(room / "lab")
    with lab.toml.open("a", encoding="utf-8") as out:
        out.write((PAPERS / "lab.toml").read_text("utf-8"))
    item = profile_of_the_item(room)

    def campaign(what: str, *words: str | Path, by: str, code: int = 0) -> str:
        told = in_place("campaign", what, room / "out" / "C", *words, "--by", by, "--lab", lab.toml, cwd=room)
        assert told.code == code, told.out + told.err
        return told.err

    (room / "out").mkdir()
    assert 'lacks "tests"' in campaign("new", "--profile", item, by="李四", code=4)
    campaign("new", "--profile", item, by="张三")
    run = signed_run(room / "runs", lab, "--terminal", str(item), cases=QUICK[:1])
    campaign("add", run, by="张三")
    looked = ("--clause", "cpcif/6.1c-2", "--verdict", "pass", "--words", "looked at it")
    assert 'lacks "reviews"' in campaign("review", *looked, by="张三", code=4)
    campaign("review", *looked, by="李四")
    return lab, run


def certified(folder: Path) -> tuple[Path, Path]:
    """A certificate for this computer, and its key."""
    made = (folder / "page.pem", folder / "page.key")
    words = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost")
    subprocess.run(["openssl", *words, "-out", made[0], "-keyout", made[1]], check=True, capture_output=True)
    return made


async def presses(window: Browser, selector: str, then: str) -> str:
    """Press a button that sends a form, wait until the page that answers is there and has what `then` names."""
    await window.run("window.before = true")
    await window.click(selector)
    arrived = f"window.before === undefined && document.readyState === 'complete' && !!document.querySelector({then!r})"
    for _ in range(4800):
        if await window.run(arrived):
            return await window.text()
        await asyncio.sleep(0.05)
    raise AssertionError(f"expected {then}, the page says {await window.text()}")


async def enters(window: Browser, base: str, name: str) -> None:
    """Log in."""
    await window.go(f"{base}/", to=f"{base}/login")
    await window.fill(name=name, password=PASSWORD)
    await presses(window, "main form[action='/login'] button", "#who")
    # No script of any page reads who is logged in.
    assert await window.run("document.cookie") == ""


def test_persons_order_a_run_and_issue_a_campaign_by_the_buttons_of_a_page(
    tmp_path: Path, program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over TLS: log in, order and withdraw a run, keep an order, see what an issue lacks, issue, log out."""
    chromium, pdfsig = program("chromium"), program("pdfsig")
    # Outside git a bench is known by its version and digest: an edited checkout issues nothing.
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "none"))
    (tmp_path / "runs").mkdir()
    lab, run = begun(tmp_path)
    for name in ("张三", "王五"):
        set_password(lab.toml, name, PASSWORD)
    out = tmp_path / "out"
    desk = Desk(out, lab.toml, tmp_path)

    async def idle(queue: Queue) -> None:
        """What was ordered waits until it is withdrawn."""
        await asyncio.Event().wait()

    monkeypatch.setattr(Queue, "work", idle)

    async def walk() -> None:
        server = TestServer(desk.app(), scheme="https")
        await server.start_server(ssl=channel(*certified(tmp_path)))
        base = str(server.make_url("")).rstrip("/")
        order_button = "form[action$='/order'] button"
        try:
            async with browser(chromium, tmp_path / "home") as window:
                await window.ask("Security.setIgnoreCertificateErrors", ignore=True)
                await enters(window, base, "张三")
                await window.fill(cases="x/y", repeat="2")
                assert "x/y × 2" in await presses(window, "main form[action='/queue'] button", "#queue form")
                assert [(each.by, each.state) for each in desk.queue.orders] == [("张三", QUEUED)]
                await presses(window, "#queue form button", "#queue tr:not(:has(form))")
                assert [each.state for each in desk.queue.orders] == [WITHDRAWN]
                await window.go(f"{base}/campaign/C/issue")
                await window.fill(text=order().replace("SN-000123", "SN-000124"))
                assert "SN-000123" in await presses(window, order_button, "#missing")
                assert await window.run("!document.querySelector('#issue')")
                await window.fill(text=order())
                await presses(window, order_button, "#issue")
                # Who orders the tests does not authorise their report.
                assert 'lacks "authorises"' in await presses(window, "#issue", "#said")
                await presses(window, "form[action='/logout'] button", "[name=password]")
                await enters(window, base, "王五")
                await window.go(f"{base}/campaign/C/issue")
                assert f"{NUMBER} issue 1 written, signed" in await presses(window, "#issue", "#said")
                # A second issue wants its reason first.
                assert "7.8.8.1" in await window.text() and await window.run("!document.querySelector('#issue')")
                links = "document.querySelectorAll('#issues a[href$=\"/report.pdf\"]').length"
                assert await window.run(links) == 1
        finally:
            await server.close()

    asyncio.run(walk())
    (issue,) = check_chain(out / "issued" / NUMBER)
    assert issue.signed and issue.facts["job.item.serial"] == ITEM["serial"]
    pdf = out / "issued" / NUMBER / "1" / "report.pdf"
    told = subprocess.run([pdfsig, pdf], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in told and "Total document signed" in told
    entries = [line.entry for line in Register(lab.register, load_lab(lab.toml)).lines()]
    assert [each.issue for each in entries if isinstance(each, Issued)] == [1]
    verified = lab.verify(run)
    assert verified.code == 0, verified.out + verified.err
