"""What a terminal's log and alarms tell, by the maker's codes, or to a person where none is mapped (R-46).

Leaves when and about what an entry must be to the judges that ask. No word of a row decides anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from bench.case import Check, Criterion, Notice
from bench.history import History

Row = Mapping[str, str]


def mapped(history: History, *notices: Notice) -> bool:
    """Whether the profile says by which codes the terminal tells each of these events (an empty list: by none)."""
    return all(notice in history.began.codes for notice in notices)


def tells(history: History, row: Row, *notices: Notice) -> bool:
    """Whether a row of the log or of the alarms tells one of these events: by its code, else by its kind."""
    named = row.get("code") or row.get("kind") or ""
    return any(fnmatchcase(named, code) for notice in notices for code in history.began.codes.get(notice, ()))


def names(row: Row, known: Iterable[str]) -> bool:
    """Whether a row names one of these as a word of its own."""
    text = " ".join(row.get(key, "") for key in ("subject", "text", "en", "zh"))
    return any(re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text) for name in known)


def line(row: Row) -> str:
    """A row as a person reads it."""
    told = [row.get(name, "") for name in ("at", "raised", "code", "kind", "subject", "text", "en", "zh")]
    return " ".join(dict.fromkeys(word for word in told if word))


def left_to_a_person(asked: Criterion, rows: Iterable[Row], *notices: Notice) -> Check:
    """No code is mapped: a person decides, from these rows, whether they tell what is asked."""
    what = "; ".join(f"{notice}: {notice.text}" for notice in notices)
    found = list(dict.fromkeys(line(row) for row in rows))
    return asked.review(
        found,
        actual=f"no code is mapped in [codes] of the profile; a person reads {len(found)} lines for / 未映射代码，"
        f"请人工核对：{what}",
    )
