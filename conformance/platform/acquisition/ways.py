"""Several ways in at once: HJ 212, JSON over HTTP and MQTT."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.park import Enterprise, Park, Terminal
from conformance.platform import PlatformCase
from conformance.platform.acquisition import FED, HJ212, JSON, MQTT, ways_judge
from conformance.platform.driving import READER, ask_points, fed, points_with
from conformance.platform.parks import flow

_WAYS = ("hj212", "https", "mqtt")
_SORTS = (("coke", "t", "21"), ("electricity", "kWh", "900"), ("heat", "GJ", "7.5"))
_CLASSES = {"hj212": ("realtime", "minute"), "https": ("realtime", "minute"), "mqtt": ("realtime",)}


def _park() -> Park:
    """An enterprise with a terminal of each way, which have three points each."""
    senders = {way: f"A{number}" for number, way in enumerate(_WAYS, 1)}
    return Park(
        enterprises=(
            Enterprise(
                "A",
                "Works 工厂",
                "steel",
                terminals=tuple(
                    Terminal(name, {"kind": way, "classes": _CLASSES[way], "realtime_s": 60, "minute_interval": 10})
                    for way, name in senders.items()
                ),
                points=tuple(
                    flow(f"A.{carrier}-{way}", name, carrier, unit, per_h)
                    for way, name in senders.items()
                    for carrier, unit, per_h in (
                        ("coke", "t", "21"),
                        ("electricity", "kWh", "900"),
                        ("heat", "GJ", "7.5"),
                    )
                ),
            ),
        ),
    )


class TakesSeveralWays(PlatformCase):
    """Terminals by HJ 212, by JSON and by MQTT feed the platform at the same time, and all they send is there."""

    zh = "HJ 212、JSON、MQTT 终端同时接入，所传数据全部入库。"
    checks = {
        ways_judge.BY_WAY.of("hj212"): ("cpcif/4.2.3c", "isc-1/4.2b"),
        ways_judge.BY_WAY.of("https"): ("cpcif/4.2.3b", "isc-1/6.3d"),
        ways_judge.BY_WAY.of("mqtt"): ("cpcif/4.2.3c", "isc-1/4.2b"),
        ways_judge.SEVERAL_WAYS: ("ssea/4.2.1b",),
    }
    needs = (*FED, HJ212, JSON, MQTT)
    scenario = PlatformCase.scenario.but(park=_park())

    async def drive(self, bench: Bench) -> None:
        """Half an hour of all three."""
        start_us = bench.clock.now_us()
        await fed(bench)
        await bench.clock.sleep(minutes=30, seconds=20)
        await bench.senders.settle()
        desk = await bench.platform.login(READER)
        for kind in ("realtime", "minute"):
            await ask_points(desk, points_with(bench, kind), (kind,), start_us, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Check]:
        """Way by way."""
        yield from ways_judge.findings(history, _WAYS)
