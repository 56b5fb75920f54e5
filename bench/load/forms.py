"""How a terminal's record looks on the wire, and how answers are read: HJ 212, JSON records, MQTT telemetry.

Leaves what is sent when to `sender` and connections to `engine`. Frames are those of the bench's codec
(`simulators.centres.hj212.codec`); the usual acknowledgement is read by one expression, everything else by the codec.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench.load.plan import Plan
from bench.load.truth import SECOND, ST, Stamps, code_of, mn_of, value_of
from simulators.centres.hj212.check_word import check_word
from simulators.centres.hj212.codec import FATAL, Frame, Splitter, encode_frame, parse_data
from simulators.stamps import local

COMMANDS = {"minute": "2051", "realtime": "2011"}
FIELDS = {"minute": "Cou", "realtime": "Rtd"}
_USUAL = re.compile(
    rb"##(\d{4})(QN=(\d{17});ST=91;CN=(\d{4});PW=[^;&]*;MN=([^;&]*);Flag=\d+;CP=&&([^&]*)&&)([0-9A-F]{4})\r\n"
)


class Answer(NamedTuple):
    """An answer: the number of the message that it is about, its command code, and whether it says yes."""

    qn: str
    cn: str
    good: bool


class Hj212Form:
    """Frames of one terminal, and what a centre answers."""

    __slots__ = (
        "_codes",
        "_head",
        "_last_ms",
        "_middle",
        "_plan",
        "_rest",
        "_second",
        "_splitter",
        "_stamps",
        "mn",
        "terminal",
    )

    def __init__(self, plan: Plan, terminal: int, stamps: Stamps) -> None:
        settings = plan.terminals
        self._plan = plan
        self.terminal = terminal
        self.mn = mn_of(plan.seed, terminal)
        field = FIELDS[settings.kind]
        self._codes = [f"{code_of(point)}-{field}=" for point in range(settings.points)]
        self._codes = [(words, f",{words.partition('-')[0]}-Flag=N") for words in self._codes]
        self._head = (
            f";ST={ST};CN={COMMANDS[settings.kind]};PW={plan.target.password};MN={self.mn};Flag=5;CP=&&DataTime="
        )
        self._middle = ";"
        self._stamps = stamps
        self._last_ms = 0
        self._rest = b""
        self._splitter: Splitter | None = None

    def message(self, period: int, now_us: int) -> tuple[str, bytes]:
        """Number and octets of the frame of a period; numbers rise by a millisecond at least."""
        self._last_ms = millis = max(self._last_ms + 1, now_us // 1000)
        second, rest = divmod(millis, 1000)
        qn = f"{self._stamps(second)}{rest:03d}"
        plan, terminal = self._plan, self.terminal
        seed = plan.seed
        items = ";".join(
            [f"{head}{value_of(seed, terminal, point, period)}{tail}" for point, (head, tail) in enumerate(self._codes)]
        )
        when = self._stamps(period * plan.terminals.period_s)
        return qn, encode_frame(f"QN={qn}{self._head}{when};{items}&&".encode())

    def answers(self, octets: bytes) -> Iterator[Answer]:
        """The answers among the octets that came; what is no sound frame is passed over."""
        if self._splitter is not None:
            yield from self._slowly(octets)
            return
        data = self._rest + octets if self._rest else octets
        at = 0
        while (match := _USUAL.match(data, at)) is not None:
            length, body, qn, cn, mn, cp, crc = match.groups()
            if int(length) != len(body) or int(crc, 16) != check_word(body):
                break
            at = match.end()
            yield from self._answer(qn.decode(), cn.decode(), mn.decode("ascii", "replace"), cp)
        self._rest = data[at:]
        # Half of a usual frame waits for the rest; all else goes to the codec, from then on.
        if self._rest and (len(self._rest) > 200 or not _may_be_usual(self._rest)):
            rest, self._rest, self._splitter = self._rest, b"", Splitter()
            yield from self._slowly(rest)

    def _slowly(self, octets: bytes) -> Iterator[Answer]:
        assert self._splitter is not None
        for each in self._splitter.feed(octets):
            if not isinstance(each, Frame):
                continue
            packet, faults = parse_data(each.data)
            if not FATAL.intersection((*each.faults, *faults)):
                yield from self._answer(packet.qn, packet.cn, packet.mn, packet.field("QnRtn").encode())

    def _answer(self, qn: str, cn: str, mn: str, cp: bytes) -> Iterator[Answer]:
        if mn == self.mn:
            if cn == "9014":
                yield Answer(qn, cn, good=True)
            elif cn == "9011":
                yield Answer(qn, cn, good=cp.rpartition(b"=")[2] == b"1")

    def reset(self) -> None:
        """A new connection begins with nothing."""
        self._rest, self._splitter = b"", None


def _may_be_usual(octets: bytes) -> bool:
    """Whether octets could be the beginning of a usual answer."""
    return octets.startswith(b"##"[: len(octets)]) and (len(octets) < 7 or octets[2:6].isdigit())


class JsonForm:
    """Records of one terminal as JSON (docs/WIRE.md section 6), several periods in a body."""

    def __init__(self, plan: Plan, terminal: int) -> None:
        self._plan = plan
        self.terminal = terminal
        self.mn = mn_of(plan.seed, terminal)

    def body(self, periods: Sequence[int]) -> bytes:
        """The body of an upload."""
        settings, seed = self._plan.terminals, self._plan.seed
        kind = "reading" if settings.kind == "realtime" else "minute" if settings.period_s == 60 else _minutes(settings)
        records = [
            {
                "point": code_of(point),
                "kind": kind,
                "start": _iso(period * settings.period_s),
                "end": _iso((period if kind == "reading" else period + 1) * settings.period_s),
                "value": value_of(seed, self.terminal, point, period),
                "unit": "kWh",
                "flag": "N",
            }
            for period in periods
            for point in range(settings.points)
        ]
        return json.dumps({"source": self.mn, "records": records}, separators=(",", ":")).encode()


def _minutes(settings: object) -> str:
    period_s = getattr(settings, "period_s", 60)
    return "hour" if period_s == 3600 else f"min{period_s // 60}"


def _iso(second: int) -> str:
    return f"{local(second * SECOND):%Y-%m-%dT%H:%M:%S}+08:00"


class MqttForm:
    """Values of one terminal as telemetry of a gateway: `{"device": [{"ts": ms, "values": {"code": number}}]}`."""

    def __init__(self, plan: Plan, terminal: int) -> None:
        self._plan = plan
        self.terminal = terminal
        self.mn = mn_of(plan.seed, terminal)

    def payload(self, period: int) -> bytes:
        """The message of a period; numbers as decimal text without quotes."""
        settings, seed = self._plan.terminals, self._plan.seed
        values = ",".join(
            f'"{code_of(point)}":{value_of(seed, self.terminal, point, period)}' for point in range(settings.points)
        )
        at_ms = period * settings.period_s * 1000
        return f'{{"{self.mn}":[{{"ts":{at_ms},"values":{{{values}}}}}]}}'.encode()
