"""A load as a case makes it: by a plan, against the bench's own centre, a host, or the platform on test.

Leaves making it to `bench.load`. In virtual time there is none: Locust runs on real sockets. What people ask under load
is rendered from the profile beforehand, with sessions that were logged in one by one, so that any product whose
functions the profile maps can be loaded.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.dut.access.exchange import Place, ask
from bench.dut.platform.vocabulary import AnyAnalysis, Kind
from bench.dut.platform.vocabulary.base import POINT, SAMPLES, TERMINAL
from bench.dut.profile import LoadFigures
from bench.facade import sentences
from bench.facade.bench import Unable
from bench.history.phases import QUESTION, SESSIONS, Opened, Tried
from bench.load.plan import Action, Plan
from bench.load.run import Aim, Hands, carry_out, now_us
from bench.load.truth import code_of, mn_of
from simulators.events import Event
from simulators.stamps import stamp

if TYPE_CHECKING:
    from bench.facade.platform import Desk, Platform

_HOUR_US = 3_600_000_000
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_LEAST_DIGITS = 4
_APART_S = 1.1
"""Between two answers at rest: an instant in whole seconds is another then."""
_DEFAULT = LoadFigures()


@dataclass(frozen=True)
class Question:
    """What people ask of a class of actions: `action` is ask, list or create. An `answered` one has a figure in its
    answer, by which wrong content is known; where one is made anew each time there is none."""

    of: str
    word: AnyAnalysis | Kind
    action: str = "ask"
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Loads:
    """Makes loads for a case; `folder` gets their books, `observe` their events.

    `figures` are those of the profile, `processes` those of a platform that the rig has started.
    """

    def __init__(
        self,
        folder: Path | None,
        observe: Callable[[Event], None],
        hands: Hands | None = None,
        figures: LoadFigures = _DEFAULT,
        processes: Callable[[], Sequence[int]] = tuple,
    ) -> None:
        self._folder = folder
        self._observe = observe
        self._hands = hands
        self.figures = figures
        self._processes = processes

    async def make(self, plan: Plan, aim: Aim | None = None) -> None:
        """Make it, to its end. Raises LoadFailed, and Unable where there is no place for its books."""
        if self._folder is None:
            raise Unable(str(sentences.LOAD_FOLDER()))
        if aim is not None:
            aim = replace(aim, processes=self._processes)
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
        self._observe(SESSIONS.event(now_us(), Opened(asked=sessions, open=len(found))))
        if place is None:
            raise Unable(str(sentences.NOBODY_LET_IN()))
        door = (place.host, place.port)
        return Aim(*door, door=door, secured=place.secured, sessions=tuple(found))

    async def actions(self, platform: Platform, word: str, questions: Sequence[Question]) -> tuple[Action, ...]:
        """The questions as requests; each was asked twice, and what both answers hold a right answer holds.

        A question that the profile does not map, or that is not answered each time at rest, is left out and told: an
        instant in an answer is no mark of it, and who takes the same entry once is not to fail for refusing it again.
        """
        desk = await platform.login(word)
        found: list[Action] = []
        for each in questions:
            action, why = await _action(platform, desk, each)
            if action is not None:
                found.append(action)
            self._observe(QUESTION.event(now_us(), Tried(of=each.of, word=each.word.name, problem=why)))
        return tuple(found)

    async def terminals_of(self, platform: Platform, word: str, plan: Plan, enterprise: str) -> None:
        """Make a load's terminals and their points known to the platform."""
        desk = await platform.login(word)
        numbers = range(plan.terminals.count)
        secret = plan.target.password
        told = [
            {"id": mn_of(plan.seed, number), "enterprise": enterprise, "way": "hj212", "secret": secret}
            for number in numbers
        ]
        points = [
            {
                "id": f"{mn_of(plan.seed, number)}-{code_of(point)}",
                "enterprise": enterprise,
                "terminal": mn_of(plan.seed, number),
                "code": code_of(point),
                "carrier": "electricity",
                "unit": "kWh",
                "kind": "instant",
                "source_class": "electricity",
            }
            for number in numbers
            for point in range(plan.terminals.points)
        ]
        for kind, rows in ((TERMINAL, told), (POINT, points)):
            await desk.enter(kind, rows)

    async def terminals_at(self, platform: Platform, word: str, plan: Plan, aim: Aim | None = None) -> Aim:
        """The platform as its terminals reach it by HJ 212, and what it holds of them in the end, by its own query."""
        intake = platform.intake("hj212")

        async def fetch(path: Path) -> None:
            desk = await platform.login(word)
            began_us = now_us() - (plan.terminals.backlog_h + 24) * _HOUR_US
            with path.open("w", encoding="utf-8") as book:
                for number in range(plan.terminals.count):
                    mn = mn_of(plan.seed, number)
                    for point in range(plan.terminals.points):
                        code = code_of(point)
                        span = {"point": f"{mn}-{code}", "from_": began_us, "to": now_us() + _HOUR_US}
                        for row in await desk.ask(SAMPLES, **span):
                            when = stamp(int(row.at))
                            told = (row.received or "0", mn, "realtime", code, when, "N", row.value)
                            book.write("\t".join(told) + "\n")

        words = f"the platform on test at {intake.host}:{intake.port}"
        if aim is None:
            return Aim(intake.host, intake.port, words=words, fetch=fetch)
        return replace(aim, host=intake.host, port=intake.port, words=words, fetch=fetch)


async def _action(platform: Platform, desk: Desk, asked: Question) -> tuple[Action | None, str]:
    prepared = desk.prepared(asked.action, asked.word, **asked.fields)
    if prepared is None or desk.session is None:
        return None, str(sentences.NOT_MAPPED())
    method, path, headers, body = prepared
    texts: list[str] = []
    for pause in (0.0, _APART_S):
        await asyncio.sleep(pause)
        try:
            answer = await ask(
                platform.people.reached(desk.session.door), method, path, [*headers, *desk.signature().items()], body
            )
        except (OSError, TimeoutError) as error:
            return None, str(sentences.SILENT_AT_REST(error=error))
        if not 200 <= answer.status < 300:
            again = sentences.ASKED_AGAIN() if texts else ""
            return None, str(sentences.STATUS_AT_REST(status=answer.status, again=again))
        texts.append(answer.text)
    contains = mark_of(*texts) if method == "GET" else ""
    text = body.decode("utf-8", "replace")
    told: Any = {"of": asked.of, "method": method}
    return Action(**told, path=path, body=text, contains=contains, headers=dict(headers)), ""


def mark_of(text: str, again: str) -> str:
    """The figure with most digits of an answer that another holds too, the first of them; empty where each is short."""
    others = set(_FIGURE.findall(again))
    figures = sorted((each for each in _FIGURE.findall(text) if each in others), key=len, reverse=True)
    return figures[0] if figures and len(figures[0]) >= _LEAST_DIGITS else ""


class NoLoads(Loads):
    """Virtual time."""

    def __init__(self, figures: LoadFigures) -> None:
        super().__init__(None, lambda event: None, figures=figures)

    async def make(self, plan: Plan, aim: Aim | None = None) -> None:
        """Not here. Raises Unable."""
        del plan, aim
        raise Unable(str(sentences.LOAD_IN_REAL_TIME()))
