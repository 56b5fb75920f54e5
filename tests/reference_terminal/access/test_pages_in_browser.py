"""The terminal's pages in a real browser, as a person uses them: forms by keyboard and mouse, a small screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from access_kit import OWN, change_first, text_of
from browser import Browser, browser
from ports import free_port

from reference_terminal.assembly import Terminal
from reference_terminal.platform import Platform
from reference_terminal.settings.config import load_config


async def _press(window: Browser, key: str, code: int) -> None:
    for kind in ("keyDown", "keyUp"):
        await window.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, text="\r")


async def _until(window: Browser, words: str) -> str:
    """Wait until the page says these words."""
    text = ""
    for _ in range(2400):
        text = await window.text()
        if words in text:
            return text
        await asyncio.sleep(0.05)
    raise AssertionError(f"expected {words!r}, the page says {text}")


async def _dated(base: str, program: str, home: Path) -> None:
    """Instants are typed as they are read, and what is wrong with one is told in the page's language."""
    async with browser(program, home, width=800, height=480) as window:
        await _log_in(window, base, "anna")
        await window.go(f"{base}/log?lang=zh", to=f"{base}/log")
        await window.fill(**{"from": "1.3.2026"})
        await window.click("#search button")
        assert "YYYY-MM-DD" in await window.run("document.querySelector('main [name=from]').validationMessage")
        await window.run(
            "document.querySelector('main [name=from]').dispatchEvent(new Event('input', {bubbles: true}))"
        )
        await window.fill(**{"from": "2020-03-01 08:00"})
        await window.leave("document.querySelector('#search button').click()", f"{base}/log")
        assert await window.run("document.querySelector('main [name=from]').value") == "2020-03-01 08:00"
        assert "anna" in await window.run("document.querySelector('main table').innerText")
        await _tabbed(window, base, "/log")


async def _log_in(window: Browser, base: str, name: str) -> None:
    await window.go(f"{base}/login?lang=en", to=f"{base}/login")
    await window.fill(name=name, password=OWN[name])
    await window.run("document.querySelector('main [name=code]').focus()")
    await _press(window, "Enter", 13)
    await _until(window, "Log out")


_REACHED = """[...document.querySelectorAll('a[href],button,input:not([type=hidden]),select,textarea,[tabindex="0"]')]
    .filter((each) => each.getClientRects().length > 0)"""
"""What a person can use on a page, in the order in which it stands there."""
_SEEN = """(() => {
    const here = document.activeElement, shown = here.matches('.pick input') ? here.nextElementSibling : here;
    const style = getComputedStyle(shown);
    return [EVERY.indexOf(here), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2];
})()""".replace("EVERY", _REACHED)


async def _tabbed(window: Browser, base: str, path: str) -> None:
    """Every function of a page is reached by the tabulator, in order, and shows that it is."""
    await window.go(f"{base}{path}")
    count = await window.run(f"{_REACHED}.length")
    for number in range(count):
        for kind in ("rawKeyDown", "keyUp"):
            await window.ask("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        assert await window.run(_SEEN) == [number, True], (path, number, count)


async def _used(base: str, program: str, home: Path) -> None:
    async with browser(program, home, width=800, height=480) as window:
        await _log_in(window, base, "root")
        await window.go(f"{base}/acquisition")
        await window.fill(period_s="120")
        await window.click("#period button")
        await _until(window, "Done")
        for _ in range(600):
            # The terminal is put together anew, within a second or so.
            if "\t120\t" in await window.text():
                break
            await asyncio.sleep(0.1)
            await window.go(f"{base}/acquisition")
        assert "\t120\t" in await window.text()
        await window.fill(period_s="0")
        await window.click("#period button")
        for _ in range(2400):
            if await window.run("document.querySelector('#said') !== null"):
                break
            await asyncio.sleep(0.05)
        assert "period" in await window.text()
        assert await window.run("document.querySelector('#said') !== null")
        wide = await window.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert wide, "a small screen is not left sideways"
        for path in ("/acquisition", "/network", "/instruments", "/system", "/upgrade", "/people"):
            await _tabbed(window, base, path)
        await window.go(f"{base}/upgrade?lang=zh", to=f"{base}/upgrade")
        await window.click("form.file button")
        assert await window.run("document.querySelector('form.file input').validationMessage") == "请填写此项"
        await window.go(f"{base}/own?lang=en", to=f"{base}/own")
        await window.click("#search button")
        await _until(window, "otpauth://")
        await window.fill(code="000000")
        await window.click("#second-factor-confirm button")
        await _until(window, "no code of the secret")
        await window.go(f"{base}/upgrade")
        told = await window.run(
            "fetch('/backup', {method: 'POST', body: new URLSearchParams({proof: document.body.dataset.proof})})"
            ".then(async (answer) => [answer.status, Object.keys(await answer.json()).includes('settings')])"
        )
        assert told == [200, True]
        await window.click("#logout")
        await _until(window, "Log in")


def test_a_person_configures_at_the_pages(tmp_path: Path, program: Callable[[str], str]) -> None:
    chromium = program("chromium")
    own, port = free_port(), free_port()
    text = text_of(str(tmp_path / "t.db"), more=f"[management]\nport = {port}\n").replace(
        "port = 8080", f"port = {own}"
    )

    async def body() -> None:
        terminal = Terminal(load_config(text), Platform.real(seed=1))
        running = asyncio.ensure_future(terminal.run())
        for _ in range(2400):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                break
        try:
            await change_first("root", port=own)
            await _used(f"http://127.0.0.1:{port}", chromium, tmp_path / "home")
            await change_first("anna", port=own)
            await _dated(f"http://127.0.0.1:{own}", chromium, tmp_path / "other")
        finally:
            await terminal.stop()
            await running

    asyncio.run(body())
