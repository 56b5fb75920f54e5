"""An enterprise's monitoring data backed up, lost and restored (CPCIF 8.3; ISC-1 7.3e; R-31)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding, Rig
from bench.dut import Alteration
from bench.dut.platform.vocabulary.base import SAMPLES, SamplesRow
from bench.dut.platform.vocabulary.public import BACKUP
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.integrity import backups_judge
from conformance.platform.integrity.plant import A, B, scenario

_MINUTES = 10


class RestoresAnEnterprise(PlatformCase):
    """What an enterprise's terminals sent is backed up, lost from the store, and there again once it is restored."""

    zh = "企业监测数据备份后从存储中丢失，恢复后逐条一致；被改动的备份文件被拒绝，其他企业不受影响。"
    checks = {
        backups_judge.BACKED_UP: ("cpcif/8.3c", "isc-1/7.3e-1"),
        backups_judge.RESTORED: ("cpcif/8.3c", "isc-1/7.3e-2"),
        backups_judge.ALTERED_SET_REFUSED: ("isc-1/7.3e-2",),
        backups_judge.OTHERS_UNTOUCHED: ("cpcif/8.3c",),
    }
    needs = (OBJECTS, "platform.backups")
    scenario = scenario("2026-03-02T08:00:00+08:00", 2, classes=("realtime",), realtime_s=30, kind="hj212")
    rigs = Rig.VIRTUAL | Rig.PROCESS

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.park.set_up()
        bench.senders.connect()
        await bench.clock.sleep(minutes=_MINUTES)
        end = bench.clock.now_us() - 60_000_000
        keeper = await bench.platform.login("operator-of-park")
        rows = await self._look(keeper, start, end)
        key = await keeper.create(BACKUP, id="backup-a", enterprise=A, from_=start, to=end)
        octets = await keeper.export(BACKUP, id=key)
        await bench.clock.sleep(seconds=40)
        backups_judge.LOSS.put(bench)
        await bench.power.cut()
        bench.terminal.alter([Alteration("removed", "A.p00", "realtime", int(row.at)) for row in rows])
        await bench.power.restore()
        await bench.clock.sleep(seconds=30)
        # Logging in waits for a platform that is slow to start, whose sessions need not have lived on.
        keeper = await bench.platform.login("operator-of-park")
        await self._look(keeper, start, end)
        backups_judge.ALTERED.put(bench)
        if not octets:
            return
        # A digit, where there is one: what is altered so can still be read.
        middle = len(octets) // 2
        place = next((at for at in range(middle, len(octets)) if octets[at] in b"0123456789"), middle)
        await keeper.take_in(BACKUP, octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :])
        await self._look(keeper, start, end)
        backups_judge.WHOLE.put(bench)
        await keeper.take_in(BACKUP, octets)
        await self._look(keeper, start, end)

    async def _look(self, keeper: Desk, start: int, end: int) -> tuple[SamplesRow, ...]:
        """Every point's values; those of the first are handed back."""
        rows = [await keeper.ask(SAMPLES, point=point, from_=start, to=end) for point in ("A.p00", "A.p01", "B.p00")]
        return rows[0]

    def judge(self, history: History) -> Iterator[Finding]:
        yield from backups_judge.findings(history, A, B)
