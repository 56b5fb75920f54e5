"""The parts of the machinery that a desk gives access to."""

from __future__ import annotations

from simulators.platform.core.accounts import Accounts
from simulators.platform.core.alarms import Alarms
from simulators.platform.core.audit import Audit
from simulators.platform.core.ground import Ground
from simulators.platform.core.intake.taking import Intake
from simulators.platform.core.objects import Objects
from simulators.platform.core.series import Series
from simulators.platform.core.waiting import Waiting


class Office:
    """One of each, over the same ground."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.audit = Audit(ground)
        self.objects = Objects(ground, self.audit)
        self.accounts = Accounts(ground, self.audit)
        self.alarms = Alarms(ground)
        self.series = Series(ground)
        self.times = Waiting(ground)
        self.intake: Intake
        """Set by who puts the platform together: hooks of areas work at a desk, which is above an office."""
