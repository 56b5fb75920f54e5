"""What stored results say of themselves, in both languages."""

from __future__ import annotations

import pytest

from reference_terminal.processing.wording import both


@pytest.mark.parametrize(
    ("told", "zh"),
    [
        ("steel-ndrc-2013 2013 #0: sum of 24 hour values", "steel-ndrc-2013 2013 #0: 24 个小时值之和"),
        ("m 1 #2: mean of 50 of 60 minute values for the hour", "m 1 #2: 60 个分钟值中 50 个有效值的均值，按全小时计"),
        ("44 of 60 minute values; substituted: mean of the valid hours on either side (failure of 1 h)",
         "60 个分钟值中 44 个有效; 替代：取前后有效小时的均值 (失效 1 h)"),
        ("NCV: nothing entered", "NCV: 未填报"),
    ],
)  # fmt: skip
def test_sentence_stands_in_both_languages(told: str, zh: str) -> None:
    assert both(told) == f"{told} / {zh}"


def test_sentence_of_others_stays() -> None:
    assert both("timeout") == "timeout"
