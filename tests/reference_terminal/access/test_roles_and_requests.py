"""Roles and requests: every address with every role, foreign pages, other people's tokens (ISC-2 7.4.1.2, R-37)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from access_kit import ROLE, Life, api, ask, events, live, log_in, text_of, token_of

from reference_terminal.access.rights import RIGHTS, Right, may
from reference_terminal.settings.accounts import ROLES, SECURITY_ROLES


def test_every_address_asks_for_the_right_of_its_role() -> None:
    async def body(life: Life) -> int:
        refused = 0
        routes = [each for each in life.terminal.server.application if each.right not in (Right.OPEN, Right.OWN)]
        assert len(routes) > 40
        for found in routes:
            path = found.name if found.name.startswith("/") else f"/api/v1/{found.name}"
            assert (await ask(found.method, path)).status in (401, 303), path
        for name, role in ROLE.items():
            token = await token_of(name)
            for found in routes:
                if found.name.startswith("/") or may(role, found.right):
                    continue
                answer = await api(found.method, found.name, token=token)
                assert (answer.status, answer.code) == (403, "no-right"), (role, found.name)
                refused += 1
            await asyncio.sleep(2)
        return refused

    assert live(body) > 100


def test_the_three_roles_share_nothing_that_changes_or_reveals() -> None:
    common = {Right.OPEN, Right.OWN, Right.STATE, Right.PEOPLE}
    assert set(RIGHTS) == set(ROLES)
    for one in SECURITY_ROLES:
        for other in SECURITY_ROLES:
            assert one == other or RIGHTS[one] & RIGHTS[other] <= common
    assert Right.READ not in RIGHTS["administrator"]
    assert RIGHTS["auditor"] == common | {Right.AUDIT}


def test_nobody_speaks_for_another(tmp_path: Path) -> None:
    async def body(life: Life) -> None:
        token = await token_of("root")
        foreign = await api("POST", "period", {"meter": "m1", "period_s": "30", "author": "anna"}, token=token)
        assert (foreign.status, foreign.code) == (403, "not-yourself")
        assert (await api("POST", "period", {"meter": "m1", "period_s": "30"}, token=token)).json["result"] == "done"
        await asyncio.sleep(3)
        assert (await api("GET", "session", token=token)).status == 200, "putting together anew ends no session"
        (entry,) = await events(code="polling-period-set")
        assert (entry["user"], entry["origin"], entry["type"]) == ("root", "127.0.0.1", "configuration")

    live(body, text_of(str(tmp_path / "t.db")))


def test_two_people_make_an_account_and_roles_of_security_exclude_each_other() -> None:
    async def body(life: Life) -> None:
        root, olga = await token_of("root"), await token_of("olga")
        assert (await api("POST", "account-add", {"account": "Nina"}, token=olga)).code == "no-right"
        assert (await api("POST", "account-add", {"account": "Nina"}, token=root)).status == 200
        assert (await api("POST", "account-add", {"account": "nina"}, token=root)).status == 409
        assert (
            await api("POST", "account-role", {"account": "nina", "role": "auditor"}, token=root)
        ).code == "no-right"
        assert (await api("POST", "account-role", {"account": "nina", "role": "auditor"}, token=olga)).status == 200
        again = await api("POST", "account-role", {"account": "nina", "role": "operator"}, token=olga)
        assert again.status == 409
        own = await api("POST", "account-role", {"account": "olga", "role": "auditor"}, token=olga)
        assert own.status == 403
        password = {"account": "nina", "password": "Given.one.1"}
        assert (await api("POST", "account-password", password, token=olga)).status == 200
        assert (await log_in("nina", "Given.one.1")).code == "password-change-required"
        assert (await api("POST", "account-remove", {"account": "anna"}, token=root)).status == 200, "nina is left"
        assert (await api("POST", "account-remove", {"account": "nina"}, token=root)).status == 409
        assert (await log_in("anna")).status == 401

    live(body)


def test_a_disabled_account_is_out_at_once() -> None:
    async def body(life: Life) -> None:
        root, vera = await token_of("root"), await token_of("vera")
        assert (await api("GET", "points", token=vera)).status == 200
        assert (await api("POST", "account-disable", {"account": "vera"}, token=root)).status == 200
        assert (await api("GET", "points", token=vera)).status == 401
        assert (await log_in("vera")).status == 401
        assert (await api("POST", "account-enable", {"account": "vera"}, token=root)).status == 200
        assert (await log_in("vera")).status == 200

    live(body)


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"Host": "evil.example"}, 421, "unknown-host"),
        ({"Origin": "http://evil.example"}, 403, "foreign-origin"),
        ({"Origin": "null"}, 403, "foreign-origin"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "foreign-origin"),
    ],
)
def test_requests_of_foreign_pages_are_refused(fields: dict[str, str], status: int, code: str) -> None:
    async def body(life: Life) -> None:
        token = await token_of("vera")
        answer = await api("POST", "logout", token=token, fields=fields)
        assert (answer.status, answer.code) == (status, code)
        assert (await api("GET", "session", token=token)).status == 200

    live(body)


def test_a_bearer_token_is_no_cookie_and_addresses_are_not_told_to_strangers() -> None:
    async def body(life: Life) -> None:
        token = await token_of("vera")
        assert (await api("GET", "session", fields={"Cookie": f"session={token}"})).status == 401
        unknown = await api("GET", "nothing")
        assert unknown.status == 404 and b"known" not in unknown.body
        entries = await events(type="access")
        assert [each["outcome"] for each in entries] == ["failure"]

    live(body)
