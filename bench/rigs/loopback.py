"""The reduced rig for a computer on which the user has no rights: terminal and simulators on loopback.

Leaves everything to `process`; this module is where the name leads.
"""

from __future__ import annotations

from bench.rigs.process import LoopbackRig

RIG = LoopbackRig()
