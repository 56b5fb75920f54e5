"""Seals: what a run was at its beginning, each hour and at its end, signed and stamped, in files others can prove.

Leaves what is sealed to `keeper` and what follows from it to `sealed`. A seal is `evidence/seal-0001.json`; beside it
lie one signature for each signer (`.json.sig-1`, DER over the file's octets) and its time stamp (`.json.sig-1.tsr`,
RFC 3161 over the signature's octets). `openssl dgst -verify` and `openssl ts -verify` prove them too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from bench.evidence import sentences
from bench.evidence.files import sm3_of
from bench.evidence.lab import Lab
from bench.evidence.runlog import FOLDER

FORMAT = "carbonbench-seal/1"
Kind = Literal["begin", "hour", "end"]


class SealTrouble(Exception):
    """A seal that cannot be read; one sentence says why."""


class Seal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was sealed, `at` by the computer's clock.

    `openings` maps the opening statements to their SM3; `log_lines` and `log_head` say how far the log had come;
    `register_lines` and `register_head` the register (0 and empty without one); `previous` is the SM3 of the seal
    before. `evidence` is the evidence digest of the folder over `files` files: at the end only.
    """

    format: str = FORMAT
    number: int
    kind: Kind
    run: str
    at: str
    item: dict[str, str]
    openings: dict[str, str]
    log_lines: int
    log_head: str
    register_lines: int = 0
    register_head: str = ""
    previous: str = ""
    evidence: str = ""
    files: int = 0
    signers: tuple[str, ...]


class Held(msgspec.Struct, frozen=True):
    """A seal as it lies in the folder: name, octets, signatures, stamps."""

    name: str
    seal: Seal
    octets: bytes
    signatures: tuple[bytes, ...]
    stamps: tuple[bytes, ...]


def name_of(number: int) -> str:
    """The name of a seal's files below the run folder, without their ends."""
    return f"{FOLDER}/seal-{number:04}"


def files_of(seal: Seal, lab: Lab) -> Mapping[str, bytes]:
    """The files of a seal, signed and stamped, by path below the run folder. Raises KeyTrouble, StampTrouble."""
    octets = msgspec.json.format(msgspec.json.encode(seal), indent=2) + b"\n"
    name = f"{name_of(seal.number)}.json"
    made = {name: octets}
    for number, signature in enumerate(lab.sign(octets), start=1):
        made[f"{name}.sig-{number}"] = signature
        if lab.stamper:
            made[f"{name}.sig-{number}.tsr"] = lab.stamp(signature)
    return made


def read_seals(folder: Path) -> list[Held]:
    """The seals of a run folder in their order. Raises SealTrouble where one is none or is missing."""
    return [*_read(folder)]


def _read(folder: Path) -> Iterator[Held]:
    paths = sorted((folder / FOLDER).glob("seal-*.json"))
    for number, path in enumerate(paths, start=1):
        name = name_of(number)
        if path != folder / f"{name}.json":
            raise SealTrouble(sentences.SEAL_MISSING().after(f"{folder / name}.json"))
        try:
            octets = path.read_bytes()
            seal = msgspec.json.decode(octets, type=Seal)
            signatures = tuple(
                path.with_name(f"{path.name}.sig-{signer}").read_bytes() for signer in range(1, len(seal.signers) + 1)
            )
        except OSError as error:
            raise SealTrouble(sentences.UNREADABLE(reason=error.strerror).after(error.filename)) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise SealTrouble(sentences.NO_SEAL(error=error).after(path)) from None
        tokens = (path.with_name(f"{path.name}.sig-{signer}.tsr") for signer in range(1, len(seal.signers) + 1))
        stamps = tuple(token.read_bytes() for token in tokens if token.exists())
        if seal.format != FORMAT or seal.number != number:
            raise SealTrouble(sentences.SEAL_MOVED(format=seal.format, number=seal.number).after(path))
        yield Held(name, seal, octets, signatures, stamps)


def digest(held: Held) -> str:
    """SM3 of a seal's octets."""
    return sm3_of(held.octets)
