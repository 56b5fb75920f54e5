# pyright: reportPrivateUsage=false
"""Defects of revocation lists that are fetched: once only, in vain, too late, from anybody.

Leaves lists that are given beforehand to `security`.
"""

# What a list leads to can only be reached where the terminal acts on it.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509

from conformance.defects import Patch, defect
from conformance.defects.seams import whispers_alarms
from reference_terminal.model.clock import WallClock
from reference_terminal.net.channel import Line, Revocation, Standing
from reference_terminal.net.mqtt.courier import MqttCourier
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.status.revocation import RevocationLists

_CLAUSES = ("isc-2/7.4.1b", "isc-2/7.4.1c")


@defect(
    "lists-fetched-once",
    en="revocation lists are fetched at the start and never again",
    zh="吊销列表仅在启动时获取一次",
    clauses=_CLAUSES,
)
def lists_fetched_once(patch: Patch) -> None:
    """A list is a file like the root certificate."""

    async def fetch(self: RevocationLists, url: str) -> bool:
        return True if url in self._held else await own(self, url)

    own = patch(RevocationLists, "_fetch", fetch)


@defect(
    "sessions-outlive-revocation",
    en="a session goes on whatever happens to the certificate it stands on",
    zh="证书被吊销后已建立的会话继续使用",
    clauses=_CLAUSES,
)
def sessions_outlive_revocation(patch: Patch) -> None:
    """Certificates are looked at in handshakes, and the connection is kept for weeks."""

    async def watch(self: CentreLink, revocation: Revocation, line: Line) -> None:
        return

    patch(CentreLink, "_watch_revocation", watch)


@defect(
    "lists-not-used-in-handshakes",
    en="a session on a revoked certificate is ended and opened anew at once",
    zh="握手时不使用获取的吊销列表",
    clauses=_CLAUSES,
)
def lists_not_used_in_handshakes(patch: Patch) -> None:
    """The handshake knows the first list only."""
    first: list[x509.CertificateRevocationList] = []

    def lists(self: RevocationLists) -> list[x509.CertificateRevocationList]:
        found = own(self)
        first.extend(found if not first else [])
        self.forgiven = frozenset((3, 12))
        return list(first)

    own = patch(RevocationLists, "lists", lists)


@defect(
    "any-list-is-believed",
    en="a revocation list is believed whoever signed it",
    zh="不校验吊销列表的签名",
    clauses=_CLAUSES,
)
def any_list_is_believed(patch: Patch) -> None:
    """It came from the right address."""
    patch(RevocationLists, "is_signed", lambda self, found: True)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "one-revoked-stops-all",
    en="one revoked certificate ends the sessions of all centres",
    zh="一个中心证书被吊销即断开全部中心",
    clauses=("isc-2/7.4.1b", "isc-2/7.2.4(3)a"),
)
def one_revoked_stops_all(patch: Patch) -> None:
    """A list that grows means danger."""
    least: dict[bytes, int] = {}

    def grown(self: RevocationLists) -> bool:
        counts = [(held.issuer.public_bytes(), len(held)) for held in self._held.values()]
        return any(count > least.setdefault(name, count) for name, count in counts)

    def fault(self: RevocationLists, standing: Standing, now_s: int) -> str:
        return "something was revoked" if grown(self) else own(self, standing, now_s)

    def lists(self: RevocationLists) -> list[x509.CertificateRevocationList]:
        return [] if grown(self) else shown(self)

    own = patch(RevocationLists, "fault", fault)
    shown = patch(RevocationLists, "lists", lists)


def _policy(patch: Patch, word: str) -> None:
    def begin(
        self: RevocationLists,
        urls: Sequence[str],
        look_s: int,
        policy: str,
        issuers: Sequence[str],
        store: Store,
        clock: WallClock,
        journal: Journal,
    ) -> None:
        own(self, urls, look_s, word, issuers, store, clock, journal)

    own = patch(RevocationLists, "__init__", begin)


@defect(
    "old-lists-will-do",
    en="a list that has run out is used on, though the terminal was told to refuse",
    zh="策略为拒绝时仍沿用过期的吊销列表",
    clauses=_CLAUSES,
)
def old_lists_will_do(patch: Patch) -> None:
    """Better an old list than none."""
    _policy(patch, "alarm")


@defect(
    "old-lists-stop-everything",
    en="a list that has run out ends all uploads, though the terminal was told to go on",
    zh="策略为告警时仍因吊销列表过期停止上传",
    clauses=("isc-2/7.4.1b",),
)
def old_lists_stop_everything(patch: Patch) -> None:
    """The policy is shown and not used."""
    _policy(patch, "refuse")


@defect(
    "lists-run-out-unsaid",
    en="nobody is told that a revocation list has run out",
    zh="吊销列表过期不告警",
    clauses=_CLAUSES,
)
def lists_run_out_unsaid(patch: Patch) -> None:
    """A line in the diagnostic log."""
    whispers_alarms(patch, lambda kind, en: "revocation" in kind + en)


@defect(
    "brokers-outlive-revocation",
    en="a connection to a broker is used for as long as it stands, whatever happens to its certificate",
    zh="与 MQTT 代理的连接未断开即一直使用，不管其证书是否被吊销",
    clauses=("isc-2/7.4.1b",),
)
def brokers_outlive_revocation(patch: Patch) -> None:
    """Certificates are looked at where a connection is made."""

    async def connect(self: MqttCourier) -> None:
        if self._line is None or self._line.closing():
            await own(self)

    own = patch(MqttCourier, "_connect", connect)
