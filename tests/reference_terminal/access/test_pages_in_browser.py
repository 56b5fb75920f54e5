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


async def _log_in(window: Browser, base: str, name: str) -> None:
    await window.go(f"{base}/login?lang=en", to=f"{base}/login")
    await window.fill(name=name, password=OWN[name])
    await window.run("document.querySelector('main [name=code]').focus()")
    await _press(window, "Enter", 13)
    await _until(window, "Log out")


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
        await window.go(f"{base}/own")
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
        finally:
            await terminal.stop()
            await running

    asyncio.run(body())
