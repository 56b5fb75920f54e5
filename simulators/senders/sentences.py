"""What is wrong with a sender, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence

CODE_TWICE = Sentence(
    "sender-code-twice",
    "two points of a sender have one code; give each its own",
    "同一发送方有两个测点编码相同，应各不相同",
)
DIVIDES = Sentence(
    "sender-interval",
    "is no divisor of 60 min; choose 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60",
    "不能整除 60 分钟，请选 1、2、3、4、5、6、10、12、15、20、30 或 60",
)
