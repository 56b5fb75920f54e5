"""A port of loopback that nobody listens on, for tests whose programs are told where to listen."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Free now; nothing keeps it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
