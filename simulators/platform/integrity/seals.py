"""Seals: keyed digests of every value and object as taken, in a chain of blocks; verification names what differs.

The key stands apart from the store, so that whoever writes into the store cannot make a seal (R-35). Leaves what is
stored to the machinery.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from sqlalchemy import select

from simulators.platform.core import Desk, Span, Thing, analysis, on_change, on_intake, ref, seam
from simulators.platform.core.folder import Files
from simulators.platform.core.kinds import plain
from simulators.platform.core.reckoning import SPANS
from simulators.platform.core.series import Taken
from simulators.platform.integrity.tables import BlockRow

_KEY, _NEW = "seal.key", "seal.new"
_CODE = 24
"""Hex digits of a code: 96 bits."""
SEALED_KINDS = ("entry", "factor", "point", "purchase", "footprint_item", "supply")
"""Objects that figures are made of."""


@dataclass(frozen=True)
class Sealed:
    """What a seal was made of: `what` is sample or a kind, `whose` the point or the object's key."""

    what: str
    whose: str
    span: int
    at: int
    code: str


def key_of(desk: Desk) -> bytes:
    """The key of the seals, which stands beside the store and not in it; made when it is first asked for."""
    files = desk.office.ground.files
    key = files.read(_KEY)
    if key is None:
        key = desk.chance.randbytes(32)
        _keep(files, key)
    return key


@seam
def _keep(files: Files, key: bytes) -> None:
    """On the disk, whole, before anything is sealed with it: a power cut would else leave no seal that holds."""
    files.write(_NEW, key)
    files.sync(_NEW)
    files.rename(_NEW, _KEY)
    files.sync_names()


def code(key: bytes, parts: Iterable[Any]) -> str:
    """The keyed digest of what was taken."""
    told = "\x1f".join(map(str, parts)).encode()
    return hmac.new(key, told, hashlib.sha256).hexdigest()[:_CODE]


def _append(desk: Desk, found: list[Sealed]) -> None:
    """One block more, within the transaction that is open."""
    if not found:
        return
    with desk.office.ground.db.begin() as session:
        before = session.scalar(select(BlockRow.seal).order_by(BlockRow.number.desc()).limit(1)) or ""
        body = msgspec.json.encode([(each.what, each.whose, each.span, each.at, each.code) for each in found]).decode()
        session.add(
            BlockRow(
                at=desk.now_us,
                first=min(each.at for each in found),
                last=max(each.at for each in found),
                body=body,
                seal=seal_of(key_of(desk), before, body),
            )
        )


def seal_of(key: bytes, before: str, body: str) -> str:
    """The seal of a block, which holds it to the one before."""
    return hmac.new(key, f"{before}\n{body}".encode(), hashlib.sha256).hexdigest()


@seam
def of_sample(key: bytes, point: str, span: int, at: int, value: str, flag: str) -> Sealed:
    """The seal of a value."""
    return Sealed("sample", point, span, at, code(key, ("sample", point, span, at, value, flag)))


@on_intake
def seal_samples(desk: Desk, taken: tuple[Taken, ...]) -> None:
    """Seal what is new."""
    key = key_of(desk)
    _append(
        desk,
        [
            of_sample(
                key, each.arrival.point.id, each.arrival.span, each.arrival.at, each.arrival.value, each.arrival.flag
            )
            for each in taken
            if each.outcome != "copy"
        ],
    )


@on_change("*")
def seal_object(desk: Desk, before: Thing | None, after: Thing | None) -> None:
    """Seal an object that figures are made of; a removed one has an empty code."""
    thing = after or before
    assert thing is not None
    kind = desk.office.ground.plans.kind_of(type(thing))
    if kind.name not in SEALED_KINDS:
        return
    told = "" if after is None else of_object(key_of(desk), kind.name, after)
    _append(desk, [Sealed(kind.name, thing.id, 0, desk.now_us, told)])


def of_object(key: bytes, kind: str, thing: Thing) -> str:
    """The code of an object."""
    return code(key, (kind, thing.id, msgspec.json.encode(plain(thing)).decode()))


class Verified(Span, frozen=True, kw_only=True):
    """One enterprise (empty: all that one may see), values of [from, to)."""

    enterprise: Annotated[str, ref("enterprise")] = ""


@analysis("verify", en="verification of stored data", zh="存储数据核验")
def verify(desk: Desk, asked: Verified) -> list[dict[str, Any]]:
    """How many were compared, then a row for each that is not as it was taken."""
    points = [each.id for each in desk.objects("point") if asked.enterprise in ("", each.enterprise)]
    sealed = latest(desk, asked.from_, asked.to)
    found: list[dict[str, Any]] = []
    compared = 0
    for point in points:
        for at, finding in _of_point(desk, point, asked, sealed):
            compared += 1
            if finding:
                found.append({"compared": None, "point": point, "at": at, "finding": finding})
    for kind, key, finding in _of_objects(desk, asked.enterprise):
        compared += 1
        if finding:
            found.append({"compared": None, "point": f"{kind} {key}", "at": None, "finding": finding})
    return [{"compared": compared, "point": "", "at": None, "finding": ""}, *found]


def latest(desk: Desk, from_us: int, to_us: int) -> dict[tuple[str, int, int], str]:
    """The newest code of each value in [from, to), by point, span and instant."""
    found: dict[tuple[str, int, int], str] = {}
    for each in _blocks(desk, from_us, to_us):
        if each.what == "sample" and from_us <= each.at < to_us:
            found[each.whose, each.span, each.at] = each.code
    return found


def _blocks(desk: Desk, from_us: int, to_us: int) -> Iterator[Sealed]:
    """What blocks whose seal holds say of [from, to), oldest first; a broken one says nothing any more."""
    key, before = key_of(desk), ""
    with desk.office.ground.db.begin() as session:
        rows = session.scalars(select(BlockRow).order_by(BlockRow.number)).all()
    for row in rows:
        if row.seal == seal_of(key, before, row.body) and row.first < to_us and row.last >= from_us:
            for each in msgspec.json.decode(row.body):
                yield Sealed(*each)
        before = row.seal


@seam
def _of_point(
    desk: Desk, point: str, asked: Verified, sealed: dict[tuple[str, int, int], str]
) -> Iterator[tuple[int, str]]:
    """Every value of a point, with what is wrong with it: altered, unknown or missing; empty for nothing."""
    key = key_of(desk)
    seen: set[tuple[int, int]] = set()
    for each in desk.samples(point, asked.from_, asked.to):
        seen.add((each.span, each.at))
        told = sealed.get((point, each.span, each.at))
        now = of_sample(key, point, each.span, each.at, str(each.value), each.flag).code
        yield each.at, "unknown" if told is None else "" if told == now else "altered"
    for whose, span, at in sealed:
        if whose == point and span in SPANS and (span, at) not in seen:
            yield at, "missing"


def _of_objects(desk: Desk, enterprise: str) -> Iterator[tuple[str, str, str]]:
    """Every sealed object that is there, with what is wrong with it."""
    key = key_of(desk)
    told: dict[tuple[str, str], str] = {}
    for each in _blocks(desk, -(2**62), 2**62):
        if each.what != "sample":
            told[each.what, each.whose] = each.code
    for kind in SEALED_KINDS:
        if kind not in desk.office.ground.plans.kinds:
            continue
        for thing in desk.objects(kind):
            if enterprise in ("", getattr(thing, "enterprise", "")):
                sealed = told.get((kind, thing.id))
                now = of_object(key, kind, thing)
                yield kind, thing.id, "unknown" if not sealed else "" if sealed == now else "altered"
