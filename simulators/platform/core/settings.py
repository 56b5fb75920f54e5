"""Settings of the platform: a TOML file as msgspec structs.

Leaves reading them to the one reader of this side (`simulators.settings`), which tells everything wrong at once, and
what they do to the modules that are named like the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from simulators import settings as reader
from simulators.platform.core import messages
from simulators.settings import Flaw
from simulators.tables import DescriptionError, Table, parse_toml
from simulators.values import matching

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
"""0: none."""
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Positive = Annotated[int, msgspec.Meta(ge=1, le=10**9)]


class SettingsError(Exception):
    """What is wrong with the settings; one sentence a line, English and Chinese."""


class Store(reader.Settings, frozen=True, kw_only=True):
    """Where data are kept. `sync` is what SQLite asks of the disk."""

    url: str = "sqlite:///platform.db"
    sync: Literal["full", "normal", "off"] = "full"

    def flaws(self) -> Iterator[Flaw]:
        """A database of the two kinds that there are."""
        if not re.match(r"(sqlite|postgresql)", self.url):
            yield messages.STORE_URL(url=self.url).at("url")


class Tls(reader.Settings, frozen=True, kw_only=True):
    """PEM files of a listener: chain and key, and whose client certificates are asked for (empty: nobody's).

    Relative to the folder of the platform.
    """

    certificate: str = ""
    key: str = ""
    clients: str = ""

    def flaws(self) -> Iterator[Flaw]:
        """What goes together."""
        if bool(self.certificate) != bool(self.key):
            yield messages.KEY_WITHOUT_CERTIFICATE().at("key" if self.certificate else "certificate")
        if self.clients and not self.certificate:
            yield messages.CLIENTS_WITHOUT_CERTIFICATE().at("clients")


class People(reader.Settings, frozen=True, kw_only=True):
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


class Hj212(reader.Settings, frozen=True, kw_only=True):
    """The HJ 212 listener; `port` 0: none. `most` is the longest data segment taken, octets."""

    host: str = "127.0.0.1"
    port: Port = 0
    tls: Tls = Tls()
    most: Positive = 9_999
    idle_s: Positive = 3_600


class Https(reader.Settings, frozen=True, kw_only=True):
    """A listener of terminals that speak JSON over HTTP; they are heard at the interface of people too.

    `encrypted` gives terminals of the national kind a secretKey; `upload_time` is when they make their daily upload.
    """

    host: str = "127.0.0.1"
    port: Port = 0
    tls: Tls = Tls()
    encrypted: bool = False
    upload_time: Annotated[str, matching(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d", *messages.UPLOAD_TIME)] = "01:38:00"


class Mqtt(reader.Settings, frozen=True, kw_only=True):
    """The embedded broker's listener (`port` 0: none), or a broker elsewhere that is subscribed to (`broker`)."""

    host: str = "127.0.0.1"
    port: Port = 0
    tls: Tls = Tls()
    broker: str = ""
    broker_port: Port = 1883
    user: str = ""
    password: str = ""

    def flaws(self) -> Iterator[Flaw]:
        """One broker."""
        if self.port and self.broker:
            yield messages.PORT_AND_BROKER(broker=self.broker, port=self.port).at("broker")


class Ntp(reader.Settings, frozen=True, kw_only=True):
    """The server that keeps the clock (empty: none), asked every so many seconds."""

    server: str = ""
    port: Port = 123
    every_s: Positive = 300


class First(reader.Settings, frozen=True, kw_only=True):
    """The administrator that a new platform begins with."""

    account: str = "administrator"
    password: str = "Administrator-1"


DOORS = ("hj212", "hj212_tls", "hj212_mtls", "http", "https", "https_mtls", "mqtt", "mqtt_tls", "mqtt_mtls")
"""Tables of what terminals come in by; each is a listener of its own."""


class Beginner(reader.Settings, frozen=True, kw_only=True):
    """An account that a new platform begins with, besides the administrator."""

    account: str
    password: str
    role: Literal["administrator", "auditor", "operator", "manager", "clerk", "government"]
    enterprise: str = ""
    park: str = ""
    region: str = ""


class Settings(reader.Settings, frozen=True, kw_only=True):
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
        table = Table(parse_toml(text, ""), "", [])
    except DescriptionError as error:
        raise SettingsError(str(error)) from None
    made = reader.read(table, Settings)
    if table.problems:
        raise SettingsError("\n".join(map(str, table.problems)))
    return made


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
