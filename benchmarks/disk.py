"""Speed of the lossy disk: writes, syncs and commits a second, beside the plain file system in the same run.

Leaves judging the numbers to the reader. Wall time is read here, where nothing is decided by it.

    python benchmarks/disk.py [--json] [--plain FOLDER]

Each program is a process of its own. `--plain` names a folder on the file system to compare with (the system's folder
for temporary files unless given; where that is in memory its syncs cost nothing). CPU is that of the disk's process, as
a share of one core while the program ran.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.real.disk.lossy_disk import Keep, LossyDisk

PROGRAMS = {
    "200 octets written and synced": (
        3000,
        "file = open('log', 'wb', buffering=0)\n"
        "for _ in range({n}): file.write(bytes(200)); os.fdatasync(file.fileno())",
    ),
    "200 octets written": (20000, "file = open('log', 'wb', buffering=0)\nfor _ in range({n}): file.write(bytes(200))"),
    "MiB written": (128, "file = open('big', 'wb', buffering=0)\nfor _ in range({n}): file.write(bytes(1 << 20))"),
    "SQLite commit, WAL, synchronous=FULL": (
        2000,
        "import sqlite3; base = sqlite3.connect('store.db', isolation_level=None)\n"
        "base.execute('PRAGMA journal_mode=WAL'); base.execute('PRAGMA synchronous=FULL')\n"
        "base.execute('CREATE TABLE reading(number, text)')\n"
        "for number in range({n}): base.execute('INSERT INTO reading VALUES(?, ?)', (number, 'x' * 200))",
    ),
    "file written, synced, renamed, folder synced": (
        1000,
        "folder = os.open('.', os.O_RDONLY)\n"
        "for _ in range({n}):\n"
        "  with open('a.tmp', 'w') as file: file.write('x'); file.flush(); os.fsync(file.fileno())\n"
        "  os.rename('a.tmp', 'a'); os.fsync(folder)",
    ),
}
_TIMED = "import os, time\nstart = time.perf_counter()\n{program}\nprint(time.perf_counter() - start)"


@dataclass(frozen=True, slots=True)
class Figure:
    """Operations a second on the lossy disk and on the plain one, and the core's share that the disk's process took."""

    name: str
    lossy: float
    plain: float
    cpu: float


async def seconds(folder: Path, program: str, n: int) -> float:
    """How long the program's loop took."""
    text = _TIMED.format(program=program.format(n=n))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", text, cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    return float(said)


def cpu_s(process: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(plain: Path | None) -> tuple[list[Figure], float, float]:
    """All figures, and how long a cut and a restore take in seconds."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory(dir=plain) as two:
        async with await LossyDisk.open(Path(one), seed=1, size_mb=512) as disk:
            figures: list[Figure] = []
            for name, (n, program) in PROGRAMS.items():
                before, start = cpu_s(disk.process_id), time.perf_counter()
                lossy = await seconds(disk.path, program, n)
                cpu = (cpu_s(disk.process_id) - before) / (time.perf_counter() - start)
                figures.append(Figure(name, n / lossy, n / await seconds(Path(two), program, n), cpu))
            start = time.perf_counter()
            await disk.power_cut(Keep.SECTORS)
            cut = time.perf_counter() - start
            await disk.restore()
            return figures, cut, time.perf_counter() - start - cut


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one object for machines")
    parser.add_argument("--plain", type=Path, help="folder on the file system to compare with")
    options = parser.parse_args()
    figures, cut, restore = asyncio.run(measure(options.plain))
    if options.json:
        print(json.dumps({"figures": [asdict(each) for each in figures], "cut_s": cut, "restore_s": restore}))
        return
    for each in figures:
        print(
            f"{each.name:<46} {each.lossy:>9,.0f}/s  plain {each.plain:>9,.0f}/s  "
            f"ratio {each.lossy / each.plain:>5.2f}  CPU {each.cpu:>4.0%}"
        )
    print(f"power cut {cut * 1e3:.1f} ms, restore {restore * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
