"""What the bench itself tells of a case, and every event that a record can hold.

Leaves what simulators tell to `simulators.events` and the first event to `began`. Times are true time in
microseconds UTC.
"""

from __future__ import annotations

from typing import Literal

from bench.history.began import Began, ParkStands
from bench.history.load import LoadBegan, LoadEnded, LoadLedger, LoadStage, LoadTarget
from simulators.events import Event, SimulatorEvent

RuleState = Literal["on", "off", "act", "dropped"]
PowerState = Literal["cut", "restored", "brown-out"]
ProgramState = Literal[
    "starting", "running", "stopped", "crashed", "disk-full", "silent", "lost-writes", "flooding", "unready"
]


class Phase(Event, frozen=True, tag="phase"):
    """The case says where it is. `settle` marks the instant before which every ended interval must arrive."""

    name: str
    detail: dict[str, str] = {}


class LinkRule(Event, frozen=True, tag="link"):
    """An impairment of a link was put on (`state` on), taken off (off), acted once (act), or its losses told (dropped).

    `detail` holds the rule's settings in words under `detail`, and under `count` how many packets or connections it
    hit.
    """

    link: str
    rule: str
    state: RuleState
    detail: dict[str, str] = {}


class Power(Event, frozen=True, tag="power"):
    """The terminal's supply: `state` is cut, restored or brown-out. `detail` says what decided the instant.

    `terminal` names the slave whose it is; empty: the terminal on test. So in every event that has it.
    """

    state: PowerState
    detail: dict[str, str] = {}
    terminal: str = ""


class ClockMoved(Event, frozen=True, tag="clock"):
    """The bench moved the terminal's own clock; `offset_us` is terminal minus true time afterwards."""

    offset_us: int
    why: str = ""
    terminal: str = ""


class TerminalState(Event, frozen=True, tag="terminal"):
    """The terminal's process as the rig sees it; `detail` is its last words, or what was seen of it.

    silent: it asks nobody; disk-full and flooding: what it writes has no end; unready: it does not listen where it
    said; lost-writes: what a power cut took of its disk.
    """

    state: ProgramState
    detail: str = ""
    terminal: str = ""


class Observed(Event, frozen=True, tag="observed"):
    """Somebody asked the terminal through a local interface (or looked at it) and this is what it showed.

    `what` names the question (readings, records, gaps, status, queue, log, alarms). `asked` is when. `rows` are the
    answers normalised by the adapter; `problem` is set instead when there was no usable answer.

    Of a platform `what` is an action and its object (create factor, ask emissions, page) and `outcome` says what came
    of it: done; refused, with the `status` of HTTP; unanswered; unfit (the answer is not what the profile says it is);
    unmapped (the profile has no such function). `query` then has who asked (`by`, the word of an account) and, of an
    object that there is, what it is called (`object`).
    """

    what: str
    asked: int
    query: dict[str, str] = {}
    rows: tuple[dict[str, str], ...] = ()
    problem: str = ""
    outcome: Literal["", "done", "refused", "unanswered", "unfit", "unmapped"] = ""
    status: int = 0
    terminal: str = ""


class TimeAsked(Event, frozen=True, tag="time-asked"):
    """The terminal asked the bench's time server (NTP), which told it true time plus `ahead_us`, or kept silent."""

    peer: str
    ahead_us: int
    answered: bool


class Captured(Event, frozen=True, tag="captured"):
    """What passed the terminal's card on one segment lies in a pcap file beside the record; `sm3` is its digest.

    In virtual time a capture that holds what no seed repeats has no `sm3` but the `outline` of what one does; its SM3
    is in the list beside the record (`bench.captures`).
    """

    segment: str
    file: str
    sm3: str = ""
    packets: int = 0
    outline: str = ""


class CutShort(Event, frozen=True, tag="cut-short"):
    """The case was not driven to its end. `because` says whose doing it was, `what` says what happened.

    `rig`: this rig cannot do what the case asked for, so that the case is not run. `terminal`: the terminal's program
    ended by itself or had to be stopped; what was seen until then is judged, but nothing can pass.
    """

    because: Literal["rig", "terminal"]
    what: str


class Timing(Event, frozen=True, tag="timing"):
    """What the bench measured of its own timing while a real-time case ran (R-05).

    The loop's delay (us): number of samples, median, 99th percentile, largest. `resolution_ns` of the bench's clock;
    `host_moved_us` is by how much the host's clock moved against it. `uncertainty_us` is the expanded uncertainty (k=2)
    of the difference of two instants in this record. `cpu_wait_us` is the mean wait of the bench's thread for a CPU
    (part of the uncertainty), `cpu_stalled` the share of the time in which some task of the machine waited (percent);
    -1 and empty where the kernel keeps no account.
    """

    samples: int
    loop_p50_us: int
    loop_p99_us: int
    loop_max_us: int
    resolution_ns: int
    host_moved_us: int
    uncertainty_us: int
    cpu_wait_us: int = -1
    cpu_stalled: str = ""


class Trouble(Event, frozen=True, tag="trouble"):
    """The bench itself failed: the case ends in `error`, whatever else was seen (R-06)."""

    what: str


class Ended(Event, frozen=True, tag="ended"):
    """Last event of a record; `events` counts those before it."""

    events: int


AnyEvent = (
    Began
    | ParkStands
    | Phase
    | LinkRule
    | Power
    | ClockMoved
    | TerminalState
    | Observed
    | TimeAsked
    | Captured
    | CutShort
    | Timing
    | Trouble
    | LoadBegan
    | LoadStage
    | LoadTarget
    | LoadLedger
    | LoadEnded
    | Ended
    | SimulatorEvent
)
