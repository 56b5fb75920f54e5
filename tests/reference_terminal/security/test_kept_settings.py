"""Settings in the store with their check codes: what is altered, removed or put in another's place is not used."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from reference_terminal.security.vault import Vault
from reference_terminal.storage.store import Store

Altering = Callable[[Store], None]


def _sql(*statements: str) -> Altering:
    def alter(store: Store) -> None:
        for statement in statements:
            store.connection.execute(statement)

    return alter


def played(folder: Path, alter: Altering, passphrase: bytes = b"a passphrase of a test") -> tuple[object, ...]:
    """What is left after an alteration between two lives: both settings, those of the scope, what counts as altered."""

    async def run() -> tuple[object, ...]:
        first = Store(str(folder / "t.db"), None, 0.2)
        first.protect(Vault(b"a passphrase of a test", random.Random(1)).code)
        first.keep_setting("period", "m1", "60 1")
        first.keep_setting("period", "m2", "300 1")
        assert first.flush()
        alter(first)
        first.close()
        second = Store(str(folder / "t.db"), None, 0.2)
        try:
            second.protect(Vault(passphrase, random.Random(2)).code)
            kept = second.setting("period", "m1"), second.setting("period", "m2"), second.settings("period")
            altered = second.altered
            second.keep_setting("period", "m1", "900 2")
            assert second.flush() and second.setting("period", "m1") == "900 2"
            return (*kept, altered)
        finally:
            second.close()

    return asyncio.run(run())


def test_what_nobody_touched_is_there_after_a_restart(tmp_path: Path) -> None:
    assert played(tmp_path, _sql()) == ("60 1", "300 1", {"m1": "60 1", "m2": "300 1"}, ())


@pytest.mark.parametrize(
    "statements",
    [
        ("UPDATE setting SET value='5 1' WHERE name='m1'",),
        ("DELETE FROM setting_code WHERE name='m1'",),
        ("DELETE FROM setting WHERE name='m1'",),
        ("UPDATE setting_code SET code=(SELECT code FROM setting_code WHERE name='m2') WHERE name='m1'",),
        (
            "UPDATE setting SET value=(SELECT value FROM setting WHERE name='m2') WHERE name='m1'",
            "UPDATE setting_code SET code=(SELECT code FROM setting_code WHERE name='m2') WHERE name='m1'",
        ),
    ],
    ids=["value", "no code", "no value", "another's code", "another's value and code"],
)
def test_what_was_altered_is_not_used(tmp_path: Path, statements: tuple[str, ...]) -> None:
    assert played(tmp_path, _sql(*statements)) == (None, "300 1", {"m2": "300 1"}, (("period", "m1"),))


def test_another_passphrase_makes_no_code(tmp_path: Path) -> None:
    found = played(tmp_path, _sql(), b"a passphrase of somebody else")
    assert found == (None, None, {}, (("period", "m1"), ("period", "m2")))


def test_the_number_of_the_last_message_bears_no_code(tmp_path: Path) -> None:
    found = played(tmp_path, _sql("INSERT OR REPLACE INTO setting VALUES ('terminal','qn_ms','7')"))
    assert found[-1] == ()
