"""What is disclosed of a year: what the account has, what was entered, nothing before it is published, nothing else.

Leaves articles and messages to `publication_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.base import EMISSIONS, ENTERPRISE
from bench.dut.platform.vocabulary.public import DISCLOSED, DISCLOSURE, REDUCTION_ACTION, DisclosedQuery, DisclosedRow
from bench.history import History, Observed
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.platforms.answers import Answered, answers
from conformance.common.platforms.figures import Figure, exactly, fraction, kept, kilograms, lines, mass_shows, shows
from conformance.common.platforms.told import denied

SHOWN = criterion(
    "disclosed-to-public",
    en="what was published is shown to somebody who has not logged in, and nothing is before or after",
    zh="已发布的信息公众无需登录即可查看，未发布或已撤回的不可见",
    unit="answers",
)
BASICS = criterion(
    "disclosed-basics",
    en="name, sector and region of the enterprise are shown as they are kept",
    zh="披露的企业名称、行业、地区与档案一致",
    unit="items",
)
EMISSION = criterion(
    "disclosed-emission",
    en="the emission of the year that is shown is the account's, also after the account has changed",
    zh="披露的年度排放总量与核算结果一致，核算更正后随之更新",
    unit="figures",
)
REDUCTION = criterion(
    "disclosed-reduction",
    en="the reduction of the year that is shown is the sum of its actions",
    zh="披露的年度减排总量等于各减排行动之和",
    unit="figures",
)
TARGET = criterion(
    "disclosed-target",
    en="the target that is shown, with its year, is the one that was entered",
    zh="披露的排放目标及目标年与填报一致",
    unit="items",
)
ACTIONS = criterion(
    "disclosed-actions",
    en="every action of the year is shown, and none of another year or enterprise",
    zh="披露的减排行动完整，且不含其他年度或其他企业的行动",
    unit="items",
)
NOTHING_ELSE = criterion(
    "disclosed-nothing-else",
    en="nothing of an enterprise that it has not published is found in what the public is shown",
    zh="公众可见内容中没有企业未公开的任何信息",
    unit="answers",
)


class Secret(Words, frozen=True, kw_only=True):
    """A word that nobody published."""

    word: str


SECRET = Mark("secret-word", Secret)
"""Name of the phases that tell words which stand in data that nobody published."""
PUBLIC = "public"


Seen = Answered[DisclosedQuery, DisclosedRow]


def findings(history: History) -> Iterator[Check]:
    """Everything that the public was shown, against what is kept."""
    asked = answers(history, DISCLOSED, by=PUBLIC)
    told = [event for event in asked if event.outcome in ("done", "refused")]
    published = [event for event in told if _published(history, event)]
    early = [event for event in told if not _published(history, event)]
    wrong = [f"{_of(event)}: published and not shown" for event in published if not event.rows]
    wrong += [f"{_of(event)}: shown and not published" for event in early if event.rows]
    wrong += [] if published else denied(history, DISCLOSURE.name)
    yield SHOWN.none(wrong, bool(published and early))
    seen = [event for event in published if event.rows]
    yield BASICS.none_among(seen, [line for event in seen for line in _basics(history, event)])
    yield _emission(history, seen)
    yield REDUCTION.none_among(seen, [line for event in seen for line in _reduction(history, event)])
    yield TARGET.none_among(seen, [line for event in seen for line in _target(history, event)])
    yield ACTIONS.none_among(seen, [line for event in seen for line in _actions(history, event)])
    yield _nothing_else(history)


def _published(history: History, event: Seen) -> bool:
    """Whether what is asked for was published when it was."""
    wanted = (event.query.enterprise, event.query.year)
    found = kept(history, DISCLOSURE.name, before=event).values()
    return any((each["enterprise"], each["year"], each.get("state")) == (*wanted, "published") for each in found)


def _of(event: Seen) -> str:
    return f"{event.query.enterprise} {event.query.year}"


def _items(event: Seen, item: str) -> list[DisclosedRow]:
    return [row for row in event.rows if row.item == item]


def _basics(history: History, event: Seen) -> Iterator[str]:
    fields = kept(history, ENTERPRISE.name, before=event).get(event.query.enterprise, {})
    for item in ("name", "sector", "region"):
        shown = [row.value for row in _items(event, item)]
        if shown != [fields.get(item)]:
            yield f"{_of(event)} {item}: shown {shown}, kept {fields.get(item)!r}"


def _emission(history: History, seen: list[Seen]) -> Check:
    """The account is what somebody of the enterprise was shown for the same year, nearest in time."""
    wrong: list[str] = []
    known = 0
    for event in seen:
        told = answers(history, EMISSIONS, of="enterprise", id=event.query.enterprise, period="year")
        account = [each for each in told if _earlier(history, each.event, event.event)]
        if not account or account[-1].outcome != "done" or not account[-1].rows:
            continue
        known += 1
        row = account[-1].rows[0]
        rows = _items(event, "emission")
        if len(rows) != 1 or not _same(rows[0], row):
            shown = ", ".join(f"{each.value} {each.unit}" for each in rows) or "nothing"
            wrong.append(f"{_of(event)}: shown {shown}, the account has {row.value} {row.unit}")
    return EMISSION.none(wrong, seen and known == len(seen))


def _earlier(history: History, one: Observed, other: Observed) -> bool:
    """Whether one answer is before another in the record."""
    return next(each is one for each in history.of(Observed) if each is one or each is other)


def _same(shown: Figure, account: Figure) -> bool:
    """Whether two figures are the same as far as both have digits."""
    sizes = kilograms(shown.unit), kilograms(account.unit)
    if sizes[0] is None or sizes[0] != sizes[1]:
        return False
    texts = (shown.value, account.value)
    coarse, fine = sorted(texts, key=lambda text: len(text.partition(".")[2]))
    return shows(coarse, fraction(fine, "-1"))


def _of_year(history: History, event: Seen) -> list[dict[str, str]]:
    wanted = (event.query.enterprise, event.query.year)
    found = kept(history, REDUCTION_ACTION.name, before=event).values()
    return [fields for fields in found if (fields["enterprise"], fields["year"]) == wanted]


def _reduction(history: History, event: Seen) -> Iterator[str]:
    due = sum((fraction(fields["reduction"]) for fields in _of_year(history, event)), Fraction(0)) * 1000
    rows = _items(event, "reduction")
    if len(rows) != 1 or not mass_shows(rows[0], due):
        shown = ", ".join(f"{row.value} {row.unit}" for row in rows) or "nothing"
        yield f"{_of(event)}: shown {shown}; exactly {exactly(due)} kg"


def _target(history: History, event: Seen) -> Iterator[str]:
    for fields in kept(history, DISCLOSURE.name, before=event).values():
        if (fields["enterprise"], fields["year"]) == (event.query.enterprise, event.query.year):
            rows = _items(event, "target")
            due = fraction(fields["target"]) * 1000
            if len(rows) != 1 or not mass_shows(rows[0], due) or rows[0].subject != fields["target_year"]:
                shown = ", ".join(f"{row.value} for {row.subject}" for row in rows) or "nothing"
                yield f"{_of(event)}: shown {shown}; entered {fields['target']} for {fields['target_year']}"


def _actions(history: History, event: Seen) -> Iterator[str]:
    due = {fields["name"]: fraction(fields["reduction"]) * 1000 for fields in _of_year(history, event)}
    shown = {row.subject: row for row in _items(event, "action")}
    yield from (f"{_of(event)}: {name!r} is not shown" for name in due if name not in shown)
    yield from (f"{_of(event)}: {name!r} is none of this year" for name in shown if name not in due)
    yield from (
        f"{_of(event)}: {name!r} with {shown[name].value}"
        for name, kg in due.items()
        if name in shown and not mass_shows(shown[name], kg)
    )


def _nothing_else(history: History) -> Check:
    """Words of data that nobody published, in what the public was shown: answers and pages."""
    words = [mark.detail.word for mark in SECRET.of(history)]
    told = [event for event in history.of(Observed) if event.query.get("by") == PUBLIC and event.outcome == "done"]
    seen = [event for event in told if event.rows]
    found = [
        f"{event.what}: {word!r}"
        for event in seen
        for word in words
        if any(word in text for row in event.rows for text in row.values())
    ]
    return NOTHING_ELSE.none(lines(found), bool(words and seen))
