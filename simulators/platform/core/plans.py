"""What areas declare: kinds, analyses, actions, routes, hooks; found by walking the folders beside `core`.

An area is a package `simulators/platform/<area>/`; every module of it is loaded. `KINDS` of a module are its kinds,
what is decorated in it its functions. No list knows an area.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any, TypeVar

import msgspec

from simulators.platform.core.kinds import PEOPLE, Kind, notes_of

_PLANS = "__plans__"
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Plan:
    """One declared function. `name` is an analysis, action, kind, path or nothing; `roles` who may call it.

    `while_any` is the kind of objects without which one that is called every so many `seconds` is not.
    """

    sort: str
    name: str
    function: Callable[..., Any]
    en: str = ""
    zh: str = ""
    roles: tuple[str, ...] = PEOPLE
    method: str = ""
    seconds: float = 0
    while_any: str = ""
    query: type[msgspec.Struct] | None = None
    notes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])


def _mark(plan: Plan, function: F) -> F:
    plans: list[Plan] = function.__dict__.setdefault(_PLANS, [])
    plans.append(plan)
    return function


def _shape(function: Callable[..., Any]) -> type[msgspec.Struct] | None:
    """The struct of the second parameter, which is the query or the body."""
    names = list(inspect.signature(function).parameters)
    if len(names) < 2:
        return None
    shape = typing.get_type_hints(function).get(names[1])
    assert isinstance(shape, type) and issubclass(shape, msgspec.Struct), f"{function.__qualname__}: a msgspec struct"
    return shape


def analysis(name: str, *, en: str, zh: str, roles: Sequence[str] = PEOPLE) -> Callable[[F], F]:
    """`function(desk, query) -> rows` at GET /api/analyses/<name>: reads only, sees what the account may see.

    For whoever is logged in, unless `roles` says otherwise; `EVERYBODY` is the public too.
    """

    def mark(function: F) -> F:
        return _mark(Plan("analysis", name, function, en, zh, tuple(roles)), function)

    return mark


def action(name: str, *, en: str, zh: str, roles: Sequence[str]) -> Callable[[F], F]:
    """`function(desk, body) -> rows` at POST /api/actions/<name>: may write through the desk; one transaction."""

    def mark(function: F) -> F:
        return _mark(Plan("action", name, function, en, zh, tuple(roles)), function)

    return mark


def route(method: str, path: str, *, roles: Sequence[str] = PEOPLE) -> Callable[[F], F]:
    """`async function(desk, request) -> Response | rows` at an address of its own, in Starlette's form."""

    def mark(function: F) -> F:
        return _mark(Plan("route", path, function, roles=tuple(roles), method=method), function)

    return mark


def on_change(name: str) -> Callable[[F], F]:
    """`function(desk, before, after)` at a change of this kind ("*": any), in its transaction and after it is written.

    `before` is None at creation, `after` at removal. Refused undoes the change; more may be written, alarms raised.
    """

    def mark(function: F) -> F:
        return _mark(Plan("change", name, function), function)

    return mark


def on_intake(function: F) -> F:
    """`function(desk, taken)` after samples were taken, within the transaction that keeps them: a tuple of Taken."""
    return _mark(Plan("intake", "", function), function)


def every(seconds: float, *, while_any: str = "") -> Callable[[F], F]:
    """`function(desk)` every so many seconds of the platform's clock, as the platform itself.

    With `while_any` only while there is an object of that kind: nothing ticks where there is nothing to look for. The
    function may return after how many seconds there can be something to see again; a changed object has it look sooner.
    """

    def mark(function: F) -> F:
        return _mark(Plan("every", function.__qualname__, function, seconds=seconds, while_any=while_any), function)

    return mark


def on_time(name: str) -> Callable[[F], F]:
    """`function(desk, subject)` when `desk.call_at(instant, name, subject)` asked for it, restarts or not."""

    def mark(function: F) -> F:
        return _mark(Plan("time", name, function), function)

    return mark


@dataclass(frozen=True)
class Plans:
    """Everything declared, by sort and name."""

    kinds: Mapping[str, Kind]
    analyses: Mapping[str, Plan]
    actions: Mapping[str, Plan]
    routes: tuple[Plan, ...]
    changes: Mapping[str, tuple[Plan, ...]]
    intakes: tuple[Plan, ...]
    clocks: tuple[Plan, ...]
    times: Mapping[str, Plan]

    def kind_of(self, shape: type) -> Kind:
        """The kind of a struct. KeyError."""
        return next(each for each in self.kinds.values() if each.shape is shape)


class PlanError(Exception):
    """Two areas declare the same name."""


def gather(modules: Iterable[ModuleType]) -> Plans:
    """What modules declare. Raises PlanError."""
    kinds: dict[str, Kind] = {}
    found: dict[str, dict[str, Plan]] = {"analysis": {}, "action": {}, "route": {}, "time": {}}
    listed: dict[str, list[Plan]] = {"change": [], "intake": [], "every": []}
    for module in modules:
        for each in getattr(module, "KINDS", ()):
            if kinds.setdefault(each.name, each) is not each:
                raise PlanError(f"{module.__name__}: kind {each.name} is declared twice")
        for thing in vars(module).values():
            if not inspect.isfunction(thing) or thing.__module__ != module.__name__:
                continue
            for plan in thing.__dict__.get(_PLANS, ()):
                if plan.sort in listed:
                    listed[plan.sort].append(plan)
                    continue
                if plan.sort in ("analysis", "action"):
                    shape = _shape(thing)
                    plan = _with(plan, shape)
                name = f"{plan.method} {plan.name}" if plan.sort == "route" else plan.name
                if found[plan.sort].setdefault(name, plan) is not plan:
                    raise PlanError(f"{module.__name__}: {plan.sort} {name} is declared twice")
    changes: dict[str, tuple[Plan, ...]] = {}
    for plan in listed["change"]:
        changes[plan.name] = (*changes.get(plan.name, ()), plan)
    return Plans(
        kinds,
        found["analysis"],
        found["action"],
        tuple(found["route"].values()),
        changes,
        tuple(listed["intake"]),
        tuple(listed["every"]),
        found["time"],
    )


def _with(plan: Plan, shape: type[msgspec.Struct] | None) -> Plan:
    notes = notes_of(shape) if shape else {}
    return Plan(plan.sort, plan.name, plan.function, plan.en, plan.zh, plan.roles, query=shape, notes=notes)


@cache
def installed() -> Plans:
    """The plans of all areas of this package."""
    import simulators.platform as room

    modules: list[ModuleType] = []
    for area in sorted(pkgutil.iter_modules(room.__path__), key=lambda each: each.name):
        if not area.ispkg or area.name == "core":
            continue
        package = importlib.import_module(f"{room.__name__}.{area.name}")
        modules.append(package)
        for each in sorted(pkgutil.walk_packages(package.__path__, f"{package.__name__}."), key=lambda each: each.name):
            modules.append(importlib.import_module(each.name))
    return gather(modules)
