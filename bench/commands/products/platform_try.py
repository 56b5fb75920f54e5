"""`carbonbench profile try` of a platform: start it once, log in as each account, ask each list, knock at each way in.

Leaves requests to the facade of every case and the starting to the loopback rig. Nothing is made, changed or removed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

import msgspec

from bench.case import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, Case, Finding, Item, Rig
from bench.commands.products import sentences
from bench.commands.products.conducted import conducted
from bench.commands.products.starts import Starts
from bench.dut.platform import OTHERS
from bench.dut.platform.vocabulary import kinds
from bench.dut.profile import Profile
from bench.facade.bench import Bench
from bench.facade.platform import PUBLIC
from bench.history import CutShort, History, Observed, Trouble
from bench.layout.scenario import BARE

_FEW = ("enterprise", "factor", "point")
"""Kinds whose lists are asked where the profile writes one request for all of them."""
_KNOCK_S = 20.0


class Tried(msgspec.Struct, frozen=True):
    """What came of one thing; `sound` None where the profile has nothing to try."""

    what: str
    sound: bool | None
    got: str


class _Trial(Case):
    """Accounts, lists and ways in are tried once."""

    zh = "逐一尝试账号、列表与接入方式。"
    item = Item.PLATFORM
    checks = {}
    rigs = Rig.LOOPBACK
    scenario = BARE

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.found: list[Tried] = []
        self.starts = Starts()

    async def drive(self, bench: Bench) -> None:
        profile, first = self.profile, ""
        accounts = [] if profile.access is None else [word for word in profile.access.accounts if word != PUBLIC]
        for word in accounts:
            desk = await bench.platform.login(word)
            entered = desk.session is not None
            first = first or (word if entered else "")
            self.found.append(
                Tried(f"login {word}", entered, str(sentences.ENTERED()) if entered else str(sentences.NOT_LET_IN()))
            )
        if profile.functions is not None and first:
            desk = await bench.platform.login(first)
            for name in self._kinds():
                await desk.list(kinds()[name])
        for way, intake in bench.platform.intakes.items():
            self.found.append(await _knocked(way, intake.host, intake.port))

    def _kinds(self) -> list[str]:
        assert self.profile.functions is not None
        named = self.profile.functions.objects
        own = [name for name, calls in named.items() if name != OTHERS and calls.list is not False]
        return list(dict.fromkeys([*(_FEW if OTHERS in named else ()), *own]))

    def judge(self, history: History) -> Iterator[Finding]:
        return iter(())


async def _knocked(way: str, host: str, port: int) -> Tried:
    """Whether somebody behind a way in takes a connection and keeps it for a moment."""
    try:
        async with asyncio.timeout(_KNOCK_S):
            reader, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError) as error:
        return Tried(f"way {way}", False, str(sentences.NOT_REACHED(host=host, port=port, name=type(error).__name__)))
    try:
        async with asyncio.timeout(1.0):
            closed = not await reader.read(1)
    except (ConnectionError, TimeoutError) as error:
        closed = isinstance(error, ConnectionError)
    writer.close()
    return Tried(
        f"way {way}", not closed, str(sentences.CLOSED_AT_ONCE()) if closed else str(sentences.TAKES_CONNECTIONS())
    )


def main(profile: Profile, *, as_json: bool = False, show: bool = False) -> int:
    """Try and print; 0: all is of use, 1: something is not or the product failed, 3: the bench did."""
    if not as_json:
        print(sentences.TRIED_PLATFORM().after(profile.path))
    trial = _Trial(profile)
    try:
        events = conducted(trial, profile, trial.starts)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return EXIT_ERROR
    failed = [event.what for event in events if isinstance(event, Trouble | CutShort)]
    lists = [event for event in events if isinstance(event, Observed) and event.what.startswith("list ")]
    found = [*trial.found, *map(_listed, lists)]
    if as_json:
        print(msgspec.json.encode({"profile": profile.path, "found": found, "failed": failed}).decode())
    else:
        if show:
            trial.starts.show()
        _print(found, failed)
        if failed and not show:
            trial.starts.hint(profile.path)
    return EXIT_FAIL if failed or not found or any(each.sound is False for each in found) else EXIT_PASS


def _listed(event: Observed) -> Tried:
    if event.outcome == "unmapped":
        return Tried(event.what, None, str(sentences.NO_REQUEST()))
    if event.outcome != "done":
        return Tried(event.what, False, f"{event.outcome}: {event.problem}")
    return Tried(event.what, True, str(sentences.ROWS(rows=len(event.rows))))


def _print(found: list[Tried], failed: list[str]) -> None:
    for each in found:
        mark = {True: "ok  ", False: "FAIL", None: "–   "}[each.sound]
        print(f"{mark} {each.what}: {each.got}")
    for what in dict.fromkeys(failed):
        print(f"FAIL {what}")
    good, bad = (sum(each.sound is wanted for each in found) for wanted in (True, False))
    print(sentences.OF_USE(good=good, bad=bad))
