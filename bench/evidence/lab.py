"""What of a laboratory's `lab.toml` evidence needs: who signs, who stamps, where the register is.

Leaves every other table of the file to those who issue reports. Paths are relative to the file.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import msgspec

from bench.evidence.keys import KeyTrouble, Signer, certificates_of, signer_of
from bench.evidence.stamps import OwnAuthority, Stamper, StampTrouble, asking
from simulators.files import given_text


class SignerRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[signer]]`: a key (PEM file or `pkcs11:token=…;object=…`), its certificate, and for a token its module.

    `pin_env` names the environment variable that holds PIN or passphrase.
    """

    key: str
    certificate: str
    module: str = ""
    pin_env: str = "CARBONBENCH_PIN"


class StampRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[stamp]`: an authority of RFC 3161 by `url`, or `own`, the folder of one of the bench's own; and its `roots`."""

    url: str = ""
    own: str = ""
    roots: str = ""


class ClockRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[clock]`: the NTP server of the laboratory, which the bench's clock is held against where a rig names none."""

    server: str
    port: int = 123
    timeout_s: float = 2.0


class RegisterRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[register]`: the file of the register."""

    path: str


OWN = ("signer", "stamp", "register", "clock")
"""Tables of lab.toml that evidence reads."""
OTHERS = ("laboratory", "equipment", "persons", "documents")
"""Those that belong to `carbonbench issue`."""


class LabError(Exception):
    """A lab.toml that cannot be used; `problems` holds one sentence for each thing wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = [*problems]


@dataclass(frozen=True)
class Lab:
    """A laboratory that signs. Without a signer nothing is signed; without a stamper signatures are not stamped."""

    path: Path | None = None
    signers: tuple[Signer, ...] = ()
    stamper: Stamper | None = None
    stamp_url: str = ""
    roots: tuple[bytes, ...] = ()
    register: Path | None = None
    certificates: tuple[bytes, ...] = field(default=())
    clock: ClockRow | None = None

    def sign(self, octets: bytes) -> list[bytes]:
        """A DER signature of each signer, in the order of the file. Raises KeyTrouble."""
        return [each.sign(octets) for each in self.signers]

    def stamp(self, octets: bytes) -> bytes:
        """A time stamp token (DER) over octets; empty without an authority. Raises StampTrouble."""
        return self.stamper(octets) if self.stamper else b""


NOBODY = Lab()
"""No laboratory: everything stays unsigned."""


def load_lab(path: Path) -> Lab:
    """Read a lab.toml, try its keys, and say all that is wrong at once. Raises LabError."""
    try:
        raw = tomllib.loads(given_text(path))
    except OSError as error:
        raise LabError([f"{path}: cannot be read: {error.strerror} / 无法读取"]) from None
    except (ValueError, RecursionError) as error:
        raise LabError([f"{path}: expected TOML in UTF-8: {error} / TOML 语法错误"]) from None
    problems = [_unknown(path, name) for name in raw if name not in (*OWN, *OTHERS)]
    folder = path.resolve().parent
    signers = [*_signers(raw, path, folder, problems)]
    stamp = _row(raw, "stamp", StampRow, path, problems)
    stamper: Stamper | None = None
    roots: list[bytes] = []
    if stamp is not None:
        if bool(stamp.url) == bool(stamp.own):
            problems.append(f"{path}, stamp: expected url or own, one of them / 应给出 url 或 own 之一")
        if stamp.url and not stamp.url.startswith(("http://", "https://")):
            problems.append(f"{path}, stamp.url: expected http:// or https://, found {stamp.url!r} / 地址无效")
        try:
            stamper = asking(stamp.url) if stamp.url else OwnAuthority(folder / stamp.own) if stamp.own else None
            roots = certificates_of(folder / stamp.roots) if stamp.roots else []
        except (StampTrouble, KeyTrouble) as error:
            problems.append(f"{path}, stamp: {error}")
        if not signers and not problems:
            problems.append(f"{path}: [stamp] without a [[signer]]: a stamp is put on a signature / 缺少 [[signer]]")
    register = _row(raw, "register", RegisterRow, path, problems)
    clock = _row(raw, "clock", ClockRow, path, problems)
    if problems:
        raise LabError(problems)
    return Lab(
        path=path,
        signers=tuple(signers),
        stamper=stamper,
        stamp_url=stamp.url if stamp else "",
        roots=tuple(roots),
        register=folder / register.path if register else None,
        certificates=tuple(each.certificate for each in signers),
        clock=clock,
    )


def _unknown(path: Path, name: str) -> str:
    near = difflib.get_close_matches(name, (*OWN, *OTHERS), 1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join((*OWN, *OTHERS))}"
    return f"{path}: {name}: unknown table; {hint} / 未知的表"


def _signers(raw: Mapping[str, Any], path: Path, folder: Path, problems: list[str]) -> list[Signer]:
    rows = raw.get("signer", [])
    if not isinstance(rows, list):
        problems.append(f"{path}, signer: expected tables [[signer]], found {type(rows).__name__} / 应为 [[signer]]")
        return []
    found: list[Signer] = []
    for number, each in enumerate(cast(list[object], rows), start=1):
        try:
            row = msgspec.convert(each, SignerRow)
            made = signer_of(row.key, folder / row.certificate, folder, module=row.module, pin_env=row.pin_env)
            found.append(made)
        except msgspec.ValidationError as error:
            problems.append(f"{path}, signer {number}: {error} / 字段有误")
        except KeyTrouble as error:
            problems.append(f"{path}, signer {number}: {error}")
    return found


def _row(raw: Mapping[str, Any], key: str, kind: Any, path: Path, problems: list[str]) -> Any:
    if key not in raw:
        return None
    try:
        return msgspec.convert(raw[key], kind)
    except msgspec.ValidationError as error:
        problems.append(f"{path}, {key}: {error} / 字段有误")
        return None
