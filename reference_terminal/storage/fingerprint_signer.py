"""Fingerprints of stored records: made in the transaction that stores them, compared on demand (ruling R-35).

Leaves the cryptography to `security.fingerprint` and depositing to `uplink.platforms.deposit`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import apsw
import msgspec

from reference_terminal.model.rows import Record
from reference_terminal.model.seams import seam
from reference_terminal.model.times import span_of, stamp
from reference_terminal.security import fingerprint
from reference_terminal.security.keyring import Device
from reference_terminal.storage.store import Store


@dataclass(frozen=True)
class Described:
    """How a point stands in fingerprints: its code, its unit, whether it is a counter."""

    point: str
    unit: str
    counter: bool


class Fingerprint(msgspec.Struct, frozen=True):
    """One fingerprint; `point` is the number in the store."""

    span: int
    start_s: int
    point: int
    revision: int
    digest: str
    signature: str


@dataclass(frozen=True)
class Finding:
    """What a comparison found wrong with one record: `altered`, `missing`, `unknown` (no fingerprint), `forged`."""

    what: str
    span: int
    start_s: int
    point: int
    revision: int


class FingerprintSigner:
    """Makes and compares the fingerprints of one device; `spans` are the classes that get one."""

    def __init__(
        self, store: Store, device: Device, spans: Sequence[int], describe: Callable[[int], Described | None]
    ) -> None:
        self._store = store
        self._device = device
        self._spans = tuple(spans)
        self._describe = describe
        self.made: list[Callable[[], None]] = []

    @property
    def spans(self) -> tuple[int, ...]:
        """The classes that get a fingerprint."""
        return self._spans

    def describe(self, point: int) -> Described | None:
        """How a point stands in fingerprints; None for one that is no longer configured."""
        return self._describe(point)

    def witness(self, connection: apsw.Connection, records: Sequence[Record]) -> None:
        """Keep the fingerprints of new records, in the transaction that keeps these."""
        rows: list[tuple[Any, ...]] = []
        for record in records:
            if record.span in self._spans:
                found = self.digest(record)
                if found:
                    signature = fingerprint.sign(self._device.key, found)
                    rows.append((record.span, record.start_s, record.point, record.revision, found, signature))
        if rows:
            connection.executemany("INSERT OR IGNORE INTO fingerprint VALUES (?,?,?,?,?,?,0)", rows)
            for listener in self.made:
                listener()

    def digest(self, record: Record) -> str:
        """The digest of a record as it stands; empty for a point that is not configured."""
        described = self._describe(record.point)
        if described is None:
            return ""
        form = fingerprint.canonical(
            device=self._device.name,
            point=described.point,
            kind=span_of(record.span).name,
            start=stamp(record.start_s),
            end=stamp(record.end_s),
            unit=described.unit,
            flag=record.flag,
            revision=record.revision,
            fields=fields_of(record, counter=described.counter),
        )
        return fingerprint.digest(form)

    # Comparing

    def compare(self, span: int, from_s: int, to_s: int) -> Iterator[tuple[int, list[Finding]]]:
        """Per stored period of a class with from ≤ start < to: how many records were compared, and what is wrong.

        A generator, so that a long comparison can be done in slices.
        """
        connection = self._store.connection
        starts = [
            row[0]
            for row in connection.execute(
                "SELECT start_s FROM fingerprint WHERE span=? AND start_s>=? AND start_s<?"
                " UNION SELECT start_s FROM record WHERE span=? AND start_s>=? AND start_s<? ORDER BY 1",
                (span, from_s, to_s, span, from_s, to_s),
            )
        ]
        for start_s in starts:
            yield self._compare(span, start_s)

    def _compare(self, span: int, start_s: int) -> tuple[int, list[Finding]]:
        known = {each.point: each for each in self.of(span, start_s)}
        records = self._store.period(span, start_s)
        findings: list[Finding] = []
        for point in sorted({*known, *records}):
            kept, record = known.get(point), records.get(point)
            what = self.verdict(kept, record)
            if what:
                findings.append(Finding(what, span, start_s, point, kept.revision if kept else 0))
        return len({*known, *records}), findings

    def of(self, span: int, start_s: int) -> list[Fingerprint]:
        """The fingerprints of a period: of each point the one with the highest revision."""
        rows = self._store.connection.execute(
            "SELECT span, start_s, point, revision, digest, signature FROM fingerprint"
            " WHERE span=? AND start_s=? ORDER BY revision",
            (span, start_s),
        )
        return list({row[2]: Fingerprint(*row) for row in rows}.values())

    def verdict(self, kept: Fingerprint | None, record: Record | None) -> str:
        """What is wrong with a record by its fingerprint; empty if nothing."""
        if kept is None:
            return "unknown"
        if not fingerprint.is_signed(self._device.public, kept.digest, kept.signature):
            return "forged"
        if record is None:
            return "missing"
        return "" if self.digest(record) == kept.digest else "altered"

    def compare_deposits(
        self, span: int, point: int, from_s: int, to_s: int, deposits: Sequence[Fingerprint]
    ) -> tuple[int, list[Finding]]:
        """Compare a point's stored records with from ≤ start < to with what the platform has of them.

        What the platform says counts: whoever can write here can write the copies too. A record that waits for its
        deposit is compared with its own signed copy.
        """
        known = {each.start_s: each for each in sorted(deposits, key=lambda each: each.revision)}
        waiting = {each.start_s: each for each in self._waiting(span, point, from_s, to_s)}
        rows = self._store.records(span, point, from_s, to_s, limit=-1)
        records = {record.start_s: record for record in rows}
        findings: list[Finding] = []
        for start_s in sorted({*known, *waiting, *records}):
            kept = max(
                (each for each in (known.get(start_s), waiting.get(start_s)) if each is not None),
                key=lambda each: each.revision,
                default=None,
            )
            what = self.verdict(kept, records.get(start_s))
            if what:
                findings.append(Finding(what, span, start_s, point, kept.revision if kept else 0))
        return len({*known, *waiting, *records}), findings

    @seam
    def _waiting(self, span: int, point: int, from_s: int, to_s: int) -> list[Fingerprint]:
        rows = self._store.connection.execute(
            "SELECT span, start_s, point, revision, digest, signature FROM fingerprint"
            " WHERE span=? AND point=? AND start_s>=? AND start_s<? AND deposited<>1 ORDER BY revision",
            (span, point, from_s, to_s),
        )
        return [Fingerprint(*row) for row in rows]

    # Depositing

    def to_deposit(self, most: int) -> list[Fingerprint]:
        """The oldest fingerprints that are not deposited yet."""
        rows = self._store.connection.execute(
            "SELECT span, start_s, point, revision, digest, signature FROM fingerprint WHERE deposited=0"
            " ORDER BY start_s LIMIT ?",
            (most,),
        )
        return [Fingerprint(*row) for row in rows]

    def deposited(self, items: Sequence[Fingerprint], state: int = 1) -> None:
        """Mark fingerprints as deposited (1) or refused by the platform (2), durably."""
        for item in items:
            self._store.write(
                "UPDATE fingerprint SET deposited=? WHERE span=? AND start_s=? AND point=? AND revision=?",
                (state, item.span, item.start_s, item.point, item.revision),
            )
        self._store.flush()


def fields_of(record: Record, *, counter: bool) -> dict[str, str]:
    """The values of a record by their names in fingerprints."""
    if record.value is None:
        return {}
    if counter:
        return {"Cou": record.value}
    found = {"Avg": record.value, "Max": record.high, "Min": record.low}
    return {name: value for name, value in found.items() if value is not None}
