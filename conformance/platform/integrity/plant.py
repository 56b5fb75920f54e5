"""A park of two enterprises whose terminals send samples often: what the cases of integrity stand on.

Leaves what is done to it to the cases.
"""

from __future__ import annotations

from typing import Any

from bench.layout.park import Enterprise, Factor, Measured, Named, Park, Terminal
from bench.layout.scenario import BARE, Scenario
from simulators.plant.flows import Flow

A, B = "A", "B"
_CARRIERS = (("coke", "t", "61.25"), ("electricity", "kWh", "4860"))


def points_of(enterprise: str, number: int) -> tuple[Measured, ...]:
    """So many points of an enterprise, all of one process."""
    return tuple(
        Measured(
            f"{enterprise}.p{place:02d}",
            f"{enterprise}1",
            Flow(f"{enterprise}_p{place:02d}", unit, per_h),
            carrier,
            source_class="electricity" if carrier == "electricity" else "fuel",
            process=f"{enterprise}-iron",
        )
        for place in range(number)
        for carrier, unit, per_h in (_CARRIERS[place % len(_CARRIERS)],)
    )


def park(points: int = 2, **options: Any) -> Park:
    """Enterprise A with so many points, enterprise B with one; both terminals are set alike."""
    return Park(
        enterprises=tuple(
            Enterprise(
                one,
                f"Works {one} 工厂",
                "steel",
                region="370000",
                processes=(Named(f"{one}-iron", "iron making 炼铁"),),
                terminals=(Terminal(f"{one}1", options),),
                points=points_of(one, points if one == A else 1),
            )
            for one in (A, B)
        ),
        factors=(
            Factor("F-coke", "coke", "2.8606", "tCO2/t"),
            Factor("F-power", "electricity", "0.0005703", "tCO2/kWh"),
        ),
    )


def scenario(start: str, points: int = 2, **options: Any) -> Scenario:
    """A scenario with such a park."""
    return BARE.but(start=start, park=park(points, **options))
