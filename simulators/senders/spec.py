"""A sender as data: which terminal it plays, what its points measure, how often it tells and how it insists.

Leaves what only one way of sending has to the kinds' descriptors (`kinds`), and the truth to the plant.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from simulators.centres.channel import Channel
from simulators.senders import sentences as said
from simulators.settings import Flaw, Name, Settings
from simulators.trust.authority import Choice

PeriodClass = Literal["realtime", "minute", "hour", "day", "month"]
"""What a terminal tells: samples, or records of a period."""


class PointSpec(Settings, frozen=True, kw_only=True):
    """A point of a sender: the code it has on the wire, the quantity of the plant behind it, and its instrument.

    `kind` is counter (records hold increases) or instant (records hold mean, minimum and maximum). `decimals` is the
    instrument's resolution: readings are cut to it and keep their trailing zeros. `unit` is the instrument's and, where
    the wire has room for one, that of the wire.
    """

    code: str
    quantity: str
    kind: Literal["counter", "instant"] = "counter"
    unit: str = ""
    decimals: Annotated[int, msgspec.Meta(ge=0, le=6)] = 3


class SenderSpec(Settings, frozen=True, kw_only=True):
    """A simulated terminal.

    `mn` is by what the platform knows it, `secret` what both share (password of HJ 212 and MQTT, bearer token).
    `classes` are what it tells: samples every `realtime_s` (s), and records of periods, `minute` being
    `minute_interval` min long. `lag_s` is how long after its end a record is made. An answer is awaited for
    `over_time_s`, the packet sent again `re_count` times, then the connection given up and tried anew every `retry_s`.
    `window` packets may be under way at once. `backlog` is how many packets are kept while nobody takes them; beyond
    that the oldest go, and are told as lost. `certificate` is what it shows where the channel asks for one.
    """

    name: Name
    kind: str = "hj212"
    mn: str
    secret: str = "123456"
    st: str = "31"
    points: tuple[PointSpec, ...] = ()
    classes: tuple[PeriodClass, ...] = ("minute",)
    realtime_s: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 60
    minute_interval: Annotated[int, msgspec.Meta(ge=1, le=60)] = 15
    lag_s: Annotated[float, msgspec.Meta(ge=0)] = 1.0
    over_time_s: Annotated[float, msgspec.Meta(gt=0)] = 10
    re_count: Annotated[int, msgspec.Meta(ge=0)] = 3
    retry_s: Annotated[float, msgspec.Meta(gt=0)] = 10
    window: Annotated[int, msgspec.Meta(ge=1)] = 1
    backlog: Annotated[int, msgspec.Meta(ge=1)] = 100_000
    channel: Channel = "plain"
    certificate: Choice | Literal["missing"] = "good"
    path: str = "/api/records"

    def flaws(self) -> Iterator[Flaw]:
        """What no sender can be."""
        codes = [point.code for point in self.points]
        if len(set(codes)) != len(codes):
            yield said.CODE_TWICE().at("points")
        if 60 % self.minute_interval:
            yield said.DIVIDES().at("minute_interval")
