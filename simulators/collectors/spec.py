"""A collector as data, whatever its kind, and what a terminal is given to talk to it.

Leaves what only one kind has to the kinds' descriptors (`kinds`), and the meters behind it to the world.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import msgspec

from simulators.centres.channel import Channel, family_of
from simulators.collectors import sentences as said
from simulators.collectors.payloads import Form, node_of
from simulators.sentences import CHANNEL_SHOWS_NONE
from simulators.settings import Flaw, Name, Port, Settings
from simulators.trust.authority import Choice, Role, TerminalSide, Trust

CLIENT = "terminal"
"""Whom a collector expects as its client, in certificates."""
_DOMAIN = "collector.test"


class CollectorSpec(Settings, frozen=True, kw_only=True, tag_field="kind"):
    """What a collector of any kind has; each kind adds its own.

    It reads its meters every `period_s` on the grid of true time and tells them in `form`; `numbers` are JSON numbers
    or texts.
    """

    name: Name
    host: str
    port: Port
    form: Form = "neuron"
    period_s: Annotated[int, msgspec.Meta(ge=1, le=10_800)] = 60
    channel: Channel = "plain"
    certificate: Choice = "good"
    numbers: Literal["number", "text"] = "number"

    @property
    def kind(self) -> str:
        """The id of its kind."""
        return str(self.__struct_config__.tag)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every name under which a terminal may know it."""
        return (self.host, f"{self.name.lower()}.{_DOMAIN}")

    def node(self, meter: str) -> str:
        """What its messages call one of its meters."""
        return node_of(self.form, meter)

    def flaws(self) -> Iterator[Flaw]:
        """What no collector can be."""
        if self.channel == "plain" and self.certificate != "good":
            yield CHANNEL_SHOWS_NONE().at("channel")
        if self.form == "hj212" and self.numbers == "text":
            yield said.TEXT_NUMBERS().at("numbers")


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
