"""Two parks and two regions that are not the same: overseers see their own enterprises only (ISC-1 7.2a)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.base import EMISSIONS, ENTERPRISE, PARK, POINT
from bench.dut.platform.vocabulary.system import ACCOUNT
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from conformance.common.times import DAY, HOUR
from conformance.platform import OBJECTS, OVERSEERS, PlatformCase, works
from conformance.platform.access import overseers_judge as judge
from conformance.platform.works import P

_NEAR, _FAR = "370000", "440000"
_OTHER = "Q"
_ENTERPRISES = {"C": (_OTHER, _NEAR), "D": (_OTHER, _FAR)}
"""Beside those of the works, which are of park P and region 370000: park and region of each."""
_OVERSEERS = {
    "park-p": {"role": "operator", "park": P},
    "park-q": {"role": "operator", "park": _OTHER},
    "near": {"role": "government", "region": _NEAR},
    "far": {"role": "government", "region": _FAR},
}


class ShowsOverseersTheirOwn(PlatformCase):
    """A park's account sees the park's enterprises and their figures, a government's its region's; nobody others."""

    zh = "园区账户可查看且仅可查看本园区企业及其数据，政府账户可查看且仅可查看本区域企业及其数据。"
    checks = {judge.OWN: ("isc-1/7.2a",), judge.OTHERS: ("isc-1/4.7b", "isc-1/7.3d-3")}
    needs = (OBJECTS, OVERSEERS)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        """Enterprises of both parks and regions, an account for each, and what each is shown."""
        chance = works.chance_of(bench, "overseers")
        admin = await works.set_up(bench, chance, ("A.coke", "B.coke"))
        day = works.day(bench)
        await admin.create(PARK, id=_OTHER, name="另一园区 another park", region=_FAR)
        for one, (park, region) in _ENTERPRISES.items():
            await admin.create(ENTERPRISE, id=one, name=f"示范企业 {one}", sector="steel", region=region, park=park)
            place = {"carrier": "coke", "unit": "t", "kind": "counter", "source_class": "fuel"}
            await admin.create(POINT, id=f"{one}.coke", enterprise=one, **place)
        names = ("A", "B", *_ENTERPRISES)
        for one in names:
            await works.enter_one(admin, f"{one}.coke", day + HOUR, works.drawn(chance, "120"), unit="t")
        people, door = bench.platform.people, works.door_of(bench)
        for word, fields in _OVERSEERS.items():
            name, password = f"bench-{word}-{chance.randint(100, 999)}", people.new_password(word)
            await admin.create(ACCOUNT, id=name, name=f"用户 {name}", state="active", password=password, **fields)
            desk = Desk(bench.platform, name, await people.stranger(door, name, password, "overseer"))
            await desk.list(ENTERPRISE)
            await desk.list(POINT)
            for one in names:
                await desk.ask(EMISSIONS, of="enterprise", id=one, period="day", from_=day, to=day + DAY)

    def judge(self, history: History) -> Iterator[Finding]:
        """What each was shown."""
        yield from judge.findings(history)
