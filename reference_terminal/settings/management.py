"""What the terminal is told of its maintenance port (ISC-2 7.4.1.2(4), ruling R-38).

Leaves who may do what there to the access room. The local port is always there; the remote one only once an
administrator has enabled it. The local port is the loopback's, or that of a card which is there for maintenance alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reference_terminal.settings import reasons
from reference_terminal.settings.accounts import is_listed
from reference_terminal.settings.reader import Section
from reference_terminal.settings.security import ChannelConfig, SecurityConfig, read_channel

_LOOPBACK = ("127.0.0.0/8", "::1")
_EVERYWHERE = ("0.0.0.0", "::")


@dataclass(frozen=True)
class ManagementConfig:
    """The local port, the port for maintenance from afar (empty host: none) and the channel of the latter."""

    host: str
    port: int
    remote_host: str = ""
    remote_port: int = 0
    channel: ChannelConfig = field(default_factory=ChannelConfig)


def read_management(section: Section, security: SecurityConfig) -> ManagementConfig:
    """The section [management]; its problems go into it."""
    channel = read_channel(section, security)
    host, port = section.text("host", "127.0.0.1"), section.integer("port", 1, 65_535)
    value = ManagementConfig(
        host,
        port,
        remote_host=section.text("remote_host", ""),
        remote_port=section.integer("remote_port", 1, 65_535, port),
        channel=channel,
    )
    dedicated = section.boolean("dedicated", False)
    if is_listed(host, _EVERYWHERE) or not (dedicated or is_listed(host, _LOOPBACK)):
        section.problem("host", reasons.MAINTENANCE_ADDRESS())
    if value.remote_host and (channel.kind not in ("gm-tls13", "mtls") or not channel.certificate):
        section.problem("channel", reasons.MAINTENANCE_PROOF())
    section.done()
    return value
