"""Network namespaces of the bench: made, configured, entered for a scope, and always removed again.

Leaves frames and devices' ends to `tap` and `wire`. Everything here needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN) and
the program `ip` of iproute2; `requirements()` says what is missing.

A name is `cb-<pid>-<start>-<serial>-<role>`, where `start` is the start time of the bench's process in clock ticks, so
that `sweep()` knows the namespaces of a dead bench even after its process number was given to somebody else.
"""

from __future__ import annotations

import atexit
import ctypes
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.real import sentences
from simulators.scratch import started

FOLDER = Path("/run/netns")
"""Where iproute2 keeps named namespaces."""
_FILES = Path("/etc/netns")
"""Where iproute2 looks for the files a namespace has of its own."""
_CLONE_NEWNET = 0x40000000
_NAME = re.compile(r"cb-(\d+)-(\d+)-(\d+)-[a-z0-9]+")
_CAPABILITIES = {12: "CAP_NET_ADMIN", 13: "CAP_NET_RAW", 21: "CAP_SYS_ADMIN"}
_QUEUE = 10_000
"""Frames an interface holds for whoever reads it: a burst must not be lost because the machine is busy."""
_serials = itertools.count(1)
_owned: dict[str, int] = {}
_libc = ctypes.CDLL(None, use_errno=True)


class NetworkTrouble(RuntimeError):
    """A namespace or interface could not be made or configured; the text is one sentence for the user."""


def requirements() -> list[str]:
    """What this machine lacks for namespaces and TAP devices, one sentence each; empty when nothing is missing."""
    if not sys.platform.startswith("linux"):
        return [str(sentences.NEEDS_LINUX(platform=sys.platform))]
    found: list[str] = []
    missing = [name for bit, name in _CAPABILITIES.items() if not effective_rights() >> bit & 1]
    if missing:
        found.append(str(sentences.NEEDS_RIGHTS(missing=missing)))
    if shutil.which("ip") is None:
        found.append(str(sentences.NO_IP()))
    if not os.path.exists("/dev/net/tun"):
        found.append(str(sentences.NO_TUN()))
    elif not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        found.append(str(sentences.TUN_FORBIDDEN()))
    return found


def effective_rights() -> int:
    """The effective capabilities of this process, one bit each."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    return 0


def fresh_name(role: str) -> str:
    """A name that no other bench and no other wire of this bench has; `role` is lower-case letters and digits."""
    name = f"cb-{os.getpid()}-{started(os.getpid())}-{next(_serials)}-{role}"
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"a namespace's role expects lower-case letters and digits, got {role!r}")
    return name


def orphaned(name: str) -> bool:
    """Whether a name is that of a bench which no longer runs."""
    match = _NAME.fullmatch(name)
    return match is not None and started(int(match[1])) != int(match[2])


def create(name: str) -> None:
    """Make a namespace with its loopback up; it is removed when the bench ends, whatever ends it."""
    _watch_the_end()
    _ip(("netns", "add", name))
    _owned[name] = os.getpid()
    configure(name, ["link set lo up"])


def delete(name: str) -> None:
    """Kill every process in a namespace but this one, and remove it; does nothing when there is none."""
    for pid in _inhabitants(name):
        if pid != os.getpid():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    _owned.pop(name, None)
    if (FOLDER / name).exists():
        _ip(("netns", "delete", name))
    shutil.rmtree(_FILES / name, ignore_errors=True)


def _inhabitants(name: str) -> list[int]:
    try:
        home = os.stat(FOLDER / name)
    except FileNotFoundError:
        return []
    found: list[int] = []
    for entry in sorted(int(each) for each in os.listdir("/proc") if each.isdigit()):
        with suppress(OSError):
            here = os.stat(f"/proc/{entry}/ns/net")
            if (here.st_dev, here.st_ino) == (home.st_dev, home.st_ino):
                found.append(entry)
    return found


def sweep() -> list[str]:
    """Remove the namespaces (with the processes in them) of benches that no longer run; their names."""
    found: set[str] = set()
    for folder in (FOLDER, _FILES):
        with suppress(FileNotFoundError):
            found.update(each for each in os.listdir(folder) if orphaned(each))
    for name in sorted(found):
        with suppress(NetworkTrouble):
            delete(name)
    return sorted(found)


@contextmanager
def entered(name: str) -> Generator[None, None, None]:
    """The calling thread is in namespace `name` for this scope; sockets made here belong to it ever after.

    Do not await inside unless everything the loop runs meanwhile is meant to be there too. Raises NetworkTrouble.
    """
    with open("/proc/thread-self/ns/net", "rb") as home:
        try:
            there = os.open(FOLDER / name, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise NetworkTrouble(str(sentences.NO_NAMESPACE(name=name))) from None
        try:
            _setns(there, name)
        finally:
            os.close(there)
        try:
            yield
        finally:
            _setns(home.fileno(), "the one before")


def _setns(fd: int, name: str) -> None:
    if _libc.setns(fd, _CLONE_NEWNET) != 0:
        error = os.strerror(ctypes.get_errno())
        raise NetworkTrouble(f"network namespace {name!r} cannot be entered ({error}): start the bench with sudo")


def inside(name: str, words: Sequence[str]) -> list[str]:
    """The command line that runs `words` in a namespace, with the files of `/etc/netns/<name>` over those of `/etc`."""
    return ["ip", "netns", "exec", name, *words]


def run(name: str, words: Sequence[str], *, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a command in a namespace to its end and give what it printed; never raises for its exit code."""
    return subprocess.run(inside(name, words), capture_output=True, text=True, timeout=timeout_s, check=False)


def forget_connections(name: str, host: str = "") -> None:
    """The kernel forgets every TCP connection of a namespace (of an address in the bench's own), as without power.

    Nobody is told, and no port stays taken by one that waits for its end (TIME_WAIT). Where the rights or the kernel
    (INET_DIAG_DESTROY) are wanting, everything stays as it was.
    """
    words = ("ss", "-K", "-t", "-a", "-n", "-H", *(("src", host) if host else ()))
    if shutil.which("ss") is not None:
        subprocess.run(inside(name, words) if name else words, capture_output=True, timeout=60, check=False)


def set_resolver(name: str, server: str) -> None:
    """Programs started by `inside(name, …)` ask this DNS server, once a second and three times."""
    folder = _FILES / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "resolv.conf").write_text(f"nameserver {server}\noptions timeout:1 attempts:3\n")


def configure(name: str, lines: Sequence[str]) -> None:
    """Give `ip -batch` these lines in a namespace (or here, for an empty name); NetworkTrouble with its complaint."""
    where = ("-n", name) if name else ()
    _ip((*where, "-batch", "-"), "\n".join(lines) + "\n")


def set_up(name: str, interface: str, addresses: Sequence[str], *, prefix: int, mac: str | None = None) -> None:
    """Bring an interface up with IPv4 addresses, the first being its primary one, and without IPv6 chatter."""
    quiet(name, {f"net/ipv6/conf/{interface}/disable_ipv6": "1"})
    lines = [f"link set dev {interface} address {mac}"] if mac else []
    lines += [f"link set dev {interface} txqueuelen {_QUEUE} up"]
    lines += [f"addr add {address}/{prefix} dev {interface}" for address in addresses]
    configure(name, lines)


def unsent(name: str) -> dict[str, int]:
    """How many frames each interface of a namespace could not hand over, because nobody took them in time."""
    with entered(name):
        lines = Path("/proc/thread-self/net/dev").read_text().splitlines()[2:]
    rows = [line.replace(":", " ").split() for line in lines]
    return {words[0]: int(words[12]) for words in rows}


def add_route(name: str, target: str, via: str) -> None:
    """Send what goes to `target` (a network or `default`) to the neighbour `via`."""
    configure(name, [f"route add {target} via {via}"])


def quiet(name: str, settings: Mapping[str, str]) -> None:
    """Write kernel settings (paths below /proc/sys) in a namespace, where they exist."""
    with entered(name):
        for path, value in settings.items():
            with suppress(FileNotFoundError):
                Path("/proc/sys", path).write_text(value)


def _ip(words: Sequence[str], given: str | None = None) -> None:
    done = subprocess.run(["ip", *words], input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = "; ".join(line.strip() for line in done.stderr.splitlines() if line.strip()) or "it said nothing"
        raise NetworkTrouble(str(sentences.IP_FAILED(words=" ".join(words), said=said)))


def _remove_all() -> None:
    for name in [name for name, pid in _owned.items() if pid == os.getpid()]:
        with suppress(NetworkTrouble):
            delete(name)


_watching = False


def _watch_the_end() -> None:
    """Remove everything at exit, and make SIGTERM and SIGHUP an orderly exit where nobody else handles them."""
    global _watching
    if not _watching:
        atexit.register(_remove_all)
        _watching = True
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _leave)


def _leave(number: int, frame: object) -> None:
    raise SystemExit(128 + number)
