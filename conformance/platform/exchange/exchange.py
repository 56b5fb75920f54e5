"""Records exchanged with another system (CPCIF 4.1.2; ISC-1 4.4, 4.5), and taken by an open interface (SSEA 4.2.6)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding, beside
from bench.dut.platform.vocabulary.base import RECORDS
from bench.dut.platform.vocabulary.public import OPEN_RECORDS, PARTNER
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.times import HOUR, MINUTE, ceil
from conformance.platform import PlatformCase
from conformance.platform.acquisition import FED
from conformance.platform.driving import READER, fed, sleep_until
from conformance.platform.exchange import exchange_judge as judge
from conformance.platform.integrity.plant import A, scenario
from simulators.centres.third_party.centre import ThirdPartyCentre

_PARTNER = "T"
_POINTS = ("A.p00", "A.p01")
_SCENARIO = scenario("2026-03-02T07:58:00+08:00", 2, classes=("realtime", "minute"), realtime_s=300, minute_interval=10)


class PassesRecordsOn(PlatformCase):
    """The hours of one enterprise reach another system, each once, as the platform has them, and nothing of another."""

    zh = "一家企业的小时数据送达另一系统，每条一次、与平台一致；对方一时不可用时补送，且不含其他企业数据。"
    checks = {
        judge.REFUSED_TOOK_PLACE: (),
        judge.PASSED_ON: ("cpcif/4.1.2", "isc-1/4.4-6", "isc-1/4.5h", "isc-1/4.5i"),
        judge.PASSED_LATER: ("isc-1/4.5j",),
        **beside(judge.NOTHING_ELSE),
    }
    needs = (*FED, "platform.exchange-json")
    scenario = _SCENARIO.but(centres=(_PARTNER,), centre_options=((_PARTNER, {"kind": "third-party"}),))

    async def drive(self, bench: Bench) -> None:
        """Three whole hours; at the end of the second the other system lets nobody in."""
        other = bench.platforms.of(ThirdPartyCentre, _PARTNER)
        await fed(bench)
        keeper = await bench.platform.login(READER)
        await keeper.create(
            PARTNER,
            id="partner-1",
            name="Energy system 能源管理系统",
            url=f"http://{other.host}:{other.port}",
            token=other.token,
            enterprise=A,
            period="hour",
        )
        start_us = bench.clock.now_us()
        first_us = ceil(start_us, HOUR)
        await sleep_until(bench, first_us + HOUR + 50 * MINUTE)
        other.behave(accept="refuse")
        judge.SHUT.put(bench)
        await sleep_until(bench, first_us + 2 * HOUR + 20 * MINUTE)
        other.behave(accept="accept")
        judge.OPEN_AGAIN.put(bench)
        await sleep_until(bench, first_us + 3 * HOUR + 15 * MINUTE)
        for point in _POINTS:
            await keeper.ask(RECORDS, point=point, period="hour", from_=start_us, to=bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from judge.partner_findings(history, _PARTNER, A)


class OpensItsRecords(PlatformCase):
    """A customer's own program gets the platform's records by the open interface, as people see them."""

    zh = "客户程序经开放接口取得的记录与平台所示一致，未登录者和其他企业取不到。"
    checks = {
        judge.OPENED: ("ssea/4.2.6b", "isc-1/4.5i"),
        **beside(judge.GUARDED),
    }
    needs = (*FED, "platform.open-interface")
    scenario = _SCENARIO

    async def drive(self, bench: Bench) -> None:
        """Two whole hours; then the same is asked both ways, and by others."""
        start_us = bench.clock.now_us()
        await fed(bench)
        await sleep_until(bench, ceil(start_us, HOUR) + 2 * HOUR + 10 * MINUTE)
        span = {"from_": start_us, "to": bench.clock.now_us()}
        reader = await bench.platform.login(READER)
        for point in _POINTS:
            await reader.ask(RECORDS, point=point, period="hour", **span)
            await reader.ask(OPEN_RECORDS, point=point, period="hour", **span)
        for word in ("clerk-b", "public"):
            stranger = await bench.platform.login(word)
            for point in _POINTS:
                await stranger.ask(OPEN_RECORDS, point=point, period="hour", **span)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from judge.open_findings(history, READER)
