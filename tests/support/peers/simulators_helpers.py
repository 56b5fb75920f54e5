"""What the simulators' tests share: a hand-moved clock, a listener, free ports, hand-written clients."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar

from simulators.centres.hj212.codec import Packet, encode
from simulators.clock import seeded
from simulators.events import Event
from simulators.plant import Works

E = TypeVar("E", bound=Event)

START_US = 1_772_380_800_000_000  # 2026-03-02T00:00:00+08:00, a Monday
MN = "010000A8900016F000169DC0"


@cache
def works_of_two() -> Works:
    """One plant for all who only read it: its truth at an instant does not depend on who asked before for which."""
    return Works(seeded(1), START_US, 2)


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self, at_us: int = START_US) -> None:
        self.at_us = at_us

    def now_us(self) -> int:
        return self.at_us


class Heard(list[Event]):
    """Collects events, and lets a test wait for what it wants to have heard."""

    changed: asyncio.Event | None = None

    def __call__(self, event: Event) -> None:
        self.append(event)
        if self.changed is not None:
            self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(120):
            while not condition():
                self.changed = asyncio.Event()
                await self.changed.wait()

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self if isinstance(event, kind)]


def upload(
    code_values: Sequence[tuple[tuple[str, str], ...]] = ((("k01001-Cou", "0.10"), ("k01001-Flag", "N")),),
    *,
    cn: str = "2051",
    qn: str = "20260302000100001",
    when: str = "20260302000000",
    flag: int = 5,
    pw: str = "123456",
    mn: str = MN,
    st: str = "31",
    pnum: int = 0,
    pno: int = 0,
) -> Packet:
    return Packet(
        qn=qn, st=st, cn=cn, pw=pw, mn=mn, flag=flag, pnum=pnum, pno=pno, cp=((("DataTime", when),), *code_values)
    )


def answer(request: Packet, cn: str, *fields: tuple[str, str], flag: int = 4, qn: str = "") -> bytes:
    cp = tuple((field,) for field in fields)
    return encode(Packet(qn=qn or request.qn, st="91", cn=cn, pw=request.pw, mn=request.mn, flag=flag, cp=cp))
