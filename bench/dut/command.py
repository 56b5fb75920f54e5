"""Any program as a terminal: command line, environment, files and questions rendered from the profile.

Leaves running it to the real-time rigs. Everything stands in the section [connection] of the profile, see
`docs/TERMINALS.md`. Templates are Jinja2 in its sandbox; what they may name is in `variables`. All problems of a
profile are told at once, before anything is started.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import jinja2
import msgspec

from bench.dut import Fellow, Launch, LaunchError, Role, Seat, sentences, templates
from bench.dut.asking import Asks
from bench.dut.emission_codes import figures_at
from bench.dut.questions import ask_by_hooks, environment, hook_problems, look
from bench.dut.revocation import lists_of, status_of
from bench.dut.streams import Told, stream_by_hooks
from bench.dut.systems import system_of, systems_of
from simulators.centres.kinds import flat as centre_fields
from simulators.centres.kinds import kinds
from simulators.centres.spec import USUAL, CentreSpec, Given
from simulators.collectors.kinds import flat
from simulators.collectors.kinds import kind_of as collector_kind
from simulators.collectors.spec import CollectorSpec
from simulators.meters.places import Collected, SerialLine
from simulators.settings import Settings, read
from simulators.tables import Problem, Table
from simulators.values import one_of, words_of
from simulators.world.points import told as point_told

_UPLINKS = (USUAL, *(kind.id for kind in kinds().values() if kind.stands_in))
_ANSWER_S = 30.0
_MOST_OCTETS = 64 << 20
_UNTOLD = ("certificate", "client_certificate", "files")
"""What the bench decides of a centre's certificates: a terminal is handed certificates, not what is wrong with them."""


class _Text(Settings, frozen=True, kw_only=True):
    text: str


_Seconds = Annotated[float, msgspec.Meta(gt=0)]


class _Connection(Settings, frozen=True, kw_only=True):
    """The section; what is asked (`ask`) is read by `questions`."""

    command: Annotated[tuple[str, ...], words_of(*sentences.WORDS_TO_START)]
    env: dict[str, str] = {}
    files: dict[str, str | _Text] = {}
    ready: str = ""
    ready_s: _Seconds = 30
    starts_s: _Seconds | None = None
    clock: Literal["movable", "host"] = "movable"
    uplink: Annotated[str, one_of(_UPLINKS)] = USUAL
    ask: Any = None


def variables(seat: Seat, state: Path) -> dict[str, Any]:
    """What a template may name.

    `state` (the state folder), `folder` (where the profile lies), `python` (an interpreter), `local` (host, port),
    `time_server` (host, port of the bench's NTP server; none where it serves no time), `period_s`, `buffer_h`,
    `store_octets`, `log_entries` (0: as delivered), `meters` (name, host, port, line, device, unit, address, protocol,
    map, period_s, points), `collectors` (fields of every kind of `simulators.collectors`, `server_name`, `anchors`,
    `crls`, `certificate` and `key` as PEM text; `topic` of each meter behind one, or `path`), `systems` (id, kind and
    url of OPC UA servers and databases; with security also security, certificate, key, trusted; a meter's `system` is
    the id, a point's `tag` its node or tag), `lines` (name, device, baud, parity, stop_bits of serial lines; `device`
    is the file to open), `points` (rows of the point table, see `simulators.world.points.told`, and `kept_unit`: in
    which unit the point is to be kept and sent), `centres` (fields of
    `simulators.centres.spec.CentreSpec`, those of `simulators.trust.authority.TerminalSide`, `codes` by point, and
    `figures`: codes of emission figures by name in the form of this centre;
    `derived` are points to be computed from others (see `bench.layout.scenario.Derived`) with their `code`;
    `emitter` is the boundary to account for (`bench.history.accounting.Emitter`, none: nothing), with the codes of its
    figures at every centre by name in `emission_codes`;
    meters and centres without those that an operator adds later), `revocation` (urls, look_s, policy; none where no
    lists are fetched),
    `status` (url, look_s, policy; none where no certificate is asked about), `connection` (that section of the
    profile), `role` (what the terminal is among several, none where it is alone: name, own (certificate, key, anchors),
    master (name, host, port), slaves (name, host, port, points with `tag`), reports_as, tags by point,
    minute_interval). For a platform: `uplink` (host) where it listens for terminals, `intakes` (port, path,
    server_name by way, such as `intakes.hj212.port`), `side` (certificate, key, anchors as PEM; none where nobody comes
    by TLS) and `accounts` (name, role, password of those that it shall have, by their word).
    """
    units: Mapping[str, str] = seat.settings.get("units", {})
    limits: Mapping[str, tuple[str, str]] = seat.settings.get("limits", {})
    later: Sequence[str] = seat.settings.get("later", ())
    rows = [
        {
            **point_told(row),
            **dict(zip(("low", "high"), limits.get(row.id, (row.low, row.high)), strict=True)),
            "kept_unit": units.get(row.id, row.unit),
        }
        for row in seat.site.points.values()
        if row.meter not in later
    ]
    periods: Mapping[str, float] = seat.settings["periods"]
    meters: list[dict[str, Any]] = []
    for spec in (each for each in seat.site.world.meters if each.name not in later):
        own = [row for row in rows if row["meter"] == spec.name]
        line = spec.place.device if isinstance(spec.place, SerialLine) else ""
        meters.append(
            {
                "name": spec.name,
                "host": spec.host,
                "port": spec.port,
                "line": line,
                "device": seat.device(line),
                "unit": spec.unit,
                "address": spec.address,
                "protocol": own[0]["protocol"] if own else "modbus-tcp",
                "map": str(spec.map),
                "collector": spec.place.collector if isinstance(spec.place, Collected) else "",
                "system": system_of(seat, spec),
                "period_s": periods.get(spec.name, seat.settings["period_s"]),
                "records": seat.settings.get("records", {}).get(spec.name, ""),
                "points": own,
            }
        )
    centres = [_centre(seat, spec) for spec in seat.site.world.centres if spec.name not in later]
    return {
        "state": str(state),
        "folder": str(seat.folder.resolve()),
        "python": sys.executable,
        "local": {"host": seat.local[0], "port": seat.local[1]},
        "time_server": None if seat.time_server is None else {"host": seat.time_server[0], "port": seat.time_server[1]},
        "period_s": seat.settings["period_s"],
        "buffer_h": seat.settings["buffer_h"],
        "store_octets": seat.settings.get("store_octets", 0),
        "log_entries": seat.settings.get("log_entries", 0),
        "meters": meters,
        "lines": [
            {"name": line.name, "device": seat.device(line.name), **line.settings._asdict()}
            for line in seat.site.world.lines
        ],
        "points": rows,
        "derived": list(seat.settings.get("derived", ())),
        "emitter": _whole(seat.settings.get("emitter")),
        "emission_codes": dict(seat.settings.get("emission_codes", {})),
        "collectors": [_collector(seat, spec) for spec in seat.site.world.collectors],
        "systems": systems_of(seat),
        "centres": centres,
        "revocation": None if (lists := lists_of(seat)) is None else lists._asdict(),
        "status": None if (status := status_of(seat)) is None else status._asdict(),
        "connection": dict(seat.connection),
        "uplink": {"host": seat.uplink},
        "intakes": {way: msgspec.to_builtins(each) for way, each in seat.intakes.items()},
        "side": seat.side,
        "role": None if seat.role is None else _role(seat.role),
        "accounts": {} if seat.access is None else msgspec.to_builtins(seat.access.accounts),
    }


def _role(role: Role) -> dict[str, Any]:
    """What a template may name of the terminals beside this one."""

    def told(fellow: Fellow) -> dict[str, Any]:
        points = [{**point_told(row), "tag": fellow.tags[row.id]} for row in fellow.rows]
        return {"name": fellow.name, "host": fellow.host, "port": fellow.port, "points": points}

    return {
        "name": role.name,
        "own": role.own,
        "master": None if role.master is None else told(role.master),
        "slaves": [told(each) for each in role.slaves],
        "reports_as": role.reports_as,
        "tags": dict(role.tags),
        "minute_interval": role.minute_interval,
    }


def _centre(seat: Seat, spec: CentreSpec) -> dict[str, Any]:
    """What a template may name of a centre: its fields, what the terminal is given for it, the codes of its points."""
    given = seat.site.terminal_side(spec.name)
    rows = seat.rows
    return {
        **{name: value for name, value in centre_fields(spec).items() if name not in _UNTOLD},
        **msgspec.structs.asdict(given),
        "codes": {row.id: row.codes[spec.name] for row in rows if spec.name in row.codes},
        "figures": figures_at(seat, spec),
    }


def _subject(seat: Seat, what: str, query: Mapping[str, str]) -> dict[str, Any]:
    """The centre that an order is about: as a template of a file has it, or with the certificate chosen by the order.

    Raises LookupError for a centre that is not on the bench.
    """
    if what not in ("centre-add", "centre-certificate"):
        return {}
    spec = next((spec for spec in seat.site.world.centres if spec.name == query["centre"]), None)
    if spec is None:
        raise LookupError(str(sentences.NO_CENTRE(name=query["centre"])))
    choice = cast(Given, query["choice"]) if "choice" in query else None
    told = {**_centre(seat, spec), **msgspec.structs.asdict(seat.site.terminal_side(spec.name, choice))}
    return {"centre": {**told, **({"host": query["host"]} if "host" in query else {})}}


def _collector(seat: Seat, spec: CollectorSpec) -> dict[str, Any]:
    """What a template may name of a collector: its fields, what the terminal is given for it, where its meters are."""
    side = seat.site.collector_side(spec.name)
    places = {meter.name: meter.place for meter in seat.site.world.meters}
    behind = [name for name, at in places.items() if isinstance(at, Collected) and at.collector == spec.name]
    return {
        **flat(spec),
        **{name: getattr(side, name) for name in ("server_name", "anchors", "crls", "certificate", "key")},
        **collector_kind(spec).places(spec, behind),
    }


class CommandAdapter:
    """A terminal that is a program with a command line."""

    name = "command"
    in_process = False

    def __init__(self) -> None:
        self._desk: Asks | None = None

    async def run(self, seat: Seat) -> None:
        """Never: this terminal needs a process of its own."""
        raise LaunchError(str(sentences.PROGRAM_RIGS()))

    def problems(self, connection: Mapping[str, Any], folder: Path) -> list[str]:
        """What is wrong with the section [connection], one sentence each; names in templates are seen at the start."""
        given, problems = _read(connection, folder)
        return [*problems, *_absent(given.command)]

    def uplink(self, connection: Mapping[str, Any]) -> str:
        """What the profile says; HJ 212 where it says nothing."""
        return read(Table(dict(connection), "", []), _Connection).uplink

    def launch(self, seat: Seat, state: Path) -> Launch:
        """The command line and files for this seat. Raises LaunchError with every problem."""
        given, problems = _read(seat.connection, seat.folder)
        if problems:
            raise LaunchError("\n".join(problems))
        known = variables(seat, state)
        engine = environment()

        def fill(where: str, text: str) -> str:
            try:
                return engine.from_string(text).render(known)
            except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError, LookupError) as error:
                problems.append(sentences.TEMPLATE_FAILS(error=error).after(f"connection.{where}"))
                return ""

        words = tuple(fill("command", word) for word in given.command)
        if words[0].startswith("/") and not Path(words[0]).is_relative_to(state):
            problems += _absent(words)
        env = {name: fill(f"env.{name}", text) for name, text in given.env.items()}
        files = {
            fill("files", name): fill(f"files.{name}", _text(file, seat.folder)) for name, file in given.files.items()
        }
        problems += [sentences.FILE_BELOW(name=name).after("connection.files") for name in files if not _inside(name)]
        told = fill("ready", given.ready)
        ready = None
        if told:
            host, _, port = told.rpartition(":")
            if not host or not port.isdecimal():
                problems.append(sentences.READY_FORM(told=told).after("connection.ready"))
            else:
                ready = (host, int(port))
        if problems:
            raise LaunchError("\n".join(problems))
        return Launch(
            argv=words,
            env=env,
            files=files,
            ready=ready,
            ready_s=given.ready_s,
            starts_s=given.starts_s,
            own_clock=given.clock == "movable",
        )

    async def ask(self, seat: Seat, what: str, query: Mapping[str, str]) -> tuple[dict[str, str], ...]:
        """Put a question as the profile says. Raises LookupError, OSError or TimeoutError without an answer."""
        return await ask_by_hooks(seat, what, query, subject=_subject(seat, what, query), desk=self._desk)

    def stream(self, seat: Seat, what: str) -> Told:
        """Where it tells something by itself, as the profile says. Raises LookupError."""
        return stream_by_hooks(seat, what, _subject(seat, what, {}))

    def attend(self, desk: Asks) -> None:
        """Whom to ask what the profile has a person do."""
        self._desk = desk


def _text(file: str | _Text, folder: Path) -> str:
    """The template of a file; a text is the name of one beside the profile."""
    return (folder / file).read_text("utf-8") if isinstance(file, str) else file.text


def _inside(name: str) -> bool:
    """Whether a file's name lies below the state folder."""
    return not Path(name).is_absolute() and ".." not in Path(name).parts


def _absent(command: Sequence[str]) -> list[str]:
    """A program that is named outright and is not on this machine; one with a place to fill in is seen at the start."""
    word = command[0] if command else "{"
    if "{" in word or word.startswith(".") or shutil.which(word) is not None:
        return []
    lacking = sentences.NO_PROGRAM_HERE if "/" in word else sentences.NO_PROGRAM_ON_PATH
    return [lacking(word=word).after("connection.command")]


def _read(connection: Mapping[str, Any], folder: Path) -> tuple[_Connection, list[str]]:
    """Section [connection], and everything that can be known to be wrong with it before a seat is there."""
    problems: list[Problem] = []
    table = Table(dict(connection), "connection", problems)
    given = read(table, _Connection)
    for word in given.command:
        look(table, "command", word, known=templates.FIELDS)
    for name, text in given.env.items():
        look(table, f"env.{name}", text, known=templates.FIELDS)
    for name, file in given.files.items():
        if not _inside(name):
            table.problem("files", *sentences.FILE_BELOW(name=name))
        try:
            look(table, f"files.{name}", _text(file, folder), known=templates.FIELDS)
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not UTF-8"
            table.problem(f"files.{name}", *sentences.TEMPLATE_UNREADABLE(file=folder / str(file), why=why))
    look(table, "ready", given.ready, known=templates.FIELDS)
    return given, [*map(str, problems), *hook_problems(connection.get("ask", {}))]


def _whole(part: object) -> object:
    """A part of the boundary with every key of it, those too that are as by default: a template may name each."""
    if isinstance(part, msgspec.Struct):
        return {name: _whole(getattr(part, name)) for name in part.__struct_fields__}
    return [_whole(each) for each in cast(tuple[object, ...], part)] if isinstance(part, tuple) else part
