"""A case: what it checks, what it needs, how it drives the bench and how it judges the history it left.

Leaves driving to the rigs and the ledger to conformance/clauses.
"""

from __future__ import annotations

import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from enum import Flag, auto
from typing import TYPE_CHECKING, ClassVar

from bench.case.checks import Check, Measurement, Text
from bench.case.criteria import Criterion

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


class Case(ABC):
    """One test: it drives the bench, and judges the history it left.

    The first line of the docstring says what must hold, `zh` says it in Chinese. `checks` are its criteria, each with
    the ids of the ledger's entries that it alone decides (R-06); `clauses` are all of these. `needs` are questions of
    the capability statement; a case runs only where all are answered yes. `scenario` stands on the bench. `once` marks
    cases with their own sample size, which are not repeated (R-07). `capture` asks for what passed the terminal's
    network cards, as pcap files (`History.capture`). `proof` is the rig in which each of its checks has to be seen
    failing (`carbonbench prove`). A case that decides no clause says why in `remark`.
    """

    checks: ClassVar[Mapping[Criterion, tuple[str, ...]]]
    clauses: ClassVar[tuple[str, ...]] = ()
    zh: ClassVar[str]
    remark: ClassVar[Text | None] = None
    needs: ClassVar[tuple[str, ...]] = ()
    rigs: ClassVar[Rig] = Rig.ANY
    proof: ClassVar[Rig] = Rig.VIRTUAL
    once: ClassVar[bool] = False
    capture: ClassVar[bool] = False
    scenario: ClassVar[Scenario]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        declared = getattr(cls, "checks", {})
        cls.clauses = tuple(dict.fromkeys(clause for decided in declared.values() for clause in decided))

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
