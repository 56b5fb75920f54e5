"""The load that a load tester describes in a file of his own (`carbonbench load`)."""

from __future__ import annotations

from typing import ClassVar

from bench.case import Rig, Text, beside
from bench.facade.bench import Bench, Unable
from bench.history import History
from bench.load.plan import Plan
from conformance.common.platforms import load as platform_load
from conformance.platform import PlatformCase
from conformance.platform.load import as_asked_judge

FAMILY = "load"


class AsAsked(PlatformCase):
    """Under the load of a plan no acknowledged record is lost, doubled or altered, and what people ask is answered."""

    zh = "在给定负载下，已应答的记录不丢失、不重复、不改动，人员操作得到正确应答。"
    checks = {
        **beside(*platform_load.OWN, *(each.sometimes() for each in platform_load.LEDGER)),
        as_asked_judge.FEW_FAILURES.sometimes(): (),
    }
    remark = Text(
        "a load of the tester's own choosing decides no clause: these ask for figures of their own (R-42, R-43)",
        "自选负载不判定条款：条款各有规定参数（R-42、R-43）",
    )
    rigs = Rig.LOOPBACK
    proof = Rig.LOOPBACK
    once = True
    plan: ClassVar[Plan | None] = None

    async def drive(self, bench: Bench) -> None:
        """Make it."""
        if self.plan is None:
            raise Unable("this load is described in a file: carbonbench load FILE / 该负载由文件给出")
        await bench.load.make(self.plan)

    def judge(self, history: History):
        """The generator, the ledger, the operations."""
        yield from as_asked_judge.findings(history)
