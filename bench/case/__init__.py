"""Cases: what they declare, what they yield, what follows from it.

Leaves driving to the rigs, the ledger to conformance/clauses and judging a history to `bench.case.judging`.
"""

from bench.case.checks import Check, Measurement, Text, as_seen_in, holds, measure, percentile, shown_limit
from bench.case.criteria import Criterion, beside, criterion
from bench.case.declaration import AnyOf, Case, Evidence, Finding, Need, Rig, binding, settled, ways_of
from bench.case.evidence import EvidenceKind
from bench.case.items import Item
from bench.case.notices import Notice
from bench.case.results import CaseResult, ClauseResult, ExpectedFailure, RunResult, Sitting
from bench.case.verdicts import (
    EXIT_ERROR,
    EXIT_FAIL,
    EXIT_INCONCLUSIVE,
    EXIT_PASS,
    EXIT_USAGE,
    VIRTUAL_RIG,
    Mark,
    Verdict,
    case_verdict,
    clause_verdict,
    exit_code,
    weakest,
)

__all__ = [
    "EXIT_ERROR",
    "EXIT_FAIL",
    "EXIT_INCONCLUSIVE",
    "EXIT_PASS",
    "EXIT_USAGE",
    "VIRTUAL_RIG",
    "AnyOf",
    "Case",
    "CaseResult",
    "Check",
    "ClauseResult",
    "Criterion",
    "Evidence",
    "EvidenceKind",
    "ExpectedFailure",
    "Finding",
    "Item",
    "Mark",
    "Measurement",
    "Need",
    "Notice",
    "Rig",
    "RunResult",
    "Sitting",
    "Text",
    "Verdict",
    "as_seen_in",
    "beside",
    "binding",
    "case_verdict",
    "clause_verdict",
    "criterion",
    "exit_code",
    "holds",
    "measure",
    "percentile",
    "settled",
    "shown_limit",
    "ways_of",
    "weakest",
]
