"""Objects come back as they were entered."""

from __future__ import annotations

from bench.dut.platform.vocabulary.base import ENTERPRISE, FACTOR
from bench.facade.bench import Bench
from bench.history import History
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.objects import kept_judge

_SINCE_US = 1_767_196_800_000_000
"""2026-01-01 00:00 +08:00."""


class KeepsWhatIsEntered(PlatformCase):
    """An enterprise and a factor are listed as they were entered, a changed one as changed, a removed one no more."""

    zh = "企业与因子按录入内容列出；修改后按修改内容列出；删除后不再列出。"
    checks = {
        kept_judge.KEPT: ("isc-1/4.5e",),
        kept_judge.CHANGED: ("isc-1/4.5e",),
        kept_judge.REMOVED: ("isc-1/4.5e",),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """Enter, list, change, list, remove, list."""
        desk = await bench.platform.login("administrator")
        plant = await desk.create(ENTERPRISE, id="A", name="Steel works / 钢铁厂", sector="steel", region="CN-13")
        fields = {"carrier": "coke", "unit": "tCO2/t", "source": "test 2026-01", "valid_from": _SINCE_US}
        coke = await desk.create(FACTOR, value="2.8600", **fields)
        gone = await desk.create(FACTOR, value="0.0030", **fields | {"carrier": "oxygen"})
        await desk.list(ENTERPRISE)
        await desk.list(FACTOR)
        await desk.change(ENTERPRISE, plant, name="Second works / 二钢")
        await desk.change(FACTOR, coke, value="2.8599999999999999999")
        await desk.remove(FACTOR, gone)
        await desk.list(ENTERPRISE)
        await desk.list(FACTOR)

    def judge(self, history: History):
        """What was listed against what was entered."""
        yield from kept_judge.findings(history)
