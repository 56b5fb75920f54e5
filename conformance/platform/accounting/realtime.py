"""Measured data as they come in: sorted, summed and analysed by the account at once (SSEA 5.1.4 d)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.accounting import STRUCTURE, TREND
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.park import Enterprise, Factor, Measured, Named, Park, Terminal
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.accounting import ACCOUNTING, STATISTICS, realtime_judge
from conformance.platform.accounting.plant import ask_totals
from simulators.plant.flows import Flow

_HOUR = 3_600_000_000
INTAKE = "platform.intake"


def _flow(id: str, sender: str, carrier: str, unit: str, per_h: str, source_class: str, process: str) -> Measured:
    stream = Flow(id.replace(".", "_"), unit, per_h)
    return Measured(id, sender, stream, carrier, source_class, process)  # pyright: ignore[reportArgumentType]


_TOLD = {"classes": ("minute", "hour"), "minute_interval": 15}
_PARK = Park(
    enterprises=(
        Enterprise(
            "A",
            "甲化工",
            "chemicals",
            processes=(Named("A-synthesis", "合成"), Named("A-utilities", "公用工程")),
            terminals=(Terminal("A1", _TOLD),),
            points=(
                _flow("A.gas", "A1", "natural-gas", "Nm3", "2140", "fuel", "A-synthesis"),
                _flow("A.power", "A1", "electricity", "kWh", "48600", "electricity", "A-utilities"),
                _flow("A.heat", "A1", "heat", "GJ", "71.5", "heat", "A-synthesis"),
                _flow("A.lime", "A1", "quicklime-feed", "t", "18.6", "process", "A-utilities"),
            ),
        ),
        Enterprise(
            "B",
            "乙化工",
            "chemicals",
            processes=(Named("B-process", "造粒"),),
            terminals=(Terminal("B1", _TOLD),),
            points=(_flow("B.coal", "B1", "coal-blend", "t", "11.4", "fuel", "B-process"),),
        ),
    ),
    factors=(
        Factor("gas", "natural-gas", "21.6219", "tCO2/1e4Nm3"),
        Factor("gas-heat", "natural-gas", "389.31", "GJ/1e4Nm3"),
        Factor("power", "electricity", "0.5703", "tCO2/MWh"),
        Factor("heat", "heat", "0.1093", "tCO2/GJ"),
        Factor("lime", "quicklime-feed", "0.7857", "tCO2/t"),
        Factor("coal", "coal-blend", "1.9031", "tCO2/t"),
        Factor("coal-heat", "coal-blend", "20.908", "GJ/t"),
    ),
)


class SumsWhatIsMeasured(PlatformCase):
    """What terminals send is accounted hour by hour, sorted by class and process, summed for park and enterprise."""

    zh = "终端上传的数据逐小时核算，按类别和工序分类汇总到企业和园区，逐位一致。"
    checks = {
        realtime_judge.BY_HOUR: ("ssea/5.1.4d",),
        realtime_judge.SORTED: ("ssea/5.1.4d",),
        realtime_judge.ANALYSED: ("ssea/5.1.4d",),
        realtime_judge.TAKEN: (),
    }
    needs = (OBJECTS, ACCOUNTING, STATISTICS)
    scenario = PlatformCase.scenario.but(park=_PARK)

    async def drive(self, bench: Bench) -> None:
        await bench.park.set_up()
        bench.senders.connect()
        begin = -(-bench.clock.now_us() // _HOUR) * _HOUR
        await bench.clock.sleep(((begin - bench.clock.now_us()) // 1_000_000) + 2 * 3600 + 20)
        await bench.senders.settle()
        span = begin, begin + 2 * _HOUR
        operator = await bench.platform.login("operator-of-park")
        for of, id in (("enterprise", "A"), ("enterprise", "B"), ("park", "P")):
            await ask_totals(operator, of, id, "hour", *span)
        for parts in ("source_class", "process", "carrier"):
            for quantity in ("emission", "energy"):
                await operator.ask(
                    STRUCTURE, of="park", id="P", quantity=quantity, parts=parts, from_=span[0], to=span[1]
                )
        await operator.ask(
            TREND, of="enterprise", id="A", quantity="emission", period="hour", from_=span[0], to=span[1]
        )

    def judge(self, history: History) -> Iterator[Finding]:
        yield from realtime_judge.findings(history)
