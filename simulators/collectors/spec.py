"""A collector as data: reading it from a world file, building it, and what a terminal is given to talk to it.

Leaves what it does to `mqtt` and `https`, and the meters behind it to the world.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

from simulators.centres.channel import CHANNELS, Channel, family_of, locks_of
from simulators.clock import Clock, Observe
from simulators.collectors.collected import CollectedMeter
from simulators.collectors.https import HttpsCollector
from simulators.collectors.mqtt import MqttCollector
from simulators.collectors.payloads import FORMS, Form
from simulators.tables import NAME, Table
from simulators.trust.authority import CHOICES, Choice, Role, TerminalSide, Trust

Kind = Literal["mqtt", "https"]
KINDS: tuple[Kind, ...] = get_args(Kind)
BROKERS = ("embedded", "mosquitto")
CLIENT = "terminal"
"""Whom a collector expects as its client, in certificates."""
_DOMAIN = "collector.test"


@dataclass(frozen=True)
class CollectorSpec:
    """A collector. `kind` https over a plain channel is HTTP.

    It reads its meters every `period_s` on the grid of true time and tells them in `form`; `numbers` are JSON numbers
    or texts. `qos` and `retain` are those of its messages, `broker` says whose broker it is: its own (embedded), or a
    Mosquitto that is started for it (real time only). `user` and `password` are what clients must say.
    """

    name: str
    kind: Kind
    host: str
    port: int
    form: Form = "neuron"
    period_s: int = 60
    channel: Channel = "plain"
    certificate: Choice = "good"
    qos: int = 1
    retain: bool = False
    numbers: str = "number"
    broker: str = "embedded"
    user: str = ""
    password: str = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every name under which a terminal may know it."""
        return (self.host, f"{self.name.lower()}.{_DOMAIN}")


def read_collector(table: Table) -> CollectorSpec:
    """One collector of a world file; its problems go into the table."""
    kind = cast(Kind, table.choice("kind", KINDS))
    spec = CollectorSpec(
        name=table.text("name", pattern=NAME, hint="a name of letters, digits, - _ ."),
        kind=kind,
        host=table.text("host"),
        port=table.integer("port", 1, 65535),
        form=cast(Form, table.choice("form", FORMS, "neuron")),
        period_s=table.integer("period_s", 1, 10_800, 60),
        channel=cast(Channel, table.choice("channel", CHANNELS, "plain")),
        certificate=cast(Choice, table.choice("certificate", CHOICES, "good")),
        qos=table.integer("qos", 0, 1, 1),
        retain=table.flag("retain", False),
        numbers=table.choice("numbers", ("number", "text"), "number"),
        broker=table.choice("broker", BROKERS, "embedded"),
        user=table.text("user", ""),
        password=table.text("password", ""),
    )
    if spec.channel == "plain" and spec.certificate != "good":
        table.problem("channel", "a plain channel shows no certificate; choose tls, mtls, gm-tls13 or tlcp")
    if kind == "https" and any(map(table.has, ("qos", "retain", "broker", "user", "password"))):
        table.problem("kind", "qos, retain, broker, user and password belong to mqtt; remove them")
    if bool(spec.user) != bool(spec.password):
        table.problem("password", "user and password belong together; give both or neither")
    if spec.broker == "mosquitto" and (spec.channel not in ("plain", "tls", "mtls") or spec.user):
        table.problem("broker", "a Mosquitto stands on plain, tls or mtls and without user; choose embedded")
    table.finish()
    return spec


def collector_subjects(specs: Sequence[CollectorSpec]) -> list[tuple[Role, str]]:
    """Everybody whom the authorities of a world certify because of its collectors."""
    found: list[tuple[Role, str]] = [("server", spec.name) for spec in specs]
    return [*found, ("client", CLIENT)] if specs else []


def collector_side(spec: CollectorSpec, trust: Trust, choice: Choice = "good") -> TerminalSide:
    """What a terminal is given to talk to a collector; `choice` is the client certificate it is given."""
    if spec.channel == "plain":
        return TerminalSide(server_name=spec.hosts[-1])
    authority = trust[family_of(spec.channel)]
    own = spec.channel != "tls"
    leaf = authority.leaf("client", CLIENT, (), choice) if own else None
    return TerminalSide(
        server_name=spec.hosts[-1],
        anchors=authority.anchor,
        crls=authority.crls,
        certificate=leaf.certificate if leaf else "",
        key=leaf.key if leaf else "",
    )


def build_collector(
    spec: CollectorSpec,
    meters: Sequence[CollectedMeter],
    *,
    clock: Clock,
    chance: random.Random,
    observe: Observe,
    trust: Trust,
) -> MqttCollector | HttpsCollector:
    """The collector that a description asks for; it listens once started."""
    locks = locks_of(trust, spec.channel, spec.name, spec.hosts, peer_name=CLIENT, certificate=spec.certificate)
    if spec.kind == "https":
        return HttpsCollector(
            spec.name,
            spec.host,
            spec.port,
            meters,
            form=spec.form,
            period_s=spec.period_s,
            clock=clock,
            chance=chance,
            observe=observe,
            locks=locks,
        )
    return MqttCollector(
        spec.name,
        spec.host,
        spec.port,
        meters,
        form=spec.form,
        period_s=spec.period_s,
        qos=spec.qos,
        retain=spec.retain,
        login=(spec.user, spec.password),
        clock=clock,
        observe=observe,
        locks=locks,
        mosquitto=_mosquitto(spec, trust) if spec.broker == "mosquitto" else None,
    )


def _mosquitto(spec: CollectorSpec, trust: Trust) -> dict[str, str]:
    """What a Mosquitto is to show and to demand: PEM texts by the name of its setting; empty on a plain channel."""
    if spec.channel == "plain":
        return {}
    authority = trust[family_of(spec.channel)]
    leaf = authority.leaf("server", spec.name, spec.hosts, spec.certificate)
    found = {"certfile": leaf.certificate, "keyfile": leaf.key}
    return {**found, "cafile": authority.anchor} if spec.channel == "mtls" else found
