"""The server's clock, as it is shown (CPCIF 6.3).

Leaves keeping it to the core.
"""

from __future__ import annotations

from simulators.platform.core import EVERYBODY, Desk, analysis


@analysis("clock", en="clock of the server", zh="服务器时钟", roles=EVERYBODY)
def clock(desk: Desk) -> list[dict[str, int]]:
    """Now by the platform's clock."""
    return [{"now": desk.now_us}]
