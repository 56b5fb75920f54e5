"""Objects of every kind over the API: made, changed, removed, listed, versions, CSV, log; strictly by tenant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from reference_platform_kit import START_US, Caller, HandClock, caller, furnish, standing
from virtually import virtually

from simulators.platform import Platform

Story = Callable[[Platform, Caller], Awaitable[None]]


def played(tmp_path: Path, story: Story, clock: HandClock | None = None) -> None:
    async def main() -> None:
        async with standing(tmp_path, clock) as platform:
            furnish(platform.desk())
            await story(platform, caller(platform))

    virtually(main())


def test_an_object_has_versions_with_who_when_and_from_when(tmp_path: Path) -> None:
    clock = HandClock()

    async def story(platform: Platform, nobody: Caller) -> None:
        operator = await nobody.login("operator")
        made = await operator.call(
            "POST",
            "/api/objects/factor",
            {"carrier": "coal", "value": "1.90", "unit": "tCO2/t", "valid_from": START_US},
        )
        assert made.status == 201
        key = made.json["id"]
        clock.at_us += 1_000_000
        later = START_US + 86_400_000_000
        changed = await operator.call("PUT", f"/api/objects/factor/{key}", {"value": "2.10", "valid_from": later})
        assert changed.json["value"] == "2.10"
        rows = (await operator.call("GET", f"/api/objects/factor/{key}/versions")).rows
        assert [(row["version"], row["action"], row["author"], row["value"]) for row in rows] == [
            (1, "created", "operator", "1.90"),
            (2, "changed", "operator", "2.10"),
        ]
        assert [row["valid_from"] for row in rows] == [START_US, later]
        assert rows[1]["before"]["value"] == "1.90"
        assert rows[1]["at"] == START_US + 1_000_000
        before = await operator.call("GET", f"/api/objects/factor?as_of={later - 1}")
        assert [row["value"] for row in before.rows] == ["1.90"]
        assert (await operator.call("DELETE", f"/api/objects/factor/{key}")).status == 200
        assert (await operator.call("GET", f"/api/objects/factor/{key}")).status == 404
        assert len((await operator.call("GET", f"/api/objects/factor/{key}/versions")).rows) == 3

    played(tmp_path, story, clock)


def test_no_account_sees_or_writes_what_belongs_to_another_enterprise(tmp_path: Path) -> None:
    async def story(platform: Platform, nobody: Caller) -> None:
        clerk = await nobody.login("clerk-b")
        assert (await clerk.call("GET", "/api/objects/point")).rows == []
        assert [row["id"] for row in (await clerk.call("GET", "/api/objects/enterprise")).rows] == ["B"]
        missing = await clerk.call("GET", "/api/objects/point/never")
        for path in (
            "/api/objects/point/A.k01",
            "/api/objects/point/A.k01/versions",
            "/api/objects/process/A.cracking",
        ):
            guessed = await clerk.call("GET", path)
            assert guessed.status == 404
        guessed = await clerk.call("GET", "/api/objects/point/A.k01")
        assert guessed.json["problem"].replace("A.k01", "never") == missing.json["problem"]
        assert (await clerk.call("PUT", "/api/objects/point/A.k01", {"name": "x"})).status == 404
        assert (await clerk.call("DELETE", "/api/objects/point/A.k01")).status == 404
        assert (await clerk.call("POST", "/api/objects/process", {"enterprise": "A", "name": "x"})).status == 404
        taken = await clerk.call("POST", "/api/objects/facility", {"name": "x", "process": "A.cracking"})
        assert taken.status == 400
        asked = f"from={START_US}&to={START_US + 1}"
        assert (await clerk.call("GET", f"/api/analyses/samples?point=A.k01&{asked}")).status == 404
        assert (await clerk.call("GET", f"/api/analyses/records?point=A.k01&period=day&{asked}")).status == 404
        exported = await clerk.call("GET", "/api/objects/point/export")
        assert b"A.k01" not in exported.body
        own = await clerk.call("POST", "/api/objects/process", {"name": "own"})
        assert own.status == 201
        row = (await clerk.call("GET", f"/api/objects/process/{own.json['id']}")).json
        assert row["enterprise"] == "B"

    played(tmp_path, story)


@pytest.mark.parametrize(
    ("account", "verb", "path", "status"),
    [
        ("", "GET", "/api/objects/point", 401),
        ("", "GET", "/api/analyses/audit", 401),
        ("auditor", "GET", "/api/objects/point", 200),
        ("auditor", "DELETE", "/api/objects/point/A.k01", 403),
        ("government", "GET", "/api/objects/point/A.k01", 200),
        ("government", "DELETE", "/api/objects/point/A.k01", 403),
        ("clerk-a", "DELETE", "/api/objects/terminal/MN-A", 403),
        ("clerk-a", "GET", "/api/objects/account", 403),
        ("clerk-a", "GET", "/api/analyses/audit", 403),
        ("manager-a", "GET", "/api/analyses/audit", 200),
        ("operator", "GET", "/api/objects/enterprise/B", 200),
        ("operator", "GET", "/api/objects/nothing", 404),
        ("operator", "GET", "/api/nothing", 404),
        ("operator", "PUT", "/api/objects/point", 405),
        ("operator", "GET", "/api/objects/point?colour=red", 400),
    ],
)
def test_rights_by_role_and_one_sentence_for_what_is_not_done(
    tmp_path: Path, account: str, verb: str, path: str, status: int
) -> None:
    async def story(platform: Platform, nobody: Caller) -> None:
        who = await nobody.login(account) if account else nobody
        answer = await who.call(verb, path, {} if verb != "GET" else None)
        assert answer.status == status, answer.body
        if status != 200:
            assert set(answer.json) == {"problem", "problem_zh"}

    played(tmp_path, story)


def test_a_table_is_taken_in_whole_or_not_at_all_and_comes_out_the_same(tmp_path: Path) -> None:
    async def story(platform: Platform, nobody: Caller) -> None:
        clerk = await nobody.login("clerk-a")
        table = "id,name,unit\r\nethylene,乙烯,t\r\npropylene,丙烯,t\r\n".encode()
        bad = await clerk.call("POST", "/api/objects/product/import", table + b"ethylene,again,t\r\n")
        assert bad.status == 409
        assert bad.json["problem"].startswith("line 4: ")
        assert (await clerk.call("GET", "/api/objects/product")).rows == []
        form = (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="p.csv"\r\n\r\n' + table + b"\r\n--x--\r\n"
        )
        good = await clerk.call(
            "POST", "/api/objects/product/import", form, Content_Type="multipart/form-data; boundary=x"
        )
        assert [row["id"] for row in good.rows] == ["ethylene", "propylene"]
        out = await clerk.call("GET", "/api/objects/product/export")
        assert out.body.decode("utf-8-sig").splitlines()[1] == "ethylene,A,乙烯,,t"

    played(tmp_path, story)


def test_every_change_and_refusal_stands_in_the_log(tmp_path: Path) -> None:
    async def story(platform: Platform, nobody: Caller) -> None:
        clerk = await nobody.login("clerk-a")
        made = await clerk.call("POST", "/api/objects/process", {"name": "x"})
        await clerk.call("DELETE", "/api/objects/terminal/MN-A")
        await nobody.call("POST", "/api/login", {"account": "clerk-a", "password": "wrong"})
        auditor = await nobody.login("auditor")
        rows = (await auditor.call("GET", "/api/analyses/audit?user=clerk-a")).rows
        assert [(row["what"], row["subject"], row["outcome"]) for row in rows] == [
            ("login", "clerk-a", "done"),
            ("created", made.json["id"], "done"),
            ("delete", "MN-A", "refused"),
            ("login", "clerk-a", "refused"),
        ]
        exported = await auditor.call("GET", "/api/analyses/audit?user=clerk-a&format=csv")
        assert exported.headers["content-type"].startswith("text/csv")
        assert len(exported.body.decode().splitlines()) == 5

    played(tmp_path, story)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'"x"',
        b'{"name": 5}',
        b'{"name": "x", "colour": 1}',
        b'{"name": null}',
        b"\xff" * 50,
        b"[" * 99999,
    ],
)
def test_a_body_that_is_wrong_is_one_sentence(tmp_path: Path, body: bytes) -> None:
    async def story(platform: Platform, nobody: Caller) -> None:
        clerk = await nobody.login("clerk-a")
        answer = await clerk.call("POST", "/api/objects/process", body)
        assert answer.status == 400
        assert set(answer.json) == {"problem", "problem_zh"}

    played(tmp_path, story)
