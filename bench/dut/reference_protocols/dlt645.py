"""DL/T 645 meters in the reference terminal's configuration: address, identifier, format.

Leaves everything that all meters have to `reference_meters`.
"""

from bench.dut.reference_protocols import MeterTables

TABLES = MeterTables()
