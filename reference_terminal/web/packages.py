"""The local interface to signed packages and to backups of the configuration, as files.

Leaves HTTP to `server`, verifying and keeping to the management room. Who may hand a package over is decided by its
signature, who may hand a backup over by its seal; the author is written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from reference_terminal.management import backup, reasons
from reference_terminal.management.installer import Installer
from reference_terminal.management.packages import PackageRefused
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Text
from reference_terminal.security.keyring import Keyring
from reference_terminal.settings.config import Config
from reference_terminal.settings.problems import InputError
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.web import messages, refusals
from reference_terminal.web.router import Addresses, Right, route
from reference_terminal.web.server import Request

_MOST_AUTHOR = 64


class Needs(Protocol):
    """What these addresses use of a terminal."""

    config: Config
    clock: WallClock
    store: Store
    journal: Journal
    keyring: Keyring
    installer: Installer

    def try_settings(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Start with these settings for a try. Raises InputError where the terminal could not be started with them."""
        ...

    def restart_soon(self) -> None:
        """Start anew once whoever asked for it has had the answer."""
        ...


class PackageApi(Addresses):
    """Packages and backups, in and out."""

    def __init__(self, terminal: Needs) -> None:
        self._terminal = terminal

    @route("GET", "packages", right=Right.STATE)
    def packages(self, query: dict[str, str]) -> Any:
        """What is installed."""
        del query
        return {"packages": self._terminal.installer.in_force(), "version": self._terminal.installer.version}

    @route("POST", "package", right=Right.UPGRADE, query=("author",))
    def take(self, query: dict[str, str], request: Request) -> Any:
        """Take a signed package."""
        author = _author(query)
        _check_json(request)
        outcome = self._terminal.installer.take(request.body, f"file by {author}")
        return {"result": outcome.result, "message": outcome.message}

    @route("POST", "configuration-backup", right=Right.CONFIGURE, query=("author",))
    def back_up(self, query: dict[str, str], request: Request) -> Any:
        """The settings made at run time, sealed."""
        del request
        author, terminal = _author(query), self._terminal
        made = backup.make(terminal.store, terminal.config.name, terminal.clock.now_s(), terminal.keyring.vault)
        count = len(made["settings"])
        told, name = messages.CONFIGURATION_BACKED_UP, terminal.config.name
        # Nothing is handed out whose entry lost power could take away.
        if not terminal.store.attempt(lambda: terminal.journal.event(told, name, author=author, count=count)):
            raise refusals.NOT_RECORDED()
        return made

    @route("POST", "configuration-restore", right=Right.CONFIGURE, query=("author",))
    def restore(self, query: dict[str, str], request: Request) -> Any:
        """Put a backup in force; nothing of it if anything in it is not sound."""
        author, terminal = _author(query), self._terminal
        _check_json(request)
        try:
            rows = backup.read(request.body, terminal.keyring.vault)
            _try(terminal, rows)
        except PackageRefused as error:
            refused = messages.CONFIGURATION_RESTORE_REFUSED
            terminal.journal.event(refused, terminal.config.name, author=author, reason=error.said)
            raise refusals.PACKAGE_REFUSED(said=error.said) from None

        def gather() -> None:
            backup.restore(terminal.store, rows)
            restored = messages.CONFIGURATION_RESTORED
            terminal.journal.event(restored, terminal.config.name, author=author, count=len(rows))

        if not terminal.store.attempt(gather):
            raise refusals.NOT_RESTORED()
        terminal.restart_soon()
        return {"restored": len(rows)}


def _try(terminal: Needs, rows: Sequence[tuple[str, str, str]]) -> None:
    """Raise PackageRefused for settings that the terminal could not start with."""
    try:
        terminal.try_settings(rows)
    except InputError as error:
        first = error.problems[0]
        raise PackageRefused(reasons.WOULD_NOT_START(problem=Text(f"{first.where}: {first.en}", first.zh))) from None


def _author(query: dict[str, str]) -> str:
    author = query.get("author", "").strip()
    if not author or len(author) > _MOST_AUTHOR or not author.isprintable():
        raise refusals.AUTHOR_NOT_PRINTABLE(most=_MOST_AUTHOR)
    return author


def _check_json(request: Request) -> None:
    if request.content_type != "application/json":
        raise refusals.NOT_JSON()
