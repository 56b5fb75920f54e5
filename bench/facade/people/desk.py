"""What the parts of people share: what they need of a visitor, and what counts as trouble on the way.

Leaves what is done to the parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from bench.dut.access import Access
from bench.dut.access.exchange import Answer
from bench.dut.access.visit import Session, Visits
from bench.history.observation import Observation, Q, R
from bench.history.people import Used

TROUBLES = (LookupError, OSError, TimeoutError)
"""What may come between a request and its answer."""
LISTENS_S = 5.0
"""How long a port has to take a connection."""


class Visitor(Protocol):
    """Somebody at the doors, as the parts need it (`bench.facade.people.visitor.People`)."""

    @property
    def access(self) -> Access:
        """What the profile says. Raises Unable where it says nothing."""
        ...

    @property
    def visits(self) -> Visits:
        """Sessions at the doors."""
        ...

    def now_us(self) -> int:
        """True time."""
        ...

    def tell(self, kind: Observation[Q, R], asked: int, query: Q, rows: Sequence[R], problem: str = "") -> None:
        """Put an observation into the history."""
        ...

    async def login(self, door: str, word: str) -> Session | None:
        """A session, where the product let somebody in."""
        ...

    def new_password(self, word: str) -> str:
        """A password that nobody had."""
        ...

    def changed_to(self, word: str, password: str) -> None:
        """An account has another password from now on."""
        ...

    async def use(self, name: str, session: Session, *, trick: str = "", **known: Any) -> Used:
        """What came of the use of a function."""
        ...

    async def look(self, name: str, **known: Any) -> Answer | None:
        """The answer to a function as somebody who may use it gets it."""
        ...

    async def effects_seen(self) -> list[tuple[str, str]]:
        """What shows of every function's effect now, where it can be seen: name of the function, text."""
        ...


def trouble(error: BaseException) -> str:
    """An error as the history has it."""
    return f"{type(error).__name__}: {error}"


def text(found: object) -> str:
    """What an expression gave, as the history has it."""
    return "" if found is None else str(found)
