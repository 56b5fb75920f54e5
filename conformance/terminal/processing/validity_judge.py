"""From how many readings on a mean counts: the declared share, exactly on both sides.

Leaves what the mean is to `delivery`.
"""

from __future__ import annotations

from fractions import Fraction

from bench.case import Check, criterion
from bench.history import History
from conformance.common.delivery import first_contents, setup_of
from conformance.common.times import ceil, local
from conformance.common.truth import Key, length_of, truth_of

VALID_FROM_THE_SHARE = criterion(
    "valid-from-the-share-{0}",
    en="the mean of a period ({0}) is valid from the declared share of its readings on, and below it is not",
    zh="时段均值（{0}）自声明的有效数据比例起有效，低于该比例无效",
    unit="periods",
)
DECLARED = "valid_percent"
"""The name under which a profile declares the share, in percent."""


def share_finding(history: History, kind: str) -> Check:
    """Every period of momentary points after the first: valid or not by the readings that it has.

    Open without a declared share, and unless both the least number that is enough and one less were seen.
    """
    asked = VALID_FROM_THE_SHARE.of(kind)
    declared = history.began.declared.get(DECLARED, "")
    if not declared.isdecimal():
        return asked.decide(None, actual=f"the profile declares no {DECLARED} / 未声明有效数据比例")
    truth = truth_of(history)
    wrong: list[str] = []
    seen: dict[bool, list[int]] = {True: [], False: []}
    least = 0
    for centre in history.began.centres:
        setup = setup_of(history, centre.name)
        length = length_of(kind, setup)
        arrived = first_contents(history, centre.name, (kind,))
        for point in setup.codes:
            series = truth.series[point]
            if series.point.kind == "counter" or not series.times:
                continue
            whole = length // series.period_us
            least = -(-whole * int(declared) // 100)
            for start in range(ceil(series.times[0], length) + length, history.watched_us - 2 * length, length):
                held = len(series.between(start, start + length))
                due = Fraction(held, whole) * 100 >= int(declared)
                event = arrived.get(Key(point, kind, start + length))
                shown = event is not None and event.flag == "N" and bool(event.fields.get("Avg"))
                seen[due].append(held)
                if shown is not due:
                    wrong.append(
                        f"{centre.name} {point} {kind} from {local(start)}: {held} of {whole} readings, "
                        f"{'sent as valid' if shown else 'not sent as valid'}"
                    )
    both = bool(least) and least in seen[True] and least - 1 in seen[False]
    return asked.none(wrong, both)
