"""Criteria (判据): what a check asks, declared once beside its case, and the ways to answer it from evidence.

Leaves which clauses a check decides to the case that declares it, and what follows from the answers to `verdicts`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

import msgspec

from bench.case.checks import Check, Text, band, holds, shown_limit
from bench.case.evidence import EvidenceKind
from bench.case.notices import Notice
from bench.case.verdicts import Verdict

_SHOWN = 20
"""Lines of evidence that a check carries at most; the record holds the rest."""


@dataclass(frozen=True)
class Criterion:
    """A question that a case puts to its history.

    `id` is unique in a case and stable over versions; two criteria are the same if their ids are. `unit` is that of
    what is measured or counted. `timed` marks a limit on how fast the terminal is (R-08), `paced` a count of what was
    not done in its time, `stamped` a comparison by the terminal's own time stamps (R-10), `reading_b_of` the ruling
    whose reading B its judge answers too. A `condition` says whether a stimulus took place; its judge yields it at
    least where it did not, and may then leave the others open. `notices` are the events that its judge looks for in
    the log or among the alarms (R-46), `evidence` the kind that it takes where the needs of its case do not say it. An
    `optional` one is left out of some histories; every other criterion is answered every time. `exact` says why a time
    or a share carries no uncertainty (R-05), `scheduled` why an upper limit of time is none on how fast the terminal
    is, so that virtual time may decide it (R-08).

    Places `{0}`, `{1}` … in id and sentences are filled by `of`.
    """

    id: str
    name: Text = field(compare=False)
    unit: str = field(default="", compare=False)
    timed: bool = field(default=False, compare=False)
    stamped: bool = field(default=False, compare=False)
    reading_b_of: str = field(default="", compare=False)
    condition: bool = field(default=False, compare=False)
    paced: bool = field(default=False, compare=False)
    optional: bool = field(default=False, compare=False)
    exact: Text | None = field(default=None, compare=False)
    scheduled: Text | None = field(default=None, compare=False)
    notices: tuple[Notice, ...] = field(default=(), compare=False)
    evidence: EvidenceKind | None = field(default=None, compare=False)

    def of(self, *values: object) -> Criterion:
        """This criterion with its places filled; places of a sentence that no value is given for show `…`."""
        filled = (*values, *["…"] * 9)
        return replace(
            self,
            id=self.id.format(*values),
            name=Text(self.name.en.format(*filled), self.name.zh.format(*filled)),
        )

    def sometimes(self) -> Criterion:
        """This criterion where a case leaves it out of some histories."""
        return replace(self, optional=True)

    def decide(
        self,
        ok: bool | None,
        *,
        measured: object = "",
        limit: object = "",
        op: str = "==",
        unit: str = "",
        expected: str = "",
        actual: str = "",
        uncertainty: Decimal | None = None,
        evidence: Iterable[str] = (),
        reading_b: bool | None = None,
        has_b: bool = True,
        timed: bool | None = None,
        stamped: bool | None = None,
    ) -> Check:
        """A yes-or-no answer: True passes, False fails, None is inconclusive. The limit of a band is `low..high`.

        Where there is a second reading, `reading_b` is the answer under it: printed, never counted. `has_b` is false
        where this history cannot answer it.
        """
        unit = unit or self.unit
        has_b = has_b and bool(self.reading_b_of)
        return Check(
            id=self.id,
            name=self.name,
            verdict=_answer(ok),
            expected=expected or (f"{shown_limit(op, str(limit))} {unit}".strip() if limit != "" else self.name.en),
            actual=actual or (f"{measured} {unit}".strip() if measured != "" else ""),
            measured=str(measured),
            limit=str(limit),
            op="" if limit == "" else "in" if band(str(limit)) else op,
            unit=unit,
            uncertainty="" if uncertainty is None else str(uncertainty),
            evidence=tuple(evidence)[:_SHOWN],
            reading_b=_answer(reading_b) if has_b else None,
            reading_b_of=self.reading_b_of if has_b else "",
            timed=_either(timed, self.timed),
            stamped=_either(stamped, self.stamped),
            condition=self.condition,
            paced=self.paced,
            exact=str(self.exact or ""),
            scheduled=str(self.scheduled or ""),
        )

    def none(
        self,
        found: Collection[object],
        known: object,
        *,
        unit: str = "",
        evidence: Iterable[str] | None = None,
        reading_b: bool | None = None,
        has_b: bool = True,
        timed: bool | None = None,
        stamped: bool | None = None,
    ) -> Check:
        """Nothing of a kind may be found: what is found fails, nothing passes where enough is `known`, else open.

        `found` is counted, and shown where no other `evidence` is given.
        """
        return self.decide(
            False if found else True if known else None,
            measured=len(found),
            limit=0,
            unit=unit,
            evidence=map(str, found) if evidence is None else evidence,
            reading_b=reading_b,
            has_b=has_b,
            timed=timed,
            stamped=stamped,
        )

    def none_among(
        self,
        seen: object,
        found: Collection[object],
        *,
        unit: str = "",
        evidence: Iterable[str] | None = None,
        reading_b: bool | None = None,
        has_b: bool = True,
        timed: bool | None = None,
        stamped: bool | None = None,
    ) -> Check:
        """Among what was `seen` nothing of a kind may be found; as long as nothing was seen nothing is decided."""
        return self.decide(
            not found if seen else None,
            measured=len(found),
            limit=0,
            unit=unit,
            evidence=map(str, found) if evidence is None else evidence,
            reading_b=reading_b,
            has_b=has_b,
            timed=timed,
            stamped=stamped,
        )

    def review(self, evidence: Iterable[str], *, actual: str) -> Check:
        """A person must look: `evidence` are the lines to read, `actual` says what for."""
        found = self.decide(None, actual=actual, evidence=evidence, has_b=False)
        return msgspec.structs.replace(found, verdict=Verdict.REVIEW)

    def compare(
        self,
        value: Decimal | int | None,
        op: str,
        limit: Decimal | int,
        *,
        unit: str = "",
        uncertainty: Decimal | int | None = None,
        guarded: bool = False,
        samples: int = 0,
        needed: int = 0,
        evidence: Iterable[str] = (),
        reading_b: bool | None = None,
        has_b: bool = True,
        timed: bool | None = None,
    ) -> Check:
        """A measured value against a limit under R-05.

        Counts carry no uncertainty. With an uncertainty U: simple acceptance compares the value itself, but U above
        limit/5 is inconclusive; guarded acceptance passes or fails only when value ± U lies wholly on one side. No
        value, or fewer samples than `needed`, is inconclusive.
        """
        unit = unit or self.unit
        verdict: Verdict
        actual = "" if value is None else f"{value} {unit}".strip()
        bound = Decimal(limit)
        if value is None:
            verdict, actual = Verdict.INCONCLUSIVE, "not observed / 未观测到"
        elif samples < needed:
            verdict, actual = Verdict.INCONCLUSIVE, f"{actual} ({samples} samples, {needed} needed / 样本不足)"
        elif uncertainty is None:
            verdict = _answer(holds(Decimal(value), op, bound))
        else:
            spread = Decimal(uncertainty)
            if spread * 5 > abs(bound):
                verdict, actual = Verdict.INCONCLUSIVE, f"{actual} ± {spread} (U > limit/5 / 不确定度过大)"
            elif guarded:
                sides = {holds(Decimal(value) + shift, op, bound) for shift in (spread, -spread)}
                verdict = _answer(sides.pop()) if len(sides) == 1 else Verdict.INCONCLUSIVE
            else:
                verdict = _answer(holds(Decimal(value), op, bound))
        return Check(
            id=self.id,
            name=self.name,
            verdict=verdict,
            expected=f"{op} {limit} {unit}".strip(),
            actual=actual,
            measured="" if value is None else str(value),
            limit=str(limit),
            op=op,
            unit=unit,
            uncertainty="" if uncertainty is None else str(uncertainty),
            rule="guarded" if guarded else "simple",
            evidence=tuple(evidence)[:_SHOWN],
            reading_b=_answer(reading_b) if has_b and self.reading_b_of else None,
            reading_b_of=self.reading_b_of if has_b else "",
            timed=_either(timed, self.timed),
            condition=self.condition,
            paced=self.paced,
            exact=str(self.exact or ""),
            scheduled=str(self.scheduled or ""),
        )


def criterion(
    id: str,
    *,
    en: str,
    zh: str,
    unit: str = "",
    timed: bool = False,
    stamped: bool = False,
    reading_b_of: str = "",
    condition: bool = False,
    paced: bool = False,
    notices: tuple[Notice, ...] = (),
    evidence: EvidenceKind | None = None,
    exact: Text | None = None,
    scheduled: Text | None = None,
) -> Criterion:
    """A criterion from its id and its sentence in both languages; fields as in `Criterion`."""
    return Criterion(
        id,
        Text(en, zh),
        unit,
        timed,
        stamped,
        reading_b_of,
        condition,
        paced,
        exact=exact,
        scheduled=scheduled,
        notices=notices,
        evidence=evidence,
    )


def beside(*criteria: Criterion) -> dict[Criterion, tuple[str, ...]]:
    """Criteria that a case asks besides those that decide clauses: conditions, controls, the way of the data."""
    return dict.fromkeys(criteria, ())


def _answer(ok: bool | None) -> Verdict:
    return Verdict.INCONCLUSIVE if ok is None else Verdict.PASS if ok else Verdict.FAIL


def _either(told: bool | None, declared: bool) -> bool:
    return declared if told is None else told
