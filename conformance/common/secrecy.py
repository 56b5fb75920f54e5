"""Secrecy: what crosses the uplink can be read by nobody, and goes to nobody but the right centre (R-32, R-34).

Leaves completeness to `delivery`. Reads the capture of the terminal's own card and the centres' handshakes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from ipaddress import IPv4Address
from pathlib import Path
from struct import unpack_from

from bench.case import Check, EvidenceKind, criterion
from bench.history import CentreSetup, History, Received, Secured, Sent, Stored, looks
from conformance.common import pcap
from conformance.common.delivery import setup_of
from conformance.common.queries import answers
from conformance.common.times import local

NOTHING_READABLE = criterion(
    "nothing-readable",
    en="no value, name or protocol text can be read in the capture of the uplink",
    zh="上行抓包中读不到任何数值、标识或协议文本",
    unit="streams",
)
UPLOADS_ENCRYPTED = criterion(
    "uploads-encrypted",
    en="every upload is encrypted on its way, by HTTPS or (with a remark) by HJ 212 in TLS or an enciphered payload",
    zh="每项上传途中均加密：HTTPS，或（附备注）TLS 内 HJ 212 或加密载荷",
    unit="streams",
    reading_b_of="R-32/https",
)
OWN_CERTIFICATE = criterion(
    "own-certificate",
    en="every session stands on the terminal's own certificate, which is one for signing",
    zh="每次会话均以终端自身的签名证书认证",
    unit="handshakes",
)
NOTHING_WEAK_OFFERED = criterion(
    "nothing-weak-offered",
    en="no version below TLS 1.2 and no suite without forward secrecy and authenticated encryption is offered",
    zh="不提供 TLS 1.2 以下版本和弱密码套件",
    unit="handshakes",
)
NATIONAL_SUITE = criterion(
    "national-suite",
    en="every session is TLS 1.3 with TLS_SM4_GCM_SM3 on curveSM2 and an SM2 certificate",
    zh="每次会话均为 TLS 1.3、TLS_SM4_GCM_SM3、curveSM2 和 SM2 证书",
    unit="handshakes",
    reading_b_of="R-32/tlcp",
)
NOTHING_BUT_NATIONAL_OFFERED = criterion(
    "nothing-but-national-offered",
    en="no other suite is offered, so that nobody can talk the terminal into one",
    zh="只提供国密套件，不可降级",
    unit="handshakes",
)
NO_SECRET_IN_STORAGE = criterion(
    "no-secret-in-storage",
    en="no key, token or password is readable in the storage",
    zh="存储镜像中读不到密钥、令牌或口令",
    unit="places",
    evidence=EvidenceKind.STORAGE,
)
NO_SECRET_SHOWN = criterion(
    "no-secret-shown",
    en="no key, token or password is shown or logged",
    zh="界面和日志不显示密钥、令牌或口令",
    unit="places",
)
REFUSED = criterion(
    "refused-{0}",
    en="a centre whose certificate is {0} gets no message",
    zh="证书异常（{0}）的中心收不到任何报文",
    unit="messages",
)
SILENT_WHEN = criterion(
    "silent-when-{0}",
    en="with its own certificate {0} the terminal sends nothing to that centre by any way",
    zh="自身证书异常（{0}）时不以任何方式向该中心发送",
    unit="messages",
)
ALARM_WHEN = criterion(
    "alarm-when-{0}",
    en="an alarm names the centre for which its own certificate is {0}",
    zh="自身证书异常（{0}）时告警并指明中心",
)


SEGMENT = "uplink"
# A value shorter than this is found in octets that mean nothing, by chance alone.
_LEAST_TEXT = 6
# Text of the protocols that stands in every message, specific enough not to turn up in ciphertext by chance.
_PROTOCOL_TEXT = re.compile(
    rb"QN=\d{6}|ST=\d\d;CN=|CN=\d{4};|PW=\w{6};|MN=\w{8}|CP=&&\w|DataTime=|HTTP/1\.|POST /\w|"
    rb"\"(?:deviceId|data|dataCode|dataValue|responseCode|secretKey|fingerprints)\":"
)
# With a payload profile the head of the packet stays in the clear; what it protects must not.
_PROTECTED_TEXT = re.compile(rb"DataTime=|\w-(?:Rtd|Avg|Cou|Min|Max)=\d|-Flag=\w|PW=(?!000000)\w{6};")
# What a centre has sent in the clear to see whether the terminal takes it.
_OPEN_ON_PURPOSE = "payload-plain"
_FRAME = b"##"
_OLD = ("TLSv1.0", "TLSv1.1")
# Forward secrecy and authenticated encryption, and the two signals that are no suites; codes as IANA registers them.
_SOUND_SUITES = re.compile(
    r"TLS_(?:AES|CHACHA20|SM4)_\w+|TLS_ECDHE_\w+_(?:GCM_SHA256|GCM_SHA384|POLY1305_SHA256)|"
    r"TLS_EMPTY_RENEGOTIATION_INFO_SCSV|5600|C0(?:2[BCF]|30|A[C-F])|CCA[89A]|009[EF]|C09[EF]|C0A[23]"
)
NATIONAL = ("TLSv1.3", "TLS_SM4_GCM_SM3", "curveSM2")
_SM2_WITH_SM3 = "1.2.156.10197.1.501"

_ETHERNET, _IPV4, _TAGGED, _TCP = 14, b"\x08\x00", b"\x81\x00", 6

Flow = tuple[str, int, str, int]


def streams(history: History, segment: str = SEGMENT) -> dict[Flow, bytes]:
    """What each side said on each connection of a segment, in order and without repeats; empty without a capture."""
    path = history.capture(segment)
    pieces: dict[Flow, dict[int, bytes]] = {}
    for flow, seq, octets in () if path is None else _segments(path):
        at = pieces.setdefault(flow, {})
        if len(octets) > len(at.get(seq, b"")):
            at[seq] = octets
    return {flow: _joined(found) for flow, found in pieces.items()}


def _segments(path: Path) -> Iterator[tuple[Flow, int, bytes]]:
    """Connection, sequence number and octets of every TCP segment over IPv4 that carries any.

    No object is made for each header of a frame: that would take longer than the case.
    """
    for frame in pcap.frames(path):
        if found := _segment(frame):
            yield found


def _segment(frame: bytes) -> tuple[Flow, int, bytes] | None:
    start = _ETHERNET
    while frame[start - 2 : start] == _TAGGED:
        start += 4
    if frame[start - 2 : start] != _IPV4 or len(frame) < start + 20 or frame[start + 9] != _TCP:
        return None
    whole, _, fragment = unpack_from(">HHH", frame, start + 2)
    head = start + 4 * (frame[start] & 0x0F)
    if fragment & 0x1FFF or len(frame) < head + 20:
        return None
    # A card that cuts what it sends by itself leaves the length to be filled in.
    octets = frame[head + 4 * (frame[head + 12] >> 4) : start + whole if whole else None]
    sport, dport, seq = unpack_from(">HHI", frame, head)
    source, target = (str(IPv4Address(frame[at : at + 4])) for at in (start + 12, start + 16))
    return ((source, sport, target, dport), seq, octets) if octets else None


def _joined(pieces: dict[int, bytes]) -> bytes:
    """The octets of one direction; where a piece is missing the next one follows."""
    whole = bytearray()
    reached = 0
    for seq, octets in sorted(pieces.items()):
        whole += octets[max(0, reached - seq) :] if reached > seq else octets
        reached = max(reached, seq + len(octets))
    return bytes(whole)


def values_of(history: History, codes: Collection[str], least: int = _LEAST_TEXT) -> list[bytes]:
    """Values as centres stored them of these points, if they are long enough (octets) to be no chance in octets."""
    texts = [text for event in history.of(Stored) if event.code in codes for text in event.fields.values()]
    return [text.encode() for text in dict.fromkeys(texts) if len(text) >= least]


def secrets_of(history: History, setup: CentreSetup) -> list[bytes]:
    """Values as a centre stored them, and over a secure channel the names of terminal and points."""
    texts = [text for event in history.of(Stored) if event.centre == setup.name for text in event.fields.values()]
    if setup.channel != "plain":
        texts += [setup.mn, *setup.codes.values()]
    return [text.encode() for text in dict.fromkeys(texts) if len(text) >= _LEAST_TEXT]


def _readable(octets: bytes, words: Sequence[bytes], text: re.Pattern[bytes]) -> list[str]:
    found = [match[0] for match in text.finditer(octets)]
    found += [word for word in words if word in octets]
    return [word.decode("ascii", "replace") for word in dict.fromkeys(found)]


def readable_streams(said: Mapping[Flow, bytes], words: Sequence[bytes]) -> list[str]:
    """Streams in which one of the words, or text of a protocol, can be read: a line each."""
    return [
        f"{source}:{sport} → {target}:{dport}: {len(found)} readable texts, such as {', '.join(found[:4])}"
        for (source, sport, target, dport), octets in said.items()
        if (found := _readable(octets, words, _PROTOCOL_TEXT))
    ]


def unreadable_findings(history: History, centres: Sequence[str]) -> Iterator[Check]:
    """Nothing readable in the capture of the uplink, in either direction, on any connection.

    Without a capture, or when nothing was said to a centre, the question is open.
    """
    found, decided = _unreadable(history, centres)
    yield NOTHING_READABLE.none_among(decided, found)


def encrypted_findings(history: History, centres: Sequence[str]) -> Iterator[Check]:
    """As `unreadable_findings`, and by what the uploads were encrypted (R-32).

    HTTPS alone satisfies the letter of ISC-2 7.2.3-B(6) and reading B; what meets its aim by another way is named.
    """
    found, decided = _unreadable(history, centres)
    yield NOTHING_READABLE.none_among(decided, found)
    ways = {event.centre: _way(setup_of(history, event.centre)) for event in history.of(Stored)}
    others = sorted({way for centre, way in ways.items() if centre in centres and way != HTTPS})
    yield UPLOADS_ENCRYPTED.decide(
        not found if decided else None,
        measured=len(found),
        limit=0,
        actual="; ".join(f"remark: by {way}, not by HTTPS / 备注：以 {way} 加密，非 HTTPS" for way in others) or HTTPS,
        evidence=found,
        has_b=decided,
        reading_b=not found and not others,
    )


HTTPS = "HTTPS"


def _way(setup: CentreSetup) -> str:
    """By what uploads to a centre are encrypted."""
    if setup.channel == "plain":
        return "an enciphered payload"
    spoken = {"hj212": "HJ 212", "mqtt": "MQTT", "mqtt-records": "MQTT"}.get(setup.kind)
    return HTTPS if spoken is None else f"{spoken} in {'TLCP' if setup.channel == 'tlcp' else 'TLS'}"


def in_the_clear(history: History) -> list[str]:
    """Streams of the uplink that say something of the protocols in the clear; none without a capture."""
    return readable_streams(streams(history), ())


def _unreadable(history: History, centres: Sequence[str]) -> tuple[list[str], bool]:
    """What can be read in the capture, and whether that says anything."""
    said = streams(history)
    setups = [setup_of(history, name) for name in centres]
    stored = [event for event in history.of(Stored) if event.centre in centres]
    found: list[str] = []
    words = list(dict.fromkeys(secret for setup in setups for secret in secrets_of(history, setup)))
    protected = any(setup.channel == "plain" for setup in setups)
    own = [event.frame.encode() for event in history.of(Sent) if event.spoiled == _OPEN_ON_PURPOSE]
    for (source, sport, target, dport), octets in said.items():
        for frame in own:
            octets = octets.replace(frame, b"")
        text = _PROTECTED_TEXT if protected and octets.startswith(_FRAME) else _PROTOCOL_TEXT
        readable = _readable(octets, words, text)
        if readable:
            shown = ", ".join(readable[:4])
            found.append(f"{source}:{sport} → {target}:{dport}: {len(readable)} readable texts, such as {shown}")
    return found, bool(said) and (bool(stored) or bool(found))


def rest_findings(history: History) -> Iterator[Check]:
    """None of the secrets it was given is readable in the terminal's storage, nor shown at its local interface.

    A place that did not answer leaves the question open: it was not searched.
    """
    rows = looks.SECRETS.rows(history)
    for question, place in (
        (NO_SECRET_IN_STORAGE, "storage"),
        (NO_SECRET_SHOWN, "interface"),
    ):
        mine = [row for row in rows if row.where.startswith(place)]
        found = [f"{row.where}: {row.found}" for row in mine if row.found]
        silent = [row.where for row in mine if not row.octets]
        yield question.none(
            found,
            any(row.octets not in ("", "0") for row in mine) and not silent,
            evidence=[
                *found,
                f"{len(mine) - len(silent)} places searched / 处已检索",
                *(f"{where}: did not answer / 无应答" for where in silent),
            ],
        )


def refusal_findings(history: History, centre: str, choices: Sequence[str]) -> Iterator[Check]:
    """Shown a bad certificate, the terminal ends the session before it has sent a single message (R-34).

    Open for a certificate that the terminal never came to see.
    """
    shown: dict[int, str] = {}
    seen: dict[str, int] = {}
    for event in history.of(Secured):
        if event.at == centre:
            shown[event.conn] = event.shown
            seen[event.shown] = seen.get(event.shown, 0) + 1
    messages: dict[str, list[str]] = {}
    for event in history.of(Received):
        if event.centre == centre and event.conn in shown:
            words = f"{local(event.t)} connection {event.conn}: CN={event.cn} QN={event.qn}"
            messages.setdefault(shown[event.conn], []).append(words)
    for choice in choices:
        told = messages.get(choice, [])
        yield REFUSED.of(choice).none_among(
            seen.get(choice), told, evidence=[f"{seen.get(choice, 0)} handshakes seen / 次握手", *told[:10]]
        )


def handshakes(history: History, centre: str) -> tuple[list[Secured], list[Secured]]:
    """All handshakes at a centre, and those that were agreed."""
    every = [event for event in history.of(Secured) if event.at == centre]
    return every, [event for event in every if event.state == "agreed"]


def _line(event: Secured) -> str:
    agreed = f"{event.version} {event.suite} {event.group}".strip()
    return f"{local(event.t)} {event.at} {event.state} {agreed} peer={event.peer or '-'} {event.reason}".rstrip()


def identity_findings(history: History, centre: str) -> Iterator[Check]:
    """The terminal shows its own certificate, one for signing, and offers no version or suite that is out of use."""
    setup = setup_of(history, centre)
    every, agreed = handshakes(history, centre)
    own = [event for event in agreed if event.peer == setup.mn and "digital_signature" in event.peer_usage]
    yield OWN_CERTIFICATE.decide(
        (bool(agreed) and len(own) == len(agreed)) if every else None,
        measured=len(own),
        limit=len(agreed) or 1,
        evidence=[_line(event) for event in every if event not in own],
    )
    weak = [f"{_line(event)} offers {', '.join(out)}" for event in every if (out := _outdated(event))]
    known = any(event.offered_suites for event in every)
    yield NOTHING_WEAK_OFFERED.none_among(known, weak)


def _outdated(event: Secured) -> list[str]:
    versions = [word for word in event.offered_versions if word in _OLD]
    return versions + [word for word in event.offered_suites if not _SOUND_SUITES.fullmatch(word)]


def national_findings(history: History, centre: str) -> Iterator[Check]:
    """Read off the handshakes: TLS 1.3 with SM4-GCM and SM3 on curveSM2, certificates signed by SM2 with SM3.

    Under reading B only TLCP counts.
    """
    every, agreed = handshakes(history, centre)
    sound = [
        event
        for event in agreed
        if (event.version, event.suite, event.group) == NATIONAL and event.peer_algorithm == _SM2_WITH_SM3
    ]
    yield NATIONAL_SUITE.decide(
        (bool(agreed) and len(sound) == len(agreed)) if every else None,
        measured=len(sound),
        limit=len(agreed) or 1,
        evidence=[_line(event) for event in every if event not in sound],
        has_b=bool(agreed),
        reading_b=all(event.version.startswith("TLCP") for event in agreed),
    )
    other = [
        f"{_line(event)} offers {', '.join(event.offered_suites)}"
        for event in every
        if event.offered_suites and set(event.offered_suites) != {NATIONAL[1]}
    ]
    yield NOTHING_BUT_NATIONAL_OFFERED.none_among(any(event.offered_suites for event in every), other)


def _alive(history: History, healthy: str) -> bool:
    return any(event.centre == healthy for event in history.of(Stored))


def silence_findings(history: History, healthy: str, without: Mapping[str, str]) -> Iterator[Check]:
    """Centres for which the terminal's own certificate is bad or missing get nothing (R-34).

    `without` names what is wrong at each such centre. Open unless the `healthy` centre shows that the terminal works.
    """
    for centre, wrong in without.items():
        told = [
            f"{local(event.t)} connection {event.conn}: CN={event.cn} QN={event.qn}"
            for event in history.of(Received)
            if event.centre == centre
        ]
        yield SILENT_WHEN.of(wrong).none_among(_alive(history, healthy), told, evidence=told[:10])


def alarm_findings(history: History, healthy: str, without: Mapping[str, str]) -> Iterator[Check]:
    """An alarm stands that names each centre the terminal cannot reach for its own certificate's sake.

    Open unless somebody has asked for the alarms and the terminal works.
    """
    asked = answers(history, "alarms")
    for centre, wrong in without.items():
        standing = [row for event in asked for row in event.rows if not row.get("cleared") and names(row, centre)]
        yield ALARM_WHEN.of(wrong).decide(
            bool(standing) if asked and _alive(history, healthy) else None,
            actual="; ".join(f"{row.get('kind', '')} {row.get('subject', '')}" for row in standing[:2]) or "none / 无",
        )


def names(row: Mapping[str, str], centre: str) -> bool:
    """Whether an alarm is about a centre: its name stands in subject or text as a word of its own."""
    return any(re.search(rf"\b{re.escape(centre)}\b", row.get(key, "")) for key in ("subject", "en", "text"))
