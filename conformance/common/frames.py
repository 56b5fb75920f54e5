"""Frames: what a terminal sends, octet by octet, against HJ 212-2017 (R-33).

Leaves the content of the records to `delivery`. The parser is the judge's own, written from the protocol facts
(platform facts 1.1 to 1.7), so that a mistake of the simulated centre cannot hide one of the terminal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from weakref import WeakKeyDictionary

from bench.case import Check, Measurement, Text, criterion, measure
from bench.history import Commanded, History, Received, Rejected, Sent
from conformance.common.delivery import acknowledgements, setup_of
from conformance.common.times import SECOND, instant_of, local, seconds

IS_RESENT = criterion(
    "is-resent", en="data without a valid answer are sent again", zh="未得到有效应答的数据会重发", unit="messages"
)
RESENT_UNCHANGED = criterion(
    "resent-unchanged",
    en="a repetition carries the same QN and the same octets",
    zh="重发报文的请求编码与内容不变",
    unit="messages",
)
ANSWER_AWAITED = criterion(
    "answer-awaited",
    en="the time for an answer is waited out before sending again",
    zh="等待应答超时后再重发",
    unit="messages",
)
PAUSE_BETWEEN_ATTEMPTS = criterion(
    "pause-between-attempts",
    en="the pause between attempts is at most ten minutes",
    zh="重发间隔不超过 10 分钟",
    unit="s",
    scheduled=Text("a wait that the terminal sets itself before it sends again", "终端自行设定的重发等待时间"),
)
NO_ANSWER_TO_AN_ANSWER = criterion(
    "no-answer-to-an-answer", en="no answer is answered", zh="不对应答再作应答", unit="frames"
)
ANSWERS_WANT_NONE = criterion(
    "answers-want-none", en="no answer asks for an answer itself", zh="应答帧不要求应答", unit="frames"
)
FRAME_LENGTH = criterion(
    "frame-length", en="the length counts the octets of the data segment", zh="长度等于数据段字节数", unit="frames"
)
FRAME_CRC = criterion("frame-crc", en="the check sum is that of annex A", zh="CRC 符合附录 A", unit="frames")
FRAME_SIZE = criterion(
    "frame-size", en="no data segment exceeds 1024 octets, no CP 950", zh="数据段不超过 1024 字节", unit="frames"
)
FRAME_FIELDS = criterion(
    "frame-fields",
    en="fields, flags and frame ends are as the standard has them",
    zh="字段、标志与包尾符合标准",
    unit="frames",
)
FRAME_CONTENT = criterion(
    "frame-content",
    en="times, numbers and data flags are as the standard has them",
    zh="时间、数值与数据标记符合标准",
    unit="frames",
)
IDENTITY_MN = criterion(
    "identity-mn", en="every frame carries the device's own number", zh="设备唯一标识正确", unit="frames"
)
IDENTITY_PW = criterion(
    "identity-pw", en="every frame carries the password of its centre", zh="访问密码正确", unit="frames"
)
IDENTITY_ST = criterion(
    "identity-st", en="every frame carries the system code of its centre", zh="系统编码正确", unit="frames"
)
QN_NAMES_ONE_MESSAGE = criterion(
    "qn-names-one-message", en="a QN names one message only", zh="请求编码唯一对应一条报文", unit="frames"
)
PARTS_COMPLETE = criterion(
    "parts-complete", en="all parts of a split packet come, numbered from 1", zh="分包齐全且编号正确", unit="packets"
)
PARTS_STAMPED = criterion(
    "parts-stamped", en="every part repeats the time of the data", zh="每个分包均含数据时间", unit="packets"
)
PARTS_OWN_QN = criterion("parts-own-qn", en="every part has its own QN", zh="每个分包有独立请求编码", unit="packets")
PARTS_ANSWERED_FIRST = criterion(
    "parts-answered-first",
    en="a part is sent after the one before was answered",
    zh="前一分包应答后再发下一包",
    unit="packets",
)


HJ212_KIND, JSON_RECORDS = "hj212", "records"
DATA_LIMIT = 1024
CP_LIMIT = 950
UPLOADS = ("2011", "2021", "2031", "2041", "2051", "2061", "2081")
ANSWERS = ("9011", "9012", "9013", "9014")
_ORDER = ("QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "CP")
_HEAD = re.compile(r"##(\d{4})")
_WORDS = re.compile(r"//.*?//")
_PAIR = re.compile(r"([^=,;]+)=([^,;]*)")
_NAMED = re.compile(r"[^=,;]+=[^,;]*(?:[,;][^=,;]+=[^,;]*)*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")
_FLAGS = frozenset("NFMSDCTB")
_VERSION_2017 = 1
# No count of packets and no flag has more digits.
_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame taken apart. `items` are the groups of CP, each a list of (name, value); `faults` what is wrong."""

    fields: dict[str, str]
    items: tuple[tuple[tuple[str, str], ...], ...]
    faults: tuple[str, ...]

    def value(self, name: str) -> str:
        """A value of CP by its name, empty if absent."""
        return next((value for item in self.items for key, value in item if key == name), "")


def _step(index: int) -> int:
    register = index
    for _ in range(8):
        register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


_STEP = tuple(_step(index) for index in range(256))
_UPPER = bytes(register >> 8 for register in _STEP)


def crc(data: bytes) -> int:
    """The check sum of annex A (platform facts 1.2): the register shifts by eight bits before each octet.

    What is shifted out is lost, so that all but the last step need the register's upper octet alone.
    """
    if not data:
        return 0xFFFF
    upper, step = 0xFF, _UPPER
    for octet in data[:-1]:
        upper = step[upper ^ octet]
    return _STEP[upper ^ data[-1]]


def parse(text: str) -> Frame:
    """Take a frame apart and name every deviation from tables 2 and 3 of HJ 212-2017."""
    faults: list[str] = []
    body = text
    if body.endswith("\r\n"):
        body = body[:-2]
    else:
        faults.append("does not end with CR LF")
        body = body.rstrip("\r\n")
    head = _HEAD.match(body)
    if head is None:
        return Frame({}, (), (*faults, "does not begin with ## and four digits of length"))
    octets = body[6:].encode()
    length = int(head.group(1))
    data, tail = octets[:-4], octets[-4:]
    if len(data) != length:
        faults.append(f"length says {length}, the data segment has {len(data)} octets")
    if len(data) > DATA_LIMIT:
        faults.append(f"data segment of {len(data)} octets, limit {DATA_LIMIT}")
    expected = f"{crc(data):04X}"
    if tail.decode("ascii", "replace").upper() != expected:
        faults.append(f"CRC {tail.decode('ascii', 'replace')}, expected {expected}")
    segment = data.decode("utf-8", "replace")
    front, found, rest = segment.partition("CP=&&")
    fields: dict[str, str] = {}
    names: list[str] = []
    for part in front.rstrip(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals:
            faults.append(f"{part!r} is no field")
            continue
        if name in fields:
            faults.append(f"field {name} twice")
        names.append(name)
        fields[name] = value
    known = [name for name in _ORDER if name in fields]
    if names != known:
        faults.append(f"fields in the order {' '.join(names)}")
    if not found:
        return Frame(fields, (), (*faults, "no CP"))
    if not rest.endswith("&&"):
        faults.append("CP is not closed with &&")
    content = rest.removesuffix("&&")
    fields["CP"] = content
    if len(content.encode()) > CP_LIMIT:
        faults.append(f"CP of {len(content.encode())} octets, limit {CP_LIMIT}")
    items = _pairs(content, faults) if content else ()
    faults += _field_faults(fields)
    return Frame(fields, items, tuple(faults))


def _pairs(content: str, faults: list[str]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The groups of a CP, each its names and values."""
    if "//" not in content and _NAMED.fullmatch(content):
        return tuple(tuple(_PAIR.findall(item)) for item in content.split(";"))
    items: list[tuple[tuple[str, str], ...]] = []
    for item in _split(content, ";"):
        pairs = [pair.partition("=") for pair in _split(item, ",")]
        faults += [f"{name!r} in CP is no name and value" for name, equals, _ in pairs if not equals or not name]
        items.append(tuple((name, value) for name, _, value in pairs))
    return tuple(items)


def _split(text: str, mark: str) -> list[str]:
    """The text split at a mark, but not within the words of a log, which stand between // and // (platform facts 1)."""
    if "//" not in text:
        return text.split(mark)
    masked = _WORDS.sub(lambda found: "\0" * len(found[0]), text)
    ends = [at for at, letter in enumerate(masked) if letter == mark]
    return [text[low:high] for low, high in zip([0, *(at + 1 for at in ends)], [*ends, len(text)], strict=True)]


def _field_faults(fields: dict[str, str]) -> Iterator[str]:
    for name in ("QN", "ST", "CN", "PW", "MN", "Flag"):
        if name not in fields:
            yield f"no {name}"
    qn = fields.get("QN", "")
    if qn and (len(qn) != 17 or instant_of(qn[:14]) is None or not qn.isdigit()):
        yield f"QN {qn} is no time with milliseconds"
    if "CN" in fields and not re.fullmatch(r"\d{4}", fields["CN"]):
        yield f"CN {fields['CN']} is not four digits"
    if "ST" in fields and not re.fullmatch(r"[0-9A-Z]{2}", fields["ST"]):
        yield f"ST {fields['ST']} is not two characters 0-9A-Z"
    flag = fields.get("Flag", "")
    if flag and (_whole(flag) > 255 or not (flag.isascii() and flag.isdigit() and len(flag) <= _DIGITS)):
        yield f"Flag {flag} is no number 0 to 255"
        return
    if flag:
        bits = int(flag)
        if bits >> 2 != _VERSION_2017:
            yield f"Flag {flag} names another edition than 2017"
        if bool(bits & 2) != ("PNUM" in fields and "PNO" in fields):
            yield f"Flag {flag} and the presence of PNUM, PNO disagree"


def content_faults(frame: Frame) -> Iterator[str]:
    """What is wrong with the data of an upload: DataTime first, numbers plain, a flag for each value (tables 4, 8)."""
    if frame.fields.get("CN") not in UPLOADS:
        return
    if not frame.items or frame.items[0][0][0] != "DataTime":
        yield "DataTime is not the first item"
    stamp = frame.value("DataTime")
    if instant_of(stamp) is None:
        yield f"DataTime {stamp} is no time of 14 digits"
    for item in frame.items[1:]:
        names = [name for name, _ in item]
        code = names[0].partition("-")[0] if names else ""
        for name, value in item:
            owner, _, suffix = name.partition("-")
            if owner != code:
                yield f"{name} stands in the item of {code}"
            if suffix in ("Rtd", "Min", "Avg", "Max", "Cou") and not _NUMBER.match(value):
                yield f"{name}={value} is no plain decimal number"
            elif suffix == "Flag" and value not in _FLAGS:
                yield f"{name}={value} is no data flag"
        if f"{code}-Flag" not in names:
            yield f"{code} has no flag"


_SEALED = "KeyId"
"""The first field of a packet under the payload profile (docs/WIRE.md)."""
_known: WeakKeyDictionary[History, dict[str, list[tuple[Received, Frame]]]] = WeakKeyDictionary()


def received(history: History, centre: str) -> list[tuple[Received, Frame]]:
    """All frames a centre received, taken apart by the judge; done once per history."""
    known = _known.setdefault(history, {})
    if centre not in known:
        known[centre] = [(event, parse(event.frame)) for event in history.of(Received) if event.centre == centre]
    return known[centre]


def _where(event: Received, frame: Frame) -> str:
    return f"{local(event.t)} {event.centre} CN={frame.fields.get('CN', '?')} QN={frame.fields.get('QN', '?')}"


def _enough(history: History, centres: tuple[str, ...], needed: int) -> bool:
    """Whether every centre received so many frames: those of one say nothing of what another gets."""
    return bool(centres) and all(len(received(history, centre)) >= needed for centre in centres)


def _whole(text: str) -> int:
    """A whole number as sent; 0 for anything else, which is a fault of its own."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0


def faults_by_kind(history: History, centres: tuple[str, ...]) -> dict[str, list[str]]:
    """What is wrong with the frames that came: by length, crc, size, fields (and what is no frame) and content."""
    octets = [event for event in history.of(Rejected) if event.at in centres]
    sealing = {setup.name for setup in history.began.centres if setup.payload != "clear"}
    buckets: dict[str, list[str]] = {"length": [], "crc": [], "size": [], "fields": [], "content": []}
    for event, frame in (pair for centre in centres for pair in received(history, centre)):
        for fault in frame.faults:
            kind = (
                "length"
                if fault.startswith("length says")
                else "crc"
                if fault.startswith("CRC")
                else "size"
                if "limit" in fault
                else "fields"
            )
            buckets[kind].append(f"{_where(event, frame)}: {fault}")
        # A sealed packet has its data within; who opens it is the centre, which tells of every one that is not sound.
        if not (event.centre in sealing and frame.items and frame.items[0][0][0] == _SEALED):
            buckets["content"] += [f"{_where(event, frame)}: {fault}" for fault in content_faults(frame)]
    buckets["fields"] += [f"{local(event.t)} {event.at}: {event.count} octets, {event.reason}" for event in octets]
    return buckets


def format_findings(history: History, centres: tuple[str, ...], *, needed: int = 20) -> Iterator[Check | Measurement]:
    """Every frame is well formed: length, CRC, size, fields, content (R-33)."""
    buckets = faults_by_kind(history, centres)
    frames = [pair for centre in centres for pair in received(history, centre)]
    enough = _enough(history, centres, needed)
    yield measure("frames", len(frames), en="frames judged", zh="判定帧数", unit="frames")
    for question, kind in (
        (FRAME_LENGTH, "length"),
        (FRAME_CRC, "crc"),
        (FRAME_SIZE, "size"),
        (FRAME_FIELDS, "fields"),
        (FRAME_CONTENT, "content"),
    ):
        yield question.none(buckets[kind], enough)


def identity_findings(history: History, centres: tuple[str, ...], *, needed: int = 20) -> Iterator[Check]:
    """Every frame carries the MN, PW and ST set for its centre, and a QN names one message only.

    The MN is read by the judge; PW and ST are known to the centre alone, whose diagnosis counts.
    """
    numbers = {setup.name: setup.mn for setup in history.began.centres}
    wrong: dict[str, list[str]] = {"mn": [], "pw": [], "st": []}
    clashes: list[str] = []
    for centre in centres:
        if setup_of(history, centre).kind != HJ212_KIND:
            wrong["mn"] += _foreign_sources(history, centre, numbers[centre])
            continue
        content: dict[str, str] = {}
        for event, frame in received(history, centre):
            where = _where(event, frame)
            if frame.fields.get("MN") != numbers[centre]:
                wrong["mn"].append(f"{where}: MN={frame.fields.get('MN', 'none')}, expected {numbers[centre]}")
            for name in ("pw", "st"):
                if f"{name}-wrong" in event.faults:
                    wrong[name].append(f"{where}: {name.upper()}={frame.fields.get(name.upper(), 'none')} is foreign")
            qn = frame.fields.get("QN", "")
            if frame.fields.get("CN") in UPLOADS and content.setdefault(qn, event.frame) != event.frame:
                clashes.append(f"{where}: the QN stood for another message before")
    for question, found in (
        (IDENTITY_MN, wrong["mn"]),
        (IDENTITY_PW, wrong["pw"]),
        (IDENTITY_ST, wrong["st"]),
        (QN_NAMES_ONE_MESSAGE, clashes),
    ):
        yield question.none(found, _enough(history, centres, needed))


def _foreign_sources(history: History, centre: str, mn: str) -> Iterator[str]:
    """Bodies of records as JSON that name another source than the device known to the centre."""
    for event in history.of(Received):
        if event.centre == centre and event.cn == JSON_RECORDS and event.mn != mn:
            yield f"{local(event.t)} {centre}: source={event.mn or 'none'}, expected {mn}"


def split_findings(history: History, centres: tuple[str, ...]) -> Iterator[Check]:
    """Split packets: parts numbered 1..PNUM, each with its own QN and the same DataTime, next part after its 9014."""
    bad_numbers: list[str] = []
    bad_stamps: list[str] = []
    hasty: list[str] = []
    shared: list[str] = []
    split = 0
    for centre in centres:
        acked = {(event.qn): event.t for event in history.of(Sent) if event.centre == centre and event.cn == "9014"}
        groups: dict[tuple[str, str, str], list[tuple[Received, Frame]]] = {}
        for event, frame in received(history, centre):
            if "PNUM" in frame.fields and frame.fields.get("CN") in UPLOADS:
                split += 1
                key = (frame.fields["CN"], frame.value("DataTime"), frame.fields["PNUM"])
                groups.setdefault(key, []).append((event, frame))
        for (command, stamp, count), parts in groups.items():
            numbers = sorted({_whole(frame.fields.get("PNO", "")) for _, frame in parts})
            name = f"{centre} CN={command} DataTime={stamp}"
            if numbers[0] != 1 or numbers[-1] != len(numbers) or len(numbers) != _whole(count):
                bad_numbers.append(f"{name}: parts {numbers} of {count}")
            if instant_of(stamp) is None:
                bad_stamps.append(f"{name}: a part without DataTime")
            own: dict[str, str] = {}
            for event, frame in parts:
                qn, part = frame.fields.get("QN", ""), frame.fields.get("PNO", "")
                if own.setdefault(qn, part) != part:
                    shared.append(f"{_where(event, frame)}: parts {own[qn]} and {part} share a QN")
            for (earlier, first), (later, second) in pairwise(parts):
                if first.fields.get("PNO") == second.fields.get("PNO"):
                    continue
                at = acked.get(first.fields.get("QN", ""))
                # An answer needs time to travel: a part that comes at the instant it leaves was under way before.
                if (
                    _whole(first.fields.get("Flag", "")) & 1
                    and (at is None or at >= later.t)
                    and earlier.conn == later.conn
                ):
                    hasty.append(f"{_where(later, second)}: before the answer to part {first.fields.get('PNO')}")
    known = split > 1
    for question, found in (
        (PARTS_COMPLETE, bad_numbers),
        (PARTS_STAMPED, bad_stamps),
        (PARTS_OWN_QN, shared),
        (PARTS_ANSWERED_FIRST, hasty),
    ):
        yield question.none(found, known)


@dataclass(slots=True)
class Attempt:
    """One message, the data it carries, and the instants at which a centre received it.

    In HJ 212 a message is known by its QN; over JSON it is a period of a class, whose requests have numbers of their
    own. `numbers` are those of the instants, one each.
    """

    qn: str
    command: str
    stamp: str
    part: str
    times: list[int]
    content: set[str]
    numbers: list[str]

    @property
    def data(self) -> tuple[str, str, str]:
        """What it carries: command, time of the data, part number."""
        return self.command, self.stamp, self.part


def attempts(history: History, centre: str, *, asked: bool = False) -> list[Attempt]:
    """Uploads by QN in the order of their first arrival; real-time data are left out unless asked for."""
    if setup_of(history, centre).kind != HJ212_KIND:
        return _json_attempts(history, centre)
    found: dict[str, Attempt] = {}
    for event, frame in received(history, centre):
        if frame.fields.get("CN") not in UPLOADS or (not asked and frame.fields.get("CN") == "2011"):
            continue
        qn = frame.fields.get("QN", "")
        if qn not in found:
            part = frame.fields.get("PNO", "")
            found[qn] = Attempt(qn, frame.fields.get("CN", ""), frame.value("DataTime"), part, [], set(), [])
        found[qn].times.append(event.t)
        found[qn].numbers.append(qn)
        found[qn].content.add(event.frame)
    return list(found.values())


def _json_attempts(history: History, centre: str) -> list[Attempt]:
    """Periods of records as JSON (docs/WIRE.md section 6) in the order of their first arrival, readings left out."""
    found: dict[tuple[str, str], Attempt] = {}
    for event in history.of(Received):
        if event.centre != centre or event.cn != JSON_RECORDS or event.faults:
            continue
        periods: dict[tuple[str, str], list[str]] = {}
        for row in _rows(event.frame):
            if row.get("kind") != "reading":
                periods.setdefault((row.get("kind", ""), row.get("start", "")), []).append(repr(sorted(row.items())))
        for (kind, start), content in periods.items():
            one = found.setdefault((kind, start), Attempt(f"{kind} {start}", kind, start, "", [], set(), []))
            one.times.append(event.t)
            one.numbers.append(event.qn)
            one.content.add("\n".join(content))
    return list(found.values())


def _rows(text: str) -> list[dict[str, str]]:
    """The records of a body; none of one that is no such JSON."""
    try:
        body: Any = json.loads(text)
    except ValueError:
        return []
    rows: Any = body.get("records") if isinstance(body, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def resend_findings(
    history: History,
    centre: str,
    start_us: int,
    end_us: int,
    *,
    patience_s: int,
    longest_pause_s: int = 600,
) -> Iterator[Check | Measurement]:
    """Resending while answers fail (R-26), judged on the messages that first came in [start, end).

    Same QN, same octets; the same data again no sooner than `patience_s` (the time-out while no answer comes, one
    second after a negative one); a pause of at most ten minutes before the next attempt, no end before success.
    """
    own = [one for one in attempts(history, centre) if start_us <= one.times[0] < end_us]
    arrivals_of: dict[tuple[str, str, str], list[int]] = {}
    for one in own:
        arrivals_of.setdefault(one.data, []).extend(one.times)
    resent = {data: sorted(times) for data, times in arrivals_of.items() if len(times) > 1}
    changed = [f"{centre} QN={one.qn}: {len(one.content)} different frames" for one in own if len(one.content) > 1]
    hasty = [
        f"{centre} CN={data[0]} DataTime={data[1]}: again after {seconds(later - earlier)} s"
        for data, times in resent.items()
        for earlier, later in pairwise(times)
        if later - earlier < patience_s * SECOND * 9 // 10
    ]
    acked = acknowledgements(history, centre)
    arrivals = sorted(
        (at, number) for one in own for at, number in zip(one.times, one.numbers, strict=True) if at < end_us
    )
    pauses = [
        later - earlier
        for (earlier, qn), (later, _) in pairwise([*arrivals, (end_us, "")])
        if not any(at <= later for at in acked.get(qn, ()))
    ]
    longest = max(pauses, default=0)
    yield IS_RESENT.decide(bool(resent) if own else None, measured=len(resent), limit=1, op=">=")
    yield RESENT_UNCHANGED.decide(None if not resent else not changed, measured=len(changed), limit=0, evidence=changed)
    yield ANSWER_AWAITED.decide(None if not resent else not hasty, measured=len(hasty), limit=0, evidence=hasty)
    yield PAUSE_BETWEEN_ATTEMPTS.decide(
        None if not pauses else longest <= longest_pause_s * SECOND,
        measured=seconds(longest),
        limit=longest_pause_s,
        op="<=",
    )
    yield measure(
        "most-attempts",
        max((len(times) for times in arrivals_of.values()), default=0),
        en="most transmissions of the same data",
        zh="同一数据最多发送次数",
        unit="times",
    )


def answer_findings(history: History, centres: tuple[str, ...]) -> Iterator[Check]:
    """No answer is answered: for every answer the terminal sends there is a request with that QN from the centre.

    Answers must have been sent to the terminal, or by it, for the first check; by it for the second.
    """
    asked = {(event.centre, event.qn) for event in history.of(Sent) if event.cn not in ANSWERS}
    asked |= {(event.centre, event.qn) for event in history.of(Commanded)}
    stray: list[str] = []
    flagged: list[str] = []
    answers = 0
    for centre in centres:
        for event, frame in received(history, centre):
            if frame.fields.get("CN") not in ANSWERS:
                continue
            answers += 1
            if (centre, frame.fields.get("QN", "")) not in asked:
                stray.append(f"{_where(event, frame)}: answers something that was no request")
            if _whole(frame.fields.get("Flag", "")) & 1:
                flagged.append(f"{_where(event, frame)}: asks for an answer to an answer")
    yield NO_ANSWER_TO_AN_ANSWER.none(stray, answers or any(event.cn in ANSWERS for event in history.of(Sent)))
    yield ANSWERS_WANT_NONE.none(flagged, answers)
