"""Pages: login by cookie, forms with their proof, every page for every role in both languages (ISC-2 8.1, 8.2)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

from access_kit import OWN, ROLE, Answered, Life, api, ask, events, live, text_of, token_of
from line_kit import Peer
from standby_kit import Plant

from reference_terminal.access.rights import may
from reference_terminal.model.times import iso
from reference_terminal.web.pages.content import PAGES


@dataclass
class Browser:
    """What a person's browser keeps: the cookie, and of the last page its proof."""

    cookie: str = ""
    proof: str = ""

    async def open(self, path: str, **fields: str) -> Answered:
        answer = await ask("GET", path, fields={"Cookie": self.cookie, **fields})
        found = re.search(rb'data-proof="([^"]*)"', answer.body)
        self.proof = found[1].decode() if found else ""
        return answer

    async def send(self, path: str, **given: str) -> Answered:
        return await ask("POST", path, form=urlencode(given).encode(), fields={"Cookie": self.cookie})

    async def order(self, to: str, back: str, **given: str) -> Answered:
        await self.open(back)
        return await self.send("/form", _to=to, _back=back, proof=self.proof, **given)


async def logged_in(name: str) -> Browser:
    browser = Browser()
    answer = await browser.send("/login", name=name, password=OWN[name], code="")
    assert answer.status == 303, answer.body
    said = answer.fields["set-cookie"]
    assert "HttpOnly" in said and "SameSite=Strict" in said
    browser.cookie = said.partition(";")[0]
    return browser


class Balance(HTMLParser):
    """Whether every element that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "link", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_page_is_shown_to_who_may_see_it_in_both_languages_and_to_nobody_else() -> None:
    async def body(life: Life) -> None:
        for page in PAGES:
            assert (await ask("GET", page.path)).fields["location"] == "/login"
        for name, role in ROLE.items():
            browser = await logged_in(name)
            for page in PAGES:
                answer = await browser.open(f"{page.path}?lang=en")
                assert answer.status == (200 if may(role, page.right) else 403), (role, page.path)
                assert "frame-ancestors 'none'" in answer.fields["content-security-policy"]
                if answer.status == 200:
                    chinese = (await browser.open(f"{page.path}?lang=zh")).body.decode()
                    assert f"<h1>{page.title.en}</h1>" in answer.body.decode()
                    assert f"<h1>{page.title.zh}</h1>" in chinese
                    balance = Balance()
                    balance.feed(chinese)
                    assert balance.open == []
        refused = [each["subject"] for each in await events(type="access") if each["user"]]
        forbidden = sum(not may(role, page.right) for role in ROLE.values() for page in PAGES)
        assert len(refused) == forbidden, "a page asks for nothing that its reader may not see"

    live(body)


def test_a_form_without_the_proof_of_its_page_changes_nothing() -> None:
    async def body(life: Life) -> None:
        root, other = await logged_in("root"), await logged_in("root")
        await other.open("/people")
        for proof in ("", "guessed", other.proof):
            sent = {"_to": "account-disable", "_back": "/people", "account": "vera", "proof": proof}
            assert (await root.send("/form", **sent)).status == 403
        cookie = {"Cookie": root.cookie}
        assert (await api("POST", "account-disable", {"account": "vera"}, fields=cookie)).code == "no-proof"
        assert not next(each for each in (await accounts()) if each["account"] == "vera")["disabled"]
        assert (await root.order("account-disable", "/people", account="vera")).status == 303
        assert next(each for each in (await accounts()) if each["account"] == "vera")["disabled"]
        refused = await root.order("audit-clear", "/people", before="2026-01-01T00:00:00+08:00")
        assert refused.status == 403, "a form can do what its sender may, and no more"

    async def accounts() -> list[dict[str, object]]:
        return (await api("GET", "accounts", token=await token_of("anna"))).json["accounts"]

    live(body)


def test_a_page_that_fetches_itself_keeps_no_session_open() -> None:
    async def body(life: Life) -> None:
        browser = await logged_in("vera")
        for _ in range(10):
            await asyncio.sleep(59)
            assert (await browser.open("/live", **{"X-Refresh": "1"})).status == 200
        await asyncio.sleep(12)
        assert (await browser.open("/live", **{"X-Refresh": "1"})).status == 303
        browser = await logged_in("vera")
        await browser.open("/live")
        assert (await browser.send("/logout", proof=browser.proof)).status == 303
        assert (await browser.open("/live")).fields["location"] == "/login"

    live(body)


def test_a_value_by_hand_counts_once_another_person_has_released_it(tmp_path: Path) -> None:
    async def body(life: Life) -> None:
        await asyncio.sleep(7300)
        start = iso((life.clock.time_ns() // 10**9 - 7200) // 3600 * 3600)
        clerk, reviewer = await logged_in("carl"), await logged_in("rita")
        given = {"point": "energy", "class": "hour", "start": start, "value": "12.5", "reason": "<b>read by eye</b>"}
        sent = await clerk.order("manual", "/entry", **given)
        assert b"waiting for release" in sent.body and b"<b>read" not in sent.body
        viewer = await token_of("vera")

        async def value() -> object:
            asked = f"records?point=energy&class=hour&from={start.replace('+', '%2B')}&limit=1"
            rows = (await api("GET", asked, token=viewer)).json["records"]
            return rows[0]["value"] if rows else None

        assert await value() is None
        own = await clerk.order("proposal", "/entry", number="1", decision="release", reason="x")
        assert own.status == 403
        done = await reviewer.order("proposal", "/entry", number="1", decision="release", reason="seen")
        assert done.status == 200 and b"released" in done.body
        assert await value() == "12.5"
        again = await reviewer.order("proposal", "/entry", number="1", decision="release", reason="seen")
        assert again.status == 404
        entries = await events(type="manual%20value")
        assert [(each["code"], each["user"]) for each in entries] == [
            ("manual-proposed", "carl"),
            ("manual-entry", "rita"),
            ("manual-released", "rita"),
        ]

    live(body, text_of(str(tmp_path / "t.db")))


def test_instruments_are_due_by_the_months_of_the_clock() -> None:
    async def body(life: Life) -> None:
        operator = await token_of("olga")
        entry = {
            "instrument": "m1",
            "number": "A-1",
            "type": "Maker X1",
            "accuracy": "0.5 S",
            "basis": "JJG 596",
            "calibrated": "2025-03-10",
            "due": "2026-03-09",
            "under_verification": "no",
        }

        async def state(**changes: str) -> str:
            assert (await api("POST", "instrument", {**entry, **changes}, token=operator)).status == 200
            return (await api("GET", "instruments", token=operator)).json["instruments"][0]["state"]

        assert await state() == "due-this-month"
        assert await state(due="2026-04-30") == "due-next-month"
        assert await state(due="2026-05-01") == "valid"
        assert await state(due="2026-02-28") == "overdue"
        assert await state(under_verification="yes") == "under-verification"
        assert (await api("POST", "instrument", {**entry, "due": "soon"}, token=operator)).status == 400

    live(body)


HEADS = "instrument,number,calibrated,due,enterprise,region,sector,level\n"
TABLE = f"""{HEADS}f1,A-1,2025-03-10,2027-03-09,示范钢铁厂,华北,钢铁,一级
f2,A-2,2025-03-10,2027-03-09,示范水泥厂,华东,水泥,二级
"""


async def imported(text: str, token: str) -> Answered:
    return await ask("POST", "/api/v1/instrument-table?author=olga", token=token, form=text.encode())


async def instruments(token: str, **sought: str) -> list[str]:
    found = (await api("GET", f"instruments?{urlencode(sought)}", token=token)).json
    return [each["instrument"] for each in found["instruments"]]


def test_a_register_is_imported_searched_exported_and_kept(tmp_path: Path) -> None:
    async def body(life: Life) -> None:
        operator = await token_of("olga")
        assert (await imported(TABLE, operator)).json == {"taken": 2}
        assert await instruments(operator) == ["m1", "f1", "f2"]
        assert await instruments(operator, level="一级") == ["f1"]
        assert await instruments(operator, level="一级", region="华东") == []
        refused = await imported(HEADS + "f3,A-3,2025-03-10,2027-03-09,,,,\nf4,A-4,soon,,,,,\n", operator)
        assert refused.status == 400 and "line 3" in refused.body.decode()
        assert await instruments(operator) == ["m1", "f1", "f2"], "a table is taken whole or not at all"
        place = {"instrument": "m1", "enterprise": "", "region": "华北", "sector": "", "level": ""}
        assert (await api("POST", "instrument-place", place, token=operator)).status == 200
        assert await instruments(operator, region="华北") == ["m1", "f1"]
        exported = (await api("GET", "instrument-table", token=operator)).body.decode()
        assert "f2,A-2,,,,2025-03-10,2027-03-09,no,示范水泥厂,华东,水泥,二级" in exported
        assert (await imported(TABLE, await token_of("vera"))).status == 403
        browser = await logged_in("olga")
        page = await browser.open(f"/instruments?{urlencode({'level': '一级', 'region': '', 'lang': 'en'})}")
        assert page.status == 200
        assert b"A-1<" in page.body and b"A-2<" not in page.body

    async def later(life: Life) -> None:
        assert (await instruments(await token_of("olga"))) == ["m1", "f1", "f2"]

    database = text_of(str(tmp_path / "t.db"))
    live(body, database)
    live(later, database, changed=False)


def test_the_state_of_a_machine_is_told_where_there_is_one() -> None:
    async def body(life: Life) -> None:
        token = await token_of("root")
        found = (await api("GET", "system", token=token)).json
        assert found["cpu_percent"] is None and found["programs"][0]["program"] == "terminal"
        meter = (await api("GET", "acquisition", token=token)).json["meters"][0]
        assert meter["protocol"].startswith("modbus")
        assert meter["heard"] is False, "nobody stands at its address"

    live(body)


def test_a_line_is_listened_to_while_somebody_looks() -> None:
    async def body(life: Life) -> None:
        plant = Plant(lambda now_s: False)
        server = await asyncio.start_server(Peer(plant.replies).serve, "127.0.0.1", 4002)
        operator, browser = await token_of("olga"), await logged_in("olga")
        assert (await api("GET", "diagnosis?line=l9", token=operator)).status == 404
        assert (await api("GET", "diagnosis", token=operator)).json["lines"] == ["l1", "g1"]
        assert (await browser.open("/diagnosis?line=l1")).status == 200
        await asyncio.sleep(65)
        heard = (await api("GET", "diagnosis?line=l1", token=operator)).json["heard"]
        assert heard == [], "a minute after the last look nobody listens"
        await asyncio.sleep(31)
        heard = (await api("GET", "diagnosis?line=l1", token=operator)).json["heard"]
        assert [each["way"] for each in heard[:2]] == ["sent", "heard"]
        assert heard[1]["octets"].startswith("68 ") and heard[1]["explained"]
        page = (await browser.open("/diagnosis?line=l1")).body.decode()
        assert heard[1]["octets"] in page and heard[1]["explained"][0] in page.replace("&#39;", "'")
        server.close()

    line = '[[lines]]\nid = "l1"\nhost = "127.0.0.1"\nport = 4002\nbaud = 9600'
    meter = '[[meters]]\nid = "main"\nline = "l1"\nprotocol = "dlt645-2007"\naddress = "1"\nperiod_s = 30'
    points = 'points = [{ id = "e2", kind = "counter", identifier = "00010000" }]'
    live(body, text_of(more=f"{line}\n{meter}\n{points}"))
