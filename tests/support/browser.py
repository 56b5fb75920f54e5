"""A real browser under a test's hand: Chromium over its debugging pipe, without a library of its own.

Leaves what is looked at to the tests. Words are those of the DevTools protocol.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
_LONGEST_S = 60
_LEFT = ("navigated or closed", "Cannot find context", "context was destroyed")


class Left(AssertionError):
    """The page that was asked makes way for another one."""


class Browser:
    """One window."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._number = 0
        self._session = ""
        self.events: list[dict[str, Any]] = []

    async def ask(self, method: str, **given: Any) -> dict[str, Any]:
        """One command and its answer."""
        self._number += 1
        told: dict[str, Any] = {"id": self._number, "method": method, "params": given}
        if self._session:
            told["sessionId"] = self._session
        self._writer.write(json.dumps(told).encode() + b"\0")
        await self._writer.drain()
        while True:
            heard = json.loads((await asyncio.wait_for(self._reader.readuntil(b"\0"), _LONGEST_S))[:-1])
            if heard.get("id") == self._number:
                if "error" in heard:
                    gone = any(words in str(heard["error"]) for words in _LEFT)
                    raise (Left if gone else AssertionError)(f"{method}: {heard['error']}")
                return heard["result"]
            self.events.append(heard)

    async def open(self, width: int, height: int) -> None:
        """Open the window."""
        target = await self.ask("Target.createTarget", url="about:blank")
        attached = await self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        await self.ask("Page.enable")
        await self.ask("Runtime.enable")
        await self.size(width, height)

    async def size(self, width: int, height: int) -> None:
        """Another size of the window."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    async def go(self, url: str, *, to: str = "") -> None:
        """Open a page and wait until it is there, or the one that it leads to."""
        await self.ask("Page.navigate", url=url)
        await self.settled(to or url.split("?")[0])

    async def settled(self, address: str) -> None:
        """Wait until a page of this address is complete."""
        await self._until("[document.readyState, location.href.split('?')[0]]", ["complete", address])

    async def leave(self, script: str, address: str) -> None:
        """Do what leads to another page, of the same address perhaps, and wait until that one is complete."""
        await self.run("window.old = true")
        with suppress(Left):
            await self.run(script)
        await self._until(
            "[window.old === true, document.readyState, location.href.split('?')[0]]", [False, "complete", address]
        )

    async def _until(self, script: str, value: Any) -> None:
        found: Any = None
        for _ in range(4800):
            with suppress(Left):
                found = await self.run(script)
            if found == value:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"expected {value}, the browser is at {found}")

    async def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        found = await self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            return None
        return found["result"].get("value")

    async def fill(self, **fields: str) -> None:
        """Type into fields by their names."""
        for name, text in fields.items():
            await self.run(f"document.querySelector('main [name={name}]').value = {json.dumps(text)}")

    async def click(self, selector: str) -> None:
        """Click on what a selector names; it may lead to another page."""
        with suppress(Left):
            await self.run(f"document.querySelector({json.dumps(selector)}).click()")

    async def text(self) -> str:
        """What the page says; the next one where it goes away meanwhile."""
        while True:
            with suppress(Left):
                return str(await self.run("document.body.innerText"))

    async def picture(self, path: Path) -> None:
        """The window as it is, as PNG."""
        taken = await self.ask("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(taken["data"]))


@asynccontextmanager
async def browser(program: str, home: Path, *, width: int = 1280, height: int = 800) -> AsyncGenerator[Browser]:
    """A browser with one window; it is gone at the end."""
    loop = asyncio.get_running_loop()
    (their_in, our_out), (our_in, their_out) = os.pipe(), os.pipe()
    command = f'exec "$@" 3<&{their_in} 4>&{their_out}'
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", command, "browser", program, *_FLAGS, f"--user-data-dir={home}", "about:blank"),
        pass_fds=(their_in, their_out),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    os.close(their_in)
    os.close(their_out)
    reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(our_in, "rb"))
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(our_out, "wb"))
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    window = Browser(reader, writer)
    try:
        await window.open(width, height)
        yield window
    finally:
        writer.close()
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
