"""Configuration from afar: centres added, removed and moved, data items acquired or not (docs/WIRE.md section 5).

Leaves verifying packages to `packages` and serving centres to uplink. All of a configuration is good, or none is taken;
it comes into force with the restart that follows.
"""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable
from typing import Any, cast

from reference_terminal.management import messages
from reference_terminal.model.seams import seam
from reference_terminal.security.keyring import Keyring
from reference_terminal.settings import overlay
from reference_terminal.settings.centres import CentreConfig
from reference_terminal.settings.config import Config, check_centres, with_accounting
from reference_terminal.settings.hosts import is_host
from reference_terminal.settings.overlay import Overlay
from reference_terminal.settings.problems import InputError
from reference_terminal.storage.journal import Journal

CENTRES, REMOVED, ITEMS, ACCOUNTING = "centres", "removed", "items", "accounting"
_CHANGED = ("host", "port", "server_name", "mn", "pw", "st")
"""What another address of a centre that is served already may bring along."""
_NUMBERS = ("port", "minute_interval", "realtime_s", "overtime_s", "recount", "buffer_h")


class _Wrong(Exception):
    """A configuration that is not taken; one sentence."""


class Configuration:
    """Takes configurations for one terminal; `file_config` is that of its file, `now` that in force."""

    def __init__(self, file_config: Config, now: Callable[[], Config], overlay: Overlay, journal: Journal) -> None:
        self._file_config = file_config
        self._now = now
        self._overlay = overlay
        self._journal = journal
        self.check_accounting: Callable[[Config], None] = _unchecked

    def set(self, body: dict[str, Any], issuer: str, put: bool) -> str:
        """Check a configuration, and gather it for the store if `put`; what is wrong with it, empty if nothing."""
        try:
            steps = self._read(body, issuer)
        except _Wrong as error:
            return str(error)
        for step in steps if put else ():
            step()
        return ""

    def _read(self, body: dict[str, Any], issuer: str) -> list[Callable[[], None]]:
        unknown = [name for name in body if name not in (CENTRES, REMOVED, ITEMS, ACCOUNTING)]
        if unknown:
            known = f"{CENTRES}, {REMOVED}, {ITEMS}, {ACCOUNTING}"
            raise _Wrong(f"{unknown[0][:40]!r} is not configured here; known are {known}")
        steps: list[Callable[[], None]] = []
        config = self._named()
        for name in self._list(body, REMOVED):
            config = self._remove(config, str(name), issuer, steps)
        for table in self._list(body, CENTRES):
            config = self._centre(config, _texts(table, CENTRES), issuer, steps)
        problems = check_centres(config)
        if problems:
            raise _Wrong("; ".join(f"{problem.where}: {problem.en}" for problem in problems)[:300])
        if ACCOUNTING in body:
            self._accounting(config, body[ACCOUNTING], issuer, steps)
        self._items([_texts(table, ITEMS) for table in self._list(body, ITEMS)], issuer, steps)
        return steps

    def _named(self) -> Config:
        """What a configuration may name: points of the file and of what was added since, those that are off too."""
        config = self._overlay.with_meters(self._file_config)
        return self._overlay.with_accounting(dataclasses.replace(config, centres=self._now().centres))

    def _list(self, body: dict[str, Any], name: str) -> list[Any]:
        found: Any = body.get(name, [])
        if not isinstance(found, list):
            raise _Wrong(f"expected {name} as a list")
        return cast(list[Any], found)

    def _accounting(self, config: Config, table: object, issuer: str, steps: list[Callable[[], None]]) -> None:
        """Another accounting, as the table of the file would hold it; an empty one: none."""
        text = json.dumps(table, ensure_ascii=False)
        try:
            changed = with_accounting(config, overlay.accounting_table(text))
            self.check_accounting(changed)
        except InputError as error:
            raise _Wrong("; ".join(f"{problem.where}: {problem.en}" for problem in error.problems)[:300]) from None

        def step() -> None:
            self._overlay.put(overlay.ACCOUNTING, overlay.ACCOUNTING_TABLE, text)
            self._journal.event(messages.ACCOUNTING_SET, issuer, issuer=issuer)

        steps.append(step)

    def _remove(self, config: Config, name: str, issuer: str, steps: list[Callable[[], None]]) -> Config:
        if name not in [centre.id for centre in config.centres]:
            raise _Wrong(f"removed: no centre is called {name[:40]!r}")

        def step() -> None:
            self._overlay.remove_centre(name)
            self._overlay.forget_address(name)
            self._journal.event(messages.CENTRE_REMOVED, name, issuer=issuer)

        steps.append(step)
        left = tuple(centre for centre in config.centres if centre.id != name)
        return dataclasses.replace(config, centres=left)

    def _centre(self, config: Config, table: dict[str, Any], issuer: str, steps: list[Callable[[], None]]) -> Config:
        name = str(table.get("id", ""))
        old = next((centre for centre in config.centres if centre.id == name), None)
        if old is not None:
            return self._move(config, old, table, issuer, steps)
        text = _toml(table)
        try:
            centre = overlay.centre_from(text, config)
            wider = dataclasses.replace(config, centres=(*config.centres, centre))
            Keyring(wider, random.Random(0), only_look=True)
        except InputError as error:
            raise _Wrong("; ".join(f"{problem.where}: {problem.en}" for problem in error.problems)[:300]) from None

        def step() -> None:
            self._overlay.add_centre(name, text)
            place = {"protocol": centre.protocol, "host": centre.host, "port": centre.port}
            self._journal.event(messages.CENTRE_ADDED, name, issuer=issuer, **place)

        steps.append(step)
        return wider

    def _move(
        self,
        config: Config,
        old: CentreConfig,
        table: dict[str, Any],
        issuer: str,
        steps: list[Callable[[], None]],
    ) -> Config:
        given = {key: table[key] for key in table if key != "id"}
        wrong = [key for key in given if key not in _CHANGED]
        if wrong:
            raise _Wrong(f"{old.id}.{wrong[0][:40]}: of a centre that is served only {', '.join(_CHANGED)} are changed")
        port = given.get("port", str(old.port))
        if not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65_535):
            raise _Wrong(f"{old.id}.port: expected 1 to 65535, got {port[:40]!r}")
        for key, longest in (("mn", 64), ("pw", 64), ("st", 2)):
            text = given.get(key, "0")
            if not (text.isascii() and text.isalnum() and len(text) <= longest):
                raise _Wrong(f"{old.id}.{key}: expected 1 to {longest} ASCII letters and digits")
        if any(not given[key] or not given[key].isprintable() for key in ("host", "server_name") if key in given):
            raise _Wrong(f"{old.id}.host: expected a name or address")
        if any(not is_host(given[key]) for key in ("host", "server_name") if key in given):
            raise _Wrong(f"{old.id}.host: expected the name or address of a host")
        text = self._overlay.addressed(old.id, given)
        moved = overlay.moved(old, given)

        def step() -> None:
            self._overlay.put(overlay.ADDRESSES, old.id, text)
            before, after = f"{old.host}:{old.port}", f"{moved.host}:{moved.port}"
            self._journal.event(messages.ADDRESS_CHANGED, old.id, issuer=issuer, old=before, new=after)

        steps.append(step)
        others = tuple(moved if centre.id == old.id else centre for centre in config.centres)
        return dataclasses.replace(config, centres=others)

    @seam
    def _items(self, rows: list[dict[str, Any]], issuer: str, steps: list[Callable[[], None]]) -> None:
        known = [point.id for meter in self._named().meters for point in meter.points]
        acquired = {point: self._overlay.get(overlay.ITEMS, point) != overlay.NOT_ACQUIRED for point in known}
        for row in rows:
            point, value = str(row.get("point", "")), str(row.get("acquired", ""))
            if point not in known or value not in (overlay.ACQUIRED, overlay.NOT_ACQUIRED) or len(row) != 2:
                raise _Wrong(f"items: expected a point of this terminal and acquired yes or no, got {point[:40]!r}")
            acquired[point] = value == overlay.ACQUIRED
        if rows and not any(acquired.values()):
            raise _Wrong("items: nothing would be acquired any more; leave one point")

        def step() -> None:
            for row in rows:
                self._overlay.put(overlay.ITEMS, row["point"], row["acquired"])
                self._journal.event(messages.ITEM_SET, row["point"], issuer=issuer, acquired=row["acquired"])

        steps.append(step)


def _unchecked(config: Config) -> None:
    """Nobody knows methods here."""


def _texts(table: object, where: str) -> dict[str, Any]:
    """A table whose members are texts, `codes` a table of texts."""
    members = cast(dict[str, Any], table) if isinstance(table, dict) else {}
    inner = members.get("codes", {})
    texts = [*(value for key, value in members.items() if key != "codes")]
    texts += cast(dict[str, Any], inner).values() if isinstance(inner, dict) else [None]
    if not members or not all(isinstance(value, str) for value in texts):
        raise _Wrong(f"{where}: expected tables whose members are texts")
    return members


def _toml(table: dict[str, Any]) -> str:
    """A centre's table as its configuration file would hold it."""
    lines: list[str] = []
    for key, value in table.items():
        if key == "codes":
            continue
        number = key in _NUMBERS and value.isascii() and value.isdigit() and len(value) <= 6
        lines.append(f"{json.dumps(key)} = {int(value) if number else json.dumps(value)}")
    codes = cast(dict[str, str], table.get("codes", {}))
    lines += ["[codes]", *(f"{json.dumps(point)} = {json.dumps(code)}" for point, code in codes.items())]
    return "\n".join(lines) + "\n"
