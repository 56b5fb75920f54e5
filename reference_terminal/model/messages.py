"""A sentence for a person in English and Chinese, known by a code that never changes.

Leaves the sentences to the table of each room (`<room>/messages.py`). Codes are what programs decide by: an
entry of the log and an alarm bear that of their message (docs/TERMINALS.md).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from reference_terminal.model.words import in_chinese

CLEARED = ".cleared"
"""What follows an alarm's code in the entry of the log that tells its end."""


@dataclass(frozen=True)
class Text:
    """The same in two languages; `fields` are what was filled into the message of that `code`, where it is of one."""

    en: str
    zh: str
    fields: Mapping[str, object] = field(default_factory=dict[str, object], compare=False, repr=False)
    code: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.en} / {self.zh}"


class Bilingual(Protocol):
    """What says something in two languages, such as an error."""

    @property
    def en(self) -> str:
        """In English."""
        ...

    @property
    def zh(self) -> str:
        """In Chinese."""
        ...


def text_of(said: Bilingual) -> Text:
    """What an error says."""
    return Text(said.en, said.zh)


@dataclass(frozen=True)
class Message:
    """One row of a table: `{name}` in a sentence is a field, in the language of the sentence if it is a `Text`."""

    code: str
    kind: str
    en: str
    zh: str

    def text(self, fields: dict[str, object]) -> Text:
        """The sentences with their fields."""
        en = {name: value.en if isinstance(value, Text) else value for name, value in fields.items()}
        zh = {name: value.zh if isinstance(value, Text) else in_chinese(name, value) for name, value in fields.items()}
        return Text(self.en.format(**en), self.zh.format(**zh), fields, self.code)

    def __call__(self, **fields: object) -> Text:
        return self.text(fields)


@dataclass(frozen=True)
class Alarm(Message):
    """A message that stands until its cause is gone."""


def listing(names: Collection[str]) -> Text:
    """Names one after the other, as each language separates them."""
    return Text(", ".join(names), "、".join(names))


class Refused(Exception):
    """What cannot be taken or done, and the message that says why."""

    def __init__(self, said: Text) -> None:
        super().__init__(str(said))
        self.said = said

    @property
    def en(self) -> str:
        """Why, in English."""
        return self.said.en

    @property
    def zh(self) -> str:
        """Why, in Chinese."""
        return self.said.zh


def reason(code: str, *, en: str, zh: str) -> Message:
    """Why something is refused, or what is wrong with it: part of what is answered and logged, never an entry alone."""
    return Message(code, "", en, zh)


def event(code: str, *, en: str, zh: str, kind: str = "") -> Message:
    """A message of the log; its kind, which several may share, is its code in words unless another is named."""
    return Message(code, kind or code.replace("-", " "), en, zh)


def alarm(code: str, *, en: str, zh: str) -> Alarm:
    """A message that an alarm is raised with; its kind is its code in words."""
    return Alarm(code, code.replace("-", " "), en, zh)
