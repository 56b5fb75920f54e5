"""Cases for platforms, one folder for each chapter of the requirements, one class per case.

Leaves the world to the rigs and the questions' wording to the clause ledger. A case never knows which platform it has.

Questions of the capability statement that cases need (profile, section [claims]):

- ``platform.objects``: enterprises, points, factors and what else it keeps can be made, changed, listed and read back.
"""

from __future__ import annotations

from typing import ClassVar

from bench.case import Case, Item
from bench.layout.scenario import BARE, Scenario

OBJECTS = "platform.objects"


class PlatformCase(Case):
    """One test of a platform; nothing stands behind it unless its scenario says so."""

    item: ClassVar[Item] = Item.PLATFORM
    scenario: ClassVar[Scenario] = BARE
