"""What every way of sending has in common: who the terminal is, which points its codes are, one commit for many.

Leaves wires to the modules beside it. Nothing is acknowledged before it is kept: who hands in values is called back
after the commit. What was handed in within one round of the loop is committed together; if that fails, each alone.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec
from sqlalchemy import ColumnElement, delete, select

from simulators.platform.core.numbers import text
from simulators.platform.core.reckoning import MINUTE, SPANS, Point, converted
from simulators.platform.core.seams import seam
from simulators.platform.core.sentences import Refused, one_line
from simulators.platform.core.series import Arrival, Series, Taken
from simulators.platform.core.tables import KeptRow, ObjectRow, StrayRow

_log = logging.getLogger("simulators.platform")
_ONE = Decimal(1)
_MOST_CODE, _MOST_FLAG = 120, 8
MOST_STRANGERS = 200
"""Unknown terminals that are told by name in one life; the rest share an alarm."""


@dataclass(frozen=True)
class Value:
    """A value as it came: `span` as the series have it, text as sent (empty: none), `unit` empty: the point's."""

    code: str
    at: int
    span: int
    value: str
    flag: str = ""
    unit: str = ""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def readable(self) -> bool:
        """Whether code and flag are words that can be kept and shown."""
        return (
            0 < len(self.code) <= _MOST_CODE
            and self.code.isprintable()
            and len(self.flag) <= _MOST_FLAG
            and self.flag.isprintable()
        )


@dataclass(frozen=True)
class Terminal:
    """A terminal that may send, and the points by its codes."""

    id: str
    enterprise: str
    secret: str
    points: Mapping[str, str]


@dataclass
class _Batch:
    terminal: Terminal
    values: Sequence[Value]
    way: str
    done: Callable[[bool], None]


class Intake:
    """The intake of one platform; `hooked` calls what areas declared, `alarm` raises one."""

    def __init__(
        self,
        series: Series,
        hooked: Callable[[tuple[Taken, ...]], None],
        alarm: Callable[[str, str, str, str], None],
    ) -> None:
        self._series = series
        self._ground = series.ground
        self._hooked, self._alarm = hooked, alarm
        self._terminals: dict[str, Terminal] | None = None
        self._waiting: list[_Batch] = []
        self._strangers: dict[str, None] = {}
        self._ground.changed.append(self._forget)

    def _forget(self, kind: str) -> None:
        if kind in ("terminal", "point"):
            self._terminals = None

    def now_us(self) -> int:
        """Now by the platform's clock."""
        return self._ground.now_us()

    # Who sends.

    def terminal(self, key: str) -> Terminal | None:
        """A terminal by its id; None tells nobody of that name is known."""
        if self._terminals is None:
            self._terminals = self._load()
        return self._terminals.get(key)

    def _load(self) -> dict[str, Terminal]:
        with self._ground.db.begin() as session:
            asked = select(ObjectRow.kind, ObjectRow.id, ObjectRow.body).order_by(ObjectRow.number)
            rows = session.execute(asked.where(ObjectRow.kind.in_(("terminal", "point")))).all()
            asked = select(KeptRow.name, KeptRow.value).where(KeptRow.name.startswith("terminal/"))
            kept = session.execute(asked).all()
        secrets = {row.name.removeprefix("terminal/"): msgspec.json.decode(row.value) for row in kept}
        points: dict[str, dict[str, str]] = {}
        for row in rows:
            if row.kind == "point":
                told = msgspec.json.decode(row.body)
                if told["terminal"] and told["code"]:
                    points.setdefault(told["terminal"], {})[told["code"]] = row.id
        return {
            row.id: Terminal(
                row.id, msgspec.json.decode(row.body)["enterprise"], secrets.get(row.id, ""), points.get(row.id, {})
            )
            for row in rows
            if row.kind == "terminal"
        }

    def known(self, key: str, secret: str, certified: str, way: str) -> Terminal | None:
        """The terminal that proves to be itself: by its secret, and by its certificate where one was asked for."""
        terminal = self.terminal(key)
        if terminal is None:
            self._alarm("unknown-terminal", self._stranger(key), "", f"{way}: nobody knows this terminal / 未知终端")
            return None
        if not proves(terminal, secret, certified):
            detail = f"{way}: wrong secret or certificate / 密码或证书不符"
            self._alarm("refused-terminal", terminal.id, terminal.enterprise, detail)
            return None
        return terminal

    def _stranger(self, key: str) -> str:
        """What an unknown terminal is called in an alarm: anybody may invent names, and the store has an end."""
        name = one_line(key, 120)
        if len(self._strangers) < MOST_STRANGERS:
            self._strangers[name] = None
        return name if name in self._strangers else f"more than {MOST_STRANGERS} / 超过 {MOST_STRANGERS} 个"

    # What is sent.

    def check(self, terminal: Terminal, values: Sequence[Value]) -> None:
        """Raises Refused for a unit that does not convert into the point's, or a class that the series do not know."""
        for each in values:
            if each.span not in SPANS:
                en, zh = f"no periods of {each.span} s are taken", f"不支持 {each.span} 秒周期"
                raise Refused(400, f"{each.code}: {en}", f"{each.code}：{zh}")
            key = terminal.points.get(each.code)
            point = self._series.point(key) if key else None
            if point is not None and each.unit and converted(_ONE, each.unit, point.unit) is None:
                raise Refused(
                    400,
                    f"{each.code}: {each.unit[:20]!r} does not convert into {point.unit!r}",
                    f"{each.code}：单位“{each.unit[:20]}”不能换算为“{point.unit}”",
                )

    def hand_in(self, terminal: Terminal, values: Sequence[Value], way: str, done: Callable[[bool], None]) -> None:
        """Keep values; `done(True)` once they are on the disk, `done(False)` if they could not be kept."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._commit)
        self._waiting.append(_Batch(terminal, values, way, done))

    async def taken(self, terminal: Terminal, values: Sequence[Value], way: str) -> bool:
        """Keep values, and whether they are."""
        over: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.hand_in(terminal, values, way, lambda kept: None if over.done() else over.set_result(kept))
        return await over

    def _commit(self) -> None:
        batches, self._waiting = self._waiting, []
        try:
            self._keep(batches)
        except Exception:
            if len(batches) == 1:
                self._failed(batches)
                return
            for each in batches:
                try:
                    self._keep([each])
                except Exception:
                    self._failed([each])
                else:
                    _tell([each], True)
        else:
            _tell(batches, True)

    def _failed(self, batches: Sequence[_Batch]) -> None:
        _log.error("intake: values could not be kept\n%s", traceback.format_exc())
        _tell(batches, False)

    @seam
    def _keep(self, batches: Sequence[_Batch]) -> None:
        """One transaction for all of them."""
        with self._ground.db.begin():
            arrivals: list[Arrival] = []
            for each in batches:
                arrivals += self._arrivals(each)
            if arrivals:
                self._hooked(tuple(self._series.take(arrivals)))

    def _arrivals(self, batch: _Batch) -> list[Arrival]:
        """The values of points; those of other codes are kept apart, and starts of minute data remembered."""
        arrivals: list[Arrival] = []
        starts: dict[int, None] = {}
        for each in batch.values:
            key = batch.terminal.points.get(each.code)
            point = self._series.point(key) if key else None
            if point is None:
                self._stray(batch.terminal, each, batch.way)
                continue
            arrivals.append(_arrival(point, each, batch.way))
            if each.span == MINUTE:
                starts[each.at] = None
        for at in starts:
            self._series.learn(batch.terminal.id, at)
        return arrivals

    # Codes that are no points yet.

    def _stray(self, terminal: Terminal, value: Value, way: str) -> None:
        body = msgspec.json.encode([value.at, value.span, value.value, value.flag, value.unit, dict(value.fields), way])
        with self._ground.db.begin() as session:
            session.add(StrayRow(terminal=terminal.id, code=value.code[:200], body=body.decode()))
        subject = f"{terminal.id}/{value.code}"[:200]
        self._alarm("unknown-code", subject, terminal.enterprise, "no point has this code / 没有监测点使用该编码")

    def note(self, terminal: Terminal, what: str, body: str) -> None:
        """Keep a message that is no value (states, logs) as it came."""
        with self._ground.db.begin() as session:
            session.add(StrayRow(terminal=terminal.id, code=what[:200], body=body))

    def adopt(self, key: str) -> int:
        """Values that came before their point was made are its own now: how many."""
        point = self._series.point(key)
        with self._ground.db.begin() as session:
            body = session.scalar(select(ObjectRow.body).where(ObjectRow.kind == "point", ObjectRow.id == key))
            if point is None or body is None:
                return 0
            told = msgspec.json.decode(body)
            where = _strays_of(told["terminal"], told["code"])
            rows = session.scalars(select(StrayRow.body).where(*where).order_by(StrayRow.number)).all()
            arrivals: list[Arrival] = []
            for row in rows:
                at, span, value, flag, unit, fields, way = msgspec.json.decode(row)
                if not unit or converted(_ONE, unit, point.unit) is not None:
                    arrivals.append(_arrival(point, Value(told["code"], at, span, value, flag, unit, fields), way))
            # One after the other: two of one key are a revision.
            for each in arrivals:
                if each.span == MINUTE:
                    self._series.learn(told["terminal"], each.at)
                self._series.take([each])
            session.execute(delete(StrayRow).where(*where))
        return len(arrivals)


@seam
def _strays_of(terminal: str, code: str) -> tuple[ColumnElement[bool], ...]:
    """Which values without a point are those of a code."""
    return StrayRow.terminal == terminal, StrayRow.code == code


@seam
def proves(terminal: Terminal, secret: str, certified: str) -> bool:
    """Whether somebody is that terminal: certificate and secret, as far as there are any."""
    if certified and certified != terminal.id:
        return False
    if not terminal.secret:
        return bool(certified)
    return hmac.compare_digest(terminal.secret.encode(), secret.encode("utf-8", "surrogatepass"))


def _tell(batches: Sequence[_Batch], kept: bool) -> None:
    """Whoever handed in is told."""
    for each in batches:
        each.done(kept)


def _arrival(point: Point, value: Value, way: str) -> Arrival:
    """A value in the unit of its point."""
    sent = value.value
    if sent and value.unit and value.unit != point.unit:
        exact = converted(Decimal(sent), value.unit, point.unit)
        assert exact is not None
        sent = text(exact)
    return Arrival(point, value.at, value.span, sent, value.flag or "N", way, value.fields)
