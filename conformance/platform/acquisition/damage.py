"""Packets that are damaged on the way, forged, or sent by nobody that the platform knows."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check
from bench.facade.bench import Bench
from bench.history import History
from conformance.platform import PlatformCase
from conformance.platform.acquisition import FED, HJ212, JSON, damage_judge
from conformance.platform.driving import READER, ask_points, fed, points_with
from conformance.platform.parks import SMALL, with_senders

_MINUTE_US = 60_000_000
_CHECKS = {
    damage_judge.NONE_BELIEVED: ("ssea/5.2.3.3-1",),
    damage_judge.NONE_TAKEN: ("ssea/5.2.3.3-1",),
    damage_judge.SOUND_TAKEN: ("ssea/4.2.2a",),
}


async def _stimulus(bench: Bench, damaged: tuple[str, ...], forged: tuple[str, ...]) -> None:
    """Packets damaged on the way, which come again sound, then forgeries, which do not."""
    start_us = bench.clock.now_us()
    await fed(bench)
    sender = bench.senders["A1"]
    await bench.clock.sleep(minutes=6)
    for how in damaged:
        sender.spoil(how)
        await bench.clock.sleep(minutes=5)
    for number, how in enumerate(forged):
        period = start_us + 5 * number * _MINUTE_US, start_us + 5 * (number + 1) * _MINUTE_US
        sender.intrude(how, "A.coke", "minute", *period, f"987{number}.125")
        await bench.clock.sleep(minutes=1)
    await bench.clock.sleep(minutes=2)
    await bench.senders.settle()
    desk = await bench.platform.login(READER)
    await ask_points(desk, points_with(bench, "minute"), ("minute",), start_us, bench.clock.now_us())


class BelievesNoDamagedPacket(PlatformCase):
    """HJ 212: wrong octets, check words, lengths, halves, strangers, passwords are neither taken nor acknowledged."""

    zh = "HJ 212：字节受损、校验错、长度错、半包、未知 MN、口令错的报文既不入库也不确认。"
    checks = _CHECKS
    needs = (*FED, HJ212)
    scenario = PlatformCase.scenario.but(
        park=with_senders(SMALL, kind="hj212", classes=("minute",), minute_interval=5, over_time_s=5)
    )

    async def drive(self, bench: Bench) -> None:
        """Damage and forgery."""
        await _stimulus(bench, ("octet", "crc", "half", "length"), ("octet", "crc", "mn", "pw"))

    def judge(self, history: History) -> Iterator[Check]:
        """What was believed and what was lost."""
        yield from damage_judge.findings(history)


class BelievesNoDamagedBody(PlatformCase):
    """JSON: half bodies, no numbers, unknown units, sources, tokens, false hours are neither taken nor acknowledged."""

    zh = "JSON：残缺报文、非数值、未知单位、未知来源、错误令牌、仅五分钟的“小时”记录均不入库、不确认。"
    checks = _CHECKS
    needs = (*FED, JSON)
    scenario = PlatformCase.scenario.but(
        park=with_senders(SMALL, kind="https", classes=("minute",), minute_interval=5, over_time_s=5, retry_s=5)
    )

    async def drive(self, bench: Bench) -> None:
        """Damage and forgery."""
        await _stimulus(bench, ("body", "value", "unit"), ("unit", "source", "token", "span"))

    def judge(self, history: History) -> Iterator[Check]:
        """What was believed and what was lost."""
        yield from damage_judge.findings(history)
