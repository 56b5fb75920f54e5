"""What is damaged, forged or of nobody known: not taken, not answered as taken; and the sound packets beside it are.

Leaves channels and certificates to `identity`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Check, criterion
from bench.history import Acknowledged, History, Uploaded
from bench.history.sender_phases import INTRUDE, SPOIL
from conformance.common.platforms import truth as truths

NONE_BELIEVED = criterion(
    "damaged-not-believed",
    en="No value of a damaged or forged packet is anywhere among the data",
    zh="受损或伪造报文中的值均未入库",
    unit="values",
)
NONE_TAKEN = criterion(
    "damaged-not-acknowledged",
    en="No damaged or forged packet is acknowledged",
    zh="受损或伪造的报文均不予确认",
    unit="packets",
)
SOUND_TAKEN = criterion(
    "sound-beside-damaged",
    en="Every sound packet beside them is there, once, to the last digit",
    zh="其间完好的报文全部入库，且仅一次、逐位正确",
    unit="records",
)


def findings(history: History) -> Iterator[Check]:
    """What was believed of what should not be, and what was lost beside it."""
    truth, told = truths.truth_of(history), truths.shown(history)
    shown = {(key.point, row.value) for key, rows in told.rows.items() for row in rows}
    numbers = {(point, Decimal(text)) for point, text in shown if text}
    asked = {key.point for key in told.rows}
    lies = [(key, text) for key, text in truth.lies if key.point in asked]
    believed = [f"{truths.named(key)}: {text} / 已入库" for key, text in lies if (key.point, Decimal(text)) in numbers]
    yield NONE_BELIEVED.none_among(lies, believed)
    spoilt = {(event.sender, event.number): event for event in history.of(Uploaded) if event.fault in SPOILS}
    orders = [mark.detail.how for mark in SPOIL.of(history)] + [mark.detail.how for mark in INTRUDE.of(history)]
    driven = {how for each in orders for how in each.split()}
    unsent = driven - {event.fault for event in spoilt.values()}
    # Who acknowledges nothing at all has not told the damaged from the sound.
    heard = any(event.accepted for event in history.of(Acknowledged))
    taken = [
        f"{event.sender} packet {event.number} ({spoilt[event.sender, event.number].fault}): {event.words} / 已确认"
        for event in history.of(Acknowledged)
        if event.accepted and _answers(history, event, spoilt)
    ]
    yield NONE_TAKEN.none(taken, spoilt and heard and not unsent)
    found = truths.compare(truth, told)
    yield SOUND_TAKEN.none(found.wrong, found.known)


SPOILS = ("octet", "crc", "half", "length", "mn", "pw", "body", "unit", "token", "source", "value", "span")
"""Ways in which a packet is spoilt on purpose."""


def _answers(history: History, answer: Acknowledged, spoilt: dict[tuple[str, int], Uploaded]) -> bool:
    """Whether an answer is to a spoilt packet: the latest that went out under its number before it."""
    if (answer.sender, answer.number) not in spoilt:
        return False
    before = [
        event
        for event in history.of(Uploaded)
        if (event.sender, event.number) == (answer.sender, answer.number) and event.t <= answer.t
    ]
    return bool(before) and before[-1].fault in SPOILS
