"""What tests of accounting share: a store with points, an emitter, and minutes of activity without a meter."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reference_terminal.assembly import Terminal
from reference_terminal.model.rows import BY_HAND, MANUAL_ENTRY, Record
from reference_terminal.model.times import DAY, HOUR, MINUTE, MONTH, QUARTER, Span, parse_iso
from reference_terminal.platform import Platform
from reference_terminal.processing.emissions import Emissions
from reference_terminal.processing.outcomes import Kept
from reference_terminal.settings.config import load_config
from reference_terminal.web.accounting import AccountingApi
from reference_terminal.web.calibrations import CalibrationsApi
from reference_terminal.web.results import ResultsApi
from reference_terminal.web.router import Router
from reference_terminal.web.server import Request

POINTS = (
    ("grid", "counter", "kWh"),
    ("coal", "counter", "kg"),
    ("steam", "counter", "t"),
    ("bar", "instant", "MPa"),
    ("hot", "instant", "°C"),
)
METERS = '[[gateways]]\nid = "g1"\nhost = "127.0.0.1"\n[[meters]]\nid = "m1"\ngateway = "g1"\n' + "".join(
    f'[[meters.points]]\nid = "{id}"\nkind = "{kind}"\nunit = "{unit}"\naddress = {at * 2}\ntype = "u32"\n'
    for at, (id, kind, unit) in enumerate(POINTS)
)
EMITTER = """
[accounting]
emitter = "示范钢铁厂"
method = "steel-ndrc-2013"
[[accounting.units]]
id = "iron"
[[accounting.units]]
id = "power"
production = "auxiliary"
[[accounting.sources]]
id = "grid"
unit = "power"
term = "electricity-in"
inputs.AD.point = "grid"
inputs.EF = { value = "0.5", unit = "tCO2/MWh", origin = "supplier", factor = "grid" }
[[accounting.sources]]
id = "boiler"
unit = "iron"
category = "fuel"
term = "fuel"
item = "烟煤"
inputs.FC.point = "coal"
inputs.NCV = { entry = "value", unit = "GJ/t", value = "20", origin = "laboratory" }
"""

STACK = """
[accounting]
emitter = "示范发电厂"
method = "flue-gas-hj75-2017"
[[accounting.sources]]
id = "stack"
term = "stack-wet"
stack = { valid = "75", substitute = "hj75-2017" }
inputs.Q = { point = "gas", unit = "Nm3" }
inputs.XSW = { value = "0", unit = "%", origin = "dry" }
inputs.CO2.point = "co2"
"""
STACK_METERS = METERS + (
    '[[meters.points]]\nid = "gas"\nkind = "counter"\nunit = "m3"\naddress = 90\ntype = "u32"\n'
    '[[meters.points]]\nid = "co2"\nkind = "instant"\nunit = "%"\naddress = 92\ntype = "u32"\n'
)


def at(text: str) -> int:
    found = parse_iso(text)
    assert found is not None
    return found


class Clock:
    """A clock that stands where it is put."""

    def __init__(self, now_s: int) -> None:
        self.now_s = now_s

    def time_ns(self) -> int:
        return self.now_s * 10**9

    def set_time_ns(self, value: int) -> None:
        self.now_s = value // 10**9


class Plant:
    """A terminal with an emitter that is told its activity as records; nothing of it runs."""

    def __init__(
        self, now: str, more: str = "", emitter: str = EMITTER, path: Path | None = None, meters: str = METERS
    ) -> None:
        self.clock = Clock(at(now))
        where = f'[storage]\npath = "{":memory:" if path is None else path}"\n'
        self.terminal = Terminal(
            load_config(where + meters + emitter + more), Platform(clock=self.clock, random=random.Random(1))
        )
        self.terminal._assemble()  # pyright: ignore[reportPrivateUsage]
        self.store = self.terminal.store
        self.delivered: list[tuple[str, int]] = []
        self.emissions.deliver = lambda span, start_s, end_s: self.delivered.append((span.name, start_s))
        accounting = AccountingApi(self.terminal)
        self.router = Router([accounting, ResultsApi(accounting), CalibrationsApi(accounting)])

    @property
    def emissions(self) -> Emissions:
        found = self.terminal.pipeline.emissions
        assert found is not None
        return found

    def number(self, name: str) -> int:
        return self.terminal.pipeline.by_id[name].number

    def record(self, name: str, span: Span, start_s: int, value: str | None, **fields: Any) -> Record:
        flag = "N" if value is not None else "B"
        made = Record(
            span.code, start_s, self.number(name), span.end(start_s), None, None, value, None, None, 0, None, flag,
            "" if value is not None else "timeout",
        )  # fmt: skip
        for key, content in fields.items():
            setattr(made, key, content)
        return made

    def add(self, span: Span, start_s: int, values: Mapping[str, str | None]) -> None:
        """One period of several points."""
        self.store.add_records([self.record(name, span, start_s, value) for name, value in values.items()])
        assert self.store.flush()

    def day(self, start: str, minute: Mapping[str, int], *, month: bool = False) -> None:
        """A whole day of minutes, all alike, with the quarters, hours and the day that they make up."""
        start_s = at(start)
        records: list[Record] = []
        for span in (MINUTE, QUARTER, HOUR, DAY):
            for begin_s in range(start_s, start_s + DAY.code, span.code):
                for name, value in minute.items():
                    kind = self.terminal.pipeline.by_id[name].counts
                    told = value * span.code // 60 if kind else value
                    records.append(self.record(name, span, begin_s, str(told)))
        if month:
            days = (MONTH.end(start_s) - start_s) // DAY.code
            records += [self.record(name, MONTH, start_s, str(value * 1440 * days)) for name, value in minute.items()]
        self.store.add_records(records)
        assert self.store.flush()

    def revise(self, name: str, span: Span, start_s: int, value: str, revision: int = 1) -> None:
        made = self.record(name, span, start_s, value, flag=BY_HAND, cause=MANUAL_ENTRY, revision=revision)
        assert self.store.attempt(lambda: self.store.revise(made))

    def kept(self, figure: str, span: Span, start: str) -> Kept | None:
        return self.emissions.kept(self.store.connection, span.code, at(start), self.number(figure))

    def value(self, figure: str, span: Span, start: str) -> str | None:
        kept = self.kept(figure, span, start)
        return None if kept is None else kept.record.value

    async def get(self, address: str, **query: str) -> Any:
        return await self.router.answer(Request("GET", f"/api/v1/{address}", tuple(query.items())))

    async def post(self, address: str, body: bytes, **query: str) -> Any:
        request = Request("POST", f"/api/v1/{address}", tuple(query.items()), "application/json", body)
        return await self.router.answer(request)
