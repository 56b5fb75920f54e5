"""The set of centres in force: those of the configuration, with what was added and removed at the terminal since.

Leaves serving them to uplink and the way in to web. What was added is kept in the store, sealed where there is a vault,
as the table that the configuration file would hold.
"""

from __future__ import annotations

import dataclasses
import tomllib
from decimal import Decimal
from typing import Any

from reference_terminal.model.seams import seam
from reference_terminal.security.vault import SealedError, Vault, is_sealed
from reference_terminal.settings.centres import CentreConfig, read_centre
from reference_terminal.settings.config import Config, ConfigError, check_centres
from reference_terminal.settings.problems import Problem
from reference_terminal.settings.reader import Section
from reference_terminal.storage.store import Store

_SCOPE = "centre set"
_REMOVED = "removed"
_CERTIFICATES = "certificates"
_BETWEEN = "\x00"


def in_force(config: Config, store: Store, vault: Vault | None) -> Config:
    """The configuration with the centres in force; what cannot be opened or read any more is left out."""
    kept = store.settings(_SCOPE)
    centres = [centre for centre in config.centres if kept.get(centre.id, "") == ""]
    for name, value in kept.items():
        text = "" if value == _REMOVED else _opened(name, value, vault)
        if text:
            centres.append(centre_from(text, config))
    return dataclasses.replace(config, centres=tuple(_renewed(centre, store, vault) for centre in centres))


@seam
def _renewed(centre: CentreConfig, store: Store, vault: Vault | None) -> CentreConfig:
    """A centre with the certificate that the terminal was last given for it."""
    kept = store.setting(_CERTIFICATES, centre.id) or ""
    text = _opened(centre.id, kept, vault, _CERTIFICATES) if kept else ""
    if not text:
        return centre
    certificate, _, key = text.partition(_BETWEEN)
    return dataclasses.replace(centre, channel=dataclasses.replace(centre.channel, certificate=certificate, key=key))


def _opened(name: str, value: str, vault: Vault | None, scope: str = _SCOPE) -> str:
    if not is_sealed(value):
        return value
    try:
        return "" if vault is None else vault.open(f"{scope} {name}", value).decode()
    except SealedError:
        return ""


def centre_from(text: str, config: Config) -> CentreConfig:
    """A centre from the TOML text of its table. Raises ConfigError with every problem found."""
    problems: list[Problem] = []
    try:
        table: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, ArithmeticError, RecursionError) as error:
        raise ConfigError([Problem("settings", f"not valid TOML: {error}", "不是有效的 TOML")]) from None
    centre = read_centre(Section(table, "centre", problems), config.security)
    if problems:
        raise ConfigError(problems)
    return centre


def with_centre(config: Config, centre: CentreConfig) -> Config:
    """The configuration with one more centre. Raises ConfigError where it contradicts the rest."""
    wider = dataclasses.replace(config, centres=(*config.centres, centre))
    problems = check_centres(wider)
    if problems:
        raise ConfigError(problems)
    return wider


@seam
def keep_added(store: Store, name: str, text: str, vault: Vault | None) -> None:
    """Gather an added centre for the next transaction."""
    store.keep_setting(_SCOPE, name, text if vault is None else vault.seal(f"{_SCOPE} {name}", text.encode()))


def keep_certificate(store: Store, name: str, certificate: str, key: str, vault: Vault) -> None:
    """Gather a centre's new certificate and key (PEM) for the next transaction, sealed."""
    text = f"{certificate}{_BETWEEN}{key}"
    store.keep_setting(_CERTIFICATES, name, vault.seal(f"{_CERTIFICATES} {name}", text.encode()))


def keep_removed(store: Store, name: str) -> None:
    """Gather a removed centre for the next transaction, and the end of its queue."""
    store.keep_setting(_SCOPE, name, _REMOVED)
    store.write("DELETE FROM outbox WHERE centre=?", (name,))
