"""Settings changed at run time, over those of the configuration file: one place for every kind of them.

Leaves the ways in to web, management and uplink, and the file itself to `config`. A setting has a scope, which says
whether it is sealed at rest, and a name; it is gathered for the next transaction of the store and comes into force by
`Overlay.in_force`, with the restart that whoever gathered it asks for. What cannot be opened or read any more is left
out. A centre that was added is kept as the table that the configuration file would hold.
"""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol, cast

from reference_terminal.model import json_text
from reference_terminal.model.sealed import SealedError, is_sealed
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY_S, floor_s
from reference_terminal.settings import reasons
from reference_terminal.settings.carriers import refusal
from reference_terminal.settings.centres import CentreConfig, read_centre
from reference_terminal.settings.config import Config, ConfigError, check_centres, with_accounting, with_meters
from reference_terminal.settings.hosts import is_host
from reference_terminal.settings.meters import MeterConfig
from reference_terminal.settings.problems import Problem
from reference_terminal.settings.reader import Section


@dataclass(frozen=True)
class Scope:
    """A kind of settings: its word in the store (kept in backups too), and which of them are sealed at rest."""

    word: str
    sealed: bool = False
    secrets: tuple[str, ...] = ()

    def seals(self, name: str) -> bool:
        """Whether a setting is sealed."""
        return self.sealed or name in self.secrets


CENTRES = Scope("centre set", sealed=True)
CERTIFICATES = Scope("certificates", sealed=True)
ADDRESSES = Scope("centre address", sealed=True)
ITEMS = Scope("acquired")
PERIODS = Scope("polling period")
METERS = Scope("meter set", sealed=True)
DUE = Scope("configuration due", sealed=True)
"""Contents of configurations by package that count from later on, under name and version."""
ACCOUNTING = Scope("accounting set")
ACCOUNTING_TABLE = "table"
ACQUIRED, NOT_ACQUIRED = "yes", "no"
SHORTEST_S, LONGEST_S = 1, 10_800
_REMOVED = "removed"
_PERIOD = re.compile(r"(\d{1,5}) (\d{1,12})", re.ASCII)
_BETWEEN = "\x00"


def parameters_of(centre: str) -> Scope:
    """The scope of what a centre or the management software sets for one centre."""
    return Scope(f"centre/{centre}", secrets=("pw", "registration"))


class KeptSettings(Protocol):
    """Settings that can be read."""

    def setting(self, scope: str, name: str) -> str | None:
        """A setting kept across restarts."""
        ...

    def settings(self, scope: str) -> dict[str, str]:
        """All settings of a scope by name."""
        ...


class SettingsStore(KeptSettings, Protocol):
    """Where settings are kept."""

    def keep_setting(self, scope: str, name: str, value: str) -> None:
        """Gather a setting for the next transaction."""
        ...

    def write(self, statement: str, values: Sequence[Any]) -> None:
        """Gather a statement for the next transaction."""
        ...

    def flush(self) -> bool:
        """Commit what is gathered; False if the store failed."""
        ...


class Kept:
    """Settings that are in nobody's store yet, such as those of a backup."""

    def __init__(self, rows: Sequence[tuple[str, str, str]]) -> None:
        self._rows = {(scope, name): value for scope, name, value in rows}

    def setting(self, scope: str, name: str) -> str | None:
        """See `KeptSettings`."""
        return self._rows.get((scope, name))

    def settings(self, scope: str) -> dict[str, str]:
        """See `KeptSettings`."""
        return {name: value for (of, name), value in sorted(self._rows.items()) if of == scope}


class Sealer(Protocol):
    """Who seals secrets at rest."""

    def seal(self, name: str, secret: bytes) -> str:
        """The sealed form of a secret."""
        ...

    def open(self, name: str, text: str) -> bytes:
        """The secret sealed under a name. Raises SealedError."""
        ...


class Overlaid:
    """What was set at run time at one terminal, laid over its configuration."""

    def __init__(self, store: KeptSettings, vault: Sealer | None) -> None:
        self._kept = store
        self._vault = vault
        self.unusable: dict[tuple[str, str], None] = {}
        """Scope and name of what is kept and cannot be put in force; it is left out."""

    def get(self, scope: Scope, name: str) -> str:
        """A setting; empty if there is none that can be opened."""
        return self._opened(scope, name, self._kept.setting(scope.word, name) or "")

    def all(self, scope: Scope) -> dict[str, str]:
        """The settings of a scope by name; empty what cannot be opened."""
        return {name: self._opened(scope, name, kept) for name, kept in self._kept.settings(scope.word).items()}

    def _opened(self, scope: Scope, name: str, kept: str) -> str:
        if not is_sealed(kept):
            return kept
        try:
            return "" if self._vault is None else self._vault.open(f"{scope.word} {name}", kept).decode()
        except SealedError:
            return ""

    def in_force(self, config: Config) -> Config:
        """The configuration with everything that was set at run time."""
        config = self.with_meters(config)
        config = self.with_centres(config)
        config = self.with_addresses(config)
        config = self.with_items(config)
        config = self.with_periods(config)
        return self.with_accounting(config)

    def with_accounting(self, config: Config) -> Config:
        """The configuration with the accounting that was last set; that of the file where there is none."""
        text = self.get(ACCOUNTING, ACCOUNTING_TABLE)
        if not text:
            return config
        try:
            return with_accounting(config, accounting_table(text))
        except ConfigError:
            self.unusable[(ACCOUNTING.word, ACCOUNTING_TABLE)] = None
            return config

    def with_meters(self, config: Config) -> Config:
        """The configuration with the meters that were added; what cannot be used any more is left out."""
        for name, text in self.all(METERS).items():
            try:
                config = with_meters(config, tables_of(text)) if text else config
            except ConfigError:
                self.unusable[(METERS.word, name)] = None
        return config

    def with_centres(self, config: Config) -> Config:
        """The configuration with the centres in force and their certificates."""
        kept = self._kept.settings(CENTRES.word)
        centres = [centre for centre in config.centres if kept.get(centre.id, "") == ""]
        for name, value in kept.items():
            text = "" if value == _REMOVED else self._opened(CENTRES, name, value)
            try:
                centres += [centre_from(text, config)] if text else []
            except ConfigError:
                self.unusable[(CENTRES.word, name)] = None
        return dataclasses.replace(config, centres=tuple(self.renewed(centre) for centre in centres))

    def renewed(self, centre: CentreConfig) -> CentreConfig:
        """A centre with the certificate that the terminal was last given for it."""
        text = self.get(CERTIFICATES, centre.id)
        if not text:
            return centre
        certificate, _, key = text.partition(_BETWEEN)
        channel = dataclasses.replace(centre.channel, certificate=certificate, key=key)
        return dataclasses.replace(centre, channel=channel)

    def with_addresses(self, config: Config) -> Config:
        """The configuration with the centres' addresses in force."""
        kept = self.all(ADDRESSES)
        centres: list[CentreConfig] = []
        for each in config.centres:
            try:
                centres.append(moved(each, address_of(kept[each.id])) if kept.get(each.id) else each)
            except ValueError:
                self.unusable[(ADDRESSES.word, each.id)] = None
                centres.append(each)
        return dataclasses.replace(config, centres=tuple(centres))

    def with_items(self, config: Config) -> Config:
        """The configuration without the points that are not to be acquired."""
        off = [point for point, value in self.all(ITEMS).items() if value == NOT_ACQUIRED]
        if not off:
            return config
        meters, standbys = without(config.meters, off), without(config.standbys, off)
        names = [meter.id for meter in meters]
        standbys = tuple(standby for standby in standbys if standby.standby_for in names)
        return dataclasses.replace(config, meters=meters, standbys=standbys)

    def with_periods(self, config: Config) -> Config:
        """The configuration with the polling periods in force (ISC-2 9.1)."""
        kept = self._periods()
        meters = (
            dataclasses.replace(each, period_s=kept[each.id][0]) if each.id in kept else each for each in config.meters
        )
        return dataclasses.replace(config, meters=tuple(meters))

    @seam
    def _periods(self) -> dict[str, tuple[int, int]]:
        """Period and the instant from which it holds (UTC seconds), by meter."""
        found: dict[str, tuple[int, int]] = {}
        for name, text in self.all(PERIODS).items():
            match = _PERIOD.fullmatch(text)
            if match is not None and SHORTEST_S <= int(match[1]) <= LONGEST_S and not DAY_S % int(match[1]):
                found[name] = (int(match[1]), int(match[2]))
            else:
                self.unusable[(PERIODS.word, name)] = None
        return found

    @seam
    def not_before_s(self, meter: MeterConfig) -> int:
        """The last slot for which a meter's period did not hold yet (0: it always did): none up to it was missed."""
        kept = self._periods().get(meter.id)
        return 0 if kept is None else floor_s(kept[1], meter.period_s)


# What a setting may hold


class Overlay(Overlaid):
    """The same with a store in which more can be kept."""

    def __init__(self, store: SettingsStore, vault: Sealer | None) -> None:
        super().__init__(store, vault)
        self._store = store

    def put(self, scope: Scope, name: str, text: str) -> None:
        """Gather a setting for the next transaction, sealed where its scope asks for it and there is a vault."""
        self._store.keep_setting(scope.word, name, self.sealed(scope, name, text) if scope.seals(name) else text)

    def commit(self) -> bool:
        """Commit what is gathered; False if the store failed."""
        return self._store.flush()

    @seam
    def sealed(self, scope: Scope, name: str, text: str) -> str:
        """A setting as it is kept."""
        return text if self._vault is None else self._vault.seal(f"{scope.word} {name}", text.encode())

    @seam
    def add_centre(self, name: str, text: str) -> None:
        """Gather an added centre, as the TOML text of its table."""
        self.put(CENTRES, name, text)

    def remove_centre(self, name: str) -> None:
        """Gather a removed centre, and the end of its queue."""
        self._store.keep_setting(CENTRES.word, name, _REMOVED)
        self._store.write("DELETE FROM outbox WHERE centre=?", (name,))

    def forget_address(self, name: str) -> None:
        """Gather that a centre has the address of its table."""
        self._store.keep_setting(ADDRESSES.word, name, "")

    @seam
    def renew(self, name: str, certificate: str, key: str) -> None:
        """Gather a centre's new certificate and key (PEM)."""
        self.put(CERTIFICATES, name, f"{certificate}{_BETWEEN}{key}")

    def addressed(self, name: str, given: Mapping[str, str]) -> str:
        """What is kept of a centre's address once `given` is added to what is kept of it."""
        kept = self.get(ADDRESSES, name)
        return json.dumps({**(address_of(kept) if kept else {}), **given}, ensure_ascii=False)

    @seam
    def poll(self, meter: str, period_s: int, now_s: int) -> None:
        """Gather a meter's polling period, which holds from now on (UTC seconds)."""
        self.put(PERIODS, meter, f"{period_s} {now_s}")


def accounting_table(text: str) -> dict[str, Any]:
    """The table [accounting] as JSON, numbers as they are written. Raises ConfigError."""
    try:
        found: Any = json.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ConfigError([Problem("accounting", reasons.JSON_OBJECT())])
    return cast(dict[str, Any], found)


def tables_of(text: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises ConfigError."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise ConfigError([Problem("settings", reasons.NOT_TOML(error=error))]) from None


def centre_from(text: str, config: Config) -> CentreConfig:
    """A centre from the TOML text of its table. Raises ConfigError with every problem found."""
    problems: list[Problem] = []
    table = tables_of(text)
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


def address_of(text: str) -> dict[str, str]:
    """What is kept of a centre's address. Raises ValueError for what is none that could be used."""
    try:
        given = json_text.read_as(text, dict[str, str])
    except json_text.NoJson:
        raise ValueError("no address") from None
    if any(not is_host(given[key]) for key in ("host", "server_name") if key in given):
        raise ValueError("no host")
    if "port" in given and not (len(given["port"]) <= 5 and 1 <= int(given["port"]) <= 65_535):
        raise ValueError("no port")
    return given


def moved(centre: CentreConfig, given: Mapping[str, str]) -> CentreConfig:
    """A centre under another address."""
    changes: dict[str, Any] = {name: given[name] for name in ("host", "mn", "pw", "st") if name in given}
    if "port" in given:
        changes["port"] = int(given["port"])
    if "server_name" in given:
        changes["channel"] = dataclasses.replace(centre.channel, server_name=given["server_name"])
    return dataclasses.replace(centre, **changes)


def without(meters: tuple[MeterConfig, ...], off: Sequence[str]) -> tuple[MeterConfig, ...]:
    """The meters without some points; one that has none left is gone."""
    left = (
        dataclasses.replace(meter, points=tuple(point for point in meter.points if point.id not in off))
        for meter in meters
    )
    return tuple(meter for meter in left if meter.points)


def check_period(config: Config, name: str, period_s: int) -> None:
    """Raise ConfigError where a meter cannot be polled so often."""
    if not SHORTEST_S <= period_s <= LONGEST_S or DAY_S % period_s:
        said = reasons.PERIOD_SET(least=SHORTEST_S, most=LONGEST_S, got=period_s)
        raise ConfigError([Problem("period_s", said)])
    changed = [
        dataclasses.replace(meter, period_s=period_s) if meter.id == name else meter
        for meter in (*config.meters, *config.standbys)
    ]
    place = next((meter.line for meter in changed if meter.id == name), "")
    for line in config.lines:
        refused = refusal("period_s", line, changed) if line.id == place else None
        if refused is not None:
            raise ConfigError([refused])
