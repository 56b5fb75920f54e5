"""The HTTPS/JSON platform against a hand-written HTTP client: operations, refusals, switches, keys, windows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from https_helpers import (
    CODE,
    MEAN,
    REGISTRATION,
    entry,
    open_http,
    registered,
    sealed,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from ports import free_port
from simulators_helpers import Heard
from trust_helpers import Standing, centre
from virtually import Runner, virtually

from simulators.centres.json_text import JsonError, Number, parse, write
from simulators.centres.national.centre import FATAL, FAULTS, ITEM_ATTRIBUTES, NationalCentre, national_code
from simulators.centres.switches import SwitchError
from simulators.events import Behaviour, Connected, Received, Rejected, Secured, Sent, Stored

Body = Callable[[Standing, NationalCentre], Awaitable[None]]


def run(body: Body, runner: Runner = virtually, **changes: Any) -> Heard:
    async def main() -> Heard:
        async with Standing(centre(kind="https", **changes)) as standing:
            platform = standing.site.platforms["A"]
            assert isinstance(platform, NationalCentre)
            await body(standing, platform)
        return standing.heard

    return runner(main())


def test_registration_tells_device_window_and_urls_and_stays_the_same() -> None:
    async def body(standing: Standing, platform: NationalCentre) -> None:
        http = await open_http(standing)
        one = await http.post("/enterprise/register", REGISTRATION)
        two = await http.post("/enterprise/register", REGISTRATION)
        assert one.body == two.body and one.status == 200
        assert one.json["uploadTime"] == "01:38:00" and len(one.json["deviceId"]) == 32
        assert one.json["centerDataURL"] == f"http://127.0.0.1:{platform.port}/uploadEnergyData"
        assert "secretKey" not in one.json
        http.close()

    run(body)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"region": "35"}, "region"),
        ({"region": "350201"}, "enterprise-unknown"),
        ({"enterpriseCode": "X"}, "enterprise-code"),
        ({"enterpriseCode": "91350200MA2XXXXX1X"}, "enterprise-unknown"),
    ],
)
def test_a_stranger_is_not_registered(changes: dict[str, object], fault: str) -> None:
    async def body(standing: Standing, platform: NationalCentre) -> None:
        http = await open_http(standing)
        answer = await http.post("/enterprise/register", {**REGISTRATION, **changes})
        assert (answer.status, answer.code) == (200, "1")
        assert not platform.registered
        assert (await http.post("/versionCheck", {"deviceId": platform.device_id})).code == "2"
        http.close()

    heard = run(body)
    assert fault in heard.of(Received)[0].faults and heard.of(Rejected)


def test_a_daily_set_is_stored_once_with_its_digits() -> None:
    async def body(standing: Standing, platform: NationalCentre) -> None:
        terminal = await registered(standing)
        day = entry(statType=Number("1"), dataValue=Number("1200.50"))
        mean = entry(dataCode=MEAN, dataValue=Number("-0.125"))
        for _ in range(2):
            assert (await terminal.upload(entry(), day, mean)).code == "0"
        stored = standing.heard.of(Stored)
        assert [(each.kind, each.code, each.stamp, each.fields, each.flag) for each in stored[:3]] == [
            ("minute", CODE, "20260302000000", {"Cou": "12.340"}, "N"),
            ("day", CODE, "20260302000000", {"Cou": "1200.50"}, "N"),
            ("minute", MEAN, "20260302000000", {"Avg": "-0.125"}, "N"),
        ]
        assert [(each.version, each.copies) for each in stored] == [(1, 1)] * 3 + [(1, 2)] * 3
        sent = [each for each in standing.heard.of(Sent) if each.cn == "9014"]
        assert [each.qn for each in sent] == [stored[0].qn, stored[3].qn]
        order = [type(each) for each in standing.heard if isinstance(each, Received | Stored | Sent)][-5:]
        assert order == [Received, Stored, Stored, Stored, Sent]
        terminal.http.close()

    run(body)


def test_a_revision_and_a_contradiction_are_versions() -> None:
    async def body(standing: Standing, platform: NationalCentre) -> None:
        terminal = await registered(standing)
        await terminal.upload(entry())
        await terminal.upload(entry(dataValue=Number("13"), inputType=Number("5"), revision=Number("1")))
        await terminal.upload(entry(dataValue=Number("14")))
        assert [(each.version, each.revision, each.flag) for each in standing.heard.of(Stored)] == [
            (1, 0, "N"),
            (2, 1, "S"),
            (3, 0, "N"),
        ]
        assert len(platform.records) == 1
        terminal.http.close()

    run(body)


def test_a_period_without_value_is_kept_as_such_under_either_polarity() -> None:
    async def body(standing: Standing, platform: NationalCentre) -> None:
        terminal = await registered(standing)
        assert (await terminal.call("/downloadConfigData")).json["validMeansValid"] is platform.valid_means_valid
        await terminal.upload(entry(valid=not platform.valid_means_valid, dataValue=Number("0")))
        (stored,) = standing.heard.of(Stored)
        assert (stored.fields, stored.flag) == ({}, "invalid")
        terminal.http.close()

    run(body)
    run(body, valid_means_valid=False)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"dataCode": "k01001"}, "data-code"),
        ({"dataCode": "00-00-0000023400-80"}, "data-code"),
        ({"dataCode": "99-01-0001-040001-30"}, "data-code-unknown"),
        ({"dataValue": Number("1e3")}, "data-value"),
        ({"dataValue": None}, "data-value"),
        ({"dataValue": "12.3"}, "data-value-text"),
        ({"statType": Number("7")}, "stat-type"),
        ({"statType": True}, "stat-type"),
        ({"statDate": "2026-03-02"}, "stat-date"),
        ({"statDate": "2026-02-30 00:00:00"}, "stat-date"),
        ({"statDate": "2026-03-02 00:07:00"}, "stat-date-grid"),
        ({"statType": Number("1"), "statDate": "2026-03-01 01:00:00"}, "stat-date-grid"),
        ({"statType": Number("2"), "statDate": "2026-01-02 00:00:00"}, "stat-date-grid"),
        ({"statDate": "2026-03-03 00:00:00"}, "stat-date-future"),
        ({"uploadDate": "now"}, "upload-date"),
        ({"uploadDate": "2026-03-02 12:00:00"}, "upload-date-12-hours"),
        ({"uploadDate": "2026-03-02 16:00:00"}, "upload-date-zone"),
        ({"inputType": Number("9")}, "input-type"),
        ({"scope": Number("0")}, "scope"),
        ({"valid": Number("1")}, "valid"),
        ({"revision": Number("0")}, "revision"),
        ({"more": "x"}, "attribute-unknown"),
    ],
)
def test_every_deviation_of_an_entry_is_named_and_the_grave_ones_refuse_the_body(
    changes: dict[str, object], fault: str
) -> None:
    async def body(standing: Standing, platform: NationalCentre) -> None:
        terminal = await registered(standing)
        answer = await terminal.upload(entry(), entry(**changes))
        received = standing.heard.of(Received)[-1]
        assert received.faults == (fault,)
        assert answer.code == ("1" if fault in FATAL else "0")
        assert len(standing.heard.of(Stored)) == (0 if fault in FATAL else 2)
        if fault in FATAL:
            assert FAULTS[fault][0] in answer.json["responseMessage"]
        terminal.http.close()

    run(body)


@pytest.mark.parametrize(
    ("changes", "code", "fault"),
    [
        ({"deviceId": "0" * 32}, "2", "device-unknown"),
        ({"enterpriseCode": "91350200MA2XXXXX1X"}, "1", "device-mismatch"),
        ({"data": "x"}, "1", "data-missing"),
        ({"data": [entry()] * 501}, "1", "data-over-500"),
        ({"data": [{"dataCode": CODE}]}, "1", "attribute-missing"),
        ({"data": []}, "0", "data-empty"),
    ],
)
def test_a_body_is_refused_as_a_whole(changes: dict[str, object], code: str, fault: str) -> None:
    async def body(standing: Standing, platform: NationalCentre) -> None:
        terminal = await registered(standing)
        answer = await terminal.upload(entry(), **changes)  # type: ignore[arg-type]
        assert (answer.status, answer.code) == (200, code)
        assert fault in standing.heard.of(Received)[-1].faults
        assert not standing.heard.of(Stored)
        terminal.http.close()

    run(body)


def test_what_is_no_json_and_what_is_no_path() -> None:
    async def body(standing: Standing, platform: NationalCentre) -> None:
        http = await open_http(standing)
        for octets in (b"{", b"[1]", b"\xff", b'{"a":NaN}', b'{"a":1,"a":2}', b'{"a":' * 5000):
            answer = await http.post("/uploadEnergyData", octets)
            assert answer.status == 400 and answer.code == "1"
        missing = await http.post("/uploadEnergyData2", {})
        assert missing.status == 404 and "responseCode" not in missing.json
        assert (await http.post("/uploadEnergyData", b"", method="GET")).code == "1"
        http.close()

    heard = run(body)
    assert [each.faults for each in heard.of(Received)][:6] == [("json-invalid",)] * 6


def test_octets_that_are_no_http_end_the_connection_with_a_reason() -> None:
    async def body(standing: Standing, platform: NationalCentre) -> None:
        for octets in (b"##0101QN=1\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"\0" * 70_000):
            reader, writer = await asyncio.open_connection("127.0.0.1", platform.port)
            writer.write(octets)
            async with asyncio.timeout(10):
                assert (await reader.read()).startswith(b"HTTP/1.1 4")
            writer.close()

    heard = run(body)
    assert len([each for each in heard.of(Rejected) if each.reason.startswith("no HTTP request")]) == 3


def test_a_body_in_pieces_and_two_requests_at_once() -> None:
    async def body(standing: Standing, platform: NationalCentre) -> None:
        octets = write(REGISTRATION).encode()
        request = b"POST /enterprise/register HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(octets) + octets
        reader, writer = await asyncio.open_connection("127.0.0.1", platform.port)
        for at in range(0, len(request), 7):
            writer.write(request[at : at + 7])
            await writer.drain()
            await asyncio.sleep(0)
        writer.write(request * 2)
        found = b""
        async with asyncio.timeout(10):
            while found.count(b'"responseCode":"0"') < 3:
                found += await reader.read(4096)
        writer.close()

    run(body)


def test_values_under_a_key() -> None:
    async def body(standing: Standing, platform: NationalCentre) -> None:
        terminal = await registered(standing)
        assert (await terminal.upload(entry(), entry(statType=Number("1")))).code == "0"
        assert [each.fields for each in standing.heard.of(Stored)] == [{"Cou": "12.340"}] * 2
        plain = await terminal.upload(entry(), seal=False)
        assert plain.code == "1" and standing.heard.of(Received)[-1].faults == ("plain",)
        other = await terminal.upload(sealed(entry(), "00" * 16), seal=False)
        assert other.code == "1" and "解密失败" in other.json["responseMessage"]
        platform.rotate_key()
        late = await terminal.upload(entry())
        assert late.code == "1" and standing.heard.of(Received)[-1].faults == ("undecryptable",)
        again = await registered(standing)
        assert again.terms["deviceId"] == terminal.terms["deviceId"]
        assert again.terms["secretKey"] != terminal.terms["secretKey"]
        assert (await again.upload(entry())).code == "0"
        for each in (terminal, again):
            each.http.close()

    heard = run(body, encrypted=True)
    secret = [each for each in heard if isinstance(each, Sent) and "secretKey" in each.frame]
    assert secret and all('"secretKey":"***"' in each.frame for each in secret)


def test_windows_versions_addresses_and_lists_change() -> None:
    other = free_port()

    async def body(standing: Standing, platform: NationalCentre) -> None:
        terminal = await registered(standing, data_port=other)
        assert str(other) in terminal.terms["centerDataURL"]
        before = (await terminal.call("/versionCheck")).json
        platform.set_upload_time("03:15:00")
        platform.list_items({CODE: ("1",)})
        after = (await terminal.call("/versionCheck")).json
        assert (int(after["regVersion"]), int(after["dicVersion"])) == (
            int(before["regVersion"]) + 1,
            int(before["dicVersion"]) + 1,
        )
        listed = (await terminal.call("/downloadConfigData")).json["collectItemConfig"]
        assert [(each["dataCode"], each["statType"]) for each in listed] == [(CODE, "1")]
        platform.move(platform.port)
        again = await registered(standing)
        assert again.terms["uploadTime"] == "03:15:00" and str(platform.port) in again.terms["centerDataURL"]
        platform.forget()
        assert (await again.upload(entry())).code == "2"
        item = {**dict.fromkeys(ITEM_ATTRIBUTES, ""), "dataCode": CODE}
        renamed = {"dataMin" if name == "dataValueMin" else name: value for name, value in item.items()}
        for wrong in ({"dataCode": CODE}, renamed):
            answer = await (await registered(standing)).call("/uploadConfigData", collectItemConfig=[wrong])
            assert answer.code == "1" and standing.heard.of(Received)[-1].faults == ("attribute-missing",)
        more = {**item, "vendorGroup": "boiler house"}
        config = {"collectItemConfig": [more, {**item, "dataCode": "x"}], "enterprise": {}}
        assert (await (await registered(standing)).call("/uploadConfigData", **config)).code == "0"
        assert platform.configuration[0] == more
        for each in (terminal, again):
            each.http.close()

    heard = run(body, data_port=other)
    assert heard.of(Behaviour)
    assert "data-code-unknown" in heard.of(Received)[-1].faults


@pytest.mark.parametrize(
    "ack", ["never", "close", "half", "garbage", "no-code", "status", "redirect", "negative", "twice"]
)
def test_every_wrong_way_to_answer_an_upload(ack: str) -> None:
    async def body(standing: Standing, platform: NationalCentre) -> None:
        terminal = await registered(standing)
        platform.behave(ack=ack, status=503, negative_code="3")
        stores = ack not in ("status", "redirect", "negative")
        try:
            async with asyncio.timeout(0.2):
                answer = await terminal.upload(entry())
        except (TimeoutError, EOFError) as error:
            assert ack in ("never", "close", "half"), error
        else:
            expected = {
                "garbage": (200, ""),
                "no-code": (200, ""),
                "status": (503, ""),
                "redirect": (307, ""),
                "negative": (200, "3"),
                "twice": (200, "0"),
            }[ack]
            code = "" if ack == "garbage" else answer.code
            assert (answer.status, code) == expected
            if ack == "redirect":
                assert answer.headers["location"].startswith("http://")
        assert bool(standing.heard.of(Stored)) is stores
        acknowledged = [each for each in standing.heard.of(Sent) if each.cn == "9014"]
        assert bool(acknowledged) is (ack == "twice")
        terminal.http.close()
        platform.behave(ack="always")
        terminal = await registered(standing)
        assert (await terminal.upload(entry())).code == "0"
        assert standing.heard.of(Stored)[-1].copies == (2 if stores else 1)
        terminal.http.close()

    run(body)


def test_a_late_answer_a_number_as_code_and_losing_what_was_answered() -> None:
    async def body(standing: Standing, platform: NationalCentre) -> None:
        terminal = await registered(standing)
        platform.behave(ack_after_s=0.05, code_as_number=True, persist=False)
        answer = await terminal.upload(entry())
        assert isinstance(answer.json["responseCode"], Number) and not standing.heard.of(Stored)
        assert standing.heard.of(Sent)[-1].spoiled == "late"
        platform.behave(ack_after_s=0, ack_from_copy=2, persist=True)
        request = asyncio.ensure_future(terminal.upload(entry(scope=Number("2"))))
        await asyncio.sleep(0.05)
        assert not request.done()
        request.cancel()
        terminal.http.close()
        again = await registered(standing)
        assert (await again.upload(entry(scope=Number("2")))).code == "0"
        platform.behave(accept="refuse")
        with pytest.raises(OSError):
            await open_http(standing)
        platform.behave(accept="close")
        await asyncio.sleep(0.05)
        closed = await open_http(standing)
        with pytest.raises((EOFError, OSError)):
            await closed.post("/versionCheck", {})
        with pytest.raises(SwitchError, match="no switch"):
            platform.behave(nonsense=1)
        platform.disconnect(abort=True)

    run(body)


def test_an_ordinary_http_client_over_mutual_tls(tmp_path: Any) -> None:
    """aiohttp and the ssl module of Python, neither of which the platform uses."""
    import ssl

    async def body(standing: Standing, platform: NationalCentre) -> None:
        side = standing.site.terminal_side("A")
        (tmp_path / "certificate.pem").write_text(side.certificate)
        (tmp_path / "key.pem").write_text(side.key)
        (tmp_path / "anchors.pem").write_text(side.anchors + side.crls)
        context = ssl.create_default_context(cafile=tmp_path / "anchors.pem")
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
        context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
        base = f"https://127.0.0.1:{platform.port}"
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{base}/enterprise/register", json=REGISTRATION, ssl=context) as answer:
                terms = json.loads(await answer.text())
            assert terms["centerDataURL"].startswith("https://")
            platform.behave(certificate="wrong-host")
            platform.disconnect()
            await asyncio.sleep(0.05)
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await session.post(terms["centerDataURL"], json={}, ssl=context)
            platform.behave(certificate="revoked")
            with pytest.raises(aiohttp.ClientConnectorCertificateError, match="revoked"):
                await session.post(terms["centerDataURL"], json={}, ssl=context)

    heard = run(body, asyncio.run, channel="mtls")
    assert heard.of(Secured)[0].peer and heard.of(Connected)


def test_codes_of_the_national_form() -> None:
    assert national_code("k01001") == "04-01-0001-040001-30"
    assert national_code("x") == "x"


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.text()
        | st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?", fullmatch=True).map(Number),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    )
)
def test_json_keeps_every_digit(value: object) -> None:
    back = parse(write({"v": value}).encode())
    assert write(back) == write({"v": value})


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_no_octets_get_anything_but_one_sentence_out_of_the_parser(octets: bytes) -> None:
    try:
        parse(octets)
    except JsonError as error:
        assert str(error)
