"""Passwords, sessions, lock, idle logout, forged requests; a platform in virtual time, killed and started again."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from msgspec.structs import replace
from reference_platform_kit import PASSWORD, START_US, Caller, HandClock, caller, furnish, made, settings, standing
from virtually import virtually

from bench.virtual.clock import DeviceClock
from bench.virtual.domain import Domain
from bench.virtual.loop import run as run_virtually
from bench.virtual.loop import running_loop
from bench.virtual.network import Network
from simulators.platform import Platform
from simulators.platform.core.sentences import Refused
from simulators.platform.core.settings import Beginner, People


def test_an_account_is_locked_after_failures_and_free_again_later(tmp_path: Path) -> None:
    async def main() -> None:
        clock = HandClock()
        async with standing(tmp_path, clock) as platform:
            furnish(platform.desk())
            nobody = caller(platform)
            wrong = {"account": "clerk-a", "password": "wrong-password"}
            found = [(await nobody.call("POST", "/api/login", wrong)).status for _ in range(6)]
            assert found == [401] * 5 + [423]
            right = {"account": "clerk-a", "password": PASSWORD}
            assert (await nobody.call("POST", "/api/login", right)).status == 423
            clock.at_us += 900_000_000
            assert (await nobody.call("POST", "/api/login", right)).status == 200

    virtually(main())


def test_wrong_old_passwords_count_as_failures(tmp_path: Path) -> None:
    async def main() -> None:
        async with standing(tmp_path) as platform:
            furnish(platform.desk())
            clerk = await caller(platform).login("clerk-a")
            guess = {"old": "wrong-password", "new": "Another-one-2"}
            found = [(await clerk.call("POST", "/api/password", guess)).status for _ in range(6)]
            assert found == [403] * 5 + [423]
            right = {"account": "clerk-a", "password": PASSWORD}
            assert (await caller(platform).call("POST", "/api/login", right)).status == 423
            auditor = await caller(platform).login("auditor")
            rows = (await auditor.call("GET", "/api/analyses/audit?user=clerk-a")).rows
            assert [row["outcome"] for row in rows if row["what"] == "password"] == ["refused"] * 6

    virtually(main())


def test_an_idle_session_ends_and_one_in_use_does_not(tmp_path: Path) -> None:
    async def main() -> None:
        clock = HandClock()
        async with standing(tmp_path, clock) as platform:
            furnish(platform.desk())
            idle = await caller(platform).login("clerk-a")
            used = await caller(platform).login("clerk-b")
            for _ in range(2):
                clock.at_us += 1_000_000_000
                assert (await used.call("GET", "/api/me")).status == 200
            assert (await idle.call("GET", "/api/me")).status == 401

    virtually(main())


def test_a_cookie_changes_nothing_without_what_its_page_knows(tmp_path: Path) -> None:
    async def main() -> None:
        async with standing(tmp_path) as platform:
            furnish(platform.desk())
            nobody = caller(platform)
            entered = await nobody.call("POST", "/api/login", {"account": "clerk-a", "password": PASSWORD})
            cookie = entered.headers["set-cookie"].partition(";")[0]
            assert "HttpOnly" in entered.headers["set-cookie"] or "httponly" in entered.headers["set-cookie"]
            page = Caller(nobody.host, nobody.port, headers={"Cookie": cookie})
            assert (await page.call("GET", "/api/me")).status == 200
            assert (await page.call("POST", "/api/objects/process", {"name": "x"})).status == 403
            known = {"X_CSRF_Token": entered.json["csrf"]}
            assert (await page.call("POST", "/api/objects/process", {"name": "x"}, **known)).status == 201

    virtually(main())


def test_1001_sessions_at_once(tmp_path: Path) -> None:
    async def main() -> None:
        async with standing(tmp_path) as platform:
            furnish(platform.desk())
            accounts = platform.office.accounts
            tokens = [accounts.login("clerk-a", PASSWORD)[0] for _ in range(1_001)]
            assert accounts.online == 1_001
            assert all(accounts.who(token) for token in tokens)

    virtually(main())


def test_a_new_password_ends_the_sessions_and_nobody_reads_one(tmp_path: Path) -> None:
    async def main() -> None:
        async with standing(tmp_path) as platform:
            furnish(platform.desk())
            admin = await caller(platform).login("administrator", "Administrator-1")
            clerk = await caller(platform).login("clerk-a")
            assert (
                await admin.call("PUT", "/api/objects/account/clerk-a", {"password": "Another-one-2"})
            ).status == 200
            assert (await clerk.call("GET", "/api/me")).status == 401
            listed = await admin.call("GET", "/api/objects/account")
            assert b"Another-one-2" not in listed.body
            assert "password" not in listed.rows[0]
            versions = await admin.call("GET", "/api/objects/account/clerk-a/versions")
            assert b"Another" not in versions.body
            await caller(platform).login("clerk-a", "Another-one-2")
            await admin.call("PUT", "/api/objects/account/clerk-a", {"state": "blocked"})
            refused = await caller(platform).call(
                "POST", "/api/login", {"account": "clerk-a", "password": "Another-one-2"}
            )
            assert refused.status == 401

    virtually(main())


def test_in_virtual_time_it_serves_dies_with_its_power_and_comes_back_with_what_it_kept(tmp_path: Path) -> None:
    async def main() -> tuple[str, list[str], int]:
        loop = running_loop()
        net = Network()
        domain = Domain("platform", loop=loop)
        net.host("platform", "10.0.0.2", domain=domain)
        net.link("lan", latency_s=0.001)
        net.path("bench", "platform", ["lan"])
        clock = DeviceClock(loop, START_US * 1_000)
        chosen = settings(people=People(host="10.0.0.2", port=8080, argon_time=1, argon_kib=8))
        lives: list[Platform] = []

        async def life() -> None:
            lives.append(Platform(chosen, clock=clock, chance=random.Random(len(lives)), folder=tmp_path))
            await lives[-1].run()

        domain.create_task(life())
        await asyncio.sleep(1)
        nobody = Caller("10.0.0.2", 8080)
        admin = await nobody.login("administrator", "Administrator-1")
        assert (await admin.call("POST", "/api/objects/park", {"id": "P", "name": "p"})).status == 201
        await asyncio.sleep(3_600 * 0.4)
        domain.kill()
        lives[-1].abandon()
        domain.boot()
        domain.create_task(life())
        await asyncio.sleep(1)
        parks = (await admin.call("GET", "/api/objects/park")).rows
        domain.kill()
        lives[-1].abandon()
        return admin.token, [row["id"] for row in parks], round(loop.time())

    first = run_virtually(main())
    assert first[1] == ["P"]
    assert first[2] == 1_442


def test_settings_tell_everything_that_is_wrong(tmp_path: Path) -> None:
    from simulators.platform import SettingsError, read

    try:
        read(
            'nam = 1\n[people]\nport = "x"\nidle_s = 0\n[mqtt]\nport = 1883\nbroker = "b"\n[store]\nurl = "mysql://"\n'
        )
    except SettingsError as error:
        lines = str(error).splitlines()
        assert len(lines) == 5
        assert all(" / " in line for line in lines)
    else:
        raise AssertionError
    assert made(tmp_path).settings.name == "reference platform"


def test_a_short_password_of_a_delivered_account_is_one_sentence_that_names_it(tmp_path: Path) -> None:
    async def main() -> None:
        short = Beginner(account="inspector", password="short", role="auditor")
        told = r"^account inspector: password: expected at least 8 characters$"
        with pytest.raises(Refused, match=told):
            async with standing(tmp_path, chosen=replace(settings(), accounts=(short,))):
                raise AssertionError("it must not come up")

    virtually(main())
