"""Certificates at energy platforms over HTTPS: the terminal's own at those that demand one, and the platforms' (R-34).

Leaves HJ 212 centres to `channels` and what platforms are sent to `delivery.platforms`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.history.marks import SETTLE
from bench.layout.scenario import Scenario
from conformance.common import delivery, secrecy
from conformance.common.actions import all_centres, delivered
from conformance.common.alarms_over import MENDED, Mended
from conformance.terminal import MODBUS, MUTUAL_TLS, PLATFORM
from conformance.terminal.security import platform_certificates_judge
from conformance.terminal.security.channels import BAD, CAPTURING, GOOD, LENIENT, SHOWN

FAMILY = "security"

_LEVELS = {"N": "national", "P": "provincial"}
_REGIONS = {"N": "100000", "P": "350000"}
_TIMES = {"N": "00:17:00", "P": "00:19:00"}


def _both(**more: str) -> Scenario:
    """A national and a provincial platform that demand the terminal's certificate, each with a code for it."""
    options: list[tuple[str, Mapping[str, object]]] = [
        (name, {"kind": "https", "channel": "mtls", "region": _REGIONS[name], "upload_time": _TIMES[name], **more})
        for name in _LEVELS
    ]
    return Scenario(
        start="2026-03-01T22:00:00+08:00",
        circuits=1,
        points=1,
        kinds=("minute",),
        centres=tuple(_LEVELS),
        centre_options=tuple(options),
    )


class ShowsItsCertificateToPlatforms(Case):
    """A national and a provincial platform that demand the unified certificate over HTTPS see it in every session."""

    zh = "国家平台和省级平台经 HTTPS 要求统一证书时，终端每次会话均出示自身的统一证书，数据完整送达。"
    checks = {
        platform_certificates_judge.UNIFIED_CERTIFICATE.of("national"): ("isc-2/7.4.1a", "isc-2/7.4.1c"),
        platform_certificates_judge.UNIFIED_CERTIFICATE.of("provincial"): ("isc-2/7.4.1d",),
        secrecy.UPLOADS_ENCRYPTED: ("isc-2/7.2.3-B(6)a",),
        **beside(secrecy.NOTHING_READABLE, *delivery.ARRIVAL),
    }
    needs = (MODBUS, PLATFORM, MUTUAL_TLS)
    scenario = _both()
    rigs = CAPTURING
    capture = True

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=2)
        # What ends from now on is due in the next day's window.
        SETTLE.put(bench)
        await bench.clock.sleep(minutes=30)
        for name in _LEVELS:
            bench.platforms[name].disconnect(abort=True)
        await bench.clock.sleep(minutes=60)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from platform_certificates_judge.unified_findings(history, _LEVELS)
        yield from secrecy.encrypted_findings(history, all_centres(history))
        yield from delivered(history)


class _WithoutGoodCertificate:
    """What cases share in which the terminal's own certificate for both platforms is of no use."""

    checks = {
        platform_certificates_judge.PLATFORM_GETS_NOTHING.of("national"): ("isc-2/7.4.1c",),
        platform_certificates_judge.PLATFORM_GETS_NOTHING.of("provincial"): ("isc-2/7.4.1d",),
    }
    needs = (MODBUS, PLATFORM, MUTUAL_TLS)
    rigs = CAPTURING
    capture = True
    lenient = False

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=70)
        if self.lenient:
            LENIENT.put(bench)
            for name in _LEVELS:
                # A platform that asks for no certificate would let the terminal in without one.
                bench.platforms[name].behave(clients="none")
        await bench.clock.sleep(minutes=110)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from platform_certificates_judge.silence_findings(history, _LEVELS)


class SendsPlatformsNothingWithExpiredCertificate(_WithoutGoodCertificate, Case):
    """Its own certificate expired, the terminal sends platforms nothing, even if they stop asking for it."""

    zh = "终端自身证书过期时，即使国家平台和省级平台不再要求证书，也不发送任何数据。"
    scenario = _both(client_certificate="expired")
    lenient = True


class SendsPlatformsNothingWithoutCertificate(_WithoutGoodCertificate, Case):
    """With no certificate of its own the terminal sends platforms nothing, even if they stop asking for it."""

    zh = "终端没有自身证书时，即使国家平台和省级平台不再要求证书，也不发送任何数据。"
    scenario = _both(client_certificate="missing")
    lenient = True


class SendsPlatformsNothingWithForeignCertificate(_WithoutGoodCertificate, Case):
    """Turned away for a certificate of a foreign authority, the terminal sends platforms nothing by another way."""

    zh = "终端证书由其他机构签发而被国家平台和省级平台拒绝时，不改走其他方式发送。"
    scenario = _both(client_certificate="unknown-issuer")


class SendsPlatformsNothingWithSelfSignedCertificate(_WithoutGoodCertificate, Case):
    """Turned away for a self-signed certificate, the terminal sends platforms nothing by another way."""

    zh = "终端证书为自签名而被国家平台和省级平台拒绝时，不改走其他方式发送。"
    scenario = _both(client_certificate="self-signed")


class SendsPlatformsNothingWithAnothersCertificate(_WithoutGoodCertificate, Case):
    """Turned away for a certificate made out to another, the terminal sends platforms nothing by another way."""

    zh = "终端证书属于其他主体而被国家平台和省级平台拒绝时，不改走其他方式发送。"
    scenario = _both(client_certificate="wrong-host")


class SendsPlatformsNothingWithRevokedCertificate(_WithoutGoodCertificate, Case):
    """Turned away for a revoked certificate, the terminal sends platforms nothing by another way."""

    zh = "终端证书已被吊销而被国家平台和省级平台拒绝时，不改走其他方式发送。"
    scenario = _both(client_certificate="revoked")


class RefusesBadCertificatesOfPlatform(Case):
    """A platform with a bad certificate gets no request, at first or with data waiting; with the good one, all."""

    zh = "HTTPS 平台证书异常时（首次连接和有数据待传时）不发送任何请求；恢复正常证书后数据补齐。"
    checks = {
        **{secrecy.REFUSED.of(choice): ("isc-2/7.4.1b", "isc-2/7.2.3-B(6)a") for choice in BAD},
        secrecy.UPLOADS_ENCRYPTED: ("isc-2/7.2.3-B(6)a", "isc-2/4.1h"),
        **beside(secrecy.NOTHING_READABLE, *delivery.ARRIVAL),
    }
    needs = (MODBUS, PLATFORM)
    scenario = Scenario(
        start="2026-03-01T22:00:00+08:00",
        circuits=1,
        points=1,
        kinds=("minute",),
        centres=("N",),
        centre_options=(
            ("N", {"kind": "https", "channel": "tls", "certificate": "self-signed", "upload_time": "00:17:00"}),
        ),
    )
    rigs = CAPTURING
    capture = True

    async def drive(self, bench: Bench) -> None:
        platform = bench.platforms["N"]
        await bench.clock.sleep(minutes=5)
        platform.behave(certificate="good")
        await bench.clock.sleep(minutes=115)
        SETTLE.put(bench)
        # The window opens at 00:17; what is due then meets one bad certificate after the other.
        await bench.clock.sleep(minutes=16)
        for choice in BAD:
            SHOWN[choice].put(bench)
            # Nothing is acknowledged, so that something is due until the end.
            platform.behave(certificate=choice, ack="negative")
            platform.disconnect(abort=True)
            await bench.clock.sleep(minutes=4)
        SHOWN[GOOD].put(bench)
        platform.behave(certificate="good", ack="always")
        MENDED.put(bench, Mended(names="N"))
        await bench.clock.sleep(minutes=30)
        await bench.operator.alarms()

    def judge(self, history: History) -> Iterator[Finding]:
        yield from secrecy.refusal_findings(history, "N", BAD)
        yield from secrecy.encrypted_findings(history, ("N",))
        yield from delivered(history)
