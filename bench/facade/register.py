"""The register of instruments at a product: tables put in and taken out, and what it shows and finds (CSMT 11.1).

Leaves how a product's table looks to `bench.dut.access.register`. What was put in, shown, found and taken out is in the
history as `register-import`, `register`, `register-found` and `register-export`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, cast

from bench.dut.access import register as tables
from bench.dut.access.exchange import Answer
from bench.dut.access.expressions import value
from bench.dut.access.register import Register
from bench.dut.access.visit import Kept, Session

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


class Desk(Protocol):
    """What of people a register needs."""

    def now_us(self) -> int:
        """True time."""
        ...

    async def use(self, name: str, session: Session, *, trick: str = "", **known: Any) -> str:
        """See `bench.facade.people.People`."""
        ...

    async def look(self, name: str, **known: Any) -> Answer | None:
        """See `bench.facade.people.People`."""
        ...


class RegisterOfInstruments:
    """The register of one product; `tell` puts an event into the history."""

    def __init__(self, desk: Desk, known: Register, tell: Callable[..., None]) -> None:
        self.known = known
        self._desk = desk
        self._tell = tell

    @property
    def samples(self) -> tuple[dict[str, str], ...]:
        """Two instruments, with what the product has a column for."""
        given = (*self.known.samples, {}, {})
        made = ({**own, **mine} for own, mine in zip(_OWN, given, strict=False))
        return tuple({key: text for key, text in each.items() if key in self.known.columns} for each in made)

    async def put_in(self, session: Session, rows: Sequence[Mapping[str, str]]) -> None:
        """Import a table of these instruments."""
        asked = self._desk.now_us()
        octets = tables.write(self.known, rows)
        text = octets.decode(self.known.encoding) if self.known.form == "csv" else ""
        outcome = await self._desk.use(self.known.import_, session, trick="table", table=text, octets=octets)
        self._tell("register-import", asked, {"outcome": outcome}, rows)

    async def shown(self, told: str) -> None:
        """What the register shows."""
        await self._rows("register", {"told": told}, self.known.of, self.known.rows)

    async def found(self, **sought: str) -> None:
        """What it shows of the instruments that meet these conditions."""
        query = {**dict.fromkeys(tables.SOUGHT, ""), **sought}
        await self._rows("register-found", sought, self.known.find, self.known.found or self.known.rows, query)

    async def taken_out(self) -> None:
        """What the exported table holds."""

        async def rows() -> list[dict[str, str]]:
            answer = await self._desk.look(self.known.export)
            if answer is None:
                raise LookupError("nobody could export the register / 无法导出台账")
            return tables.read(self.known, answer.octets)

        await self._told("register-export", {}, rows)

    async def _rows(
        self, what: str, told: Mapping[str, str], function: str, expression: str, query: Mapping[str, str] | None = None
    ) -> None:
        async def rows() -> list[dict[str, str]]:
            answer = await self._desk.look(function, query=Kept(query or {}))
            if answer is None:
                raise LookupError(f"{function} shows nothing / 无内容")
            found = cast("list[Any]", value(expression, answer=answer) or [])
            return [{key: _text(value(getattr(self.known, key), row=row)) for key in self.known.keys} for row in found]

        await self._told(what, told, rows)

    async def _told(
        self, what: str, told: Mapping[str, str], read: Callable[[], Awaitable[list[dict[str, str]]]]
    ) -> None:
        asked = self._desk.now_us()
        try:
            self._tell(what, asked, told, await read())
        except (LookupError, OSError, TimeoutError) as error:
            self._tell(what, asked, told, (), f"{type(error).__name__}: {error}")


def _text(found: Any) -> str:
    return "" if found is None else str(found).strip()
