"""Signed packages: what is refused and why, versions, parameters all or none, programs on trial."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reference_terminal.crypto.certificates import Trusted
from reference_terminal.management.installer import BUILT_IN, MODULES, MOST_STARTS, Installer, Outcome
from reference_terminal.management.packages import PackageRefused, open_package, rank
from reference_terminal.model.clock import WallClock
from reference_terminal.platform import OffsetClock
from reference_terminal.settings.overlay import Overlay
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from simulators.centres.management.packages import package
from simulators.trust.authority import Authority

NOW_S = 1_772_380_800
FACTORS = json.dumps(
    {"factors": [dict.fromkeys(("code", "value", "unit", "gas", "source", "region", "validFrom"), "1")]}
).encode()


def authority() -> Authority:
    return Authority("sm2", NOW_S * 1_000_000, lambda name: random.Random(name), [("server", "management M")])


def trusted() -> Trusted:
    made = authority()
    return Trusted(made.anchor, made.crls)


def signed(kind: Any, version: str, content: bytes, *, by: str = "management M", **more: Any) -> bytes:
    issuer = authority().leaf("server", by)
    created = "2026-03-02T08:00:00"
    return package(
        issuer, issuer.private, kind, "p", version, content, created=created, chance=random.Random(1), **more
    )


class Terminal:
    """A store with an installer; parameters are refused unless their value is 1."""

    def __init__(self, path: Path) -> None:
        clock = OffsetClock()
        clock.set_time_ns(NOW_S * 1_000_000_000)
        self.clock = WallClock(clock)
        self.store = Store(str(path / "t.db"), None, 0.2)
        self.given: list[dict[str, str]] = []
        journal = Journal(self.store, self.clock, None)
        self.installer = Installer(self.store, self.clock, journal, trusted(), self._set, Overlay(self.store, None))
        self.restarts = 0
        self.installer.restart = self._restart

    def _set(self, given: dict[str, str], put: bool) -> str:
        if any(value != "1" for value in given.values()):
            return "expected 1"
        if put:
            self.given.append(given)
        return ""

    def _restart(self) -> None:
        self.restarts += 1


@contextmanager
def terminal(path: Path) -> Generator[Terminal]:
    made = Terminal(path)
    try:
        yield made
    finally:
        made.store.close()


def in_loop(body: Any) -> None:
    async def main() -> None:
        body()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("octets", "word"),
    [
        (b"", "no JSON object"),
        (b"[]", "no JSON object"),
        (b'{"format":"carbonbench-package/1"}', "members are missing"),
        (signed("factors", "1.0", FACTORS, wrong="altered"), "digest"),
        (signed("factors", "1.0", FACTORS, wrong="wrong-signature"), "signature"),
        (signed("factors", "1.0", FACTORS, wrong="truncated"), "no JSON object"),
        (signed("factors", "one", FACTORS), "version"),
        (signed("factors", "1.0", FACTORS, valid_from="soon"), "validFrom"),
        (signed("factors", "1.0", FACTORS, by="somebody"), "is no management software"),
    ],
)
def test_what_is_wrong_is_refused_with_the_reason(octets: bytes, word: str) -> None:
    with pytest.raises(PackageRefused, match=word) as caught:
        open_package(octets, trusted(), NOW_S)
    assert caught.value.zh


def test_versions_compare_by_their_numbers() -> None:
    assert rank("1.10") > rank("1.9")
    assert rank("2.0") == rank("2")


def test_only_newer_versions_and_the_same_again(tmp_path: Path) -> None:
    def body() -> None:
        with terminal(tmp_path) as made:
            assert made.installer.take(signed("factors", "1.10", FACTORS), "a").result == "done"
            assert made.installer.take(signed("factors", "1.10", FACTORS), "b").result == "done"
            assert made.installer.take(signed("factors", "1.9", FACTORS), "c").result == "refused"
            assert made.installer.take(signed("factors", "1.11", b"{}"), "d").result == "refused"
            (row,) = made.installer.in_force()
            assert row == {"kind": "factors", "name": "p", "version": "1.10", "valid_from": ""}

    in_loop(body)


def test_parameters_are_taken_all_or_none_and_on_their_day(tmp_path: Path) -> None:
    def body() -> None:
        with terminal(tmp_path) as made:
            wrong = json.dumps({"parameters": {"a": "1", "b": "2"}}).encode()
            assert made.installer.take(signed("parameters", "1.0", wrong), "a") == Outcome("refused", "expected 1")
            good = json.dumps({"parameters": {"a": "1"}}).encode()
            later = signed("parameters", "1.1", good, valid_from="2026-03-03")
            assert made.installer.take(later, "a").result == "done"
            made.installer.apply_due()
            assert made.given == [] and made.installer.in_force() == []
            made.clock.set_s(NOW_S + 2 * 86_400)
            made.installer.apply_due()
            made.installer.apply_due()
            assert made.given == [{"a": "1"}] and len(made.installer.in_force()) == 1

    in_loop(body)


def test_what_a_configuration_says_stays_with_the_settings_alone(tmp_path: Path) -> None:
    def body() -> None:
        with terminal(tmp_path) as made:
            acted: list[object] = []
            made.installer.configure = lambda body, issuer, put: acted.append(body) or "" if put else ""
            asked = {"removed": ["B"]}
            content = json.dumps({"configuration": asked}).encode()
            for version, begins in (("1.0", ""), ("1.1", "2026-03-03")):
                octets = signed("configuration", version, content, valid_from=begins)
                assert made.installer.take(octets, "a").result == "done"
            kept = made.store.connection.execute("SELECT content FROM package").fetchall()
            assert kept == [(b"",), (b"",)] and acted == [asked]
            made.clock.set_s(NOW_S + 2 * 86_400)
            made.installer.apply_due()
            made.installer.apply_due()
            assert acted == [asked, asked]

    in_loop(body)


def test_a_program_that_is_none_of_ours_or_dies_is_given_up(tmp_path: Path) -> None:
    def body() -> None:
        with terminal(tmp_path) as made:
            installer = made.installer
            assert installer.take(signed("upgrade", "2.0", b"something"), "t1").result == "done"
            assert installer.version == "2.0" and installer.on_trial and made.restarts == 1
            installer.begin()
            assert installer.version == BUILT_IN and installer.fate("t1") is not None
            sound = signed("upgrade", "2.0", b"carbonbench-reference 2.0\n")
            assert installer.take(sound, "t2").result == "done"
            for _ in range(MOST_STARTS):
                installer.begin()
                assert installer.version == "2.0" and installer.fate("t2") is None
            installer.begin()
            fate = installer.fate("t2")
            assert installer.version == BUILT_IN and fate is not None and fate.result == "failed"
            assert installer.take(signed("upgrade", "0.9", b"carbonbench-reference 0.9\n"), "t3").result == "refused"

    in_loop(body)


def application(version: str, content: bytes | None = None) -> bytes:
    sound = f"carbonbench-application p {version}\n".encode()
    return signed("application", version, sound if content is None else content)


def test_applications_come_are_replaced_and_go(tmp_path: Path) -> None:
    def body() -> None:
        with terminal(tmp_path) as made:
            installer, changed = made.installer, list[str]()
            installer.application_changed = changed.append
            assert set(installer.applications()) == set(MODULES)
            for version in ("1.0", "1.1"):
                assert installer.take(application(version), "a").result == "done"
                assert installer.applications()["p"] == version
            assert installer.take(application("1.1"), "again").result == "done"
            assert installer.take(application("1.2", b"nothing that runs"), "b").result == "failed"
            assert installer.applications()["p"] == "1.1"
            assert installer.take(signed("removal", "1.1", b""), "c").result == "refused"
            assert installer.take(signed("removal", "1.3", b""), "d").result == "done"
            assert "p" not in installer.applications() and installer.in_force() == []
            assert installer.take(signed("removal", "1.4", b""), "e").result == "refused"
            # What was removed cannot be played again; a newer one comes back.
            assert installer.take(application("1.1"), "f").result == "refused"
            assert installer.take(application("1.5"), "g").result == "done"
            assert changed == ["p"] * 4 and made.restarts == 0

    in_loop(body)


def test_a_stopped_program_gives_way_to_the_one_before(tmp_path: Path) -> None:
    def body() -> None:
        with terminal(tmp_path) as made:
            installer = made.installer
            assert installer.stop("t0").result == "stopped"
            assert installer.take(signed("upgrade", "2.0", b"carbonbench-reference 2.0\n"), "t1").result == "done"
            installer.begin()
            assert installer.version == "2.0"
            for _ in range(2):
                assert installer.stop("t1").result == "stopped"
                assert installer.version == BUILT_IN and not installer.on_trial
            fate = installer.fate("t1")
            assert fate is not None and fate.result == "stopped" and made.restarts == 2
            assert installer.take(signed("factors", "1.0", FACTORS), "t2").result == "done"
            assert installer.stop("t2").result == "done" and len(installer.in_force()) == 1

    in_loop(body)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("factors", {"factors": []}),
        ("method", {"method": {"id": "x"}}),
        ("boundary", {"boundary": {"id": "1", "enterprise": "e", "edition": "1", "units": []}}),
        ("boundary", {"boundary": {"id": "1", "enterprise": "e", "edition": "1", "units": [{"unit": "u"}]}}),
        ("configuration", {"configuration": {}}),
        ("parameters", {"parameters": {"a": "1"}, "more": {}}),
    ],
)
def test_a_content_that_is_not_of_its_kind_is_refused(kind: str, content: dict[str, Any], tmp_path: Path) -> None:
    def body() -> None:
        with terminal(tmp_path) as made:
            outcome = made.installer.take(signed(kind, "1.0", json.dumps(content).encode()), "a")
            assert outcome.result == "refused" and "the content is not that" in outcome.message

    in_loop(body)
