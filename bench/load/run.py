"""A load from its plan to its ledger: target up, generator up, stages into the history, books compared, all down.

Leaves users to `engine` and judging to the cases. Everything that belongs to a load is a process of its own, started
here and ended here; what was written of stages that are over is in the history at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import socket
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import psutil

from bench.history.load import LoadBegan, LoadClass, LoadEnded, LoadLedger, LoadStage, LoadTarget, LoadTimes
from bench.load.ledger import Account, Held, held_of, reconcile
from bench.load.measures import Times
from bench.load.plan import Job, Plan, encoded
from bench.load.receiver import HELD, Ready
from bench.load.results import Generator, StageLine, generator_of, stages_of
from bench.load.sent import SENT
from bench.load.truth import SECOND
from simulators.events import Event

JOB = "job.json"
ERRORS = "generator.log"
_READY_S = 30.0
_LOOK_S = 0.5
_SAMPLES = 400
_END_S = 120.0
_CHUNK = 1 << 20
ROOT = Path(__file__).resolve().parents[2]


class LoadFailed(RuntimeError):
    """The bench could not make the load; one sentence."""


@dataclass(frozen=True)
class Hands:
    """Who makes the load: `workers` processes of this machine (0: the generator alone), or `remote` ones of others that
    come to `bind`:`port`. `web` is host:port of Locust's own page, empty for none."""

    workers: int = 0
    remote: int = 0
    bind: str = "127.0.0.1"
    port: int = 5557
    web: str = ""

    @property
    def processes(self) -> int:
        """How many make the load."""
        return self.workers + self.remote or 1


@dataclass(frozen=True)
class Aim:
    """Where the target is; of its people's `door`, `secured` and `sessions` as in `plan.Job`.

    `processes` are those of a target on this machine (for memory), `files` its folder. `held` reads what it holds once
    all is over; None: nobody can tell. `fetch` asks the target for it first and writes it down, as a receiver does.
    `arrivals` as in `ledger.reconcile`.
    """

    host: str
    port: int
    token: str = ""
    words: str = ""
    door: tuple[str, int] | None = None
    secured: bool = False
    sessions: tuple[dict[str, str], ...] = ()
    processes: Callable[[], Iterable[int]] = tuple
    files: Path | None = None
    held: Callable[[Account], Iterable[Held]] | None = None
    fetch: Callable[[Path], Awaitable[None]] | None = None
    arrivals: bool = False


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port that nobody has at this instant."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def now_us() -> int:
    """Microseconds UTC."""
    return time.time_ns() // 1000


def _surroundings() -> dict[str, str]:
    """The generator's modules are found where ours are."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))}


@contextlib.asynccontextmanager
async def receiver(plan: Plan, folder: Path) -> AsyncGenerator[Aim]:
    """The bench's own centre, up for as long as this lasts. Raises LoadFailed."""
    job = Job(plan=plan, port=free_port())
    file = folder / "receiver.json"
    file.write_bytes(encoded(job))
    with (folder / "receiver.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bench.load.receiver",
            str(file),
            str(folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env=_surroundings(),
        )
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            try:
                line = await asyncio.wait_for(process.stdout.readline(), _READY_S)
                ready = msgspec.json.decode(line, type=Ready)
            except (TimeoutError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                raise LoadFailed(f"the bench's own target did not come up: {_last(folder / 'receiver.log')}") from None
            closed = False

            def held(account: Account) -> Iterable[Held]:
                assert closed or process.returncode is not None
                return held_of(folder / HELD, plan, account)

            yield Aim(
                ready.host,
                ready.port,
                ready.token,
                f"the bench's own centre, {plan.target.kind} over {plan.target.channel}",
                processes=lambda: (ready.pid,),
                files=folder / HELD,
                held=held,
                arrivals=True,
            )
            closed = True
        finally:
            process.stdin.close()
            await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    try:
        await asyncio.wait_for(process.wait(), 20)
    except TimeoutError:
        process.kill()
        await process.wait()


def _last(file: Path) -> str:
    lines = file.read_text(errors="replace").strip().splitlines() if file.exists() else []
    return lines[-1] if lines else "it said nothing"


class Load:
    """One load under way. `observe` takes its events as they come; `folder` gets the books."""

    def __init__(self, plan: Plan, folder: Path, observe: Callable[[Event], None], hands: Hands) -> None:
        self.plan = plan
        self.folder = folder
        self._observe = observe
        self._hands = hands
        self._told = 0
        self._last_sample_us = 0
        self._processes: list[asyncio.subprocess.Process] = []

    async def make(self, aim: Aim) -> Generator:
        """Make it: every stage is told as it ends. Raises LoadFailed where the generator could not."""
        self._observe(self._began(aim))
        job = Job(
            plan=self.plan,
            host=aim.host,
            port=aim.port,
            token=aim.token,
            door=aim.door,
            secured=aim.secured,
            sessions=aim.sessions,
        )
        (self.folder / JOB).write_bytes(encoded(job))
        try:
            leader = await self._start()
            while leader.returncode is None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(leader.wait(), _LOOK_S)
                self._tell_stages()
                self._sample(aim)
        finally:
            await self._stop()
        self._tell_stages()
        found = generator_of(self.folder)
        if found is None:
            raise LoadFailed(f"the generator ended early (exit {leader.returncode}): {_last(self.folder / ERRORS)}")
        return found

    def _began(self, aim: Aim) -> LoadBegan:
        plan = self.plan
        return LoadBegan(
            t=now_us(),
            name=plan.name,
            target=aim.words or f"{aim.host}:{aim.port}",
            ours=plan.target.ours,
            terminals=plan.terminals.count,
            points=plan.terminals.points,
            period_s=plan.terminals.period_s,
            backlog_h=plan.terminals.backlog_h,
            online=plan.people.online,
            active=plan.most_active,
            late_s=plan.late_s,
            headroom=plan.headroom,
            lag_ms=plan.lag_ms,
            length_s=plan.length_s,
            seed=plan.seed,
            mix=plan.people.mix,
            processes=self._hands.processes,
        )

    async def _start(self) -> asyncio.subprocess.Process:
        hands = self._hands
        page = ["--web", hands.web] if hands.web else []
        job = [str(self.folder / JOB), str(self.folder)]
        if not hands.workers and not hands.remote:
            return await self._spawn("local", *job, *page)
        port = str(free_port()) if not hands.remote else str(hands.port)
        where = ["--bind", hands.bind, "--port", port, "--workers", str(hands.processes)]
        leader = await self._spawn("master", *job, *page, *where)
        for _ in range(hands.workers):
            await self._spawn("worker", "--master", "127.0.0.1", "--port", port)
        return leader

    async def _spawn(self, *words: str) -> asyncio.subprocess.Process:
        with (self.folder / ERRORS).open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bench.load.engine",
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log if words[0] == "worker" or not self._hands.remote else None,
                env=_surroundings(),
                # Ctrl-C is told to us; we ask the generator to end, so that its books are whole.
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    async def _stop(self) -> None:
        """Ask whoever is left to end, the leader first; whoever does not is killed."""
        for process in self._processes:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), _END_S)
            if process.returncode is None:
                process.kill()
                await process.wait()

    def _tell_stages(self) -> None:
        for line in stages_of(self.folder, self._told):
            self._observe(_stage(self.plan, self._told, line))
            self._told += 1

    def _sample(self, aim: Aim) -> None:
        """What the target takes, so often that a long load has a few hundred of them."""
        now = now_us()
        every_us = max((self.plan.length_s + self.plan.settle_s) * SECOND // _SAMPLES, SECOND)
        if now - self._last_sample_us < every_us:
            return
        seen = _target(now, aim)
        if seen is not None:
            self._last_sample_us = now
            self._observe(seen)


def _target(now: int, aim: Aim) -> LoadTarget | None:
    memory = files = count = ran = waited = 0
    started = now
    for pid in aim.processes():
        try:
            process = psutil.Process(pid)
            family = [process, *process.children(recursive=True)]
            memory += sum(each.memory_info().rss for each in family)
            files += sum(each.num_fds() for each in family)
            count += len(family)
            started = min(started, round(process.create_time() * SECOND))
            for each in family:
                times = _scheduled(each.pid)
                ran, waited = ran + times[0], waited + times[1]
        except psutil.Error:
            continue
    if not count:
        return None
    return LoadTarget(
        t=now,
        memory_kib=memory // 1024,
        files=files,
        octets=_octets(aim.files),
        processes=count,
        started=started,
        ran_us=ran,
        waited_us=waited,
    )


def _scheduled(pid: int) -> tuple[int, int]:
    """How long the threads of a process have run, and waited on a run queue, microseconds (the kernel's schedstat)."""
    ran = waited = 0
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError, ValueError):
            words = file.read_text().split()
            ran, waited = ran + int(words[0]) // 1000, waited + int(words[1]) // 1000
    return ran, waited


def _octets(place: Path | None) -> int:
    if place is None or not place.exists():
        return -1
    if place.is_file():
        return place.stat().st_size
    found = 0
    for path in place.rglob("*"):
        with contextlib.suppress(OSError):
            found += path.stat().st_size if path.is_file() else 0
    return found


def _times(times: Times) -> LoadTimes:
    return LoadTimes(dict(sorted(times.counts.items())), times.total_us, times.most_us)


def _stage(plan: Plan, number: int, line: StageLine) -> LoadStage:
    stage, own = plan.stages[number], line.stretch.own
    return LoadStage(
        t=now_us(),
        name=stage.name,
        began=line.began_us,
        seconds=max((line.ended_us - line.began_us + SECOND // 2) // SECOND, 0),
        judged=stage.judged,
        outage=stage.outage,
        active=stage.active,
        classes=tuple(
            LoadClass(
                name=name,
                answered=_times(tally.answered),
                waited=_times(tally.waited),
                failures=dict(sorted(tally.failures.items())),
            )
            for name, tally in sorted(line.stretch.tallies.items())
        ),
        lag=_times(own.lag),
        cpu_us=own.cpu_us,
        wall_us=own.wall_us,
        busiest=own.busiest,
        connected=own.connected,
        sessions=own.sessions,
        people=own.active,
        evicted=own.evicted,
    )


def ledger_of(plan: Plan, folder: Path, aim: Aim) -> LoadLedger:
    """The ledger from the books of a load that is over. Raises OSError where they cannot be read."""
    began = time.perf_counter()
    account = Account()
    held = aim.held(account) if aim.held is not None else ()
    dark = [
        (line.began_us, line.ended_us + plan.terminals.back_within_s * SECOND)
        for stage, line in zip(plan.stages, stages_of(folder), strict=False)
        if stage.outage != "none"
    ]
    reconcile(plan, folder / SENT, held, folder / "ledger.sqlite", account, arrivals=aim.arrivals, dark=dark)
    sums = {name: value for name, value in msgspec.structs.asdict(account).items() if isinstance(value, int)}
    return LoadLedger(
        t=now_us(),
        **sums,
        delays=_times(account.delays),
        evidence={kind: tuple(lines) for kind, lines in sorted(account.evidence.items())},
        seconds=f"{time.perf_counter() - began:.1f}",
    )


def _digest(path: Path) -> str:
    found = hashlib.new("sm3")
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            found.update(block)
    return found.hexdigest()


async def carry_out(
    plan: Plan, folder: Path, observe: Callable[[Event], None], *, hands: Hands | None = None, aim: Aim | None = None
) -> None:
    """Make a load and tell everything of it. Without `aim` the target is the bench's own, or the host of the plan.

    Raises LoadFailed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    load = Load(plan, folder, observe, hands or Hands())
    if aim is None and plan.target.ours and plan.terminals.count:
        async with receiver(plan, folder) as own:
            found = await load.make(own)
            aim = own
    else:
        aim = aim or Aim(plan.target.host, plan.target.port, plan.target.token)
        found = await load.make(aim)
    if aim.fetch is not None:
        await aim.fetch(folder / HELD)
        aim = replace(aim, held=lambda account: held_of(folder / HELD, plan, account))
    if plan.terminals.count and aim.held is not None:
        observe(await asyncio.to_thread(ledger_of, plan, folder, aim))
    books = {name: _digest(folder / name) for name in (SENT, HELD) if (folder / name).exists()}
    observe(
        LoadEnded(
            t=now_us(),
            processes=found.workers,
            lost=found.lost,
            stopped=found.stopped,
            missing=found.missing,
            locust=found.locust,
            books=books,
        )
    )
    for name in (JOB, "receiver.json", "receiver.log", "stages.jsonl", "generator.json", ERRORS):
        file = folder / name
        if file.exists() and (name.endswith((".json", ".jsonl")) or not file.stat().st_size):
            file.unlink()
