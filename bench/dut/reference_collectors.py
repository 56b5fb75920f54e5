"""Collectors of the bench's world as tables of the reference terminal's configuration.

Leaves the meters behind them to reference_meters and the terminal itself to reference.
"""

from __future__ import annotations

from typing import Any

from bench.dut import Seat, sentences
from bench.dut.reference_collected import told_of
from bench.dut.reference_meters import NoDriver
from simulators.collectors.spec import CollectorSpec

_CHANNELS = ("plain", "tls", "mtls", "gm-tls13")


def collectors_of(seat: Seat) -> list[dict[str, Any]]:
    """All collectors. Raises NoDriver."""
    return [_collector(seat, spec) for spec in seat.site.world.collectors]


def _collector(seat: Seat, spec: CollectorSpec) -> dict[str, Any]:
    told = told_of().get(spec.kind)
    if told is None or spec.channel not in _CHANNELS:
        over = spec.channel if told is not None else spec.kind
        raise NoDriver(str(sentences.COLLECTOR_UNSPOKEN(name=spec.name, over=over)))
    made: dict[str, Any] = {
        "id": spec.name,
        "protocol": spec.kind,
        "host": spec.host,
        "port": spec.port,
        "form": spec.form,
        "numbers": spec.numbers,
        **told(spec),
    }
    if spec.channel != "plain":
        side = seat.site.collector_side(spec.name)
        made |= {
            "channel": spec.channel,
            "server_name": side.server_name,
            "anchors": side.anchors,
            "crls": side.crls,
        }
        if side.key:
            made |= {"certificate": side.certificate, "key": side.key}
    return made


def keys_of_collectors(seat: Seat) -> bool:
    """Whether the terminal is given a key of its own for a collector."""
    return any(spec.channel not in ("plain", "tls") for spec in seat.site.world.collectors)
