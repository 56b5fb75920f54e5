"""The configuration as a file: everything set at run time, out of the terminal and into it again (ISC-2 7.4.1.4(4)).

Leaves the configuration file itself to whoever installs the terminal, and stored data to `storage.archive`. Secrets are
in the file as they are in the store, sealed; the seal over the whole opens only where the terminal's passphrase is.
"""

from __future__ import annotations

from typing import Any, cast

import apsw
import msgspec

from reference_terminal.crypto.symmetric import sm3
from reference_terminal.management import reasons
from reference_terminal.management.packages import PackageRefused
from reference_terminal.model import json_text
from reference_terminal.model.sealed import SealedError
from reference_terminal.model.times import iso
from reference_terminal.security.vault import Vault
from reference_terminal.storage.store import Store

FORMAT = "carbonbench-configuration/1"
_NAME = "configuration backup"
_OWN = "terminal"
"""The scope of what is no configuration: numbers that must never go back."""
Row = tuple[str, str, str]


def make(store: Store, name: str, now_s: int, vault: Vault | None) -> dict[str, Any]:
    """The file's members: the settings in force, their digest, and the terminal's seal on it."""
    found = store.connection.execute(
        "SELECT scope, name, value FROM setting WHERE scope<>? ORDER BY scope, name", (_OWN,)
    ).fetchall()
    altered = store.altered
    rows = [row for row in cast(list[Row], found) if row[:2] not in altered]
    digest = _digest(rows)
    return {
        "format": FORMAT,
        "terminal": name,
        "made": iso(now_s),
        "settings": [list(row) for row in rows],
        "sm3": digest,
        "seal": "" if vault is None else vault.seal(_NAME, digest.encode()),
    }


def read(octets: bytes, vault: Vault | None) -> list[Row]:
    """The settings of a file. Raises PackageRefused with the first thing that is wrong."""
    try:
        found: Any = json_text.read(octets)
    except json_text.NoJson:
        found = None
    members = cast(dict[str, Any], found) if isinstance(found, dict) else {}
    if members.get("format") != FORMAT:
        raise PackageRefused(reasons.NO_BACKUP())
    settings: Any = members.get("settings")
    try:
        rows = msgspec.convert(settings, list[tuple[str, str, str]])
    except msgspec.ValidationError:
        raise PackageRefused(reasons.BACKUP_ROWS()) from None
    if any(scope == _OWN for scope, _, _ in rows):
        raise PackageRefused(reasons.NO_CONFIGURATION())
    digest = _digest(rows)
    if members.get("sm3") != digest:
        raise PackageRefused(reasons.BACKUP_ALTERED())
    if vault is not None:
        try:
            good = vault.open(_NAME, str(members.get("seal", ""))) == digest.encode()
        except SealedError:
            good = False
        if not good:
            raise PackageRefused(reasons.SEAL_DIFFERS())
    return rows


def restore(store: Store, rows: list[Row]) -> None:
    """Gather the settings in place of those there are."""

    def step(connection: apsw.Connection) -> None:
        for table in ("setting", "setting_code"):
            connection.execute(f"DELETE FROM {table} WHERE scope<>?", (_OWN,))

    store.add_step(step)
    for row in rows:
        store.keep_setting(*row)


def _digest(rows: list[Row]) -> str:
    return sm3(msgspec.json.encode(rows)).hex()
