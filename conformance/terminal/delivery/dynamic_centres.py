"""Centres added and removed while the terminal runs (ISC-2 7.2.4(3); CSMT 7.3; R-27)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Evidence, Finding, beside, criterion
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Configuration, Scenario
from conformance.common import delivery, frames, secrecy
from conformance.common.actions import reconciled
from conformance.common.phases import JOINED, LEFT, OfCentre
from conformance.terminal import HJ212, LIVE, MODBUS, MUTUAL_TLS, PLATFORM, read_out
from conformance.terminal.delivery import dynamic_centres_judge, windows_judge
from conformance.terminal.security.channels import CAPTURING

FAMILY = "centreset"

CHANGE_TAKEN = criterion(
    "{0}-taken", en="the terminal takes its operator's orders", zh="终端接受操作员指令", unit="orders"
)
CHANGE_LOGGED = criterion(
    "{0}-logged",
    en="the change of the set of centres is in the log, with its author",
    zh="中心增删连同操作人记入日志",
    unit="entries",
)


_AUTHOR = "inspector Zhou"
_BY_FRAMES = Evidence(HJ212, "identity-pw", "identity-st", "qn-names-one-message")
"""What is in HJ 212 alone."""


def _orders(history: History, adds: int) -> Iterator[Finding]:
    """Every order was taken, and is in the log with its author."""
    for what, needed in (("centre-add", adds), ("centre-remove", 1)):
        yield windows_judge.accepted_finding(history, what, needed, CHANGE_TAKEN.of(what))
        yield windows_judge.audit_finding(history, CHANGE_LOGGED.of(what), what, ("author",))


class AddsAndRemovesCentresWhileRunning(Case):
    """A centre added at the terminal is served, one removed left alone, the queue of a dead third stays whole."""

    zh = "运行中新增的中心随即得到上传，删除的中心不再连接，不可达的第三中心积压完整。"
    checks = {
        CHANGE_TAKEN.of("centre-add"): ("isc-2/7.2.4(3)c", "csmt/7.3c"),
        CHANGE_TAKEN.of("centre-remove"): ("isc-2/7.2.4(3)c", "csmt/7.3c"),
        dynamic_centres_judge.JOINED_IS_SERVED.of("c").sometimes(): ("isc-2/7.2.4(3)c", "csmt/7.3c"),
        dynamic_centres_judge.OWN_SCHEDULE.of("c").sometimes(): ("isc-2/7.2.4(3)c", "csmt/7.3c"),
        dynamic_centres_judge.LEFT_ALONE.of("b").sometimes(): ("isc-2/7.2.4(3)c", "csmt/7.3c"),
        frames.IDENTITY_MN: ("isc-2/7.2.4(3)c", "csmt/7.3c", "isc-2/7.2.4k"),
        frames.IDENTITY_PW: ("isc-2/7.2.4(3)c", "csmt/7.3c", "isc-2/7.2.4k"),
        frames.IDENTITY_ST: ("isc-2/7.2.4(3)c", "csmt/7.3c", "isc-2/7.2.4k"),
        frames.QN_NAMES_ONE_MESSAGE: ("isc-2/7.2.4k",),
        delivery.NONE_LOST: ("isc-2/7.2.4(3)a", "csmt/7.3a"),
        **beside(
            CHANGE_LOGGED.of("centre-add"),
            CHANGE_LOGGED.of("centre-remove"),
            delivery.ALL_ACKNOWLEDGED,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
        ),
    }
    needs = (MODBUS, LIVE, read_out("centre-*-logged"), "centres.three", "centres.local-configuration", _BY_FRAMES)
    scenario = Scenario(
        circuits=2,
        points=2,
        minute_interval=1,
        kinds=("minute",),
        centres=("A", "B", "C"),
        centre_options=(("C", {"minute_interval": 5}),),
        configuration=Configuration(later=("C",)),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=20, seconds=20)
        async with bench.links["uplink.A"].cut():
            await bench.clock.sleep(minutes=10)
            await bench.operator.add_centre("C", _AUTHOR)
            JOINED.put(bench, OfCentre(centre="C"))
            await bench.clock.sleep(minutes=20)
            await bench.operator.remove_centre("B", _AUTHOR)
            LEFT.put(bench, OfCentre(centre="B"))
            await bench.clock.sleep(minutes=10)
            await bench.power.off(60)
            await bench.clock.sleep(minutes=10)
        await bench.clock.sleep(minutes=30)
        await bench.operator.log(start)
        await bench.centres.settle(minutes=10)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from _orders(history, adds=1)
        yield from dynamic_centres_judge.findings(history, ledgers)
        yield from frames.identity_findings(history, ("A", "C"), needed=8)
        yield from delivery.findings(dynamic_centres_judge.owed(history, ledgers))


class AddsSecuredCentresWhileRunning(Case):
    """Centres added over mutual TLS and HTTPS are served with credentials of their own, kept secret, and removed."""

    zh = "运行中新增双向 TLS 中心和 HTTPS 平台：各用自己的证书上传，密钥加密保存，删除后不再连接。"
    checks = {
        CHANGE_TAKEN.of("centre-add"): ("isc-2/7.2.4(3)c", "csmt/7.3c"),
        CHANGE_TAKEN.of("centre-remove"): ("isc-2/7.2.4(3)c", "csmt/7.3c"),
        dynamic_centres_judge.JOINED_IS_SERVED.of("c").sometimes(): ("isc-2/7.2.4(3)c", "csmt/7.3c"),
        dynamic_centres_judge.OWN_SCHEDULE.of("c").sometimes(): ("isc-2/7.2.4(3)c", "csmt/7.3c"),
        dynamic_centres_judge.JOINED_IS_SERVED.of("n").sometimes(): ("isc-2/7.2.4(3)c", "csmt/7.3c"),
        dynamic_centres_judge.OWN_SCHEDULE.of("n").sometimes(): ("isc-2/7.2.4(3)c", "csmt/7.3c"),
        dynamic_centres_judge.LEFT_ALONE.of("c").sometimes(): ("isc-2/7.2.4(3)c", "csmt/7.3c"),
        secrecy.OWN_CERTIFICATE: ("isc-2/7.4.1b",),
        secrecy.REFUSED.of("look-alike"): ("isc-2/7.4.1b",),
        secrecy.NOTHING_READABLE: ("csmt/7.4f", "isc-2/7.4.2.1[2]b"),
        secrecy.NO_SECRET_IN_STORAGE: ("isc-2/7.4.1.4(2)a", "isc-2/7.4.1.4(2)b"),
        frames.IDENTITY_MN: ("isc-2/7.2.4(3)c", "csmt/7.3c", "isc-2/7.2.4k"),
        frames.IDENTITY_PW: ("isc-2/7.2.4(3)c", "csmt/7.3c", "isc-2/7.2.4k"),
        frames.IDENTITY_ST: ("isc-2/7.2.4(3)c", "csmt/7.3c", "isc-2/7.2.4k"),
        frames.QN_NAMES_ONE_MESSAGE: ("isc-2/7.2.4k",),
        **beside(
            CHANGE_LOGGED.of("centre-add"),
            CHANGE_LOGGED.of("centre-remove"),
            secrecy.NOTHING_WEAK_OFFERED,
            secrecy.NO_SECRET_SHOWN,
            *delivery.ARRIVAL,
        ),
    }
    needs = (
        MODBUS,
        LIVE,
        read_out("centre-*-logged"),
        MUTUAL_TLS,
        PLATFORM,
        "centres.three",
        "centres.local-configuration",
        _BY_FRAMES,
    )
    scenario = Scenario(
        start="2026-03-01T22:35:00+08:00",
        circuits=1,
        points=2,
        kinds=("minute",),
        centres=("A", "C", "N"),
        centre_options=(
            ("A", {"channel": "mtls"}),
            ("C", {"channel": "mtls", "minute_interval": 5}),
            ("N", {"kind": "https", "channel": "tls", "upload_time": "00:17:00"}),
        ),
        configuration=Configuration(later=("C", "N")),
    )
    rigs = CAPTURING
    capture = True

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=12, seconds=20)
        for name in ("C", "N"):
            await bench.operator.add_centre(name, _AUTHOR)
            JOINED.put(bench, OfCentre(centre=name))
        await bench.clock.sleep(minutes=12)
        bench.centres["C"].behave(certificate="look-alike")
        bench.centres["C"].disconnect(abort=True)
        await bench.clock.sleep(minutes=6)
        bench.centres["C"].behave(certificate="good")
        await bench.clock.sleep(minutes=6)
        await bench.power.off(60)
        # What ends after midnight is due in the platform's window of the next day.
        await bench.clock.until("00:00:00")
        await bench.centres.settle(minutes=40)
        await bench.terminal.search()
        await bench.operator.remove_centre("C", _AUTHOR)
        LEFT.put(bench, OfCentre(centre="C"))
        await bench.clock.sleep(minutes=15)
        await bench.operator.log(start)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from _orders(history, adds=2)
        yield from dynamic_centres_judge.findings(history, ledgers)
        yield from secrecy.identity_findings(history, "C")
        yield from secrecy.refusal_findings(history, "C", ("look-alike",))
        yield from secrecy.unreadable_findings(history, ("A", "C", "N"))
        yield from secrecy.rest_findings(history)
        yield from frames.identity_findings(history, ("A", "C"), needed=4)
        yield from delivery.findings(dynamic_centres_judge.owed(history, ledgers))
