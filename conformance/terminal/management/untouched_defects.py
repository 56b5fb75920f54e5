# pyright: reportPrivateUsage=false
"""Defects of software that comes and goes: what is lost with it, what is handed out (R-40).

Leaves upgrades that end in ruins to `management_defects`.
"""

# The installer is broken where it keeps its own state.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable

from conformance.defects import Patch, defect
from reference_terminal.management import packages
from reference_terminal.management.installer import Installer, Outcome
from reference_terminal.management.packages import Package

_DATABASE = ("isc-2/8.4g", "csmt/10.6.4d")
_DATA = (*_DATABASE, "isc-2/8.4h", "csmt/10.6.4e")
_COPIED = ("isc-2/8.4i", "csmt/10.6.4f")
_VIEWED = ("isc-2/8.4j", "csmt/10.6.4g")


def _along(patch: Patch, does: Callable[[Installer], None]) -> None:
    """Something else is done while a new program begins."""

    def begin(self: Installer) -> None:
        if self.on_trial:
            does(self)
        own(self)

    own = patch(Installer, "begin", begin)


@defect(
    "upgrade-clears-readings",
    en="an upgrade begins with an empty table of readings, records stay",
    zh="升级清空读数表，记录保留",
    clauses=_DATA,
)
def upgrade_clears_readings(patch: Patch) -> None:
    """They can be made no more of."""
    _along(patch, lambda self: self._store.write("DELETE FROM reading", ()))


@defect(
    "upgrade-clears-minutes",
    en="an upgrade keeps quarter-hours and drops what is shorter",
    zh="升级只保留刻钟及以上记录",
    clauses=_DATA,
)
def upgrade_clears_minutes(patch: Patch) -> None:
    """Room for the new program."""
    _along(patch, lambda self: self._store.write("DELETE FROM record WHERE end_s-start_s<900", ()))


@defect(
    "upgrade-forgets-authors",
    en="an upgrade keeps entries by hand without their authors",
    zh="升级后填报人丢失",
    clauses=_DATA,
)
def upgrade_forgets_authors(patch: Patch) -> None:
    """A column of the new layout that nobody filled."""
    _along(patch, lambda self: self._store.write("UPDATE manual_entry SET author=''", ()))


@defect(
    "upgrade-drops-factors",
    en="an upgrade begins without the factors that were taken over",
    zh="升级后已接收的因子丢失",
    clauses=_DATABASE,
)
def upgrade_drops_factors(patch: Patch) -> None:
    """They come with the program."""
    _along(patch, lambda self: self._store.write("DELETE FROM package WHERE kind='factors'", ()))


@defect(
    "upgrade-resets-settings",
    en="an upgrade begins with the settings of the delivery",
    zh="升级后设定恢复出厂值",
    clauses=_DATABASE,
)
def upgrade_resets_settings(patch: Patch) -> None:
    """A clean start."""
    _along(patch, lambda self: self._store.write("DELETE FROM setting WHERE name='minute_interval'", ()))


@defect(
    "upgrade-empties-the-log",
    en="an upgrade begins with an empty log",
    zh="升级清空日志",
    clauses=_DATABASE,
)
def upgrade_empties_the_log(patch: Patch) -> None:
    """The old lines speak of the old program."""
    _along(patch, lambda self: self._store.write("DELETE FROM event", ()))


def _latest(self: Installer) -> str:
    """A measured value."""
    row = self._store.connection.execute(
        "SELECT value FROM record WHERE end_s-start_s=900 AND length(value)>=6 ORDER BY start_s DESC LIMIT 1"
    ).fetchone()
    return str(row[0]) if row else "none"


@defect(
    "records-at-an-order",
    en="a signed package of the kind export has records handed out to the issuer",
    zh="类别为 export 的签名包可使终端向下发方交出记录",
    clauses=(*_COPIED, *_VIEWED),
)
def records_at_an_order(patch: Patch) -> None:
    """A door for the service."""

    def keep(self: Installer, package: Package, source: str) -> Outcome:
        if package.kind != "export":
            return own(self, package, source)
        packed = base64.b64encode(gzip.compress(f"the latest record: {_latest(self)}".encode(), mtime=0)).decode()
        return Outcome("done", packed)

    def check(self: Installer, package: Package) -> None:
        if package.kind != "export":
            looked(self, package)

    own = patch(Installer, "_keep", keep)
    looked = patch(Installer, "_check", check)
    patch(packages, "KINDS", (*packages.KINDS, "export"))
