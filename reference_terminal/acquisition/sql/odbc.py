"""A database asked through ODBC: whatever driver the connection string names.

Leaves what rows mean to `row_source`. A connection is opened for each question and what it began is never committed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

PREFIX = "odbc:"
"""A URL of this scheme is followed by the connection string."""


class NotAnswered(Exception):
    """The driver gave an error, which is the cause of this one."""


def ask(url: str, query: str, after: int, patience_s: int) -> Sequence[Any]:
    """The rows after an id. Raises NotAnswered; ImportError where there is no driver manager (unixODBC)."""
    import pyodbc

    try:
        connection = pyodbc.connect(url.removeprefix(PREFIX), autocommit=False, readonly=True, timeout=patience_s)
    except pyodbc.Error as error:
        raise NotAnswered from error
    try:
        with contextlib.suppress(pyodbc.Error):
            # A driver may know no limit for an answer; then what the connection string says is all there is.
            connection.timeout = patience_s
        asked = query.count(":after")
        found = connection.cursor().execute(query.replace(":after", "?"), [after] * asked).fetchall()
        return [tuple(row) for row in found]
    except pyodbc.Error as error:
        raise NotAnswered from error
    finally:
        connection.close()
