"""What a master is told of its slaves: where they reach it, who they are, and which points each of them reports.

Leaves taking their records to the room `group`, and what a slave is told of its master to `centres`: to a slave its
master is a centre.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from reference_terminal.model.messages import listing
from reference_terminal.model.times import DAY, HOUR, MONTH, QUARTER, Span, minutes
from reference_terminal.settings import reasons
from reference_terminal.settings.centres import MIN_INTERVALS, check_code
from reference_terminal.settings.meters import COUNTER_UNITS, INSTANT_UNITS, PointConfig
from reference_terminal.settings.problems import Problem
from reference_terminal.settings.protocols import Place
from reference_terminal.settings.reader import Section, note_doubles
from reference_terminal.settings.security import ChannelConfig, SecurityConfig, read_channel

_KINDS = ("counter", "instant")
_SECURED = ("mtls", "gm-tls13")


def reported_spans(minute_interval: int) -> list[Span]:
    """The classes of periods that a slave reports, the shortest first."""
    return list(dict.fromkeys((minutes(minute_interval), QUARTER, HOUR, DAY, MONTH)))


@dataclass(frozen=True)
class SlaveConfig:
    """One slave: `id` is the name in its certificate; `points` are what it reports, by the code that it gives them."""

    id: str
    points: Mapping[str, PointConfig]


@dataclass(frozen=True)
class GroupConfig:
    """Where a master listens for its slaves, by what it is certified there, and who they are.

    `minute_interval` (min) is the shortest period that they report.
    """

    host: str
    port: int
    minute_interval: int = 15
    channel: ChannelConfig = field(default_factory=ChannelConfig)
    slaves: tuple[SlaveConfig, ...] = ()

    @property
    def points(self) -> tuple[PointConfig, ...]:
        """The points of all slaves."""
        return tuple(point for slave in self.slaves for point in slave.points.values())

    @property
    def spans(self) -> list[Span]:
        """The classes of periods that slaves report."""
        return reported_spans(self.minute_interval)


def read_group(section: Section, security: SecurityConfig) -> GroupConfig:
    """The section [group]; its problems go into it."""
    channel = read_channel(section, security)
    value = GroupConfig(
        host=section.text("host"),
        port=section.integer("port", 1, 65_535),
        minute_interval=section.integer("minute_interval", 1, 30, 15),
        channel=channel,
        slaves=tuple(_slave(each) for each in section.sections("slaves", required=True)),
    )
    if value.minute_interval not in MIN_INTERVALS:
        section.problem(
            "minute_interval",
            reasons.MINUTES(known=listing([*map(str, MIN_INTERVALS)]), minute_interval=value.minute_interval),
        )
    if channel.kind not in _SECURED or not channel.certificate:
        section.problem("channel", reasons.GROUP_PROOF())
    section.done()
    return value


def _slave(section: Section) -> SlaveConfig:
    name = section.name("id")
    points: dict[str, PointConfig] = {}
    for each in section.sections("points", required=True):
        tag = each.text("tag")
        if tag in points:
            each.problem("tag", reasons.TAG_TAKEN(tag=tag))
        points[tag] = _point(each)
        each.done()
    section.done()
    return SlaveConfig(name, points)


def _point(section: Section) -> PointConfig:
    kind = section.choice("kind", _KINDS)
    code = section.text("code", "")
    check_code(section, "code", code, empty=True)
    return PointConfig(
        id=section.name("id"),
        kind=kind,
        place=Place(),
        scale=Decimal(1),
        ratio=Decimal(1),
        decimals=section.integer("decimals", 0, 15, 4),
        unit=section.choice("unit", COUNTER_UNITS if kind == "counter" else INSTANT_UNITS),
        modulus=None,
        minimum=None,
        maximum=None,
        rated_per_h=None,
        sentinels=(),
        code=code,
        emission_source=section.text("emission_source", ""),
    )


def check_group(group: GroupConfig, problems: list[Problem]) -> None:
    """Names that are given twice."""
    note_doubles(problems, "group.slaves", "id", [slave.id for slave in group.slaves])
