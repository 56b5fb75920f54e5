"""The link to a fingerprint platform: enrols the device and deposits fingerprints (docs/WIRE.md section 4).

Leaves making and comparing them to `storage.fingerprint_signer`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY_S, parse_stamp, span_of, stamp
from reference_terminal.net.http import HttpFailed
from reference_terminal.security.keyring import Device
from reference_terminal.storage.fingerprint_signer import Fingerprint, FingerprintSigner
from reference_terminal.uplink import messages, reasons
from reference_terminal.uplink.platforms.link import LinkContext, PlatformLink, Refused

AT_ONCE = 500
ENROL, DEPOSIT, QUERY = "/fingerprint/enrol", "/fingerprint/deposit", "/fingerprint/query"
ASKED_S = 31 * DAY_S
"""The longest range that is asked for at once: a month of quarter-hours is some 900 kB."""
_NOT_ENROLLED = "2"


class DepositLink(PlatformLink):
    """One fingerprint platform."""

    def __init__(self, context: LinkContext, signer: FingerprintSigner, device: Device) -> None:
        super().__init__(context)
        self._signer = signer
        self._device = device
        self._enrolled = False

    async def work_on(self) -> None:
        """Enrol, then deposit what is not deposited yet."""
        if not self._enrolled:
            await self.attempt(self._enrol)
            return
        items = self._signer.to_deposit(AT_ONCE)
        if items:
            await self.attempt(lambda: self._deposit(items))
        else:
            await self.wait(False)

    def failed(self, error: Exception) -> None:
        """A platform that does not know the device is told again who it is."""
        if isinstance(error, Refused) and error.code == _NOT_ENROLLED:
            self._enrolled = False

    async def _enrol(self) -> None:
        body: dict[str, object] = {"deviceId": self._device.name, "certificate": self._device.certificate}
        await self.ask(self.home(ENROL), body)
        self._enrolled = True

    async def _deposit(self, items: list[Fingerprint]) -> None:
        answer = await self.ask(
            self.home(DEPOSIT), {"deviceId": self._device.name, "fingerprints": [self._row(item) for item in items]}
        )
        refused = answer.get("refused", [])
        try:
            numbers = {int(each["index"]): str(each["reason"]) for each in cast(list[dict[str, object]], refused)}  # pyright: ignore[reportArgumentType]
        except (TypeError, KeyError, ValueError):
            raise HttpFailed(reasons.DEPOSIT_UNREADABLE()) from None
        for number, reason in numbers.items():
            if 0 <= number < len(items):
                row = self._row(items[number])
                at = f"{row['point']} {row['kind']} {row['start']}"
                self._journal.raise_alarm(messages.FINGERPRINT_REFUSED, at, reason=reason)
        self._signer.deposited([item for number, item in enumerate(items) if number not in numbers])
        self._signer.deposited([item for number, item in enumerate(items) if number in numbers], state=2)

    async def deposits(self, span: int, point: int, from_s: int, to_s: int) -> list[Fingerprint]:
        """What the platform has of a point's records with from ≤ start < to, over a connection of its own.

        Raises what `ask` raises, and HttpFailed for an answer that cannot be read.
        """
        described = self._signer.describe(point)
        if described is None:
            return []
        found: list[Fingerprint] = []
        client = self.client()
        try:
            for begin_s in range(from_s, to_s, ASKED_S):
                body: dict[str, object] = {
                    "deviceId": self._device.name,
                    "point": described.point,
                    "kind": span_of(span).name,
                    "from": stamp(begin_s),
                    "to": stamp(min(begin_s + ASKED_S, to_s) - 1),
                }
                answer = await self.ask(self.home(QUERY), body, client=client)
                found += [self._read(span, point, row) for row in answer.get("fingerprints", ())]
        finally:
            client.close()
        return found

    @seam
    def _read(self, span: int, point: int, row: Mapping[str, object]) -> Fingerprint:
        try:
            start_s = parse_stamp(str(row["start"]))
            revision = int(str(row["revision"]))
            digest, signature = str(row["digest"]), str(row["signature"])
        except (TypeError, KeyError, ValueError):
            start_s, revision, digest, signature = None, 0, "", ""
        if start_s is None:
            raise HttpFailed(reasons.FINGERPRINTS_UNREADABLE())
        return Fingerprint(span, start_s, point, revision, digest, signature)

    def _row(self, item: Fingerprint) -> dict[str, object]:
        described = self._signer.describe(item.point)
        span = span_of(item.span)
        return {
            "point": "" if described is None else described.point,
            "kind": span.name,
            "start": stamp(item.start_s),
            "end": stamp(span.end(item.start_s)),
            "revision": item.revision,
            "digest": item.digest,
            "signature": item.signature,
        }
