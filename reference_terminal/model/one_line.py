"""Text from anywhere made fit for one line of a log: nothing in it can end the line, steer a screen or hide.

Leaves what is said to whoever says it. What is escaped stays readable: `\\x1b`, `\\u202e`.
"""

from __future__ import annotations

import re

LONGEST = 2000
"""Characters of one text in the log; of a longer one the beginning is kept."""

# Controls (C0, DEL, C1), line and paragraph separators, marks of direction, the byte-order mark, lone surrogates.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def one_line(text: str) -> str:
    """The text with every character escaped that is no part of a line, and cut where it is too long."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}…"
    return _UNFIT.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
