"""Pictures of every page of the reference terminal with data, in both languages and two sizes of a window.

    python tests/support/page_pictures.py FOLDER [--only /live,/log] [--small] [--zh]

Three days of minutes are put into its store, two of three meters answer, one does not; every page is shown to who may
see most of it. It says which pages are left sideways. Leaves looking to whoever asked.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import struct
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent / "terminals"))

from access_kit import OWN, api, change_first, text_of
from accounting_kit import EMITTER, METERS, POINTS, Plant
from browser import Browser, browser
from ports import free_port

from reference_terminal.assembly import Terminal
from reference_terminal.model.times import DAY, HOUR, MINUTE, QUARTER, iso
from reference_terminal.platform import Platform
from reference_terminal.settings.config import load_config

SIZES = ((1280, 800), (800, 480))
DAYS = 3
MINUTE_VALUES = {"grid": 120, "coal": 180, "steam": 1, "bar": 1, "hot": 240}
SHOWN_TO = {
    "olga": (
        "/live", "/trends", "/emissions?class=hour", "/sources", "/records", "/acquisition", "/diagnosis", "/network",
        "/instruments", "/alarms", "/people", "/own",
    ),
    "root": ("/system", "/upgrade", "/acquisition", "/network", "/people"),
    "carl": ("/entry",),
    "rita": ("/entry",),
    "anna": ("/log",),
}  # fmt: skip
OTHER_METERS = """
[[gateways]]
id = "boiler-house"
host = "127.0.0.2"
port = {port}
[[meters]]
id = "boiler-2"
gateway = "boiler-house"
unit = 7
period_s = 10
points = [
  {{ id = "boiler-2.power", kind = "instant", address = 0, type = "u16", scale = "0.1", unit = "kW" }},
  {{ id = "boiler-2.flow", kind = "instant", address = 2, type = "u16", scale = "0.01", unit = "m3/h" }},
]
[[lines]]
id = "rs485-1"
host = "127.0.0.1"
port = {nobody}
baud = 9600
[[meters]]
id = "substation-spare"
line = "rs485-1"
protocol = "dlt645-2007"
address = "202600000017"
period_s = 60
points = [{{ id = "substation-spare.energy", kind = "counter", identifier = "00010000" }}]
[[centres]]
id = "province"
host = "127.0.0.1"
port = {nobody}
mn = "3301000000CBN0000001"
pw = "s3cr3tpw"
codes = {{ grid = "a10001", coal = "a10002" }}
[management]
port = {maintenance}
"""


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every reading of registers with numbers that move a little."""
    try:
        while True:
            number, _, _, unit, code, at, count = struct.unpack(">HHHBBHH", await reader.readexactly(12))
            base = int(3000 + 400 * math.sin(time.time() / 40) + 37 * at)
            pairs = [base % 60_000 if each % 2 or unit == 7 else 0 for each in range(count)]
            octets = struct.pack(f">{count}H", *pairs)
            writer.write(struct.pack(">HHHBBB", number, 0, 3 + len(octets), unit, code, len(octets)) + octets)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def settings(folder: Path, own: int, maintenance: int, meters: int) -> str:
    """The terminal's configuration."""
    more = METERS.replace('id = "g1"', 'id = "works"').replace('"g1"', '"works"')
    more = more.replace('host = "127.0.0.1"', f'host = "127.0.0.1"\nport = {meters}').replace('"m1"', '"main-supply"')
    more += OTHER_METERS.format(port=meters, nobody=free_port(), maintenance=maintenance) + EMITTER
    text = text_of(str(folder / "t.db"), more=more).replace("port = 8080", f"port = {own}")
    begin, end = text.index('[[gateways]]\nid = "g1"'), text.index('[[gateways]]\nid = "works"')
    return (text[:begin] + text[end:]).replace('name = "T1"', 'name = "示范钢铁厂 1# 终端"')


def fill(folder: Path) -> None:
    """Days of minutes, quarters, hours and days up to this hour."""
    now_s = int(time.time()) // 3600 * 3600
    plant = Plant(iso(now_s), path=folder / "t.db")
    first_s = now_s - DAYS * DAY.code
    first_s -= (first_s + 8 * 3600) % DAY.code
    for span in (MINUTE, QUARTER, HOUR, DAY):
        records: list[Any] = []
        for begin_s in range(first_s, now_s - span.code + 1, span.code):
            course = 1 + 0.4 * math.sin((begin_s + 8 * 3600) % DAY.code / DAY.code * 2 * math.pi - 1.6)
            for name, kind, _ in POINTS:
                value = MINUTE_VALUES[name] * course * (span.code / 60 if kind == "counter" else 1)
                records.append(plant.record(name, span, begin_s, f"{value:.2f}"))
        plant.store.add_records(records)
        assert plant.store.flush()
    plant.store.connection.close()


async def order(port: int, name: str, address: str, **body: str) -> None:
    """Something ordered over the interface."""
    token = (await api("POST", "login", {"name": name, "password": OWN[name]}, port=port)).json["token"]
    answer = await api("POST", address, body, token=token, port=port)
    print(f"  {address}: {answer.status} {answer.body.decode()[:120] if answer.status >= 300 else ''}")


async def told(port: int) -> None:
    """What people have done already: instruments, values by hand that wait, an account without a role."""
    today = date.today()
    near, past = today + timedelta(days=3), today - timedelta(days=40)
    entered = (
        ("main-supply", "3301-0117", "DTZ341", "0.5S", "JJG 596-2012", "2025-02-10", str(near)),
        ("boiler-2", "3301-0242", "LWGY-80", "1.0", "JJG 1037-2008", "2023-10-01", str(past)),
    )
    for instrument, number, kind, accuracy, basis, calibrated, due in entered:
        given = {"number": number, "type": kind, "accuracy": accuracy, "basis": basis, "calibrated": calibrated}
        more = {"due": due, "under_verification": "no"}
        await order(port, "olga", "instrument", instrument=instrument, **given, **more)
        place = {"enterprise": "示范钢铁厂", "region": "浙江省杭州市", "sector": "钢铁", "level": "Ⅰ"}
        await order(port, "olga", "instrument-place", instrument=instrument, **place)
    end_s = int(time.time()) // 3600 * 3600
    period = {"class": "hour", "start": iso(end_s - 7200)}
    await order(port, "carl", "manual", point="coal", value="10930.5", reason="地磅单 2026-1125", **period)
    await order(port, "root", "account-add", account="new-clerk")
    await order(port, "root", "inspection-plan", every_min="1")


async def pictures(base: str, remote: str, home: Path, folder: Path, given: argparse.Namespace) -> None:
    """Take them all."""
    only = given.only.split(",") if given.only else None
    for name, paths in SHOWN_TO.items():
        wanted = [path for path in paths if only is None or path.split("?")[0] in only]
        if not wanted:
            continue
        where = remote if name in ("root", "olga") else base
        async with browser("chromium", home / name) as window:
            if only is None or "/login" in only:
                for width, height in SIZES if name == "olga" else ():
                    await window.size(width, height)
                    await window.go(f"{where}/login?lang=zh", to=f"{where}/login")
                    await window.picture(folder / f"login-zh-{width}.png")
            await window.go(f"{where}/login?lang=en", to=f"{where}/login")
            await window.fill(name=name, password=OWN[name])
            await window.click("#login button")
            for _ in range(400):
                if "Log out" in await window.text():
                    break
                await asyncio.sleep(0.05)
            for path in wanted:
                for lang in ("zh",) if given.zh else ("zh", "en"):
                    for width, height in SIZES[1:] if given.small else SIZES:
                        await take(window, where, path, lang, (width, height), folder, name)


async def take(
    window: Browser, base: str, path: str, lang: str, size: tuple[int, int], folder: Path, name: str
) -> None:
    """One page in one language and size: its first window, and the whole of it."""
    await window.size(*size)
    bare = path.split("?")[0]
    await window.go(f"{base}{path}{'&' if '?' in path else '?'}lang={lang}", to=f"{base}{bare}")
    told = f"{bare[1:]}-{name}-{lang}-{size[0]}"
    await window.picture(folder / f"{told}.png")
    wide, high = await window.run("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    if wide > size[0]:
        print(f"SIDEWAYS {told}: {wide} > {size[0]}")
    if high > size[1] and size[0] == SIZES[0][0]:
        await window.size(size[0], min(high, 4000))
        await window.picture(folder / f"{told}-whole.png")


async def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--zh", action="store_true")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    own, maintenance, meters = free_port(), free_port(), free_port()
    with tempfile.TemporaryDirectory() as home:
        place = Path(home)
        fill(place)
        server = await asyncio.start_server(serve, "0.0.0.0", meters)
        terminal = Terminal(load_config(settings(place, own, maintenance, meters)), Platform.real(seed=1))
        running = asyncio.ensure_future(terminal.run())
        try:
            await asyncio.sleep(4)
            await change_first(port=own)
            await told(maintenance)
            await asyncio.sleep(20)
            await pictures(f"http://127.0.0.1:{own}", f"http://127.0.0.1:{maintenance}", place, given.folder, given)
        finally:
            await terminal.stop()
            await running
            server.close()


if __name__ == "__main__":
    asyncio.run(main())
