"""Who is there in cases about assets, reductions and targets: a park, three enterprises, desks, figures drawn by seed.

Leaves what they do to the cases. A and B are of one sector and region, C of another; none of their figures is round.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from bench.dut.platform.vocabulary.base import ENTERPRISE, PARK
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from conformance.common.platforms.calendar import year_start

PARK_ID = "P"
CHEMICAL, ENERGY = "chemical", "energy"
REGION, FAR = "CN-31", "CN-32"
HOMES = {"A": (CHEMICAL, REGION), "B": (CHEMICAL, REGION), "C": (ENERGY, FAR)}
"""Sector and region of each enterprise."""


@dataclass
class Parties:
    """The desks at which people sit, and the case's chance."""

    bench: Bench
    chance: random.Random
    desks: dict[str, Desk] = field(default_factory=dict[str, Desk])

    async def at(self, word: str) -> Desk:
        """The desk of an account, logged in once."""
        if word not in self.desks:
            self.desks[word] = await self.bench.platform.login(word)
        return self.desks[word]

    async def of(self, enterprise: str) -> Desk:
        """The desk of somebody who enters for an enterprise: its clerk, or the park's operator for C."""
        return await self.at({"A": "clerk-a", "B": "clerk-b"}.get(enterprise, "operator-of-park"))

    def draw(self, low: int, high: int, places: int = 3) -> str:
        """A number between two, decimal text with so many places, the last of them not 0."""
        scale = 10**places
        number = self.chance.randrange(low * scale, high * scale) // 10 * 10 + self.chance.randrange(1, 10)
        whole, rest = divmod(number, scale)
        return f"{whole}.{rest:0{places}d}" if places else str(number)

    def paper(self) -> str:
        """The number of a paper."""
        return f"QZ-2025-{self.chance.randrange(10_000, 99_999)}"


async def gather(bench: Bench, name: str) -> Parties:
    """Wait until the platform is up; make the park and its enterprises."""
    await bench.clock.sleep(seconds=20)
    parties = Parties(bench, bench.chance(name))
    desk = await parties.at("administrator")
    await desk.create(PARK, id=PARK_ID, name="Park / 园区", region=REGION)
    for each, (sector, region) in HOMES.items():
        title = f"Works {each} / {each} 厂"
        await desk.create(ENTERPRISE, id=each, name=title, sector=sector, region=region, park=PARK_ID)
    return parties


def year(number: int) -> int:
    """The first instant of a year, microseconds UTC."""
    return year_start(str(number))
