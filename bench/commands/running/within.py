"""What fits into a time: of the cases that could run, those that decide most for their time, and what stays out.

Leaves how long a case lasts to `lengths`, which cases could run to whoever asks. Nothing is drawn by chance: the same
cases, lengths and time give the same choice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bench.commands import sentences
from bench.commands.running.status import span

AROUND_S = 5.0
"""Starting and ending a product around a case in real time, beside what its world lasts (s)."""


class Lanes:
    """So many cases at a time, each lane so long (s); a case goes where least is."""

    def __init__(self, number: int, each_s: float) -> None:
        self.each_s = each_s
        self._taken = [0.0] * number

    @property
    def longest_s(self) -> float:
        """When the last lane is through."""
        return max(self._taken)

    def fits(self, length_s: float) -> bool:
        """Whether a case of this length still goes in."""
        return min(self._taken) + length_s <= self.each_s

    def take(self, length_s: float) -> None:
        """Put one in."""
        self._taken[self._taken.index(min(self._taken))] += length_s


def most_telling(lengths_s: Mapping[str, float], decides: Mapping[str, Collection[str]], lanes: Lanes) -> list[str]:
    """The cases that fit: first most clauses that nothing decides yet for the time, then the shortest."""
    rest = sorted(lengths_s, key=lambda name: (lengths_s[name], name))
    taken: list[str] = []
    covered: set[str] = set()
    while fitting := [name for name in rest if lanes.fits(lengths_s[name])]:
        best = max(
            fitting,
            key=lambda name: (len(set(decides[name]) - covered) / max(lengths_s[name], 1.0), -lengths_s[name]),
        )
        rest.remove(best)
        taken.append(best)
        covered |= set(decides[best])
        lanes.take(lengths_s[best])
    return taken


@dataclass(frozen=True)
class Fitting:
    """What was chosen for `minutes`, how long it lasts (s), and what stays out, each with why."""

    minutes: int
    lasts_s: float
    taken: frozenset[str]
    left: Mapping[str, str]

    def told(self) -> str:
        """One sentence for the screen."""
        taken, left = len(self.taken), len(self.left)
        told = sentences.FITTING(minutes=self.minutes, taken=taken, lasts=span(self.lasts_s), left=left)
        return str(told)


def fitting(
    minutes: int, workers: int, lengths_s: Mapping[str, float | None], decides: Mapping[str, Collection[str]]
) -> Fitting:
    """Choose among cases with their lengths in real time (s), None where nobody knows it."""
    known = {name: length + AROUND_S for name, length in lengths_s.items() if length is not None}
    lanes = Lanes(workers, minutes * 60.0)
    taken = frozenset(most_telling(known, decides, lanes))
    left = {name: _why(minutes, known.get(name), lanes) for name in lengths_s if name not in taken}
    return Fitting(minutes, lanes.longest_s, taken, left)


def _why(minutes: int, length_s: float | None, lanes: Lanes) -> str:
    if length_s is None:
        return str(sentences.LEFT_OUT_UNKNOWN(minutes=minutes))
    if length_s > lanes.each_s:
        return str(sentences.LEFT_OUT_LONG(minutes=minutes, span=span(length_s)))
    return str(sentences.LEFT_OUT_OTHERS(minutes=minutes))
