"""Ports for tests: nobody else gets what was given, neither another process of tests nor a program that takes any."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from house import ROOT
from ports import free_port, free_ports, is_free


def test_two_processes_get_different_ports() -> None:
    own = {*free_ports(3), free_port(), *free_ports(40), *free_ports(40)}
    words = [sys.executable, "-c", "from ports import free_ports; print(*free_ports(64), *free_ports(64))"]
    done = subprocess.run(words, cwd=ROOT / "tests" / "support", capture_output=True, text=True, check=True)
    others = {int(word) for word in done.stdout.split()}
    assert len(own) == 84 and len(others) == 128 and not own & others


def test_the_kernel_gives_none_of_them_away() -> None:
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert max(free_ports(64)) < lowest


def test_a_port_that_somebody_has_at_any_address_is_not_free() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.2", port)):
        assert not is_free(port)
