"""The rules of login and log in force: those of the configuration, and what was set over them at run time.

Leaves what a rule may be to `settings.accounts`.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec import structs

from reference_terminal.access import messages, reasons
from reference_terminal.model.messages import Refused, listing, text_of
from reference_terminal.model.seams import seam
from reference_terminal.settings.accounts import RulesConfig, network_of
from reference_terminal.settings.problems import Problem
from reference_terminal.settings.reader import Section
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

SCOPE = "access"
SETTABLE = (
    "max_failures",
    "lock_s",
    "idle_s",
    "session_s",
    "password_days",
    "min_length",
    "min_classes",
    "former",
    "administrators_from",
)


class RuleRefused(Refused):
    """A rule that cannot be set."""


class Rules:
    """Called: the rules in force."""

    def __init__(self, config: RulesConfig, store: Store, journal: Journal) -> None:
        given = {name: getattr(config, name) for name in RulesConfig.__struct_fields__}
        self._config = RulesConfig(**given)
        self._store = store
        self._journal = journal
        self._in_force = self._read()

    def __call__(self) -> RulesConfig:
        """The rules in force."""
        return self._in_force

    def _read(self) -> RulesConfig:
        kept = self._store.settings(SCOPE)
        return structs.replace(self._config, **{name: _of(text) for name, text in kept.items() if name in SETTABLE})

    def set(self, name: str, text: str, author: str) -> bool:
        """Set a rule, as JSON text; False if the store cannot be written. Raises RuleRefused."""
        if name not in SETTABLE:
            raise RuleRefused(reasons.UNKNOWN_RULE(known=listing(SETTABLE)))
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            raise RuleRefused(reasons.RULE_NO_JSON()) from None
        problems: list[Problem] = []
        section = Section({name: value}, "", problems)
        changed = getattr(section.read(RulesConfig), name)
        if name == "administrators_from" and any(network_of(each) is None for each in changed):
            raise RuleRefused(reasons.RULE_NO_ADDRESSES())
        if problems:
            raise RuleRefused(text_of(problems[0]))
        before = _text(getattr(self._in_force, name))

        def gather() -> None:
            self._store.keep_setting(SCOPE, name, _text(changed))
            self._journal.event(messages.RULE_SET, name, author=author, before=before, after=_text(changed))

        if not self._store.attempt(gather):
            return False
        self._in_force = structs.replace(self._in_force, **{name: changed})
        return True

    @seam
    def told(self) -> dict[str, Any]:
        """The rules in force by name."""
        return {name: getattr(self._in_force, name) for name in (*SETTABLE, "audit_days", "audit_entries")}


def _of(text: str) -> Any:
    value = json.loads(text)
    return tuple(value) if isinstance(value, list) else value


def _text(value: Any) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value)
