"""The reference platform as an item under test: in the bench's own process, or as a program.

Leaves what it does to `simulators.platform`. The only module of the bench that knows it.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.dut import LaunchError, Seat


class ReferencePlatformAdapter:
    """The reference platform."""

    name = "reference-platform"
    in_process = True

    async def run(self, seat: Seat) -> None:
        """Run until it stops by itself."""
        del seat
        raise LaunchError("the reference platform is not part of this version / 本版本不含参考平台")

    async def ask(self, seat: Seat, what: str, query: Mapping[str, str]) -> tuple[dict[str, str], ...]:
        """Nobody asks a platform by these words: it has doors (`bench.facade.platform`). Raises LookupError."""
        del seat, query
        raise LookupError(f"a platform is asked at its doors, not for {what} / 平台经其接口查询")
