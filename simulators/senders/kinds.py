"""What a kind of sender is, and every kind there is: one descriptor a folder, found by walking.

Leaves what is said to the kinds, what all senders have to `spec`. A new kind is a folder here with a `descriptor.py`
whose `KIND` is a `SenderKind`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import ClassVar

from simulators.senders.spec import SenderSpec
from simulators.senders.wire import Form, Wire


class SenderKind(ABC):
    """A way in which terminals send.

    `id` is what a scenario calls it, `rank` its place in lists that people read, `title` what it is, in English and
    Chinese. `classes` are those it has a form for, `spoils` the ways in which a packet of it can be spoilt.
    """

    id: ClassVar[str]
    rank: ClassVar[int] = 100
    title: ClassVar[tuple[str, str]]
    classes: ClassVar[frozenset[str]]
    spoils: ClassVar[tuple[str, ...]]

    @abstractmethod
    def wire(self, spec: SenderSpec) -> Wire:
        """The way of one sender."""

    def formed(self, spec: SenderSpec, form: Form) -> Wire:
        """The way of one sender to a platform that has a form of its own. Raises ValueError where there is none."""
        del form
        raise ValueError(f"sender {spec.name}: {self.id} knows no form but its own / 该方式不支持平台自有格式")


def flaw(spec: SenderSpec) -> str:
    """What speaks against a sender; empty if nothing."""
    kind = kinds().get(spec.kind)
    if kind is None:
        return f"unknown kind {spec.kind!r}; known: {', '.join(kinds())} / 无此类型"
    if wrong := next(iter(spec.flaws()), None):
        key, en, zh = wrong
        return f"{key}: {en} / {zh}"
    strange = [each for each in spec.classes if each not in kind.classes]
    return f"{spec.kind} has no form for {', '.join(strange)} / 该方式不支持此类数据" if strange else ""


@cache
def kinds() -> Mapping[str, SenderKind]:
    """Every kind by its id, in the order of lists that people read. TypeError if a folder's descriptor is none."""
    found: list[SenderKind] = []
    for path in sorted(Path(__file__).parent.glob("*/descriptor.py")):
        kind: object = getattr(import_module(f"{__package__}.{path.parent.name}.descriptor"), "KIND", None)
        if not isinstance(kind, SenderKind):
            raise TypeError(f"{path} has no KIND that is a SenderKind")
        found.append(kind)
    return {each.id: each for each in sorted(found, key=lambda each: (each.rank, each.id))}


def wire_of(spec: SenderSpec, form: Form | None = None) -> Wire:
    """The way of sending of a sender, in a platform's own form if there is one. Raises ValueError if it cannot be."""
    if wrong := flaw(spec):
        raise ValueError(f"sender {spec.name}: {wrong}")
    kind = kinds()[spec.kind]
    return kind.wire(spec) if form is None else kind.formed(spec, form)
