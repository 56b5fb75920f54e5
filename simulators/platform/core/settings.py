"""Settings of the platform: a TOML file as msgspec structs; everything wrong with it told at once, a sentence each.

Leaves what they do to the modules that are named like the tables.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from simulators.platform.core.kinds import matching

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
"""0: none."""
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Positive = Annotated[int, msgspec.Meta(ge=1, le=10**9)]


class SettingsError(Exception):
    """What is wrong with the settings; one sentence a line, English and Chinese."""


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Store(_Table, frozen=True, kw_only=True):
    """Where data are kept. `sync` is what SQLite asks of the disk."""

    url: str = "sqlite:///platform.db"
    sync: Literal["full", "normal", "off"] = "full"


class Tls(_Table, frozen=True, kw_only=True):
    """PEM files of a listener: chain and key, and whose client certificates are asked for (empty: nobody's).

    Relative to the folder of the platform.
    """

    certificate: str = ""
    key: str = ""
    clients: str = ""


class People(_Table, frozen=True, kw_only=True):
    """The interface of people and programs."""

    host: str = "127.0.0.1"
    port: Port = 8080
    tls: Tls = Tls()
    idle_s: Positive = 1800
    lock_after: Positive = 5
    lock_s: Positive = 900
    sessions: Positive = 20_000
    argon_time: Positive = 2
    argon_kib: Positive = 19_456
    password_min: Positive = 8


class Hj212(_Table, frozen=True, kw_only=True):
    """The HJ 212 listener; `port` 0: none. `most` is the longest data segment taken, octets."""

    host: str = "127.0.0.1"
    port: Port = 0
    tls: Tls = Tls()
    most: Positive = 9_999
    idle_s: Positive = 3_600


class Https(_Table, frozen=True, kw_only=True):
    """A listener of terminals that speak JSON over HTTP; they are heard at the interface of people too.

    `encrypted` gives terminals of the national kind a secretKey; `upload_time` is when they make their daily upload.
    """

    host: str = "127.0.0.1"
    port: Port = 0
    tls: Tls = Tls()
    encrypted: bool = False
    upload_time: Annotated[str, matching(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d", "HH:mm:ss")] = "01:38:00"


class Mqtt(_Table, frozen=True, kw_only=True):
    """The embedded broker's listener (`port` 0: none), or a broker elsewhere that is subscribed to (`broker`)."""

    host: str = "127.0.0.1"
    port: Port = 0
    tls: Tls = Tls()
    broker: str = ""
    broker_port: Port = 1883
    user: str = ""
    password: str = ""


class Ntp(_Table, frozen=True, kw_only=True):
    """The server that keeps the clock (empty: none), asked every so many seconds."""

    server: str = ""
    port: Port = 123
    every_s: Positive = 300


class First(_Table, frozen=True, kw_only=True):
    """The administrator that a new platform begins with."""

    account: str = "administrator"
    password: str = "Administrator-1"


DOORS = ("hj212", "hj212_tls", "hj212_mtls", "http", "https", "https_mtls", "mqtt", "mqtt_tls", "mqtt_mtls")
"""Tables of what terminals come in by; each is a listener of its own."""


class Beginner(_Table, frozen=True, kw_only=True):
    """An account that a new platform begins with, besides the administrator."""

    account: str
    password: str
    role: Literal["administrator", "auditor", "operator", "manager", "clerk", "government"]
    enterprise: str = ""
    park: str = ""
    region: str = ""


class Settings(_Table, frozen=True, kw_only=True):
    """Everything that can be set."""

    name: str = "reference platform"
    store: Store = Store()
    people: People = People()
    hj212: Hj212 = Hj212()
    hj212_tls: Hj212 = Hj212()
    hj212_mtls: Hj212 = Hj212()
    http: Https = Https()
    https: Https = Https()
    https_mtls: Https = Https()
    mqtt: Mqtt = Mqtt()
    mqtt_tls: Mqtt = Mqtt()
    mqtt_mtls: Mqtt = Mqtt()
    ntp: Ntp = Ntp()
    first: First = First()
    accounts: tuple[Beginner, ...] = ()
    seed: int | None = None


def read(text: str) -> Settings:
    """The settings of a TOML text. Raises SettingsError with everything that is wrong."""
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"no TOML: {error} / 不是 TOML：{error}") from None
    problems: list[str] = []
    made = _read(tables, Settings, "", problems)
    problems += _flaws(made)
    if problems:
        raise SettingsError("\n".join(problems))
    return made


def _read(table: Mapping[str, Any], shape: type[Any], where: str, problems: list[str]) -> Any:
    values: dict[str, Any] = {}
    known = {each.name: each for each in msgspec.structs.fields(shape)}
    for key, value in table.items():
        place = f"{where}{key}"
        if key not in known:
            names = ", ".join(known)
            problems.append(f"{place}: no such key, expected {names} / {place}：没有此项，可用：{names}")
            continue
        kind = known[key].type
        if isinstance(kind, type) and issubclass(kind, _Table):
            if isinstance(value, Mapping):
                values[key] = _read(value, kind, f"{place}.", problems)
            else:
                problems.append(f"{place}: expected a table / {place}：应为表")
            continue
        try:
            values[key] = msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            told = re.sub(r"\A(.)", lambda match: match[1].lower(), str(error))
            problems.append(f"{place}: {told}, got {value!r} / {place}：取值不符，收到 {value!r}")
    return shape(**values)


def _flaws(settings: Settings) -> list[str]:
    found: list[str] = []
    for name in ("people", *DOORS):
        tls: Tls = getattr(settings, name).tls
        if bool(tls.certificate) != bool(tls.key):
            found.append(f"{name}.tls: certificate and key go together / {name}.tls：证书与私钥须同时给出")
        if tls.clients and not tls.certificate:
            found.append(f"{name}.tls.clients: needs a certificate too / {name}.tls.clients：还须给出证书")
    if settings.mqtt.port and settings.mqtt.broker:
        found.append("mqtt: either port or broker / mqtt：port 与 broker 只能取其一")
    if not re.match(r"(sqlite|postgresql)", settings.store.url):
        found.append(
            f"store.url: expected sqlite:///… or postgresql+psycopg2://…, got {settings.store.url!r} / "
            f"store.url：应为 sqlite:///… 或 postgresql+psycopg2://…"
        )
    return found


def placed(settings: Settings, folder: Path) -> Settings:
    """The same settings with the paths of certificates in a folder."""
    changed: dict[str, Any] = {}
    for name in ("people", *DOORS):
        table = getattr(settings, name)
        tls = Tls(
            **{key: str(folder / path) if path else "" for key, path in msgspec.structs.asdict(table.tls).items()}
        )
        changed[name] = msgspec.structs.replace(table, tls=tls)
    return msgspec.structs.replace(settings, **changed)
