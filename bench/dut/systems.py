"""OPC UA servers and databases of the bench's world, as a terminal is told of them.

Leaves the meters behind them to the adapters. The reference terminal's configuration takes these tables as they are.
"""

from __future__ import annotations

from typing import Any

from bench.dut import Seat
from simulators.world import MeterSpec


def system_of(seat: Seat, spec: MeterSpec) -> str:
    """The name of the system a meter stands behind, in the terminal's configuration."""
    return f"s{_places(seat).index(_place(spec)) + 1}"


def systems_of(seat: Seat) -> list[dict[str, Any]]:
    """Every system that meters stand behind, once."""
    specs = {_place(spec): spec for spec in reversed(seat.site.world.meters) if spec.system}
    return [_system(seat, f"s{number}", specs[place]) for number, place in enumerate(_places(seat), 1)]


def needs_vault(seat: Seat) -> bool:
    """Whether the terminal is given a key for one of them."""
    return any(spec.system == "opcua" and spec.security != "none" for spec in seat.site.world.meters)


Place = tuple[str, str, int, str]


def _place(spec: MeterSpec) -> Place:
    return spec.system, spec.host, spec.port, spec.database


def _places(seat: Seat) -> list[Place]:
    return list(dict.fromkeys(_place(spec) for spec in seat.site.world.meters if spec.system))


def _system(seat: Seat, name: str, spec: MeterSpec) -> dict[str, Any]:
    if spec.system == "sql":
        url = seat.site.database(spec)
        return {"id": name, "kind": "sql", "url": _by_odbc(url) if spec.odbc else url}
    table = {"id": name, "kind": "opcua", "url": f"opc.tcp://{spec.host}:{spec.port}/", "security": spec.security}
    if spec.security != "none":
        side = seat.site.opcua_side(spec.host, spec.port)
        table |= {"certificate": side.certificate, "key": side.key, "trusted": side.trusted}
    return table


_ODBC_DRIVERS = {"sqlite": "SQLite3", "postgresql": "PostgreSQL Unicode", "mysql": "MariaDB Unicode"}
"""Names under which the drivers of Debian's packages register."""
_ODBC_PACKAGES = {"sqlite": "libsqliteodbc", "postgresql": "odbc-postgresql", "mysql": "odbc-mariadb"}


def missing_driver(backend: str) -> str:
    """Why this machine cannot reach a database of a kind by ODBC; empty if it can."""
    wanted = _ODBC_DRIVERS[backend]
    try:
        import pyodbc

        known = pyodbc.drivers()
    except ImportError:
        known = []
    if wanted in known:
        return ""
    install = f"apt-get install unixodbc {_ODBC_PACKAGES[backend]}"
    return f"the ODBC driver {wanted} is not installed ({install}) / 未安装 ODBC 驱动 {wanted}"


def _by_odbc(url: str) -> str:
    """The connection string of a database, for the ODBC driver of its kind."""
    # Only a world with databases pays for the library.
    from sqlalchemy.engine import make_url

    parts = make_url(url)
    backend = parts.get_backend_name()
    driver = f"DRIVER={{{_ODBC_DRIVERS['mysql' if backend == 'mariadb' else backend]}}};Database={parts.database}"
    if backend == "sqlite":
        # Without a limit this driver waits 100 s for a lock, and with 0 for ever; a missing file it would make anew.
        return f"odbc:{driver};Timeout=1;NoCreat=1"
    postgresql = backend == "postgresql"
    limits = "ConnSettings={SET statement_timeout=4000}" if postgresql else "InitStmt={SET lock_wait_timeout=4}"
    place = f"Server={parts.host};Port={parts.port};Uid={parts.username};Pwd={parts.password or ''}"
    return f"odbc:{driver};{place};{limits}"
