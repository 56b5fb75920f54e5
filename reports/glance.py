"""What a report shows of one record, gathered while its history is at hand, so that nothing is read back for it.

Leaves drawing to `svg` and the sentences to the report. It holds for one record only: that of its `digest`.
"""

from __future__ import annotations

import msgspec

from bench.case import Text
from bench.history import History
from reports.access import Matrix, matrix
from reports.observed import Observation, observe
from reports.svg import LESS, MOST_OCTETS, draw, drawn_from
from reports.timeline import Timeline, gather

# A picture so near to the limit may pass it under another name.
_NEAR = 10_000
_NO_TITLE = Text("", "")


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """The timelines of a record, the fullest first, and what it shows of the declared maxima."""

    digest: str
    timelines: tuple[Timeline, ...]
    observation: Observation
    access: Matrix | None = None

    def drawn(self, *, id: str = "t", title: Text, alone: bool = False) -> tuple[str, Timeline]:
        """The picture and its timeline, as `svg.drawn` gives them of the history."""
        return drawn_from(self.timelines, id=id, title=title, alone=alone)


def glance_at(history: History) -> Glance:
    """Gather it. Raises HistoryError when the history does not begin as one does."""
    full = gather(history)
    sizes = (len(draw(full, id="t", title=_NO_TITLE, alone=alone).encode()) for alone in (False, True))
    fits = all(size + _NEAR < MOST_OCTETS for size in sizes)
    lesser = () if fits else tuple(gather(history, detail) for detail in LESS)
    return Glance(
        digest=history.digest, timelines=(full, *lesser), observation=observe(history), access=matrix(history)
    )
