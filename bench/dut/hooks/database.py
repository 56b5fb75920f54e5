"""By a query on the product's own database. Leaves rows and fields to the profile's expressions.

The words of the question are bound to the query by name (`:point`, `:from`), never written into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from bench.dut import sentences
from bench.dut.hooks import Question, Way, apart
from simulators.settings import Word
from simulators.values import matching

_WRITES = ("insert", "update", "delete", "replace", "call")


class Database(Way, frozen=True, kw_only=True):
    """`sql` with the query, `database` with its URL: `sqlite:///{{ state }}/gw.db`, `postgresql+psycopg2://…`."""

    chooses = ("sql",)
    templates = ("database",)

    sql: Word
    database: Annotated[str, matching(r"(?s:.+)", *sentences.URL_OF_DATABASE)]

    async def fetch(self, question: Question) -> Any:
        """Its rows by the names of columns; an order gives none."""
        url = question.fill(self.database)
        return await apart(lambda: _rows(url, self.sql, question.query))


def _rows(url: str, query: str, words: Mapping[str, str]) -> list[dict[str, Any]]:
    # Only a profile with a database pays for the library.
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

    try:
        engine = create_engine(url, connect_args={"timeout": 10} if url.startswith("sqlite") else {})
        try:
            asked = text(query)
            names = set(asked.compile().params)
            missing = sorted(names - set(words))
            if missing:
                raise LookupError(f"the query wants :{missing[0]}; the question has {', '.join(words) or 'nothing'}")
            with engine.begin() as connection:
                result = connection.execute(asked, {name: words[name] for name in names})
                if not result.returns_rows:
                    return []
                return [{name: _told(value) for name, value in row.items()} for row in result.mappings()]
        finally:
            engine.dispose()
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise LookupError(str(sentences.DATABASE_URL(error=error))) from None
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise ConnectionError(str(sentences.DATABASE_FAILED(why=why))) from None


def _told(value: object) -> Any:
    """A cell as JSON has it: numbers as the shortest text that is them."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


WAY = Database
