"""Which programs of real databases this machine has: found without starting one, and without a driver.

Leaves making and starting a server to `server`.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

_PACKAGES = {"postgresql": "postgresql", "mariadb": "mariadb-server"}
_SBIN = "/usr/local/sbin:/usr/sbin:/usr/bin"
_DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Programs:
    """What makes a server's folder, and what serves it."""

    install: str
    serve: str


def programs_of(kind: str) -> Programs | None:
    """The programs of a kind of server on this machine; None if one of them is absent."""
    path = f"{os.environ.get('PATH', os.defpath)}:{_SBIN}"
    if kind == "postgresql":
        numbered = [each for each in _DEBIAN.glob("*/bin") if each.parent.name.isdecimal()]
        newest = sorted(numbered, key=lambda each: int(each.parent.name), reverse=True)
        path = ":".join((*map(str, newest), path))
    names = ("initdb", "postgres") if kind == "postgresql" else ("mariadb-install-db", "mariadbd")
    install, serve = (shutil.which(name, path=path) for name in names)
    return None if install is None or serve is None else Programs(install, serve)


def missing_server(kind: str) -> str:
    """Why this machine cannot start a kind of server; empty if it can."""
    if programs_of(kind) is not None:
        return ""
    package = _PACKAGES[kind]
    return f"the database {kind} is not installed (apt-get install {package}) / 未安装数据库 {kind}"
