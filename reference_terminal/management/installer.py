"""Takes packages over: kept in one transaction, in force from their day on; programs on trial until they have run.

Leaves verification to `packages` and restarting to the terminal. What a package changes and the note that it was taken
are one transaction, so that a power cut finds either all of it or nothing. A program stays on trial over its first
start; one that does not get through its own check, or dies twice before it has run for a minute, is dropped for the one
before. The reference terminal's program is a record of its version: its code stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import apsw
import msgspec

from reference_terminal.clock import WallClock
from reference_terminal.management.packages import Package, PackageRefused, Trusted, open_package, rank
from reference_terminal.operations.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.times import iso

BUILT_IN = "1.0.0"
"""The version of the program as delivered."""
PROGRAM_MARK = b"carbonbench-reference "
"""How the octets of a program of this terminal begin; its version and a line end follow."""
TRIAL_S = 60
MOST_STARTS = 2
_TAKEN, _TRIAL, _DROPPED = "taken", "trial", "dropped"
_FACTOR = ("code", "value", "unit", "gas", "source", "region", "validFrom")
_METHOD = ("id", "edition", "formula")

SetParameters = Callable[[dict[str, str], bool], str]
"""Checks named parameters (False) or gathers them for the store as well (True); what is wrong, empty if nothing."""


@dataclass(frozen=True)
class Outcome:
    """What became of a package: done, refused or failed, and one sentence."""

    result: str
    message: str


class Installer:
    """The packages of one terminal."""

    def __init__(
        self, store: Store, clock: WallClock, journal: Journal, trusted: Trusted | None, parameters: SetParameters
    ) -> None:
        self._store = store
        self._clock = clock
        self._journal = journal
        self._trusted = trusted
        self._parameters = parameters
        self.restart: Callable[[], None] = _nothing

    # What there is

    @property
    def version(self) -> str:
        """The version of the program that runs, on trial or not."""
        row = self._row("SELECT version FROM package WHERE kind='upgrade' AND state<>? ORDER BY number DESC", _DROPPED)
        return BUILT_IN if row is None else str(row[0])

    @property
    def on_trial(self) -> bool:
        """Whether the program that runs has yet to show that it does."""
        return self._row("SELECT 1 FROM package WHERE state=?", _TRIAL) is not None

    def in_force(self) -> list[dict[str, str]]:
        """Of each kind and name the latest version whose day has come."""
        rows = self._store.connection.execute(
            "SELECT kind, name, version, valid_from_s FROM package WHERE state<>? AND valid_from_s<=? ORDER BY number",
            (_DROPPED, self._clock.now_s()),
        )
        found = {(row[0], row[1]): row for row in rows}
        return [
            {"kind": kind, "name": name, "version": version, "valid_from": iso(since) if since else ""}
            for kind, name, version, since in found.values()
        ]

    # Taking over

    def take(self, octets: bytes, source: str) -> Outcome:
        """Verify a package and take it over; durable before this returns `done`."""
        try:
            if self._trusted is None:
                raise PackageRefused("this terminal was given no anchor for packages", "未配置软件包信任根")
            package = open_package(octets, self._trusted, self._clock.now_s())
            newest = self._newest(package)
            if newest is not None and newest.digest == package.digest and newest.version == package.version:
                return Outcome("done", f"{package.kind} {package.name} {package.version} is in the terminal already")
            if newest is not None and package.rank <= rank(newest.version):
                raise PackageRefused(
                    f"version {package.version} is not newer than {newest.version}", f"版本不高于 {newest.version}"
                )
            self._check(package)
        except PackageRefused as error:
            self._journal.event("package refused", source, error.en, error.zh)
            self._store.flush()
            return Outcome("refused", error.en)
        return self._keep(package, source)

    def _newest(self, package: Package) -> Package | None:
        if package.kind == "upgrade":
            row = self._row(
                "SELECT version, sm3 FROM package WHERE kind='upgrade' AND state<>? ORDER BY number DESC", _DROPPED
            ) or (BUILT_IN, "")
        else:
            row = self._row(
                "SELECT version, sm3 FROM package WHERE kind=? AND name=? ORDER BY number DESC",
                package.kind,
                package.name,
            )
        return None if row is None else Package(package.kind, package.name, row[0], 0, "", b"", row[1], "")

    def _check(self, package: Package) -> None:
        """Raise PackageRefused for a content that this terminal cannot use."""
        if package.kind == "upgrade":
            if self.on_trial:
                raise PackageRefused("another program is on trial; come again in a minute", "另一版本试运行中")
            return
        try:
            found: Any = msgspec.json.decode(package.content)
        except msgspec.MsgspecError:
            found = None
        body = cast(dict[str, Any], found) if isinstance(found, dict) else {}
        if package.kind == "factors":
            rows: Any = body.get("factors")
            good = isinstance(rows, list) and bool(rows) and all(_is(row, _FACTOR) for row in cast(list[Any], rows))
        elif package.kind == "method":
            good = _is(body.get("method"), _METHOD)
        else:
            given: Any = body.get("parameters")
            good = isinstance(given, dict) and bool(given)
            wrong = self._parameters(cast(dict[str, str], given), False) if good else ""
            if wrong:
                raise PackageRefused(wrong, "参数无效")
        if not good or len(body) != 1:
            raise PackageRefused(f"the content is not that of a package of {package.kind}", "内容与类别不符")

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
                        _TRIAL if upgrade else _TAKEN, int(now), package.content,
                    ),
                )  # fmt: skip

            self._store.add_step(step)
            if now and package.kind == "parameters":
                self._parameters(msgspec.json.decode(package.content)["parameters"], True)
            self._journal.event(
                "package taken",
                source,
                f"{package.kind} {package.name} {package.version} of {package.issuer}",
                f"已接收 {package.kind} {package.name} {package.version}",
            )

        now = package.valid_from_s <= self._clock.now_s()
        if not self._store.attempt(gather):
            return Outcome("failed", "the store cannot be written now; nothing was taken over")
        if upgrade:
            self.restart()
        return Outcome("done", f"{package.kind} {package.name} {package.version} taken over")

    def apply_due(self) -> None:
        """Put parameters in force whose day has come."""
        rows = self._store.connection.execute(
            "SELECT number, content FROM package WHERE kind='parameters' AND applied=0 AND valid_from_s<=?"
            " ORDER BY number",
            (self._clock.now_s(),),
        ).fetchall()
        for number, content in cast(list[tuple[int, bytes]], rows):
            self._store.attempt(partial(self._apply, number, content))

    def _apply(self, number: int, content: bytes) -> None:
        self._store.write("UPDATE package SET applied=1 WHERE number=?", (number,))
        self._parameters(msgspec.json.decode(content)["parameters"], True)

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
            why = "it does not start here" if not ours else f"it died {starts} times on trial"
            self._journal.event("upgrade dropped", version, f"{why}; {self.version} goes on", "升级失败,已恢复原版本")
        self._store.flush()

    async def run(self) -> None:
        """Confirm a program on trial once it has run for a minute; put due parameters in force. Until cancelled."""
        while True:
            await self._clock.nap(TRIAL_S)
            if self.on_trial:
                self._store.write("UPDATE package SET state=? WHERE state=?", (_TAKEN, _TRIAL))
                self._journal.event("upgraded", self.version, "the program has run for a minute", "升级完成")
                self._store.flush()
            self.apply_due()

    def fate(self, source: str) -> Outcome | None:
        """What became of an upgrade that came from `source`: None if none did, or while it is on trial."""
        row = self._row(
            "SELECT state, version FROM package WHERE kind='upgrade' AND source=? ORDER BY number DESC", source
        )
        if row is None or row[0] == _TRIAL:
            return None
        if row[0] == _DROPPED:
            return Outcome("failed", f"{row[1]} did not run; {self.version} goes on")
        return Outcome("done", f"{row[1]} runs")

    def _row(self, statement: str, *values: object) -> Any:
        return self._store.connection.execute(f"{statement} LIMIT 1", values).fetchone()


def _is(row: object, names: tuple[str, ...]) -> bool:
    """Whether an object has these members, all of them text, and no other."""
    members = cast(dict[str, object], row) if isinstance(row, dict) else {}
    return set(members) == set(names) and all(isinstance(value, str) for value in members.values())


def _nothing() -> None:
    """Nobody is there to restart."""
