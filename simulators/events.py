"""What the simulators saw and did, as typed events; the bench puts them into the history unchanged.

Leaves to others: keeping, chaining and judging them. Every time `t` is the true time in microseconds UTC since 1970
(the world's clock, never the clock of a simulated device). Numbers read or sent are decimal text.
"""

from __future__ import annotations

from typing import Literal

import msgspec

ConnectionState = Literal["opened", "closed", "reset", "refused"]
HandshakeState = Literal["agreed", "failed"]
HandedState = Literal["sent", "again", "taken", "finished", "declined", "expired", "too-large"]
FaultState = Literal["on", "off", "happened"]
NoAnswer = Literal["silent", "exception", "spoiled", "late", "stale", "wrong-clock"]


class Event(msgspec.Struct, frozen=True, tag_field="e", omit_defaults=True, kw_only=True, gc=False):
    """Base of all events; `t` is true time, microseconds UTC.

    `escaped` counts the octets and halves of characters in its texts that are no Unicode and stand in a record as six
    characters each, such as `\\ud800`. An event holds texts and numbers alone and can be part of no cycle: the
    collector need not look at it (`gc`).
    """

    t: int
    escaped: int = 0


class Served(Event, frozen=True, tag="served"):
    """A meter answered a request.

    `t` is the instant the last byte of the answer left. `asked` is the instant the request was complete. `values`
    maps point id to the decimal text that the registers of this very answer hold (only points whose registers all
    lie in the answer). `request` and `response` are upper-case hex of the whole frames.
    """

    meter: str
    unit: int
    asked: int
    request: str
    response: str
    values: dict[str, str] = {}
    fault: str = ""


class Unserved(Event, frozen=True, tag="unserved"):
    """A meter was asked and gave no usable answer: silence, exception, a spoiled or a late frame, a wrong stamp.

    stale and wrong-clock: the message of a collector bears an instant that is not that of its values. `response` is
    what was sent, if anything. `points` are the points the request asked for.
    """

    meter: str
    unit: int
    outcome: NoAnswer
    request: str
    response: str = ""
    points: tuple[str, ...] = ()
    fault: str = ""


class MeterFault(Event, frozen=True, tag="meter-fault"):
    """A fault of a meter or a counter event (rollover, reset, replacement) was switched on, off or happened."""

    meter: str
    fault: str
    state: FaultState
    detail: dict[str, str] = {}


class Connected(Event, frozen=True, tag="connected"):
    """A connection to a simulator opened or closed. `state`: opened, closed, reset, refused."""

    at: str
    conn: int
    peer: str
    state: ConnectionState
    reason: str = ""


class Rejected(Event, frozen=True, tag="rejected"):
    """Octets that a simulator could not use: what they were (hex, at most 256 octets), how many, and why."""

    at: str
    conn: int
    octets: str
    count: int
    reason: str


class Received(Event, frozen=True, tag="received"):
    """A centre received a whole frame (valid or not). `frame` is its text; `faults` names each deviation found.

    At a JSON platform `frame` is the body, `cn` the operation, `qn` the number the platform gave the request.
    """

    centre: str
    conn: int
    frame: str
    faults: tuple[str, ...] = ()
    qn: str = ""
    st: str = ""
    cn: str = ""
    mn: str = ""
    flag: str = ""
    pnum: int = 0
    pno: int = 0


class Sent(Event, frozen=True, tag="sent"):
    """A centre sent a frame; `t` is the instant its last byte left. `spoiled` names a deliberate deviation.

    An answer that acknowledges data has `cn` 9014 at every kind of centre, another answer of a JSON platform the
    operation it belongs to.
    """

    centre: str
    conn: int
    frame: str
    cn: str
    qn: str
    spoiled: str = ""


class Stored(Event, frozen=True, tag="stored"):
    """A centre stored one record (one point of one data packet).

    `kind` is realtime, minute, hour or day (CN 2011, 2051, 2061, 2031), or month. `stamp` is DataTime as sent. `fields`
    maps Rtd, Cou, Avg, Min, Max to their text as sent. `version` is 1 for the first content under this key (MN, kind,
    code, stamp) and rises only when the content differs; `copies` counts arrivals of this content under this key. `qn`
    and `pno` name the packet. `asked` is true if it came in answer to a history request or read-now.
    """

    centre: str
    mn: str
    kind: str
    code: str
    stamp: str
    fields: dict[str, str]
    flag: str
    qn: str
    pno: int = 0
    version: int = 1
    copies: int = 1
    asked: bool = False
    revision: int = 0


class Commanded(Event, frozen=True, tag="commanded"):
    """A centre's request to the terminal ended.

    `sent` is the instant its last byte left; `fetched` counts data packets that came in answer; `accepted` is QnRtn and
    `result` ExeRtn as text, empty if none came; `answer` holds the items of the data answer (e.g. SystemTime).
    """

    centre: str
    cn: str
    qn: str
    sent: int
    accepted: str = ""
    result: str = ""
    fetched: int = 0
    answer: dict[str, str] = {}


class Secured(Event, frozen=True, tag="secured"):
    """A handshake at a simulator ended. `state`: agreed, or failed with the `reason`.

    `version`, `suite`, `group`, `server_name` and the offers are what crossed the wire in the clear, `alert` the last
    alert among it. `peer` is the common name of the certificate the other side showed (empty: none), `peer_serial` its
    serial (hex), `peer_usage` its key usage, `peer_algorithm` the OID of its signature. `shown` is the simulator's own
    choice of certificate.
    """

    at: str
    conn: int
    channel: str
    state: HandshakeState
    shown: str
    reason: str = ""
    version: str = ""
    suite: str = ""
    group: str = ""
    server_name: str = ""
    alert: str = ""
    offered_versions: tuple[str, ...] = ()
    offered_suites: tuple[str, ...] = ()
    offered_groups: tuple[str, ...] = ()
    peer: str = ""
    peer_serial: str = ""
    peer_usage: tuple[str, ...] = ()
    peer_algorithm: str = ""


class Fingerprinted(Event, frozen=True, tag="fingerprinted"):
    """A fingerprint platform dealt with one fingerprint (docs/WIRE.md section 4).

    `what` is deposit or verify. `outcome` of a deposit: accepted, again, or the reason of the refusal; of a
    verification: same, altered, unknown. `digest` is the deposited one, or that of the record shown.
    """

    centre: str
    mn: str
    what: Literal["deposit", "verify"]
    point: str
    kind: str
    start: str
    revision: int
    digest: str
    outcome: str


class Published(Event, frozen=True, tag="published"):
    """A collector gave a message about one meter behind it: to its broker, or in answer to a request.

    `number` counts the collector's messages; a copy has the number of its original and `copy` true. `stamp` is the
    instant the message carries (us UTC, by the collector's clock), `values` what it says of points, as decimal text:
    only numbers that are one and belong to that instant. `payload` is its text.
    """

    collector: str
    meter: str
    number: int
    stamp: int
    payload: str
    topic: str = ""
    values: dict[str, str] = {}
    retain: bool = False
    copy: bool = False
    fault: str = ""


class Handed(Event, frozen=True, tag="handed"):
    """A collector's broker handed a message to a client, or heard that it was taken.

    `state`: sent, again (repeated with DUP), taken (its PUBACK came, at QoS 2 its PUBREC), finished (QoS 2: its PUBCOMP
    came), declined (the client answered with reason code `code` of MQTT 5.0), expired or too-large (never sent, for
    that reason). `number` is that of `Published`, 0 for a message of somebody else; `retained` marks a retained message
    given to a new subscription.
    """

    collector: str
    conn: int
    client: str
    topic: str
    number: int
    qos: int
    state: HandedState
    retained: bool = False
    code: int = 0


class ListServed(Event, frozen=True, tag="list-served"):
    """Somebody asked for a revocation list (`path`). `status` is that of HTTP, 0 for no answer.

    `number` and `until` (us UTC, its nextUpdate) are those of the list given, 0 without one; `fault` names a deliberate
    deviation.
    """

    at: str
    path: str
    status: int
    number: int
    until: int
    fault: str = ""


class StatusServed(Event, frozen=True, tag="status-served"):
    """Somebody was told the status of the certificate `serial` (hex): asked for, or stapled by the centre `at`.

    `status` is good, revoked or unknown, the responder's word of refusal, or empty for no answer; `until` (us UTC) is
    how long it holds, 0 without a status; `fault` names a deliberate deviation.
    """

    at: str
    serial: str
    status: str
    until: int
    stapled: bool = False
    fault: str = ""


class Behaviour(Event, frozen=True, tag="behaviour"):
    """A centre's switches changed: what it does from now on."""

    centre: str
    switches: dict[str, str]


class Created(Event, frozen=True, tag="created"):
    """A simulated terminal made records of one class, which travel as one packet.

    `number` counts its packets. `kind` is realtime, minute, hour, day or month; `start` and `end` are the period (us
    UTC), for samples both the instant. `values` maps codes to Rtd, or Cou, or Avg, Min and Max as decimal text, `flags`
    codes to a data flag other than N, `units` to the unit of their values, `true` those codes whose values are wrong on
    purpose to what they were in truth. `fault` names what is the matter: withheld (never sent, a gap), lost (dropped
    from a full backlog), copy (sent again under a new key), again (sent again as it was), revised, asked (sent because
    the platform asked), wrong, or how a packet is spoilt that must never be believed.
    """

    sender: str
    mn: str
    number: int
    kind: str
    start: int
    end: int
    values: dict[str, dict[str, str]]
    flags: dict[str, str] = {}
    units: dict[str, str] = {}
    true: dict[str, dict[str, str]] = {}
    fault: str = ""
    revision: int = 0


class Uploaded(Event, frozen=True, tag="uploaded"):
    """A simulated terminal sent a packet: its number, the key by which the answer names it, which attempt this is.

    `octets` is how long it was on the wire, `fault` names a deliberate deviation.
    """

    sender: str
    conn: int
    number: int
    key: str
    attempt: int
    octets: int
    fault: str = ""


class Acknowledged(Event, frozen=True, tag="acknowledged"):
    """The platform answered a packet of a simulated terminal: whether it took it, and its own words, short."""

    sender: str
    number: int
    key: str
    accepted: bool
    words: str = ""


SimulatorEvent = (
    Served
    | Unserved
    | MeterFault
    | Connected
    | Secured
    | Rejected
    | Received
    | Sent
    | Stored
    | Commanded
    | Fingerprinted
    | Published
    | Handed
    | ListServed
    | StatusServed
    | Behaviour
    | Created
    | Uploaded
    | Acknowledged
)
