"""Every frame of every case: its form, and that no frame answers an answer, whatever the case is about (R-33).

Leaves the cases of the protocol, which go out of their way to try it, to `terminal/hj212`. These are standing questions
(`bench.case.standing`): most frames of a suite come in other cases, while readings fail, answers are late and power
goes, and that is when a frame is most likely to be wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bench.case import Check, Measurement, criterion, measure
from bench.case.standing import Standing
from bench.history import History, Sent
from conformance.common import frames
from conformance.common.times import local

EVERY_FRAME_SOUND = criterion(
    "every-frame-sound",
    en="length, check sum, size, fields and content of every frame are as the standard has them, whatever happens",
    zh="任何情况下每一帧的长度、校验、大小、字段与内容均符合标准",
    unit="faults",
)
ANSWERS_ONLY_REQUESTS = criterion(
    "answers-only-requests",
    en="every answer belongs to a request sent before it, and answers it once",
    zh="每个应答均对应此前的请求，且只应答一次",
    unit="frames",
)
_HJ212 = "hj212"


def findings(history: History) -> Iterator[Check | Measurement]:
    """Both questions at every centre that speaks HJ 212; nothing where no frame came."""
    centres = tuple(setup.name for setup in history.began.centres if setup.kind == _HJ212)
    known = [pair for centre in centres for pair in frames.received(history, centre)]
    if not known:
        return
    yield measure("frames-examined", len(known), en="frames examined in passing", zh="附带检查的帧数", unit="frames")
    found = [fault for faults in frames.faults_by_kind(history, centres).values() for fault in faults]
    yield EVERY_FRAME_SOUND.none(found, known)
    yield ANSWERS_ONLY_REQUESTS.none([fault for centre in centres for fault in _unasked(history, centre)], known)


def _unasked(history: History, centre: str) -> Iterator[str]:
    """Answers of the terminal to what was no request, came later, or was answered that way already."""
    came = [
        (event, frame) for event, frame in frames.received(history, centre) if frame.fields.get("CN") in frames.ANSWERS
    ]
    if not came:
        return
    asked: dict[str, list[int]] = {}
    for event in history.of(Sent):
        if event.centre == centre and event.cn not in frames.ANSWERS:
            asked.setdefault(event.qn, []).append(event.t)
    answered: Counter[tuple[str, str]] = Counter()
    for event, frame in came:
        qn, command = frame.fields.get("QN", ""), frame.fields.get("CN", "")
        answered[qn, command] += 1
        before = sum(at < event.t for at in asked.get(qn, ()))
        if answered[qn, command] > before:
            what = "answers a request once more" if before else "answers what was no request"
            yield f"{local(event.t)} {centre} CN={command} QN={qn}: {what}"


STANDING = Standing({EVERY_FRAME_SOUND: ("isc-2/7.2.4k",), ANSWERS_ONLY_REQUESTS: ("isc-2/7.2.4k",)}, findings)
