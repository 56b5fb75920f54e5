"""What a person is handed to configure a device: the table, revocation lists, and credentials for each centre."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from bench.dut import Seat
from bench.dut.manual import ManualAdapter
from bench.layout import build
from bench.layout.scenario import Revocation, Scenario
from bench.operator.person import Answer, Question
from simulators.world import Site


class _NoClock:
    def now_us(self) -> int:
        return 0

    def time_ns(self) -> int:
        return 0

    def set_time_ns(self, time_ns: int, /) -> None:
        return None


class _Willing:
    """Somebody who attests whatever is asked."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    async def ask(self, question: Question, timeout_s: float | None = None) -> Answer:
        self.asked.append(question)
        return Answer(by="Li Wei", at_us=0, text="yes")


def test_a_person_is_handed_lists_and_credentials(tmp_path: Path) -> None:
    scenario = Scenario(
        circuits=1, centre_options=(("B", {"channel": "mtls"}),), services=(Revocation(look_s=90, policy="alarm"),)
    )
    site = Site(build.build_world(scenario, 1), clock=_NoClock(), observe=lambda event: None)
    settings = build.settings_of(scenario)
    seat = Seat(site=site, settings=settings, clock=_NoClock(), chance=random.Random(0), local=("10.3.0.2", 1))
    terminal, person = ManualAdapter(), _Willing()
    terminal.attend(person)
    asyncio.run(terminal.commission(seat, tmp_path))
    assert [question.id for question in person.asked] == ["commission"]
    table = (tmp_path / "commissioning.csv").read_text("utf-8").splitlines()
    assert "revocation list,http://10.2.0.5:80/ecdsa-intermediate.crl" in table
    assert table[table.index("revocation lists fetched every (s),90") + 1] == "without a list in force,alarm"
    given = sorted(path.relative_to(tmp_path).as_posix() for path in (tmp_path / "credentials").rglob("*.*"))
    assert given == [
        f"credentials/B/{name}" for name in ("anchors.pem", "certificate.pem", "crls.pem", "key.pem", "server_name.txt")
    ]
