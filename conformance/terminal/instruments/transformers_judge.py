"""Raw values: what the meter answered is kept beside what was made of it (R-17; CSMT 9.2).

Leaves the converted value to `accuracy`. A raw value is the number as the meter shows it, with its digits, or the
octets of the answer in hexadecimal (of DL/T 645 with or without the 33H that is added on the line).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from bench.case import Check, criterion
from bench.history import History, Power, Served
from conformance.common.queries import questions
from conformance.common.times import instant_of_iso, local
from conformance.common.truth import number, quantity, truth_of

RAW_KEPT = criterion(
    "raw-kept", en="every converted reading has its raw value", zh="每个换算后的读数均保留原始值", unit="readings"
)
RAW_KEPT_OVER_POWER = criterion(
    "raw-kept-over-power", en="raw values outlast a power cut", zh="断电后原始值仍在", unit="readings"
)
RAW_AS_ANSWERED = criterion(
    "raw-as-answered", en="the raw value is what the meter answered", zh="原始值与表计应答一致", unit="readings"
)


_FEWEST_OCTETS = 2


def findings(history: History, needed: int) -> Iterator[Check]:
    """Every good reading of a converted point has the raw value that was answered, over a power cut too."""
    truth = truth_of(history)
    replies: dict[str, list[Served]] = {}
    for event in history.of(Served):
        for point in event.values:
            replies.setdefault(point, []).append(event)
    cuts = [event.t for event in history.of(Power) if event.state == "cut"]
    absent, wrong, lost = list[str](), list[str](), list[str]()
    seen = before_cut = 0
    problems: list[str] = []
    for observed in questions(history, "readings"):
        if observed.problem:
            problems.append(observed.problem)
        point = observed.query.get("point", "")
        series = truth.series.get(point)
        if series is None or series.point.ratio == "1":
            continue
        asked = [event.asked for event in replies.get(point, ())]
        for row in observed.rows:
            at, value = instant_of_iso(row.get("at", "")), number(row.get("value", ""))
            if at is None or value is None or row.get("quality") == "bad":
                continue
            first = bisect_left(asked, at)
            if first == len(asked) or asked[first] >= at + series.period_us:
                continue
            reply = replies[point][first]
            if value != number(quantity(series.point, reply.values[point])):
                # A repeated request or a late answer: which of them was taken cannot be told.
                continue
            seen += 1
            earlier = any(at < cut for cut in cuts)
            before_cut += earlier
            raw, where = row.get("raw", ""), f"{point} at {local(at)}: {row['value']}"
            if not raw:
                (lost if earlier else absent).append(f"{where}, no raw value")
            elif not _says(raw, reply, reply.values[point]):
                wrong.append(f"{where}, raw {raw[:40]}, the meter answered {reply.values[point]}")
    for question, bad, ready in (
        (RAW_KEPT, absent, seen - before_cut >= needed),
        (RAW_KEPT_OVER_POWER, lost, before_cut >= needed),
        (RAW_AS_ANSWERED, wrong, seen >= needed and len(absent) + len(lost) < seen),
    ):
        yield question.none(bad, ready, evidence=[*bad[:10], *problems])


def _says(raw: str, reply: Served, text: str) -> bool:
    """Whether a raw value is the number that was answered, digit by digit, or octets of the answer."""
    shown, answered = number(raw), number(text)
    if shown is not None and answered is not None and shown.as_tuple() == answered.as_tuple():
        return True
    try:
        octets, response = bytes.fromhex(raw), bytes.fromhex(reply.response)
    except ValueError:
        return False
    if len(octets) < _FEWEST_OCTETS:
        return False
    return octets in response or bytes((octet + 0x33) & 0xFF for octet in octets) in response
