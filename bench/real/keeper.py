"""Runs one program of the bench and dies with it: a small process between the bench and a terminal it does not trust.

Leaves to `program`: what to start and what to make of its end. A script of its own, started without the house's
packages. It reads one line of JSON from standard input (see `Order`), starts the program in a session, a network
namespace and, where it may, a process namespace of its own, keeps its output within bounds in a file, and writes lines
of JSON: started, flooding, ended. When its standard input closes (the bench is gone, or wants it) everything it started
is killed. Killing the process namespace's first process kills whatever the program has started, all at once.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any, NoReturn, TypedDict

CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET = 0x00020000, 0x20000000, 0x40000000
MS_REC, MS_PRIVATE, MS_SLAVE = 0x4000, 1 << 18, 1 << 19
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER = 1, 24, 36
CAP_SYS_MODULE, CAP_SYS_BOOT, CAP_SYS_TIME = 16, 22, 25

HEAD_OCTETS = 256 * 1024
"""So much of the beginning of a program's output is kept."""
TAIL_OCTETS = 64 * 1024
"""And so much of its end."""
FLOOD_OCTETS = 32 << 20
"""More output than this is a flood: from then on the program is read slowly, so that it waits for its own output."""
FLOOD_PAUSE_S = 0.05
LAST_LINES, LAST_CHARACTERS = 6, 600
_PIECE = 65_536

_libc = ctypes.CDLL(None, use_errno=True)


class Order(TypedDict):
    """What to start: command line, environment, working folder, output file, and how it is confined.

    `netns` is the path of a network namespace or empty. `isolate` asks for a process namespace (needs the right to make
    one). `file_octets` bounds the size of a single file (0: no bound). `left_out` stands in the output file for what is
    not kept, with {number} for the octets: sentences are the house's, which is not here.
    """

    argv: list[str]
    env: dict[str, str]
    cwd: str
    log: str
    netns: str
    isolate: bool
    file_octets: int
    left_out: str


def _called(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _die_with_parent() -> None:
    _called(_libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")


def _renounce() -> None:
    """A terminal that is root may set its own clock and restart itself, but not the bench's."""
    for right in (CAP_SYS_MODULE, CAP_SYS_BOOT, CAP_SYS_TIME):
        _called(_libc.prctl(PR_CAPBSET_DROP, right, 0, 0, 0), "prctl")


def _own_proc() -> None:
    """In the new process namespace /proc has to show it; mounts of the bench still arrive, none of ours leave."""
    _called(_libc.mount(b"none", b"/", None, MS_REC | MS_SLAVE, None), "mount")
    _called(_libc.mount(b"proc", b"/proc", b"proc", 0, None), "mount /proc")


def _become(order: Order, output: int, troubles: int) -> NoReturn:
    """Turn this process into the program; what is in the way is told through `troubles`."""
    try:
        _die_with_parent()
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        if order["file_octets"]:
            resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_octets"], order["file_octets"]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.chdir(order["cwd"])
        os.execvpe(order["argv"][0], order["argv"], order["env"])
    except OSError as error:
        os.write(troubles, json.dumps({"problem": f"{order['argv'][0]}: {error.strerror or error}"}).encode() + b"\n")
    os._exit(127)


def _first(order: Order, output: int, told: int) -> NoReturn:
    """The first process of the namespace: starts the program, reaps what it leaves, tells its end and goes."""
    status: dict[str, object] = {"problem": "the program could not be started"}
    try:
        _die_with_parent()
        if order["isolate"]:
            _own_proc()
            _renounce()
        child = os.fork()
        if child == 0:
            _become(order, output, told)
        os.close(output)
        while True:
            ended, word = os.wait()
            if ended == child:
                code = os.waitstatus_to_exitcode(word)
                status = {"code": code} if code >= 0 else {"signal": -code}
                break
    except OSError as error:
        status = {"problem": str(error)}
    with contextlib.suppress(OSError):
        os.write(told, json.dumps(status).encode() + b"\n")
    os._exit(0)


class Log:
    """The program's output in a file: the beginning as it comes, the end when it is over, a line on what is missing."""

    def __init__(self, path: Path, left_out: str) -> None:
        self._said = left_out
        self._file = path.open("wb", buffering=0)
        self._tail: deque[bytes] = deque()
        self._tail_octets = 0
        self._head_octets = 0
        self._left_out = 0
        self.octets = 0
        self._last = b""

    def take(self, piece: bytes) -> None:
        """Some output."""
        self.octets += len(piece)
        self._last = (self._last + piece)[-4 * LAST_CHARACTERS :]
        room = max(HEAD_OCTETS - self._head_octets, 0)
        if room:
            self._file.write(piece[:room])
            self._head_octets += len(piece[:room])
        if rest := piece[room:]:
            self._tail.append(rest)
            self._tail_octets += len(rest)
            while self._tail_octets > TAIL_OCTETS + _PIECE:
                gone = self._tail.popleft()
                self._tail_octets -= len(gone)
                self._left_out += len(gone)

    def close(self) -> None:
        """Write the end."""
        if self._left_out:
            self._file.write(f"\n… {self._said.format(number=self._left_out)} …\n".encode())
        for piece in self._tail:
            self._file.write(piece)
        self._file.close()

    def last_words(self) -> list[str]:
        """The last lines of the output, cut to a readable length."""
        text = self._last.decode("utf-8", "replace")[-LAST_CHARACTERS:]
        printable = "".join(each if each.isprintable() or each == "\n" else "�" for each in text)
        return [line for line in printable.splitlines() if line.strip()][-LAST_LINES:]


def _say(**words: object) -> None:
    with contextlib.suppress(OSError):
        os.write(1, json.dumps(words).encode() + b"\n")


def _children(process: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{process}/task"):
            with contextlib.suppress(OSError):
                found += map(int, Path(f"/proc/{process}/task/{task}/children").read_text().split())
    return found


def _kill_all(first: int, isolated: bool) -> None:
    """Kill the program and whatever it has started; without a namespace by looking for descendants until none is."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while not isolated and time.monotonic() < deadline:
        waiting = _children(os.getpid())
        if not waiting:
            return
        while waiting:
            process = waiting.pop()
            waiting += _children(process)
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.002)


def _watch(order: Order, first: int, output: int, told: int) -> None:
    """Read output until nobody can write any more and the end is known; a closed standard input kills."""
    log = Log(Path(order["log"]), order["left_out"])
    began = time.monotonic()
    poll = select.poll()
    for each in (0, output, told):
        poll.register(each, select.POLLIN | select.POLLHUP)
    report = b""
    is_open = [output, told]
    flooding = False
    while is_open:
        for each, _ in poll.poll():
            if each == 0:
                if not os.read(0, _PIECE):
                    poll.unregister(0)
                    _kill_all(first, order["isolate"])
                continue
            piece = os.read(each, _PIECE)
            if not piece:
                poll.unregister(each)
                is_open.remove(each)
                if each == told:
                    _kill_all(first, order["isolate"])
            elif each == told:
                report += piece
            else:
                log.take(piece)
                if log.octets > FLOOD_OCTETS:
                    if not flooding:
                        _say(state="flooding", octets=log.octets, ran_s=round(time.monotonic() - began, 3))
                    flooding = True
                    time.sleep(FLOOD_PAUSE_S)
    log.close()
    status: dict[str, Any] = {}
    for line in report.splitlines():
        status |= json.loads(line)
    _say(
        state="ended",
        ran_s=round(time.monotonic() - began, 3),
        octets=log.octets,
        last=log.last_words(),
        **(status or {"signal": int(signal.SIGKILL)}),
    )


def main() -> int:
    """Carry out the order on standard input, in a child: an event loop that is closed kills the process it knows of.

    Whoever is killed takes nothing with it where there is no process namespace; the child hears that the bench is gone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keeper = os.fork()
    if keeper == 0:
        return _keep()
    return abs(os.waitstatus_to_exitcode(os.waitpid(keeper, 0)[1]))


def _keep() -> int:
    order: Order = json.loads(sys.stdin.buffer.readline())
    output, output_in = os.pipe()
    told, told_in = os.pipe()
    try:
        if order["netns"]:
            place = os.open(order["netns"], os.O_RDONLY)
            _called(_libc.setns(place, CLONE_NEWNET), "setns")
            os.close(place)
        if order["isolate"]:
            _called(_libc.unshare(CLONE_NEWPID | CLONE_NEWNS), "unshare")
        else:
            _called(_libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")
    except OSError as error:
        _say(state="ended", problem=str(error), octets=0, last=[], ran_s=0.0)
        return 1
    first = os.fork()
    if first == 0:
        os.close(output)
        os.close(told)
        _first(order, output_in, told_in)
    os.close(output_in)
    os.close(told_in)
    _say(state="started", first=first)
    try:
        _watch(order, first, output, told)
    except OSError as error:
        _kill_all(first, order["isolate"])
        _say(state="ended", problem=f"its output cannot be kept: {error}", octets=0, last=[], ran_s=0.0)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
