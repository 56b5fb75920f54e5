"""What stands in a laboratory beside the bench's computer: rig file, checks before a run, power, time.

Leaves wires and serial lines to `bench.real`, the case's world to `bench.rigs.lab`, people to `bench.operator`.
"""
