"""What of a laboratory's `lab.toml` evidence needs: who signs, who stamps, where the register is.

Leaves every other table of the file to those who issue reports. Paths are relative to the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.evidence import sentences
from bench.evidence.keys import KeyTrouble, Signer, certificates_of, signer_of
from bench.evidence.stamps import OwnAuthority, Stamper, StampTrouble, asking
from simulators.sentences import Words
from simulators.settings import Flaw, Port, Settings, Word, read
from simulators.tables import DescriptionError, Table, read_file


class SignerRow(Settings, frozen=True):
    """`[[signer]]`: a key (PEM file or `pkcs11:token=…;object=…`), its certificate, and for a token its module.

    `pin_env` names the environment variable that holds PIN or passphrase.
    """

    key: Word
    certificate: Word
    module: str = ""
    pin_env: str = "CARBONBENCH_PIN"


class StampRow(Settings, frozen=True):
    """`[stamp]`: an authority of RFC 3161 by `url`, or `own`, the folder of one of the bench's own; and its `roots`."""

    url: str = ""
    own: str = ""
    roots: str = ""

    def flaws(self) -> Iterator[Flaw]:
        """One authority, of an address that can be asked."""
        if bool(self.url) == bool(self.own):
            yield sentences.URL_OR_OWN().at("")
        if self.url and not self.url.startswith(("http://", "https://")):
            yield sentences.STAMP_URL(url=self.url).at("url")


class ClockRow(Settings, frozen=True):
    """`[clock]`: the NTP server of the laboratory, which the bench's clock is held against where a rig names none."""

    server: Word
    port: Port = 123
    timeout_s: float = 2.0


class RegisterRow(Settings, frozen=True):
    """`[register]`: the file of the register."""

    path: Word


OWN = ("signer", "stamp", "register", "clock")
"""Tables of lab.toml that evidence reads."""


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


class _File(Settings, frozen=True):
    signer: tuple[SignerRow, ...] = ()
    stamp: StampRow | None = None
    register: RegisterRow | None = None
    clock: ClockRow | None = None
    laboratory: Any = None
    equipment: Any = None
    persons: Any = None
    documents: Any = None


def load_lab(path: Path) -> Lab:
    """Read a lab.toml, try its keys, and say all that is wrong at once. Raises LabError."""
    try:
        return read_file(path, lambda table: _lab(path, table), first=1)
    except DescriptionError as error:
        raise LabError([f"{path}: {problem}" for problem in error.problems]) from None


def _lab(path: Path, table: Table) -> Lab:
    found, folder = read(table, _File), path.resolve().parent
    signers = [*_signers(found, folder, table)]
    stamp, stamper, roots = found.stamp, None, list[bytes]()
    if stamp is not None and bool(stamp.url) != bool(stamp.own):
        try:
            stamper = asking(stamp.url) if stamp.url else OwnAuthority(folder / stamp.own)
            roots = certificates_of(folder / stamp.roots) if stamp.roots else []
        except (StampTrouble, KeyTrouble) as error:
            table.problem("stamp", *Words.of(error))
        if not found.signer:
            table.problem("stamp", *sentences.STAMP_WITHOUT_SIGNER())
    return Lab(
        path=path,
        signers=tuple(signers),
        stamper=stamper,
        stamp_url=stamp.url if stamp else "",
        roots=tuple(roots),
        register=folder / found.register.path if found.register else None,
        certificates=tuple(each.certificate for each in signers),
        clock=found.clock,
    )


def _signers(found: _File, folder: Path, table: Table) -> Iterator[Signer]:
    for number, row in enumerate(found.signer, start=1):
        if not (row.key and row.certificate):
            continue
        try:
            yield signer_of(row.key, folder / row.certificate, folder, module=row.module, pin_env=row.pin_env)
        except KeyTrouble as error:
            table.problem(f"signer[{number}]", *Words.of(error))
