# pyright: reportPrivateUsage=false
"""Defects of alarms and of the log's clock: late, repeated, nameless, standing, unlogged, by another clock."""

from __future__ import annotations

import asyncio
from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.seams import hides_events, leaves_standing
from reference_terminal.crypto.certificates import CertificateError
from reference_terminal.model.messages import Alarm, Text
from reference_terminal.net.channel import ChannelRefused
from reference_terminal.processing import messages as processing_messages
from reference_terminal.processing import pipeline
from reference_terminal.storage.journal import Journal
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.messages import CENTRE_REFUSES, CHANNEL_REFUSED
from reference_terminal.uplink.platforms.link import PlatformLink
from reference_terminal.web.api import Api

_FAULTS, _CLOCK = "alarms/tells-faults", "alarms/logs-by-its-own-clock"
_ALARM, _LOCATE = ("isc-2/8.2c",), ("isc-2/8.2d",)


@defect(
    "silence-told-after-an-hour",
    en="a silent meter raises an alarm after 360 periods",
    zh="仪表无应答 360 个周期后才告警",
    clauses=_ALARM,
)
def silence_told_after_an_hour(patch: Patch) -> None:
    """The alarms of every small disturbance were a nuisance."""
    patch(pipeline, "SILENT_PERIODS", 360)


@defect(
    "silence-told-a-period-late",
    en="a silent meter raises an alarm after four periods",
    zh="仪表无应答 4 个周期后才告警",
    clauses=_ALARM,
)
def silence_told_a_period_late(patch: Patch) -> None:
    """One more chance for the meter."""
    patch(pipeline, "SILENT_PERIODS", 4)


@defect(
    "alarm-at-every-poll",
    en="a fault raises an alarm at every poll while it lasts",
    zh="故障期间每次采集都重复告警",
    clauses=_ALARM,
)
def alarm_at_every_poll(patch: Patch) -> None:
    """What stands already is not remembered."""
    whole = Journal.raise_alarm

    def raise_alarm(self: Journal, alarm: Alarm, subject: str, /, **fields: object) -> None:
        self._raised.pop((alarm.code, subject), None)
        whole(self, alarm, subject, **fields)

    patch(Journal, "raise_alarm", raise_alarm)


@defect(
    "alarm-names-nothing",
    en="an alarm says that something has failed, and not what",
    zh="告警只提示有故障，不指明对象",
    clauses=_LOCATE,
)
def alarm_names_nothing(patch: Patch) -> None:
    """One lamp for all."""
    whole = Journal.put_alarm

    def put_alarm(self: Journal, alarm: Alarm, subject: str, text: Text) -> None:
        del text
        if (alarm.code, "terminal") not in self._raised:
            whole(self, alarm, "terminal", Text("something has failed", "有故障"))
        self._raised[(alarm.code, subject)] = alarm.kind

    patch(Journal, "put_alarm", put_alarm)


@defect(
    "untrusted-platforms-untold",
    en="a platform that is not called because of its certificate raises no alarm",
    zh="平台证书不可信而停止连接时不告警",
    clauses=_ALARM,
)
def untrusted_platforms_untold(patch: Patch) -> None:
    """It is not lost: it is refused."""
    whole = Journal.raise_alarm

    def raise_alarm(self: Journal, alarm: Alarm, subject: str, **told: Any) -> None:
        if alarm is not CHANNEL_REFUSED:
            whole(self, alarm, subject, **told)

    patch(Journal, "raise_alarm", raise_alarm)


@defect(
    "queues-not-shown",
    en="what waits for centres and platforms is shown nowhere",
    zh="不显示各中心的待传数据量",
    clauses=_ALARM,
)
def queues_not_shown(patch: Patch) -> None:
    """The answer is made and nothing is put into it."""
    patch(Api, "queue", lambda self, query: {"centres": []})  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "refused-platforms-shown-as-connected",
    en="a platform whose certificate is refused is shown as connected",
    zh="证书不可信的平台仍显示为已连接",
    clauses=_ALARM,
)
def refused_platforms_shown_as_connected(patch: Patch) -> None:
    """Somebody answers there."""

    def tell(self: PlatformLink, error: Exception) -> None:
        whole(self, error)
        self.connected = self.connected or isinstance(error, ChannelRefused | CertificateError)

    whole = patch(PlatformLink, "_tell", tell)


@defect(
    "lost-centres-shown-as-connected",
    en="a centre whose connection was lost is shown as connected until the next one stands",
    zh="中心断开后仍显示为已连接，直至重新连接",
    clauses=_ALARM,
)
def lost_centres_shown_as_connected(patch: Patch) -> None:
    """The state is set where a connection begins."""
    patch(CentreLink, "connected", property(lambda self: self._heard_s > 0))  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "alarms-counted-from-afar",
    en="management software afar is told that there are alarms, and not of what",
    zh="向远程管理端只上报有告警，不指明对象",
    clauses=_LOCATE,
)
def alarms_counted_from_afar(patch: Patch) -> None:
    """Somebody will look on site."""
    whole = Journal.raised
    patch(Journal, "raised", lambda self: [(kind, "") for kind, _ in whole(self)])


@defect(
    "alarms-stand-for-ever",
    en="an alarm stands until somebody takes it off by hand",
    zh="故障消除后告警不自动解除",
    clauses=_ALARM,
)
def alarms_stand_for_ever(patch: Patch) -> None:
    """So that none is overlooked."""
    patch(Journal, "clear_alarm", lambda self, alarm, subject: None)


@defect(
    "alarms-not-logged",
    en="alarms are shown and not written to the log",
    zh="告警仅显示而不记入日志",
    clauses=_ALARM,
)
def alarms_not_logged(patch: Patch) -> None:
    """They have a list of their own."""
    hides_events(patch, lambda kind, en: kind.startswith("alarm "))


class _SinceStart:
    """A clock that is read once, at the start, and goes on by itself."""

    def __init__(self, clock: Any) -> None:
        self._loop = asyncio.get_running_loop()
        self._base_ms = clock.now_ms() - round(self._loop.time() * 1000)

    def now_ms(self) -> int:
        """Milliseconds UTC."""
        return self._base_ms + round(self._loop.time() * 1000)


@defect(
    "log-by-uptime",
    en="the log counts its time from the start of the terminal, whatever its clock says",
    zh="日志时间由启动时刻累计，不取终端时钟",
    clauses=("isc-2/7.4.1.3(2)f",),
)
def log_by_uptime(patch: Patch) -> None:
    """The counter of the processor is at hand, the clock is not."""
    whole = Journal.__init__

    def initialise(self: Journal, store: Any, clock: Any, log: Any) -> None:
        whole(self, store, clock, log)
        self._clock = _SinceStart(clock)  # pyright: ignore[reportAttributeAccessIssue]

    patch(Journal, "__init__", initialise)


@defect(
    "range-alarms-outlast-their-cause",
    en="an alarm about a value out of its range is never cleared",
    zh="测量值恢复到量程内后，超量程告警一直不解除",
    clauses=("isc-2/8.2c", "csmt/8.1.1c"),
)
def range_alarms_outlast_their_cause(patch: Patch) -> None:
    """Somebody is to acknowledge it, and there is no way to."""
    leaves_standing(patch, processing_messages.OUT_OF_RANGE)


@defect(
    "alarms-of-collectors-outlast-their-cause",
    en="an alarm about a collector whose certificate was refused is never cleared",
    zh="采集器恢复合格证书后，拒绝其证书的告警一直不解除",
    clauses=("isc-2/8.2c", "isc-2/7.4.2.1[2]i"),
)
def alarms_of_collectors_outlast_their_cause(patch: Patch) -> None:
    """That it is heard again is thought to be enough."""

    def clear_alarm(self: Journal, alarm: Alarm, subject: str) -> None:
        if not subject.startswith("K"):
            own(self, alarm, subject)

    own = patch(Journal, "clear_alarm", clear_alarm)


@defect(
    "refusals-stand-for-ever",
    en="the alarm that a platform refuses stands on while it takes everything again",
    zh="平台恢复接收后，平台拒收的告警一直不解除",
    clauses=_ALARM,
)
def refusals_stand_for_ever(patch: Patch) -> None:
    """Whoever reads it will ask the platform."""
    leaves_standing(patch, CENTRE_REFUSES)
