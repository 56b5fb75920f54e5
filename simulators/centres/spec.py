"""A data centre of a world as data: reading it from a world file, and building it.

Leaves what a centre does to its own module.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

import msgspec

from simulators.centres.channel import CHANNELS, Channel, Locks, family_of, locks_of
from simulators.centres.fingerprints import FingerprintCentre
from simulators.centres.hj212.centre import EDITIONS, Centre
from simulators.centres.hj212.payload import Guard
from simulators.centres.http import JsonCentre
from simulators.centres.management import Issuer, ManagementCentre
from simulators.centres.mqtt import MqttCentre
from simulators.centres.national import DATA_CODE, Item, NationalCentre, national_code
from simulators.centres.third_party import ThirdPartyCentre
from simulators.clock import Clock, Observe
from simulators.tables import NAME, Table
from simulators.trust.authority import CHOICES, Choice, Credential, Role, TerminalSide, Trust
from simulators.trust.files import Own, OwnFiles, read_own
from simulators.trust.oracle import public_of

Kind = Literal["hj212", "https", "management", "fingerprint", "third-party", "mqtt"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Payload = Literal["clear", "sm4-sm2"]
PAYLOADS: tuple[Payload, ...] = get_args(Payload)
Schedule = Literal["continuous", "window"]
SCHEDULES: tuple[Schedule, ...] = get_args(Schedule)
Given = Choice | Literal["missing"]
GIVEN: tuple[Given, ...] = (*CHOICES, "missing")
"""Which certificate the terminal is given for a centre: a good one, a bad one, none."""

_UPLOAD_TIME = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_DOMAIN = "centre.test"


@dataclass(frozen=True)
class CentreSpec:
    """A data centre and what it expects of its terminal (intervals: minutes and seconds; 0 s: no real-time data).

    `mn` names the terminal at every kind of centre. `certificate` is what it shows at first, `client_certificate` what
    the terminal is given for itself, `files` a laboratory's own
    in place of the world's good one. `payload` is the payload profile of HJ 212. `region`, `enterprise`, `upload_time`,
    `encrypted` (of a third party too: whether it asks for enciphered bodies), `valid_means_valid` and `data_port` are
    those of an HTTPS/JSON platform. `schedule` says whether an
    HJ 212 centre is sent each period as it ends or all of a day in the window that opens at `upload_time` (R-13).
    `report_s` is how often management software is to hear from the terminal (docs/WIRE.md section 5).
    """

    name: str
    host: str
    port: int
    mn: str
    pw: str = "123456"
    st: str = "31"
    minute_interval: int = 15
    realtime_interval_s: int = 0
    over_time_s: int = 10
    re_count: int = 3
    kind: Kind = "hj212"
    channel: Channel = "plain"
    certificate: Choice = "good"
    client_certificate: Given = "good"
    payload: Payload = "clear"
    edition: int = 2017
    region: str = "350200"
    enterprise: str = "91350200MA2XXXXX0X"
    upload_time: str = "01:38:00"
    encrypted: bool = False
    valid_means_valid: bool = True
    data_port: int = 0
    files: OwnFiles | None = None
    schedule: Schedule = "continuous"
    report_s: int = 300

    @property
    def window(self) -> str:
        """Time of day HH:mm:ss at which the daily window opens as things stand at first; empty without a window."""
        return self.upload_time if self.kind == "https" or self.schedule == "window" else ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every name under which a terminal may know the centre."""
        return (self.host, f"{self.name.lower()}.{_DOMAIN}")

    def code(self, given: str, plain: str) -> str:
        """The code of a point here: the one given for this centre, else the point's own in this centre's form."""
        return given or (national_code(plain) if self.kind == "https" else plain)

    def code_fault(self, code: str) -> str:
        """What is wrong with a code, in words; empty if nothing."""
        if self.kind == "https":
            fine = DATA_CODE.fullmatch(code) is not None
            return "" if fine else "is not of the form 04-01-0000-040200-30"
        return "" if re.fullmatch(r"[A-Za-z0-9]{1,16}", code) else "is not 1 to 16 letters and digits"


def read_centre(table: Table, folder: Path = Path()) -> CentreSpec:
    """One centre of a world file; its problems go into the table. Paths are relative to `folder`."""
    kind = cast(Kind, table.choice("kind", KINDS, "hj212"))
    centre = CentreSpec(
        name=table.text("name", pattern=NAME, hint="a name of letters, digits, - _ ."),
        host=table.text("host"),
        port=table.integer("port", 1, 65535),
        mn=table.text("mn", pattern=r"[0-9A-Za-z]{1,24}", hint="1 to 24 letters and digits"),
        pw=table.text("pw", "123456", pattern=r"[0-9A-Za-z]{6}", hint="6 letters and digits"),
        st=table.text("st", "31", pattern=r"[0-9A-Z]{2}", hint="2 characters 0-9A-Z"),
        minute_interval=table.integer("minute_interval", 1, 30, 15),
        realtime_interval_s=table.integer("realtime_interval_s", 0, 3600, 0),
        over_time_s=table.integer("over_time_s", 1, 99, 10),
        re_count=table.integer("re_count", 1, 99, 3),
        kind=kind,
        channel=cast(Channel, table.choice("channel", CHANNELS, "plain")),
        certificate=cast(Choice, table.choice("certificate", CHOICES, "good")),
        client_certificate=cast(Given, table.choice("client_certificate", GIVEN, "good")),
        payload=cast(Payload, table.choice("payload", PAYLOADS, "clear")),
        edition=table.integer("edition", 2005, 2025, 2017),
        region=table.text("region", "350200", pattern=r"\d{6}", hint="6 digits (GB/T 2260)"),
        enterprise=table.text(
            "enterprise", "91350200MA2XXXXX0X", pattern=r"[0-9A-Z]{18}", hint="18 digits and capital letters"
        ),
        upload_time=table.text("upload_time", "01:38:00", pattern=_UPLOAD_TIME, hint="a time of day HH:mm:ss"),
        encrypted=table.flag("encrypted", False),
        valid_means_valid=table.flag("valid_means_valid", True),
        data_port=table.integer("data_port", 0, 65535, 0),
        files=_files(table, folder),
        schedule=cast(Schedule, table.choice("schedule", SCHEDULES, "continuous")),
        report_s=table.integer("report_s", 10, 3600, 300),
    )
    if centre.schedule != "continuous" and kind != "hj212":
        table.problem("schedule", f"a schedule is set for hj212 alone, a platform over HTTPS tells its own; got {kind}")
    if centre.minute_interval not in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30):
        table.problem("minute_interval", f"{centre.minute_interval} does not divide the hour (HJ 212 table 4)")
    if 0 < centre.realtime_interval_s < 30:
        table.problem("realtime_interval_s", f"expected 0 (off) or 30 to 3600, got {centre.realtime_interval_s}")
    if centre.edition not in EDITIONS:
        table.problem("edition", f"expected one of {', '.join(map(str, EDITIONS))}, got {centre.edition}")
    if centre.payload != "clear" and kind != "hj212":
        table.problem("payload", f"the payload profile belongs to hj212, this centre is {kind}; remove it")
    if kind == "mqtt" and centre.channel != "plain":
        table.problem("channel", f"an MQTT centre is plain only, got {centre.channel}")
    if centre.channel in ("plain", "tls") and centre.client_certificate != "good":
        table.problem(
            "client_certificate",
            f"over {centre.channel} a terminal shows no certificate; choose mtls, gm-tls13 or tlcp",
        )
    if centre.channel == "plain" and (centre.certificate != "good" or centre.files):
        table.problem("channel", "a plain channel shows no certificate; choose tls, mtls, gm-tls13 or tlcp")
    table.finish()
    return centre


def _files(table: Table, folder: Path) -> OwnFiles | None:
    inner = table.table("files")
    if inner is None:
        return None
    found = OwnFiles(*(folder / inner.text(name) for name in ("certificate", "key", "anchors")))
    inner.finish()
    return found


def own_files(spec: CentreSpec, at_us: int) -> tuple[Own | None, list[tuple[str, str]]]:
    """A laboratory's own files of a centre, read and checked; no problems where it has none."""
    if spec.files is None or spec.channel == "plain":
        return None, []
    return read_own(spec.files, family_of(spec.channel), spec.hosts, at_us)


def subjects_of(specs: tuple[CentreSpec, ...]) -> list[tuple[Role, str]]:
    """Everybody whom the authorities of a world certify."""
    found: list[tuple[Role, str]] = []
    for spec in specs:
        found.append(("server", spec.name))
        found.append(("client", spec.mn))
        if spec.kind == "management":
            found.append(("server", _issuer_name(spec)))
    return list(dict.fromkeys(found))


def _issuer_name(spec: CentreSpec) -> str:
    return f"management {spec.name}"


@dataclass(frozen=True)
class Secrets:
    """What centre and terminal share beforehand: SM4 key of the payload profile, bearer token."""

    payload_key: bytes
    token: str


def secrets_of(chance: random.Random) -> Secrets:
    """Drawn from a stream of the centre's own."""
    return Secrets(chance.randbytes(16), f"{chance.getrandbits(128):032x}")


def terminal_side(spec: CentreSpec, trust: Trust, secrets: Secrets, choice: Given | None = None) -> TerminalSide:
    """What a terminal is given to talk to a centre; `choice` replaces the client certificate of the description."""
    channel, given = spec.channel, choice or spec.client_certificate
    changes: dict[str, str] = {"server_name": spec.hosts[-1]}
    if channel != "plain":
        authority = trust[family_of(channel)]
        changes |= {"anchors": authority.anchor, "crls": authority.crls}
        if spec.files is not None:
            changes["crls"] = ""
        if channel != "tls" and given != "missing":
            leaf = authority.leaf("client", spec.mn, (), given)
            changes |= {"certificate": leaf.certificate, "key": leaf.key}
        if channel == "tlcp" and given != "missing":
            pair = authority.leaf("client", spec.mn, (), given, "encryption")
            changes |= {"encryption_certificate": pair.certificate, "encryption_key": pair.key}
    if spec.payload == "sm4-sm2":
        centre = trust["sm2"].leaf("server", spec.name, spec.hosts)
        changes |= {"payload_key": secrets.payload_key.hex(), "centre_certificate": centre.certificate}
    if spec.payload == "sm4-sm2" or spec.kind in ("fingerprint", "management"):
        device = trust["sm2"].leaf("client", spec.mn)
        changes |= {
            "device_certificate": device.certificate,
            "device_key": device.key,
            "device_anchors": trust["sm2"].anchor,
            "device_crls": trust["sm2"].crls,
        }
    if spec.kind == "third-party":
        changes["token"] = secrets.token
        if spec.encrypted:
            changes["payload_key"] = secrets.payload_key.hex()
    return msgspec.structs.replace(TerminalSide(), **changes)


def build_centre(
    spec: CentreSpec,
    *,
    clock: Clock,
    chance: random.Random,
    observe: Observe,
    trust: Trust | None = None,
    secrets: Secrets | None = None,
    items: Mapping[str, Item] | None = None,
    own: Own | None = None,
) -> Centre | JsonCentre | MqttCentre:
    """The centre that a description asks for; it listens once started.

    `items` are the points by code. A centre with certificates or secrets needs `trust` and `secrets`; ValueError
    without.
    """
    needs = spec.channel != "plain" or spec.payload != "clear" or spec.kind in ("management", "fingerprint")
    if (needs or spec.kind == "third-party") and (trust is None or secrets is None):
        raise ValueError(f"centre {spec.name}: {spec.kind} over {spec.channel} needs the world's certificates")
    locks = _locks(spec, trust, own)
    if spec.kind == "hj212":
        return Centre(
            spec.name,
            spec.host,
            spec.port,
            mn=spec.mn,
            pw=spec.pw,
            st=spec.st,
            clock=clock,
            chance=chance,
            observe=observe,
            over_time_s=spec.over_time_s,
            re_count=spec.re_count,
            realtime_interval_s=spec.realtime_interval_s,
            minute_interval=spec.minute_interval,
            edition=spec.edition,
            locks=locks,
            guard=_guard(spec, trust, secrets, chance),
        )
    points = items or {}
    if spec.kind == "mqtt":
        known = {item.name: code for code, item in points.items()}
        return MqttCentre(spec.name, spec.host, spec.port, mn=spec.mn, known=known, clock=clock, observe=observe)
    if spec.kind == "https":
        return NationalCentre(
            spec.name,
            spec.host,
            spec.port,
            region=spec.region,
            enterprise=spec.enterprise,
            terminal=spec.mn,
            items=points,
            clock=clock,
            chance=chance,
            observe=observe,
            locks=locks,
            upload_time=spec.upload_time,
            encrypted=spec.encrypted,
            valid_means_valid=spec.valid_means_valid,
            data_port=spec.data_port,
        )
    assert trust is not None and secrets is not None
    if spec.kind == "management":
        return ManagementCentre(
            spec.name,
            spec.host,
            spec.port,
            device=spec.mn,
            issuer=_issuer(spec, trust),
            items=points,
            clock=clock,
            chance=chance,
            observe=observe,
            locks=locks,
        )
    if spec.kind == "fingerprint":
        return FingerprintCentre(
            spec.name,
            spec.host,
            spec.port,
            device=spec.mn,
            anchors=trust["sm2"].anchor,
            items=points,
            clock=clock,
            chance=chance,
            observe=observe,
            locks=locks,
        )
    return ThirdPartyCentre(
        spec.name,
        spec.host,
        spec.port,
        token=secrets.token,
        body_key=secrets.payload_key if spec.encrypted else b"",
        items=points,
        clock=clock,
        chance=chance,
        observe=observe,
        locks=locks,
    )


def _locks(spec: CentreSpec, trust: Trust | None, own: Own | None) -> Locks | None:
    if trust is None:
        return None
    return locks_of(
        trust,
        spec.channel,
        spec.name,
        spec.hosts,
        peer_name="" if own else spec.mn,
        certificate=spec.certificate,
        own=own.credential if own else None,
        anchors=own.anchors if own else "",
    )


def _guard(spec: CentreSpec, trust: Trust | None, secrets: Secrets | None, chance: random.Random) -> Guard | None:
    if spec.payload == "clear" or trust is None or secrets is None:
        return None
    authority = trust["sm2"]
    private = authority.leaf("server", spec.name, spec.hosts).private
    peer = public_of(authority.leaf("client", spec.mn).private)
    return Guard([secrets.payload_key], private, peer, chance)


def _issuer(spec: CentreSpec, trust: Trust) -> Issuer:
    def of(choice: Choice) -> tuple[Credential, int]:
        leaf = trust["sm2"].leaf("server", _issuer_name(spec), (), choice)
        return leaf, leaf.private

    return of
