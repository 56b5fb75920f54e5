"""The whole terminal over secured channels and with fingerprints, on loopback: alarms, nothing sent, evidence found."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from platform_kit import OK, Answer, Asked, SmallPlatform, at
from security_kit import HOSTS, NAME, TRUST, authority
from terminal_kit import MN, SmallCentre, centre_text, config_text, platform
from virtually import virtually

from reference_terminal import Terminal, load_config
from reference_terminal.crypto.certificates import sm2_public
from reference_terminal.hj212 import frame as frames
from reference_terminal.hj212 import message as messages
from reference_terminal.model.rows import Pending, Record
from reference_terminal.model.times import HOUR
from reference_terminal.security import fingerprint
from simulators.trust.authority import Choice

NOON = at("2026-03-02T12:00:30")
HOUR_S = at("2026-03-02T11:00:00")
PASSPHRASE = '\npassphrase = "open sesame, open sesame"\n'
DEVICE = TRUST["sm2"].leaf("client", NAME)


@contextlib.asynccontextmanager
async def running(text: str, start_s: float = NOON) -> AsyncGenerator[Terminal]:
    terminal = Terminal(load_config(text), platform(start_s))
    task = asyncio.create_task(terminal.run())
    await asyncio.sleep(0)
    try:
        yield terminal
    finally:
        await terminal.stop()
        await task


async def until(condition: Any, timeout_s: float = 10) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def context(tmp_path: Path, shown: Choice) -> ssl.SSLContext:
    """A centre's side by the standard library, client certificates required."""
    leaf = authority("mtls").leaf("server", "A", HOSTS, shown)
    for name, text in (("cert", leaf.certificate), ("key", leaf.key)):
        (tmp_path / name).write_text(text)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    made.verify_mode = ssl.CERT_REQUIRED
    made.load_verify_locations(cadata=authority("mtls").anchor)
    return made


class SecuredCentre(SmallCentre):
    """The small centre behind TLS."""

    async def listen(self, secured: ssl.SSLContext) -> int:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=secured)
        return int(self.server.sockets[0].getsockname()[1])


def secured_text(port: int, mine: Choice = "good") -> str:
    by = authority("mtls")
    leaf = by.leaf("client", NAME, (), mine)
    extra = f"""
channel = "mtls"
server_name = "a.centre.test"
anchors = '''{by.anchor}'''
crls = '''{by.crls}'''
certificate = '''{leaf.certificate}'''
key = '''{leaf.key}'''
"""
    return config_text(1, centre_text(port, extra=extra), period_s=60) + f"[security]{PASSPHRASE}"


def put_hours(terminal: Terminal, count: int) -> None:
    rows: list[Record] = []
    for number in range(count):
        start_s = HOUR_S - 3600 * number
        rows.append(
            Record(3600, start_s, 1, start_s + 3600, None, None, f"1.{number:03d}0", "1", "2", 1, None, "N", "")
        )
        rows.append(Record(3600, start_s, 2, start_s + 3600, None, None, "231.68", "231.6", "231.7", 9, "1", "N", ""))
        if "A" in terminal.outboxes:
            terminal.store.enqueue([Pending("A", 3600, start_s, start_s + 3600)])
    terminal.store.add_records(rows)
    terminal.store.flush()
    terminal.wake_centres()


def test_records_travel_by_mutual_tls(tmp_path: Path) -> None:
    async def scene() -> None:
        centre = SecuredCentre()
        port = await centre.listen(context(tmp_path, "good"))
        async with running(secured_text(port)) as terminal:
            put_hours(terminal, 3)
            await until(lambda: terminal.outboxes["A"].counts()["sent"] == 3)
            assert terminal.links["A"].agreed.startswith("TLSv1.3 TLS_")

    virtually(scene())


@pytest.mark.parametrize("shown", ["expired", "revoked", "wrong-host", "unknown-issuer", "self-signed", "look-alike"])
def test_at_a_bad_certificate_the_terminal_alarms_and_keeps_its_records(tmp_path: Path, shown: Choice) -> None:
    async def scene() -> None:
        centre = SecuredCentre()
        port = await centre.listen(context(tmp_path, shown))
        async with running(secured_text(port)) as terminal:
            put_hours(terminal, 1)
            await until(lambda: terminal.journal.alarms(1))
            await until(lambda: any(row[0] == "channel refused" for row in terminal.journal.alarms(5)))
            assert centre.received == [] and terminal.outboxes["A"].counts()["sent"] == 0

    virtually(scene())


def test_an_own_expired_certificate_opens_no_connection_at_all(tmp_path: Path) -> None:
    async def scene() -> None:
        connected: list[int] = []

        def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connected.append(1)
            writer.close()

        server = await asyncio.start_server(count, "127.0.0.1", 0)
        port = int(server.sockets[0].getsockname()[1])
        async with running(secured_text(port, "expired")) as terminal:
            put_hours(terminal, 1)
            wanted = {"channel refused", "certificate unusable"}
            await until(lambda: wanted <= {row[0] for row in terminal.journal.alarms(9)})
            assert connected == []

    virtually(scene())


def test_a_session_ends_when_a_certificate_of_it_expires(tmp_path: Path) -> None:
    async def scene() -> None:
        centre = SecuredCentre()
        port = await centre.listen(context(tmp_path, "good"))
        async with running(secured_text(port)) as terminal:
            put_hours(terminal, 1)
            await until(lambda: terminal.outboxes["A"].counts()["sent"] == 1)
            terminal.clock.set_s(NOON + 31 * 365 * 86_400)
            await until(lambda: any(row[0] == "channel refused" for row in terminal.journal.alarms(9)))
            assert not terminal.links["A"].connected

    virtually(scene())


def test_the_interface_and_the_log_hold_no_secret(tmp_path: Path) -> None:
    async def scene() -> None:
        lines: list[str] = []
        centre = SecuredCentre()
        text = secured_text(await centre.listen(context(tmp_path, "good"))) + "\n[api]\nport = 18980\n"
        made = platform(NOON)
        made.log = lines.append
        terminal = Terminal(load_config(text), made)
        task = asyncio.create_task(terminal.run())
        await asyncio.sleep(0)
        await until(lambda: terminal.links and terminal.links["A"].connected)
        said = "".join(lines)
        for path in ("config", "centres", "status", "queue", "log", "alarms"):
            said += json.dumps(await get(18980, f"/api/v1/{path}"))
        await terminal.stop()
        await task
        for secret in ("PRIVATE", "open sesame", '"123456"', authority("mtls").leaf("client", NAME).key.split()[4]):
            assert secret not in said
        assert '"agreed": "TLSv1.3' in said

    virtually(scene())


async def get(port: int, path: str, body: Any = None) -> Any:
    async with asyncio.timeout(10):
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                break
            except ConnectionRefusedError:
                await asyncio.sleep(0.02)
    octets = b"" if body is None else json.dumps(body).encode()
    head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(octets)}\r\n\r\n"
    writer.write(head.encode() + octets)
    answer = await reader.read()
    writer.close()
    return json.loads(answer.partition(b"\r\n\r\n")[2])


# Fingerprints


def fingerprinted(path: str, port: int = 18981, centres: str = "") -> str:
    return config_text(1, centres, path=path, period_s=60) + (
        f"[api]\nport = {port}\n[security]{PASSPHRASE}"
        f"device_certificate = '''{DEVICE.certificate}'''\ndevice_key = '''{DEVICE.key}'''\nfingerprints = ['hour']\n"
    )


ALTERATIONS = {
    "one digit": ("UPDATE record SET value='1.0051' WHERE point=1 AND start_s=?", "altered"),
    "the flag": ("UPDATE record SET flag='M' WHERE point=1 AND start_s=?", "altered"),
    "a minimum": ("UPDATE record SET low='0' WHERE point=2 AND start_s=?", "altered"),
    "the stamp": ("UPDATE record SET end_s=end_s+60 WHERE point=1 AND start_s=?", "altered"),
    "the revision": ("UPDATE record SET revision=7 WHERE point=2 AND start_s=?", "altered"),
    "a record taken away": ("DELETE FROM record WHERE point=2 AND start_s=?", "missing"),
    "a fingerprint made to fit": (
        "UPDATE fingerprint SET digest=lower(hex(zeroblob(32))) WHERE point=1 AND start_s=?",
        "forged",
    ),
    "a fingerprint taken away": ("DELETE FROM fingerprint WHERE point=1 AND start_s=?", "unknown"),
}


@pytest.mark.parametrize("how", ALTERATIONS)
def test_exactly_the_altered_record_is_named(tmp_path: Path, how: str) -> None:
    async def scene() -> None:
        statement, what = ALTERATIONS[how]
        async with running(fingerprinted(str(tmp_path / "t.db"))) as terminal:
            put_hours(terminal, 600)
            found = await get(18981, "/api/v1/verify")
            assert found == {"compared": 1200, "against": "own copies", "findings": []}
            terminal.store.connection.execute(statement, (HOUR_S - 5 * 3600,))
            found = await get(18981, "/api/v1/verify?class=hour")
            point = "power" if "point=2" in statement else "energy"
            start = "2026-03-02T06:00:00+08:00"
            assert [(each["what"], each["point"], each["start"]) for each in found["findings"]] == [
                (what, point, start)
            ]
            assert any(row[0] == "records altered" for row in terminal.journal.alarms(9))

    virtually(scene())


def test_two_records_exchanged_are_both_named(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(fingerprinted(str(tmp_path / "t.db"))) as terminal:
            put_hours(terminal, 3)
            connection = terminal.store.connection
            for before, after in ((1, 9), (2, 1), (9, 2)):
                connection.execute("UPDATE record SET point=? WHERE point=? AND start_s=?", (after, before, HOUR_S))
            found = await get(18981, "/api/v1/verify")
            assert [(each["what"], each["point"]) for each in found["findings"]] == [
                ("altered", "energy"),
                ("altered", "power"),
            ]

    virtually(scene())


def test_a_revision_has_a_fingerprint_of_its_own_and_the_first_one_stays(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(fingerprinted(str(tmp_path / "t.db"))) as terminal:
            put_hours(terminal, 2)
            (kept,) = terminal.store.records(3600, 1, HOUR_S, HOUR_S + 1, 1)
            kept.value, kept.revision, kept.flag = "2.50", 1, "S"
            terminal.store.revise(kept)
            terminal.store.flush()
            assert (await get(18981, "/api/v1/verify"))["findings"] == []
            rows = list(terminal.store.connection.execute("SELECT revision FROM fingerprint WHERE point=1"))
            assert len(rows) == 3

    virtually(scene())


def test_without_fingerprints_the_question_is_answered_with_a_sentence(tmp_path: Path) -> None:
    async def scene() -> None:
        text = config_text(1, path=str(tmp_path / "t.db"), period_s=60) + "\n[api]\nport = 18982\n"
        async with running(text):
            assert "fingerprints" in (await get(18982, "/api/v1/verify"))["error"]["en"]

    virtually(scene())


def test_fingerprints_are_deposited_once_enrolled_and_a_refused_one_is_told(tmp_path: Path) -> None:
    async def scene() -> None:
        enrolled = False
        deposited: list[dict[str, Any]] = []

        def special(asked: Asked) -> Answer | str:
            nonlocal enrolled
            if asked.path == "/fingerprint/enrol":
                # A platform that forgets the first enrolment.
                enrolled = len(small.of("/fingerprint/enrol")) > 1
                return (200, OK)
            if not enrolled:
                return (200, {"responseCode": "2", "responseMessage": "who?"})
            deposited.extend(asked.body["fingerprints"])
            refused = [{"index": 0, "reason": "other digest deposited"}] if len(deposited) == 20 else []
            return (200, {**OK, "accepted": 20 - len(refused), "refused": refused})

        small = SmallPlatform(special)
        port = await small.start()
        centre = f'\n[[centres]]\nid = "F"\nprotocol = "fingerprint"\nhost = "127.0.0.1"\nport = {port}\nmn = "{MN}"\n'
        async with running(fingerprinted(str(tmp_path / "t.db"), 18983, centre)) as terminal:
            put_hours(terminal, 10)
            sql = "SELECT deposited, count(*) FROM fingerprint GROUP BY 1"
            await until(lambda: dict(terminal.store.connection.execute(sql)) == {1: 19, 2: 1})  # type: ignore[arg-type]
            assert any(row[0] == "fingerprint refused" for row in terminal.journal.alarms(9))
        public = sm2_public("device", DEVICE.certificate)
        assert len(deposited) == 20
        assert all(fingerprint.is_signed(public, each["digest"], each["signature"]) for each in deposited)
        assert {each["kind"] for each in deposited} == {"hour"} and deposited[0]["point"] == "e10001"

    virtually(scene())


# Orders by hand


def test_a_backfill_by_hand_sends_stored_hours_again_and_is_in_the_log(tmp_path: Path) -> None:
    async def scene() -> None:
        centre = SmallCentre()
        text = config_text(1, centre_text(await centre.start()), period_s=60) + "\n[api]\nport = 18984\n"
        async with running(text) as terminal:
            put_hours(terminal, 4)
            await until(lambda: terminal.outboxes["A"].counts()["sent"] == 4)
            first = [messages.parameters(message.cp)["DataTime"] for message in centre.of("2061")]
            order = {
                "centre": "A",
                "class": "hour",
                "from": "2026-03-02T09:00:00+08:00",
                "to": "2026-03-02T11:00:00+08:00",
                "author": "Li",
                "reason": "asked by the centre",
            }
            answer = await get(18984, "/api/v1/backfill", order)
            assert answer["periods"] == 2
            await until(lambda: len(centre.of("2061")) == 6)
            again = [messages.parameters(message.cp)["DataTime"] for message in centre.of("2061")[4:]]
            assert again == ["20260302090000", "20260302100000"] and set(again) <= set(first)
            log = [row for row in terminal.journal.events(0, 100) if row[2] == "manual backfill"]
            assert len(log) == 1 and "Li" in log[0][4] and "asked by the centre" in log[0][4]
            for change, said in (
                ({"centre": "B"}, "no centre is called"),
                ({"class": "minute5"}, "expected class"),
                ({"class": "day ", "author": "x"}, "expected class"),
                ({"author": " "}, "expected author"),
                ({"from": "yesterday"}, "expected from an instant"),
            ):
                refused = await get(18984, "/api/v1/backfill", {**order, **change})
                assert said in refused["error"]["en"], refused
            assert (
                "no upload window"
                in (await get(18984, "/api/v1/upload-time", {"centre": "A", "time": "01:00:00", "author": "Li"}))[
                    "error"
                ]["en"]
            )

    virtually(scene())


def test_an_hj212_centre_may_have_a_window_set_by_hand(tmp_path: Path) -> None:
    async def scene() -> None:
        centre = SmallCentre()
        extra = 'schedule = "window"\nupload_time = "03:00:00"'
        port = await centre.start()
        path = str(tmp_path / "t.db")
        text = config_text(1, centre_text(port, extra=extra), path=path, period_s=60) + "\n[api]\nport = 18985\n"
        async with running(text) as terminal:
            put_hours(terminal, 14)
            await asyncio.wait_for(centre.connected.wait(), 5)
            await asyncio.sleep(0.2)
            assert centre.of("2061") == []
            order = {"centre": "A", "time": "12:00:31", "author": "Li"}
            assert "recorded" in await get(18985, "/api/v1/upload-time", order)
            # Opens within seconds, for what ended by midnight; the hours of today wait.
            await until(lambda: len(centre.of("2061")) == 2)
            await asyncio.sleep(0.2)
            assert terminal.outboxes["A"].counts()["pending"] == 12
            assert "ordered" in await get(18985, "/api/v1/upload", {"centre": "A", "author": "Li"})
            await until(lambda: terminal.outboxes["A"].counts()["pending"] == 0)
            assert HOUR in terminal.settings["A"].spans()
        async with running(text) as terminal:
            assert terminal.settings["A"].upload_time == "12:00:31"

    virtually(scene())


def test_packets_of_a_protected_centre_show_nothing_and_unprotected_answers_count_for_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        seen: list[bytes] = []
        decoder = frames.Decoder()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while data := await reader.read(65_536):
                seen.append(data)
                for item in decoder.feed(data):
                    qn = item.data[3:20].decode()
                    plain = messages.Message(qn, "91", "9014", "123456", MN, 4)
                    writer.write(frames.encode(messages.encode(plain)))

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = int(server.sockets[0].getsockname()[1])
        theirs = TRUST["sm2"].leaf("server", "A", HOSTS)
        extra = f"""
payload = "sm4-sm2"
payload_keys = ["0123456789abcdeffedcba9876543210"]
centre_certificate = '''{theirs.certificate}'''
signing_key = '''{DEVICE.key}'''
"""
        text = config_text(1, centre_text(port, extra=extra), period_s=60) + f"[security]{PASSPHRASE}"
        async with running(text) as terminal:
            put_hours(terminal, 1)
            await until(lambda: len(seen) >= 2)
            await until(lambda: any("payload-missing" in row[4] for row in terminal.journal.events(0, 50)))
            assert terminal.outboxes["A"].counts()["sent"] == 0
        wire = b"".join(seen)
        assert b"PW=000000" in wire
        assert b"123456" not in wire and b"e10001" not in wire and b"1.0000" not in wire

    virtually(scene())


def test_records_are_compared_with_what_the_platform_has(tmp_path: Path) -> None:
    """Whoever takes a record away together with the terminal's own fingerprint of it is found all the same."""

    async def scene() -> None:
        deposited: list[dict[str, Any]] = []

        def special(asked: Asked) -> Answer | str:
            if asked.path == "/fingerprint/enrol":
                return (200, OK)
            if asked.path == "/fingerprint/query":
                wanted = [
                    {**each, "revision": int(each["revision"])}
                    for each in deposited
                    if (each["point"], each["kind"]) == (asked.body["point"], asked.body["kind"])
                    and asked.body["from"] <= each["start"] <= asked.body["to"]
                ]
                return (200, {**OK, "fingerprints": wanted}) if answering else (500, {})
            deposited.extend(asked.body["fingerprints"])
            return (200, {**OK, "accepted": len(asked.body["fingerprints"]), "refused": []})

        answering = True
        small = SmallPlatform(special)
        port = await small.start()
        centre = f'\n[[centres]]\nid = "F"\nprotocol = "fingerprint"\nhost = "127.0.0.1"\nport = {port}\nmn = "{MN}"\n'
        async with running(fingerprinted(str(tmp_path / "t.db"), 18984, centre)) as terminal:
            put_hours(terminal, 10)
            await until(lambda: len(deposited) == 20)
            await until(lambda: not terminal.signer or not terminal.signer.to_deposit(1))
            found = await get(18984, "/api/v1/verify?class=hour")
            assert found == {"compared": 20, "against": "deposits at F", "findings": []}
            for table in ("record", "fingerprint"):
                terminal.store.connection.execute(f"DELETE FROM {table} WHERE point=2 AND start_s=?", (HOUR_S - 7200,))
            found = await get(18984, "/api/v1/verify?class=hour")
            assert [(each["what"], each["point"]) for each in found["findings"]] == [("missing", "power")]
            answering = False
            found = await get(18984, "/api/v1/verify?class=hour")
            assert "nothing was decided" in found["error"]["en"]

    virtually(scene())
