"""What somebody gave and the local interface refused, put into the log.

Leaves what is refused to the addresses.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Protocol

from reference_terminal.model.messages import Text
from reference_terminal.processing import messages
from reference_terminal.settings.config import Config
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.web.errors import HttpError
from reference_terminal.web.parameters import shown


class Needs(Protocol):
    """What is used of a terminal."""

    config: Config
    journal: Journal
    store: Store


@contextmanager
def refusal_logged(terminal: Needs, what: str, fields: Mapping[str, str]) -> Generator[None]:
    """Put into the log what is refused within: of what (as it was given), who wanted it, and why."""
    try:
        yield
    except HttpError as error:
        said = {"author": _short(fields.get("author", "")), "what": _short(what)}
        terminal.journal.event(messages.INPUT_REFUSED, terminal.config.name, **said, reason=Text(error.en, error.zh))
        terminal.store.flush()
        raise


def _short(text: str) -> str:
    """What somebody gave, for a line of the log."""
    return shown(text.strip()) if text.strip() else "-"
