"""The reduced place beside others on the same computer."""

from __future__ import annotations

import socket

from bench.layout import build
from bench.rigs.places import loopback
from bench.rigs.places.loopback import LoopbackPlace


def test_the_local_port_is_the_usual_one_unless_somebody_has_it(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    with socket.socket() as other:
        other.bind(("", 0))
        taken = int(other.getsockname()[1])
        monkeypatch.setattr(loopback.build, "LOCAL_PORT", taken)
        alone = LoopbackPlace().local()
        assert alone[1] != taken, "bound on every address is enough"
        other.listen()
        place = LoopbackPlace()
        host, port = place.local()
        assert port not in (0, taken) and place.local() == (host, port)
        assert place.beside(0).local[0] != host and place.beside(0).local[1] not in (0, taken)
    assert LoopbackPlace().local()[1] == build.LOCAL_PORT == taken
