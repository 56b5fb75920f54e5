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
        return Text(f"expected at most {MOST_OCTETS} printable octets", f"口令应为可见字符，不超过 {MOST_OCTETS} 字节")
    if len(password) < rules.min_length:
        return Text(f"expected at least {rules.min_length} characters", f"口令至少 {rules.min_length} 位")
    if classes(password) < rules.min_classes:
        return Text(
            f"expected at least {rules.min_classes} of: capital letters, small letters, digits, other characters",
            f"口令应至少包含大写字母、小写字母、数字、其他字符中的 {rules.min_classes} 类",
        )
    if name.lower() in password.lower():
        return Text("expected a password without the account's name in it", "口令不应包含账户名")
    if any(agrees(kept, password) for kept in former):
        return Text("this password was used before; choose another", "不得重复使用以前的口令")
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
