"""The terminal's certificate at national and provincial platforms: in every session, and nothing without (R-34).

Leaves the platforms' own certificates and what can be read on the way to `secrecy`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.case import Check, criterion
from bench.history import Captured, History, Received, Served
from conformance.common import secrecy
from conformance.common.delivery import setup_of
from conformance.common.times import MINUTE, local

UNIFIED_CERTIFICATE = criterion(
    "unified-certificate-{0}",
    en="every message to the {0} platform comes in a session that stands on the terminal's own unified certificate",
    zh="发往该平台（{0}）的每条报文均在以终端自身统一证书认证的会话内",
    unit="messages",
)
PLATFORM_GETS_NOTHING = criterion(
    "{0}-gets-nothing",
    en="with its own certificate of no use the terminal sends the {0} platform nothing by any way",
    zh="自身证书不可用时不以任何方式向该平台（{0}）发送",
    unit="messages",
)

_ALIVE_US = 5 * MINUTE


def unified_findings(history: History, levels: Mapping[str, str]) -> Iterator[Check]:
    """Per platform: each message came in a session that the terminal's own certificate of the right issuer opened.

    The platform itself verifies issuer, times and key; what it agreed to is on record. A platform that has no such
    session by the end although the terminal works was not shown the certificate.
    """
    alive = _alive(history)
    for centre, level in levels.items():
        own = setup_of(history, centre).mn
        _, agreed = secrecy.handshakes(history, centre)
        sound = {each.conn for each in agreed if each.peer == own and "digital_signature" in each.peer_usage}
        received = [event for event in history.of(Received) if event.centre == centre]
        others = [_line(event) for event in received if event.conn not in sound]
        yield UNIFIED_CERTIFICATE.of(level).decide(
            False if others or (alive and not sound) else True if received and sound else None,
            measured=len(others),
            limit=0,
            evidence=[f"{len(sound)} sessions / 次会话", *others[:10]],
        )


def silence_findings(history: History, levels: Mapping[str, str]) -> Iterator[Check]:
    """Per platform: no message at all, and nothing in the clear on the uplink; open unless the terminal works.

    Where the uplink carries a capture and no packet, that is silence too.
    """
    known = _alive(history) and history.of(Captured)
    clear = secrecy.in_the_clear(history)
    for centre, level in levels.items():
        told = [_line(event) for event in history.of(Received) if event.centre == centre]
        yield PLATFORM_GETS_NOTHING.of(level).none([*told, *clear], known)


def _alive(history: History) -> bool:
    """The terminal read its meters until the end."""
    return any(event.t >= history.end_us - _ALIVE_US for event in history.of(Served))


def _line(event: Received) -> str:
    return f"{local(event.t)} connection {event.conn}: {event.cn or event.frame[:40]}"
