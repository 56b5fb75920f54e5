"""A person's browser at a product's pages: Chromium by Playwright, doing the steps that a profile writes down.

Leaves what the pages say to the expressions of the profile, sessions to `visit`. In real time only.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bench.dut import sentences
from bench.dut.access.exchange import Answer

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Locator, Page, Playwright, Response

    from bench.dut.access import Step

STEP_S = 5.0
"""How long a page may take until what a step names is there."""
LOAD_S = 30.0
"""How long a page may take until it is there."""
MOST_WINDOWS = 8
"""So many are open at once; a session whose window was closed gets a new one with its cookies."""
_BLANK = "about:blank"
_LOOK_S = 0.1
_LEAST_LOOKS = 5
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
_TEXTS = ("input", "textarea", "select")


@dataclass(frozen=True)
class PageAnswer(Answer):
    """What a page says after the steps: `text` as a person reads it, `json` what was read, `html` the document.

    `status` and headers are those of the last document; the header `location` is the path at which the browser ended.
    `missing` is what a step named and the page did not have; empty where every step was done.
    """

    said: str = ""
    read: Mapping[str, str] = field(default_factory=dict[str, str])
    missing: str = ""

    @cached_property
    def text(self) -> str:
        """What a person reads."""
        return self.said

    @property
    def html(self) -> str:
        """The document itself."""
        return self.octets.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Any:
        """What was read."""
        return dict(self.read)


class Missing(Exception):
    """What a step names is not on the page."""


class Window:
    """One person's window: a browser's context of its own, with its cookies, and the last document's answer."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context, self.page = context, page
        self.status = 0
        self.fields: tuple[tuple[str, str], ...] = ()
        page.on("response", self._heard)

    def _heard(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self.status = response.status
            self.fields = tuple(response.headers.items())


class Browsers:
    """A browser that is started when it is first wanted; each session has a window of its own."""

    def __init__(self, program: str = "") -> None:
        self._program = program
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._windows: dict[int, tuple[object, Window]] = {}

    async def _started(self) -> Browser:
        if self._browser is not None:
            return self._browser
        program = self._program or next((found for name in PROGRAMS if (found := shutil.which(name))), "")
        if not program:
            raise LookupError(str(sentences.NO_CHROMIUM()))
        try:
            from playwright.async_api import Error, async_playwright
        except ImportError:
            raise LookupError(str(sentences.NO_PLAYWRIGHT())) from None
        self._playwright = await async_playwright().start()
        try:
            self._browser = await self._playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        except Error as error:
            await self.close()
            raise LookupError(str(sentences.BROWSER_FAILS(program=program, error=_first_line(error)))) from None
        return self._browser

    async def window(self, owner: object, base: str, cookies: Mapping[str, str]) -> Window:
        """The window of a session; a new one bears its cookies."""
        found = self._windows.pop(id(owner), None)
        if found is None:
            browser = await self._started()
            if len(self._windows) >= MOST_WINDOWS:
                _, oldest = self._windows.pop(next(iter(self._windows)))
                await oldest.context.close()
            context = await browser.new_context(
                ignore_https_errors=True,
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
                viewport={"width": 1280, "height": 800},
            )
            parts = urlsplit(base)
            site = f"{parts.scheme}://{parts.netloc}/"
            await context.add_cookies([{"name": name, "value": text, "url": site} for name, text in cookies.items()])
            found = (owner, Window(context, await context.new_page()))
        self._windows[id(owner)] = found
        return found[1]

    async def visit(
        self,
        owner: object,
        base: str,
        cookies: Mapping[str, str],
        steps: Sequence[Step],
        fill: Callable[[str], str],
        file: Mapping[str, Any] | None = None,
    ) -> tuple[PageAnswer, dict[str, str]]:
        """Do the steps in a session's window: what the page says then, and the cookies by then.

        A step that cannot be done ends them: `missing` names it. Raises LookupError, OSError or TimeoutError.
        """
        from playwright.async_api import Error
        from playwright.async_api import TimeoutError as Late

        read: dict[str, str] = {}
        missing = ""
        try:
            window = await self.window(owner, base, cookies)
            if window.page.url == _BLANK and steps and not steps[0].open:
                await window.page.goto(base, wait_until="load", timeout=LOAD_S * 1000)
            for step in steps:
                try:
                    await self._do(window.page, base, step, fill, read, file)
                except Missing:
                    missing = step.named
                    break
            await window.page.wait_for_load_state("load", timeout=LOAD_S * 1000)
            said = await window.page.evaluate("document.body ? document.body.innerText : ''")
            content = await window.page.content()
            parts = urlsplit(window.page.url)
            kept = {each.get("name", ""): each.get("value", "") for each in await window.context.cookies()}
        except Late as error:
            raise TimeoutError(_first_line(error)) from None
        except Error as error:
            raise ConnectionError(_first_line(error)) from None
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        fields = (*((name, text) for name, text in window.fields if name != "location"), ("location", path))
        return PageAnswer(window.status, fields, content.encode(), str(said), read, missing), kept

    async def _do(
        self,
        page: Page,
        base: str,
        step: Step,
        fill: Callable[[str], str],
        read: dict[str, str],
        file: Mapping[str, Any] | None,
    ) -> None:
        """One step. Raises Missing, and what Playwright raises."""
        if step.open:
            await page.goto(base.rstrip("/") + fill(step.open), wait_until="load", timeout=LOAD_S * 1000)
            return
        if step.key:
            await page.keyboard.press(step.key)
            return
        place = page.locator(fill(step.named)).first
        await _there(place, step.within_s or STEP_S, shown=bool(step.wait))
        patience = LOAD_S * 1000
        if step.fill:
            await place.fill(fill(step.text), timeout=patience)
        elif step.choose:
            await place.select_option(fill(step.text), timeout=patience)
        elif step.press:
            await place.click(timeout=patience)
        elif step.hand_over:
            await place.set_input_files(dict(file or {}), timeout=patience)  # type: ignore[arg-type]
        elif step.read:
            kind = await place.evaluate("each => each.tagName.toLowerCase()")
            got = await (place.input_value() if kind in _TEXTS else place.inner_text())
            read[step.name or step.read] = got.strip()

    async def close(self) -> None:
        """End the browser."""
        self._windows.clear()
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        if browser is not None:
            await browser.close()
        if playwright is not None:
            await playwright.stop()


async def _there(place: Locator, within_s: float, *, shown: bool) -> None:
    """Wait until something is on the page, or to be seen. Raises Missing.

    The page is asked several times whatever the time is, so that a slow computer takes nothing away.
    """
    from playwright.async_api import Error

    loop = asyncio.get_running_loop()
    end, asked = loop.time() + within_s, 0
    while asked < _LEAST_LOOKS or loop.time() < end:
        try:
            if await (place.is_visible() if shown else place.count()):
                return
            asked += 1
        except Error:
            # The page is being left for another one.
            if place.page.is_closed():
                raise
        await asyncio.sleep(_LOOK_S)
    raise Missing


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
