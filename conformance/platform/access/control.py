"""Operating rights and the control password (SSEA 5.5.3)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding, beside
from bench.dut.platform.vocabulary.base import SAMPLES
from bench.dut.platform.vocabulary.public import CONTROL, CONTROL_PASSWORD, OPERATION_RIGHT
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.facade.senders import way_of
from bench.history import History
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.access import control_judge
from conformance.platform.integrity.plant import scenario

_LOOK_S = 100
"""After so long an order has taken effect, and there is a stretch to look at."""


class AsksForRightAndPassword(PlatformCase):
    """An order is carried out for who has the right and knows the control password, and refused to everybody else."""

    zh = "可设置操作权限与控制口令；无权限或口令不符时控制操作被拒绝。"
    checks = {
        control_judge.PASSWORD_ASKED: ("ssea/5.5.3a",),
        control_judge.RIGHT_ASKED: ("ssea/5.5.3a",),
        **beside(control_judge.ORDERS_ACT),
    }
    needs = (OBJECTS,)
    scenario = scenario("2026-03-02T08:00:00+08:00", 1, classes=("realtime",), realtime_s=10)

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "control")
        start = bench.clock.now_us()
        await bench.park.set_up()
        sender = bench.senders["A1"]
        if way_of(sender.spec) in bench.platform.intakes:
            sender.connect()
        admin = await bench.platform.login("administrator")
        first, second = (f"Ctl-{chance.randint(100_000, 999_999)}" for _ in range(2))
        password = await admin.create(CONTROL_PASSWORD, id="control", password=first)
        operators = await admin.create(OPERATION_RIGHT, id="r1", role="operator", operation="control", allowed="yes")
        await admin.create(OPERATION_RIGHT, id="r2", role="clerk", operation="control", allowed="no")
        operator = await bench.platform.login("operator-of-park")
        clerk = await bench.platform.login("clerk-a")
        number = 0

        async def give(desk: Desk, order: str, password: str) -> None:
            nonlocal number
            number += 1
            told = {"terminal": sender.spec.mn, "order": order, "password": password}
            await desk.create(CONTROL, id=f"order-{number}", **told)
            await bench.clock.sleep(seconds=2)

        async def look() -> None:
            await bench.clock.sleep(seconds=_LOOK_S)
            await operator.ask(SAMPLES, point="A.p00", from_=start, to=bench.clock.now_us())

        await give(operator, "stop", first)
        await look()
        await give(operator, "start", first)
        await look()
        for desk, given in ((operator, second), (operator, ""), (clerk, first)):
            await give(desk, "stop", given)
        await admin.change(CONTROL_PASSWORD, password, password=second)
        await bench.clock.sleep(seconds=2)
        await give(operator, "stop", first)
        await look()
        await give(operator, "stop", second)
        await look()
        await admin.change(OPERATION_RIGHT, operators, allowed="no")
        await bench.clock.sleep(seconds=2)
        await give(operator, "start", second)
        await look()
        await admin.list(CONTROL)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from control_judge.findings(history)
        yield control_judge.acting_finding(history)
