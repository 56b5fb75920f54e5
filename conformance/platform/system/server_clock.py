"""The platform's own clock, kept by a time server while the machine's runs away (CPCIF 6.3; R-10)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.system import CLOCK
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import BARE, TimeServer
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.system import server_clock_judge

_DRIFT_PPM = 150
_STEPS = {6: 4.0, 15: -90.0}
"""By how much the machine's clock is moved after the probe of an hour, seconds."""


class KeepsStandardTime(PlatformCase):
    """The server's clock is within 1 s of true time at 24 hourly probes while the machine's drifts and is moved."""

    zh = "本机时钟漂移并被拨动时，服务器时钟在 24 次每小时探测中与标准时间偏差不超过 1 s。"
    checks = {server_clock_judge.KEPT: ("cpcif/6.3d",)}
    needs = (OBJECTS, "platform.clock-source")
    once = True
    scenario = BARE.but(services=(TimeServer(),))

    async def drive(self, bench: Bench) -> None:
        desk = await bench.platform.login("administrator")
        await bench.terminal.drift(_DRIFT_PPM)
        for hour in range(1, server_clock_judge.PROBES + 1):
            await bench.clock.sleep(hours=1)
            await desk.ask(CLOCK)
            if hour in _STEPS:
                await bench.terminal.step_clock(_STEPS[hour])

    def judge(self, history: History) -> Iterator[Finding]:
        yield from server_clock_judge.findings(history)
