"""Takes packages over: kept in one transaction, in force from their day on; programs on trial until they have run.

Leaves verification to `packages`, contents to `contents`, running applications to `applications` and restarting to
the terminal. What a package changes and the note that it was taken are one transaction, so that a power cut finds
either all of it or nothing. A program stays on trial over its first start; one that does not get through its own check,
or dies twice before it has run for a minute, is dropped for the one before, and so is one that is stopped from afar.
The reference terminal's program and modules are records of their versions: their code stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import apsw
import msgspec

from reference_terminal.crypto.certificates import Trusted
from reference_terminal.management import messages, reasons
from reference_terminal.management.accounting import KINDS, AccountingPackages
from reference_terminal.management.contents import read_content
from reference_terminal.management.packages import Package, PackageRefused, open_package, rank
from reference_terminal.model.clock import WallClock
from reference_terminal.model.seams import seam
from reference_terminal.model.times import iso
from reference_terminal.settings.overlay import DUE, Overlay
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

BUILT_IN = "1.0.0"
"""The version of the program as delivered."""
PROGRAM_MARK = b"carbonbench-reference "
"""How the octets of a program of this terminal begin; its version and a line end follow."""
APPLICATION_MARK = b"carbonbench-application "
"""How the octets of an application begin; its name, a blank, its version and a line end follow."""
MODULES = ("acquisition", "uplink", "interface")
"""Parts of the program that are upgraded by themselves, as applications that cannot be removed."""
TRIAL_S = 60
MOST_STARTS = 2
_TAKEN, _TRIAL, _DROPPED, _STOPPED = "taken", "trial", "dropped", "stopped"
_KEPT = f"state NOT IN ('{_DROPPED}','{_STOPPED}')"
_APPLICATIONS = ("application", "removal")
"""They have one line of versions for each name, so that no package can be played again."""

SetParameters = Callable[[dict[str, str], bool], str]
"""Checks named parameters (False) or gathers them for the store as well (True); what is wrong, empty if nothing."""
Configure = Callable[[dict[str, Any], str, bool], str]
"""The same for a configuration, with the name of its issuer."""


@dataclass(frozen=True)
class Outcome:
    """What became of a package: done, refused, failed or stopped, and one sentence."""

    result: str
    message: str


class Installer:
    """The packages of one terminal."""

    def __init__(
        self,
        store: Store,
        clock: WallClock,
        journal: Journal,
        trusted: Trusted | None,
        parameters: SetParameters,
        settings: Overlay,
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._journal = journal
        self._trusted = trusted
        self._parameters = parameters
        self.configure: Configure = _no_configuration
        self.accounting: AccountingPackages | None = None
        self.restart: Callable[[], None] = _nothing
        self.application_changed: Callable[[str], None] = _ignored
        self._came = asyncio.Event()

    # What there is

    @property
    def version(self) -> str:
        """The version of the program that runs, on trial or not."""
        row = self._row(f"SELECT version FROM package WHERE kind='upgrade' AND {_KEPT} ORDER BY number DESC")
        return BUILT_IN if row is None else str(row[0])

    @property
    def on_trial(self) -> bool:
        """Whether the program that runs has yet to show that it does."""
        return self._row("SELECT 1 FROM package WHERE state=?", _TRIAL) is not None

    def in_force(self) -> list[dict[str, str]]:
        """Of each kind and name the latest version whose day has come; applications until they are removed."""
        rows = self._store.connection.execute(
            f"SELECT kind, name, version, valid_from_s FROM package WHERE {_KEPT} AND valid_from_s<=? ORDER BY number",
            (self._clock.now_s(),),
        )
        found: dict[tuple[str, str], tuple[Any, ...]] = {}
        for row in rows:
            found[row[0], row[1]] = row
            if row[0] == "removal":
                del found[row[0], row[1]]
                found.pop(("application", row[1]), None)
        return [
            {"kind": kind, "name": name, "version": version, "valid_from": iso(since) if since else ""}
            for kind, name, version, since in found.values()
        ]

    def applications(self) -> dict[str, str]:
        """Name and version of the program's modules and of every application that is installed."""
        installed = {row["name"]: row["version"] for row in self.in_force() if row["kind"] == "application"}
        return {**dict.fromkeys(MODULES, BUILT_IN), **installed}

    # Taking over

    def take(self, octets: bytes, source: str) -> Outcome:
        """Verify a package and take it over; durable before this returns `done`."""
        try:
            if self._trusted is None:
                raise PackageRefused(reasons.NO_ANCHOR())
            package = open_package(octets, self._trusted, self._clock.now_s())
            newest = self._newest(package)
            if newest is not None and _same(newest, package):
                return Outcome("done", f"{package.kind} {package.name} {package.version} is in the terminal already")
            if newest is not None and package.rank <= rank(newest.version):
                raise PackageRefused(reasons.NOT_NEWER(version=package.version, newest=newest.version))
            self._check(package)
        except PackageRefused as error:
            self._tell_refused(source, error)
            self._store.flush()
            return Outcome("refused", error.en)
        if package.kind == "application" and not _is_ours(package):
            said = {"name": package.name, "version": package.version}
            self._journal.event(messages.APPLICATION_DROPPED, source, **said)
            self._store.flush()
            return Outcome("failed", messages.APPLICATION_DROPPED(**said).en)
        return self._keep(package, source)

    @seam
    def _tell_refused(self, source: str, error: PackageRefused) -> None:
        self._journal.event(messages.PACKAGE_REFUSED, source, reason=error.said)

    @seam
    def _newest(self, package: Package) -> Package | None:
        kinds = _APPLICATIONS if package.kind in _APPLICATIONS else (package.kind,)
        named = "" if package.kind == "upgrade" else " AND name=?"
        row = self._row(
            f"SELECT kind, version, sm3 FROM package WHERE kind IN (?,?) AND {_KEPT}{named} ORDER BY number DESC",
            kinds[0],
            kinds[-1],
            *((package.name,) if named else ()),
        )
        if row is None and (package.kind == "upgrade" or (package.name in MODULES and package.kind in _APPLICATIONS)):
            row = (package.kind, BUILT_IN, "")
        return None if row is None else Package(row[0], package.name, row[1], 0, "", b"", row[2], "")

    @seam
    def _check(self, package: Package) -> None:
        """Raise PackageRefused for a content that this terminal cannot use."""
        if package.kind == "upgrade":
            if self.on_trial:
                raise PackageRefused(reasons.ON_TRIAL())
            return
        if package.kind == "application":
            return
        if package.kind == "removal":
            if package.name in MODULES:
                raise PackageRefused(reasons.PART_OF_PROGRAM(name=package.name))
            if package.name not in self.applications():
                raise PackageRefused(reasons.NOT_INSTALLED(name=repr(package.name)))
            return
        body = read_content(package)
        wrong = ""
        if package.kind == "parameters":
            wrong = self._parameters(body, False)
        elif package.kind == "configuration":
            wrong = self.configure(body, package.issuer, False)
        elif self.accounting is not None:
            refusal = self.accounting.refused(package, body, self._clock.now_s())
            if refusal is not None:
                raise PackageRefused(refusal)
        if wrong:
            raise PackageRefused(reasons.PARAMETERS_WRONG(problem=wrong))

    @seam
    def _keep(self, package: Package, source: str) -> Outcome:
        upgrade = package.kind == "upgrade"

        def gather() -> None:
            def step(connection: apsw.Connection) -> None:
                connection.execute(
                    "INSERT INTO package (kind, name, version, valid_from_s, created, sm3, issuer, source, taken_ms,"
                    " state, starts, applied, content) VALUES (?,?,?,?,?,?,?,?,?,?,0,?,?)",
                    (
                        package.kind, package.name, package.version, package.valid_from_s, package.created,
                        package.digest, package.issuer, source, self._clock.now_ms(),
                        _TRIAL if upgrade else _TAKEN, int(now), self._as_kept(package),
                    ),
                )  # fmt: skip

            self._store.add_step(step)
            if now:
                self._put_in_force(package.kind, package.content, package.issuer)
            elif package.kind == "configuration":
                self._settings.put(DUE, f"{package.name} {package.version}", package.content.decode())
            if accounting is not None:
                changed.append(accounting.gather(package, read_content(package), self._clock.now_s(), source))
            self._journal.event(
                messages.PACKAGE_TAKEN,
                source,
                kind=package.kind,
                name=package.name,
                version=package.version,
                issuer=package.issuer,
            )

        now = package.valid_from_s <= self._clock.now_s()
        accounting = self.accounting if package.kind in KINDS else None
        changed: list[bool] = []
        if not self._store.attempt(gather):
            return Outcome("failed", "the store cannot be written now; nothing was taken over")
        self._came.set()
        if accounting is not None and any(changed):
            accounting.taken()
        if upgrade or package.kind == "configuration":
            self.restart()
        elif package.kind in _APPLICATIONS:
            self.application_changed(package.name)
        return Outcome("done", f"{package.kind} {package.name} {package.version} taken over")

    @seam
    def _as_kept(self, package: Package) -> bytes:
        """A content as it stays in the store: what a configuration says is kept, sealed, by the settings alone."""
        return b"" if package.kind == "configuration" else package.content

    def _put_in_force(self, kind: str, content: bytes, issuer: str) -> None:
        if kind == "parameters":
            self._parameters(msgspec.json.decode(content)["parameters"], True)
        elif kind == "configuration":
            self.configure(msgspec.json.decode(content)["configuration"], issuer, True)

    def apply_due(self) -> None:
        """Put parameters and configurations in force whose day has come."""
        rows = self._store.connection.execute(
            "SELECT number, kind, name || ' ' || version, content, issuer FROM package"
            " WHERE kind IN ('parameters','configuration')"
            " AND applied=0 AND valid_from_s<=? ORDER BY number",
            (self._clock.now_s(),),
        ).fetchall()
        for number, kind, named, content, issuer in cast(list[tuple[int, str, str, bytes, str]], rows):
            done = self._store.attempt(partial(self._apply, number, kind, named, content, issuer))
            if done and kind == "configuration":
                self.restart()

    def _apply(self, number: int, kind: str, named: str, content: bytes, issuer: str) -> None:
        self._store.write("UPDATE package SET applied=1 WHERE number=?", (number,))
        if kind == "configuration":
            content = self._settings.get(DUE, named).encode() or content
            self._settings.put(DUE, named, "")
        if content:
            self._put_in_force(kind, content, issuer)

    # Programs

    def begin(self) -> None:
        """At the start: a program on trial is checked, and dropped if it is none of ours or has died before."""
        row = self._row("SELECT number, version, starts, content FROM package WHERE state=?", _TRIAL)
        if row is None:
            return
        number, version, starts, content = row
        ours = bytes(content).startswith(PROGRAM_MARK + str(version).encode() + b"\n")
        if ours and starts < MOST_STARTS:
            self._store.write("UPDATE package SET starts=starts+1 WHERE number=?", (number,))
        else:
            self._store.write("UPDATE package SET state=? WHERE number=?", (_DROPPED, number))
            reason = messages.DIED_ON_TRIAL(starts=starts) if ours else messages.DOES_NOT_START()
            self._journal.event(messages.UPGRADE_DROPPED, version, reason=reason, version=self.version)
        self._store.flush()

    async def run(self) -> None:
        """Confirm a program on trial once it has run for a minute; put due parameters in force. Until cancelled."""
        while True:
            await self._clock.nap(TRIAL_S)
            if self.on_trial:
                self._store.write("UPDATE package SET state=? WHERE state=?", (_TAKEN, _TRIAL))
                self._journal.event(messages.UPGRADED, self.version)
                self._store.flush()
            self.apply_due()
            if not self._waiting():
                self._came.clear()
                await self._came.wait()

    def _waiting(self) -> bool:
        """Whether a program is on trial, or something taken over is not in force yet."""
        waiting = "SELECT 1 FROM package WHERE kind IN ('parameters','configuration') AND applied=0 LIMIT 1"
        return self.on_trial or self._store.connection.execute(waiting).fetchone() is not None

    def stop(self, source: str) -> Outcome:
        """Give up what came from `source`: a program on trial for the one before; what is over stays as it is."""
        row = self._row("SELECT number, kind, version, state FROM package WHERE source=? ORDER BY number DESC", source)
        if row is None:
            return Outcome("stopped", "it had not been taken over")
        number, kind, version, state = row
        if state == _STOPPED:
            return Outcome("stopped", f"{version} was given up; {self.version} goes on")
        if state != _TRIAL:
            return self.fate(source) or Outcome("done", f"{kind} {version} was taken over before")

        def gather() -> None:
            self._store.write("UPDATE package SET state=? WHERE number=?", (_STOPPED, number))
            self._journal.event(messages.UPGRADE_STOPPED, source, version=version)

        if not self._store.attempt(gather):
            return Outcome("failed", "the store cannot be written now; the program on trial goes on")
        self.restart()
        return Outcome("stopped", f"{version} was given up; {self.version} goes on")

    def fate(self, source: str) -> Outcome | None:
        """What became of an upgrade that came from `source`: None if none did, or while it is on trial."""
        row = self._row(
            "SELECT state, version FROM package WHERE kind='upgrade' AND source=? ORDER BY number DESC", source
        )
        if row is None or row[0] == _TRIAL:
            return None
        if row[0] == _STOPPED:
            return Outcome("stopped", f"{row[1]} was given up; {self.version} goes on")
        if row[0] == _DROPPED:
            return Outcome("failed", f"{row[1]} did not run; {self.version} goes on")
        return Outcome("done", f"{row[1]} runs")

    def _row(self, statement: str, *values: object) -> Any:
        return self._store.connection.execute(f"{statement} LIMIT 1", values).fetchone()


def _same(newest: Package, package: Package) -> bool:
    return (newest.kind, newest.version, newest.digest) == (package.kind, package.version, package.digest)


@seam
def _is_ours(package: Package) -> bool:
    return package.content.startswith(APPLICATION_MARK + f"{package.name} {package.version}\n".encode())


def _nothing() -> None:
    """Nobody is there to restart."""


def _ignored(name: str) -> None:
    """Nobody runs applications."""


def _no_configuration(body: dict[str, Any], issuer: str, put: bool) -> str:
    return "this terminal takes no configuration from afar"
