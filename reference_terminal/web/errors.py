"""A request that cannot be served, and the form of the sentences that say so.

Leaves the sentences to `refusals`, and which of them is told to the addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reference_terminal.model.messages import Message, Text


class HttpError(Exception):
    """A request that cannot be served: status, one sentence in each language, header fields for the answer.

    `id` is that of its row in `refusals` (empty: none). `code`, where there is one, never changes, goes out with the
    sentences and is what programs decide by.
    """

    def __init__(
        self,
        status: int,
        en: str,
        zh: str,
        headers: Mapping[str, str] | None = None,
        code: str = "",
        id: str = "",
    ) -> None:
        super().__init__(en)
        self.id = id
        self.code = code
        self.status = status
        self.en = en
        self.zh = zh
        self.headers: Mapping[str, str] = headers or {}


@dataclass(frozen=True)
class Refusal:
    """A row of the table: id, HTTP status, the sentences, header fields; called with the fields of the sentences.

    `coded`: its id goes out as `code`.
    """

    id: str
    status: int
    en: str
    zh: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    coded: bool = False

    def text(self, **fields: object) -> Text:
        """The sentences with their fields; one that is a `Text` is in the language of the sentence."""
        return Message(self.id, "", self.en, self.zh).text(fields)

    def with_status(self, status: int) -> Refusal:
        """The same under another status."""
        return replace(self, status=status)

    def after(self, retry_s: int) -> Refusal:
        """The same, and when to try again (s; 0: nothing is said)."""
        return replace(self, headers={**self.headers, "Retry-After": str(retry_s)}) if retry_s else self

    def __call__(self, **fields: object) -> HttpError:
        said = self.text(**fields)
        return HttpError(self.status, said.en, said.zh, self.headers, self.id if self.coded else "", self.id)


def refusal(
    id: str,
    status: int,
    *,
    en: str,
    zh: str,
    headers: Mapping[str, str] | None = None,
    retry_s: int = 0,
    coded: bool = False,
) -> Refusal:
    """A row of the table; `retry_s` says when to try again."""
    return Refusal(id, status, en, zh, headers or {}, coded).after(retry_s)
