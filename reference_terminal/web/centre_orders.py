"""Adding and removing data centres, and renewing a certificate, at the local interface (ISC-2 7.2.4(3), CSMT 7.3).

Leaves what a centre's table may hold to `settings.centres` and keeping it to `settings.overlay`. Every order
names its author, is in the event log before it is confirmed, and comes into force a second later without touching
the other queues.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from reference_terminal.crypto import certificates
from reference_terminal.crypto.certificates import CertificateError
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import text_of
from reference_terminal.net.channel import needs_own
from reference_terminal.platform import Platform
from reference_terminal.security.keyring import Keyring
from reference_terminal.settings import overlay
from reference_terminal.settings.config import Config
from reference_terminal.settings.overlay import Overlay
from reference_terminal.settings.problems import InputError, as_text
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.outbox import Outbox
from reference_terminal.storage.store import Store
from reference_terminal.web import messages, refusals
from reference_terminal.web.parameters import shown
from reference_terminal.web.router import Addresses, Right, route

_MOST_AUTHOR = 100


class Needs(Protocol):
    """What these addresses use of a terminal."""

    config: Config
    platform: Platform
    clock: WallClock
    store: Store
    overlay: Overlay
    journal: Journal
    keyring: Keyring
    outboxes: dict[str, Outbox]

    def restart_soon(self) -> None:
        """Start anew once whoever asked for it has had the answer."""
        ...


class CentreOrders(Addresses):
    """Orders that change the set of centres."""

    def __init__(self, terminal: Needs) -> None:
        self._terminal = terminal

    @route("POST", "centre-add", right=Right.CONFIGURE, body=("settings", "author"))
    def add_from(self, fields: dict[str, str]) -> Any:
        """Take a centre."""
        return self.add(fields["settings"], _author(fields))

    @route("POST", "centre-remove", right=Right.CONFIGURE, body=("centre", "author"))
    def remove_named(self, fields: dict[str, str]) -> Any:
        """End a centre."""
        return self.remove(fields["centre"], _author(fields))

    @route("POST", "centre-certificate", right=Right.SECURE, body=("centre", "certificate", "key", "author"))
    def renew_with(self, fields: dict[str, str]) -> Any:
        """Take a certificate."""
        return self.renew(fields["centre"], fields["certificate"], fields["key"], _author(fields))

    def add(self, settings: str, author: str) -> Any:
        """Take a centre, given as the TOML text of its table in the configuration file."""
        terminal = self._terminal
        try:
            centre = overlay.centre_from(settings, terminal.config)
            wider = overlay.with_centre(terminal.config, centre)
            Keyring(wider, terminal.platform.random, only_look=True)
        except InputError as error:
            raise refusals.BAD_CENTRE(said=as_text(error.problems)) from None

        def gather() -> None:
            terminal.overlay.add_centre(centre.id, settings)
            place = {"protocol": centre.protocol, "host": centre.host, "port": centre.port}
            terminal.journal.event(messages.CENTRE_ADDED, centre.id, author=author, **place)

        self._keep(gather)
        return {"added": centre.id}

    def remove(self, name: str, author: str) -> Any:
        """End a centre: its connection, its queue; what it has been sent stays in the store."""
        terminal = self._terminal
        if name not in terminal.outboxes:
            known = ", ".join(terminal.outboxes) or "none"
            raise refusals.NO_CENTRE_OF(got=shown(name), known=known)
        pending = terminal.outboxes[name].counts()["pending"]

        def gather() -> None:
            terminal.overlay.remove_centre(name)
            terminal.journal.event(messages.CENTRE_REMOVED, name, author=author, pending=pending)

        self._keep(gather)
        return {"removed": name, "pending": pending}

    def renew(self, name: str, certificate: str, key: str, author: str) -> Any:
        """Take the terminal's own new certificate and key for a centre; one that could not be used is refused."""
        terminal = self._terminal
        security = terminal.keyring.security.get(name)
        if security is None or terminal.keyring.vault is None or not needs_own(security.channel):
            known = (
                ", ".join(each for each, one in terminal.keyring.security.items() if needs_own(one.channel)) or "none"
            )
            raise refusals.NO_CERTIFIED_CENTRE(got=shown(name), known=known)
        try:
            made = certificates.identity(name, certificate, key)
            now_s = terminal.clock.now_s()
            made.check(now_s)
            certificates.verify_chain(f"{name} certificate", certificate, security.anchors, now_s)
        except CertificateError as error:
            raise refusals.CERTIFICATE_REFUSED(said=text_of(error)) from None

        def gather() -> None:
            terminal.overlay.renew(name, certificate, key)
            terminal.journal.event(messages.CERTIFICATE_RENEWED, name, author=author, serial=made.leaf.serial)

        self._keep(gather)
        return {"renewed": name, "serial": made.leaf.serial}

    def _keep(self, gather: Callable[[], None]) -> None:
        if not self._terminal.store.attempt(gather):
            raise refusals.NOT_RECORDED()
        self._terminal.restart_soon()


def _author(fields: dict[str, str]) -> str:
    author = fields["author"].strip()
    if not author or len(author) > _MOST_AUTHOR or not author.isprintable():
        raise refusals.NOT_PRINTABLE(key="author", most=_MOST_AUTHOR)
    return author
