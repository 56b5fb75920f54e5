"""`probe` at collectors: a Mosquitto with a retained message, a server of one answer, and wrong words."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ports import free_port

from reference_terminal.commissioning.commands import main
from reference_terminal.commissioning.probe_collector import Sought, explain, probe

MESSAGE = '{"timestamp":1772416800000,"node":"E1","values":{"energy":0.10,"功率":NaN},"errors":{"u":3002}}'


@pytest.fixture
def broker(program: Callable[[str], str], tmp_path: Path) -> Iterator[int]:
    port = free_port()
    (tmp_path / "conf").write_text(f"user root\nallow_anonymous true\nlistener {port} 127.0.0.1\nlog_dest none\n")
    with subprocess.Popen([program("mosquitto"), "-c", str(tmp_path / "conf")]) as process:
        for _ in range(6000):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.02)
        words = ("-h", "127.0.0.1", "-p", str(port), "-t", "/neuron/C/E1", "-r", "-m", MESSAGE)
        subprocess.run([program("mosquitto_pub"), *words], check=True)
        yield port
        process.terminate()


def test_a_broker_is_listened_to(broker: int, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["probe", f"127.0.0.1:{broker}", "--protocol", "mqtt", "--seconds", "0.5"]
    assert main([*words, "--topic", "/neuron/#"]) == 0
    told = capsys.readouterr().out
    for text in (
        "/neuron/C/E1: ",
        "retained / 保留消息",
        "neuron, device 'E1', 2026-03-02T10:00:00.000+08:00",
        "energy = 0.10",
        "功率 = not a number",
        "u = error answer 3002",
        "listened for 0.5 s",
    ):
        assert text in told
    assert main([*words, "--topic", "elsewhere"]) == 1
    assert main([*words, "--form", "thingsboard"]) == 1
    assert "not understood" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "says", "good"),
    [
        (f"HTTP/1.1 200 OK\r\nContent-Length: {len(MESSAGE.encode())}\r\n\r\n{MESSAGE}", "energy = 0.10", True),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}", "status 404", False),
        ("rubbish\r\n\r\n", "no HTTP answer", False),
        ("", "no HTTP answer", False),
    ],
)
def test_a_server_is_asked_once(answer: str, says: str, good: bool) -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer.encode())
        writer.close()

    async def scene() -> tuple[bool, str]:
        told: list[str] = []
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        found = await probe(Sought("https", "127.0.0.1", port, path="/values"), told.append)
        server.close()
        return found, "\n".join(told)

    found, told = asyncio.run(scene())
    assert found is good
    assert says in told
    assert asked[0].startswith(b"GET /values HTTP/1.1\r\n")


def test_nobody_there_and_wrong_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", f"127.0.0.1:{free_port()}", "--protocol", "mqtt"]) == 1
    assert "no answer" in capsys.readouterr().out
    assert main(["probe", "127.0.0.1", "--protocol", "mqtt"]) == 2
    assert "expected host:port, got '127.0.0.1'" in capsys.readouterr().err
    assert main(["probe", "127.0.0.1:1", "--protocol", "https", "--anchors", "absent.pem"]) == 2
    assert "expected a PEM file of root certificates, got absent.pem" in capsys.readouterr().err


def test_what_fits_no_form_is_shown() -> None:
    told: list[str] = []
    assert explain(b'{"x":1}', "", told.append) is False
    assert '{"x":1}' in told[-1]
    assert explain(b"\xff", "", told.append) is False
