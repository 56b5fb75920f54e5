"""Values that other systems hold: OPC UA servers, databases, CEMS, energy and production systems (CSMT 11.3 c).

Leaves meters on lines and networks to `interfaces` and `acquisition`, collectors to `collectors`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, Text, beside, criterion
from bench.dut.systems import missing_driver
from bench.facade.bench import Bench
from bench.history import History
from bench.history.marks import SETTLE
from bench.layout.scenario import Scenario, System
from conformance.common import accuracy, gaps
from conformance.common.actions import points
from conformance.common.phases import WATCHED
from conformance.common.times import SECOND
from conformance.terminal import CEMS, LOCAL, MODBUS, OPC, SQL, UPLINK, read_out
from conformance.terminal.acquisition.watched import ReadsUndisturbed, SpoilsAnswers
from conformance.terminal.collectors import systems_judge
from simulators.meters.faults import (
    BadStatus,
    Calibrating,
    CommittedLate,
    Delayed,
    Duplicate,
    ForeignCertificate,
    Late,
    Locked,
    Misnumbered,
    Omitted,
    OtherType,
    Restarting,
    Sentinel,
    Silent,
    Stale,
    Withheld,
)
from simulators.systems.sql.programs import missing_server

# Readings of the present are looked for so long; those that come late have so much longer.
_PATIENCE_S, _LOOK_S, _SETTLED_S = 120, 10, 15


EVERY_NODE_READ = criterion(
    "every-node-read",
    en="values of the nodes of every declared type are stored",
    zh="所声明的各类型节点的数值均已存储",
    unit="nodes",
)
DECLARED_TYPES = "opcua_types"
"""Name of what a profile declares: the register types (u8, s16, f32, …) whose nodes a product reads (R-14)."""


def _world(*behind: System) -> Scenario:
    return Scenario(circuits=0, behind=behind, centres=("A",), realtime_interval_s=60, kinds=())


class _Reads(ReadsUndisturbed):
    """Behind systems."""

    hours = 2.0
    compared = 400


class ReadsOpcUaNodes(_Reads, Case):
    """Nodes of every number type, of one endpoint of an OPC UA server that has several, are stored digit for digit."""

    zh = "OPC UA 服务器提供多个端点，按所设安全方式接入后，各种数值类型的节点逐位一致地存储并上传。"
    checks = {
        accuracy.SAME_READING.of("stored"): (
            "csmt/11.3c-6",
            "isc-2/7.2.2(2)m",
            "csmt/4i",
            "isc-2/6.2d",
            "isc-2/7.2.2(1)-2",
            "csmt/6.3b",
        ),
        EVERY_NODE_READ: ("csmt/11.3c-6", "isc-2/7.2.2(2)m"),
        **beside(
            accuracy.SAME_DIGITS.of("stored"),
            accuracy.SAME_DIGITS.of("centre-a"),
            accuracy.SAME_READING.of("centre-a"),
        ),
    }
    needs = (OPC, UPLINK, read_out("*-stored", "every-node-read"))
    # What is read of the one server shows that a terminal which reads nothing of the other could have.
    scenario = _world(
        System("opcua", ("types", "whole"), {"security": "encrypt", "offers": "all"}),
        System("opcua", ("circuit",), {"security": "encrypt"}),
    ).but(tell_declared=True)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        known = accuracy.local_readings(history).compared
        stored = {each.id: accuracy.local_readings(history, {each.id}) for each in history.began.points}
        types = history.began.declared.get(DECLARED_TYPES, "").replace(",", " ").split()
        unread = [
            f"{point.id} ({point.type}): no value stored"
            for point in history.began.points
            if not (stored[point.id].compared or stored[point.id].problems)
            and (point.type in types or not (types or point.type))
        ]
        yield EVERY_NODE_READ.none(unread if known else (), types and known >= self.compared)


class ReadsCems(_Reads, Case):
    """Flue-gas parameters and the mass of CO2 of a CEMS are stored and sent as its data acquisition unit shows them."""

    zh = "CEMS 的烟气参数和二氧化碳排放量按其数据采集单元的示值存储并上传。"
    checks = {
        accuracy.SAME_READING.of("stored"): (
            "csmt/11.3c-1",
            "csmt/11.3c-6",
            "isc-2/7.2.2(2)m",
            "isc-2/6.2c",
            "isc-2/7.1h",
            "isc-2/7.1i",
            "isc-2/5.1c",
        ),
        **beside(
            accuracy.SAME_DIGITS.of("stored"),
            accuracy.SAME_DIGITS.of("centre-a"),
            accuracy.SAME_READING.of("centre-a"),
        ),
    }
    needs = (CEMS, OPC, UPLINK, read_out("*-stored"))
    scenario = _world(System("opcua", ("cems",), {"security": "sign"}))


class ReadsSystemsByModbusTcp(_Reads, Case):
    """What a CEMS tells by Modbus TCP is stored and sent digit for digit, as that of any meter."""

    zh = "第三方系统（CEMS）经 Modbus TCP 提供的数值逐位一致地存储并上传。"
    checks = {
        accuracy.SAME_READING.of("stored"): ("csmt/11.3c-5", "csmt/4h", "csmt/11.3c-1"),
        **beside(
            accuracy.SAME_DIGITS.of("stored"),
            accuracy.SAME_DIGITS.of("centre-a"),
            accuracy.SAME_READING.of("centre-a"),
        ),
    }
    needs = (CEMS, MODBUS, UPLINK, read_out("*-stored"))
    hours = 1.0
    scenario = Scenario(circuits=0, meters=("cems",), centres=("A",), realtime_interval_s=60, kinds=())


class _Spoiled(SpoilsAnswers):
    """Behind systems, whose events the log tells."""

    reads_log = True
    # As terminals are told of the first system there is (`bench.dut.systems`).
    behind = "s1"


class StoresNothingFromBadOpcUaValues(_Spoiled, Case):
    """Bad status, another type, a missing node, NaN, late and no answers of OPC UA are not stored as values."""

    zh = "OPC UA 的坏状态、类型改变、节点缺失、NaN、迟到应答和无应答均不作为数值。"
    checks = {
        gaps.GAP_RECORDED: ("isc-2/7.2.3-A(1)b",),
        gaps.GAP_BOUNDS: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_REPEATED_VALUE: ("csmt/11.3c-6", "isc-2/7.2.2(2)m"),
        gaps.NO_FALSE_GAP: ("isc-2/7.2.3-A(1)b",),
        **beside(gaps.NO_VALUE_SENT_AS_READ),
    }
    needs = (OPC, UPLINK, LOCAL, "acquisition.gap-record")
    scenario = _world(System("opcua", ("circuit",), {"security": "sign"}), System("opcua", ("circuit",)))
    faults = (
        BadStatus(status="BadNoCommunication"),
        BadStatus(status="BadSensorFailure"),
        Omitted(),
        OtherType(),
        Sentinel(),
        Silent(),
        Late(after_s=20),
        Restarting(for_s=500),
    )


class StoresNothingFromCalibratedCems(_Spoiled, Case):
    """While a CEMS is calibrated, what it shows is test gas and not stored as emission."""

    zh = "CEMS 校准期间的示值为标准气，不作为排放数据。"
    checks = {
        gaps.GAP_RECORDED: ("isc-2/7.2.3-A(1)b",),
        gaps.GAP_BOUNDS: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_REPEATED_VALUE: ("csmt/11.3c-1", "csmt/11.3c-6", "isc-2/7.2.2(2)m"),
        gaps.NO_FALSE_GAP: ("isc-2/7.2.3-A(1)b",),
        **beside(gaps.NO_VALUE_SENT_AS_READ),
    }
    needs = (
        CEMS,
        OPC,
        UPLINK,
        LOCAL,
        "acquisition.gap-record",
    )
    scenario = _world(System("opcua", ("cems",)))
    faults = (Calibrating(level="0", mode="zero"), Calibrating(level="20", mode="span"))


class TellsOldAndUncertainOpcUaValues(_Spoiled, Case):
    """A value with an old source time stamp is no new reading, and one of uncertain status is marked."""

    zh = "源时间戳陈旧的值不作为新读数，状态不确定的值有质量标记。"
    checks = {
        systems_judge.OLD_NOT_NEW: ("csmt/11.3c-6", "isc-2/7.2.2(2)m"),
        systems_judge.UNCERTAIN_MARKED: ("csmt/11.3c-6", "isc-2/7.2.2(2)m"),
        systems_judge.RESUMES: ("csmt/11.3c-6", "isc-2/7.2.2(2)m"),
    }
    needs = (OPC, LOCAL)
    scenario = _world(System("opcua", ("circuit",)))
    faults = (Stale(), BadStatus(status="UncertainLastUsableValue"), Stale())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from systems_judge.old_findings(history)


class RefusesForeignOpcUaServer(_Spoiled, Case):
    """A server that shows another certificate under the right names is not spoken to, and somebody is told."""

    zh = "出示他方证书的 OPC UA 服务器不被采信，不读取任何数据，并有告警。"
    checks = {
        systems_judge.RESUMES: ("csmt/11.3c-6", "isc-2/7.2.2(2)m"),
        **beside(systems_judge.NOTHING_READ, systems_judge.REFUSAL_TOLD, systems_judge.NONE_INVENTED),
    }
    needs = (OPC, LOCAL)
    scenario = _world(System("opcua", ("circuit",), {"security": "encrypt"}))
    faults = (ForeignCertificate(), ForeignCertificate())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from systems_judge.foreign_findings(history)


class TakesRowsByOdbc(_Spoiled, Case):
    """Rows of a database that is reached by ODBC become one reading each, also late, twice, locked and away."""

    zh = "经 ODBC 接入的数据库，每一行成为一条读数：不丢、不重，迟到、重复、锁定和离线均不例外。"
    checks = {
        systems_judge.ROWS_KEPT: ("csmt/11.3c-7",),
        systems_judge.LATE_ROWS_KEPT: ("csmt/11.3c-7",),
        systems_judge.VALUES_EXACT: ("csmt/11.3c-7",),
        systems_judge.ONCE_AND_NO_MORE: ("csmt/11.3c-7",),
        systems_judge.EMPTY_NO_NUMBER: ("csmt/11.3c-7",),
    }
    needs = ("source.odbc", LOCAL)
    rigs = Rig.VIRTUAL | Rig.PROCESS | Rig.LOOPBACK
    scenario = _world(System("sql", ("energy-system", "production-system"), {"odbc": True}))
    spoilt_s = 240.0
    before_s = 610.0
    faults = (Delayed(after_s=150), Duplicate(after_s=90), Locked(), Sentinel(), Withheld(), Silent())

    @classmethod
    def lacks(cls) -> str:
        return missing_driver("sqlite")

    def judge(self, history: History) -> Iterator[Finding]:
        yield from systems_judge.row_findings(history)


class TakesEachRowOnce(_Spoiled, Case):
    """Every row that the energy and production systems write becomes one reading, however late or often it comes."""

    zh = "能源系统、生产系统数据库的每一行成为一条读数：不丢、不重，迟到、重复、锁定和离线均不例外。"
    checks = {
        systems_judge.ROWS_KEPT: (
            "isc-2/7.2.2(2)l",
            "isc-2/6.2d",
            "isc-2/7.2.2(1)-2",
            "csmt/6.3b",
            "csmt/11.2b-1",
            "isc-2/5.1d",
        ),
        systems_judge.LATE_ROWS_KEPT: ("isc-2/7.2.2(2)l",),
        systems_judge.VALUES_EXACT: ("isc-2/7.2.2(2)l",),
        systems_judge.ONCE_AND_NO_MORE: ("isc-2/7.2.2(2)l",),
        systems_judge.EMPTY_NO_NUMBER: ("isc-2/7.2.2(2)l",),
        systems_judge.ENERGY_SYSTEM_TAKEN: ("csmt/11.3c-3",),
        systems_judge.PRODUCTION_SYSTEM_TAKEN: ("csmt/11.3c-2",),
    }
    needs = (SQL, LOCAL)
    rigs = Rig.VIRTUAL | Rig.PROCESS | Rig.LOOPBACK
    scenario = _world(System("sql", ("energy-system", "production-system")))
    faults = (
        Delayed(after_s=300),
        Duplicate(after_s=90),
        CommittedLate(after_s=45),
        Locked(),
        Sentinel(),
        Omitted(points=("energy-system.power",)),
        Withheld(),
        Silent(),
    )

    def judge(self, history: History) -> Iterator[Finding]:
        yield from systems_judge.row_findings(history, systems=True)


class OutlastsRowsOfHighestNumber(_Spoiled, Case):
    """Rows that follow some with the highest number there is, at their old numbers, still become one reading each."""

    zh = "出现编号最大的数据行后，按原编号继续写入的每一行仍成为一条读数。"
    checks = beside(systems_judge.ROWS_KEPT, systems_judge.VALUES_EXACT)
    remark = Text(
        "no clause says how rows are told apart; one row of a plant's program is to end nothing all the same",
        "没有条文规定如何区分数据行，但工厂程序的一行数据不应使采集终止",
    )
    needs = (SQL, LOCAL)
    rigs = Rig.VIRTUAL | Rig.PROCESS | Rig.LOOPBACK
    scenario = _world(System("sql", ("energy-system",)))
    before_s = spoilt_s = 610.0
    faults = (Misnumbered(),)

    def judge(self, history: History) -> Iterator[Finding]:
        for found in systems_judge.row_findings(history, needed=40):
            if found.id in {each.id for each in self.checks}:
                yield found


class _OfServer(_Spoiled):
    """What cases share that read rows from a real server, in minutes of real time."""

    rigs = Rig.PROCESS | Rig.LOOPBACK | Rig.LAB
    proof = Rig.PROCESS
    before_s = 12.0
    spoilt_s = 8.0
    servers: tuple[str, ...]
    systems = True
    faults = (Delayed(after_s=12), Duplicate(after_s=6), Locked(), Sentinel(), Withheld(), Silent())

    @classmethod
    def lacks(cls) -> str:
        return "; ".join(filter(None, map(missing_server, cls.servers)))

    async def drive(self, bench: Bench) -> None:
        # What a terminal may take to start, on a machine that is busy.
        await bench.clock.sleep(10)
        await super().drive(bench)

    async def settle(self, bench: Bench) -> None:
        SETTLE.put(bench)
        due = bench.clock.now_us()
        # A machine that is busy may take its time: the end is looked for, not reckoned.
        for _ in range(round(_PATIENCE_S / _LOOK_S)):
            await bench.clock.sleep(_LOOK_S)
            now = bench.clock.now_us()
            shown = [await bench.operator.readings(point, due, now) for point in points(bench)]
            if all(shown):
                break
        await bench.clock.sleep(_SETTLED_S)
        WATCHED.put(bench)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from systems_judge.row_findings(history, needed=40, late_us=10 * SECOND, systems=self.systems)


def _rows_of(*behind: System) -> Scenario:
    return Scenario(circuits=0, behind=behind, centres=("A",), period_s=4, kinds=())


_ROWS_OF_SERVERS = {
    systems_judge.ROWS_KEPT: ("isc-2/7.2.2(2)l",),
    systems_judge.LATE_ROWS_KEPT: ("isc-2/7.2.2(2)l",),
    systems_judge.VALUES_EXACT: ("isc-2/7.2.2(2)l",),
    systems_judge.ONCE_AND_NO_MORE: ("isc-2/7.2.2(2)l",),
    systems_judge.EMPTY_NO_NUMBER: ("isc-2/7.2.2(2)l",),
    systems_judge.ENERGY_SYSTEM_TAKEN: ("csmt/11.3c-3",),
    systems_judge.PRODUCTION_SYSTEM_TAKEN: ("csmt/11.3c-2",),
}


class TakesRowsFromPostgresql(_OfServer, Case):
    """Rows of a PostgreSQL server become one reading each, also late, twice, locked, refused and after its restart."""

    zh = "PostgreSQL 数据库的每一行成为一条读数：迟到、重复、锁定、拒绝访问和服务器重启均不例外。"
    checks = _ROWS_OF_SERVERS
    needs = (SQL, "source.postgresql", LOCAL)
    servers = ("postgresql",)
    scenario = _rows_of(System("sql", ("energy-system", "production-system"), {"rows_s": 4, "sql": "postgresql"}))


class TakesRowsFromMariadb(_OfServer, Case):
    """Rows of a MariaDB server become one reading each, also late, twice, locked, refused and after its restart."""

    zh = "MariaDB 数据库的每一行成为一条读数：迟到、重复、锁定、拒绝访问和服务器重启均不例外。"
    checks = _ROWS_OF_SERVERS
    needs = (SQL, "source.mariadb", LOCAL)
    servers = ("mariadb",)
    scenario = _rows_of(System("sql", ("energy-system", "production-system"), {"rows_s": 4, "sql": "mariadb"}))


class TakesRowsOfServersByOdbc(_OfServer, Case):
    """Rows of a PostgreSQL and a MariaDB server that are reached by ODBC become one reading each, whatever happens."""

    zh = "经 ODBC 接入的 PostgreSQL 和 MariaDB 数据库，每一行成为一条读数：迟到、重复、锁定、拒绝访问和重启均不例外。"
    checks = {
        systems_judge.ROWS_KEPT: ("csmt/11.3c-7",),
        systems_judge.LATE_ROWS_KEPT: ("csmt/11.3c-7",),
        systems_judge.VALUES_EXACT: ("csmt/11.3c-7",),
        systems_judge.ONCE_AND_NO_MORE: ("csmt/11.3c-7",),
        systems_judge.EMPTY_NO_NUMBER: ("csmt/11.3c-7",),
    }
    needs = ("source.odbc", "source.postgresql", "source.mariadb", LOCAL)
    servers = ("postgresql", "mariadb")
    systems = False
    scenario = _rows_of(
        System("sql", ("energy-system",), {"odbc": True, "rows_s": 4, "sql": "postgresql"}),
        System("sql", ("production-system",), {"odbc": True, "rows_s": 4, "sql": "mariadb"}),
    )

    @classmethod
    def lacks(cls) -> str:
        drivers = (missing_driver("postgresql"), missing_driver("mysql"))
        return "; ".join(filter(None, (super().lacks(), *drivers)))
