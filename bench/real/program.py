"""A program on the bench: started in its own session, namespaces and bounds, watched, and killed without a trace.

Leaves to `keeper` the small process in between, which dies with the bench and takes the program with it; to the rigs,
what an end means. Nothing here waits for ever: a program that does not go when it is killed is an error of the bench.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.real import sentences
from bench.real.haste import of_the_wall
from bench.real.netns import effective_rights

_KEEPER = Path(__file__).with_name("keeper.py")
_START_S = 20.0
_KILL_S = 20.0


class ProgramError(RuntimeError):
    """The bench cannot start or end a program: one sentence."""


@dataclass(frozen=True)
class Ending:
    """How a program ended: exit `code`, or `signal`, or the `problem` that kept it from starting.

    `ran_s` is for how long, `octets` how much it wrote to its screen, `last` the last lines of that.
    """

    code: int | None
    signal: int | None
    problem: str
    ran_s: float
    octets: int
    last: tuple[str, ...]

    def words(self) -> str:
        """The end in a sentence, last words included."""
        if self.problem:
            how = f"could not be started: {self.problem}"
        elif self.signal is not None:
            name = signal.Signals(self.signal).name if self.signal in _SIGNALS else str(self.signal)
            how = f"was ended by {name} after {self.ran_s:g} s"
        else:
            how = f"ended with exit code {self.code} after {self.ran_s:g} s"
        return f"{how}; last output: {' | '.join(self.last)}" if self.last else how


_SIGNALS = {each.value for each in signal.Signals}
_CAP_SETPCAP, _CAP_SYS_ADMIN = 8, 21


def may_isolate() -> bool:
    """Whether programs can have a process namespace of their own here: the root of a plain container may not."""
    needed = 1 << _CAP_SYS_ADMIN | 1 << _CAP_SETPCAP
    return effective_rights() & needed == needed


class Program:
    """A running program; made by `start`. `ended` is a future of its `Ending`."""

    def __init__(self, keeper: asyncio.subprocess.Process, first: int, isolated: bool, flooded: Callable[[int], None]):
        self._keeper = keeper
        self._first = first
        self._isolated = isolated
        self._flooded = flooded
        self.ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._listener = asyncio.create_task(self._listen())

    @classmethod
    async def start(
        cls,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        log: Path,
        netns: str = "",
        file_octets: int = 0,
        flooded: Callable[[int], None] = lambda octets: None,
    ) -> Program:
        """Start `argv`; its output goes to the file `log`, within bounds. `netns` names a network namespace.

        `flooded` is called once if it writes more than `keeper.FLOOD_OCTETS` to its screen. A program that cannot be
        started (no such file) ends at once with a `problem`. Raises ProgramError where the bench's own part fails.
        """
        isolated = may_isolate()
        order = {
            "argv": list(argv),
            "env": dict(env),
            "cwd": str(cwd),
            "log": str(log),
            "netns": f"/run/netns/{netns}" if netns else "",
            "isolate": isolated,
            "file_octets": file_octets,
            "left_out": str(sentences.OCTETS_LEFT_OUT(number="{number}")),
        }
        keeper = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(_KEEPER),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=1 << 20,
        )
        assert keeper.stdin is not None and keeper.stdout is not None
        try:
            keeper.stdin.write(json.dumps(order).encode() + b"\n")
            async with asyncio.timeout(of_the_wall(_START_S)):
                line = await keeper.stdout.readline()
            told = json.loads(line) if line else {"state": "ended", "problem": "its keeper ended without a word"}
        except (TimeoutError, OSError, ValueError) as error:
            await _dismiss(keeper)
            raise ProgramError(f"{argv[0]} cannot be started: the bench's keeper does not answer ({error})") from None
        except BaseException:
            await _dismiss(keeper)
            raise
        if told["state"] != "started":
            await _dismiss(keeper)
            raise ProgramError(f"{argv[0]} cannot be started: {told.get('problem', 'unknown')}")
        return cls(keeper, int(told["first"]), isolated, flooded)

    @property
    def pid(self) -> int:
        """The first process of the program's own namespace (or its parent where there is none)."""
        return self._first

    async def _listen(self) -> None:
        assert self._keeper.stdout is not None
        ending = Ending(None, signal.SIGKILL, "", 0.0, 0, ())
        while line := await self._keeper.stdout.readline():
            told = json.loads(line)
            if told["state"] == "flooding":
                self._flooded(int(told["octets"]))
            elif told["state"] == "ended":
                ending = Ending(
                    told.get("code"),
                    told.get("signal"),
                    told.get("problem", ""),
                    told["ran_s"],
                    told["octets"],
                    tuple(told["last"]),
                )
        await _dismiss(self._keeper)
        if not self.ended.done():
            self.ended.set_result(ending)

    def strike(self) -> None:
        """Kill it and whatever it has started, now; returns before they are gone."""
        if self._isolated:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._first, signal.SIGKILL)
        elif self._keeper.stdin is not None:
            self._keeper.stdin.close()

    async def kill(self) -> Ending:
        """Kill and wait until all of it is gone. Raises ProgramError if it does not go."""
        self.strike()
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        try:
            async with asyncio.timeout(of_the_wall(_KILL_S)):
                return await asyncio.shield(self.ended)
        except TimeoutError:
            raise ProgramError(f"process {self._first} does not end {_KILL_S:g} s after it was killed") from None

    def listens(self) -> list[tuple[str, int]]:
        """IPv4 addresses and ports it (or, without a namespace of its own, anybody here) listens at."""
        return listening(self._first)


async def _dismiss(keeper: asyncio.subprocess.Process) -> None:
    """Let a keeper go, with all it has started."""
    assert keeper.stdin is not None
    keeper.stdin.close()
    with contextlib.suppress(OSError):
        await keeper.stdin.wait_closed()
    await keeper.wait()


def listening(pid: int) -> list[tuple[str, int]]:
    """Listening TCP sockets (IPv4, and IPv6's wildcard as 0.0.0.0) of a process's network namespace."""
    found: list[tuple[str, int]] = []
    for name, any_address in (("tcp", ""), ("tcp6", "0" * 32)):
        try:
            lines = Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] != "0A":
                continue
            host, port = fields[1].split(":")
            if not any_address:
                found.append((".".join(str(octet) for octet in reversed(bytes.fromhex(host))), int(port, 16)))
            elif host == any_address:
                found.append(("0.0.0.0", int(port, 16)))
    return found
