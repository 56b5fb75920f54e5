"""Packets protected above the channel: HJ 212 in the clear with a signed and enciphered payload (R-32).

Leaves channels and their certificates to `security.channels`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import clock_steps, delivery, secrecy
from conformance.common.actions import delivered
from conformance.terminal import HJ212, MODBUS, PAYLOAD
from conformance.terminal.hj212 import protection_judge
from conformance.terminal.hj212.protection_judge import FORGED, GENUINE, REPLAY
from conformance.terminal.security.channels import CAPTURING
from simulators.centres.hj212.payload import Spoil

FORGERIES: tuple[Spoil, ...] = tuple(spoil for spoil in get_args(Spoil) if spoil != "sound")
_HOUR_US = 3_600_000_000


class ProtectsItsPackets(Case):
    """Over a channel in the clear every packet is signed and enciphered; forged and replayed ones have no effect."""

    zh = "明文信道上每个报文均签名加密；伪造、篡改和重放的报文不起作用。"
    checks = {
        secrecy.NOTHING_READABLE: ("csmt/12.3.2e", "isc-2/4.1h", "isc-2/7.4.2.1[2]b"),
        protection_judge.PACKETS_PROTECTED: (
            "csmt/7.4a",
            "csmt/7.4b",
            "csmt/12.3.2e",
            "csmt/12.3.2f",
            "isc-2/7.4.2.1[2]b",
        ),
        protection_judge.NONCES_NEVER_TWICE: ("isc-2/4.1h", "isc-2/7.4.2.1[2]b"),
        protection_judge.FORGED_NOT_BELIEVED.of("plain"): (
            "csmt/12.3.2f",
            "isc-2/4.1i",
            "isc-2/7.4.2.1[2]c",
            "cpcif/8.3a-2",
        ),
        protection_judge.FORGED_NOT_BELIEVED.of("altered"): (
            "csmt/12.3.2f",
            "isc-2/4.1i",
            "isc-2/7.4.2.1[2]c",
            "cpcif/8.3a-2",
        ),
        protection_judge.FORGED_NOT_BELIEVED.of("wrong-tag"): (
            "csmt/12.3.2f",
            "isc-2/4.1i",
            "isc-2/7.4.2.1[2]c",
            "cpcif/8.3a-2",
        ),
        protection_judge.FORGED_NOT_BELIEVED.of("wrong-signature"): (
            "csmt/12.3.2f",
            "isc-2/4.1i",
            "isc-2/7.4.2.1[2]c",
            "cpcif/8.3a-2",
        ),
        protection_judge.FORGED_NOT_BELIEVED.of("foreign-signer"): (
            "csmt/12.3.2f",
            "isc-2/4.1i",
            "isc-2/7.4.2.1[2]c",
            "cpcif/8.3a-2",
        ),
        protection_judge.FORGED_NOT_BELIEVED.of("wrong-key"): (
            "csmt/12.3.2f",
            "isc-2/4.1i",
            "isc-2/7.4.2.1[2]c",
            "cpcif/8.3a-2",
        ),
        protection_judge.FORGED_COMMANDS_UNANSWERED: ("isc-2/4.1i", "isc-2/7.4.2.1[2]c", "cpcif/8.3a-2"),
        **beside(protection_judge.REPLAY_UNANSWERED, clock_steps.CLOCK_NOT_SET_BY_JUNK, *delivery.ARRIVAL),
    }
    needs = (MODBUS, HJ212, PAYLOAD, "clock.centre")
    scenario = Scenario(
        circuits=1,
        points=2,
        minute_interval=1,
        kinds=("minute",),
        centres=("A",),
        centre_options=(("A", {"payload": "sm4-sm2"}),),
        over_time_s=5,
    )
    rigs = CAPTURING
    capture = True

    async def drive(self, bench: Bench) -> None:
        centre = bench.centres["A"]
        await bench.clock.sleep(minutes=3, seconds=23)
        await centre.set_clock()
        await centre.read_clock()
        for forgery in FORGERIES:
            FORGED[forgery].put(bench)
            centre.behave(payload=forgery)
            await centre.set_clock(bench.clock.now_us() + _HOUR_US)
            await bench.clock.sleep(minutes=2)
            GENUINE.put(bench)
            centre.behave(payload="sound")
            await bench.clock.sleep(minutes=2)
            await centre.read_clock()
        await centre.set_clock()
        await bench.clock.sleep(minutes=10)
        await centre.read_clock()
        REPLAY.put(bench)
        centre.replay("1012")
        await bench.clock.sleep(seconds=30)
        await centre.read_clock()
        await bench.power.off(20)
        await bench.clock.sleep(minutes=2)
        REPLAY.put(bench)
        centre.replay("1012")
        await bench.clock.sleep(seconds=30)
        await centre.read_clock()
        await bench.clock.sleep(minutes=2)
        await bench.centres.settle(minutes=3)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from secrecy.unreadable_findings(history, ("A",))
        yield from protection_judge.protected_findings(history, "A")
        yield from protection_judge.forgery_findings(history, "A", FORGERIES)
        yield from protection_judge.command_findings(history, "A", FORGERIES)
        yield from clock_steps.untouched_findings(history, probes=len(FORGERIES) + 4)
        yield from delivered(history)
