"""How many users there are when: the stages of a plan as a shape of Locust, and who is started or stopped next.

Leaves what users do to their classes. A stage's numbers are those of the whole load; Locust spreads them over workers.
Its own dispatcher knows shares of a total; ours fills each class to its number (`fixed_count`, set by the shape).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from locust import LoadTestShape, User
from locust.dispatch import UsersDispatcher

from bench.load.engine.park import PARK
from bench.load.engine.people import ActivePerson, OnlinePerson
from bench.load.engine.terminals import Hj212PlainTerminal, Hj212SecureTerminal, JsonTerminal, MqttTerminal, Terminal
from bench.load.plan import Plan, Stage

ALL: tuple[type[User], ...] = (
    Hj212PlainTerminal,
    Hj212SecureTerminal,
    JsonTerminal,
    MqttTerminal,
    OnlinePerson,
    ActivePerson,
)
"""Every class of users; a worker has them all, since it hears of its plan when it is there already."""


def terminal_class(plan: Plan) -> type[Terminal]:
    """The class of a plan's terminals."""
    if plan.target.kind == "https-json":
        return JsonTerminal
    if plan.target.kind == "mqtt":
        return MqttTerminal
    return Hj212PlainTerminal if plan.target.channel == "plain" else Hj212SecureTerminal


def numbers_of(plan: Plan, stage: Stage) -> dict[type[User], int]:
    """How many of each class a stage asks for, those without any left out."""
    found: dict[type[User], int] = {
        terminal_class(plan): plan.terminals.count * stage.terminals_percent // 100,
        OnlinePerson: plan.people.online * stage.online_percent // 100,
        ActivePerson: stage.active,
    }
    wanted: dict[type[User], int] = {
        terminal_class(plan): plan.terminals.count,
        OnlinePerson: plan.people.online,
        ActivePerson: plan.most_active,
    }
    return {each: number for each, number in found.items() if wanted[each]}


def most_terminals(plan: Plan) -> int:
    """How many terminals stand in the fullest stage."""
    return max(plan.terminals.count * stage.terminals_percent // 100 for stage in plan.stages)


class StagesShape(LoadTestShape):
    """Ticks through the stages, then waits for what terminals still keep, then ends the load."""

    abstract = False

    def __init__(self, plan: Plan, finished: Callable[[], bool]) -> None:
        super().__init__()
        self._plan = plan
        self._finished = finished
        self._before: Mapping[type[User], int] = {}

    def tick(self) -> tuple[int, float] | None:  # type: ignore[override]
        """The number of this instant; None when the load is over."""
        plan = self._plan
        now = time.time_ns() // 1000
        over_s = (now - PARK.until_us) / 1_000_000 if PARK.until_us else -1.0
        if over_s >= plan.settle_s or (over_s >= 0 and self._finished()):
            return None
        stage = plan.stages[PARK.stage_at(now)] if PARK.until_us else plan.stages[0]
        wanted = numbers_of(plan, stage)
        before = self._before
        if before and any(wanted[each] < before[each] for each in wanted):
            # Locust moves a total: who goes does so before others come.
            wanted = {each: min(number, before[each]) for each, number in wanted.items()}
        self._before = wanted
        for each, number in wanted.items():
            each.fixed_count = number
        return sum(wanted.values()), float(stage.per_s)


class StagesDispatcher(UsersDispatcher):
    """Starts the class that lacks most of its number, stops the one that has too many."""

    def _lacking(self, counts: Mapping[str, int]) -> str | None:
        lacks = [
            (1 - counts[each.__name__] / each.fixed_count, each.__name__)
            for each in self._user_classes
            if each.fixed_count
        ]
        share, name = max(lacks, default=(0.0, ""))
        return name if share > 0 else None

    def _counts(self) -> dict[str, int]:
        return {each.__name__: self._get_user_current_count(each.__name__) for each in self._user_classes}

    def _user_gen(self) -> Iterator[str | None]:
        while True:
            yield self._lacking(self._counts())

    def _remove_users_from_workers(self) -> dict[str, dict[str, int]]:
        least = max(self._current_user_count - self._user_count_per_dispatch_iteration, self._target_user_count)
        most = {each.__name__: each.fixed_count for each in self._user_classes}
        counts = self._counts()
        kept: list[Any] = []
        while self._active_users and self._current_user_count > least:
            worker, user = self._active_users.pop()
            if counts[user] <= most[user]:
                kept.append((worker, user))
                continue
            counts[user] -= 1
            self._users_on_workers[worker.id][user] -= 1
            self._current_user_count -= 1
        self._active_users.extend(reversed(kept))
        if self._current_user_count > least:
            # Nobody is too many: what was counted and what is wanted agree at once.
            self._target_user_count = self._current_user_count
        return self._users_on_workers

    def _distribute_users(self, target_user_count: int) -> tuple[Any, Any, Any, Any]:
        """As Locust's own, by what each class lacks."""
        workers = itertools.cycle(self._worker_nodes)
        placed = {node.id: {each.__name__: 0 for each in self._original_user_classes} for node in self._worker_nodes}
        counts = {each.__name__: 0 for each in self._user_classes}
        active: list[Any] = []
        for _ in range(target_user_count):
            name = self._lacking(counts)
            if name is None:
                break
            worker = next(workers)
            placed[worker.id][name] += 1
            counts[name] += 1
            active.append((worker, name))
        return placed, self._user_gen(), workers, active
