"""What the kernel keeps of a program that lost its power is forgotten: its port is free at once."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest
from ports import free_port

from bench.real import netns

HOST = "127.77.0.9"


@pytest.fixture
def namespace() -> Iterator[str]:
    if missing := netns.requirements():
        pytest.skip(f"NOT RUN HERE: {'; '.join(missing)}")
    name = netns.fresh_name("t")
    netns.create(name)
    try:
        netns.configure(name, ["link set dev lo up"])
        yield name
    finally:
        netns.delete(name)


def left_behind(port: int) -> None:
    """A connection whose server ended it first."""
    with socket.create_server((HOST, port)) as server:
        client = socket.create_connection((HOST, port))
        server.accept()[0].close()
        assert client.recv(1) == b""
        client.close()


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
        return False


def until_taken(port: int) -> None:
    """The last segments of the connection have passed."""
    until = time.monotonic() + 60
    while not is_taken(port) and time.monotonic() < until:
        time.sleep(0.01)
    assert is_taken(port)


@pytest.mark.parametrize("own", [True, False], ids=["process rig", "loopback rig"])
def test_a_port_is_free_when_power_returns(namespace: str, own: bool) -> None:
    port = free_port()
    with netns.entered(namespace) if own else contextlib.nullcontext():
        left_behind(port)
        until_taken(port)
    netns.forget_connections(namespace if own else "", "" if own else HOST)
    with netns.entered(namespace) if own else contextlib.nullcontext():
        assert not is_taken(port)


def test_connections_of_other_addresses_stay() -> None:
    with socket.create_server(("127.77.0.8", free_port())) as server:
        client = socket.create_connection(server.getsockname())
        accepted = server.accept()[0]
        netns.forget_connections("", HOST)
        accepted.sendall(b"x")
        assert client.recv(1) == b"x"
        accepted.close()
        client.close()
