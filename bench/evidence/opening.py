"""The opening statement of a sitting: what stood on the bench, what it was given, and what it means to run.

Leaves signing to `seals`. Gathered before the first attempt; the records of the sitting name its SM3.
"""

from __future__ import annotations

import contextlib
import platform
import secrets
import ssl
from importlib.metadata import Distribution, distributions

import msgspec

FORMAT = "carbonbench-opening/1"


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """The bench's clock against its source (seconds, decimal text); `problem` where nothing is known of it."""

    source: str = ""
    stratum: int = 0
    reference: str = ""
    behind_s: str = ""
    within_s: str = ""
    problem: str = ""


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the bench is joined by: where it is used, what it is, what it answers when asked who it is."""

    where: str
    what: str
    identity: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence of `bench check`."""

    level: str
    where: str
    words: str


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed before anything is run. `inputs` maps each file given to its SM3; `house` is the SM3 of the bench.

    `plan` is every attempt (`case#attempt`) that the sitting means to run. `nonce` makes two openings two.
    """

    format: str = FORMAT
    run: str
    number: int
    at: str
    item: dict[str, str]
    rig: str
    options: dict[str, object]
    inputs: dict[str, str]
    commit: str
    house: str
    system: dict[str, str]
    packages: dict[str, str]
    instruments: tuple[Instrument, ...] = ()
    check: tuple[Found, ...] = ()
    clock: Clock
    plan: tuple[str, ...]
    certificates: tuple[str, ...] = ()
    nonce: str

    def octets(self) -> bytes:
        """Its file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


def nonce() -> str:
    """Sixteen octets nobody knew before, hex."""
    return secrets.token_hex(16)


def system() -> dict[str, str]:
    """Computer and operating system."""
    told = {
        "os": platform.platform(),
        "kernel": platform.version(),
        "machine": platform.machine(),
        "host": platform.node(),
        "python": platform.python_version(),
        "openssl": ssl.OPENSSL_VERSION,
    }
    with contextlib.suppress(OSError):
        told["distribution"] = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    with contextlib.suppress(ImportError):
        from cryptography.hazmat.backends.openssl import backend

        told["openssl of cryptography"] = backend.openssl_version_text()
    return told


def packages() -> dict[str, str]:
    """Every package of this environment with its version."""
    return dict(sorted(named for each in distributions() if (named := _named(each))))


def _named(package: Distribution) -> tuple[str, str] | None:
    """Name and version as the head of its metadata has them; the whole would be read as a mail, descriptions too."""
    head = {}
    for line in (package.read_text("METADATA") or package.read_text("PKG-INFO") or "").splitlines():
        key, colon, value = line.partition(": ")
        if not line:
            break
        if colon and key in ("Name", "Version"):
            head.setdefault(key, value.strip())
    return (head["Name"], head.get("Version", "")) if "Name" in head else None
