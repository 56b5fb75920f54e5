"""Management software, fingerprint platform, third-party platform: what they take, refuse, hand out and tell."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from https_helpers import Http, open_http
from simulators_helpers import MN, Heard
from trust_helpers import Standing, centre
from virtually import virtually

from bench.history import Recorder
from simulators.centres.fingerprints.centre import FingerprintCentre, canonical
from simulators.centres.http import JsonCentre, wrong_host
from simulators.centres.json_text import Number, parse
from simulators.centres.management.centre import ManagementCentre
from simulators.centres.management.packages import signed_text
from simulators.centres.third_party.centre import ThirdPartyCentre
from simulators.events import Commanded, Fingerprinted, Rejected, Stored
from simulators.trust import oracle
from simulators.trust.certificates import facts_of, verify_signature
from simulators.trust.sessions import pems

P = TypeVar("P", bound=JsonCentre)
RECORD: dict[str, object] = {
    "point": "k01001",
    "kind": "quarter",
    "start": "2026-03-02T00:00:00+08:00",
    "end": "2026-03-02T00:15:00+08:00",
    "value": "0.10",
    "unit": "kWh",
    "flag": "N",
}


def run(kind: str, made: type[P], body: Callable[[Standing, P, Http], Awaitable[None]], **changes: Any) -> Heard:
    async def main() -> Heard:
        async with Standing(centre(kind=kind, **changes)) as standing:
            platform = standing.site.platforms["A"]
            assert isinstance(platform, made)
            http = await open_http(standing)
            await body(standing, platform, http)
            http.close()
        return standing.heard

    return virtually(main())


# Third party.


def test_a_third_party_takes_records_from_whoever_knows_the_token() -> None:
    async def body(standing: Standing, platform: ThirdPartyCentre, http: Http) -> None:
        good = {"Authorization": f"Bearer {standing.site.terminal_side('A').token}"}
        message = {"source": MN, "records": [RECORD, {**RECORD, "value": "", "flag": "B", "kind": "day"}]}
        for _ in range(2):
            answer = await http.post("/api/records", message, **good)
            assert (answer.status, answer.json) == (200, {"accepted": Number("2")})
        assert [(each.kind, each.stamp, each.fields, each.flag, each.copies) for each in standing.heard.of(Stored)] == [
            ("minute", "20260302000000", {"Cou": "0.10"}, "N", 1),
            ("day", "20260302000000", {}, "B", 1),
            ("minute", "20260302000000", {"Cou": "0.10"}, "N", 2),
            ("day", "20260302000000", {}, "B", 2),
        ]
        for headers in ({}, {"Authorization": "Bearer x"}):
            assert (await http.post("/api/records", message, **headers)).status == 401
        assert (await http.post("/api/other", message, **good)).status == 404
        assert len(standing.heard.of(Stored)) == 4

    run("third-party", ThirdPartyCentre, body)


@pytest.mark.parametrize("member", [*RECORD, "source"])
def test_text_that_is_no_unicode_is_answered_and_told(member: str) -> None:
    async def body(standing: Standing, platform: ThirdPartyCentre, http: Http) -> None:
        good = {"Authorization": f"Bearer {standing.site.terminal_side('A').token}"}
        message: dict[str, object] = {"source": MN, "records": [RECORD]}
        if member in RECORD:
            message["records"] = [{**RECORD, member: "MARK"}]
        else:
            message[member] = "MARK"
        octets = json.dumps(message).replace("MARK", r"\ud800").encode()
        assert (await http.post("/api/records", octets, **good)).status in (200, 400)

    heard = run("third-party", ThirdPartyCentre, body)
    recorder = Recorder()
    for event in heard:
        recorder(event)
    assert len(recorder.history().events) == len(heard)


@pytest.mark.parametrize("path", ["deposit", "query", "verify"])
def test_fingerprints_of_what_is_no_unicode_are_answered(path: str) -> None:
    async def body(standing: Standing, platform: FingerprintCentre, http: Http) -> None:
        octets = rb'{"deviceId": "\ud800", "point": "\ud800", "entries": [{"point": "\ud800"}], "records": ["\ud800"]}'
        assert (await http.post(f"/fingerprint/{path}", octets)).status in (200, 400)

    run("fingerprint", FingerprintCentre, body)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": Number("0.1")}, "value as text"),
        ({"value": "1e3"}, "decimal text"),
        ({"value": ""}, "flag other than N"),
        ({"kind": "minutes"}, "kind as one of"),
        ({"start": "2026-03-02T00:00:00"}, "start such as"),
        ({"end": "2026-03-01T00:00:00+08:00"}, "before start"),
        ({"unit": None}, "unit as text"),
    ],
)
def test_a_malformed_record_refuses_the_whole_body_with_its_place(changes: dict[str, object], words: str) -> None:
    async def body(standing: Standing, platform: ThirdPartyCentre, http: Http) -> None:
        message = {"source": MN, "records": [RECORD, {**RECORD, **changes}]}
        answer = await http.post("/api/records", message, Authorization=f"Bearer {platform.token}")
        assert answer.status == 400
        assert "record 1" in answer.json["error"] and words in answer.json["error"]
        assert not standing.heard.of(Stored)

    run("third-party", ThirdPartyCentre, body)


METHOD = {"name": "m", "version": "1", "validFrom": "", "id": "x", "edition": "2022", "formula": "E=AD*EF"}
UNIT = dict.fromkeys(("unit", "sector", "source", "gas", "point"), "x")
BOUNDARY = {"name": "b", "version": "1", "validFrom": "", "id": "1", "enterprise": "e", "edition": "1", "units": [UNIT]}
DAY = {"start": "2026-03-02T00:00:00+08:00", "end": "2026-03-03T00:00:00+08:00", "unit": "kWh"}
ENTRY = {"point": "k01001", "kind": "day", **DAY, "value": "2.5", "author": "a", "reason": "r", "original": ""}
STATISTIC = {"point": "k01001", "kind": "day", **DAY, "value": "9.60", "min": "0.1", "max": "0.10"}


def enciphered(key: bytes, path: str, body: dict[str, object]) -> dict[str, object]:
    cipher, tag = oracle.sm4_gcm(key, bytes(12), json.dumps(body).encode(), path.encode())
    texts = [base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in (bytes(12), cipher + tag)]
    return {"keyId": oracle.sm3(key).hex()[:8], "iv": texts[0], "data": texts[1]}


def test_a_third_party_takes_documents_whole_or_not_at_all() -> None:
    async def body(standing: Standing, platform: ThirdPartyCentre, http: Http) -> None:
        good = {"Authorization": f"Bearer {platform.token}"}
        for member, entry, kind in (
            ("methods", METHOD, "method"),
            ("boundaries", BOUNDARY, "boundary"),
            ("entries", ENTRY, "manual"),
            ("statistics", STATISTIC, "statistics-day"),
        ):
            answer = await http.post(f"/api/{member}", {"source": MN, member: [entry]}, **good)
            assert (answer.status, answer.json) == (200, {"accepted": Number("1")}), answer.body
            assert standing.heard.of(Stored)[-1].kind == kind
            for name in entry:
                if entry[name] == "":
                    continue
                wrong = await http.post(f"/api/{member}", {"source": MN, member: [entry, {**entry, name: ""}]}, **good)
                assert wrong.status == (200 if name in ("min", "max") else 400), name
                assert wrong.status == 200 or f"{member} 1" in wrong.json["error"]
        assert {each.kind for each in standing.heard.of(Stored)} == {"method", "boundary", "manual", "statistics-day"}

    run("third-party", ThirdPartyCentre, body)


def test_a_third_party_that_asks_for_enciphered_bodies_takes_no_others() -> None:
    async def body(standing: Standing, platform: ThirdPartyCentre, http: Http) -> None:
        good = {"Authorization": f"Bearer {platform.token}"}
        key, path = bytes.fromhex(standing.site.terminal_side("A").payload_key), "/api/records"
        message: dict[str, object] = {"source": MN, "records": [RECORD]}
        assert (await http.post(path, enciphered(key, path, message), **good)).json == {"accepted": Number("1")}
        sealed = enciphered(key, path, message)
        for wrong, words in (
            (message, "not enciphered"),
            (enciphered(bytes(16), path, message), "unknown key"),
            (enciphered(key, "/api/methods", message), "deciphered"),
            ({**sealed, "iv": "B" * 16}, "deciphered"),
        ):
            answer = await http.post(path, wrong, **good)
            assert answer.status == 400 and words in answer.json["error"]
        assert len(standing.heard.of(Stored)) == 1
        platform.ask_for("another")
        assert (await http.post(path, sealed, **good)).status == 401

    run("third-party", ThirdPartyCentre, body, encrypted=True)


# Management.


def checked(octets: bytes, anchors: str) -> str:
    """What is wrong with a package, by the document and the oracle; empty if nothing."""
    try:
        package = json.loads(octets)
        content = base64.b64decode(package["content"])
        chain = [(der, facts_of(der)) for der in pems(package["certificate"])]
        signature = oracle.signature_raw(base64.b64decode(package["signature"]))
    except (KeyError, ValueError) as error:
        return f"form: {error}"
    if oracle.sm3(content).hex() != package["sm3"]:
        return "digest"
    names = ("kind", "name", "version", "validFrom", "created", "sm3")
    text = signed_text(*(package[name] for name in names))
    if not oracle.verify(chain[0][1].public, text, signature):
        return "signature"
    issuers = [*(facts for _, facts in chain[1:]), *(facts_of(der) for der in pems(anchors))]
    if not all(verify_signature(der, issuer.public) for (der, _), issuer in zip(chain, issuers, strict=False)):
        return "chain"
    return "" if chain[0][1].subject.startswith("management") else "subject"


def test_packages_are_offered_fetched_and_accounted_for() -> None:
    async def body(standing: Standing, platform: ManagementCentre, http: Http) -> None:
        task = platform.issue("factors", "grid", "2026.1", b'{"factors":[]}', valid_from="2026-04-01")
        report = {"deviceId": MN, "version": "0.1.0", "packages": [], "alarms": []}
        offered = (await http.post("/management/report", report)).json["tasks"]
        assert [(each["taskId"], each["kind"], each["version"]) for each in offered] == [(task.id, "factors", "2026.1")]
        path = offered[0]["url"].partition(str(platform.port))[2]
        package = await http.post(path, b"", method="GET")
        assert package.body == task.octets
        assert checked(package.body, standing.site.terminal_side("A").device_anchors) == ""
        for result in ("done", "done"):
            sent = {"deviceId": MN, "taskId": task.id, "result": result, "message": "in force"}
            assert (await http.post("/management/result", sent)).code == "0"
        assert (await http.post("/management/report", report)).json["tasks"] == []
        (told,) = standing.heard.of(Commanded)
        assert (told.cn, told.result, told.accepted, told.answer["name"]) == ("issue-factors", "done", "1", "grid")
        for wrong in (
            {**report, "deviceId": "x"},
            {"deviceId": MN},
        ):
            assert (await http.post("/management/report", wrong)).code == "1"
        assert (await http.post("/management/result", {"deviceId": MN, "taskId": "t9", "result": "done"})).code == "1"
        assert (await http.post("/management/package/t9", b"", method="GET")).status == 404
        answer = await http.post("/management/records", {"source": MN, "records": [RECORD]})
        assert (answer.code, len(standing.heard.of(Stored))) == ("0", 1)

    run("management", ManagementCentre, body)


def test_a_package_comes_in_parts_and_is_gone_once_its_task_is_stopped() -> None:
    async def body(standing: Standing, platform: ManagementCentre, http: Http) -> None:
        task = platform.issue("application", "forecast", "1.0", bytes(1000))
        path, size = f"/management/package/{task.id}", len(task.octets)
        come = b""
        while len(come) < size:
            asked = f"bytes={len(come)}-{len(come) + 499}"
            part = await http.post(path, b"", method="GET", Range=asked)
            assert part.status == 206 and part.headers["content-range"].endswith(f"/{size}")
            come += part.body
            assert task.fetched == (len(come) == size) and task.served == len(come)
        assert come == task.octets
        assert (await http.post(path, b"", method="GET", Range=f"bytes={size}-")).status == 416
        platform.cut_off(task)
        report = {"deviceId": MN, "version": "0.1.0", "packages": [], "alarms": []}
        answer = (await http.post("/management/report", report)).json
        assert (answer["tasks"], answer["stopped"]) == ([], [task.id])
        assert (await http.post(path, b"", method="GET")).status == 410
        result = {"deviceId": MN, "taskId": task.id, "result": "stopped", "message": "given up"}
        assert (await http.post("/management/result", result)).code == "0"
        assert (await http.post("/management/report", report)).json["stopped"] == []

    run("management", ManagementCentre, body)


@pytest.mark.parametrize(
    ("wrong", "certificate", "found"),
    [
        ("sound", "good", ""),
        ("altered", "good", "digest"),
        ("wrong-digest", "good", "digest"),
        ("wrong-signature", "good", "signature"),
        ("unsigned", "good", "form"),
        ("truncated", "good", "form"),
        ("sound", "unknown-issuer", "chain"),
        ("sound", "look-alike", "chain"),
        ("sound", "self-signed", "chain"),
    ],
)
def test_every_wrong_package_is_wrong_in_its_own_way(wrong: Any, certificate: Any, found: str) -> None:
    standing = Standing(centre(kind="management"))
    platform = standing.site.platforms["A"]
    assert isinstance(platform, ManagementCentre)
    octets = platform.package("upgrade", "terminal", "1.2.3", b"\0\1\2", wrong=wrong, certificate=certificate)
    assert checked(octets, standing.site.terminal_side("A").device_anchors).partition(":")[0] == found


# Fingerprints.


def record(**changes: object) -> dict[str, object]:
    return {
        "point": "k01001",
        "kind": "minute",
        "start": "20260302000000",
        "end": "20260302001500",
        "unit": "kWh",
        "flag": "N",
        "revision": Number("0"),
        "fields": {"Cou": "0.10"},
        **changes,
    }


def deposit(private: int, each: dict[str, object], chance: random.Random) -> dict[str, object]:
    digest = oracle.sm3(canonical(MN, each))
    signature = oracle.signature_der(oracle.sign(private, digest, chance))
    found = {name: each[name] for name in ("point", "kind", "start", "end", "revision")}
    return {**found, "digest": digest.hex(), "signature": base64.b64encode(signature).decode()}


def key_of(standing: Standing) -> int:
    return standing.site.trust["sm2"].leaf("client", MN).private


def test_fingerprints_are_deposited_once_and_name_exactly_the_altered_record() -> None:
    async def body(standing: Standing, platform: FingerprintCentre, http: Http) -> None:
        chance = random.Random(2)
        private = key_of(standing)
        side = standing.site.terminal_side("A")
        records = [record(), record(start="20260302001500", end="20260302003000", fields={"Avg": "1.0", "Max": "2"})]
        made = [deposit(private, each, chance) for each in records]
        early = await http.post("/fingerprint/deposit", {"deviceId": MN, "fingerprints": made})
        assert early.code == "2"
        enrolled = await http.post("/fingerprint/enrol", {"deviceId": MN, "certificate": side.device_certificate})
        assert enrolled.code == "0", enrolled.body
        for _ in range(2):
            answer = await http.post("/fingerprint/deposit", {"deviceId": MN, "fingerprints": made})
            assert answer.json["accepted"] == "2" and answer.json["refused"] == []
        other = deposit(private, record(fields={"Cou": "0.11"}), chance)
        foreign = deposit(7, record(start="20260302010000"), chance)
        refused = await http.post("/fingerprint/deposit", {"deviceId": MN, "fingerprints": [other, foreign]})
        assert [each["reason"] for each in refused.json["refused"]] == ["other digest deposited", "signature"]
        shown = [
            records[0],
            {**records[1], "fields": {"Avg": "1.0", "Max": "3"}},
            record(start="20260303000000"),
            {**records[0], "unit": "MWh"},
        ]
        verdict = await http.post("/fingerprint/verify", {"deviceId": MN, "records": shown})
        assert verdict.json["results"] == ["same", "altered", "unknown", "altered"]
        query = {"deviceId": MN, "point": "k01001", "kind": "minute", "from": "20260302001500", "to": "20260302001500"}
        (found,) = (await http.post("/fingerprint/query", query)).json["fingerprints"]
        assert found["digest"] == made[1]["digest"] and found["signature"] == made[1]["signature"]
        outcomes = [(each.what, each.outcome) for each in standing.heard.of(Fingerprinted)]
        assert outcomes == [
            *[("deposit", "accepted")] * 2,
            *[("deposit", "again")] * 2,
            ("deposit", "other digest deposited"),
            ("deposit", "signature"),
            ("verify", "same"),
            ("verify", "altered"),
            ("verify", "unknown"),
            ("verify", "altered"),
        ]

    run("fingerprint", FingerprintCentre, body)


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("expired", "not valid now"),
        ("not-yet-valid", "not valid now"),
        ("unknown-issuer", "anchor"),
        ("look-alike", "anchor"),
        ("self-signed", "anchor"),
        ("wrong-host", "expected"),
        ("encryption", "may not sign"),
    ],
)
def test_no_bad_device_certificate_is_enrolled(choice: Any, words: str) -> None:
    async def body(standing: Standing, platform: FingerprintCentre, http: Http) -> None:
        leaf = standing.site.trust["sm2"].leaf("client", MN, (), choice)
        answer = await http.post("/fingerprint/enrol", {"deviceId": MN, "certificate": leaf.certificate})
        assert answer.code == "1" and words in answer.json["responseMessage"]
        for wrong in ("", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "x"):
            assert (await http.post("/fingerprint/enrol", {"deviceId": MN, "certificate": wrong})).code == "1"
        assert (await http.post("/fingerprint/enrol", {"deviceId": "other"})).code == "2"

    heard = run("fingerprint", FingerprintCentre, body)
    assert heard.of(Rejected)


def test_an_ecdsa_certificate_is_not_enrolled() -> None:
    async def body(standing: Standing, platform: FingerprintCentre, http: Http) -> None:
        leaf = standing.site.trust["ecdsa"].leaf("client", MN)
        answer = await http.post("/fingerprint/enrol", {"deviceId": MN, "certificate": leaf.certificate})
        assert answer.code == "1" and "not over SM2" in answer.json["responseMessage"]

    run("fingerprint", FingerprintCentre, body)


def test_the_canonical_form_is_that_of_the_document() -> None:
    assert canonical(MN, record()) == (
        b"carbonbench-record/1\ndevice=010000A8900016F000169DC0\npoint=k01001\nkind=minute\nstart=20260302000000\n"
        b"end=20260302001500\nunit=kWh\nflag=N\nrevision=0\nCou=0.10\n"
    )
    assert canonical(MN, record(fields={"Min": "1", "Avg": "2.50"})).endswith(b"Avg=2.50\nMin=1\n")
    for wrong in (
        record(unit="k\nWh"),
        record(fields={"Cou": "1e3"}),
        record(fields={"Sum": "1"}),
        record(fields=None),
        record(revision="0"),
        record(point=None),
    ):
        with pytest.raises(ValueError, match="expected"):
            canonical(MN, wrong)


def test_json_of_a_package_reads_back() -> None:
    standing = Standing(centre(kind="management"))
    platform = standing.site.platforms["A"]
    assert isinstance(platform, ManagementCentre)
    assert parse(platform.package("parameters", "p", "1", b"{}"))["format"] == "carbonbench-package/1"


@pytest.mark.parametrize(
    ("host", "right"),
    [
        (b"10.1.0.2:8443", True),
        (b"10.1.0.2", True),
        (b"platform.example", True),
        (b"[2001:db8::2]:8443", True),
        (b"[10.1.0.2]:8443", False),
        (b"[]", False),
        (b"2001:db8::2", False),
        (b"", False),
        (b"user@10.1.0.2", False),
        (b"10.1.0.2:http", False),
    ],
)
def test_a_host_is_what_a_server_would_take(host: bytes, right: bool) -> None:
    said = wrong_host(host)
    assert (said == "") is right
    if not right:
        assert said.endswith("is no host, with or without a port")
