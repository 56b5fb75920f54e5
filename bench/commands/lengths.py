"""How long the world of each case lasts with the reference terminal: data of the suite, made by `tools/lengths`.

In real time a case takes as long as its world does; so far a terminal's first run can be told when it will end.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

FILE = "lengths.json"


@cache
def lengths_of_the_suite() -> dict[str, float]:
    """Simulated seconds by id of the case; a case that was not recorded yet is not in it."""
    return msgspec.json.decode((files("conformance") / FILE).read_bytes(), type=dict[str, float])
