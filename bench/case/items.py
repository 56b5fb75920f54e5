"""What can be on test: a terminal, or a platform that terminals send to.

Leaves what a product must be able to do to its capability statement.
"""

from __future__ import annotations

from enum import StrEnum


class Item(StrEnum):
    """What a case is a test of, what a profile submits, and what therefore stands on the bench of a run (R-01)."""

    TERMINAL = "terminal"
    PLATFORM = "platform"

    @property
    def zh(self) -> str:
        """The word in Chinese."""
        return {"terminal": "终端", "platform": "平台"}[self.value]
