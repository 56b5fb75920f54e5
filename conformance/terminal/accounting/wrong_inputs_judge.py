"""Wrong inputs: what became of each, and of the figures afterwards.

Leaves the figures themselves to `figures_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.case import Check, criterion
from bench.history import Commanded, History, Observed
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.carbon.reckon import books_of
from conformance.terminal.accounting.figures_judge import Shown, compare, missing, shown, shown_in

REFUSED = criterion(
    "refused-{0}",
    en="{1} is refused with a reason",
    zh="拒绝{2}并说明原因",
    unit="inputs",
)
WRONGS = {
    "negative-fuel": ("a negative amount of fuel", "负的燃料量"),
    "heating-value": ("a heating value 1000 times too large", "放大 1000 倍的热值"),
    "oxidation": ("an oxidation above 1", "大于 1 的氧化率"),
    "unlike-unit": ("an input in a unit of another kind", "单位不符的输入"),
    "unknown-input": ("an input that the formula has not", "公式中没有的输入"),
    "edition-not-in-force": (
        "an input of a year in which the edition of its method was not in force",
        "核算方法版本尚未生效年份的输入",
    ),
    "unknown-source": ("an input of a source that there is not", "不存在的排放源"),
}
UNCHANGED = criterion(
    "nothing-reckoned",
    en="nothing is reckoned from an input that was refused",
    zh="不以被拒绝的输入计算",
    unit="figures",
)
UNLINKED = "kiln-oxidation"
"""The code of a factor that no input of the scenario is linked to."""
WAYS = (("file", "handed over as a file", "文件导入"), ("remote", "issued from afar", "远程下发"))
MIXED = criterion(
    "unlinked-{0}",
    en="a package {1} with a factor that nothing is linked to is refused, or the terminal names that factor",
    zh="{2}的软件包含未关联的因子时被拒绝，或终端指明该因子",
    unit="packages",
)
UNMIXED = criterion(
    "unlinked-reckoned",
    en="of a package that was refused for one of its factors no other is reckoned with",
    zh="因其中一项因子被拒绝的软件包，其余因子也不用于计算",
    unit="figures",
)
_NO_ANSWER = ("TimeoutError", "ConnectionError", "ConnectionRefusedError", "OSError")


class Wrong(Words, frozen=True, kw_only=True):
    """What is wrong with it."""

    what: str


WRONG_INPUT = Mark("wrong-input", Wrong)
"""A wrong input is made next."""


def findings(history: History) -> Iterator[Check]:
    """Each wrong input by itself, then the figures before and after, as if none had been told."""
    name = ""
    said: dict[str, Observed] = {}
    for event in history.events:
        if (told := WRONG_INPUT.read(event)) is not None:
            name = told.what
        elif isinstance(event, Observed) and name and event.what in ("factor", "activity"):
            said[name], name = event, ""
    for wrong, words in WRONGS.items():
        answer = said.get(wrong)
        known = answer is not None and not answer.problem.startswith(_NO_ANSWER)
        refused = known and answer is not None and bool(answer.problem)
        told = "" if answer is None else answer.problem or str(answer.rows)
        yield REFUSED.of(wrong, *words).decide(refused if known else None, evidence=[told])
    yield _reckoned(history, tuple(said.values()))


def _reckoned(history: History, said: Sequence[Observed]) -> Check:
    """Figures that were right before anything wrong was told and are not any more; of others nothing can be said."""
    books = books_of(history)
    books.ignore(tuple(event.t for event in said))
    before: dict[tuple[str, str, str], list[Shown]] = {}
    after: dict[tuple[str, str, str], list[Shown]] = {}
    now = before
    for event in history.events:
        if WRONG_INPUT.read(event) is not None:
            now = after
        elif isinstance(event, Observed) and event.what == "emissions":
            key = (event.query["of"], event.query.get("id", ""), event.query["kind"])
            now.setdefault(key, []).extend(shown_in(event))
    wrong: list[str] = []
    known = 0
    for key in before.keys() & after.keys():
        control, found = compare(books, before[key], at=False), compare(books, after[key], at=False)
        if control.wrong or control.invented or (found.known and not control.known):
            continue
        wrong += [*found.wrong, *found.invented]
        known += found.known
    return UNCHANGED.none(sorted(wrong), known)


def mixed_findings(history: History) -> Iterator[Check]:
    """What the terminal said of each package, and the figures afterwards if it refused both."""
    said = {"file": ("", ""), "remote": ("", "")}
    for event in history.events:
        if isinstance(event, Observed) and event.what == "package" and event.rows:
            said["file"] = (event.rows[0].get("result", ""), event.rows[0].get("message", ""))
        elif isinstance(event, Commanded) and event.cn == "issue-factors":
            said["remote"] = (event.result, event.answer.get("message", ""))
    for way, *words in WAYS:
        result, message = said[way]
        good = result == "refused" or UNLINKED in message
        yield MIXED.of(way, *words).decide(good if result else None, evidence=[f"{way}: {result} {message}"])
    refused = all(result == "refused" for result, _ in said.values())
    books = books_of(history)
    found = compare(books, shown(history), at=False)
    yield UNMIXED.none([*found.wrong, *found.invented, *missing(history, books)], found.known if refused else 0)
