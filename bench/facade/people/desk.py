"""What the parts of people share: what they need of a visitor, what counts as trouble on the way, and looking.

Leaves what is done to the parts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from bench.dut.access import Access
from bench.dut.access.exchange import Answer
from bench.dut.access.visit import Session, Visits
from bench.dut.refused import Refused, no_answer
from bench.history.observation import Observation, Q, R
from bench.history.people import Used
from bench.history.questions import WHO_OR_WHEN

TROUBLES = (LookupError, OSError, TimeoutError)
"""What may come between a request and its answer."""
LISTENS_S = 5.0
"""How long a port has to take a connection."""
AGAIN_S = 10.0
"""So long after a refusal somebody looks once more."""
_REFUSES_FROM = 400
_SHOWN = 200


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

    def tell(
        self,
        kind: Observation[Q, R],
        asked: int,
        query: Q,
        rows: Sequence[R],
        problem: str = "",
        refused: int | None = None,
    ) -> None:
        """Put an observation into the history."""
        ...

    def insists_on(self, what: str) -> bool:
        """Whether a refusal to show this is to be followed by another look: once a case."""
        ...

    async def pause(self, seconds: float) -> None:
        """Let the world run."""
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

    async def see(self, name: str, **known: Any) -> Answer:
        """As `look`. Raises Refused where the product refuses, LookupError where nobody gets any answer."""
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


def shown(name: str, answer: Answer) -> Answer:
    """An answer that shows something. Raises Refused where it is the product's refusal or error."""
    if answer.status >= _REFUSES_FROM:
        raise no_answer(f"{name}: status {answer.status} {answer.text[:_SHOWN]}".rstrip(), answer.status)
    return answer


def _told(error: Exception | None) -> str:
    """As `trouble`; a refusal has the product's words."""
    return "" if error is None else str(error) if isinstance(error, Refused) else trouble(error)


Looked = Callable[[], Awaitable[tuple[Sequence[R], Exception | None]]]
"""What was seen, and what of it could not be."""


async def looked(people: Visitor, kind: Observation[Q, R], query: Q, look: Looked[R]) -> tuple[R, ...]:
    """Put what somebody sees into the history; what the product refuses is looked at once more, later (R-03)."""
    while True:
        asked = people.now_us()
        rows, error = await look()
        refused = error.status if isinstance(error, Refused) else None
        people.tell(kind, asked, query, rows, _told(error), refused)
        if refused is None or refused in WHO_OR_WHEN or not people.insists_on(kind.what):
            return tuple(rows)
        await people.pause(AGAIN_S)
