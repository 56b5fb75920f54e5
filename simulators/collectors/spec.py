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
from simulators.collectors.payloads import FORMS, TOLD_ONLY, Form, node_of
from simulators.mqtt.broker import VERSIONS, Version
from simulators.tables import NAME, Table
from simulators.trust.authority import CHOICES, Choice, Role, TerminalSide, Trust

Kind = Literal["mqtt", "https"]
KINDS: tuple[Kind, ...] = get_args(Kind)
BROKERS = ("embedded", "mosquitto")
CLIENT = "terminal"
"""Whom a collector expects as its client, in certificates."""
_DOMAIN = "collector.test"
_OF_MQTT = ("qos", "retain", "broker", "version", "expiry_s", "user", "password")


@dataclass(frozen=True)
class CollectorSpec:
    """A collector. `kind` https over a plain channel is HTTP.

    It reads its meters every `period_s` on the grid of true time and tells them in `form`; `numbers` are JSON numbers
    or texts. `qos` and `retain` are those of its messages, `broker` says whose broker it is: its own (embedded), or a
    Mosquitto that is started for it (real time only). `version` is what MQTT clients may speak to its own broker (a
    Mosquitto takes any), `expiry_s` the message expiry interval that 5.0 gives its messages (0: none). `user` and
    `password` are what clients must say.
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
    version: Version = "3.1.1"
    expiry_s: int = 0

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every name under which a terminal may know it."""
        return (self.host, f"{self.name.lower()}.{_DOMAIN}")

    def node(self, meter: str) -> str:
        """What its messages call one of its meters."""
        return node_of(self.form, meter)


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
        qos=table.integer("qos", 0, 2, 1),
        retain=table.flag("retain", False),
        numbers=table.choice("numbers", ("number", "text"), "number"),
        broker=table.choice("broker", BROKERS, "embedded"),
        user=table.text("user", ""),
        password=table.text("password", ""),
        version=cast(Version, table.choice("version", VERSIONS, "3.1.1")),
        expiry_s=table.integer("expiry_s", 0, 2**31, 0),
    )
    if spec.channel == "plain" and spec.certificate != "good":
        table.problem("channel", "a plain channel shows no certificate; choose tls, mtls, gm-tls13 or tlcp")
    if kind == "https" and any(map(table.has, _OF_MQTT)):
        table.problem("kind", f"{', '.join(_OF_MQTT[:-1])} and {_OF_MQTT[-1]} belong to mqtt; remove them")
    if kind == "https" and spec.form in TOLD_ONLY:
        table.problem("form", f"{spec.form} is published, nobody asks for it; choose kind mqtt or another form")
    if spec.form == "hj212" and spec.numbers == "text":
        table.problem("numbers", "HJ 212 text has no quotes; remove numbers, or choose another form")
    if spec.expiry_s and spec.version == "3.1.1":
        table.problem("expiry_s", 'messages of MQTT 3.1.1 never expire; give version "5.0" or "any"')
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
        version=spec.version,
        expiry_s=spec.expiry_s,
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
