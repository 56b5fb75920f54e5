"""What the terminal is told of systems it reads values from: OPC UA servers and SQL databases.

Leaves the meters behind them to `meters` and keys to the security room.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from reference_terminal.model.messages import listing
from reference_terminal.settings import reasons
from reference_terminal.settings.reader import Section
from reference_terminal.settings.security import SecurityConfig, check_material

OPCUA, SQL = "opcua", "sql"
KINDS = (OPCUA, SQL)
SECURITIES = ("none", "sign", "encrypt")
SCHEMES = ("sqlite", "postgresql", "mysql", "mariadb", "odbc")
_QUERY = "SELECT id, tag, at, value FROM readings WHERE id > :after ORDER BY id LIMIT 1000"


@dataclass(frozen=True)
class SystemConfig:
    """One system: an OPC UA server (`url` opc.tcp://host:port/path) or a database (`url` of SQLAlchemy, or odbc: and
    a connection string, whose driver is told there how long it may wait).

    OPC UA: `security` is what a session asks for (Basic256Sha256 unless none), with the terminal's own `certificate`
    and `key`, and `trusted` the certificates (PEM) of servers, or of who issued them. A value whose source time stamp
    is older than `max_age_s` is told again and no new one (0: the polling period).

    SQL: `query` gives the columns id (rising), tag, time and value of the rows after id `:after`; times without zone
    are those of `zone_h` hours from UTC. The last `overlap` ids are asked for again, for rows that were committed out
    of their order.
    """

    id: str
    kind: str
    url: str = field(repr=False)
    timeout_s: Decimal = Decimal(4)
    security: str = "none"
    certificate: str = ""
    key: str = field(default="", repr=False)
    trusted: str = ""
    max_age_s: int = 0
    query: str = _QUERY
    zone_h: int = 8
    overlap: int = 200


def read_system(section: Section, security: SecurityConfig) -> SystemConfig:
    """One system; its problems go into the section."""
    kind = section.choice("kind", KINDS)
    is_opcua = kind == OPCUA
    value = SystemConfig(
        id=section.name("id"),
        kind=kind,
        url=section.text("url"),
        timeout_s=section.decimal("timeout_s", Decimal("0.1"), Decimal(60), Decimal(4)),
        security=section.choice("security", SECURITIES, "none") if is_opcua else "none",
        certificate=section.text("certificate", "") if is_opcua else "",
        key=section.text("key", "") if is_opcua else "",
        trusted=section.text("trusted", "") if is_opcua else "",
        max_age_s=section.integer("max_age_s", 0, 86_400, 0) if is_opcua else 0,
        query=_QUERY if is_opcua else section.text("query", _QUERY),
        zone_h=8 if is_opcua else section.integer("zone_h", -12, 14, 8),
        overlap=200 if is_opcua else section.integer("overlap", 0, 10_000, 200),
    )
    scheme = value.url.partition(":")[0].partition("+")[0]
    if value.url and is_opcua and not value.url.startswith("opc.tcp://"):
        section.problem("url", reasons.OPC_URL(url=value.url))
    if value.url and not is_opcua and scheme not in SCHEMES:
        # What stands behind the scheme may hold a password, which belongs into no message.
        section.problem("url", reasons.DATABASE_URL(schemes=listing(SCHEMES), scheme=scheme))
    if is_opcua and value.security != "none":
        _check_keys(section, value, security)
    if not is_opcua:
        _check_query(section, value.query)
    section.done()
    return value


def _check_keys(section: Section, value: SystemConfig, security: SecurityConfig) -> None:
    for key in ("certificate", "key", "trusted"):
        if not getattr(value, key):
            section.problem(key, reasons.SECURED_SYSTEM(security=value.security, key=key))
        check_material(section, key, getattr(value, key))
    if value.key and not security.has_vault:
        section.problem("key", reasons.SEALED_AT_REST())


def _check_query(section: Section, query: str) -> None:
    words = query.lower().split()
    if not words or words[0] != "select" or ";" in query or ":after" not in query:
        section.problem("query", reasons.ONE_SELECT())
