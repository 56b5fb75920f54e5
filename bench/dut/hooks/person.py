"""By a person at the product's screen, for what no program reaches. Leaves showing the question to `bench.operator`.

Asked for rows the person types a table; asked to do something, the person confirms that it is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from bench.dut import sentences
from bench.dut.hooks import Question, Way
from bench.operator.person import DO, TELL
from bench.operator.person import Question as Asked
from bench.operator.tables import table


class ByPerson(Way):
    """`person` with what to do or to look up, in one language or both: `{ en = "…", zh = "…" }`; `tells` columns."""

    chooses = ("person",)
    keys = frozenset(("tells",))

    def problems(self, asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """A text, or one for each language."""
        words = asked["person"]
        if not isinstance(words, str) and not (isinstance(words, dict) and {"en", "zh"} == set(words)):
            yield "person", 'a sentence, or { en = "…", zh = "…" }'
        tells = asked.get("tells", [])
        if not isinstance(tells, list) or not all(isinstance(name, str) for name in tells):
            yield "tells", "a list of names of columns"

    async def fetch(self, asked: Mapping[str, Any], question: Question) -> Any:
        """The rows that were typed; none of an order. Raises NoAnswer, a TimeoutError."""
        if question.desk is None:
            raise LookupError(str(sentences.NOBODY()))
        given = cast("str | dict[str, str]", asked["person"])
        words = {"en": given, "zh": given} if isinstance(given, str) else given
        columns = tuple(asked.get("tells", ()))
        en, zh = question.fill(words["en"]), question.fill(words["zh"])
        if not columns:
            await question.desk.ask(Asked(question.what, DO, en, zh))
            return []
        answer = await question.desk.ask(Asked(question.what, TELL, en, zh, multiline=True))
        return list(table(answer.text, columns))


WAY = ByPerson()
