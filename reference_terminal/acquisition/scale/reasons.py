"""What is wrong with settings of scales: messages by id, told in what is answered and logged.

Leaves finding what is wrong to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

LEAST_WEIGHT = reason(
    "least-weight",
    en="expected a weight above 0, got {least}; below it the bridge counts as free",
    zh="应为大于 0 的重量，实际为 {least}，低于该值视为空磅",
)
INDICATOR_LETTER = reason(
    "indicator-letter",
    en="expected the letter of the indicator, A to Z, got {address!r}",
    zh="应为仪表地址字母 A 至 Z，实际为 {address!r}",
)
ITEM_UNLIKE = reason(
    "item-unlike",
    en="{item} is a value of kind {kind} in one of {units}, got {kind2} in {source}",
    zh="{item} 应为 {kind}、单位为 {units} 之一，实际为 {kind2}、单位 {source}",
)
