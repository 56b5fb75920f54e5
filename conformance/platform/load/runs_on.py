"""A platform runs on for a week under a steady load."""

from __future__ import annotations

from bench.case import Rig, beside
from bench.dut.platform.vocabulary.base import ENTERPRISE
from bench.facade.bench import Bench
from bench.facade.load import Question
from bench.history import History
from bench.load.plan import People, Plan, Stage, Target, Terminals
from conformance.common.platforms import load as platform_load
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.load import runs_on_judge as judge

FAMILY = "load"
_PERIOD_S = 10
_SESSIONS = 10


class RunsOn(PlatformCase):
    """For 168 h the platform takes in a park's data and answers, without a restart and without a missing record."""

    zh = "连续运行 168 h 接收园区数据并应答访问，不重启、不丢记录。"
    checks = {
        judge.CONTINUOUS: ("cpcif/6.3a-1",),
        platform_load.NONE_LOST: ("cpcif/6.3a-1",),
        **beside(
            platform_load.NONE_DOUBLED,
            platform_load.NONE_ALTERED,
            platform_load.NONE_INVENTED,
            platform_load.ALL_TAKEN,
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
        """A steady load for as long as the ruling says."""
        figures = bench.load.figures
        desk = await bench.platform.login("administrator")
        await desk.create(ENTERPRISE, id="A", name="Works A / 甲厂", sector="steel", region="CN-13")
        terminals = Terminals(count=figures.terminals, period_s=_PERIOD_S, window=4)
        stages = (Stage(name="steady", for_s=figures.continuous_s),)
        plan = Plan(name="runs-on", seed=bench.seed, terminals=terminals, stages=stages)
        await bench.load.terminals_of(bench.platform, "administrator", plan, "A")
        aim = await bench.load.people_at(bench.platform, ("manager-a", "clerk-a"), _SESSIONS)
        aim = await bench.load.terminals_at(bench.platform, "manager-a", plan, aim)
        actions = await bench.load.actions(bench.platform, "manager-a", (Question("light", ENTERPRISE, "list"),))
        whole = Plan(
            name=plan.name,
            seed=plan.seed,
            target=Target(host=aim.host, port=aim.port),
            terminals=terminals,
            people=People(online=_SESSIONS),
            actions=actions,
            stages=stages,
            settle_s=figures.step_s + 2 * terminals.over_time_s,
        )
        await bench.load.make(whole, aim)

    def judge(self, history: History):
        """What happened in that time."""
        yield from judge.findings(history)
