"""A case: what it checks, what it needs, how it drives the bench and how it judges the history it left.

Leaves driving to the rigs and the ledger to conformance/clauses.
"""

from __future__ import annotations

import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, ClassVar

from bench.case.checks import Check, Measurement, Text
from bench.case.criteria import Criterion
from bench.case.items import Item
from bench.case.notices import Notice

if TYPE_CHECKING:
    from bench.facade.bench import Bench
    from bench.history import History
    from bench.layout.scenario import Scenario


class Rig(Flag):
    """Where a case can run."""

    VIRTUAL = auto()
    PROCESS = auto()
    LAB = auto()
    LOOPBACK = auto()
    ANY = VIRTUAL | PROCESS | LAB | LOOPBACK


Finding = Check | Measurement


@dataclass(frozen=True)
class AnyOf:
    """Questions of the capability statement any of which is enough, in order of preference (R-46)."""

    questions: tuple[str, ...]

    def __init__(self, *questions: str) -> None:
        object.__setattr__(self, "questions", questions)

    def __str__(self) -> str:
        return " or ".join(self.questions)


@dataclass(frozen=True)
class Evidence:
    """A question of the capability statement without whose yes a case runs all the same, but for some checks (R-46).

    `checks` are the ids, or patterns of ids, of those that need it; a no makes them "not run", with that reason.
    `instead` names for some of them a check by what the product has anyway, which then decides their clauses.
    """

    question: str
    checks: tuple[str, ...]
    instead: Mapping[str, str]

    def __init__(self, question: str, *checks: str, instead: Mapping[str, str] | None = None) -> None:
        object.__setattr__(self, "question", question)
        object.__setattr__(self, "checks", checks)
        object.__setattr__(self, "instead", instead or {})

    def decides(self, check: str) -> bool:
        """Whether a check rests on this evidence alone."""
        return any(fnmatchcase(check, pattern) for pattern in self.checks)

    def __str__(self) -> str:
        return self.question


Need = str | AnyOf | Evidence


def ways_of(need: Need) -> tuple[str, ...]:
    """The questions any of which meets a need."""
    return need.questions if isinstance(need, AnyOf) else (str(need),)


def binding(needs: Sequence[Need]) -> tuple[str | AnyOf, ...]:
    """The needs without which a case does not run at all."""
    return tuple(need for need in needs if not isinstance(need, Evidence))


def settled(needs: Sequence[Need], claimed: Callable[[str], bool]) -> tuple[str, ...]:
    """One question for each need: the first that is answered yes, else the first there is."""
    return tuple(next(filter(claimed, ways_of(need)), ways_of(need)[0]) for need in needs)


def _known(case: str, need: Evidence, declared: Mapping[Criterion, tuple[str, ...]]) -> None:
    """Raise TypeError for a pattern that fits no check of a case."""
    for pattern in need.checks:
        if not any(fnmatchcase(criterion.id, pattern) for criterion in declared):
            raise TypeError(f"{case}: {need.question} is to decide {pattern!r}, and no check is called so")


class Case(ABC):
    """One test: it drives the bench, and judges the history it left.

    The first line of the docstring says what must hold, `zh` says it in Chinese. `checks` are its criteria, each with
    the ids of the ledger's entries that it alone decides (R-06); `clauses` are all of these. `item` is what it tests.
    `needs` are questions of the capability statement; a case runs only where all are answered yes, or one of several
    (`AnyOf`), or for some of its checks only (`Evidence`). `scenario` stands on the bench. `once` marks cases with
    their own sample size, which are not repeated (R-07). `capture` asks for what passed the terminal's network cards,
    as pcap files (`History.capture`). `notices` are the events that its checks and measurements look for in the log or
    among the alarms, by the codes that the profile maps to them; those of its criteria are added. `proof` is the rig in
    which each of its checks has to be seen failing (`carbonbench prove`). A case that runs in virtual time alone says
    in `virtual_only` what prevents every other rig, one that decides no clause says why in `remark`.
    """

    item: ClassVar[Item] = Item.TERMINAL
    checks: ClassVar[Mapping[Criterion, tuple[str, ...]]]
    clauses: ClassVar[tuple[str, ...]] = ()
    zh: ClassVar[str]
    remark: ClassVar[Text | None] = None
    needs: ClassVar[tuple[Need, ...]] = ()
    rigs: ClassVar[Rig] = Rig.ANY
    virtual_only: ClassVar[Text | None] = None
    proof: ClassVar[Rig] = Rig.VIRTUAL
    once: ClassVar[bool] = False
    notices: ClassVar[tuple[Notice, ...]] = ()
    capture: ClassVar[bool] = False
    scenario: ClassVar[Scenario]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        declared = getattr(cls, "checks", {})
        cls.notices = tuple(dict.fromkeys((*cls.notices, *(each for asked in declared for each in asked.notices))))
        cls.clauses = tuple(dict.fromkeys(clause for decided in declared.values() for clause in decided))
        for need in cls.needs if declared else ():
            if isinstance(need, Evidence):
                _known(cls.__name__, need, declared)

    @classmethod
    def id(cls) -> str:
        """Stable name: family and class, for example delivery/backfills-after-two-day-outage.

        The family is the module's name, or its constant `FAMILY` where the module has got another name since.
        """
        module = cls.__module__
        family = getattr(sys.modules.get(module), "FAMILY", "") or module.rsplit(".", 1)[-1].removeprefix("test_")
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()
        return f"{family}/{words}"

    @classmethod
    def title(cls) -> Text:
        """What must hold, in both languages."""
        return Text((cls.__doc__ or cls.__name__).strip().splitlines()[0], cls.zh)

    @classmethod
    def lacks(cls) -> str:
        """What the bench's machine lacks for this case, in both languages; empty if nothing."""
        return ""

    @abstractmethod
    async def drive(self, bench: Bench) -> None:
        """Bring up, stimulate, wait. No verdicts here."""

    @abstractmethod
    def judge(self, history: History) -> Iterator[Finding]:
        """Decide from the history alone."""
