"""A trial of a product on the loopback rig: started once, driven, and what happened.

Leaves what is tried to the trials and what it shows to their commands.
"""

from __future__ import annotations

from bench.case import Case
from bench.commands.products.starts import Starts
from bench.dut import adapter
from bench.dut.profile import Profile
from bench.history import Event, Recorder
from bench.run import Setup
from simulators import scratch


def conducted(trial: Case, profile: Profile, starts: Starts) -> list[Event]:
    """The events of the trial. Raises RuntimeError where the rig cannot conduct it."""
    from bench.rigs.loopback import RIG

    with scratch.room("try") as folder:
        setup = Setup(
            rig=RIG,
            profile=profile,
            adapter=lambda: starts.watched(adapter(profile.adapter)),
            master_seed=1,
            commit="",
            folder=folder,
        )
        recorder = Recorder(folder)
        RIG.conduct(trial, setup, 1, recorder)
        return list(recorder.events)
