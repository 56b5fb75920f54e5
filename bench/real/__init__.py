"""The real parts of the real-time rigs: wire, disk, programs, clocks.

Leaves seating a terminal and conducting a case to `bench.rigs`.
"""
