"""What the seals of a run folder prove, and what speaks against them: one sentence each.

Leaves the manifest and the chains of records to the commands. Asks nobody: the laboratory's certificate is given, and
the roots of its time stamp authority where they are trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec

from bench.evidence.chain import ChainTrouble
from bench.evidence.files import FileRow, evidence_digest, sm3_of
from bench.evidence.keeper import openings
from bench.evidence.keys import KeyTrouble, certificates_of, check_certificate, fingerprint, name_of, proves, valid_at
from bench.evidence.register import Register, RunAbandoned, RunBegan, RunEnded, RunResumed
from bench.evidence.runlog import FOLDER, LOG, AttemptBegan, Opened, RunLog
from bench.evidence.seals import Held, SealTrouble, digest, read_seals
from bench.evidence.stamps import Stamp, StampTrouble, proved

LATE = timedelta(minutes=5)
"""So far clocks of bench and authority may be apart."""
HOURLY = timedelta(minutes=75)


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What a report prints of a run's seals; `digest` is empty where nothing was signed at the end."""

    digest: str = ""
    by: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()
    begun: str = ""
    ended: str = ""
    stamped_by: str = ""
    register_lines: int = 0
    register_head: str = ""


@dataclass
class Sealed:
    """What the seals prove (`signed`), what speaks against them, and what a reader should know besides."""

    signed: Signed = field(default_factory=Signed)
    problems: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])


def signed_of(folder: Path) -> Signed:
    """What the seals of a folder say, unproved: for a report that `verify` proves."""
    try:
        held = read_seals(folder)
    except SealTrouble:
        return Signed()
    return _signed(folder, held, []) if held else Signed()


def _signed(folder: Path, held: Sequence[Held], stamps: Sequence[Stamp]) -> Signed:
    last = held[-1].seal
    names = [name_of(der) for der in _certificates(folder)]
    return Signed(
        digest=last.evidence if last.kind == "end" else "",
        by=tuple(names),
        fingerprints=last.signers,
        begun=held[0].seal.at,
        ended=last.at if last.kind == "end" else "",
        stamped_by=stamps[-1].by if stamps else "",
        register_lines=last.register_lines,
        register_head=last.register_head,
    )


def _certificates(folder: Path) -> list[bytes]:
    found: list[bytes] = []
    for path in sorted((folder / FOLDER).glob("signer-*.pem")):
        try:
            found += certificates_of(path)
        except KeyTrouble:
            continue
    return found


def prove_seals(
    folder: Path,
    rows: Sequence[FileRow],
    *,
    certificates: Sequence[bytes] = (),
    roots: Sequence[bytes] = (),
    register: Path | None = None,
) -> Sealed:
    """Prove everything that is signed about a run folder whose files are `rows`.

    `certificates` are those of the laboratory as its reader has them; without them it is only told who says to have
    signed.
    """
    told = Sealed()
    try:
        held = read_seals(folder)
        log = RunLog(folder)
    except (SealTrouble, ChainTrouble) as error:
        told.problems.append(str(error))
        return told
    if not held:
        words = f"{folder}: not signed / 未签名"
        if any(each.path.startswith(f"{FOLDER}/signer-") for each in rows):
            words = f"{folder}: its seals are missing, it had been signed / 封存文件缺失，该运行曾经签名"
            told.problems.append(words)
        elif certificates:
            told.problems.append(words)
        else:
            told.notes.append(words)
        _ask_register(folder, register, certificates, None, told)
        return told
    stamps = _prove_each(folder, held, certificates, roots, told)
    _prove_chain(folder, held, log, told)
    _prove_times(folder, held, stamps, log, told)
    _prove_end(folder, held[-1], rows, told)
    told.signed = _signed(folder, held, [each for each in stamps if each])
    _ask_register(folder, register, certificates, held[-1], told)
    return told


def _prove_each(
    folder: Path, held: Sequence[Held], certificates: Sequence[bytes], roots: Sequence[bytes], told: Sealed
) -> list[Stamp | None]:
    known = {fingerprint(der): der for der in (*_certificates(folder), *certificates)}
    trusted = {fingerprint(der) for der in certificates}
    stamps: list[Stamp | None] = []
    strangers: set[str] = set()
    for each in held:
        where = folder / f"{each.name}.json"
        mine = [mark for mark in each.seal.signers if not trusted or mark in trusted]
        if not mine:
            told.problems.append(f"{where}: not signed by the given certificate / 不是由所给证书签名")
        for mark, signature in zip(each.seal.signers, each.signatures, strict=True):
            der = known.get(mark)
            if der is None:
                strangers.add(mark)
                continue
            try:
                check_certificate(der, str(where))
            except KeyTrouble as error:
                told.problems.append(str(error))
                continue
            if not proves(der, each.octets, signature):
                told.problems.append(
                    f"{where}: was altered, the signature of {name_of(der)} does not hold / 内容被改动，签名无效"
                )
            elif not valid_at(der, datetime.fromisoformat(each.seal.at)):
                told.problems.append(
                    f"{where}: {name_of(der)}: the certificate was not valid then / 签名时证书不在有效期"
                )
        stamps.append(_stamp_of(where, each, roots, told))
    told.notes += [f"{folder}: the certificate {mark[:16]}… is not at hand / 缺少证书" for mark in sorted(strangers)]
    if not trusted:
        names = ", ".join(name_of(der) for der in _certificates(folder)) or "somebody unknown"
        told.notes.append(
            f"{folder}: signed by {names} by its own words; give --certificate to hold it against the laboratory's / "
            "请用 --certificate 给出机构证书"
        )
    if any(stamps) and not roots:
        told.notes.append(f"{folder}: the time stamp authority was not checked; give --roots / 请用 --roots 给出根证书")
    return stamps


def _stamp_of(where: Path, each: Held, roots: Sequence[bytes], told: Sealed) -> Stamp | None:
    found: Stamp | None = None
    for signature, token in zip(each.signatures, each.stamps, strict=False):
        try:
            found = proved(token, signature, roots)
        except StampTrouble as error:
            told.problems.append(f"{where}: {error}")
            continue
        if roots and not found.trusted:
            told.problems.append(f"{where}: {found.by}: leads to none of the given roots / 时间戳证书链不可信")
    if len(each.stamps) not in (0, len(each.signatures)):
        told.problems.append(f"{where}: a time stamp is missing / 时间戳缺失")
    return found


def _prove_chain(folder: Path, held: Sequence[Held], log: RunLog, told: Sealed) -> None:
    """Each seal names the one before, the log up to then, and statements that are still there."""
    present = openings(folder)
    before = ""
    stamped = bool(held[0].stamps)
    for each in held:
        where, seal = folder / f"{each.name}.json", each.seal
        if seal.previous != before:
            told.problems.append(f"{where}: does not follow from the seal before it / 与前一封存文件不连续")
        before = digest(each)
        if bool(each.stamps) != stamped:
            told.problems.append(f"{where}: its time stamp is missing / 时间戳缺失")
        try:
            if log.chain_at(seal.log_lines) != seal.log_head:
                told.problems.append(f"{folder / LOG}: is not the log that was sealed at {seal.at} / 日志被改动")
        except ChainTrouble as error:
            told.problems.append(str(error))
        told.problems += [
            f"{folder / FOLDER / name}: was altered or removed since {seal.at} / 开始声明被改动"
            for name, sm3 in seal.openings.items()
            if present.get(name) != sm3
        ]
        if seal.kind != "begin" and seal.item != held[0].seal.item:
            told.problems.append(f"{where}: is of another item / 样品不符")
    opened = {f"opening-{each.number}.json": each.sm3 for each in log.entries if isinstance(each, Opened)}
    if opened != present or held[-1].seal.openings != present:
        told.problems.append(f"{folder}: its opening statements are not those of its log / 开始声明与日志不符")
    if held[0].seal.kind != "begin":
        told.problems.append(f"{folder}: was not signed at its beginning / 开始时未签名")


def _prove_times(folder: Path, held: Sequence[Held], stamps: Sequence[Stamp | None], log: RunLog, told: Sealed) -> None:
    """What a seal covers had happened by its stamp, and what it does not cover had not."""
    marks = [(each, stamp.at) for each, stamp in zip(held, stamps, strict=True) if stamp]
    for each, at in marks:
        where = folder / f"{each.name}.json"
        for line in log.lines:
            said = datetime.fromisoformat(line.entry.at)
            if line.number <= each.seal.log_lines and said > at + LATE:
                told.problems.append(
                    f"{where}: was stamped at {at:%Y-%m-%d %H:%M:%S} UTC, before what it covers is said to have "
                    f"happened ({line.entry.at}) / 时间戳早于所含内容"
                )
                break
            if line.number > each.seal.log_lines and said < at - LATE:
                what = f"{line.entry.case} #{line.entry.attempt}" if isinstance(line.entry, AttemptBegan) else "the run"
                told.problems.append(
                    f"{where}: signed later than it says: stamped at {at:%Y-%m-%d %H:%M:%S} UTC, and {what} had gone "
                    f"on at {line.entry.at} / 签名晚于其所述时刻"
                )
                break
        said = datetime.fromisoformat(each.seal.at)
        if abs(said - at) > LATE:
            told.problems.append(
                f"{where}: signed later than it says: says {each.seal.at}, stamped at {at:%Y-%m-%d %H:%M:%S} UTC / "
                "签名晚于其所述时刻"
            )
    for earlier, later in pairwise(held):
        gap = datetime.fromisoformat(later.seal.at) - datetime.fromisoformat(earlier.seal.at)
        if later.seal.kind != "begin" and gap > HOURLY:
            told.notes.append(f"{folder}: nothing was signed from {earlier.seal.at} to {later.seal.at} / 此期间未封存")


def _prove_end(folder: Path, last: Held, rows: Sequence[FileRow], told: Sealed) -> None:
    if last.seal.kind != "end":
        told.problems.append(f"{folder}: not signed at its end / 结束时未签名")
        return
    found = evidence_digest(rows, last.name)
    if found != last.seal.evidence:
        told.problems.append(
            f"{folder}: altered since it was signed: the evidence has digest {found}, "
            f"signed was {last.seal.evidence} / 签名后被改动"
        )


def _ask_register(
    folder: Path, path: Path | None, certificates: Sequence[bytes], last: Held | None, told: Sealed
) -> None:
    if path is None:
        if last is not None and last.seal.register_lines:
            told.notes.append(f"{folder}: give --register to hold it against the register / 请用 --register 给出登记簿")
        return
    register = Register(path)
    told.problems += register.problems(certificates)
    try:
        lines = register.lines()
        opened = {
            f"opening-{each.number}.json": each.sm3 for each in RunLog(folder).entries if isinstance(each, Opened)
        }
    except ChainTrouble as error:
        told.problems.append(str(error))
        return
    mine = {
        each.entry.opening: each.entry.run
        for each in lines
        if isinstance(each.entry, RunBegan | RunResumed) and each.entry.opening in opened.values()
    }
    if not mine or set(mine) != set(opened.values()):
        told.problems.append(f"{folder}: this run is not in the register {path} / 登记簿中无此运行")
        return
    run = next(iter(mine.values()))
    ends = [each.entry for each in lines if isinstance(each.entry, RunEnded) and each.entry.run == run]
    if any(isinstance(each.entry, RunAbandoned) and each.entry.run == run for each in lines):
        told.problems.append(f"{folder}: the register says that this run was abandoned / 登记簿载明该运行已放弃")
    if last is None:
        return
    seal = last.seal
    if seal.kind == "end" and (not ends or ends[-1].evidence != seal.evidence):
        told.problems.append(f"{folder}: the register names another end of this run / 登记簿中的结束记录不符")
    if seal.register_lines > len(lines) or (
        seal.register_lines and lines[seal.register_lines - 1].chain != seal.register_head
    ):
        told.problems.append(
            f"{path}: is not the register that this run was sealed with, lines were removed or altered / 登记簿被改动"
        )


def told_otherwise(
    folder: Path, told: Mapping[tuple[str, int], tuple[str, str]], planned: Sequence[str]
) -> Iterator[str]:
    """What the log says otherwise than the verdicts: `told` maps attempts to verdict and digest of their record."""
    from bench.case import Verdict
    from bench.evidence.runlog import AttemptGone, begun
    from bench.journal import RESULT, place_of

    entries = RunLog(folder).entries
    lost = {(each.case, each.attempt) for each in entries if isinstance(each, AttemptGone)}
    for key, end in begun(entries).items():
        name = f"{key[0]} #{key[1]}"
        place = folder / place_of(*key)
        if key not in told:
            yield f"{folder}: attempt missing: {name} began by the log, verdicts.json lacks it / 缺少该次执行"
            continue
        reached = end is None or end.verdict != Verdict.NOT_RUN
        if reached and not (place / "attempt.json").exists():
            yield f"{place}: attempt missing: {name} began by the log, its folder is not there / 该次执行的目录缺失"
        if end is None:
            continue
        if key not in lost and (end.verdict, end.digest) != told[key]:
            yield (f"{folder}: {name}: verdicts.json says {told[key][0]}, its log says {end.verdict} / 判定与日志不符")
        path = place / RESULT
        if end.result and path.exists() and sm3_of(path.read_bytes()) != end.result:
            yield f"{path}: was altered since the attempt ended / 结果文件被改动"
    for name in planned:
        case, _, attempt = name.rpartition("#")
        if (case, int(attempt)) not in told:
            yield f"{folder}: attempt missing: {case} #{attempt} was planned, verdicts.json lacks it / 缺少该次执行"
