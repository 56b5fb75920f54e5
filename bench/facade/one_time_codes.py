"""One-time codes of somebody at a terminal (RFC 6238): the right one of an instant, and one that is wrong.

Leaves turning them on to `people`. The secret stays here; it is in no event.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from bench.dut.access import Codes
from bench.facade import sentences

_ALGORITHMS: dict[str, Callable[[], SHA1 | SHA256 | SHA512]] = {"SHA1": SHA1, "SHA256": SHA256, "SHA512": SHA512}
_SECOND = 1_000_000


@dataclass(frozen=True)
class OneTimeCodes:
    """The codes of one secret."""

    period_s: int
    periods: int
    _totp: TOTP

    @classmethod
    def of(cls, known: Codes, secret: str) -> OneTimeCodes:
        """The codes of a secret in base32, with or without blanks and padding. Raises LookupError."""
        plain = secret.replace(" ", "").replace("-", "").rstrip("=").upper()
        try:
            octets = base64.b32decode(plain + "=" * (-len(plain) % 8))
            totp = TOTP(octets, known.digits, _ALGORITHMS[known.algorithm](), known.period_s)
        except (binascii.Error, ValueError) as error:
            raise LookupError(str(sentences.NO_SECRET(error=error))) from None
        return cls(known.period_s, known.periods, totp)

    def at(self, t: int, later: int = 0) -> str:
        """The code of an instant (us UTC), or of so many periods later."""
        return self._totp.generate(t / _SECOND + later * self.period_s).decode()

    def wrong(self, t: int) -> str:
        """A code that is right at no instant near this one."""
        near = {self.at(t, each) for each in range(-self.periods - 20, self.periods + 21)}
        code = self.at(t)
        while code in near:
            code = str(int(code) + 1).zfill(len(code))[-len(code) :]
        return code

    def wait_s(self, t: int) -> float:
        """Seconds from an instant to the middle of the next period, whose code was not used yet."""
        into_s = t / _SECOND % self.period_s
        return 1.5 * self.period_s - into_s
