"""What the drives of cases for platforms have in common.

Leaves what an answer means to the judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.dut.platform.vocabulary.base import RECORDS, SAMPLES
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from conformance.common.platforms.truth import READER

__all__ = ["READER", "ask_points", "fed", "points_with", "sleep_until"]


async def fed(bench: Bench, *, connect: bool = True) -> None:
    """Tell the platform of the park, and let its terminals begin."""
    await bench.park.set_up()
    if connect:
        bench.senders.connect()


async def sleep_until(bench: Bench, at_us: int) -> None:
    """Sleep until an instant, microseconds UTC. What needs a whole hour or day asks `times.ceil` for its beginning: in
    real time a world begins within one.
    """
    await bench.clock.sleep((at_us - bench.clock.now_us()) / 1_000_000)


async def ask_points(desk: Desk, points: Iterable[str], kinds: Sequence[str], from_us: int, to_us: int) -> None:
    """Ask for what the platform has of points in [from, to), class by class (realtime: what came in)."""
    for point in points:
        for kind in kinds:
            query = {"point": point, "from_": from_us, "to": to_us}
            if kind == "realtime":
                await desk.ask(SAMPLES, **query)
            else:
                await desk.ask(RECORDS, period=kind, **query)


def points_with(bench: Bench, kind: str) -> list[str]:
    """The points whose terminals tell records of a class."""
    telling = [name for name, sender in bench.senders.items() if kind in sender.spec.classes]
    return [point.id for _, point in bench.park.plan.points() if point.sender in telling]
