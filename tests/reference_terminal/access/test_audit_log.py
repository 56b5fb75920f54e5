"""The audit log: chained, searched, exported, cleared only as a range that is old enough (ISC-2 7.4.1.3, R-39)."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import apsw
import pytest
from access_kit import Life, api, events, live, text_of, token_of, token_with_new_password

from reference_terminal.access import audit_types
from reference_terminal.access.audit import Search
from reference_terminal.commissioning.catalogue import messages as all_messages
from reference_terminal.model.actor import TERMINAL
from reference_terminal.model.messages import Text

DAY_NS = 86_400 * 10**9


def fill(life: Life, number: int) -> None:
    audit = life.terminal.journal.audit
    assert audit is not None
    at_ms = life.clock.time_ns() // 10**6
    for each in range(number):
        code = ("login", "login-failed", "polling-period-set", "gap")[each % 4]
        audit(at_ms + each, code, code, f"s{each % 7}", Text(f"entry {each}", "条目", {"user": f"u{each % 5}"}))
    assert life.terminal.store.flush()


def test_every_code_of_the_table_is_a_message_and_types_are_many() -> None:
    known = {message.code for _, message in all_messages()}
    listed = [code for codes in audit_types.TYPES.values() for code in codes]
    assert set(listed) <= known
    assert len(listed) == len(set(listed))
    assert len(audit_types.NAMES) >= 20


def test_an_entry_says_when_who_what_and_how_it_went() -> None:
    async def body(life: Life) -> None:
        entries = await events()
        assert entries[0]["code"] == "account-delivered"
        logins = [each for each in entries if each["code"] == "login"]
        assert (logins[0]["user"], logins[0]["origin"], logins[0]["outcome"]) == ("anna", "127.0.0.1", "success")
        assert [each["number"] for each in entries] == list(range(1, len(entries) + 1))
        start = next(each for each in entries if each["code"] == "start")
        assert (start["user"], start["type"]) == ("", "start")

    live(body)


def test_ten_thousand_entries_are_searched_by_conditions_together() -> None:
    async def body(life: Life) -> None:
        fill(life, 10_000)
        token = await token_of("anna")
        asked = "audit?type=login&user=u0&subject=s3&text=entry&sort=user&order=ascending&limit=100000"
        begin = time.perf_counter()
        found = (await api("GET", asked, token=token)).json
        spent_s = time.perf_counter() - begin
        assert found["total"] == len(found["entries"]) == len([n for n in range(10_000) if n % 140 == 80])
        assert {each["type"] for each in found["entries"]} == {"login"}
        print(f"search of 10,000: {spent_s * 1000:.1f} ms")
        export = await api("GET", "audit-export?type=login&user=u0&format=jsonl", token=token)
        assert export.body.count(b"\n") == 500
        (told,) = await events(token, code="audit-export")
        assert told["type"] == "export" and "500" in told["en"]

    live(body)


def test_what_is_younger_than_its_days_is_cleared_by_nobody_and_a_clearing_stays() -> None:
    async def body(life: Life) -> None:
        fill(life, 100)
        life.clock.set_time_ns(life.clock.time_ns() + 370 * DAY_NS)
        root = await token_with_new_password("root")
        assert (
            await api("POST", "audit-clear", {"before": "2026-03-05T00:00:00+08:00"}, token=root)
        ).code == "no-right"
        token = await token_with_new_password("anna")
        young = await api("POST", "audit-clear", {"before": "2027-03-01T00:00:00+08:00"}, token=token)
        assert young.status == 409
        before = len(await events(token))
        cleared = await api("POST", "audit-clear", {"before": "2026-03-05T00:00:00+08:00"}, token=token)
        assert cleared.json["cleared"] > 100
        left = await events(token)
        told = next(each for each in left if each["code"] == "audit-clearing")
        assert (told["user"], told["type"]) == ("anna", "clearing")
        assert len(left) == before - cleared.json["cleared"] + 1, "the clearing"
        assert (await api("GET", "audit-verify", token=token)).json["findings"] == []

    live(body)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE audit SET user='other' WHERE number=5",
        "DELETE FROM audit WHERE number=5",
        "DELETE FROM audit WHERE number>5",
        "DELETE FROM audit; DELETE FROM audit_head",
        "INSERT INTO audit_cleared VALUES (9,5,5,''); DELETE FROM audit WHERE number=5",
    ],
)
def test_a_log_that_was_altered_is_found(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "t.db"

    async def body(life: Life) -> None:
        await life.stop()
        with apsw.Connection(str(path)) as connection:
            for statement in damage.split(";"):
                connection.execute(statement)
        connection.close()
        await life.start()
        verified = (await api("GET", "audit-verify", token=await token_of("anna"))).json
        alarms = [subject for kind, subject in life.terminal.journal.raised() if kind == "audit altered"]
        if "audit_head" in damage:
            assert verified["findings"] == [], "a log that begins anew cannot be told from a new one"
        else:
            assert verified["findings"] and alarms == ["audit"]

    live(body, text_of(str(path)))


def test_a_full_log_loses_only_what_may_go() -> None:
    async def body(life: Life) -> None:
        audit = life.terminal.desk.audit
        fill(life, 1500)
        audit.look()
        assert audit.count(Search()) > 1500, "all of it is young"
        assert ("audit filling", "audit") in life.terminal.journal.raised()
        life.clock.set_time_ns(life.clock.time_ns() + 370 * DAY_NS)
        audit.look()
        assert audit.count(Search()) <= 1000
        assert not [fault for _, fault in audit.faults() if fault]

    live(body, text_of(rules="audit_entries = 1000"))


def test_alarms_are_the_terminals_own() -> None:
    async def body(life: Life) -> None:
        entries = [each for each in await events() if each["type"] == "alarm"]
        assert entries and {each["user"] for each in entries} == {TERMINAL.name}

    async def later(life: Life) -> None:
        await asyncio.sleep(400)
        await body(life)

    live(later)
