"""A load as a case makes it: by a plan, against the bench's own centre, a host, or the platform on test.

Leaves making it to `bench.load`. In virtual time there is none: Locust runs on real sockets. What people ask under load
is rendered from the profile beforehand, with sessions that were logged in one by one, so that any product whose
functions the profile maps can be loaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.dut.access.exchange import Place, ask
from bench.dut.platform.vocabulary import Analysis, Kind
from bench.dut.profile import LoadFigures
from bench.facade.bench import Unable
from bench.history import Phase
from bench.load.plan import Action, Plan
from bench.load.run import Aim, Hands, carry_out, now_us
from simulators.events import Event

if TYPE_CHECKING:
    from bench.facade.platform import Desk, Platform

_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_LEAST_DIGITS = 4
_DEFAULT = LoadFigures()


@dataclass(frozen=True)
class Question:
    """What people ask of a class of actions: `action` is ask, list or create. An `answered` one has a figure in its
    answer, by which wrong content is known; where one is made anew each time there is none."""

    of: str
    word: Analysis | Kind
    action: str = "ask"
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Loads:
    """Makes loads for a case; `folder` gets their books, `observe` their events; `figures` are those of the profile."""

    def __init__(
        self,
        folder: Path | None,
        observe: Callable[[Event], None],
        hands: Hands | None = None,
        figures: LoadFigures = _DEFAULT,
    ) -> None:
        self._folder = folder
        self._observe = observe
        self._hands = hands
        self.figures = figures

    async def make(self, plan: Plan, aim: Aim | None = None) -> None:
        """Make it, to its end. Raises LoadFailed, and Unable where there is no place for its books."""
        if self._folder is None:
            raise Unable("a load needs a folder for its books / 负载测试需要运行目录")
        await carry_out(plan, self._folder, self._observe, hands=self._hands, aim=aim)

    async def people_at(self, platform: Platform, words: Sequence[str], sessions: int) -> Aim:
        """The platform with so many sessions, of these accounts in turn. Raises Unable where none was let in."""
        found: list[dict[str, str]] = []
        place: Place | None = None
        for number in range(sessions):
            desk = await platform.login(words[number % len(words)])
            if desk.session is None:
                continue
            place = platform.people.reached(desk.session.door)
            found.append(desk.signature())
        self._observe(Phase(t=now_us(), name="sessions", detail={"asked": str(sessions), "open": str(len(found))}))
        if place is None:
            raise Unable("nobody was let in at the platform / 无账户可登录平台")
        door = (place.host, place.port)
        return Aim(*door, door=door, secured=place.secured, sessions=tuple(found))

    async def actions(self, platform: Platform, word: str, questions: Sequence[Question]) -> tuple[Action, ...]:
        """The questions as requests; each was asked once, and what it answered at rest a right answer holds.

        A question that the profile does not map, or that is not answered at rest, is left out and told.
        """
        desk = await platform.login(word)
        found: list[Action] = []
        for each in questions:
            action, why = await _action(platform, desk, each)
            if action is not None:
                found.append(action)
            self._observe(
                Phase(t=now_us(), name="question", detail={"of": each.of, "word": each.word.name, "problem": why})
            )
        return tuple(found)


async def _action(platform: Platform, desk: Desk, asked: Question) -> tuple[Action | None, str]:
    prepared = desk.prepared(asked.action, asked.word, **asked.fields)
    if prepared is None or desk.session is None:
        return None, "not mapped by the profile / 档案未映射"
    method, path, headers, body = prepared
    contains = ""
    if method == "GET":
        try:
            answer = await ask(
                platform.people.reached(desk.session.door), method, path, [*headers, *desk.signature().items()]
            )
        except (OSError, TimeoutError) as error:
            return None, f"not answered at rest: {error} / 空载时无应答"
        if not 200 <= answer.status < 300:
            return None, f"status {answer.status} at rest / 空载时返回异常状态"
        contains = mark_of(answer.text)
    text = body.decode("utf-8", "replace")
    told: Any = {"of": asked.of, "method": method}
    return Action(**told, path=path, body=text, contains=contains, headers=dict(headers)), ""


def mark_of(text: str) -> str:
    """The figure with most digits of an answer, the first of them; empty where none has enough of them."""
    figures = sorted(_FIGURE.findall(text), key=len, reverse=True)
    return figures[0] if figures and len(figures[0]) >= _LEAST_DIGITS else ""


class NoLoads(Loads):
    """Virtual time."""

    def __init__(self) -> None:
        super().__init__(None, lambda event: None)

    async def make(self, plan: Plan, aim: Aim | None = None) -> None:
        """Not here. Raises Unable."""
        del plan, aim
        raise Unable("a load is made in real time: --rig loopback, process or lab / 负载测试仅用于实时台架")
