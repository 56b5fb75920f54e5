"""`carbonbench explain-emission`: one figure of a run from registers to tonnes; a sentence for what is not there."""

from __future__ import annotations

import re
from pathlib import Path

from suite_kit import carbonbench, run_folder

CASE = "accounting/accounts-coking"
START = "2026-03-02T09:00:00"


def test_a_figure_is_followed_from_the_registers_to_what_the_terminal_showed(tmp_path: Path) -> None:
    told = carbonbench("run", "--case", CASE, cwd=tmp_path)
    assert told.code == 0, told.out + told.err
    folder = run_folder(tmp_path / "out")
    of = ("--of", "source", "--id", "carbon-in", "--kind", "minute", "--start", START)
    told = carbonbench("explain-emission", folder, CASE, *of, cwd=tmp_path)
    assert told.code == 0, told.err
    assert "CO2 [t] = AD * CC * 44/12" in told.out and "CC: 0.7312 tC/t" in told.out
    assert "× GWP 1 (SAR) = " in told.out and re.search(
        r"coal\.mass \[t\]: \S+ \(.*\) → \S+ \(.*\), \+ [0-9.]+\n", told.out
    )
    assert "coal.mass [t]: " in told.out and "shown / 显示: the terminal: source carbon-in" in told.out
    assert "; by this chain / 按上述步骤: " in told.out

    for words, what in (
        (("--start", "yesterday"), "expected an instant"),
        (("--start", START, "--of", "sum"), "expected one of source"),
        (("--start", "2031-01-01T00:00:00"), "nothing was recorded at 2031-01-01"),
        (("--start", START, "--of", "source", "--id", "furnace"), "sources are carbon-in, carbon-out"),
    ):
        told = carbonbench("explain-emission", folder, CASE, *words, cwd=tmp_path)
        assert told.code == 4 and what in told.err and "Traceback" not in told.err
    told = carbonbench("explain-emission", folder, "accounting/none", "--start", START, cwd=tmp_path)
    assert told.code == 4 and "there are accounting/accounts-coking" in told.err
