"""What the proof has shown: which checks of which cases each defect fails, as `carbonbench prove --record` wrote it.

Leaves running pairs to bench.commands. The file `conformance/proof.json` is made by the machine and never by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from conformance.clauses.loading import SuiteBroken

PROOF = Path(__file__).resolve().parents[1] / "proof.json"
FORMAT = "carbonbench-flips/1"

Flips = dict[str, dict[str, tuple[str, ...]]]
"""By defect and case the ids of the checks that fail; a case without checks is one to try the defect on."""


class Proof(msgspec.Struct, frozen=True):
    """The file: flips by rig (`virtual`, `process`)."""

    format: str = FORMAT
    flips: dict[str, Flips] = {}

    def of(self, rig: str) -> Flips:
        """What was shown in a rig."""
        return self.flips.get(rig, {})

    def noticed(self) -> dict[str, tuple[str, ...]]:
        """By defect the cases that fail with it, or are to be tried, in whatever rig."""
        found: dict[str, dict[str, None]] = {}
        for flips in self.flips.values():
            for defect, cases in flips.items():
                found.setdefault(defect, {}).update(dict.fromkeys(cases))
        return {defect: tuple(cases) for defect, cases in found.items()}

    def proven(self) -> dict[str, tuple[str, ...]]:
        """By defect the cases of which a check fails with it, in whatever rig."""
        cases: dict[str, dict[str, None]] = {}
        for flips in self.flips.values():
            for defect, found in flips.items():
                cases.setdefault(defect, {}).update({case: None for case, checks in found.items() if checks})
        return {defect: tuple(found) for defect, found in cases.items()}

    def flipped(self) -> frozenset[tuple[str, str]]:
        """Every case and check that some defect fails, in any rig."""
        return frozenset(
            (case, check)
            for flips in self.flips.values()
            for cases in flips.values()
            for case, checks in cases.items()
            for check in checks
        )


class ProofError(SuiteBroken):
    """The file is no proof; one sentence."""


class Made(Protocol):
    """A file of conformance that the machine made: what form it has."""

    @property
    def format(self) -> str: ...


M = TypeVar("M", bound=Made)


def read_made(path: Path, kind: type[M], by: str) -> M:
    """Such a file, empty where there is none; `by` is the command that makes it. Raises ProofError."""
    empty = kind()
    try:
        found = msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return empty
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ProofError(f"{path}: expected a file of {by}: {error} / 不是证明文件") from None
    if found.format != empty.format:
        raise ProofError(f"{path}: expected format {empty.format}, got {found.format} / 格式不符")
    return found


def read_proof(path: Path = PROOF) -> Proof:
    """The proof of the suite; an empty one where there is no file. Raises ProofError."""
    return read_made(path, Proof, "prove --record")


def recorded(
    old: Proof,
    rig: str,
    pairs: Iterable[tuple[str, str, tuple[str, ...]]],
    *,
    defects: Mapping[str, object],
    cases: Mapping[str, object],
) -> Proof:
    """The proof with these pairs (defect, case, failing checks) in it, and without what the suite no longer has."""
    flips: Flips = {
        defect: {case: checks for case, checks in by_case.items() if case in cases}
        for defect, by_case in old.of(rig).items()
        if defect in defects
    }
    for defect, case, checks in pairs:
        by_case = flips.setdefault(defect, {})
        by_case.pop(case, None)
        if checks:
            by_case[case] = tuple(sorted(checks))
    whole = {defect: dict(sorted(by_case.items())) for defect, by_case in sorted(flips.items()) if by_case}
    return Proof(flips=dict(sorted((old.flips | {rig: whole}).items())))


def no_longer(proof: Proof, rig: str, pairs: Iterable[tuple[str, str, tuple[str, ...]]]) -> list[str]:
    """A sentence for each of these pairs (defect, case, failing checks) that failed less than the proof says."""
    known = proof.of(rig)
    found: list[str] = []
    for defect, case, checks in pairs:
        if gone := sorted(set(known.get(defect, {}).get(case, ())) - set(checks)):
            found.append(
                f"{PROOF.name}: {defect} × {case} no longer fails {', '.join(gone)}; see why, then prove --record / "
                "与套件证明不符"
            )
    return found


def write_proof(proof: Proof, path: Path = PROOF) -> None:
    """Put the proof in its file, whole or not at all."""
    fresh = path.with_name(path.name + ".part")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(proof), indent=1) + b"\n")
    fresh.replace(path)
