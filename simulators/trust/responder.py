"""Who tells the status of a certificate when asked (OCSP, RFC 6960), and what centres staple; lies on demand.

Leaves HTTP to `hosting`, where it stands to `distribution`, and the octets of questions and answers to `ocsp`.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
from collections.abc import Callable
from typing import Literal
from urllib.parse import unquote

import msgspec

from simulators.clock import Chance, Clock, Observe
from simulators.events import StatusServed
from simulators.trust.authority import Answerer, Authority, Choice, Role, Trust
from simulators.trust.certificates import FAMILIES, Family
from simulators.trust.hosting import Reply
from simulators.trust.ocsp import Question, Status, answer, read_question, refusal
from simulators.trust.oracle import OracleError

NAME = "ocsp"
PATH = "/ocsp"
_KIND = "application/ocsp-response"
_ASKED = "application/ocsp-request"

Answers = Literal[
    "sound",
    "delegated",
    "no-nonce",
    "silent",
    "error",
    "junk",
    "try-later",
    "unknown",
    "old",
    "forged",
    "slander",
    "undelegated",
    "other",
    "wrong-nonce",
]
"""What is answered. Good ones: `sound` (signed by the issuer), `delegated` (by one it has charged with that),
`no-nonce` (without the nonce of the question). None: `silent` (takes the question and says nothing), `error` (HTTP
503), `junk`, `try-later`. `unknown` for every certificate. Bad ones, all of which say that the certificate is good:
`old` (has run out), `forged` (signed by somebody with the issuer's name), `undelegated` (by a holder of a certificate
that does not charge him), `other` (true, but about another certificate), `wrong-nonce` (where the question has one);
`slander` is a forged one that says revoked."""

Staples = Literal["none", "sound", "old", "forged", "other"]
"""What centres staple, by the same words."""

_FROM: dict[str, Answerer] = {
    "delegated": "delegated",
    "undelegated": "undelegated",
    "forged": "forged",
    "slander": "forged",
}
_GOOD = ("sound", "delegated", "no-nonce")


class ResponderSwitches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is answered (`Answers`), and what centres staple (`Staples`)."""

    answers: Answers = "sound"
    staples: Staples = "none"


class Responder:
    """Answers for both families. `valid_s` is how long an answer holds; `held` tells which good ones are on hold."""

    def __init__(
        self,
        valid_s: int,
        trust: Trust,
        held: Callable[[Family], tuple[tuple[Role, str], ...]],
        *,
        chance: Chance,
        clock: Clock,
        observe: Observe,
    ) -> None:
        self.valid_s = valid_s
        self.switches = ResponderSwitches()
        self._trust = trust
        self._held = held
        self._chance = chance("ocsp")
        self._clock = clock
        self._observe = observe
        trust.staple = self.staple

    def asked(self, method: str, path: str, body: bytes, kind: str = _ASKED) -> Reply | None:
        """The reply to a request by POST, whose media type counts, or by GET (RFC 6960, A.1); None for no answer."""
        word = self.switches.answers
        if method != "GET" and kind.partition(";")[0].strip().lower() != _ASKED:
            self._tell("", "unsupported_media_type", 0, "", stapled="")
            return Reply(415, _KIND)
        try:
            question = read_question(_octets(method, path, body))
        except OracleError:
            self._tell("", "malformed_request", 0, "", stapled="")
            return Reply(200, _KIND, refusal("malformed_request"))
        serial = f"{question.serial:x}"
        if word in ("silent", "error", "junk", "try-later"):
            self._tell(serial, "", 0, word, stapled="")
            if word == "silent":
                return None
            if word == "error":
                return Reply(503, _KIND)
            return Reply(200, _KIND, refusal("try_later") if word == "try-later" else b"no answer")
        family: Family | None = next((each for each in FAMILIES if self._trust[each].is_ours(question)), None)
        if family is None:
            self._tell(serial, "unauthorized", 0, "", stapled="")
            return Reply(200, _KIND, refusal("unauthorized"))
        octets, status, until = self._answer(family, question, word)
        plain = word in _GOOD or (word == "wrong-nonce" and not question.nonce)
        self._tell(serial, status, until, "" if plain else word, stapled="")
        return Reply(200, _KIND, octets)

    def staple(self, family: Family, name: str, choice: Choice) -> bytes:
        """What a centre staples beside its certificate; nothing if it shall not."""
        word = self.switches.staples
        if word == "none":
            return b""
        question = self._trust[family].question("server", name, choice)
        octets, status, until = self._answer(family, question, word)
        self._tell(f"{question.serial:x}", status, until, "" if word == "sound" else word, stapled=name)
        return octets

    def _answer(self, family: Family, question: Question, word: str) -> tuple[bytes, Status, int]:
        """Octets, status told and end (us) of an answer."""
        authority = self._trust[family]
        status: Status = authority.status(question.serial, self._held(family))
        if word in ("unknown", "slander"):
            status = "unknown" if word == "unknown" else "revoked"
        elif word not in _GOOD:
            status = "good"
        begin = self._clock.now_us() // 1_000_000 * 1_000_000
        if word == "old":
            begin -= 2 * self.valid_s * 1_000_000
        if word in ("no-nonce", "old"):
            question = dataclasses.replace(question, nonce=b"")
        elif word == "wrong-nonce" and question.nonce:
            question = dataclasses.replace(question, nonce=self._chance.randbytes(len(question.nonce)))
        elif word == "other":
            question = dataclasses.replace(question, serial=_another(authority, question.serial))
        end = begin + self.valid_s * 1_000_000
        signer = authority.signer(_FROM.get(word, "issuer"))
        return answer(question, status, begin, end, signer, self._chance), status, end

    def _tell(self, serial: str, status: str, until: int, fault: str, *, stapled: str) -> None:
        self._observe(
            StatusServed(
                t=self._clock.now_us(),
                at=stapled or NAME,
                serial=serial,
                status=status,
                until=until,
                stapled=bool(stapled),
                fault=fault,
            )
        )


def _another(authority: Authority, serial: int) -> int:
    """The number of a good certificate that is not the one asked for."""
    numbers = [authority.question(role, name, "good").serial for role, name in authority.subjects]
    return next((number for number in numbers if number != serial), serial + 2)


def _octets(method: str, path: str, body: bytes) -> bytes:
    """The request's octets; in a GET they stand in the path."""
    if method != "GET":
        return body
    try:
        return base64.b64decode(unquote(path.removeprefix(PATH).lstrip("/")), validate=True)
    except (binascii.Error, ValueError) as error:
        raise OracleError(f"expected an OCSP request in base64, got {path[:60]!r} ({error})") from None
