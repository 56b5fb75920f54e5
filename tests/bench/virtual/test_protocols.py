"""Unmodified protocol stacks over the simulated network: pymodbus, h11 over streams, TLS through asyncio's own."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import h11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pymodbus.client import AsyncModbusTcpClient, AsyncModbusUdpClient
from pymodbus.server import ModbusTcpServer, ModbusUdpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from bench.virtual.domain import Domain
from bench.virtual.loop import run, running_loop
from bench.virtual.network import Network


class Field:
    """A terminal and a meter 1 ms apart."""

    def __init__(self) -> None:
        self.loop = running_loop()
        self.net = Network(self.loop)
        self.terminal = Domain("terminal")
        self.meter = Domain("meter")
        self.net.host("terminal", "10.0.0.2", domain=self.terminal)
        self.net.host("meter", "10.0.0.3", domain=self.meter)
        self.wire = self.net.link("wire", latency_s=0.001)
        self.net.path("terminal", "meter", [self.wire])


def device() -> SimDevice:
    return SimDevice(1, simdata=[SimData(0, values=list(range(100)), datatype=DataType.REGISTERS)])


def modbus(udp: bool, fault: str | None) -> tuple[list[list[int]], float]:
    async def serve() -> None:
        kind = ModbusUdpServer if udp else ModbusTcpServer
        await kind(device(), address=("", 502)).serve_forever(background=True)

    async def main() -> tuple[list[list[int]], float]:
        field = Field()
        await field.meter.run(serve())
        answers: list[list[int]] = []

        async def poll() -> None:
            kind: Any = AsyncModbusUdpClient if udp else AsyncModbusTcpClient
            client = kind("meter" if not udp else "10.0.0.3", port=502, timeout=2, retries=0)
            assert await client.connect()
            if fault == "cut":
                field.wire.cut().install()
            for start in (0, 10):
                try:
                    reply = await client.read_holding_registers(start, count=3, device_id=1)
                    answers.append(reply.registers)
                except Exception as error:
                    answers.append([])
                    assert "ModbusIO" in type(error).__name__
                await asyncio.sleep(60)
            client.close()

        await field.terminal.run(poll())
        return answers, field.loop.time()

    return run(main())


@pytest.mark.parametrize("udp", [False, True])
def test_pymodbus_reads(udp: bool) -> None:
    answers, when = modbus(udp, None)
    assert answers == [[0, 1, 2], [10, 11, 12]]
    assert when == pytest.approx(120, abs=0.1)


@pytest.mark.parametrize("udp", [False, True])
def test_pymodbus_times_out_on_a_cut_wire(udp: bool) -> None:
    assert modbus(udp, "cut")[0] == [[], []]


def test_h11_over_streams() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        body = b""
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(4096))
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                break
        reply = h11.Response(status_code=200, headers=[("Content-Length", str(len(body)))])
        writer.write(connection.send(reply) or b"")
        writer.write(connection.send(h11.Data(data=body[::-1])) or b"")
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        writer.close()

    async def ask() -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection("meter", 80)
        connection = h11.Connection(h11.CLIENT)
        headers = [("Host", "meter"), ("Content-Length", "50000")]
        writer.write(connection.send(h11.Request(method="POST", target="/", headers=headers)) or b"")
        writer.write(connection.send(h11.Data(data=b"ab" * 25_000)) or b"")
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        status, body = 0, b""
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(4096))
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                writer.close()
                return status, body

    async def main() -> tuple[int, bytes]:
        field = Field()
        await field.meter.run(asyncio.start_server(serve, "0.0.0.0", 80))
        return await field.terminal.run(ask())

    assert run(main()) == (200, b"ba" * 25_000)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """Two self-signed certificates for the name "meter": the meter's own and a stranger's."""
    folder = tmp_path_factory.mktemp("tls")
    files: dict[str, Path] = {}
    for who in ("own", "stranger"):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "meter")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(datetime(2020, 1, 1))
            .not_valid_after(datetime(2020, 1, 1) + timedelta(days=40_000))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("meter")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        file = folder / f"{who}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        files[who] = file
    yield files


def tls(certificates: dict[str, Path], stranger: bool, upgrade: bool = False) -> str:
    def server_context(who: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates[who])
        return context

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if upgrade:
                assert await reader.readline() == b"STARTTLS\n"
                writer.write(b"OK\n")
                await writer.start_tls(server_context("own"))
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except (OSError, ssl.SSLError):
            pass
        writer.close()

    async def ask() -> str:
        context = ssl.create_default_context(cafile=str(certificates["own"]))
        try:
            if upgrade:
                reader, writer = await asyncio.open_connection("meter", 443)
                writer.write(b"STARTTLS\n")
                assert await reader.readline() == b"OK\n"
                await writer.start_tls(context, server_hostname="meter")
            else:
                reader, writer = await asyncio.open_connection("meter", 443, ssl=context)
        except ssl.SSLCertVerificationError as error:
            return f"refused: {error.verify_message}"
        sent = bytes(range(256)) * 1000
        writer.write(sent)
        received = await reader.readexactly(len(sent))
        version = writer.get_extra_info("ssl_object").version()
        writer.close()
        await writer.wait_closed()
        return f"{version} {'intact' if received == sent else 'altered'}"

    async def main() -> str:
        field = Field()
        scope = field.wire.stranger_certificate()
        if stranger:
            scope.install()
        who = "stranger" if field.wire.stranger else "own"
        context = None if upgrade else server_context(who)
        await field.meter.run(asyncio.start_server(echo, "0.0.0.0", 443, ssl=context))
        return await field.terminal.run(ask())

    return run(main())


def test_tls_with_the_right_certificate(certificates: dict[str, Path]) -> None:
    assert tls(certificates, stranger=False) == "TLSv1.3 intact"


def test_tls_with_a_strangers_certificate(certificates: dict[str, Path]) -> None:
    assert tls(certificates, stranger=True).startswith("refused: self-signed certificate")


def test_tls_on_an_open_connection(certificates: dict[str, Path]) -> None:
    assert tls(certificates, stranger=False, upgrade=True) == "TLSv1.3 intact"
