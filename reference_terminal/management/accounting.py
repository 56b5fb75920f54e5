"""Packages of factors, methods and boundaries become versions of the accounting (ISC-2 8.3, ruling R-24).

Leaves verifying packages to `packages`, what a version changes to processing. A factor is of the inputs that are linked
to its code, or of `source.input`; a method with the id `method/term` is another formula of that term; a boundary
that names sources of this terminal is the list of those inside. What concerns nothing here is kept and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from reference_terminal.management import reasons
from reference_terminal.management.packages import Package
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.model.times import parse_iso
from reference_terminal.processing.emissions import Emissions
from reference_terminal.processing.recalculation import Recalculation
from reference_terminal.settings.accounting import FactorChange, FormulaChange, SourceChange, VersionConfig
from reference_terminal.settings.problems import Problem, as_text
from reference_terminal.settings.reader import did_you_mean

KINDS = ("factors", "method", "boundary")
_MOST_TOLD = 300
_MOST_NAMED = 8


class AccountingPackages:
    """The accounting of one emitter, changed from afar."""

    def __init__(self, emissions: Emissions, recalculation: Recalculation) -> None:
        self._emissions = emissions
        self._recalculation = recalculation

    @seam
    def refused(self, package: Package, body: Mapping[str, Any], now_s: int) -> Text | None:
        """What is wrong with a package's content; None if nothing."""
        versions, problems = self._versions(package, body, now_s)
        for each in versions:
            problems = [*problems, *self._emissions.versions.problems(each)]
        if not problems:
            return None
        told, name = as_text(problems), f"{package.kind} {package.name[:60]} {package.version[:20]}"
        return Text(f"{name}: {told.en}"[:_MOST_TOLD], f"{name}：{told.zh}"[:_MOST_TOLD])

    def gather(self, package: Package, body: Mapping[str, Any], now_s: int, origin: str) -> bool:
        """Gather the versions of a package that is not refused; whether there are any."""
        versions, _ = self._versions(package, body, now_s)
        for each in versions:
            self._recalculation.gather(each, package.issuer, f"{package.kind} {package.name}", origin)
        return bool(versions)

    def taken(self) -> None:
        """What was gathered is committed."""
        self._recalculation.taken()

    def _versions(
        self, package: Package, body: Mapping[str, Any], now_s: int
    ) -> tuple[list[VersionConfig], Sequence[Problem]]:
        name, from_s = f"{package.name} {package.version}", package.valid_from_s or now_s
        if package.kind == "factors":
            return self._factors(name, from_s, cast(list[dict[str, str]], body["factors"]))
        if package.kind == "method":
            return self._method(name, from_s, cast(dict[str, str], body))
        return self._boundary(name, from_s, body)

    def _factors(
        self, name: str, from_s: int, rows: Sequence[Mapping[str, str]]
    ) -> tuple[list[VersionConfig], Sequence[Problem]]:
        """A version for each instant from which rows count."""
        found: dict[int, list[FactorChange]] = {}
        sources = self._emissions.config.sources
        linked = [each.factor for source in sources for each in source.inputs.values() if each.factor]
        boundary, _ = self._emissions.versions.boundary(from_s)
        taken = {each.id: [fed.wanted.name for fed in each.inputs] for each in boundary.sources} if boundary else {}
        inputs = {source.id: dict.fromkeys([*source.inputs, *taken.get(source.id, ())]) for source in sources}
        known = [*linked, *(f"{source}.{key}" for source, keys in inputs.items() for key in keys)]
        problems = _unknown([row["code"] for row in rows], known)
        for row in rows:
            code, value = row["code"], _number(row["value"])
            if code not in known:
                continue
            since_s = parse_iso(row["validFrom"]) if row["validFrom"] else from_s
            if value is None or since_s is None:
                what = "value" if value is None else "validFrom"
                problems.append(Problem(code, reasons.FACTOR_UNREADABLE(what=what, got=row[what][:40])))
                continue
            if not row["unit"].strip():
                problems.append(Problem(code, reasons.PURE_NUMBER()))
                continue
            origin = " ".join(part for part in (row["source"], row["region"]) if part)
            source, _, key = ("", "", "") if code in linked else code.rpartition(".")
            factor = code if code in linked else ""
            found.setdefault(since_s, []).append(FactorChange(source, key, factor, value, row["unit"], origin))
        return [VersionConfig(name, since_s, tuple(rows)) for since_s, rows in sorted(found.items())], problems

    @seam
    def _method(self, name: str, from_s: int, body: Mapping[str, str]) -> tuple[list[VersionConfig], Sequence[Problem]]:
        method, stroke, term = body["id"].partition("/")
        if not stroke:
            return [], ()
        change = FormulaChange(method, term, body["formula"], body["edition"])
        return [VersionConfig(name, from_s, formulas=(change,))], ()

    @seam
    def _boundary(
        self, name: str, from_s: int, body: Mapping[str, Any]
    ) -> tuple[list[VersionConfig], Sequence[Problem]]:
        rows = cast(list[dict[str, str]], body["units"])
        named = {row["source"]: row["unit"] for row in rows}
        mine = [each.id for each in self._emissions.config.sources]
        if not any(each in named for each in mine):
            return [], ()
        changes = [
            SourceChange(each, unit=named.get(each) or None, inside=each in named)
            for each in [*mine, *(each for each in named if each not in mine)]
        ]
        return [VersionConfig(name, from_s, sources=tuple(changes))], ()


@seam
def _unknown(codes: Sequence[str], known: Sequence[str]) -> list[Problem]:
    """What is wrong with codes that no input is linked to; the factors beside them are not taken either."""
    strange = [code for code in dict.fromkeys(codes) if code not in known]
    if not strange:
        return []
    named, hint = ", ".join(repr(code[:40]) for code in strange[:_MOST_NAMED]), did_you_mean(strange[0], known)
    linked = ", ".join(known[:_MOST_NAMED])
    return [Problem("factors", reasons.NO_LINKED_INPUT(named=named, hint=hint, linked=linked))]


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except ArithmeticError:
        return None
    return value if value.is_finite() and abs(value.adjusted()) <= 30 else None
