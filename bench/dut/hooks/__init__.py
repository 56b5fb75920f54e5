"""Ways in which a product is asked or told something: one module each, found by walking.

Leaves what the answer means to the expressions of the profile (`bench.dut.command`). A section [connection.ask.X] of a
profile holds one key that says which way it is (`get`, `run`, `sql`, `file` …), and what else that way wants: a struct.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from bench.dut.asking import Asks
from simulators.settings import Settings, read
from simulators.tables import Table

ANSWER_S = 30.0
"""How long an answer is waited for."""
MOST_OCTETS = 64 << 20
T = TypeVar("T")


@dataclass(frozen=True)
class Question:
    """What is asked: the word, what belongs to it, and where the product is.

    `fill` renders a template of the profile; `state` is the terminal's state folder on this machine, `folder` the
    profile's; `desk` is whoever asks the person at the bench (None: nobody).
    """

    what: str
    query: Mapping[str, str]
    fill: Callable[[str], str]
    folder: Path = Path()
    state: Path | None = None
    desk: Asks | None = None
    columns: tuple[str, ...] = field(default=())


class Way(Settings, frozen=True, kw_only=True):
    """A section of one way: what every way has; a module adds what is its own, and how it asks.

    `rows` is an expression over `answer`, `fields` are expressions over `row`. `chooses` are the keys any one of which
    says that a section is of this way. Texts of `templates` are templates.
    """

    chooses: ClassVar[tuple[str, ...]] = ()
    templates: ClassVar[tuple[str, ...]] = ()

    rows: str = "answer"
    fields: dict[str, str] = {}

    async def fetch(self, question: Question) -> Any:
        """The answer as JSON has it. Raises LookupError, OSError (ConnectionError) or TimeoutError without one."""
        raise NotImplementedError


@cache
def ways() -> Mapping[str, type[Way]]:
    """Every way by each key that chooses it."""
    found: dict[str, type[Way]] = {}
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        way = import_module(f"{__name__}.{path.stem}").WAY
        found |= dict.fromkeys(way.chooses, way)
    return found


def way_of(asked: Mapping[str, Any]) -> type[Way] | None:
    """The way of a section; None where none or several are chosen."""
    chosen = [key for key in asked if key in ways()]
    return ways()[chosen[0]] if len(chosen) == 1 else None


def asked_of(connection: Mapping[str, Any], what: str) -> Way | None:
    """The section of a question; None where [connection] has none."""
    section = connection.get("ask", {}).get(what, {})
    way = way_of(section)
    return None if way is None else read(Table(section, "", []), way)


async def apart(work: Callable[[], T], patience_s: float = ANSWER_S) -> T:
    """Do what blocks in a thread of its own, begun here, so that it is in the networks of whoever asks."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: BaseException | None) -> None:
        if not done.done():
            done.set_exception(error) if error is not None else done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        try:
            result, error = work(), None
        except BaseException as failed:
            result, error = None, failed
        loop.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=run, daemon=True).start()
    return await asyncio.wait_for(done, patience_s)
