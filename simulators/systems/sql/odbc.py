"""Ways into a database by ODBC: the driver of its kind, and the connection string that a reader is told.

Leaves to others: the database (`database`) and its server (`server`).
"""

from __future__ import annotations

_DRIVERS = {"sqlite": "SQLite3", "postgresql": "PostgreSQL Unicode", "mysql": "MariaDB Unicode"}
"""Names under which the drivers of Debian's packages register."""
_PACKAGES = {"sqlite": "libsqliteodbc", "postgresql": "odbc-postgresql", "mysql": "odbc-mariadb"}


def missing_driver(backend: str) -> str:
    """Why this machine cannot reach a database of a kind by ODBC; empty if it can."""
    wanted = _DRIVERS[backend]
    try:
        import pyodbc

        known = pyodbc.drivers()
    except ImportError:
        known = []
    if wanted in known:
        return ""
    install = f"apt-get install unixodbc {_PACKAGES[backend]}"
    return f"the ODBC driver {wanted} is not installed ({install}) / 未安装 ODBC 驱动 {wanted}"


def connection_string(url: str) -> str:
    """The connection string of a database, for the ODBC driver of its kind."""
    from sqlalchemy.engine import make_url

    parts = make_url(url)
    backend = parts.get_backend_name()
    driver = f"DRIVER={{{_DRIVERS['mysql' if backend == 'mariadb' else backend]}}};Database={parts.database}"
    if backend == "sqlite":
        # Without a limit this driver waits 100 s for a lock, and with 0 for ever; a missing file it would make anew.
        return f"odbc:{driver};Timeout=1;NoCreat=1"
    postgresql = backend == "postgresql"
    limits = "ConnSettings={SET statement_timeout=4000}" if postgresql else "InitStmt={SET lock_wait_timeout=4}"
    place = f"Server={parts.host};Port={parts.port};Uid={parts.username};Pwd={parts.password or ''}"
    return f"odbc:{driver};{place};{limits}"
