"""The former name of `bench.dut`, for adapters of other houses that were written before it was called so.

Leaves everything to `bench.dut`; nothing of this house imports it.
"""

from __future__ import annotations

import warnings

from bench.dut import (
    Alterable,
    Alteration,
    Checked,
    DeviceClock,
    Elsewhere,
    Fellow,
    Files,
    Launch,
    Launchable,
    LaunchError,
    MachineFigures,
    OpenSerial,
    Role,
    Seat,
    ServerSide,
    Speaking,
    TerminalAdapter,
    UnknownTerminal,
    adapter,
)

__all__ = [
    "Alterable",
    "Alteration",
    "Checked",
    "DeviceClock",
    "Elsewhere",
    "Fellow",
    "Files",
    "Launch",
    "LaunchError",
    "Launchable",
    "MachineFigures",
    "OpenSerial",
    "Role",
    "Seat",
    "ServerSide",
    "Speaking",
    "TerminalAdapter",
    "UnknownTerminal",
    "adapter",
]

warnings.warn(
    "bench.terminals is called bench.dut; import from there / 模块 bench.terminals 已更名为 bench.dut",
    DeprecationWarning,
    stacklevel=2,
)
