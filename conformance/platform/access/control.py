"""Operating rights and the control password (SSEA 5.5.3)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.base import TERMINAL
from bench.dut.platform.vocabulary.public import CONTROL, CONTROL_PASSWORD, OPERATION_RIGHT
from bench.facade.bench import Bench
from bench.history import History
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.access import control_judge
from conformance.platform.works import A

_MN = "010000A8900016F0000000C1"


class AsksForRightAndPassword(PlatformCase):
    """An order is carried out for who has the right and knows the control password, and refused to everybody else."""

    zh = "可设置操作权限与控制口令；无权限或口令不符时控制操作被拒绝。"
    checks = {
        control_judge.PASSWORD_ASKED: ("ssea/5.5.3a",),
        control_judge.RIGHT_ASKED: ("ssea/5.5.3a",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "control")
        admin = await works.set_up(bench, chance, ())
        await admin.create(TERMINAL, id=_MN, enterprise=A, way="https", secret="s3cret-of-terminal")
        first, second = (f"Ctl-{chance.randint(100_000, 999_999)}" for _ in range(2))
        password = await admin.create(CONTROL_PASSWORD, id="control", password=first)
        operators = await admin.create(OPERATION_RIGHT, id="r1", role="operator", operation="control", allowed="yes")
        await admin.create(OPERATION_RIGHT, id="r2", role="clerk", operation="control", allowed="no")
        operator = await bench.platform.login("operator-of-park")
        clerk = await bench.platform.login("clerk-a")
        orders = (
            (operator, "stop", first),
            (operator, "start", first),
            (operator, "stop", second),
            (operator, "stop", ""),
            (clerk, "stop", first),
        )
        for number, (desk, order, given) in enumerate(orders, 1):
            await desk.create(CONTROL, id=f"order-{number}", terminal=_MN, order=order, password=given)
            await bench.clock.sleep(seconds=2)
        await admin.change(CONTROL_PASSWORD, password, password=second)
        await bench.clock.sleep(seconds=2)
        await operator.create(CONTROL, id="order-6", terminal=_MN, order="stop", password=first)
        await operator.create(CONTROL, id="order-7", terminal=_MN, order="stop", password=second)
        await bench.clock.sleep(seconds=2)
        await admin.change(OPERATION_RIGHT, operators, allowed="no")
        await bench.clock.sleep(seconds=2)
        await operator.create(CONTROL, id="order-8", terminal=_MN, order="start", password=second)
        await admin.list(CONTROL)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from control_judge.findings(history)
