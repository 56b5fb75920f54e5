"""A platform takes in a park's data while people work at it."""

from __future__ import annotations

from bench.case import Rig, beside
from bench.dut.platform.vocabulary.base import ENTERPRISE, POINT
from bench.facade.bench import Bench
from bench.facade.load import Question
from bench.history import History
from bench.load.plan import People, Plan, Stage, Target, Terminals
from conformance.common.platforms import load as platform_load
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.load import takes_in_judge as judge

FAMILY = "load"
_PERIOD_S = 10


class TakesInWholePark(PlatformCase):
    """While a park's terminals send and people ask, every acknowledged record is kept, once and as it was sent."""

    zh = "园区终端并发上传且人员并发访问时，已应答的记录均被保存，不重复、不改动。"
    checks = {
        platform_load.NONE_LOST: ("ssea/4.2.3a",),
        platform_load.NONE_ALTERED: ("ssea/4.2.3a",),
        platform_load.ALL_TAKEN: ("ssea/4.2.3a",),
        judge.ACCESSED: ("ssea/4.2.3a",),
        **beside(
            platform_load.NONE_DOUBLED,
            platform_load.NONE_INVENTED,
            platform_load.LATE,
            platform_load.RULED,
            *platform_load.OWN,
        ),
    }
    needs = (OBJECTS, "platform.base-layer")
    rigs = Rig.LOOPBACK | Rig.PROCESS | Rig.LAB
    proof = Rig.LOOPBACK
    once = True

    async def drive(self, bench: Bench) -> None:
        """Terminals and points made known, then all of them at once, with people beside."""
        figures = bench.load.figures
        desk = await bench.platform.login("administrator")
        await desk.create(ENTERPRISE, id="A", name="Works A / 甲厂", sector="steel", region="CN-13")
        questions = (Question("light", ENTERPRISE, "list"), Question("interactive", POINT, "list"))
        plan = Plan(
            name="takes-in",
            seed=bench.seed,
            terminals=Terminals(count=figures.terminals, period_s=_PERIOD_S, window=4),
            people=People(interactive=100, simple=0, complex=0, analysis=0, report=0, entry=0),
            stages=(
                Stage(name="ramp", for_s=figures.ramp_s, active=figures.active, judged=False),
                Stage(name="steady", for_s=figures.steady_s, active=figures.active),
            ),
        )
        await bench.load.terminals_of(bench.platform, "administrator", plan, "A")
        aim = await bench.load.people_at(bench.platform, ("manager-a", "clerk-a"), figures.active)
        aim = await bench.load.terminals_at(bench.platform, "manager-a", plan, aim)
        actions = await bench.load.actions(bench.platform, "manager-a", questions)
        whole = Plan(
            name=plan.name,
            seed=plan.seed,
            target=Target(host=aim.host, port=aim.port),
            terminals=plan.terminals,
            people=plan.people,
            actions=actions,
            stages=plan.stages,
            settle_s=figures.step_s + 2 * plan.terminals.over_time_s,
        )
        await bench.load.make(whole, aim)

    def judge(self, history: History):
        """By the delivery ledger."""
        yield from judge.findings(history)
