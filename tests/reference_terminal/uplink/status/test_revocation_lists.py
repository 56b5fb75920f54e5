"""Revocation lists that the terminal fetches: which are believed, kept and obeyed, and what a bad one leads to.

The host is the bench's own, on a real socket; SM2 and ECDSA alike.
"""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from security_kit import HOSTS, NOW_S, TRUST
from virtually import virtually

from reference_terminal.crypto.certificates import blocks
from reference_terminal.model.clock import WallClock
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.uplink.status.revocation import RevocationLists
from simulators.events import Event, ListServed
from simulators.trust.authority import Tier
from simulators.trust.certificates import Family
from simulators.trust.distribution import DistributionPoint, RevocationSpec

FAMILIES: tuple[Family, ...] = ("ecdsa", "sm2")


class Clock:
    """The wall of terminal and host alike, moved by hand."""

    def __init__(self) -> None:
        self.at_s = NOW_S

    def now_us(self) -> int:
        return self.at_s * 1_000_000

    def time_ns(self) -> int:
        return self.at_s * 1_000_000_000

    def set_time_ns(self, at_ns: int) -> None:
        self.at_s = at_ns // 1_000_000_000


class Stand:
    """A host of lists and a terminal's part that fetches from it."""

    def __init__(self, folder: Path, family: Family, policy: str) -> None:
        self.clock = Clock()
        self.heard: list[Event] = []
        self.family: Family = family
        self.host = DistributionPoint(
            RevocationSpec("127.0.0.1", 0, 300, 1200),
            TRUST,
            chance=random.Random,
            clock=self.clock,
            observe=self.heard.append,
        )
        self.port = 0
        self.store = Store(str(folder / "t.db"), None, 0.2)
        self.wall = WallClock(self.clock)
        self.journal = Journal(self.store, self.wall, None)
        self.policy = policy
        leaf = TRUST[family].leaf("server", "A", HOSTS)
        self.serial = int(leaf.serial, 16)
        self.issuers = [TRUST[family].anchor, *blocks(leaf.certificate, "CERTIFICATE")[1:]]

    async def begin(self) -> None:
        await self.host.start()
        self.port = self.host.port
        self.lists = self.anew()

    def anew(self) -> RevocationLists:
        """As after a restart."""
        return RevocationLists(
            [f"http://127.0.0.1:{self.port}/{self.family}-{tier}.crl" for tier in ("root", "intermediate")],
            300, self.policy, self.issuers, self.store, self.wall, self.journal,
        )  # fmt: skip

    async def look(self) -> None:
        """One round of fetching."""
        changed = asyncio.ensure_future(self.lists.changed())
        run = asyncio.ensure_future(self.lists.run())
        async with asyncio.timeout(20):
            await changed
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)

    def fault(self) -> str:
        """What becomes of a session on the good certificate of centre A."""
        issuer = next(each for each in self.lists.lists() if "intermediate" in each.issuer.rfc4514_string())
        return self.lists.fault(((issuer.issuer.public_bytes(), self.serial),), self.clock.at_s)

    def alarms(self) -> set[str]:
        return {kind for kind, _ in self.journal.raised()}


def scene(
    folder: Path, play: Callable[[Stand], Awaitable[None]], family: Family = "ecdsa", policy: str = "refuse"
) -> None:
    async def run() -> None:
        stand = Stand(folder, family, policy)
        await stand.begin()
        try:
            await play(stand)
        finally:
            await stand.host.stop()
            stand.store.close()

    virtually(run())


@pytest.mark.parametrize("family", FAMILIES)
def test_a_list_is_fetched_obeyed_and_outlives_a_restart(tmp_path: Path, family: Family) -> None:
    async def play(stand: Stand) -> None:
        await stand.look()
        assert stand.fault() == "" and stand.alarms() == set()
        stand.host.hold(family, "server", "A")
        await stand.look()
        assert "was revoked" in stand.fault()
        stand.host.behave("silent")
        stand.lists = stand.anew()
        assert "was revoked" in stand.fault()
        stand.host.behave("sound")
        stand.host.release(family, "server", "A")
        await stand.look()
        assert stand.fault() == ""

    scene(tmp_path, play, family)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("answers", ["forged", "junk"])
def test_what_the_issuer_has_not_signed_is_refused_with_an_alarm(tmp_path: Path, family: Family, answers: str) -> None:
    async def play(stand: Stand) -> None:
        await stand.look()
        before = [each.signature for each in stand.lists.lists()]
        stand.host.behave(answers)
        await stand.look()
        assert [each.signature for each in stand.lists.lists()] == before
        assert stand.fault() == "" and stand.alarms() == {"revocation list refused"}
        stand.host.behave("sound")
        await stand.look()
        assert stand.alarms() == set()

    scene(tmp_path, play, family)


def test_a_list_of_a_stranger_and_an_older_one_are_refused(tmp_path: Path) -> None:
    async def play(stand: Stand) -> None:
        stand.clock.at_s += 600
        await stand.look()
        await stand.look()
        url = f"http://127.0.0.1:{stand.port}/ecdsa-intermediate.crl"
        newest = stand.store.setting("revocation", url)
        assert newest
        tier: Tier = "intermediate"
        begin = stand.clock.now_us()
        older = TRUST["ecdsa"].revocation_list(tier, begin, begin + 10**9, 0, ())
        take = stand.lists._take  # pyright: ignore[reportPrivateUsage]
        assert not take(url, older)
        assert not take(url, TRUST["sm2"].revocation_list(tier, begin, begin + 10**9, 9, ()))
        assert not take(url, TRUST["ecdsa"].revocation_list("root", begin, begin + 10**9, 9, ()))
        assert stand.store.setting("revocation", url) == newest
        assert take(url, TRUST["ecdsa"].revocation_list(tier, begin, begin + 10**9, 9, ()))
        assert stand.store.setting("revocation", url) != newest

    scene(tmp_path, play)


@pytest.mark.parametrize("policy", ["refuse", "alarm"])
@pytest.mark.parametrize("answers", ["error", "old"])
def test_a_list_that_runs_out_counts_as_the_policy_has_it(tmp_path: Path, policy: str, answers: str) -> None:
    async def play(stand: Stand) -> None:
        await stand.look()
        stand.host.behave(answers)
        stand.clock.at_s += 1199
        await stand.look()
        assert stand.fault() == "" and "revocation list" not in stand.alarms()
        stand.clock.at_s += 1
        await stand.look()
        assert stand.alarms() == {"revocation list"}
        assert ("has run out" in stand.fault()) is (policy == "refuse")
        assert stand.lists.forgiven == (frozenset() if policy == "refuse" else {3, 12})
        stand.host.behave("sound")
        await stand.look()
        assert stand.fault() == "" and stand.alarms() == set()

    scene(tmp_path, play, policy=policy)


def test_both_lists_are_asked_for_in_every_round(tmp_path: Path) -> None:
    async def play(stand: Stand) -> None:
        await stand.look()
        paths = [event.path for event in stand.heard if isinstance(event, ListServed)]
        assert paths == ["/ecdsa-root.crl", "/ecdsa-intermediate.crl"]

    scene(tmp_path, play)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_list_with_one_bit_altered_is_never_believed(tmp_path: Path, family: Family) -> None:
    begin = NOW_S * 1_000_000
    octets = TRUST[family].revocation_list("intermediate", begin, begin + 10**9, 5, (("server", "A"),))

    async def play(stand: Stand) -> None:
        url = f"http://127.0.0.1:{stand.port}/{family}-intermediate.crl"
        for place in range(0, len(octets) * 8, 5):
            altered = bytearray(octets)
            altered[place // 8] ^= 1 << place % 8
            assert not stand.lists._take(url, bytes(altered)), place  # pyright: ignore[reportPrivateUsage]
        assert stand.lists.lists() == [] and stand.store.setting("revocation", url) is None
        assert stand.lists._take(url, octets)  # pyright: ignore[reportPrivateUsage]

    scene(tmp_path, play, family)


def test_what_is_kept_is_the_list_itself(tmp_path: Path) -> None:
    async def play(stand: Stand) -> None:
        await stand.look()
        kept = stand.store.setting("revocation", f"http://127.0.0.1:{stand.port}/ecdsa-root.crl")
        assert kept is not None
        assert base64.b64decode(kept) == stand.host.asked("/ecdsa-root.crl")[1]  # type: ignore[index]  # pyright: ignore[reportOptionalSubscript]

    scene(tmp_path, play)


def test_the_serial_number_is_looked_for_under_its_issuer_only(tmp_path: Path) -> None:
    async def play(stand: Stand) -> None:
        stand.host.hold("ecdsa", "server", "A")
        await stand.look()
        root = next(each for each in stand.lists.lists() if "root" in each.issuer.rfc4514_string())
        assert stand.lists.fault(((root.issuer.public_bytes(), stand.serial),), stand.clock.at_s) == ""
        assert stand.lists.fault((), stand.clock.at_s) == ""

    scene(tmp_path, play)
