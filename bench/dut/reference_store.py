"""The reference terminal's storage in foreign hands: records altered while it is without power.

Leaves starting and asking it to reference. Altered is what somebody with the disk and a database tool can alter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import apsw

from bench.dut import Alteration, Seat

_DATABASE = "terminal.db"
_CONTENT = "value, low, high, opening, closing"


def alter(seat: Seat, alterations: Sequence[Alteration], codes: Mapping[str, int]) -> tuple[dict[str, str], ...]:
    """See `bench.dut.Alterable`; `codes` are the numbers of the classes in the store."""
    where = _DATABASE if seat.disk or seat.state is None else str(seat.state / _DATABASE)
    connection = apsw.Connection(where, vfs=seat.disk or None)
    try:
        # As the terminal does: the virtual disk has no memory that connections could share.
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("PRAGMA synchronous=FULL")
        rows: list[dict[str, str]] = []
        with connection:
            for wanted in alterations:
                kept = wanted.how == "kept"
                rows += _alter_kept(connection, wanted) if kept else _alter(connection, wanted, codes[wanted.kind])
        return tuple(rows)
    finally:
        connection.close()


_SCOPES = {"certificate": "certificates", "period": "polling period"}


def _alter_kept(connection: apsw.Connection, wanted: Alteration) -> list[dict[str, str]]:
    """Change every setting of a scope: its first word where another is wanted, else one octet in its midst."""
    scope = _SCOPES[wanted.point]
    rows = list(connection.execute("SELECT name, value FROM setting WHERE scope=? ORDER BY name", (scope,)))
    if not rows:
        raise LookupError(f"the store keeps no {wanted.point}")
    for name, value in rows:
        text, at = str(value), len(str(value)) // 2
        _, _, rest = text.partition(" ")
        other = (
            f"{wanted.kind} {rest}" if wanted.kind else f"{text[:at]}{'A' if text[at] != 'A' else 'B'}{text[at + 1 :]}"
        )
        connection.execute("UPDATE setting SET value=? WHERE scope=? AND name=?", (other, scope, name))
    return [{"how": wanted.how, "point": wanted.point, "kind": wanted.kind, "start": "0"}]


def _alter(connection: apsw.Connection, wanted: Alteration, code: int) -> list[dict[str, str]]:
    found = connection.execute("SELECT number FROM point WHERE id=?", (wanted.point,)).fetchone()
    if found is None:
        raise LookupError(f"the store has no {wanted.kind} of {wanted.point}")
    start_s = wanted.start_us // 1_000_000
    key = (code, start_s, found[0])
    where = "WHERE span=? AND start_s=? AND point=?"
    row = connection.execute(f"SELECT value FROM record {where}", key).fetchone()
    if row is None:
        raise LookupError(f"the store has no {wanted.kind} of {wanted.point} at {start_s}")

    def told(point: str, at_s: int) -> dict[str, str]:
        return {"how": wanted.how, "point": point, "kind": wanted.kind, "start": str(at_s * 1_000_000)}

    if wanted.how == "digit":
        value = str(row[0])
        other = value[:-1] + str((int(value[-1]) + 1) % 10)
        connection.execute(f"UPDATE record SET value=? {where}", (other, *key))
        return [told(wanted.point, start_s)]
    if wanted.how == "stamp":
        connection.execute(f"UPDATE record SET start_s=start_s+1, end_s=end_s+1 {where}", key)
        return [told(wanted.point, start_s), told(wanted.point, start_s + 1)]
    if wanted.how == "removed":
        for table in ("record", "fingerprint"):
            connection.execute(f"DELETE FROM {table} {where}", key)
        return [told(wanted.point, start_s)]
    return [told(point, start_s) for point in _swap(connection, key, wanted.point, row[0])]


def _swap(connection: apsw.Connection, key: tuple[int, int, int], point: str, value: str) -> list[str]:
    """Exchange the content of a record with that of another point's record of the same period; both points."""
    others = connection.execute(
        "SELECT record.point, point.id, value FROM record JOIN point ON point.number=record.point"
        " WHERE span=? AND start_s=? AND point<>? AND low IS NULL ORDER BY record.point",
        key,
    )
    other = next((each for each in others if Decimal(each[2]) != Decimal(value)), None)
    if other is None:
        raise LookupError(f"no other point has another value than {point} at {key[1]}")
    contents: dict[int, tuple[str, ...]] = {}
    for number in (key[2], other[0]):
        question = f"SELECT {_CONTENT} FROM record WHERE span=? AND start_s=? AND point=?"
        contents[number] = next(iter(connection.execute(question, (*key[:2], number))))
    for number, taken in ((key[2], contents[other[0]]), (other[0], contents[key[2]])):
        assignments = ", ".join(f"{name}=?" for name in _CONTENT.split(", "))
        connection.execute(
            f"UPDATE record SET {assignments} WHERE span=? AND start_s=? AND point=?", (*taken, *key[:2], number)
        )
    return [point, other[1]]
