"""What reads files that people give: targets as those of `fuzz_targets`.

Each is tried with the octets as they came and with them inside a file that is otherwise right.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from bench.dut.access import register
from bench.dut.access.register import Register, TableUnreadable
from reference_terminal.operations import instrument_table
from reference_terminal.operations.instrument_table import TableWrong

Target = Callable[[bytes], None]
_COLUMNS = {"name": "instrument", "number": "number", "due": "due"}
_TABLES = tuple(
    Register(import_="i", export="e", of="o", rows="answer.json", columns=_COLUMNS, name="row.name", form=form)
    for form in ("csv", "xlsx")
)
_HEADS = b"instrument,number,calibrated,due\n"


def terminal_instruments(data: bytes) -> None:
    for octets in (data, _HEADS + data, _HEADS + b"m1," + data + b",2025-01-01,2026-01-01\n"):
        with contextlib.suppress(TableWrong):
            rows = instrument_table.read(octets)
            assert instrument_table.read(instrument_table.write(rows)) == rows


def bench_register(data: bytes) -> None:
    for table in _TABLES:
        for octets in (data, _HEADS + data):
            with contextlib.suppress(TableUnreadable):
                register.read(table, octets)


TARGETS: dict[str, Target] = {
    name: value
    for name, value in list(globals().items())
    if name.startswith(("bench_", "terminal_")) and callable(value)
}
