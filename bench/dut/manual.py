"""The adapter of a terminal that only a person can configure and question: every question is a prompt at the bench.

Leaves asking and recording to `bench.operator`. The person types a table, or pastes what the terminal exports: a line
of column names, then a line a row, cells apart by commas or tabs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from bench.dut import LaunchError, Seat, sentences
from bench.dut.asking import Asks
from bench.dut.emission_codes import figures_at
from bench.dut.questions import ask_by_hooks, hook_problems
from bench.dut.revocation import lists_of, status_of
from bench.dut.streams import Told, stream_by_hooks
from bench.history.accounting import Emitter
from bench.operator.person import ATTEST, DO, TELL, Answer, Question
from bench.operator.tables import table
from simulators.collectors.kinds import kind_of as collector_kind
from simulators.sentences import Words
from simulators.stamps import local
from simulators.trust.authority import TerminalSide
from simulators.trust.export import export_side
from simulators.values import unknown
from simulators.world import PointRow
from simulators.world.points import CollectedRow
from simulators.world.points import told as point_told

_COLUMNS = {
    "readings": ("at", "value", "quality", "source"),
    "records": ("start", "end", "value", "flag", "opening", "closing"),
    "gaps": ("point", "start", "end", "cause"),
    "status": (),
    "queue": ("centre", "pending", "oldest"),
    "log": ("at", "kind", "text"),
}
_INSTANTS = ("from", "to", "at")


@runtime_checkable
class Attended(Protocol):
    """An adapter that works through a person."""

    def attend(self, desk: Asks) -> None:
        """Whom to ask from now on."""
        ...

    async def commission(self, seat: Seat, folder: Path) -> None:
        """Have the terminal configured for this seat. Raises NoAnswer."""
        ...


class ManualAdapter:
    """A terminal in the hands of a person."""

    name = "manual"
    in_process = False

    def __init__(self) -> None:
        self._desk: Asks | None = None

    def attend(self, desk: Asks) -> None:
        """Whom to ask from now on."""
        self._desk = desk

    def problems(self, connection: Mapping[str, Any], folder: Path) -> list[str]:
        """What is wrong with the section [connection], one sentence each."""
        del folder
        known = ("rig", "ask")
        return [
            *(f"connection.{key}: {' / '.join(unknown(key, known))}" for key in connection if key not in known),
            *hook_problems(connection.get("ask", {})),
        ]

    async def run(self, seat: Seat) -> None:
        """Never: this terminal is a device."""
        raise LaunchError(str(sentences.LAB_ONLY()))

    async def commission(self, seat: Seat, folder: Path) -> None:
        """Write what the device has to be configured with, and have a person do it. Raises NoAnswer.

        Beside the table `credentials` has a folder for each centre that asks for any (docs/WIRE.md section 7).
        """
        folder.mkdir(parents=True, exist_ok=True)
        table = folder / "commissioning.csv"
        table.write_text(commissioning(seat), "utf-8")
        for spec in seat.site.world.centres:
            side = seat.site.terminal_side(spec.name)
            if side != TerminalSide(server_name=side.server_name):
                export_side(side, folder / "credentials" / spec.name)
        await self._ask(
            Question(
                "commission",
                ATTEST,
                *sentences.CONFIGURE(table=table),
            )
        )

    def stream(self, seat: Seat, what: str) -> Told:
        """Where it tells something by itself, as the profile says; no person could. Raises LookupError."""
        return stream_by_hooks(seat, what)

    async def ask(self, seat: Seat, what: str, query: Mapping[str, str]) -> tuple[dict[str, str], ...]:
        """Put a question to the terminal through the person. Raises LookupError or TimeoutError without an answer."""
        if what in seat.connection.get("ask", {}):
            return await ask_by_hooks(seat, what, query, desk=self._desk)
        told = ", ".join(f"{key} {_shown(key, value)}" for key, value in query.items())
        if what == "replacement":
            await self._ask(
                Question(
                    what,
                    DO,
                    *sentences.ENTER_REPLACEMENT(told=told),
                )
            )
            return ()
        if what not in _COLUMNS:
            raise LookupError(f"no words for the question {what!r}: a person can be asked {', '.join(_COLUMNS)}")
        columns = _COLUMNS[what] or sentences.NAMES_OF_YOUR_OWN
        of = sentences.OF_WHICH(told=told) if told else Words("", "")
        answer = await self._ask(
            Question(
                what,
                TELL,
                *sentences.WHAT_IS_SHOWN(what=Words(what, sentences.ASKED[what]), of=of, columns=columns),
                multiline=True,
            )
        )
        return table(answer.text, _COLUMNS[what])

    async def _ask(self, question: Question) -> Answer:
        if self._desk is None:
            raise LookupError(str(sentences.NOBODY_AT_DEVICE()))
        return await self._desk.ask(question)


def _shown(key: str, value: str) -> str:
    return local(int(value)).isoformat(sep=" ", timespec="seconds") if key in _INSTANTS else value


def _cell(value: Any) -> str:
    return " ".join(value) if isinstance(value, list | tuple) else str(value)


def _codes(row: PointRow) -> str:
    return " ".join(f"{centre}={code}" for centre, code in row.codes.items())


_OF_A_KIND = ("user", "password", "version", "qos")
"""Columns of collectors that not every kind has."""


def commissioning(seat: Seat) -> str:
    """What the device has to be configured with, as a table: the points, then the centres."""
    lines = ["point,meter,host,port,line,unit id,function,registers,type,order,scale,unit,codes"]
    later: tuple[str, ...] = tuple(seat.settings.get("later", ()))
    rows = tuple(row for row in seat.site.points.values() if row.meter not in later)
    for row in rows:
        if isinstance(row.own, CollectedRow):
            continue
        told = point_told(row)
        parts = " + ".join(f"{part['address']} × {part['factor']}" for part in told["parts"])
        cells = (told[name] for name in ("id", "meter", "host", "port", "line", "unit_id", "fc"))
        more = (parts, row.type, told["order"], row.scale, row.unit, _codes(row))
        lines.append(",".join(str(cell) for cell in (*cells, *more)))
    if seat.site.world.collectors:
        lines += ["", "collector,kind,host,port,channel,form,user,password,version,qos"]
        lines += [
            ",".join(
                (
                    one.name,
                    one.kind,
                    one.host,
                    str(one.port),
                    one.channel,
                    one.form,
                    *(collector_kind(one).entered(one).get(name, "") for name in _OF_A_KIND),
                )
            )
            for one in seat.site.world.collectors
        ]
        known = {one.name: one for one in seat.site.world.collectors}
        lines += ["", "point,collector,device,tag,unit,codes"]
        lines += [
            f"{row.id},{own.collector},{known[own.collector].node(row.meter)},{own.tag},{row.unit},{_codes(row)}"
            for row in rows
            if isinstance(own := row.own, CollectedRow)
        ]
    lines += ["", "centre,host,port,mn,pw,st"]
    lines += [
        ",".join((spec.name, spec.host, str(spec.port), spec.mn, spec.pw, spec.st)) for spec in seat.site.world.centres
    ]
    derived: list[dict[str, Any]] = seat.settings.get("derived", [])
    if derived:
        lines += ["", f"derived point,{','.join(list(derived[0])[1:])}"]
        lines += [",".join(_cell(value) for value in each.values()) for each in derived]
    if (emitter := seat.settings.get("emitter")) is not None:
        lines += _boundary(emitter, seat.settings.get("emission_codes", {}))
        for spec in seat.site.world.centres:
            own = figures_at(seat, spec)
            if own != seat.settings.get("emission_codes", {}):
                lines += ["", f"emission figure at {spec.name},code", *(f"{name},{code}" for name, code in own.items())]
    apart = ("periods", "revocation", "status", "derived", "units", "limits", "emitter", "emission_codes")
    lines += ["", "setting,value", *(f"{key},{value}" for key, value in seat.settings.items() if key not in apart)]
    lists = lists_of(seat)
    if lists is not None:
        lines += [f"revocation list,{url}" for url in lists.urls]
        lines += [f"revocation lists fetched every (s),{lists.look_s}", f"without a list in force,{lists.policy}"]
    status = status_of(seat)
    if status is not None:
        lines.append(f"status of certificates (OCSP),{status.url}")
        lines += [f"status looked at every (s),{status.look_s}", f"without a status,{status.policy}"]
    if seat.time_server is not None:
        lines.append("time server (NTP),{}:{}".format(*seat.time_server))
    lines += [f"period_s of {meter},{value}" for meter, value in seat.settings["periods"].items()]
    units: Mapping[str, str] = seat.settings.get("units", {})
    limits: Mapping[str, tuple[str, str]] = seat.settings.get("limits", {})
    lines += [f"limits of {point},{low},{high}" for point, (low, high) in limits.items()]
    lines += [f"unit of {point} as kept and sent,{unit}" for point, unit in units.items()]
    return "\n".join(lines) + "\n"


def _boundary(emitter: Emitter, codes: Mapping[str, str]) -> list[str]:
    """The boundary to account for, table by table."""
    lines = ["", f"emitter,{_cell(emitter.name)},sector,{emitter.sector}"]
    lines += ["", "accounting unit,system,use,site"]
    lines += [",".join(map(_cell, (unit.id, unit.system, unit.use, unit.site))) for unit in emitter.units]
    lines += ["", "emission source,unit,scope,category,method,term,item,outside"]
    lines += [
        ",".join(
            _cell(value)
            for value in (
                *(each.id, each.unit, each.scope, each.category, each.method, each.term, each.item),
                "yes" if each.id in emitter.outside else "no",
            )
        )
        for each in emitter.sources
    ]
    lines += ["", "input of source,symbol,unit,point,entered by hand for each,value,counts from,where it comes from"]
    lines += [
        ",".join(
            map(_cell, (each.id, feed.symbol, feed.unit, feed.point, feed.entered, feed.value, feed.since, feed.origin))
        )
        for each in emitter.sources
        for feed in each.inputs
    ]
    lines += ["", "emission figure,gas,unit,decimals,code"]
    lines += [
        ",".join(map(_cell, (each.name, each.gas, each.unit, each.decimals, codes.get(each.name, ""))))
        for each in emitter.figures
    ]
    if emitter.limits:
        lines += ["", "warning limit of,class,above,unit"]
        lines += [
            ",".join(map(_cell, (f"{each.of}/{each.id}" if each.id else each.of, each.kind, each.above, each.unit)))
            for each in emitter.limits
        ]
    return lines
