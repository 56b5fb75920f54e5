"""What an error of a database means, by the code it carries: SQLSTATE, or the number its server or library gives.

Leaves asking to `row_source`. Texts are not looked at: servers speak the language of their country.
"""

from __future__ import annotations

import re
from typing import Any

BUSY, WRONG, AWAY = "busy", "wrong", "away"
"""In use by others; a query, right or name that cannot be right; not to be reached, which may mend itself."""

_BUSY_STATES = ("55P03", "57014", "40001", "40P01", "HYT00", "HYT01", "70100")
"""Lock not available, statement cancelled by its limit, serialization, deadlock, time-outs of ODBC, interrupted."""
_WRONG_CLASSES = ("01", "0A", "07", "21", "22", "25", "26", "28", "34", "3D", "3F", "42", "IM")
"""No such library (ODBC), not supported, wrong columns or values, read-only, login, database, syntax, rights."""
_BUSY_NUMBERS = (1205, 1213, 1317, 1969, 3024)
_WRONG_NUMBERS = (
    *(1044, 1045, 1049, 1052, 1054, 1064, 1102, 1109, 1142, 1143, 1146, 1227, 1231, 1248, 1290, 1305, 1370, 1698),
    *(1792, 1836, 4151),
)
"""Numbers of MariaDB and MySQL, whose library hands on no SQLSTATE."""
_SQLITE_BUSY, _SQLITE_WRONG = (5, 6), (1, 3, 8, 20, 21, 23, 25, 26)
_FEWEST_OF_A_SERVER = 1000
_NATIVE = re.compile(r"\((-?\d+)\) \(SQL\w+\)\s*$")
"""Where ODBC puts the number of the driver's own, before the name of the function."""


def meaning(error: BaseException | None) -> str:
    """BUSY, WRONG or AWAY, of the error that a driver of the DB-API raised."""
    state, number = codes(error)
    if state in _BUSY_STATES:
        return BUSY
    if state and not state.startswith(("HY", "00")):
        return WRONG if state.startswith(_WRONG_CLASSES) else AWAY
    if number >= _FEWEST_OF_A_SERVER:
        return BUSY if number in _BUSY_NUMBERS else WRONG if number in _WRONG_NUMBERS else AWAY
    # Of SQLite the lowest octet is the kind, the others its particulars.
    kind = number & 0xFF
    return BUSY if kind in _SQLITE_BUSY else WRONG if kind in _SQLITE_WRONG else AWAY


def codes(error: BaseException | None) -> tuple[str, int]:
    """SQLSTATE (empty: none) and the number of server or library (0: none)."""
    arguments: tuple[Any, ...] = () if error is None else error.args
    first = arguments[0] if arguments else None
    if isinstance(first, dict):
        # What a PostgreSQL server sends, field by field.
        return str(first.get("C", "")), 0  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    state = getattr(error, "pgcode", None)
    if state:
        return str(state), 0
    number = getattr(error, "sqlite_errorcode", None)
    if isinstance(number, int):
        return "", number
    if isinstance(first, int) and first >= _FEWEST_OF_A_SERVER:
        return "", first
    if isinstance(first, str) and re.fullmatch(r"[0-9A-Z]{5}", first):
        found = _NATIVE.search(str(arguments[1])) if len(arguments) > 1 else None
        return first, int(found[1]) if found else 0
    return "", 0


def said(error: BaseException | None) -> str:
    """What the database said, for people."""
    first = error.args[0] if error is not None and error.args else ""
    if isinstance(first, dict):
        return str(first.get("M", ""))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return str(error.args[1]) if error is not None and isinstance(first, str) and len(error.args) > 1 else str(error)
