"""The reference platform: a complete dual-carbon platform for the bench to be proved against; imports no other room.

`core` is the machinery (objects, accounts, series, intake, API); every other folder is an area, found by walking
(docs/PLATFORM.md). `assembly.Platform` puts everything together, `python -m simulators.platform` runs it alone.
"""

from simulators.platform.core.assembly import Platform
from simulators.platform.core.settings import Settings, SettingsError, read

__all__ = ["Platform", "Settings", "SettingsError", "read"]
