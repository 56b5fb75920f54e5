"""The designated fingerprint platform (CSMT 7.4, R-35): stores fingerprints and compares records (docs/WIRE.md section
4).

Leaves HTTP to `http`. Signatures are verified by the bench's oracle; a deposited fingerprint is never replaced.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Unpack

import msgspec

from simulators.centres.base import Item
from simulators.centres.http import JsonCentre, Reply, Request, Wiring
from simulators.centres.json_text import DECIMAL, Number, objects_of, text_of
from simulators.events import Fingerprinted
from simulators.trust import oracle
from simulators.trust.certificates import SM2_CURVE, facts_of, verify_signature
from simulators.trust.sessions import pems

KINDS = ("reading", "minute", "quarter", "hour", "day", "month", "manual")
FIELDS = ("Avg", "Cou", "Max", "Min", "Rtd")
MOST = 500
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_STAMP = re.compile(r"\d{14}")


class Deposit(msgspec.Struct, frozen=True):
    """One fingerprint as deposited; `digest` and `signature` (DER) as octets in hex and base64."""

    point: str
    kind: str
    start: str
    end: str
    revision: int
    digest: str
    signature: str


def canonical(device: str, record: dict[str, object]) -> bytes:
    """The canonical form of a record (docs/WIRE.md section 4). Raises ValueError naming the member that is wrong."""
    words: dict[str, str] = {"device": device}
    for name in ("point", "kind", "start", "end", "unit", "flag"):
        value = record.get(name)
        if not isinstance(value, str) or isinstance(value, Number) or "\n" in value or "\r" in value:
            raise ValueError(f"expected {name} as one line of text")
        words[name] = value
    words["revision"] = str(_revision(record))
    fields = record.get("fields")
    if not isinstance(fields, dict):
        raise ValueError("expected fields as an object")
    lines = ["carbonbench-record/1", *(f"{name}={value}" for name, value in words.items())]
    for name in sorted(fields):  # pyright: ignore[reportUnknownVariableType]
        value: object = fields[name]
        if name not in FIELDS or not isinstance(value, str) or not DECIMAL.fullmatch(value):
            raise ValueError(f"expected fields {', '.join(FIELDS)} as decimal text")
        lines.append(f"{name}={value}")
    return "".join(f"{line}\n" for line in lines).encode()


def _revision(entry: dict[str, object]) -> int:
    value = entry.get("revision", Number("0"))
    if not isinstance(value, Number) or not re.fullmatch(r"\d{1,6}", value):
        raise ValueError("expected revision as a whole number")
    return int(value)


class FingerprintCentre(JsonCentre):
    """The platform for one terminal; `anchors` (PEM, SM2) are those its device certificate must end in.

    `items` are the points by code, for whoever wants copies compared.
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        device: str,
        anchors: str,
        items: Mapping[str, Item] | None = None,
        **wiring: Unpack[Wiring],
    ) -> None:
        super().__init__(name, host, port, **wiring)
        self.device = device
        self.items = dict(items or {})
        self.deposits: dict[tuple[str, str, str, int], Deposit] = {}
        self._anchors = [facts_of(der) for der in pems(anchors)]
        self._public: oracle.Point | None = None

    def handle(self, request: Request, body: dict[str, object]) -> Reply:
        """Enrol, deposit, query, verify."""
        operations: dict[str, Callable[[dict[str, object]], Reply]] = {
            "/fingerprint/enrol": self._enrol,
            "/fingerprint/deposit": self._deposit,
            "/fingerprint/query": self._query,
            "/fingerprint/verify": self._verify,
        }
        operation = operations.get(request.path)
        if operation is None or request.method != "POST":
            return self.refuse("unknown", "no such path", 404)
        name = request.path.rpartition("/")[2]
        if text_of(body, "deviceId") != self.device or (name != "enrol" and self._public is None):
            refusal = self.refuse(name, "the device is not enrolled", 200)
            refusal.body = {"responseCode": "2", "responseMessage": "设备未登记 / the device is not enrolled"}
            return refusal
        try:
            return operation(body)
        except ValueError as error:
            return self.refuse(name, str(error), 200)

    def _good(self, operation: str, more: dict[str, object]) -> Reply:
        return Reply(operation, {"responseCode": "0", "responseMessage": "OK", **more}, mn=self.device)

    def _enrol(self, body: dict[str, object]) -> Reply:
        try:
            chain = [(der, facts_of(der)) for der in pems(text_of(body, "certificate"))]
        except (ValueError, TypeError) as error:
            raise ValueError(f"expected certificate as PEM ({error})") from None
        if not chain:
            raise ValueError("expected certificate as PEM, got none")
        now = self._clock.now_us()
        for index, (der, facts) in enumerate(chain):
            if facts.curve != SM2_CURVE:
                raise ValueError(f"the certificate of {facts.subject} is not over SM2")
            if not facts.begin_us <= now <= facts.end_us:
                raise ValueError(f"the certificate of {facts.subject} is not valid now")
            above = [chain[index + 1][1]] if index + 1 < len(chain) else self._anchors
            if not any(issuer.subject == facts.issuer and verify_signature(der, issuer.public) for issuer in above):
                raise ValueError(f"the certificate of {facts.subject} does not lead to an anchor of this platform")
        leaf = chain[0][1]
        if leaf.subject != self.device:
            raise ValueError(f"the certificate is that of {leaf.subject}, expected {self.device}")
        if "digital_signature" not in leaf.usage:
            raise ValueError("the certificate may not sign")
        self._public = leaf.public
        return self._good("enrol", {})

    def _entries(self, body: dict[str, object], name: str) -> list[dict[str, object]]:
        entries = objects_of(body, name)
        if entries is None or len(entries) > MOST:
            raise ValueError(f"expected {name} as a list of at most {MOST} objects")
        return entries

    def _deposit(self, body: dict[str, object]) -> Reply:
        accepted, refused = 0, list[object]()
        for index, entry in enumerate(self._entries(body, "fingerprints")):
            made, reason = self._read(entry)
            outcome = reason or self._put(made)
            if outcome in ("accepted", "again"):
                accepted += 1
            else:
                refused.append({"index": index, "reason": outcome})
            self._fingerprinted("deposit", made, outcome)
        return self._good("deposit", {"accepted": accepted, "refused": refused})

    def _read(self, entry: dict[str, object]) -> tuple[Deposit, str]:
        """A deposit, and why it is refused (empty if it is not)."""
        words = {name: text_of(entry, name) for name in ("point", "kind", "start", "end", "digest", "signature")}
        try:
            revision, reason = _revision(entry), ""
        except ValueError as error:
            revision, reason = 0, str(error)
        made = Deposit(revision=revision, **{**words, "digest": words["digest"].lower()})
        if reason:
            return made, reason
        if not made.point or made.kind not in KINDS or not _STAMP.fullmatch(made.start + "") or not made.end:
            return made, "point, kind, start or end is missing or wrong"
        if not _HEX.fullmatch(made.digest):
            return made, "digest is not 64 hex digits"
        try:
            raw = oracle.signature_raw(base64.b64decode(made.signature, validate=True))
        except (oracle.OracleError, binascii.Error, ValueError):
            return made, "signature"
        if self._public is None or not oracle.verify(self._public, bytes.fromhex(made.digest), raw):
            return made, "signature"
        return made, ""

    def _put(self, made: Deposit) -> str:
        key = (made.point, made.kind, made.start, made.revision)
        before = self.deposits.get(key)
        if before is None:
            self.deposits[key] = made
            return "accepted"
        return "again" if before.digest == made.digest else "other digest deposited"

    def hold(self, point: str, kind: str, start: str) -> None:
        """Have another fingerprint under the key of a record's first revision, as deposited by somebody before."""
        made = Deposit(point=point, kind=kind, start=start, end="", revision=0, digest="0" * 64, signature="")
        self.deposits[point, kind, start, 0] = made

    def _query(self, body: dict[str, object]) -> Reply:
        point, kind = text_of(body, "point"), text_of(body, "kind")
        begin, end = text_of(body, "from"), text_of(body, "to")
        if not (_STAMP.fullmatch(begin) and _STAMP.fullmatch(end)) or begin > end:
            raise ValueError("expected from and to as YYYYMMDDhhmmss, from not after to")
        found: list[object] = [
            {**msgspec.structs.asdict(each), "revision": each.revision}
            for each in self.deposits.values()
            if each.point == point and each.kind == kind and begin <= each.start <= end
        ]
        return self._good("query", {"fingerprints": found})

    def _verify(self, body: dict[str, object]) -> Reply:
        return self._good("verify", {"results": [self._compare(entry) for entry in self._entries(body, "records")]})

    def _compare(self, entry: dict[str, object]) -> str:
        digest = oracle.sm3(canonical(self.device, entry)).hex()
        words = {name: text_of(entry, name) for name in ("point", "kind", "start", "end")}
        made = Deposit(**words, revision=_revision(entry), digest=digest, signature="")
        before = self.deposits.get((made.point, made.kind, made.start, made.revision))
        outcome = "unknown" if before is None else "same" if before.digest == digest else "altered"
        self._fingerprinted("verify", made, outcome)
        return outcome

    def compare(self, records: Sequence[dict[str, object]]) -> list[str]:
        """What a centre learns that has its own copies of the records compared: same, altered or unknown, in order.

        Members are those of `/fingerprint/verify`, `revision` as text. Raises ValueError for a malformed record.
        """
        return [self._compare({**record, "revision": Number(str(record["revision"]))}) for record in records]

    def _fingerprinted(self, what: Literal["deposit", "verify"], made: Deposit, outcome: str) -> None:
        self._observe(
            Fingerprinted(
                t=self._clock.now_us(),
                centre=self.name,
                mn=self.device,
                what=what,
                point=made.point,
                kind=made.kind,
                start=made.start,
                revision=made.revision,
                digest=made.digest,
                outcome=outcome,
            )
        )
