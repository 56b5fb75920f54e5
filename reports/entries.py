"""What a report needs of one entry of the clause ledger.

Leaves reading the ledger to `reports.ledger` and what follows from an entry to `reports.conformity`.
"""

from __future__ import annotations

import msgspec

from bench.case import Text


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What a report needs of one ledger entry; fields as in the ledger's schema.

    `claim` is the id of the question of the capability statement that decides whether the entry binds, empty if none,
    and `question` its words; `condition` says that it asks for a condition written in the clause (R-03). `asks` is
    false for headings, definitions and other kinds that ask for nothing. `disposition` takes the cases into account.
    `decided` and `open` say what the cases decide of the entry and what not; both are empty where they decide it whole.
    `reading_b` words reading B of the ruling `b_of`, `b_carries` says which verdict holds under it too, and `b_open`
    why it is not evaluated where no check answers it. `rigs` are those in which one of its checks can be decided.
    """

    id: str
    document: str
    number: str
    strength: str
    object: str
    disposition: str
    requirement: Text
    topic: str = ""
    decided: Text = Text("", "")
    open: Text = Text("", "")
    reason: Text = Text("", "")
    prompt: Text = Text("", "")
    readings: tuple[str, ...] = ()
    reading_b: Text = Text("", "")
    b_of: str = ""
    b_carries: str = "none"
    b_open: Text = Text("", "")
    claim: str = ""
    question: Text = Text("", "")
    condition: bool = False
    asks: bool = True
    rigs: tuple[str, ...] = ()
