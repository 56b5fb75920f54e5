"""What the terminal is told of its data centres, and reading it from TOML.

Leaves contradictions between the sections to `config`; leaves what a centre has changed at run time to the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reference_terminal.configread import Section

MIN_INTERVALS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
"""MinInterval values of HJ 212 table 4, minutes."""
UPLOADS = ("2011", "2051", "2061", "2031")


@dataclass(frozen=True)
class CentreConfig:
    """One upload destination with its own identity, codes, schedule, patience and buffer."""

    id: str
    host: str
    port: int
    mn: str
    pw: str
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


def read_centre(section: Section) -> CentreConfig:
    """One data centre; its problems go into the section."""
    value = CentreConfig(
        id=section.name("id"),
        host=section.text("host"),
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
    )
    if value.minute_interval not in MIN_INTERVALS:
        section.problem(
            "minute_interval",
            f"expected one of {', '.join(map(str, MIN_INTERVALS))} minutes, got {value.minute_interval}",
            "应为 HJ 212 表 4 所列的分钟数",
        )
    for key, text, longest in (("mn", value.mn, 64), ("pw", value.pw, 64), ("st", value.st, 2)):
        if text and (len(text) > longest or not (text.isascii() and text.isalnum())):
            section.problem(
                key,
                f"expected 1 to {longest} ASCII letters and digits, got {text!r}",
                f"应为 1 至 {longest} 位字母或数字,实际为 {text!r}",
            )
    for point, code in value.codes.items():
        check_code(section, f"codes.{point}", code, empty=False)
    section.done()
    return value


def check_code(section: Section, key: str, code: str, *, empty: bool) -> None:
    """Note a code that no centre could carry."""
    if (code.isascii() and code.isalnum() and len(code) <= 20) or (empty and not code):
        return
    section.problem(
        key,
        f"expected a code of 1 to 20 ASCII letters and digits such as a05001, got {code!r}",
        f"应为 1 至 20 位字母或数字的编码(如 a05001),实际为 {code!r}",
    )
