"""Logging in: passwords, failures and locks, sessions and their ends, in virtual time (ISC-2 7.4.1.1, R-36)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from access_kit import FIRST, OWN, Life, api, change_first, events, live, log_in, text_of, token_of
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from reference_terminal.access import passwords
from reference_terminal.crypto.symmetric import from_base64url
from reference_terminal.settings.accounts import RulesConfig
from reference_terminal.settings.config import ConfigError, load_config


def test_a_first_password_opens_nothing_until_it_is_changed() -> None:
    async def body(life: Life) -> None:
        assert (await log_in("root", FIRST["root"])).code == "password-change-required"
        weak = await api("POST", "password", {"name": "root", "password": FIRST["root"], "new": "root1234"})
        assert weak.code == "password-too-simple"
        same = await api("POST", "password", {"name": "root", "password": FIRST["root"], "new": FIRST["root"]})
        assert same.code == "password-too-simple"
        await change_first("root")
        assert (await log_in("root", FIRST["root"])).code == "login-refused"
        assert (await log_in("root")).status == 200

    live(body, changed=False)


def test_so_many_failures_lock_until_the_time_is_over() -> None:
    async def body(life: Life) -> None:
        for _ in range(4):
            assert (await log_in("vera", "Wrong.pass.1")).status == 401
        assert (await log_in("vera")).status == 200, "one failure fewer does not lock, and a success forgets them"
        for _ in range(5):
            assert (await log_in("vera", "Wrong.pass.1")).code == "login-refused"
        locked = await log_in("vera")
        assert (locked.code, locked.status) == ("account-locked", 423)
        assert 590 <= int(locked.fields["retry-after"]) <= 600
        await asyncio.sleep(590)
        assert (await log_in("vera")).code == "account-locked"
        await asyncio.sleep(12)
        assert (await log_in("vera")).status == 200
        codes = [each["code"] for each in await events(user="vera")]
        assert codes.count("login-failed") == 4 + 5 + 2
        assert codes.count("account-locked") == 1

    live(body)


def test_a_restart_forgets_neither_failures_nor_lock_but_every_token(tmp_path: Path) -> None:
    async def body(life: Life) -> None:
        token = await token_of("anna")
        for _ in range(3):
            await log_in("vera", "Wrong.pass.1")
        await life.stop()
        await life.start()
        assert (await api("GET", "session", token=token)).status == 401
        for _ in range(2):
            await log_in("vera", "Wrong.pass.1")
        await life.stop()
        await life.start()
        assert (await log_in("vera")).code == "account-locked"

    live(body, text_of(str(tmp_path / "t.db")))


def test_a_session_ends_by_idleness_by_logout_and_by_a_changed_password() -> None:
    async def body(life: Life) -> None:
        token = await token_of("vera")
        for _ in range(3):
            await asyncio.sleep(590)
            assert (await api("GET", "session", token=token)).status == 200
        await asyncio.sleep(601)
        assert (await api("GET", "session", token=token)).code == "not-logged-in"
        (ended,) = await events(user="vera", code="session-ended")
        assert "no request" in ended["en"]

        token = await token_of("vera")
        assert (await api("POST", "logout", token=token)).status == 200
        assert (await api("GET", "session", token=token)).status == 401

        token = await token_of("vera")
        new = {"name": "vera", "password": OWN["vera"], "new": "Another.7.word"}
        assert (await api("POST", "password", new)).status == 200
        assert (await api("GET", "session", token=token)).status == 401
        assert (await log_in("vera")).status == 401
        assert (await log_in("vera", "Another.7.word")).status == 200

    live(body)


def test_a_password_ends_after_its_days() -> None:
    async def body(life: Life) -> None:
        life.clock.set_time_ns(life.clock.time_ns() + 90 * 86_400 * 10**9 - 120 * 10**9)
        assert (await log_in("vera")).status == 200
        await asyncio.sleep(200)
        assert (await log_in("vera")).code == "password-expired"
        new = {"name": "vera", "password": OWN["vera"], "new": "Another.7.word"}
        assert (await api("POST", "password", new)).status == 200
        assert (await log_in("vera", "Another.7.word")).status == 200

    live(body)


def test_a_code_counts_once_and_a_wrong_one_is_a_failure() -> None:
    async def body(life: Life) -> None:
        token = await token_of("vera")
        given = (await api("POST", "second-factor", {}, token=token)).json
        totp = TOTP(from_base64url(given["secret"]), 6, SHA1(), 30)

        def code() -> str:
            return totp.generate(life.clock.time_ns() // 10**9).decode()

        confirmed = {"secret": given["secret"], "code": code()}
        assert (await api("POST", "second-factor-confirm", confirmed, token=token)).status == 200
        assert (await log_in("vera")).code == "login-refused"
        assert (await log_in("vera", code=code())).code == "login-refused", "taken when it was confirmed"
        await asyncio.sleep(31)
        now = code()
        assert (await log_in("vera", code=now)).status == 200
        assert (await log_in("vera", code=now)).code == "login-refused"

    live(body)


def test_a_bound_account_comes_with_its_certificate_alone() -> None:
    async def body(life: Life) -> None:
        token = await token_of("olga")
        bind = {"account": "vera", "certificate": "vera's card"}
        assert (await api("POST", "account-certificate", {**bind, "certificate": ""}, token=token)).status == 400
        assert (await api("POST", "account-certificate", bind, token=token)).status == 200
        assert (await log_in("vera")).code == "login-refused"
        assert (await api("POST", "account-certificate", {**bind, "account": "olga"}, token=token)).status == 403
        assert (await api("POST", "account-second-factor-end", {"account": "vera"}, token=token)).status == 200
        assert (await log_in("vera")).status == 200

    live(body)


def test_administrators_come_from_listed_addresses_only() -> None:
    async def body(life: Life) -> None:
        refused = await log_in("root", "any")
        assert refused.code == "address-refused"
        (entry,) = await events(code="login-address-refused")
        assert (entry["user"], entry["outcome"]) == ("root", "failure")
        operator = await token_of("olga")
        rule = {"rule": "administrators_from", "value": '["127.0.0.0/8"]'}
        assert (await api("POST", "rule", rule, token=operator)).status == 200
        assert (await log_in("root", FIRST["root"])).code == "password-change-required"

    async def others(life: Life) -> None:
        await change_first("anna", "olga")
        await body(life)

    live(others, text_of(rules='administrators_from = ["10.0.0.1", "192.168.0.10-192.168.0.20"]'), changed=False)


def test_too_many_logins_from_one_address_wait() -> None:
    async def body(life: Life) -> None:
        answers = [(await log_in("nobody", "Wrong.pass.1")).status for _ in range(40)]
        assert 429 in answers
        await asyncio.sleep(30)
        assert (await log_in("anna")).status == 200

    live(body)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Ab1.Ab1", "8 characters"),
        ("abcdefgh1", "3 of"),
        ("Vera.2026", "name"),
        ("Good.one.1", ""),
        ("密码很长很长A1", ""),
    ],
)
def test_what_is_asked_of_a_password(password: str, fault: str) -> None:
    found = passwords.fault(password, "vera", RulesConfig(), ())
    assert (fault in found.en and found.zh) if found else not fault


def test_settings_that_will_not_do_are_told() -> None:
    with pytest.raises(ConfigError) as told:
        load_config(text_of(rules='lock_s = 5\nadministrators_from = ["nowhere"]').replace('"auditor"', '"viewer"'))
    said = " ".join(str(problem) for problem in told.value.problems)
    assert "lock_s" in said and "nowhere" in said and "one auditor" in said
