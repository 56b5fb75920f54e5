"""What fits into a time: of the cases that could run, those that decide most for their time, and what stays out.

Leaves how long a case lasts to `lengths`, which cases could run to whoever asks. Nothing is drawn by chance: the same
cases, lengths and time give the same choice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

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
        text = f"--within {self.minutes}: {len(self.taken)} cases, about {span(self.lasts_s)}; {len(self.left)} that "
        text += "could run are left out, `carbonbench list` with the same words names them / "
        return f"{text}选 {len(self.taken)} 个用例，另有 {len(self.left)} 个未选入，可用 list 查看"


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
        return f"left out by --within {minutes}: its length is not known / 时长未知，未选入"
    if length_s > lanes.each_s:
        return f"left out by --within {minutes}: it takes {span(length_s)} / 时长超出，未选入"
    return f"left out by --within {minutes}: others decide more in the time / 其他用例优先，未选入"
