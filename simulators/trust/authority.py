"""The test authorities of a world: every certificate a centre or a terminal may show, bad ones included.

Leaves building certificates to `certificates`, and using them to the channels. Everything is made when first asked for,
from the world's chance and start: the same world gives the same certificates. Validity is wide (years before and after
the start), because a stack on test may look at the calendar of the machine instead of the clock of the world.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, get_args

import msgspec

from simulators.clock import Chance
from simulators.trust import oracle
from simulators.trust.certificates import (
    FAMILIES,
    Certificate,
    EvenKey,
    Family,
    Key,
    Request,
    Usage,
    der_of,
    ids_of,
    issue,
    name_of,
    new_key,
    revocations,
)
from simulators.trust.ocsp import Question, Signer, Status

Choice = Literal[
    "good",
    "expired",
    "not-yet-valid",
    "revoked",
    "wrong-host",
    "unknown-issuer",
    "self-signed",
    "look-alike",
    "encryption",
    "ending",
    "short-lived",
    "renewed",
    "must-staple",
]
"""Which certificate is shown.

`expired` ended a day before the world began; `not-yet-valid` begins in 20 years; `revoked` is on the revocation list;
`wrong-host` names another host; `unknown-issuer` comes from an authority nobody trusts; `look-alike` has the right
names throughout, its issuers' names included, but other keys; `encryption` may encipher and not sign; `ending` is good
and ends 30 days and an hour after the world began, `short-lived` 20 minutes after it; `renewed` is good, with another
key and number; `must-staple` is good and says that its status has to be stapled (RFC 7633).
"""

SOUND: tuple[Choice, ...] = ("good", "ending", "short-lived", "renewed", "must-staple")
"""Choices with which nothing is wrong at first."""
CHOICES: tuple[Choice, ...] = get_args(Choice)
Role = Literal["server", "client"]
Answerer = Literal["issuer", "delegated", "undelegated", "forged"]
"""Who signs an OCSP answer: `undelegated` has a certificate of the issuer that does not charge him with answers,
`forged` the issuer's name and another key."""
Tier = Literal["root", "intermediate"]
"""Which authority of a tree signs a list: the root lists intermediates, the intermediate leaves."""

_USAGES: tuple[Usage, ...] = ("signing", "encryption")
_DAY_US = 86_400_000_000
_YEAR_US = 365 * _DAY_US


class Credential(msgspec.Struct, frozen=True):
    """A certificate with its chain below the root (PEM), and its key: PKCS#8 PEM, not encrypted, and as a number."""

    certificate: str
    key: str
    serial: str
    subject: str
    private: int = 0


class TerminalSide(msgspec.Struct, frozen=True, kw_only=True):
    """What a terminal is given to talk to one centre (docs/WIRE.md section 7). PEM text; empty where not needed."""

    server_name: str = ""
    anchors: str = ""
    crls: str = ""
    certificate: str = ""
    key: str = ""
    encryption_certificate: str = ""
    encryption_key: str = ""
    device_certificate: str = ""
    device_key: str = ""
    device_anchors: str = ""
    device_crls: str = ""
    payload_key: str = ""
    centre_certificate: str = ""
    token: str = ""


@dataclass(frozen=True)
class _Issuer:
    name: str
    key: Key
    certificate: Certificate


class Authority:
    """One tree of certificates: root, intermediate, leaves. `subjects` are all (role, name) it will ever certify.

    With `even` the leaves of the ECDSA tree have keys over Ed25519, whose signatures in handshakes have one length;
    those of ECDSA have 70 to 72 octets as chance has it, which no seed reaches.
    """

    def __init__(
        self,
        family: Family,
        start_us: int,
        chance: Chance,
        subjects: Sequence[tuple[Role, str]],
        title: str = "test",
        ocsp_url: str = "",
        *,
        even: bool = False,
    ) -> None:
        self.family: Family = family
        self._start_us = start_us
        self._chance = chance
        self._subjects = tuple(subjects)
        self._title = title
        self._ocsp_url = ocsp_url
        self._even = even and family == "ecdsa"
        self._issuers: dict[str, tuple[_Issuer, _Issuer]] = {}
        self._issued: dict[int, tuple[Role, str, Choice]] = {}
        self._signers: dict[Answerer, Signer] = {}
        self._made: dict[tuple[Role, str, Choice, Usage], Credential] = {}

    def _stream(self, name: str) -> str:
        return f"trust/{self._title}/{self.family}/{name}"

    def _tree(self, which: str) -> tuple[_Issuer, _Issuer]:
        """Root and intermediate: the real ones, those of a stranger, or those that look like the real ones."""
        found = self._issuers.get(which)
        if found is None:
            stem = "stranger" if which == "stranger" else f"carbonbench {self.family.upper()}"
            root_name, name = f"{stem} root", f"{stem} intermediate"
            chance = self._chance(self._stream(which))
            begin, end = self._start_us - 10 * _YEAR_US, self._start_us + 40 * _YEAR_US
            root_key, key = new_key(self.family, chance), new_key(self.family, chance)
            root = issue(
                Request(
                    common_name=root_name,
                    usage="authority",
                    begin_us=begin,
                    end_us=end,
                    serial=chance.getrandbits(63) | 1,
                ),
                root_key,
                root_name,
                root_key,
                chance,
            )
            middle = issue(
                Request(
                    common_name=name,
                    usage="authority",
                    begin_us=begin,
                    end_us=end,
                    serial=chance.getrandbits(63) | 1,
                    path_length=0,
                ),
                key,
                root_name,
                root_key,
                chance,
            )
            found = (_Issuer(root_name, root_key, root), _Issuer(name, key, middle))
            self._issuers[which] = found
        return found

    @property
    def anchor(self) -> str:
        """The root (PEM)."""
        return self._tree("real")[0].certificate.pem

    @cached_property
    def crls(self) -> str:
        """Revocation lists of root and intermediate (PEM), valid as long as the authority."""
        root, middle = self._tree("real")
        begin, end = self._start_us - 5 * _YEAR_US, self._start_us + 30 * _YEAR_US
        revoked = [
            self._serial(role, name, "revoked", usage)
            for role, name in self._subjects
            for usage in ("signing", "encryption")
        ]
        chance = self._chance(self._stream("crl"))
        return revocations(root.name, root.key, (), begin, end, 1, chance) + revocations(
            middle.name, middle.key, revoked, begin, end, 1, chance
        )

    @property
    def subjects(self) -> tuple[tuple[Role, str], ...]:
        """All it will ever certify."""
        return self._subjects

    def revocation_list(
        self,
        tier: Tier,
        begin_us: int,
        end_us: int,
        number: int,
        held: Sequence[tuple[Role, str]],
        *,
        forged: bool = False,
    ) -> bytes:
        """A revocation list (DER) for a while: what is revoked anyway, and the good certificates that are `held`.

        A forged one bears the issuer's name and the signature of its look-alike.
        """
        root, middle = self._tree("look-alike" if forged else "real")
        issuer = root if tier == "root" else middle
        serials = [
            self._serial(role, name, "revoked", usage)
            for role, name in self._subjects
            for usage in ("signing", "encryption")
        ]
        serials += [
            self._serial(role, name, "good", usage) for role, name in held for usage in ("signing", "encryption")
        ]
        chance = self._chance(self._stream(f"crl/{tier}/{number}"))
        text = revocations(
            issuer.name, issuer.key, serials if tier == "intermediate" else (), begin_us, end_us, number, chance
        )
        return der_of(text)

    def status(self, serial: int, held: Sequence[tuple[Role, str]]) -> Status:
        """What the intermediate knows of a certificate by its number; `held` are good ones put on hold."""
        if not self._issued:
            choices: tuple[Choice, ...] = (*SOUND, "revoked")
            for role, name in self._subjects:
                for usage in _USAGES:
                    for choice in choices:
                        self._issued[self._serial(role, name, choice, usage)] = (role, name, choice)
        found = self._issued.get(serial)
        if found is None:
            return "unknown"
        return "revoked" if found[2] == "revoked" or found[:2] in held else "good"

    def question(self, role: Role, name: str, choice: Choice) -> Question:
        """What a peer would ask about a certificate, without a nonce."""
        _, issuer = self._tree("real")
        subject, key = ids_of(issuer.certificate.der)
        serial = self._serial(role, name, choice, "signing")
        return Question("sha1", hashlib.sha1(subject).digest(), hashlib.sha1(key).digest(), serial)

    def is_ours(self, question: Question) -> bool:
        """Whether a question is about a certificate of the intermediate."""
        _, issuer = self._tree("real")
        subject, key = ids_of(issuer.certificate.der)
        try:
            made = hashlib.new(question.algorithm, subject), hashlib.new(question.algorithm, key)
        except ValueError:
            return False
        return (made[0].digest(), made[1].digest()) == (question.name_hash, question.key_hash)

    def signer(self, which: Answerer) -> Signer:
        """Who signs OCSP answers: the intermediate itself, one it has charged with it, or somebody who must not."""
        _, issuer = self._tree("look-alike" if which == "forged" else "real")
        if which in ("issuer", "forged"):
            return Signer(issuer.key, name_of(issuer.name))
        made = self._signers.get(which)
        if made is not None:
            return made
        name = f"carbonbench {self.family.upper()} OCSP {which}"
        chance = self._chance(self._stream(f"ocsp/{which}"))
        key = new_key(self.family, chance)
        request = Request(
            common_name=name,
            usage="responder" if which == "delegated" else "signing",
            begin_us=self._start_us - 5 * _YEAR_US,
            end_us=self._start_us + 30 * _YEAR_US,
            serial=chance.getrandbits(63) | 1,
        )
        made = Signer(key, name_of(name), issue(request, key, issuer.name, issuer.key, chance).der)
        self._signers[which] = made
        return made

    @property
    def revoked(self) -> tuple[str, ...]:
        """Serial numbers (hex) on the lists."""
        return tuple(
            f"{self._serial(role, name, 'revoked', usage):x}"
            for role, name in self._subjects
            for usage in ("signing", "encryption")
        )

    def _serial(self, role: Role, name: str, choice: Choice, usage: Usage) -> int:
        return _serial_of(f"{self._title}/{role}/{name}/{choice}/{usage}")

    def leaf(
        self, role: Role, name: str, hosts: Sequence[str] = (), choice: Choice = "good", usage: Usage = "signing"
    ) -> Credential:
        """The certificate of a centre or a terminal. Hosts go into subjectAltName (none for terminals)."""
        if choice == "encryption":
            usage = "encryption"
        wanted = (role, name, choice, usage)
        found = self._made.get(wanted)
        if found is None:
            found = self._made[wanted] = self._leaf(role, name, tuple(hosts), choice, usage)
        return found

    def _leaf(self, role: Role, name: str, hosts: tuple[str, ...], choice: Choice, usage: Usage) -> Credential:
        chance = self._chance(self._stream(f"{role}/{name}/{choice}/{usage}"))
        own = new_key(self.family, chance)
        key = EvenKey(own.private) if self._even else own
        begin, end = self._start_us - 5 * _YEAR_US, self._start_us + 30 * _YEAR_US
        if choice == "expired":
            end = self._start_us - _DAY_US
        elif choice == "ending":
            end = self._start_us + 30 * _DAY_US + 3_600_000_000
        elif choice == "short-lived":
            end = self._start_us + 1200 * 1_000_000
        elif choice == "not-yet-valid":
            begin = self._start_us + 20 * _YEAR_US
        if choice == "wrong-host" and role == "server":
            hosts = ("elsewhere.centre.test", "192.0.2.77")
        _, issuer = self._tree({"unknown-issuer": "stranger", "look-alike": "look-alike"}.get(choice, "real"))
        subject = f"another {name}" if choice == "wrong-host" and role == "client" else name
        request = Request(
            common_name=subject,
            usage=usage,
            begin_us=begin,
            end_us=end,
            serial=self._serial(role, name, choice, usage),
            hosts=hosts,
            ocsp_url=self._ocsp_url,
            must_staple=choice == "must-staple",
        )
        if choice == "self-signed":
            made = issue(request, own, subject, own, chance)
            return Credential(made.pem, own.pem, f"{made.serial:x}", subject, own.private)
        made = issue(request, key, issuer.name, issuer.key, chance)
        return Credential(made.pem + issuer.certificate.pem, key.pem, f"{made.serial:x}", subject, key.private)


@lru_cache(maxsize=4096)
def _serial_of(words: str) -> int:
    return int.from_bytes(oracle.sm3(words.encode())[:8], "big") >> 1 | 1


def _nothing(family: Family, name: str, choice: Choice) -> bytes:
    """No staple."""
    return b""


class Trust:
    """The authorities of a world: one for each family, knowing all centres and terminals by name."""

    def __init__(
        self,
        start_us: int,
        chance: Chance,
        subjects: Sequence[tuple[Role, str]],
        ocsp_url: str = "",
        *,
        even: bool = False,
    ) -> None:
        self.authorities: dict[Family, Authority] = {
            family: Authority(family, start_us, chance, subjects, ocsp_url=ocsp_url, even=even) for family in FAMILIES
        }
        self.staple: Callable[[Family, str, Choice], bytes] = _nothing
        """What a centre staples beside a certificate of its own."""
        self.keys: Callable[[str], None] | None = None
        """Who is told the secrets of the sessions in which an end of this world takes part."""

    def __getitem__(self, family: Family) -> Authority:
        """The authority of a family."""
        return self.authorities[family]
