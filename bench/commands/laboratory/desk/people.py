"""Who may do what on the pages of `carbonbench serve`: persons of lab.toml, each with a password of their own.

Leaves duties to lab.toml (`may`). Passwords lie beside it as scrypt digests in a file of their own, since lab.toml is
handed over with each report.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from bench.commands.laboratory import sentences
from bench.evidence.lab import OWN
from reports.issue.demands import person_of
from reports.issue.papers import Lab
from reports.issue.reading import Said, Words, read_paper

FILE = "passwords.json"
LEAST = 10
"""Letters of a password at least."""
_N, _R, _P = 1 << 14, 8, 1
LASTS_S = 12 * 3600.0
"""How long who has logged in need not do so again."""
TRIES, PAUSE_S = 5, 60.0
"""After so many wrong passwords of a name in a row none is looked at for so long."""


class PeopleError(Exception):
    """Passwords that cannot be used; one sentence says why."""


def names_of(said: Said) -> tuple[str, ...]:
    """How a person is called."""
    return tuple(filter(None, (said.zh, said.en))) if isinstance(said, Words) else (said,)


def digest_of(password: str, salt: bytes) -> str:
    """The scrypt digest of a password, hex."""
    return hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=1 << 26).hex()


def set_password(lab: Path, name: str, password: str) -> Path:
    """Keep a password for a person of lab.toml. Raises PeopleError, PaperError, OSError."""
    person = person_of(read_paper(lab, Lab, beside=OWN), name)
    if person is None:
        raise PeopleError(sentences.LAB_HAS_NO(lab=lab).after(f"--by {name or '-'}"))
    if len(password) < LEAST:
        raise PeopleError(str(sentences.PASSWORD_LENGTH(least=LEAST)))
    path = lab.parent / FILE
    held = dict(_read(path))
    salt = secrets.token_bytes(16)
    for each in names_of(person.name):
        held[each] = f"{salt.hex()}:{digest_of(password, salt)}"
    part = path.with_name(f"{FILE}.part")
    part.touch(mode=0o600)
    part.write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", "utf-8")
    os.replace(part, path)
    return path


def _read(path: Path) -> Mapping[str, str]:
    try:
        held = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise PeopleError(sentences.PASSWORDS_UNREADABLE(error=error).after(path)) from None
    if not isinstance(held, dict):
        raise PeopleError(sentences.PASSWORDS_FORM().after(path))
    return cast(dict[str, str], held)


@dataclass
class People:
    """The persons of a laboratory. `asked` is whether anybody has to say who they are."""

    lab: Lab
    passwords: Mapping[str, str]
    now_s: Callable[[], float] = time.monotonic
    _sessions: dict[str, tuple[str, float]] = field(default_factory=dict[str, tuple[str, float]])
    _wrong: dict[str, tuple[int, float]] = field(default_factory=dict[str, tuple[int, float]])

    @classmethod
    def of(cls, lab: Path) -> People:
        """Raises PeopleError, PaperError."""
        return cls(read_paper(lab, Lab, beside=OWN), _read(lab.parent / FILE))

    @property
    def asked(self) -> bool:
        """Whether a person must log in: once anybody of the laboratory has a password."""
        return bool(self.passwords)

    def login(self, name: str, password: str) -> str:
        """A session for who has this name and password; empty for anybody else."""
        tries, last = self._wrong.get(name, (0, 0.0))
        if tries >= TRIES and self.now_s() - last < PAUSE_S:
            return ""
        salt, _, kept = self.passwords.get(name, f"{'00' * 16}:").partition(":")
        # An unknown name takes as long as a wrong password.
        same = hmac.compare_digest(digest_of(password, bytes.fromhex(salt)), kept)
        if not same or person_of(self.lab, name) is None:
            if name in self.passwords:
                self._wrong[name] = (tries + 1, self.now_s())
            return ""
        self._wrong.pop(name, None)
        session = secrets.token_urlsafe(24)
        self._sessions[session] = name, self.now_s()
        return session

    def logout(self, session: str) -> None:
        """End a session."""
        self._sessions.pop(session, None)

    def name(self, session: str) -> str:
        """Whose session it is; empty for none."""
        name, since = self._sessions.get(session, ("", 0.0))
        if name and self.now_s() - since > LASTS_S:
            self.logout(session)
            return ""
        return name

    def may(self, name: str, duty: str) -> bool:
        """Whether lab.toml authorises a person."""
        person = person_of(self.lab, name)
        return person is not None and duty in person.may
