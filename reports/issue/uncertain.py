"""Which results carry an expanded uncertainty, which say why they need none, and which say nothing (R-05)."""

from __future__ import annotations

from bench.case import Check, RunResult

MEASURED_UNITS = ("us", "ms", "s", "min", "h", "d", "%")


def measured(check: Check) -> bool:
    """Whether a check compared a measured time or share with a limit."""
    return check.unit in MEASURED_UNITS and check.measured != "" and check.limit != ""


def unstated(run: RunResult) -> list[str]:
    """The checks that compared a time or a share and carry neither U nor a reason, as `<case>:<check>`."""
    return list(
        dict.fromkeys(
            f"{case.id}:{check.id}"
            for case in run.cases
            for check in case.checks
            if measured(check) and not check.uncertainty and not check.exact
        )
    )
