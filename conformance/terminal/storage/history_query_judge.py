"""Answers to questions with conditions: every record that begins in the stretch, of that class and point, and no other.

Leaves what a record must hold to `truth`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.history import History
from conformance.common.delivery import matches
from conformance.common.queries import questions
from conformance.common.retention import LOCAL_LENGTHS
from conformance.common.times import ceil, instant_of_iso, local
from conformance.common.truth import Certainty, truth_of

ALL_THAT_MEET = criterion(
    "all-that-meet",
    en="every record that meets the conditions is shown",
    zh="返回满足条件的全部记录",
    unit="records",
)
NONE_THAT_DO_NOT = criterion(
    "none-that-do-not",
    en="no record is shown that does not meet them",
    zh="不返回不满足条件的记录",
    unit="records",
)
TRUE_CONTENT = criterion(
    "true-content", en="what is shown is what the register did", zh="返回记录内容正确", unit="records"
)


def findings(history: History) -> Iterator[Check]:
    """Each question by itself. Open while one of them was not answered."""
    truth = truth_of(history)
    absent, beside, wrong = list[str](), list[str](), list[str]()
    problems: list[str] = []
    due = seen = 0
    for event in questions(history, "records"):
        query = event.query
        point, kind = query["point"], query["kind"]
        low, high, length = int(query["from"]), int(query["to"]), LOCAL_LENGTHS[kind]
        asked = f"{point} {kind} from {local(low)} to {local(high)}"
        if event.problem:
            problems.append(f"{asked}: {event.problem}")
            continue
        shown: dict[int, str] = {}
        for row in event.rows:
            start, end = instant_of_iso(row.get("start", "")), instant_of_iso(row.get("end", ""))
            if start is None or end is None or not low <= start < high or end - start != length:
                beside.append(f"{asked}: {row.get('start')} to {row.get('end')}")
            else:
                shown[start] = row.get("value", "")
        for start in range(ceil(max(low, truth.began_us), length), high, length):
            expected = truth.expected(point, kind, start, start + length)
            if start + length > event.asked or expected.certainty is not Certainty.SURE:
                continue
            due += 1
            if start not in shown:
                absent.append(f"{asked}: {local(start)} is not shown")
                continue
            seen += 1
            name = "Cou" if "Cou" in expected.fields else "Avg"
            if not matches(truth, expected, {name: shown[start]}):
                wrong.append(f"{asked}: {local(start)} {shown[start]}, truth {expected.fields[name]}")
    known = not problems
    yield ALL_THAT_MEET.none(absent, known and due, evidence=[*absent[:10], *problems])
    yield NONE_THAT_DO_NOT.none(beside, known and due, evidence=[*beside[:10], *problems])
    yield TRUE_CONTENT.none(wrong, known and seen, evidence=[*wrong[:10], *problems])
