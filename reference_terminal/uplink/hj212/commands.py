"""What a centre may ask of the terminal, by command code (HJ 212 table 9), and how each request is answered.

Leaves the connection to `link`. Requests are answered 9011, carried out, and concluded 9012; notifications 9013.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from reference_terminal.hj212 import message as messages
from reference_terminal.hj212.message import ANSWER_FLAG, Message
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY, HOUR, Span, iso, minutes, parse_stamp, stamp
from reference_terminal.settings.centres import MIN_INTERVALS
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.uplink import messages as notices
from reference_terminal.uplink.hj212 import packets
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.hj212.replay import RequestNumbers

# QnRtn, table 7
ACCEPTED, REJECTED, WRONG_PW, WRONG_MN, WRONG_ST, WRONG_FLAG, WRONG_QN, WRONG_CN = 1, 2, 3, 4, 5, 6, 7, 8
# ExeRtn, table 6
DONE, FAILED, BAD_CONDITION, TIMED_OUT, NO_DATA = 1, 2, 3, 4, 100

_READ_BEFORE_ANSWER_S = 4.0
_REMEMBERED = 100
_LOG_LINES = 50


class CommandSet:
    """Carries out the requests of all centres; each link calls it from its own task."""

    def __init__(
        self,
        store: Store,
        clock: WallClock,
        journal: Journal,
        read_now: Callable[[Sequence[int]], Awaitable[list[Reading]]],
        use_span: Callable[[Span], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._journal = journal
        self._read_now = read_now
        self._use_span = use_span
        self._numbers = RequestNumbers(store)
        self._concluded: dict[tuple[str, str, str], int] = {}
        self._handlers: dict[str, Callable[[CentreLink, Message, dict[str, str]], Awaitable[int]]] = {
            "1000": self._set_patience,
            "1011": self._tell_clock,
            "1012": self._set_clock,
            "1061": self._tell_realtime_interval,
            "1062": self._set_realtime_interval,
            "1063": self._tell_minute_interval,
            "1064": self._set_minute_interval,
            "1072": self._set_password,
            "2031": self._day_history,
            "2051": self._minute_history,
            "2061": self._hour_history,
            "3020": self._tell_information,
            "3021": self._set_parameter,
        }

    async def handle(self, link: CentreLink, request: Message) -> None:
        """Check, answer, carry out and conclude one request; a faulty one is refused with its QnRtn."""
        verdict = self.check(link, request)
        if verdict != ACCEPTED:
            self._journal.event(notices.REQUEST_REFUSED, link.config.id, cn=request.cn, verdict=verdict)
            if self.is_answered(request):
                link.send(link.answer_to(request, "9011", f"QnRtn={verdict}"))
            return
        if link.protected and not self._numbers.is_fresh(link.config.id, request.cn, request.qn):
            self._journal.event(notices.REQUEST_REPEATED, link.config.id, cn=request.cn)
            return
        if request.cn == "2012":
            self._stop_realtime(link)
            link.send(link.answer_to(request, "9013", ""))
        elif request.cn == "2011":
            await self._start_realtime(link, request)
        else:
            await self._request(link, request)

    def check(self, link: CentreLink, request: Message) -> int:
        """QnRtn of a request: accepted, or the first thing that is wrong with it."""
        if request.mn != link.config.mn:
            return WRONG_MN
        if request.pw != link.settings.pw:
            return WRONG_PW
        if request.st not in (link.config.st, "91"):
            return WRONG_ST
        if request.flag is None:
            return WRONG_FLAG
        if not (request.qn.isascii() and request.qn.isdigit() and len(request.qn) <= 20):
            return WRONG_QN
        if request.cn not in self._handlers and request.cn not in ("2011", "2012"):
            return WRONG_CN
        return ACCEPTED

    @seam
    def is_answered(self, request: Message) -> bool:
        """Whether a faulty request is answered: when it wants an answer or its Flag cannot be read."""
        return request.flag is None or request.wants_answer

    @seam
    async def _request(self, link: CentreLink, request: Message) -> None:
        """9011, execution, 9012; a request repeated with the same QN is answered again but not carried out twice."""
        self._reply(link, request, "9011", f"QnRtn={ACCEPTED}")
        key = (link.config.id, request.cn, request.qn)
        if key in self._concluded and request.cn in ("1000", "1012", "1062", "1064", "1072"):
            self._reply(link, request, "9012", f"ExeRtn={self._concluded[key]}")
            return
        result = await self._handlers[request.cn](link, request, messages.parameters(request.cp))
        self._concluded[key] = result
        while len(self._concluded) > _REMEMBERED:
            del self._concluded[next(iter(self._concluded))]
        self._reply(link, request, "9012", f"ExeRtn={result}")

    def _reply(self, link: CentreLink, request: Message, cn: str, cp: str) -> None:
        if request.wants_answer:
            link.send(link.answer_to(request, cn, cp))

    @seam
    def _tell(self, link: CentreLink, request: Message, cp: str) -> None:
        """Data that answer a request: its command code and QN, no acknowledgement asked."""
        config = link.config
        link.send(Message(request.qn, config.st, request.cn, request.pw, config.mn, ANSWER_FLAG, cp))

    # Settings

    @seam
    def _number(self, fields: dict[str, str], name: str, low: int, high: int) -> int | None:
        """A parameter as a whole number; names are compared without case, as the standard's own examples vary."""
        for key, value in fields.items():
            digits = value.lstrip("0") if value.isascii() and value.isdigit() else ""
            if key.lower() == name.lower() and 0 < len(digits) < 7 and low <= int(digits) <= high:
                return int(digits)
        return None

    @seam
    def _change(self, link: CentreLink, name: str, value: int | str) -> int:
        shown = "******" if name == "pw" else value
        self._journal.event(notices.PARAMETER_SET, link.config.id, name=name, value=shown)
        return DONE if link.settings.keep(name, value) else FAILED

    async def _set_patience(self, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        overtime_s, recount = self._number(fields, "OverTime", 1, 99), self._number(fields, "ReCount", 1, 99)
        if overtime_s is None or recount is None:
            return BAD_CONDITION
        self._change(link, "overtime_s", overtime_s)
        return self._change(link, "recount", recount)

    async def _tell_clock(self, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        if fields.get("PolId"):
            return BAD_CONDITION
        self._tell(link, request, f"SystemTime={stamp(self._clock.now_s())}")
        return DONE

    @seam
    async def _set_clock(self, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        """Set the logger's clock; instruments behind it have none that could be set (PolId)."""
        at_s = parse_stamp(fields.get("SystemTime", ""))
        if at_s is None or fields.get("PolId"):
            return BAD_CONDITION
        before_s = self._clock.now_s()
        self._clock.set_s(at_s)
        self._journal.event(notices.CLOCK_SET, link.config.id, before=iso(before_s), after=iso(at_s))
        return DONE if self._store.flush() else FAILED

    async def _tell_realtime_interval(self, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        self._tell(link, request, f"RtdInterval={link.settings.realtime_s}")
        return DONE

    async def _set_realtime_interval(self, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        value = self._number(fields, "RtdInterval", 30, 3600)
        return BAD_CONDITION if value is None else self._change(link, "realtime_s", value)

    async def _tell_minute_interval(self, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        self._tell(link, request, f"MinInterval={link.settings.minute_interval}")
        return DONE

    @seam
    async def _set_minute_interval(self, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        value = self._number(fields, "MinInterval", 1, 30)
        if value is None or value not in MIN_INTERVALS:
            return BAD_CONDITION
        self._use_span(minutes(value))
        return self._change(link, "minute_interval", value)

    async def _set_password(self, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        value = fields.get("NewPW", "")
        if len(value) != 6 or not (value.isascii() and value.isalnum()):
            return BAD_CONDITION
        return self._change(link, "pw", value)

    async def _set_parameter(self, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        """3021: this terminal has no parameter that a centre may set."""
        return BAD_CONDITION

    # Real-time data and reading on command

    @seam
    async def _start_realtime(self, link: CentreLink, request: Message) -> None:
        """2011: switch real-time data on; asked for an answer, read the meters afresh and send what they say now."""
        if not link.settings.realtime_on:
            self._change(link, "realtime_on", 1)
        if not request.wants_answer:
            return
        points = [channel.point for channel in link.channels]
        task = asyncio.ensure_future(self._read_now(points))
        try:
            await asyncio.wait([task], timeout=_READ_BEFORE_ANSWER_S)
            link.send(link.answer_to(request, "9011", f"QnRtn={ACCEPTED}"))
            readings = {reading.point: reading for reading in await task}
        finally:
            task.cancel()
        data_time, items = packets.realtime(link.channels, readings)
        result = NO_DATA
        if items:
            result = DONE if await link.upload("2011", f"DataTime={data_time}", items) else TIMED_OUT
        link.send(link.answer_to(request, "9012", f"ExeRtn={result}"))

    @seam
    def _stop_realtime(self, link: CentreLink) -> None:
        self._change(link, "realtime_on", 0)

    # History

    async def _minute_history(self, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        return await self.history(link, request, minutes(link.settings.minute_interval), fields)

    @seam
    async def _hour_history(self, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        return await self.history(link, request, HOUR, fields)

    async def _day_history(self, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        return await self.history(link, request, DAY, fields)

    async def history(self, link: CentreLink, request: Message, span: Span, fields: dict[str, str]) -> int:
        """Send every stored period whose DataTime lies in the closed interval, each packet with a QN of its own."""
        begin_s, end_s = parse_stamp(fields.get("BeginTime", "")), parse_stamp(fields.get("EndTime", ""))
        if begin_s is None or end_s is None or begin_s > end_s:
            return BAD_CONDITION
        sent = 0
        for start_s in self._store.periods(span.code, begin_s, end_s):
            items = packets.record_items(link.channels, self._store.period(span.code, start_s), link.reading_suffix)
            if not items:
                continue
            data_time = packets.period_stamp(start_s, span.end(start_s))
            if not await link.upload(request.cn, f"DataTime={data_time}", items):
                return TIMED_OUT
            sent += 1
        return DONE if sent else NO_DATA

    # Field information

    @seam
    async def _tell_information(self, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        """3020: state of the logger (i22001), its link to the host (i22003) and its log (i21001)."""
        now = stamp(self._clock.now_s())
        about = f"PolId={fields['PolId']};" if fields.get("PolId") else ""
        info = fields.get("InfoId", "")
        if info in ("i22001", "i22003"):
            self._tell(link, request, f"DataTime={now};{about}{info}-Info=0")
            return DONE
        if info != "i21001":
            return NO_DATA
        begin_s, end_s = parse_stamp(fields.get("BeginTime", now)), parse_stamp(fields.get("EndTime", now))
        if begin_s is None or end_s is None or begin_s > end_s:
            return BAD_CONDITION
        sent = 0
        for row in self._journal.events(begin_s * 1000, _LOG_LINES):
            if row.at_ms >= (end_s + 1) * 1000:
                break
            line = f"{row.kind} {row.subject} {row.en}".replace("//", "/").replace("&&", "&")[:200]
            first = f"DataTime={stamp(row.at_ms // 1000)}"
            if not await link.upload("3020", first, [f"{about}i21001-Info=//{line}//"]):
                return TIMED_OUT
            sent += 1
        return DONE if sent else NO_DATA
