"""A data centre of a world as data.

Leaves reading it from a world file to `read`, what each kind makes of it to the kinds' descriptors (`kinds`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from simulators.centres.channel import Channel
from simulators.trust.authority import CHOICES, Choice
from simulators.trust.files import OwnFiles

USUAL = "hj212"
"""The kind of a centre of which nothing is said."""
Payload = Literal["clear", "sm4-sm2"]
PAYLOADS: tuple[Payload, ...] = get_args(Payload)
Schedule = Literal["continuous", "window"]
SCHEDULES: tuple[Schedule, ...] = get_args(Schedule)
Given = Choice | Literal["missing"]
GIVEN: tuple[Given, ...] = (*CHOICES, "missing")
"""Which certificate the terminal is given for a centre: a good one, a bad one, none."""

_DOMAIN = "centre.test"


@dataclass(frozen=True)
class CentreSpec:
    """A data centre and what it expects of its terminal (intervals: minutes and seconds; 0 s: no real-time data).

    `mn` names the terminal at every kind of centre. `certificate` is what it shows at first, `client_certificate` what
    the terminal is given for itself, `files` a laboratory's own
    in place of the world's good one. `payload` is the payload profile of HJ 212. `region`, `enterprise`, `upload_time`,
    `encrypted` (of a third party too: whether it asks for enciphered bodies), `valid_means_valid` and `data_port` are
    those of an HTTPS/JSON platform. `schedule` says whether an
    HJ 212 centre is sent each period as it ends or all of a day in the window that opens at `upload_time` (R-13).
    `report_s` is how often management software is to hear from the terminal (docs/WIRE.md section 5).
    """

    name: str
    host: str
    port: int
    mn: str
    pw: str = "123456"
    st: str = "31"
    minute_interval: int = 15
    realtime_interval_s: int = 0
    over_time_s: int = 10
    re_count: int = 3
    kind: str = USUAL
    channel: Channel = "plain"
    certificate: Choice = "good"
    client_certificate: Given = "good"
    payload: Payload = "clear"
    edition: int = 2017
    region: str = "350200"
    enterprise: str = "91350200MA2XXXXX0X"
    upload_time: str = "01:38:00"
    encrypted: bool = False
    valid_means_valid: bool = True
    data_port: int = 0
    files: OwnFiles | None = None
    schedule: Schedule = "continuous"
    report_s: int = 300

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every name under which a terminal may know the centre."""
        return (self.host, f"{self.name.lower()}.{_DOMAIN}")

    @property
    def ports(self) -> tuple[int, ...]:
        """Every port at which it may listen."""
        return (self.port, self.data_port) if self.data_port else (self.port,)
