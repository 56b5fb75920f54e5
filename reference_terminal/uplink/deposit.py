"""The link to a fingerprint platform: enrols the device and deposits fingerprints (docs/WIRE.md section 4).

Leaves making and comparing them to `storage.notary`.
"""

from __future__ import annotations

from typing import cast

from reference_terminal.security.keyring import Device
from reference_terminal.storage.notary import Fingerprint, Notary
from reference_terminal.times import span_of, stamp
from reference_terminal.uplink.http import HttpFailed
from reference_terminal.uplink.platform_link import Kit, PlatformLink, Refused

AT_ONCE = 500
ENROL, DEPOSIT = "/fingerprint/enrol", "/fingerprint/deposit"
_NOT_ENROLLED = "2"


class DepositLink(PlatformLink):
    """One fingerprint platform."""

    def __init__(self, kit: Kit, notary: Notary, device: Device) -> None:
        super().__init__(kit)
        self._notary = notary
        self._device = device
        self._enrolled = False
        notary.made.append(self.outbox.wake)

    async def work_on(self) -> None:
        """Enrol, then deposit what is not deposited yet."""
        if not self._enrolled:
            await self.attempt(self._enrol)
            return
        items = self._notary.to_deposit(AT_ONCE)
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
            raise HttpFailed("the answer to a deposit cannot be read", "指纹存证应答无法解析") from None
        for number, reason in numbers.items():
            if 0 <= number < len(items):
                row = self._row(items[number])
                at = f"{row['point']} {row['kind']} {row['start']}"
                self._journal.raise_alarm("fingerprint refused", at, reason, f"指纹被拒:{reason}")
        self._notary.deposited([item for number, item in enumerate(items) if number not in numbers])
        self._notary.deposited([item for number, item in enumerate(items) if number in numbers], state=2)

    def _row(self, item: Fingerprint) -> dict[str, object]:
        described = self._notary.describe(item.point)
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
