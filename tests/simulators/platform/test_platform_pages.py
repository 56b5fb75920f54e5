"""The pages of the reference platform in a real browser: login, forms, lists, charts, both languages, both sizes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from browser import Browser, browser
from reference_platform_kit import HOUR_US, START_US, HandClock, furnish, standing

from simulators.platform.core.desk import Desk
from simulators.platform.pages.charts import shortened

_WIDE = "document.documentElement.scrollWidth <= window.innerWidth"
_WHOLE = "document.documentElement.scrollHeight <= window.innerHeight"
_TILES = "[...document.querySelectorAll('.tile,.card')].every(each => each.scrollWidth <= each.clientWidth)"
_LOOK = os.environ.get("CARBONBENCH_PICTURES", "")
"""A folder to keep pictures of every page in, for whoever wants to look."""


def _figures(desk: Desk) -> None:
    desk.create("factor", id="f", carrier="electricity", value="0.57", unit="tCO2/MWh", source="test")
    for hour in range(9):
        desk.create(
            "entry",
            point="A.k01",
            enterprise="A",
            period="hour",
            start=START_US + hour * HOUR_US,
            value=str(900 + 37 * hour),
            unit="kWh",
            evidence="meter",
            reason="抄表",
        )
    desk.change("point", "A.k01", carrier="electricity", source_class="electricity")
    desk.alarm("silent", "terminal MN-A", enterprise="A")
    desk.create(
        "article", id="n1", category="news", title="碳核查通知", body="请于 3 月 31 日前填报。", state="published"
    )
    desk.create("article", id="n2", category="news", title="草稿", body="未定稿", state="draft")


async def _login(window: Browser, root: str, name: str, password: str) -> None:
    await window.go(f"{root}/login")
    await window.fill(account=name, password=password)
    await window.click("button.main")
    await window.settled(f"{root}/")


async def _look(window: Browser, name: str) -> None:
    if _LOOK:
        await window.picture(Path(_LOOK) / f"{name}.png")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Chlor-alkali works", "Chlor-alkali works"),
        ("氯碱化工有限公司", "氯碱化工有限公司"),
        ("钢铁联合企业有限公司 Integrated Steel Works", "钢铁联合企业有限公司 In…"),
        ("中国东部沿海精细化工产业园区", "中国东部沿海精细化工产…"),
    ],
)
def test_a_long_name_has_room_beside_its_bar(name: str, short: str) -> None:
    assert shortened(name) == short


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_in_a_browser(lang: str, tmp_path: Path, program: Callable[[str], str]) -> None:
    async def all_of_it() -> None:
        clock = HandClock(START_US + 9 * HOUR_US)
        async with standing(tmp_path, clock) as platform:
            desk = platform.desk()
            furnish(desk)
            _figures(desk)
            root = f"http://127.0.0.1:{platform.port}"
            async with browser(program("chromium"), tmp_path / "home") as window:
                await _login_refused(window, root, lang)
                await _login(window, root, "operator", "Correct-horse-1")
                await _overview(window, root, lang)
                await _objects(window, root, lang, desk)
                await _analysis(window, root, lang)
                await _rest(window, root, lang)

    asyncio.run(all_of_it())


async def _login_refused(window: Browser, root: str, lang: str) -> None:
    await window.go(f"{root}/objects?lang={lang}", to=f"{root}/login")
    await window.fill(account="operator", password="wrong-wrong-1")
    await window.click("button.main")
    told = ""
    for _ in range(2400):
        told = await window.run("document.querySelector('.problem').innerText")
        if told:
            break
        await asyncio.sleep(0.05)
    assert told == ("账号或密码错误" if lang == "zh" else "name or password is wrong")
    await _look(window, f"login-{lang}")


async def _overview(window: Browser, root: str, lang: str) -> None:
    await window.go(f"{root}/?lang={lang}")
    text = await window.text()
    # 900 + 937 + … + 1196 kWh over nine hours are 9.432 MWh, by 0.57 t/MWh.
    assert "5.376" in text
    assert ("未消除报警" if lang == "zh" else "Standing alarms") in text
    assert await window.run("document.querySelectorAll('svg.chart').length") == 3
    assert await window.run("document.querySelectorAll('svg.chart')[0].querySelectorAll('rect.bar').length") == 9
    for width, height in ((1280, 800), (1920, 1080)):
        await window.size(width, height)
        assert await window.run(_WIDE)
        await _look(window, f"overview-{lang}-{width}")
        await window.go(f"{root}/screen")
        assert await window.run(_WIDE)
        assert await window.run(_WHOLE) and await window.run(_TILES)
        await _look(window, f"screen-{lang}-{width}")
        await window.go(f"{root}/")
    assert await window.run("document.querySelectorAll('svg.chart')[0].querySelectorAll('rect.bar').length") == 9
    await window.size(1280, 800)


async def _objects(window: Browser, root: str, lang: str, desk: Desk) -> None:
    await window.go(f"{root}/objects")
    assert ("供应商" if lang == "zh" else "suppliers") in await window.text()
    await _look(window, f"objects-{lang}")
    await window.go(f"{root}/objects/supplier/new")
    await window.fill(id="s1", enterprise="A", name="<b>北方</b>石灰", region="Hebei")
    await _look(window, f"form-{lang}")
    await window.click("button.main")
    await window.settled(f"{root}/objects/supplier")
    assert "<b>北方</b>石灰" in await window.text()
    assert desk.object("supplier", "s1").name == "<b>北方</b>石灰"
    await window.go(f"{root}/objects/supplier/edit/s1")
    await window.fill(name="北方石灰二厂")
    await window.click("button.main")
    await window.settled(f"{root}/objects/supplier")
    assert [each.what for each in desk.versions("supplier", "s1")] == ["created", "changed"]
    await window.go(f"{root}/objects/supplier/edit/s1")
    await _look(window, f"edit-{lang}")
    await window.go(f"{root}/objects/entry?search=抄表")
    assert await window.run("document.querySelectorAll('tbody tr').length") == 9
    await _look(window, f"list-{lang}")
    await window.go(f"{root}/objects/control_password")
    assert ("无权" if lang == "zh" else "not for you") in await window.text()


async def _analysis(window: Browser, root: str, lang: str) -> None:
    await window.go(f"{root}/analyses/emissions")
    await window.fill(of="enterprise", id="A", period="hour", to="2026-03-02T09:00:00")
    await window.fill(**{"from": "2026-03-02T00:00:00"})
    await window.leave("document.querySelector('main button.main').click()", f"{root}/analyses/emissions")
    assert await window.run("document.querySelectorAll('tbody tr').length") == 9
    assert await window.run("document.querySelectorAll('svg.chart rect.bar').length") == 9
    assert await window.run("document.querySelector('[name=period]').selectedOptions[0].text") == (
        "小时" if lang == "zh" else "hour"
    )
    assert ("完整" if lang == "zh" else "complete") in await window.run("document.querySelector('tbody tr').innerText")
    await _look(window, f"analysis-{lang}")


async def _rest(window: Browser, root: str, lang: str) -> None:
    await window.go(f"{root}/alarms")
    assert "terminal MN-A" in await window.text()
    await _look(window, f"alarms-{lang}")
    await window.click("[data-logout]")
    await window.settled(f"{root}/login")
    await window.go(f"{root}/open")
    shown = await window.text()
    assert "碳核查通知" in shown and "草稿" not in shown
    await _look(window, f"open-{lang}")


_PAGES = ("/", "/screen", "/objects", "/objects/entry", "/objects/factor/new", "/objects/factor/edit/f", "/analyses")
_ASKED = "/analyses/emissions?of=enterprise&id=A&period=hour&from=2026-03-02&to=2026-03-03"
_UNNAMED = """[...document.querySelectorAll('input:not([type=hidden]),select,textarea,button,a')]
    .filter(each => !(each.labels?.length || each.getAttribute('aria-label') || each.textContent.trim()))
    .map(each => each.outerHTML.slice(0, 120)).join('\\n')"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_small_screen_and_the_keyboard_alone(lang: str, tmp_path: Path, program: Callable[[str], str]) -> None:
    async def all_of_it() -> None:
        async with standing(tmp_path, HandClock(START_US + 9 * HOUR_US)) as platform:
            furnish(platform.desk())
            _figures(platform.desk())
            root = f"http://127.0.0.1:{platform.port}"
            async with browser(program("chromium"), tmp_path / "home") as window:
                await window.size(390, 844)
                await window.go(f"{root}/login?lang={lang}")
                assert await window.run(_WIDE)
                await _look(window, f"small-login-{lang}")
                await window.run("document.querySelector('input').focus()")
                for word in ("operator", "Correct-horse-1"):
                    await window.ask("Input.insertText", text=word)
                    key = "Tab" if word == "operator" else "Enter"
                    code = {"Tab": 9, "Enter": 13}[key]
                    for kind in ("rawKeyDown", *(("char",) if key == "Enter" else ()), "keyUp"):
                        told = {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code}
                        await window.ask("Input.dispatchKeyEvent", **told, **({"text": "\r"} if kind == "char" else {}))
                await window.settled(f"{root}/")
                for path in (*_PAGES, _ASKED, "/alarms", "/open"):
                    await window.go(f"{root}{path}")
                    assert await window.run(_WIDE), path
                    assert await window.run(_UNNAMED) == "", path
                    name = path.partition("?")[0].strip("/").replace("/", "-") or "overview"
                    await _look(window, f"small-{name}-{lang}")

    asyncio.run(all_of_it())


def test_an_expired_session_leads_to_the_login(tmp_path: Path, program: Callable[[str], str]) -> None:
    async def all_of_it() -> None:
        clock = HandClock(START_US)
        async with standing(tmp_path, clock) as platform:
            furnish(platform.desk())
            root = f"http://127.0.0.1:{platform.port}"
            async with browser(program("chromium"), tmp_path / "home") as window:
                await _login(window, root, "auditor", "Correct-horse-1")
                await window.go(f"{root}/audit")
                assert "login" in await window.text()
                await _look(window, "audit")
                clock.at_us += 24 * HOUR_US
                await window.go(f"{root}/login")
                await window.leave("location.assign('/objects')", f"{root}/login")

    asyncio.run(all_of_it())
