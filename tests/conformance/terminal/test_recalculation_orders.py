"""Orders of recalculation: one that ends in an error is told, as is a factor's."""

from __future__ import annotations

import pytest
from hand_made import observed

from bench.case import Verdict
from bench.history import History
from conformance.terminal.accounting.recalculated_judge import orders_finding


@pytest.mark.parametrize("order", ["factor", "recalculation"])
def test_an_order_that_ends_in_an_error_fails(order: str) -> None:
    asked = [observed(word, 1, []) for word in ("factor", "recalculation")]
    assert orders_finding(History(asked)).verdict is Verdict.PASS
    assert orders_finding(History([*asked, observed(order, 2, [], "status 500: no")])).verdict is Verdict.FAIL
