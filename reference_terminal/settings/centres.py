"""What the terminal is told of its data centres, and reading it from TOML.

Leaves contradictions between the sections to `config`; leaves what a centre has changed at run time to the store.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from reference_terminal.model.messages import listing
from reference_terminal.model.sealed import is_sealed
from reference_terminal.settings import reasons
from reference_terminal.settings.reader import Section
from reference_terminal.settings.security import ChannelConfig, SecurityConfig, read_channel

MIN_INTERVALS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
"""MinInterval values of HJ 212 table 4, minutes."""
UPLOADS = ("2011", "2051", "2061", "2031")
PROTOCOLS = ("hj212", "https-json", "fingerprint", "records-json", "records-mqtt", "management", "master")
"""HJ 212; the energy platform's HTTPS and JSON; deposit of fingerprints; records as JSON for third parties, over HTTP
or over MQTT; the management software that issues packages; the master of a slave."""
_WITH_TOKEN = ("records-json", "records-mqtt")
SCHEDULES = ("continuous", "window")
WINDOW_MIN = 60
"""How long an upload window stays open (ruling R-13)."""


@dataclass(frozen=True)
class PlatformConfig:
    """What a platform over HTTP wants to know: who reports, and how its items are classed (docs/WIRE.md section 3)."""

    region: str = ""
    enterprise: str = ""
    scope: int = 1
    input_type: int = 4
    report_s: int = 300
    token: str = field(default="", repr=False)
    body_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class CentreConfig:
    """One upload destination with its own identity, codes, schedule, patience and buffer."""

    id: str
    host: str
    port: int
    mn: str
    pw: str = field(repr=False)
    st: str
    uploads: tuple[str, ...]
    codes: Mapping[str, str]
    realtime_s: int = 60
    minute_interval: int = 15
    overtime_s: int = 5
    recount: int = 3
    buffer_h: int = 168
    connect_timeout_s: int = 10
    reading: bool = False
    reading_suffix: str = "Read"
    ask_time: bool = False
    answer_crc_error: bool = False
    receive_limit: int = 9999
    protocol: str = "hj212"
    schedule: str = "continuous"
    upload_time: str = "01:38:00"
    channel: ChannelConfig = field(default_factory=ChannelConfig)
    platform: PlatformConfig = field(default_factory=PlatformConfig)


def read_centre(section: Section, security: SecurityConfig) -> CentreConfig:
    """One data centre; its problems go into the section."""
    protocol = section.choice("protocol", PROTOCOLS, "hj212")
    schedule = section.choice("schedule", SCHEDULES, "window" if protocol == "https-json" else "continuous")
    value = CentreConfig(
        id=section.name("id"),
        host=section.host("host"),
        port=section.integer("port", 1, 65_535),
        mn=section.text("mn"),
        pw=section.text("pw", "123456"),
        st=section.text("st", "31"),
        uploads=section.texts("uploads", UPLOADS, UPLOADS),
        codes=section.mapping("codes"),
        realtime_s=section.integer("realtime_s", 30, 3600, 60),
        minute_interval=section.integer("minute_interval", 1, 30, 15),
        overtime_s=section.integer("overtime_s", 1, 99, 5),
        recount=section.integer("recount", 1, 99, 3),
        buffer_h=section.integer("buffer_h", 48, 8784, 168),
        connect_timeout_s=section.integer("connect_timeout_s", 1, 120, 10),
        reading=section.boolean("reading", False),
        reading_suffix=section.text("reading_suffix", "Read"),
        ask_time=section.boolean("ask_time", False),
        answer_crc_error=section.boolean("answer_crc_error", False),
        receive_limit=section.integer("receive_limit", 1024, 9999, 9999),
        protocol=protocol,
        schedule=schedule,
        upload_time=section.text("upload_time", "01:38:00"),
        channel=read_channel(section, security),
        platform=_platform(section, protocol, security),
    )
    if day_times_s(value.upload_time) is None:
        section.problem("upload_time", reasons.UPLOAD_TIME(got=value.upload_time))
    if value.channel.payload != "clear" and protocol != "hj212":
        section.problem("payload", reasons.PAYLOAD_OF_HJ212(protocol=protocol))
    if value.minute_interval not in MIN_INTERVALS:
        section.problem(
            "minute_interval",
            reasons.MINUTES(known=listing([*map(str, MIN_INTERVALS)]), minute_interval=value.minute_interval),
        )
    for key, text, longest in (("mn", value.mn, 64), ("pw", value.pw, 64), ("st", value.st, 2)):
        if text and (len(text) > longest or not (text.isascii() and text.isalnum())):
            section.problem(key, reasons.LETTERS_AND_DIGITS(longest=longest, text=text))
    for point, code in value.codes.items():
        check_code(section, f"codes.{point}", code, empty=False, dashes=protocol != "hj212")
    section.done()
    return value


def _platform(section: Section, protocol: str, security: SecurityConfig) -> PlatformConfig:
    value = PlatformConfig(
        region=section.text("region", ""),
        enterprise=section.text("enterprise", ""),
        scope=section.integer("scope", 1, 4, 1),
        input_type=section.integer("input_type", 1, 5, 4),
        report_s=section.integer("report_s", 10, 86_400, 300),
        token=section.text("token", ""),
        body_key=section.text("body_key", ""),
    )
    if protocol == "https-json":
        for key, text, length in (("region", value.region, 6), ("enterprise", value.enterprise, 18)):
            if len(text) != length or not (text.isascii() and text.isalnum()):
                section.problem(key, reasons.MN_FORM(length=length, text=text))
    if protocol in _WITH_TOKEN and not value.token:
        section.problem("token", reasons.TOKEN_MISSING())
    if value.body_key and not is_sealed(value.body_key) and not re.fullmatch(r"[0-9A-Fa-f]{32}", value.body_key):
        section.problem("body_key", reasons.SM4_KEY())
    if protocol == "management" and not security.package_anchors:
        section.problem("protocol", reasons.PACKAGE_ROOTS())
    if protocol == "master" and "certificate" not in section:
        section.problem("certificate", reasons.MASTER_PROOF())
    if protocol == "fingerprint" and not security.device_key:
        section.problem("protocol", reasons.FINGERPRINTS_OF_CENTRE())
    if (protocol == "https-json" or value.token) and not security.has_vault:
        section.problem("protocol", reasons.PLATFORM_KEYS())
    return value


def day_time_s(text: str) -> int | None:
    """Seconds after midnight of HH:mm:ss, None if it is no time of day."""
    parts = text.split(":")
    if [len(part) for part in parts] != [2, 2, 2] or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    hour, minute, second = (int(part) for part in parts)
    return hour * 3600 + minute * 60 + second if hour < 24 and minute < 60 and second < 60 else None


@lru_cache(maxsize=256)
def day_times_s(text: str) -> tuple[int, ...] | None:
    """Seconds after midnight of one or several HH:mm:ss joined by commas, in order and no window within another.

    None if they are not that.
    """
    found = tuple(at_s for part in text.split(",") if (at_s := day_time_s(part)) is not None)
    if len(found) != text.count(",") + 1:
        return None
    ends = (*found[1:], found[0] + 86_400)
    return found if all(end - start >= WINDOW_MIN * 60 for start, end in zip(found, ends, strict=True)) else None


def check_code(section: Section, key: str, code: str, *, empty: bool, dashes: bool = False) -> None:
    """Note a code that no centre could carry; platforms over HTTP take dashes and more digits."""
    plain = code.replace("-", "") if dashes else code
    if (plain.isascii() and plain.isalnum() and len(plain) <= (40 if dashes else 20)) or (empty and not code):
        return
    section.problem(key, reasons.POINT_CODE(code=code))
