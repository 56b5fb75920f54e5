"""Who is at work: the person behind a request, or the terminal itself.

Leaves who may do what to the access room. It follows the request through everything that answers it (a context
variable), so that an entry of the audit log names its user without every function handing him on.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """An account's name and the address it speaks from; both empty: the terminal itself."""

    name: str = ""
    origin: str = ""


TERMINAL = Actor()
_ACTOR: ContextVar[Actor] = ContextVar("actor", default=TERMINAL)


def actor() -> Actor:
    """Who is at work in this task."""
    return _ACTOR.get()


def act_for(one: Actor) -> None:
    """From here on this task works for somebody."""
    _ACTOR.set(one)
