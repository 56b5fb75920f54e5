"""Reconnections: what is read first on a new connection, of every protocol over TCP (R-15, R-17).

Leaves answers that come late on a connection that stands to `ports`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Collector, Line, Scenario, System
from conformance.common import accuracy
from conformance.common.actions import points, read_readings
from conformance.common.times import SECOND
from conformance.terminal import LOCAL, MODBUS, OPC
from conformance.terminal.acquisition import reconnections_judge
from conformance.terminal.acquisition.interfaces import DLT645, SERIAL
from conformance.terminal.collectors.collectors import HTTPS, MQTT

SERVERS = "protocol.serial-server"
_WAY_S = 0.15
"""One way to the field: a connection is lost with a question, an answer or nothing under way."""


class _Reconnects:
    """What cases share in which every connection of the field network is reset again and again."""

    resets = 24

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("resets")
        start = bench.clock.now_us()
        await bench.clock.sleep(60)
        async with bench.links["field"].delay(_WAY_S):
            for number in range(self.resets):
                await bench.clock.sleep(25 + chance.randrange(0, 5000) / 1000)
                # Every other time just after a question has been asked, so that its answer meets no connection.
                if number % 2:
                    to_next_s = 10 - bench.clock.now_us() % (10 * SECOND) / SECOND
                    await bench.clock.sleep(to_next_s + chance.randrange(100, 400) / 1000)
                reconnections_judge.RESET.put(bench)
                await bench.links["field"].reset()
            await bench.clock.sleep(60)
        await bench.clock.sleep(60)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from reconnections_judge.findings(history)


class ReadsModbusRightAfterReconnecting(_Reconnects, Case):
    """What is read first on each of 20 new connections to Modbus TCP gateways is what the meters said then."""

    zh = "Modbus TCP 重连 20 次以上，每次重连后首个读数与表计应答一致。"
    checks = {
        reconnections_judge.FIRST_READINGS_RIGHT: ("isc-2/9.3c",),
        **beside(reconnections_judge.RECONNECTED_OFTEN, accuracy.SAME_READING.of("stored")),
    }
    needs = (MODBUS, LOCAL)
    scenario = Scenario(circuits=3, points=2, meters=("steam",), period_s=10, centres=("A",), kinds=())


class ReadsCollectorsRightAfterReconnecting(_Reconnects, Case):
    """What comes first on each of 20 new connections to collectors by MQTT and HTTPS is what they said then."""

    zh = "MQTT、HTTPS 采集器重连 20 次以上，每次重连后首个读数与采集器报文一致。"
    checks = {
        reconnections_judge.FIRST_READINGS_RIGHT: ("isc-2/9.3c",),
        **beside(reconnections_judge.RECONNECTED_OFTEN, accuracy.SAME_READING.of("stored")),
    }
    needs = (MQTT, HTTPS, LOCAL)
    scenario = Scenario(
        circuits=0,
        behind=(Collector("mqtt", 1, {"form": "neuron"}), Collector("https", 1, {"channel": "tls"})),
        period_s=10,
        centres=("A",),
        kinds=(),
    )


class ReadsConvertersRightAfterReconnecting(_Reconnects, Case):
    """What is read first on each of 20 new connections to serial servers is what the meters said then; it goes on."""

    zh = "经串口服务器读取 Modbus RTU、DL/T 645 表计，重连 20 次以上，每次重连后首个读数与表计应答一致，且恢复采集。"
    checks = {
        reconnections_judge.FIRST_READINGS_RIGHT: ("isc-2/9.3c",),
        **beside(
            reconnections_judge.RECONNECTED_OFTEN,
            accuracy.SAME_READING.of("stored"),
            reconnections_judge.READS_AGAIN,
        ),
    }
    needs = (SERVERS, SERIAL, DLT645, LOCAL)
    scenario = Scenario(
        circuits=0,
        behind=(Line(("modbus-rtu",), converter=True), Line(("dlt645-2007",), 2400, "E", converter=True)),
        period_s=10,
        centres=("A",),
        kinds=(),
    )

    async def drive(self, bench: Bench) -> None:
        await super().drive(bench)
        # The last connection is lost for some minutes, and nobody is told.
        lost = bench.clock.now_us()
        async with bench.links["field"].cut():
            await bench.clock.sleep(minutes=5)
        reconnections_judge.BACK.put(bench)
        await bench.clock.sleep(minutes=5)
        await read_readings(bench, points(bench), lost, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        yield reconnections_judge.back_finding(history)


class ReadsNodesRightAfterReconnecting(_Reconnects, Case):
    """What is read first on each of 20 new connections to an OPC UA server is what its nodes held then."""

    zh = "OPC UA 重连 20 次以上，每次重连后首个读数与节点值一致。"
    checks = {
        reconnections_judge.FIRST_READINGS_RIGHT: ("isc-2/9.3c",),
        **beside(reconnections_judge.RECONNECTED_OFTEN, accuracy.SAME_READING.of("stored")),
    }
    needs = (OPC, LOCAL)
    scenario = Scenario(circuits=0, behind=(System("opcua", ("circuit",)),), period_s=10, centres=("A",), kinds=())
