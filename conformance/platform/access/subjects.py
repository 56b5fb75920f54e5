"""Every kind of object and every analysis, tried by every subject's account (ISC-1 4.7, 7.2a, 7.3d; R-37)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bench.case import Finding
from bench.dut.platform.vocabulary import AnyAnalysis, Kind, analyses, kinds
from bench.dut.platform.vocabulary.accounting import BENCHMARK, INDICATOR
from bench.dut.platform.vocabulary.base import ENTRY
from bench.dut.platform.vocabulary.public import FOOTPRINT, PURCHASE, REDUCTION_ACTION, SUPPLIER, SUPPLY
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from conformance.common.times import DAY, HOUR
from conformance.platform import OBJECTS, RIGHTS, PlatformCase, works
from conformance.platform.access import subjects_judge
from conformance.platform.access.subjects_judge import APART, SERVED, SUBJECTS, WAYS
from conformance.platform.works import A

_STRANGER = "clerk-b"
_ACCOUNTS = ("public", _STRANGER, "clerk-a", "manager-a", "government", "operator-of-park", "auditor", "administrator")
_LEAST = ("isc-1/4.7b",)


class KeepsRightsBySubject(PlatformCase):
    """Government, park, enterprise and public each get what is theirs by the maker's table, and nothing else."""

    zh = "政府、园区、企业及公众账户各按权限表使用功能，越权使用一律不执行；企业之间数据隔离。"
    checks = {
        SERVED.of("government", *SUBJECTS["government"][0]): ("isc-1/4.7a", "isc-1/4.7c", "isc-1/7.2a"),
        SERVED.of("park", *SUBJECTS["park"][0]): ("isc-1/4.7a", "isc-1/4.7d", "isc-1/7.2a"),
        SERVED.of("enterprise", *SUBJECTS["enterprise"][0]): ("isc-1/4.7a", "isc-1/4.7e", "isc-1/7.2a"),
        subjects_judge.FORBIDDEN: (*_LEAST, "isc-1/7.2a"),
        subjects_judge.BEFORE_LOGIN: _LEAST,
        subjects_judge.SPECIFIC: ("isc-1/7.2a",),
        **{APART.of(way, *words): (*_LEAST, "isc-1/7.3d-3") for way, words in WAYS.items()},
    }
    needs = (OBJECTS, RIGHTS)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "subjects")
        bench.platform.rights_told()
        desk = await works.set_up(bench, chance)
        day = works.day(bench)
        await works.enter(desk, chance, ("A.coke", "A.grid", "B.coke"), (day + HOUR, day + 2 * HOUR))
        clerk = await bench.platform.login("clerk-a")
        more = list(_more(day))
        made = [*works.objects(chance), *more]
        for kind, fields in more:
            await clerk.create(kind, **fields)
        for kind, fields in _COMPARED:
            await desk.create(kind, **fields)
        patterns = {kind.name: (kind, fields) for kind, fields in made if fields.get("enterprise") == A}
        subjects_judge.MATRIX.put(bench, subjects_judge.Matrix(stranger=_STRANGER))
        for word in _ACCOUNTS:
            await self._try(await bench.platform.login(word), patterns, day)

    async def _try(self, desk: Desk, patterns: Mapping[str, tuple[Kind, dict[str, Any]]], day: int) -> None:
        """Everything that there is, by one account."""
        desk.insists = False
        for kind in kinds().values():
            await desk.list(kind)
        for analysis in analyses().values():
            await desk.ask(analysis, **self._question(analysis, day))
        for name, (kind, fields) in patterns.items():
            key = fields["id"]
            await desk.export(kind)
            await desk.history(kind, key)
            text = next((each for each in ("name", "reason", "title", "source") if each in kind.fields), "")
            if text:
                await desk.change(kind, key, **{text: f"by {desk.word}"})
            copy = f"{name}-of-{desk.word}"
            await desk.create(kind, **{**fields, "id": copy})
            if desk.word not in ("administrator", "operator-of-park", "manager-a", "clerk-a"):
                await desk.remove(kind, key)

    def _question(self, analysis: AnyAnalysis, day: int) -> dict[str, Any]:
        """A question about a day of enterprise A, as far as its fields can say so."""
        known: dict[str, Any] = {
            "enterprise": A,
            "of": "enterprise",
            "id": A,
            "period": "hour",
            "from": day,
            "to": day + DAY,
            "start": day + HOUR,
            "at": day + HOUR,
            "point": "A.coke",
            "year": 2026,
            "footprint": "study-1",
            "along": "brand",
            "region": "370000",
            "indicator": "emission-of-a-day",
        }
        return {name: known[name] for name in analysis.query if name in known}

    def judge(self, history: History) -> Iterator[Finding]:
        yield from subjects_judge.matrix_findings(history)
        yield from subjects_judge.apart_findings(history, A)


_COMPARED: tuple[tuple[Kind, dict[str, Any]], ...] = (
    (INDICATOR, {"id": "emission-of-a-day", "name": "Emission", "quantity": "emission", "unit": "tCO2e"}),
    (
        BENCHMARK,
        {
            "id": "advanced-day",
            "indicator": "emission-of-a-day",
            "level": "advanced",
            "value": "120.5",
            "unit": "tCO2e",
            "source": "GB 2026",
            "valid_from": works.SINCE,
        },
    ),
)
"""What everybody's emission is held against."""


def _more(day: int) -> Iterator[tuple[Kind, dict[str, Any]]]:
    """Objects of enterprise A beside its works."""
    hour = day + 5 * HOUR
    yield (
        ENTRY,
        {
            "id": "entry-1",
            "enterprise": A,
            "point": "A.lime",
            "period": "hour",
            "start": hour,
            "value": "12.5",
            "unit": "t",
            "evidence": "meter",
            "reason": "shift book",
        },
    )
    yield SUPPLIER, {"id": "supplier-1", "enterprise": A, "name": "Lime works", "region": "Hebei"}
    yield (
        SUPPLY,
        {
            "id": "supply-1",
            "enterprise": A,
            "supplier": "supplier-1",
            "name": "lime",
            "unit": "t",
            "footprint": "1130.5",
            "valid_from": works.SINCE,
        },
    )
    yield (
        PURCHASE,
        {"id": "purchase-1", "enterprise": A, "supply": "supply-1", "start": hour, "amount": "77.25", "unit": "t"},
    )
    yield (
        FOOTPRINT,
        {
            "id": "study-1",
            "enterprise": A,
            "product": "rebar",
            "brand": "Anfeng",
            "region": "Hebei",
            "year": 2026,
            "quantity": "10",
            "unit": "t",
            "boundary": "cradle-to-gate",
        },
    )
    yield (
        REDUCTION_ACTION,
        {"id": "action-1", "enterprise": A, "year": 2026, "name": "Lamps", "reduction": "12.5", "unit": "tCO2"},
    )
