"""What the terminal is told of its pages and interface on the local network over HTTPS (R-32, R-38).

Leaves who may do what there to the access room: it is the interface of [api] once more, under TLS of a server, which
browsers know. Whoever wants it alone gives [api] a loopback address or no port.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reference_terminal.settings import reasons
from reference_terminal.settings.reader import Section
from reference_terminal.settings.security import ChannelConfig, SecurityConfig, check_material


@dataclass(frozen=True)
class LanConfig:
    """Where it listens, and the certificate and key that it shows (PEM, or names of files)."""

    host: str
    port: int
    channel: ChannelConfig = field(default_factory=ChannelConfig)


def read_lan(section: Section, security: SecurityConfig) -> LanConfig:
    """The section [lan]; its problems go into it."""
    certificate, key = section.text("certificate", ""), section.text("key", "")
    value = LanConfig(
        section.text("host", "0.0.0.0"),
        section.integer("port", 1, 65_535, 443),
        ChannelConfig(kind="tls", certificate=certificate, key=key),
    )
    if not (certificate and key):
        section.problem("certificate", reasons.HTTPS_PROOF())
    elif not security.has_vault:
        section.problem("key", reasons.SEALED_AT_REST())
    for name, text in (("certificate", certificate), ("key", key)):
        check_material(section, name, text)
    section.done()
    return value
