"""The local interface to the terminal's own state, values that wait, and locking from afar.

Leaves reading the machine to `operations.machine`, the register of instruments to `instruments`. Only with accounts.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from reference_terminal.access.desk import Desk
from reference_terminal.access.proposals import told
from reference_terminal.access.rights import Right
from reference_terminal.acquisition.diagnosis import Diagnosis
from reference_terminal.management.applications import Applications
from reference_terminal.management.installer import Installer
from reference_terminal.model.clock import WallClock
from reference_terminal.operations.machine import Figures, MachineWatch
from reference_terminal.operations.rounds import LONGEST_MIN, SHORTEST_MIN, Rounds
from reference_terminal.processing.manual import INVALID, Entry, ManualEntries
from reference_terminal.processing.pipeline import Pipeline
from reference_terminal.settings.config import Config
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.web import refusals
from reference_terminal.web.parameters import shown
from reference_terminal.web.router import Addresses, route

_MOST_TEXT = 200


class Needs(Protocol):
    """What these addresses use of a terminal."""

    config: Config
    clock: WallClock
    journal: Journal
    pipeline: Pipeline
    store: Store
    manual: ManualEntries
    installer: Installer
    applications: Applications
    machine: MachineWatch | None
    rounds: Rounds
    diagnosis: Diagnosis

    def wake_centres(self) -> None:
        """Have every centre's queue looked at now."""
        ...


class StateApi(Addresses):
    """State, values that wait, lock."""

    def __init__(self, terminal: Needs, desk: Desk) -> None:
        self._terminal = terminal
        self._desk = desk
        self._since_s = asyncio.get_running_loop().time()

    @route("GET", "system", right=Right.STATE)
    def system(self, query: dict[str, str]) -> Any:
        """Processor, memory, disk in percent, operating system, programs (ISC-2 8.2); null: not known."""
        del query
        terminal = self._terminal
        watch = terminal.machine
        figures = Figures() if watch is None else watch.figures
        name, version = ("", "") if watch is None else watch.system
        failing = [subject for kind, subject in terminal.journal.raised() if kind == "task failing"]
        return {
            "cpu_percent": figures.cpu,
            "memory_percent": figures.memory,
            "disk_percent": figures.disk,
            "os": name,
            "os_version": version,
            "uptime_s": round(asyncio.get_running_loop().time() - self._since_s),
            "locked": self._desk.locked,
            "programs": [
                {"program": "terminal", "version": terminal.installer.version, "state": "running"},
                *({"program": name, "version": "", "state": "failing"} for name in failing),
                *(
                    {"program": each["name"], "version": each["version"], "state": each["state"]}
                    for each in terminal.applications.states()
                ),
            ],
        }

    @route("GET", "acquisition", right=Right.STATE)
    def acquisition(self, query: dict[str, str]) -> Any:
        """Every meter with its place, whether it is silent and ever answered; lines, gateways, collectors and so on."""
        del query
        config = self._terminal.config
        silent = [subject for kind, subject in self._terminal.journal.raised() if kind == "meter silent"]
        anchors = self._terminal.store.anchors()
        heard = {state.config.id for state in self._terminal.pipeline.every if state.number in anchors}
        by_collector = {each.id: each.protocol for each in config.collectors}
        return {
            "meters": [
                {
                    "meter": each.id,
                    "protocol": by_collector.get(each.collector, each.protocol) or "modbus",
                    "carrier": each.carrier,
                    "address": each.known_as or each.node,
                    "period_s": each.period_s,
                    "points": [point.id for point in each.points],
                    "silent": each.id in silent,
                    "heard": any(point.id in heard for point in each.points),
                }
                for each in (*config.meters, *config.standbys)
            ],
            "carriers": [
                *(
                    {"kind": "gateway", "id": each.id, "place": f"{each.host}:{each.port}", "settings": ""}
                    for each in config.gateways
                ),
                *(
                    {
                        "kind": "line",
                        "id": each.id,
                        "place": each.device or f"{each.host}:{each.port}",
                        "settings": f"{each.baud} Bd, {each.parity}, {each.stop_bits}",
                    }
                    for each in config.lines
                ),
                *(
                    {"kind": each.protocol, "id": each.id, "place": f"{each.host}:{each.port}", "settings": each.form}
                    for each in config.collectors
                ),
                *({"kind": "system", "id": each.id, "place": "", "settings": ""} for each in config.systems),
            ],
        }

    @route("GET", "diagnosis", right=Right.OPERATE, query=("line",))
    def diagnose(self, query: dict[str, str]) -> Any:
        """What a line or gateway carries since it was first asked for, each frame explained; the names without one."""
        diagnosis, name = self._terminal.diagnosis, query.get("line", "")
        if name and name not in diagnosis.names():
            known = ", ".join(diagnosis.names()) or "none"
            raise refusals.NO_LINE(got=shown(name), known=known)
        return {"lines": diagnosis.names(), "line": name, "heard": diagnosis.look(name) if name else []}

    # Lock

    @route("POST", "terminal-lock", right=Right.LOCK, body=("locked", "author"))
    def lock(self, fields: dict[str, str]) -> Any:
        """Lock (`yes`) or release (`no`) configuring on the spot; acquisition goes on."""
        if fields["locked"] not in ("yes", "no"):
            raise refusals.NOT_YES_OR_NO(key="locked")
        _written(self._desk.lock(fields["author"], locked=fields["locked"] == "yes"))
        return {"locked": fields["locked"]}

    # Rounds of inspection

    @route("GET", "inspections", right=Right.STATE)
    def inspections(self, query: dict[str, str]) -> Any:
        """The timetable and the rounds that were made by it, the latest first (R-41)."""
        del query
        rounds = self._terminal.rounds
        return {"every_min": rounds.every_min, "rounds": rounds.told()}

    @route("POST", "inspection-plan", right=Right.CONFIGURE, body=("every_min", "author"))
    def set_inspections(self, fields: dict[str, str]) -> Any:
        """Set the timetable: minutes between rounds, 0 for none."""
        text = fields["every_min"]
        every = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
        if every and not SHORTEST_MIN <= every <= LONGEST_MIN:
            raise refusals.BAD_ROUNDS(least=SHORTEST_MIN, most=LONGEST_MIN)
        _written(self._terminal.rounds.set(every, fields["author"]))
        return {"every_min": every}

    # Values that wait

    @route("GET", "proposals", right=Right.READ)
    def proposals(self, query: dict[str, str]) -> Any:
        """Values by hand that wait for release."""
        del query
        waiting = [] if self._desk.proposals is None else self._desk.proposals.waiting()
        return {"proposals": [told(each) for each in waiting]}

    @route("POST", "proposal", right=Right.RELEASE, body=("number", "decision", "reason", "author"))
    def decide(self, fields: dict[str, str]) -> Any:
        """Release or reject a value of another person's."""
        text, decision, why = fields["number"], fields["decision"], fields["reason"].strip()
        if decision not in ("release", "reject"):
            raise refusals.UNKNOWN_DECISION()
        _check_text("reason", why)
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
        proposals = self._desk.proposals
        found = None if proposals is None else proposals.get(number)
        if proposals is None or found is None:
            raise refusals.NO_PROPOSAL()
        if found.author == fields["author"]:
            raise refusals.OWN_PROPOSAL()
        terminal = self._terminal
        state, verdict = terminal.pipeline.by_id.get(found.point), "rejected"
        if decision == "release":
            if state is None:
                raise refusals.POINT_GONE()
            made = Entry(
                found.point, found.of, found.start_s, found.value, found.author, found.reason, terminal.clock.now_ms()
            )
            entered = terminal.manual.enter(state, made)
            _written(entered is not None)
            verdict = "released" if entered != INVALID else INVALID
        now_ms = terminal.clock.now_ms()
        _written(proposals.decide(found, fields["author"], now_ms, why, released=decision == "release"))
        terminal.wake_centres()
        return {"number": number, "verdict": verdict}


def _check_text(name: str, text: str) -> None:
    if not text or len(text) > _MOST_TEXT or not text.isprintable():
        raise refusals.NOT_PRINTABLE(key=name, most=_MOST_TEXT)


def _written(done: bool) -> None:
    if not done:
        raise refusals.NOT_RECORDED()
