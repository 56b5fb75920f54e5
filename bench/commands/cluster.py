"""Many computers for one command: tasks on a Dask cluster (`--cluster tcp://host:8786`), each in a process of its own.

Leaves scheduling, and doing a lost worker's tasks again, to Dask's `distributed`; the tasks to run, prove and sweep.
A cluster is started with Dask's own words, each worker in an environment with this same bench:
`dask scheduler`, `dask worker tcp://host:8786 --nworkers 4 --nthreads 1`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from functools import cache
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, TypeVar

from bench.commands import sentences
from simulators import scratch
from simulators.sentences import Words

ANSWER_S = 15
"""How long a scheduler may take to answer."""
T = TypeVar("T")
Client = Any
"""`distributed.Client`, imported where a cluster is asked for."""


class ClusterError(Exception):
    """A cluster that cannot be used; one sentence says which and why."""


class Lost(Exception):
    """The process in which a task was done has died of it."""


def house() -> str:
    """What must be the same on every worker: the digest of all that takes part in a run."""
    from bench.commands.running.house import house_digest

    return house_digest()


@contextmanager
def connected(address: str) -> Generator[Client, None, None]:
    """A client of the cluster at this address, all of whose workers have this very bench. Raises ClusterError."""
    _probe(address)
    import distributed

    try:
        client: Client = distributed.Client(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(
            sentences.NO_SCHEDULER(error=error or type(error).__name__).after(f"--cluster {address}")
        ) from None
    try:
        if not client.nthreads():
            raise ClusterError(sentences.NO_WORKER(address=address).after(f"--cluster {address}"))
        _same_house(address, client)
        yield client
    finally:
        client.close()


def _probe(address: str) -> None:
    """Whether anybody listens there: Dask itself would ask for long. Raises ClusterError."""
    host, _, port = address.rpartition("/")[2].rpartition(":")
    scheme = address.partition("://")[0] if "://" in address else ""
    if scheme not in ("tcp", "tls") or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ClusterError(sentences.CLUSTER_ADDRESS().after(f"--cluster {address}"))
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_S).close()
    except OSError as error:
        raise ClusterError(
            sentences.NO_ANSWER(strerror=error.strerror or error).after(f"--cluster {address}")
        ) from None


def _same_house(address: str, client: Client) -> None:
    own, theirs = house(), list[tuple[Words, object]]()
    try:
        theirs.append((sentences.THE_SCHEDULER(), client.run_on_scheduler(house)))
    except Exception as error:
        theirs.append((sentences.THE_SCHEDULER(), error))
    told = client.run(house, on_error="return")
    theirs += [(sentences.A_WORKER(name=worker), told[worker]) for worker in sorted(told)]
    for place, found in theirs:
        if found != own:
            what = (
                sentences.NOTHING_THERE(kind=type(found).__name__, found=found)
                if isinstance(found, Exception)
                else str(found)[:12]
            )
            raise ClusterError(
                sentences.OTHER_BENCH(own=own[:12], place=place, what=what).after(f"--cluster {address}")
            )


def seats(client: Client) -> int:
    """How many tasks the cluster does at once."""
    return max(1, sum(client.nthreads().values()))


class Crew(Executor):
    """An executor over a cluster. A lost worker's tasks are done again by the others."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._futures = client.get_executor(pure=False, retries=0)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """As of every executor; `fn` is a function of a module of the bench."""
        return self._futures.submit(apart, fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of what has not begun."""
        self._futures.shutdown(wait=wait)


@contextmanager
def crew(address: str) -> Generator[Crew, None, None]:
    """The executor of a cluster for the length of a command. Raises ClusterError."""
    with connected(address) as client:
        made = Crew(client)
        try:
            yield made
        finally:
            made.shutdown(wait=False)


Files = dict[str, bytes]
"""Octets by path below a folder."""


def with_files(function: Callable[..., T], *args: Any) -> tuple[T, Files]:
    """What a function gives whose last argument is a folder that it fills, and what it put there."""
    room = scratch.make("cluster")
    try:
        result = function(*args, room)
        return result, {
            path.relative_to(room).as_posix(): path.read_bytes() for path in sorted(room.rglob("*")) if path.is_file()
        }
    finally:
        shutil.rmtree(room, ignore_errors=True)


def put(files: Files, folder: Path) -> None:
    """Lay files below a folder, each whole or not at all. Raises OSError."""
    for name, octets in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.part")
        beside.write_bytes(octets)
        beside.replace(path)


def apart(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Do a task in this worker's own process for them, whose main thread it has to itself. Raises what it raises."""
    child, pipe = _child()
    try:
        pipe.send((function, args, kwargs))
        done, result = pipe.recv()
    except (EOFError, OSError):
        _child.cache_clear()
        with suppress(OSError):
            child.kill()
        raise Lost(str(sentences.TASK_DIED(wait=child.wait()))) from None
    if not done:
        raise result
    return result


@cache
def _child() -> tuple[subprocess.Popen[bytes], Connection]:
    """A process of this worker; it ends when the worker does."""
    own, its = Pipe()
    with its:
        words = [sys.executable, "-m", __name__, str(its.fileno())]
        child = subprocess.Popen(words, pass_fds=(its.fileno(),), stdin=subprocess.DEVNULL)
    return child, own


def _serve(pipe: Connection) -> None:
    """Do tasks until whoever sends them is gone."""
    while True:
        try:
            function, args, kwargs = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = (True, function(*args, **kwargs))
        except Exception as error:
            answer = (False, error)
        try:
            pipe.send(answer)
        except OSError:
            return
        except Exception as error:
            pipe.send((False, RuntimeError(f"an answer that cannot be sent: {type(error).__name__}: {error}")))


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])))
    os._exit(0)
