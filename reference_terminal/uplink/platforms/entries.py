"""Records become the entries of an energy platform's data upload (docs/WIRE.md section 3).

Leaves sending to `energy`. Values are the stored decimal text, put into JSON as numbers without passing through floats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from reference_terminal.crypto.symmetric import ecb_text
from reference_terminal.model.rows import Record
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY, MONTH, QUARTER, stamp
from reference_terminal.uplink.hj212.packets import Channel

STAT_TYPES = {QUARTER.code: 0, DAY.code: 1, MONTH.code: 2}
MANUAL_INPUT = 5


@dataclass(frozen=True)
class Terms:
    """How one platform wants its entries: classes, polarity of `valid`, key of single values, wanted pairs.

    `wanted` are (dataCode, statType) pairs, empty for all.
    """

    scope: int
    input_type: int
    valid_means_valid: bool = True
    key: bytes = b""
    wanted: frozenset[tuple[str, int]] = frozenset()


def date_time(at_s: int) -> str:
    """`YYYY-MM-DD HH:mm:ss`, local time."""
    text = stamp(at_s)
    return f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[8:10]}:{text[10:12]}:{text[12:]}"


def entry(channel: Channel, record: Record, terms: Terms, now_s: int) -> dict[str, object]:
    """One record: what accumulates as its increase, the rest as its mean; without a value 0 and not valid."""
    valid = record.value is not None
    value: dict[str, object] = {
        "dataCode": channel.code,
        "dataValue": record.value if record.value is not None else "0",
        "inputType": MANUAL_INPUT if record.flag == "S" else terms.input_type,
        "statType": STAT_TYPES[record.span],
        "statDate": date_time(record.start_s),
        "uploadDate": date_time(now_s),
        "scope": terms.scope,
        "valid": valid == terms.valid_means_valid,
    }
    if record.revision:
        value["revision"] = record.revision
    if terms.key:
        return {name: ecb_text(terms.key, _text(each)) for name, each in value.items()}
    return {**value, "dataValue": msgspec.Raw(str(value["dataValue"]).encode("ascii"))}


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


@seam
def entries(
    channels: Sequence[Channel], records: Mapping[int, Record], terms: Terms, now_s: int
) -> list[dict[str, object]]:
    """The entries of one period, in the order of the configuration."""
    return [
        entry(channel, record, terms, now_s)
        for channel in channels
        if (record := records.get(channel.point)) is not None
        and (not terms.wanted or (channel.code, STAT_TYPES[record.span]) in terms.wanted)
    ]
