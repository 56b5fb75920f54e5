"""Adding meters of every protocol at the local interface, and taking added ones away (CSMT 11.3).

Leaves what a table may hold to `settings`. An order names its author, is in the event log before it is confirmed and
holds a second later; stored values of a meter that is taken away stay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from reference_terminal.platform import Platform
from reference_terminal.security.keyring import Keyring
from reference_terminal.settings import overlay
from reference_terminal.settings.config import Config, with_meters
from reference_terminal.settings.meters import read_meter
from reference_terminal.settings.overlay import Overlay, tables_of
from reference_terminal.settings.problems import InputError, as_text
from reference_terminal.settings.reader import Section
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.web import messages, refusals
from reference_terminal.web.parameters import shown
from reference_terminal.web.router import Addresses, Right, route

_MOST_AUTHOR = 100


class Needs(Protocol):
    """What these addresses use of a terminal."""

    config: Config
    platform: Platform
    store: Store
    overlay: Overlay
    journal: Journal

    def restart_soon(self) -> None:
        """Start anew once whoever asked for it has had the answer."""
        ...


class MeterOrders(Addresses):
    """Orders that change the set of meters."""

    def __init__(self, terminal: Needs) -> None:
        self._terminal = terminal

    @route("GET", "meters-added", right=Right.STATE)
    def added(self, query: dict[str, str]) -> Any:
        """The meters that were added at the terminal."""
        del query
        return {"meters": self._added()}

    @route("POST", "meter-add", right=Right.CONFIGURE, body=("settings", "author"))
    def add(self, fields: dict[str, str]) -> Any:
        """Take a meter, given as the TOML text of the tables that the configuration file would have for it."""
        terminal, text = self._terminal, fields["settings"]
        author = _author(fields)
        try:
            wider = with_meters(terminal.config, tables_of(text))
            Keyring(wider, terminal.platform.random, only_look=True)
        except InputError as error:
            raise refusals.BAD_METERS(said=as_text(error.problems)) from None
        before = {meter.id for meter in (*terminal.config.meters, *terminal.config.standbys)}
        made = [meter for meter in (*wider.meters, *wider.standbys) if meter.id not in before]
        name = made[0].id

        def gather() -> None:
            terminal.overlay.put(overlay.METERS, name, text)
            for meter in made:
                terminal.journal.event(messages.METERS_ADDED, meter.id, author=author, points=len(meter.points))

        self._keep(gather)
        return {"added": [meter.id for meter in made]}

    @route("POST", "meter-remove", right=Right.CONFIGURE, body=("meter", "author"))
    def remove(self, fields: dict[str, str]) -> Any:
        """Take away what was added under the name of a meter."""
        terminal, name, author = self._terminal, fields["meter"], _author(fields)
        if name not in self._added():
            raise refusals.NO_ADDED_METER(got=shown(name), known=", ".join(self._added()) or "none")
        self._check_unnamed(name)

        def gather() -> None:
            terminal.overlay.put(overlay.METERS, name, "")
            terminal.journal.event(messages.METERS_REMOVED, name, author=author)

        self._keep(gather)
        return {"removed": name}

    def _check_unnamed(self, name: str) -> None:
        """Raise HttpError (409) where a centre has a code for what would be gone."""
        kept = Section(tables_of(self._terminal.overlay.get(overlay.METERS, name)), "", [])
        gone = [point.id for section in kept.sections("meters") for point in read_meter(section).points]
        for centre in self._terminal.config.centres:
            for point in gone:
                if point in centre.codes:
                    raise refusals.METER_NAMED(meter=name, centre=centre.id, point=point)

    def _added(self) -> list[str]:
        return [name for name, text in self._terminal.overlay.all(overlay.METERS).items() if text]

    def _keep(self, gather: Callable[[], None]) -> None:
        if not self._terminal.store.attempt(gather):
            raise refusals.NOT_RECORDED()
        self._terminal.restart_soon()


def _author(fields: dict[str, str]) -> str:
    author = fields["author"].strip()
    if not author or len(author) > _MOST_AUTHOR or not author.isprintable():
        raise refusals.NOT_PRINTABLE(key="author", most=_MOST_AUTHOR)
    return author
