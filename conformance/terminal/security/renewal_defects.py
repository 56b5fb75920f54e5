# pyright: reportPrivateUsage=false
"""Defects of renewing the terminal's own certificate: not possible, not in force, not kept, not looked at.

Leaves the certificates of centres to `security` and `revocation`.
"""

from __future__ import annotations

from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.seams import hides_events, leaves_standing, whispers_alarms
from reference_terminal.assembly import Terminal
from reference_terminal.crypto import certificates
from reference_terminal.crypto.certificates import Identity
from reference_terminal.net.channel import Line
from reference_terminal.security import messages
from reference_terminal.settings.centres import CentreConfig
from reference_terminal.settings.overlay import Overlay
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.web.centre_orders import CentreOrders
from reference_terminal.web.errors import HttpError

_CLAUSES = ("isc-2/7.4.1b",)


@defect(
    "certificates-are-for-life",
    en="the certificate cannot be renewed at the terminal",
    zh="终端证书不能更换",
    clauses=_CLAUSES,
)
def certificates_are_for_life(patch: Patch) -> None:
    """Burnt in at the factory."""

    def refuse(self: CentreOrders, *words: Any) -> Any:
        raise HttpError(403, "not permitted", "无权限")

    patch(CentreOrders, "renew", refuse)


@defect(
    "any-certificate-is-taken",
    en="a new certificate is taken unseen",
    zh="更换证书时不作检查",
    clauses=_CLAUSES,
)
def any_certificate_is_taken(patch: Patch) -> None:
    """The centre will tell whether it is any good."""
    patch(Identity, "check", lambda self, now_s: None)  # pyright: ignore[reportUnknownLambdaType]

    def verify(what: str, certificates: str, anchors: str, now_s: int, revoked: str = "") -> None:
        return

    patch(certificates, "verify_chain", verify)


@defect(
    "renewed-keys-lie-open",
    en="the key of a renewed certificate is kept as it came, beside the sealed one",
    zh="更换证书时私钥明文留存于存储",
    clauses=("isc-2/7.4.1.4(2)a", "isc-2/7.4.1.4(2)b"),
)
def renewed_keys_lie_open(patch: Patch) -> None:
    """In case the renewal has to be tried again."""

    def renew(self: Overlay, name: str, certificate: str, key: str) -> None:
        self._store.keep_setting("certificates as they came", name, key)
        sound(self, name, certificate, key)

    sound = patch(Overlay, "renew", renew)


@defect(
    "renewal-waits-for-the-service",
    en="a new certificate is kept and comes into force with the next start",
    zh="新证书须重启后才生效",
    clauses=_CLAUSES,
)
def renewal_waits_for_the_service(patch: Patch) -> None:
    """Sessions are left alone for the sake of the data."""
    patch(Terminal, "restart_soon", lambda self: None)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "renewal-lost-with-the-power",
    en="after a power cut the terminal shows the old certificate again",
    zh="断电后恢复使用旧证书",
    clauses=_CLAUSES,
    # It counts the starts, which a program of its own does not remember.
    rigs=("virtual",),
)
def renewal_lost_with_the_power(patch: Patch) -> None:
    """The file of the factory is read at every start."""
    starts: list[str] = []

    def renewed(self: Overlay, centre: CentreConfig) -> CentreConfig:
        if centre.id == "A":
            starts.append(centre.id)
        # The second start puts the new certificate in force, the third follows the power cut.
        return centre if len(starts) > 2 else own(self, centre)

    own = patch(Overlay, "renewed", renewed)


@defect(
    "renewal-leaves-no-trace",
    en="the renewal of a certificate is not in the log",
    zh="更换证书不记日志",
    clauses=_CLAUSES,
)
def renewal_leaves_no_trace(patch: Patch) -> None:
    """The audit log knows settings of the measuring side only."""
    hides_events(patch, lambda kind, en: kind == "setting")


@defect(
    "sessions-outlive-certificates",
    en="a session goes on when a certificate that it stands on has ended",
    zh="会话期间证书到期后仍继续使用该会话",
    clauses=_CLAUSES,
)
def sessions_outlive_certificates(patch: Patch) -> None:
    """Dates are looked at in handshakes, and the connection is kept for weeks."""

    async def watch(self: CentreLink, until_s: int) -> None:
        return

    patch(CentreLink, "_watch_certificates", watch)


@defect(
    "ended-sessions-lose-what-waits",
    en="what waits for a centre is given up when the certificate of its session ends",
    zh="会话证书到期时丢弃该中心的待传数据",
    clauses=_CLAUSES,
)
def ended_sessions_lose_what_waits(patch: Patch) -> None:
    """Whoever lets his certificate end is gone, and so are his data."""
    ended: list[str] = []
    watch, session = CentreLink._watch_certificates, CentreLink._session

    async def watched(self: CentreLink, until_s: int) -> None:
        try:
            await watch(self, until_s)
        finally:
            ended.append(self.config.id)

    async def begun(self: CentreLink, line: Line) -> bool:
        if self.config.id in ended:
            self.outbox._store.write("DELETE FROM outbox WHERE centre=?", (self.config.id,))
            self.outbox._store.flush()
        return await session(self, line)

    patch(CentreLink, "_watch_certificates", watched)
    patch(CentreLink, "_session", begun)


@defect(
    "ends-of-certificates-untold",
    en="a centre that is no longer reached for the sake of a certificate raises no alarm",
    zh="因证书到期而无法连接时不告警",
    clauses=_CLAUSES,
)
def ends_of_certificates_untold(patch: Patch) -> None:
    """Everybody knows when his certificate ends."""
    whispers_alarms(patch, lambda kind, en: True)


@defect(
    "warning-of-ending-certificates-stays",
    en="the alarm that a certificate ends stands on after another one has taken its place",
    zh="更换证书后，证书将到期的告警一直不解除",
    clauses=_CLAUSES,
)
def warning_of_ending_certificates_stays(patch: Patch) -> None:
    """Somebody should see it."""
    leaves_standing(patch, messages.CERTIFICATE_ENDS)
