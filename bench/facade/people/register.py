"""The register of instruments at a product: tables put in and taken out, and what it shows and finds (CSMT 11.1).

Leaves how a product's table looks to `bench.dut.access.register`. What was put in, shown, found and taken out is in the
history as `register-import`, `register`, `register-found` and `register-export`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from bench.dut.access import register as tables
from bench.dut.access.expressions import value
from bench.dut.access.register import Register
from bench.dut.access.visit import Kept, Session
from bench.facade.people.desk import TROUBLES, Visitor, looked, text
from bench.history import people as told_of
from bench.history.observation import Nothing, Observation, Q
from bench.history.people import ImportQuery, RegisterRow, SoughtQuery, ToldQuery

_OWN = (
    {
        "name": "CB-FLOW-1", "number": "CB-0001", "type": "LDG-100", "accuracy": "0.5", "basis": "JJG 1033",
        "calibrated": "2025-01-15", "due": "2027-01-14",
        "enterprise": "示范钢铁有限公司", "region": "华北", "sector": "钢铁", "level": "一级",
    },
    {
        "name": "CB-SCALE-2", "number": "CB-0002", "type": "ICS-17", "accuracy": "1", "basis": "JJG 195",
        "calibrated": "2025-02-20", "due": "2027-02-19",
        "enterprise": "示范水泥有限公司", "region": "华东", "sector": "水泥", "level": "二级",
    },
)  # fmt: skip
"""What the bench puts down of two instruments, where a profile has no samples of its own."""


class RegisterOfInstruments:
    """The register of one product."""

    def __init__(self, people: Visitor, known: Register) -> None:
        self.known = known
        self._people = people

    @property
    def samples(self) -> tuple[dict[str, str], ...]:
        """Two instruments, with what the product has a column for."""
        given = (*self.known.samples, {}, {})
        made = ({**own, **mine} for own, mine in zip(_OWN, given, strict=False))
        return tuple({key: text for key, text in each.items() if key in self.known.columns} for each in made)

    async def put_in(self, session: Session, rows: Sequence[Mapping[str, str]]) -> None:
        """Import a table of these instruments."""
        asked = self._people.now_us()
        octets = tables.write(self.known, rows)
        table = octets.decode(self.known.encoding) if self.known.form == "csv" else ""
        outcome = await self._people.use(self.known.import_, session, trick="table", table=table, octets=octets)
        kept = [RegisterRow(**row) for row in rows]
        self._people.tell(told_of.REGISTER_IMPORT, asked, ImportQuery(outcome=outcome), kept)

    async def shown(self, told: str) -> None:
        """What the register shows."""
        await self._rows(told_of.REGISTER, ToldQuery(told=told), self.known.of, self.known.rows)

    async def found(self, **sought: str) -> None:
        """What it shows of the instruments that meet these conditions (`SoughtQuery`)."""
        query = {**dict.fromkeys(tables.SOUGHT, ""), **sought}
        rows = self.known.found or self.known.rows
        await self._rows(told_of.REGISTER_FOUND, SoughtQuery(**sought), self.known.find, rows, query)

    async def taken_out(self) -> None:
        """What the exported table holds."""

        async def rows() -> list[dict[str, str]]:
            answer = await self._people.see(self.known.export)
            return tables.read(self.known, answer.octets)

        await self._told(told_of.REGISTER_EXPORT, Nothing(), rows)

    async def _rows(
        self,
        kind: Observation[Q, RegisterRow],
        told: Q,
        function: str,
        expression: str,
        query: Mapping[str, str] | None = None,
    ) -> None:
        async def rows() -> list[dict[str, str]]:
            answer = await self._people.see(function, query=Kept(query or {}))
            found = cast("list[Any]", value(expression, answer=answer) or [])
            known = self.known
            return [{key: text(value(getattr(known, key), row=row)).strip() for key in known.keys} for row in found]

        await self._told(kind, told, rows)

    async def _told(
        self, kind: Observation[Q, RegisterRow], told: Q, read: Callable[[], Awaitable[list[dict[str, str]]]]
    ) -> None:
        async def look() -> tuple[Sequence[RegisterRow], Exception | None]:
            try:
                return [RegisterRow(**row) for row in await read()], None
            except TROUBLES as error:
                return (), error

        await looked(self._people, kind, told, look)
