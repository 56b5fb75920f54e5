"""A data centre of a world as data: what every kind has, and beside it the settings of its kind.

Leaves reading it from a world file to `read`, the settings of each kind and what it makes of them to the kinds'
descriptors (`kinds`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from simulators.centres import sentences as said
from simulators.centres.channel import Channel
from simulators.settings import Flaw, Name, Port, Settings
from simulators.trust.authority import CHOICES, Choice
from simulators.trust.files import OwnFiles
from simulators.values import matching

USUAL = "hj212"
"""The kind of a centre of which nothing is said."""
Given = Literal[Choice, "missing"]
GIVEN: tuple[Given, ...] = (*CHOICES, "missing")
"""Which certificate the terminal is given for a centre: a good one, a bad one, none."""

_DOMAIN = "centre.test"


class KindSettings(Settings, frozen=True, kw_only=True, tag_field="kind"):
    """What only one kind of centre has; each kind adds its own."""

    @property
    def kind(self) -> str:
        """The id of its kind."""
        return str(self.__struct_config__.tag)

    @property
    def more_ports(self) -> tuple[int, ...]:
        """Ports besides the centre's own at which it listens."""
        return ()


class CentreFields(Settings, frozen=True):
    """What every data centre has, whatever its kind.

    `mn` names the terminal at every kind of centre. `certificate` is what it shows at first, `client_certificate` what
    the terminal is given for itself. `pw`, `st`, the intervals (minutes and seconds; 0 s: no real-time data) and times
    are what a terminal is told for any centre.
    """

    name: Name
    host: str
    port: Port
    mn: Annotated[str, matching(r"[0-9A-Za-z]{1,24}", "1 to 24 letters and digits", "1 至 24 位字母和数字")]
    pw: Annotated[str, matching(r"[0-9A-Za-z]{6}", "6 letters and digits", "6 位字母或数字")] = "123456"
    st: Annotated[str, matching(r"[0-9A-Z]{2}", "2 characters 0-9A-Z", "2 位 0-9、A-Z 字符")] = "31"
    minute_interval: Annotated[int, msgspec.Meta(ge=1, le=30)] = 15
    realtime_interval_s: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 0
    over_time_s: Annotated[int, msgspec.Meta(ge=1, le=99)] = 10
    re_count: Annotated[int, msgspec.Meta(ge=1, le=99)] = 3
    channel: Channel = "plain"
    certificate: Choice = "good"
    client_certificate: Given = "good"

    def flaws(self) -> Iterator[Flaw]:
        """Intervals that a terminal can be told."""
        if 60 % self.minute_interval or self.minute_interval > 30:
            yield said.DIVIDES(minutes=self.minute_interval).at("minute_interval")
        if 0 < self.realtime_interval_s < 30:
            yield said.REALTIME(got=self.realtime_interval_s).at("realtime_interval_s")


class CentreSpec(CentreFields, frozen=True, kw_only=True):
    """A data centre and what it expects of its terminal: `own` are the settings of its kind.

    `files` are a laboratory's own in place of the world's good certificate.
    """

    own: KindSettings
    files: OwnFiles | None = None

    @property
    def kind(self) -> str:
        """The id of its kind."""
        return self.own.kind

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every name under which a terminal may know the centre."""
        return (self.host, f"{self.name.lower()}.{_DOMAIN}")

    @property
    def ports(self) -> tuple[int, ...]:
        """Every port at which it may listen."""
        return (self.port, *self.own.more_ports)
