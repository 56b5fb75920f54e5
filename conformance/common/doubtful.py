"""What an interval of a momentary quantity may hold when lost power may have taken some of its readings (R-29).

Leaves to `truth` which readings these are, and to `delivery` how a value as sent is compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from conformance.common.readings import EXACT, number, plain, rounded

# So many readings in doubt have some 16 000 combinations, each of which is tried.
MOST = 14


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Readings of an interval that were certainly kept, and those that lost power may have taken."""

    sure: tuple[Decimal, ...]
    doubtful: tuple[Decimal, ...]
    decimals: int

    @property
    def countable(self) -> bool:
        """Whether every combination can be tried."""
        return len(self.doubtful) <= MOST

    def contents(self) -> Iterator[dict[str, str]]:
        """What the interval holds for every choice of readings that were kept. Raises ValueError if not countable."""
        if not self.countable:
            raise ValueError(f"{len(self.doubtful)} readings in doubt are too many to try each combination")
        total, count = sum(self.sure, Decimal(0)), len(self.sure)
        for choice in range(1 << len(self.doubtful)):
            kept = [value for bit, value in enumerate(self.doubtful) if choice >> bit & 1]
            if count + len(kept) == 0:
                continue
            mean = EXACT.divide(sum(kept, total), Decimal(count + len(kept)))
            yield {
                "Avg": plain(rounded(mean, self.decimals) if self.decimals >= 0 else mean),
                "Min": plain(min((*self.sure, *kept))),
                "Max": plain(max((*self.sure, *kept))),
            }

    def means(self) -> tuple[Decimal, Decimal]:
        """The smallest and the largest mean that any choice of kept readings has."""
        return self._extreme(sorted(self.doubtful)), -Doubtful(
            tuple(-value for value in self.sure), tuple(-value for value in self.doubtful), self.decimals
        )._extreme(sorted(-value for value in self.doubtful))

    def _extreme(self, rising: list[Decimal]) -> Decimal:
        """The smallest mean: readings are added from below for as long as each lowers it."""
        total, count = sum(self.sure, Decimal(0)), len(self.sure)
        for value in rising:
            if count and value * count >= total:
                break
            total, count = total + value, count + 1
        return EXACT.divide(total, Decimal(count))

    def allows(self, fields: Mapping[str, str]) -> bool:
        """Whether values lie where some choice may put them: for more readings in doubt than can be tried.

        A mean within the possible means, rounded as it is printed; an extreme that was read, no further in than the
        readings that were certainly kept.
        """
        numbers = {name: number(fields[name]) for name in ("Avg", "Min", "Max") if name in fields}
        if any(value is None for value in numbers.values()):
            return False
        found = {name: value for name, value in numbers.items() if value is not None}
        if "Avg" in found:
            low, high = self.means()
            decimals = len(fields["Avg"].partition(".")[2])
            if not rounded(low, decimals) <= found["Avg"] <= rounded(high, decimals):
                return False
        read = {*self.sure, *self.doubtful}
        least, most = min(self.sure, default=max(read)), max(self.sure, default=min(read))
        lowest, highest = found.get("Min", least), found.get("Max", most)
        return {lowest, highest} <= read and lowest <= least and highest >= most
