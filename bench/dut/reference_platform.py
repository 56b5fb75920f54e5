"""The reference platform as an item under test: in the bench's own process, or as a program.

Leaves what it does to `simulators.platform`. With the modules `reference_platform_*` the only one of the bench that
knows it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from bench.dut import Alteration, Files, Launch, LaunchError, Seat, reference_platform_store, sentences
from bench.dut.access import Account
from simulators.platform.core.assembly import Platform
from simulators.platform.core.sentences import Refused
from simulators.platform.core.settings import Settings, Store

_CONFIG = "platform.toml"
_CHAIN, _KEY, _ROOTS = "intake.pem", "intake.key", "clients.pem"
_WHOSE = {"-a": "A", "-b": "B"}
"""How the word of an account ends, and the enterprise whose it is."""
_FIRST = "administrator"


def tables_of(seat: Seat, folder: Path = Path()) -> dict[str, Any]:
    """The platform's settings for this seat, as the tables of its TOML file; `folder` is where its files lie."""
    known = {each.name: each.type for each in msgspec.structs.fields(Settings)}
    ways = {way.replace("-", "_"): each for way, each in seat.intakes.items()}
    accounts = {} if seat.access is None else seat.access.accounts
    first = accounts.get(_FIRST)
    return {
        "name": "reference platform",
        # Nobody has the time to guess a password here.
        "people": {"host": seat.local[0], "port": seat.local[1], "argon_time": 1, "argon_kib": 8},
        **{way: _listener(seat, folder, way, each.port) for way, each in ways.items() if way in known},
        **({} if first is None else {"first": {"account": first.name, "password": first.password}}),
        **({} if seat.time_server is None else {"ntp": dict(zip(("server", "port"), seat.time_server, strict=True))}),
        "accounts": [_account(word, each) for word, each in accounts.items() if word != _FIRST],
    }


def _listener(seat: Seat, folder: Path, way: str, port: int) -> dict[str, Any]:
    """A listener for terminals; one over TLS only where anybody comes so."""
    kind = way.rpartition("_")[2]
    if kind not in ("tls", "mtls", "https"):
        return {"host": seat.uplink, "port": port}
    if seat.side is None:
        return {}
    files = {"certificate": _CHAIN, "key": _KEY, **({"clients": _ROOTS} if kind == "mtls" else {})}
    return {"host": seat.uplink, "port": port, "tls": {key: str(folder / name) for key, name in files.items()}}


def files_of(seat: Seat) -> dict[str, str]:
    """The certificates that its settings name, by file in its folder."""
    if seat.side is None:
        return {}
    return {_CHAIN: seat.side.certificate, _KEY: seat.side.key, _ROOTS: seat.side.anchors}


def _account(word: str, account: Account) -> dict[str, str]:
    whose = next((enterprise for end, enterprise in _WHOSE.items() if word.endswith(end)), "")
    return {"account": account.name, "password": account.password, "role": account.role, "enterprise": whose}


class _OnDisk:
    """Its files beside the database, on the disk of the bench."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def read(self, name: str) -> bytes | None:
        """The octets of a file; None where there is none."""
        return self._files.image(name) if f"/{name}" in self._files.names() else None

    def write(self, name: str, octets: bytes) -> None:
        """Make a file."""
        self._files.write_file(name, octets, sync=False)

    def sync(self, name: str) -> None:
        """Its octets to the disk."""
        self._files.sync_file(name)

    def rename(self, name: str, to: str) -> None:
        """Another name."""
        self._files.rename(name, to, sync=False)

    def sync_names(self) -> None:
        """All names to the disk."""
        self._files.sync_directory()


class ReferencePlatformAdapter:
    """The reference platform: in the bench's own process, or as a program."""

    name = "reference-platform"
    in_process = True

    def __init__(self) -> None:
        self._life: Platform | None = None

    async def run(self, seat: Seat) -> None:
        """Run until it stops by itself."""
        if seat.state is None:
            raise LaunchError(str(sentences.PLATFORM_FOLDER()))
        self.discard()
        for name, text in files_of(seat).items():
            (seat.state / name).write_text(text)
        # Its database stands on this machine, which keeps its power.
        settings = msgspec.convert({**tables_of(seat, seat.state), "store": {"sync": "off"}}, Settings)
        files = None if seat.files is None else _OnDisk(seat.files)
        self._life = Platform(settings, clock=seat.clock, chance=seat.chance, folder=seat.state, files=files)
        try:
            await self._life.run()
        except Refused as refused:
            raise LaunchError(f"the reference platform refuses its settings: {refused.en} / {refused.zh}") from None

    def discard(self) -> None:
        """Let go of what the life that is over held; nothing of it is written any more."""
        life, self._life = self._life, None
        if life is not None:
            life.abandon()

    def alter(self, seat: Seat, alterations: Sequence[Alteration]) -> tuple[dict[str, str], ...]:
        """Alter what is stored, as `bench.dut.Alterable` has it. Raises LookupError."""
        self.discard()
        if seat.state is None:
            raise LookupError(str(sentences.NO_FOLDER()))
        return reference_platform_store.alter(seat.state / Store().url.removeprefix("sqlite:///"), alterations)

    def launch(self, seat: Seat, state: Path) -> Launch:
        """As a program of its own: its settings and database in the state folder."""
        del state
        program = ["conformance.defects.launch", seat.planted] if seat.planted else ["simulators.platform"]
        return Launch(
            argv=(sys.executable, "-m", *program, "--config", _CONFIG),
            env={"PYTHONUNBUFFERED": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            files={_CONFIG: tomli_w.dumps(tables_of(seat)), **files_of(seat)},
            ready=seat.local,
        )

    async def ask(self, seat: Seat, what: str, query: Mapping[str, str]) -> tuple[dict[str, str], ...]:
        """Nobody asks a platform by these words: it has doors (`bench.facade.platform`). Raises LookupError."""
        del seat, query
        raise LookupError(str(sentences.ASKED_AT_DOORS(what=what)))
