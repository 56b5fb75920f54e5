"""Doors in real time: TLS with and without certificates of clients, a Mosquitto elsewhere, a program of its own."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ports import free_port
from reference_platform_kit import (
    PASSWORD,
    START_US,
    Caller,
    HandClock,
    Line,
    furnish,
    kept,
    minute,
    settings,
    standing,
)

from simulators.clock import seeded
from simulators.platform.__main__ import main
from simulators.platform.core.settings import Hj212, Https, Mqtt, Tls
from simulators.trust.authority import Authority

_MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin")


@pytest.fixture(scope="module")
def authority() -> Authority:
    subjects = [("server", "platform"), ("client", "MN-A"), ("client", "MN-B")]
    now_us = time.time_ns() // 1_000
    return Authority("ecdsa", now_us, seeded(3), subjects)


def files(folder: Path, authority: Authority) -> Tls:
    """The platform's certificate and the root, as files; the settings that name them."""
    side = authority.leaf("server", "platform", ("127.0.0.1",))
    (folder / "intake.pem").write_text(side.certificate)
    (folder / "intake.key").write_text(side.key)
    (folder / "clients.pem").write_text(authority.anchor)
    return Tls(certificate="intake.pem", key="intake.key")


def context(folder: Path, authority: Authority, who: str = "", choice: str = "good") -> ssl.SSLContext:
    found = ssl.create_default_context(cadata=authority.anchor)
    if who:
        side = authority.leaf("client", who, (), choice)  # pyright: ignore[reportArgumentType]
        (folder / "c.pem").write_text(side.certificate)
        (folder / "c.key").write_text(side.key)
        found.load_cert_chain(folder / "c.pem", folder / "c.key")
    return found


async def said(port: int, octets: bytes, shown: ssl.SSLContext) -> list[bytes] | None:
    """What is answered over TLS; None where no connection comes about."""
    try:
        line = Line(*await asyncio.open_connection("127.0.0.1", port, ssl=shown))
        answers = await line.say(octets)
    except (OSError, ssl.SSLError, asyncio.IncompleteReadError):
        return None
    line.writer.close()
    return answers


def test_over_tls_a_terminal_is_who_its_certificate_says(tmp_path: Path, authority: Authority) -> None:
    async def story() -> None:
        tls = files(tmp_path, authority)
        ports = [free_port() for _ in range(3)]
        mutual = Tls(certificate=tls.certificate, key=tls.key, clients="clients.pem")
        chosen = settings(
            hj212_tls=Hj212(port=ports[0], tls=tls),
            hj212_mtls=Hj212(port=ports[1], tls=mutual),
            https_mtls=Https(port=ports[2], tls=mutual),
        )
        async with standing(tmp_path, HandClock(), chosen) as platform:
            furnish(platform.desk())
            plain = context(tmp_path, authority)
            assert len(await said(ports[0], minute("1"), plain) or []) == 1
            assert await said(ports[1], minute("2"), plain) is None
            own = context(tmp_path, authority, "MN-A")
            assert len(await said(ports[1], minute("3"), own) or []) == 1
            assert kept(platform) == [("3", 2, "valid")]
            line = Line(*await asyncio.open_connection("127.0.0.1", ports[1], ssl=context(tmp_path, authority, "MN-B")))
            line.writer.write(minute("4"))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    assert await line.reader.read(10) == b""
            line.writer.close()
            assert kept(platform) == [("3", 2, "valid")]
            stranger = context(tmp_path, authority, "MN-A", "unknown-issuer")
            assert await said(ports[1], minute("5"), stranger) is None

    asyncio.run(story())


@pytest.mark.skipif(
    _MOSQUITTO is None, reason="NOT RUN HERE: program mosquitto is not installed / 未执行：未安装 mosquitto"
)
def test_values_come_by_a_broker_elsewhere_and_again_after_it_was_gone(tmp_path: Path) -> None:
    port = free_port()
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")

    def broker() -> subprocess.Popen[bytes]:
        assert _MOSQUITTO
        return subprocess.Popen([_MOSQUITTO, "-c", str(config)], stderr=subprocess.DEVNULL)

    async def story() -> None:
        program = broker()
        chosen = settings(mqtt=Mqtt(broker="127.0.0.1", broker_port=port))
        try:
            async with standing(tmp_path, HandClock(), chosen) as platform:
                furnish(platform.desk())

                async def arrives(value: str, at_ms: int) -> None:
                    payload = f'{{"ts": {at_ms}, "values": {{"k01": "{value}"}}}}'
                    topic = "v1/devices/MN-A/telemetry"
                    words = ["mosquitto_pub", "-p", str(port), "-q", "1", "-t", topic, "-m", payload]
                    async with asyncio.timeout(240):
                        while value not in [each for each, _, _ in kept(platform)]:
                            sender = await asyncio.create_subprocess_exec(*words, stderr=subprocess.DEVNULL)
                            await sender.wait()
                            await asyncio.sleep(0.1)

                await arrives("1.250", START_US // 1_000)
                program.terminate()
                program.wait()
                program = broker()
                await arrives("2.500", START_US // 1_000 + 60_000)
                assert [each for each, _, _ in kept(platform)] == ["1.250", "2.500"]
        finally:
            program.terminate()
            program.wait()

    asyncio.run(story())


def test_as_a_program_it_keeps_what_it_acknowledged_when_it_is_killed(tmp_path: Path) -> None:
    port, line_port = free_port(), free_port()
    (tmp_path / "platform.toml").write_text(
        f"[people]\nport = {port}\nargon_time = 1\nargon_kib = 8\n[hj212]\nport = {line_port}\n"
        f'[[accounts]]\naccount = "clerk-a"\npassword = "{PASSWORD}"\nrole = "clerk"\nenterprise = "A"\n'
    )

    def start() -> subprocess.Popen[str]:
        words = [sys.executable, "-m", "simulators.platform", "--config", str(tmp_path / "platform.toml")]
        program = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert program.stdout
        assert f"listening at 127.0.0.1:{port}" in program.stdout.readline()
        return program

    async def first() -> None:
        admin = await Caller("127.0.0.1", port).login("administrator", "Administrator-1")
        for kind, body in (
            ("park", {"id": "P", "name": "p"}),
            ("enterprise", {"id": "A", "name": "a", "park": "P"}),
            ("terminal", {"id": "MN-A", "enterprise": "A", "secret": "123456"}),
            ("point", {"id": "A.k01", "enterprise": "A", "terminal": "MN-A", "code": "k01"}),
        ):
            assert (await admin.call("POST", f"/api/objects/{kind}", body)).status == 201
        line = await Line.to(line_port)
        assert len(await line.say(minute("7.25"))) == 1
        line.writer.close()

    async def second() -> None:
        clerk = await Caller("127.0.0.1", port).login("clerk-a")
        asked = f"/api/analyses/samples?point=A.k01&span=1&from={START_US}&to={START_US + 1}"
        assert [row["value"] for row in (await clerk.call("GET", asked)).rows] == ["7.25"]

    for each in (first, second):
        program = start()
        try:
            asyncio.run(each())
        finally:
            program.send_signal(signal.SIGKILL if each is first else signal.SIGTERM)
            program.wait()
            assert program.stdout
            program.stdout.close()
    assert program.returncode == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[people]\nport = 'x'\n", "people.port: "),
        ("people = 5\n", "people: expected a table"),
        ("[[", "not valid TOML"),
        ("[store]\nurl = 'sqlite:////nowhere/at/all.db'\n", "the database cannot be opened"),
        ("[people.tls]\ncertificate = 'no.pem'\nkey = 'no.key'\n", "No such file"),
    ],
)
def test_a_program_that_cannot_start_says_why_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    (tmp_path / "platform.toml").write_text(text)
    assert main(["--config", str(tmp_path / "platform.toml")]) == 2
    printed = capsys.readouterr().err
    assert told in printed
    assert "Traceback" not in printed


def test_chance_is_the_platforms_own(tmp_path: Path) -> None:
    tokens: list[list[str]] = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()

        async def once(folder: Path = tmp_path / name) -> list[str]:
            async with standing(folder, HandClock()) as platform:
                return [platform.office.accounts.login("administrator", "Administrator-1")[0] for _ in range(3)]

        tokens.append(asyncio.run(once()))
    assert tokens[0] == tokens[1]
    assert len(set(tokens[0])) == 3
