"""Passwords: how one is kept (argon2id) and what is asked of a new one (ISC-2 7.4.1.1(1), ruling R-36).

Leaves whose password it is, and how old, to `accounts`, and what a comparison costs to the surroundings.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from reference_terminal.access import reasons
from reference_terminal.model.messages import Text
from reference_terminal.settings.accounts import RulesConfig

MOST_OCTETS = 256
_SALT = 16
_ANY = PasswordHasher()
"""Compares at the cost that what is kept tells."""


@cache
def _hasher(kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=kib, parallelism=1)


@cache
def nobodys(kib: int) -> str:
    """What the password of a name that there is not is compared with, so that it takes as long."""
    return _hasher(kib).hash("nobody", salt=bytes(_SALT))


def made(password: str, chance: random.Random, kib: int) -> str:
    """What is kept of a password, made in so much memory (KiB)."""
    return _hasher(kib).hash(_octets(password), salt=chance.randbytes(_SALT))


def agrees(kept: str, password: str) -> bool:
    """Whether a password is the one that was kept."""
    octets = _octets(password)
    try:
        return len(octets) <= MOST_OCTETS and _ANY.verify(kept, octets)
    except (VerificationError, InvalidHashError):
        return False


def fault(password: str, name: str, rules: RulesConfig, former: Sequence[str]) -> Text | None:
    """What is wrong with a new password; `former` are the kept ones that may not come again."""
    if len(_octets(password)) > MOST_OCTETS or not password.isprintable():
        return reasons.PASSWORD_UNPRINTABLE(most=MOST_OCTETS)
    if len(password) < rules.min_length:
        return reasons.PASSWORD_SHORT(least=rules.min_length)
    if classes(password) < rules.min_classes:
        return reasons.PASSWORD_CLASSES(least=rules.min_classes)
    if name.lower() in password.lower():
        return reasons.PASSWORD_IS_NAME()
    if any(agrees(kept, password) for kept in former):
        return reasons.PASSWORD_USED()
    return None


def classes(password: str) -> int:
    """How many kinds of characters a password has: capital letters, small letters, digits, others."""
    return (
        any(each.isupper() for each in password)
        + any(each.islower() for each in password)
        + any(each.isdigit() for each in password)
        + any(not each.isalnum() or (each.isalpha() and each.upper() == each.lower()) for each in password)
    )


def _octets(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
