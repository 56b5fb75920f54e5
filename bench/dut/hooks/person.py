"""By a person at the product's screen, for what no program reaches. Leaves showing the question to `bench.operator`.

Asked for rows the person types a table; asked to do something, the person confirms that it is done.
"""

from __future__ import annotations

from typing import Annotated, Any

from bench.dut import sentences
from bench.dut.hooks import Question, Way
from bench.operator.person import DO, TELL
from bench.operator.person import Question as Asked
from bench.operator.tables import table
from simulators.settings import Settings, Word
from simulators.values import wanting


class _Both(Settings, frozen=True, kw_only=True):
    en: Word
    zh: Word


class ByPerson(Way, frozen=True, kw_only=True):
    """`person` with what to do or to look up, in one language or both: `{ en = "…", zh = "…" }`; `tells` columns."""

    chooses = ("person",)

    person: Annotated[_Both | str, wanting(*sentences.WORDS_FOR_PERSON)]
    tells: tuple[str, ...] = ()

    async def fetch(self, question: Question) -> Any:
        """The rows that were typed; none of an order. Raises NoAnswer, a TimeoutError."""
        if question.desk is None:
            raise LookupError(str(sentences.NOBODY()))
        words = _Both(en=self.person, zh=self.person) if isinstance(self.person, str) else self.person
        en, zh = question.fill(words.en), question.fill(words.zh)
        if not self.tells:
            await question.desk.ask(Asked(question.what, DO, en, zh))
            return []
        answer = await question.desk.ask(Asked(question.what, TELL, en, zh, multiline=True))
        return list(table(answer.text, self.tells))


WAY = ByPerson
