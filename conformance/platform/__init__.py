"""Cases for platforms, one folder for each chapter of the requirements, one class per case.

Leaves the world to the rigs and the questions' wording to the clause ledger. A case never knows which platform it has.

Questions of the capability statement that cases need (profile, section [claims]):

- ``platform.objects``: enterprises, points, factors and what else it keeps can be made, changed, listed and read back.
- ``platform.rights``: its maker has listed which accounts may what ([functions.rights]).
- ``platform.overseers``: accounts of a park or a government see the enterprises of their park or region only.
- ``platform.verification``: stored data are held against their seals or fingerprints on demand.
- ``platform.traces``: where a figure is from and what a value was used in can be asked.
- ``platform.backups``: an enterprise's monitoring data are backed up and restored.
- ``platform.exchange-json``: records go to another system over HTTP and JSON (docs/WIRE.md section 6).
- ``platform.open-interface``: a customer's own program takes records by an open interface.
"""

from __future__ import annotations

from typing import ClassVar

from bench.case import Case, Item, claimed
from bench.layout.scenario import BARE, Scenario
from conformance import rests

OBJECTS = "platform.objects"
RIGHTS = "platform.rights"
OVERSEERS = "platform.overseers"


class PlatformCase(Case):
    """One test of a platform; nothing stands behind it unless its scenario says so."""

    item: ClassVar[Item] = Item.PLATFORM
    scenario: ClassVar[Scenario] = BARE


claimed.join(rests.rests_of, rests.LEFT)
