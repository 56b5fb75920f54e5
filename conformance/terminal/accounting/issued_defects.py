# pyright: reportPrivateUsage=false
"""Defects of packages that change the accounting: kept and never used, used in part, or too early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.management import accounting as management
from reference_terminal.management.accounting import AccountingPackages
from reference_terminal.management.packages import Package
from reference_terminal.model.messages import Text
from reference_terminal.settings.accounting import VersionConfig
from reference_terminal.settings.problems import Problem
from reference_terminal.settings.reader import Section
from reference_terminal.web import accounting

_Versions = tuple[list[VersionConfig], Sequence[Problem]]


@defect(
    "issued-boundary-only-kept",
    en="a boundary that comes as a package is told as done and changes nothing",
    zh="以软件包接收的边界回报成功但不起作用",
    clauses=("isc-2/8.3a", "csmt/9.3-3", "csmt/11.4b-3"),
)
def boundary_only_kept(patch: Patch) -> None:
    """No version is made of it."""

    def boundary(self: AccountingPackages, name: str, from_s: int, body: Mapping[str, Any]) -> _Versions:
        return [], ()

    patch(AccountingPackages, "_boundary", boundary)


@defect(
    "issued-boundary-only-adds",
    en="a boundary that comes as a package brings sources in and takes none out",
    zh="以软件包接收的边界仅移入、不移出排放源",
    clauses=("isc-2/8.3a", "csmt/9.3-3"),
)
def boundary_only_adds(patch: Patch) -> None:
    """What it does not name stays as it was."""
    whole = AccountingPackages._boundary

    def boundary(self: AccountingPackages, name: str, from_s: int, body: Mapping[str, Any]) -> _Versions:
        versions, problems = whole(self, name, from_s, body)
        kept = [replace(each, sources=tuple(one for one in each.sources if one.inside)) for each in versions]
        return kept, problems

    patch(AccountingPackages, "_boundary", boundary)


@defect(
    "unlinked-factors-left-out",
    en="factors of a package that nothing is linked to are left out without a word",
    zh="软件包中未关联的因子被静默略去",
    clauses=("isc-2/7.2.3-B(2)c",),
)
def unlinked_factors_left_out(patch: Patch) -> None:
    """The others are taken."""
    patch(management, "_unknown", lambda codes, known: [])


@defect(
    "refused-factors-reckoned-with",
    en="of a package that is refused for one of its factors the others are reckoned with",
    zh="软件包因一项因子被拒绝，其余因子仍用于计算",
    clauses=("isc-2/7.2.3-B(2)c",),
)
def refused_factors_reckoned_with(patch: Patch) -> None:
    """They are taken before the package is looked at as a whole."""
    whole = AccountingPackages.refused

    def refused(self: AccountingPackages, package: Package, body: Mapping[str, Any], now_s: int) -> Text | None:
        found = whole(self, package, body, now_s)
        versions, _ = self._versions(package, body, now_s)
        recalculation = self._recalculation
        if found is not None and versions:
            gather = partial(recalculation.gather, versions[0], package.issuer, "package", "afar")
            recalculation._store.attempt(gather)
            self.taken()
        return found

    patch(AccountingPackages, "refused", refused)


@defect(
    "issued-formula-only-kept",
    en="a formula that comes as a package is told as done and changes nothing",
    zh="以软件包接收的公式回报成功但不起作用",
    clauses=("isc-2/8.3e", "csmt/9.2-3", "csmt/11.4b-3"),
)
def formula_only_kept(patch: Patch) -> None:
    """The methods of the program are used for ever."""

    def method(self: AccountingPackages, name: str, from_s: int, body: Mapping[str, str]) -> _Versions:
        return [], ()

    patch(AccountingPackages, "_method", method)


@defect(
    "issued-formula-counts-at-once",
    en="a formula that comes as a package counts from the hour in which it came",
    zh="以软件包接收的公式自接收当小时起计算",
    clauses=("isc-2/8.3e", "csmt/9.2-3"),
)
def formula_counts_at_once(patch: Patch) -> None:
    """Its instant is not heeded."""
    whole = AccountingPackages._method

    def method(self: AccountingPackages, name: str, from_s: int, body: Mapping[str, str]) -> _Versions:
        return whole(self, name, from_s // 3600 * 3600, body)

    patch(AccountingPackages, "_method", method)


@defect(
    "entered-formula-only-kept",
    en="a formula that is entered on the spot is kept and never used",
    zh="本地录入的公式仅保存、不起作用",
    clauses=("isc-2/8.3e", "csmt/9.2-3"),
)
def entered_formula_only_kept(patch: Patch) -> None:
    """The version has its name and changes nothing."""
    whole = accounting.read_version
    patch(accounting, "read_version", lambda section: replace(whole(section), formulas=()))


@defect(
    "entered-formula-counts-at-once",
    en="a formula that is entered on the spot counts from the hour in which it was entered",
    zh="本地录入的公式自录入当小时起计算",
    clauses=("isc-2/8.3e", "csmt/9.2-3"),
)
def entered_formula_counts_at_once(patch: Patch) -> None:
    """Its instant is not heeded."""
    whole = accounting.read_version

    def read(section: Section) -> VersionConfig:
        found = whole(section)
        return replace(found, from_s=found.from_s // 3600 * 3600) if found.formulas else found

    patch(accounting, "read_version", read)
