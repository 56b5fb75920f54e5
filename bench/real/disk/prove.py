"""Self test of the lossy disk: on a scratch disk, scratch programs show that it loses and keeps what it says.

Leaves judging a run to others; a rig runs it before a run that depends on power cuts and refuses to start when the disk
lies. Each proof has a control beside it, so that it can fail. Programs are real processes on the real mount.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Sequence

from bench.real.disk.lossy_disk import DiskError, DiskEvent, LossReport, LossyDisk
from bench.virtual.disk import SECTOR, Keep, Moment
from bench.virtual.prove import Proof
from simulators import scratch

TORN_SECTORS = 64
WAIT_S = 20.0

_WRITE = """
import os, sys
words = sys.argv[1:]
file = open("log", "wb", buffering=0)
file.write(b"synced")
if "file" in words: os.fsync(file.fileno())
if "folder" in words: os.fsync(os.open(".", os.O_RDONLY))
if "all" in words: os.sync()
if "more" in words: file.write(b" and more")
"""
_RENAME = """
import os, sys
words = sys.argv[1:]
def put(name, text):
    with open(name, "w") as file:
        file.write(text)
        file.flush()
        if "data" in words or text == "old": os.fsync(file.fileno())
folder = os.open(".", os.O_RDONLY)
put("config", "old")
os.fsync(folder)
put("config.tmp", "new")
os.rename("config.tmp", "config")
if "folder" in words: os.fsync(folder)
"""
_TEAR = f"""
import os
file = open("log", "wb", buffering=0)
file.write(bytes({TORN_SECTORS * SECTOR}))
os.fsync(file.fileno())
os.fsync(os.open(".", os.O_RDONLY))
file.seek(0)
file.write(b"\\xff" * {TORN_SECTORS * SECTOR})
"""
_BUFFER = """
import os
file = open("log", "w")
file.write("in user space")
os.fsync(os.open(".", os.O_RDONLY))
"""
_STAY = "import time; print('ready', flush=True); time.sleep(600)"


async def _run(disk: LossyDisk, program: str, words: Sequence[str], *, watched: bool) -> None:
    """Run a program on the disk up to its last line, then kill it there."""
    command = [sys.executable, "-I", "-S", "-c", program + _STAY, *words]
    process = await asyncio.create_subprocess_exec(
        *(disk.command(command) if watched else command),
        cwd=disk.path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), WAIT_S)
        if not line:
            raise DiskError(f"a scratch program on the lossy disk ended with status {await process.wait()}")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _file(disk: LossyDisk, name: str) -> str:
    try:
        return (disk.path / name).read_bytes().decode("latin-1") or "empty"
    except FileNotFoundError:
        return "absent"


async def _left(
    disk: LossyDisk, program: str, words: Sequence[str], name: str, keep: Keep = Keep.NOTHING, *, watched: bool = False
) -> tuple[str, LossReport]:
    """What a file holds after the program was killed, the power cut and restored; the disk is then empty again."""
    await _run(disk, program, words, watched=watched)
    report = await disk.power_cut(keep)
    await disk.restore()
    seen = _file(disk, name)
    for each in sorted(disk.path.iterdir()):
        each.unlink()
    await disk.sync()
    return seen, report


async def _at_sync(disk: LossyDisk, moment: Moment) -> str:
    """What a file holds after a cut at the only sync of its data; the program must not have come past it."""
    (disk.path / "log").touch()
    await disk.sync()
    sprung: asyncio.Future[DiskEvent] = asyncio.get_running_loop().create_future()
    await disk.cut_at_sync(1, moment, sprung.set_result)
    command = [sys.executable, "-I", "-S", "-c", _WRITE + "print('past', flush=True)", "file", "more"]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=disk.path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await asyncio.wait_for(sprung, WAIT_S)
    finally:
        process.send_signal(signal.SIGKILL)
        await disk.power_cut(Keep.NOTHING)
        said, _ = await process.communicate()
    await disk.restore()
    seen = _file(disk, "log") + (", and the call returned" if said else "")
    (disk.path / "log").unlink(missing_ok=True)
    await disk.sync()
    return seen


def _torn(after: str, report: LossReport) -> str:
    pieces = [after[start : start + SECTOR] for start in range(0, len(after), SECTOR)]
    if any(len(dict.fromkeys(piece)) != 1 for piece in pieces):
        return "torn inside a sector"
    new = sum(piece[0] == "\xff" for piece in pieces)
    return "torn at sectors" if 0 < new < len(pieces) and report.torn_writes else f"{new} of {len(pieces)} sectors new"


async def _full(disk: LossyDisk) -> str:
    def write() -> str:
        try:
            (disk.path / "more").write_bytes(bytes(64 * 1024))
        except OSError as error:
            return error.strerror or str(error)
        return "written"

    def say() -> asyncio.Future[str]:
        return asyncio.get_running_loop().run_in_executor(None, write)

    await disk.fill()
    full = await say()
    await disk.unfill()
    await disk.set_read_only(True)
    fixed = await say()
    await disk.set_read_only(False)
    return f"{full}, {fixed}, {await say()}"


def _is(name: str, seen: str, expected: str) -> Proof:
    return Proof(f"lossy disk: {name}", seen == expected, expected, seen)


async def disk_proofs(seed: int | str = 0) -> list[Proof]:
    """All proofs, on a scratch disk that is gone afterwards; DiskError where no disk can be mounted. About 2 s."""
    folder = scratch.make("proof")
    try:
        async with await LossyDisk.open(folder, seed=seed, size_mb=16) as disk:
            proofs: list[Proof] = []
            for name, program, words, file, expected in (
                ("synced data under a synced name stay", _WRITE, ("file", "folder"), "log", "synced"),
                ("unsynced data are lost", _WRITE, ("folder",), "log", "empty"),
                ("an unsynced name is lost", _WRITE, ("file",), "log", "absent"),
                ("what follows the sync is lost", _WRITE, ("file", "folder", "more"), "log", "synced"),
                ("a rename with both syncs stays", _RENAME, ("data", "folder"), "config", "new"),
                ("a rename without the folder's sync is undone", _RENAME, ("data",), "config", "old"),
                (
                    "a rename without the data's sync leaves nothing in the file",
                    _RENAME,
                    ("folder",),
                    "config",
                    "empty",
                ),
                ("what the program still buffered is lost", _BUFFER, (), "log", "empty"),
            ):
                proofs.append(_is(name, (await _left(disk, program, words, file))[0], expected))
            kept, _ = await _left(disk, _WRITE, (), "log", Keep.EVERYTHING)
            proofs.append(_is("control: a disk with a battery loses nothing", kept, "synced"))
            whole, _ = await _left(disk, _WRITE, ("all",), "log", watched=True)
            proofs.append(_is("sync(2) of a watched program keeps all", whole, "synced"))
            proofs.append(
                _is(
                    "an unsynced write is torn at sectors",
                    _torn(*await _left(disk, _TEAR, (), "log", Keep.SECTORS)),
                    "torn at sectors",
                )
            )
            proofs.append(_is("a cut before the sync loses it", await _at_sync(disk, Moment.BEFORE), "empty"))
            proofs.append(_is("a cut after the sync keeps it", await _at_sync(disk, Moment.AFTER), "synced"))
            faults = f"{os.strerror(28)}, {os.strerror(30)}, written"
            proofs.append(_is("full, read-only, and neither", await _full(disk), faults))
            return proofs
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def prove_disk(seed: int | str = 0) -> list[str]:
    """What the lossy disk does not do as it says, a sentence each; empty when it can be trusted."""
    try:
        return [str(proof) for proof in await disk_proofs(seed) if not proof.holds]
    except (DiskError, TimeoutError) as error:
        return str(error).splitlines() or ["lossy disk: a scratch program did not come to its end in time"]
