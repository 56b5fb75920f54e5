"""The local interface to delivery and evidence: centres, upload windows, sending by hand, fingerprints compared.

Leaves HTTP to `server`, addresses to `router` and what the orders do to uplink and storage. Every order names its
author and is in the event log before it is confirmed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Protocol

from reference_terminal.crypto.certificates import CertificateError
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Message
from reference_terminal.model.rows import Pending
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY_S, STANDARD_SPANS, Span, iso, span_named, span_of
from reference_terminal.net.channel import ChannelRefused
from reference_terminal.net.http import HttpFailed
from reference_terminal.processing.pipeline import Pipeline
from reference_terminal.settings.centre_parameters import CentreSettings
from reference_terminal.settings.centres import day_times_s
from reference_terminal.settings.config import Config
from reference_terminal.storage.fingerprint_signer import Finding, FingerprintSigner
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.outbox import Outbox
from reference_terminal.storage.store import Store
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.platforms.deposit import DepositLink
from reference_terminal.uplink.platforms.energy import EnergyLink
from reference_terminal.uplink.platforms.link import PlatformLink, Refused
from reference_terminal.uplink.window import DailyWindow
from reference_terminal.web import messages, refusals
from reference_terminal.web.parameters import FOREVER_S, instant, shown
from reference_terminal.web.router import Addresses, Right, route

_MOST_PERIODS = 100_000
_MOST_TEXT = 500
_PERIODS_AT_ONCE = 20


class Needs(Protocol):
    """What these addresses use of a terminal."""

    config: Config
    clock: WallClock
    store: Store
    journal: Journal
    pipeline: Pipeline
    links: dict[str, CentreLink | PlatformLink]
    outboxes: dict[str, Outbox]
    windows: dict[str, DailyWindow]
    settings: dict[str, CentreSettings]
    signer: FingerprintSigner | None


class DeliveryApi(Addresses):
    """Centres and their orders."""

    def __init__(self, terminal: Needs) -> None:
        self._terminal = terminal

    def _check(self, fields: dict[str, str]) -> None:
        """Raise HttpError for a centre that there is not, and for an author or reason that says nothing."""
        if fields["centre"] not in self._terminal.outboxes:
            known = ", ".join(self._terminal.outboxes) or "none"
            raise refusals.NO_CENTRE_OF(got=shown(fields["centre"]), known=known)
        for key in ("author", "reason"):
            text = fields.get(key, "x").strip()
            if not text or len(text) > _MOST_TEXT or not text.isprintable():
                raise refusals.NOT_PRINTABLE(key=key, most=_MOST_TEXT)

    # Reading

    @route("GET", "centres", right=Right.STATE)
    def centres(self, query: dict[str, str]) -> Any:
        """Per centre: protocol, channel and what its last handshake agreed, schedule, window, registration."""
        del query
        terminal = self._terminal
        now_s = terminal.clock.now_s()
        answer: list[dict[str, Any]] = []
        for centre in terminal.config.centres:
            link, window = terminal.links[centre.id], terminal.windows.get(centre.id)
            registration = link.registration if isinstance(link, EnergyLink) else None
            answer.append(
                {
                    "centre": centre.id,
                    "protocol": centre.protocol,
                    "channel": centre.channel.kind,
                    "payload": centre.channel.payload,
                    "connected": link.connected,
                    "agreed": link.agreed,
                    "schedule": centre.schedule,
                    "upload_time": None if window is None else terminal.settings[centre.id].upload_time,
                    "window_open": window is None or window.is_open(now_s),
                    "device": None if registration is None else registration.deviceId,
                }
            )
        return {"centres": answer}

    @route("GET", "verify", right=Right.OPERATE, query=("class", "from", "to"))
    async def verify(self, query: dict[str, str]) -> Any:
        """Compare the stored records of a class (or of all fingerprinted ones) with the platform's deposits (R-35).

        `compared` counts records; `findings` names every record that is altered, missing, unknown or forged.
        """
        signer = self._terminal.signer
        if signer is None or not signer.spans:
            raise refusals.NO_FINGERPRINTS()
        wanted = [self._span(query["class"])] if "class" in query else [span_of(code) for code in signer.spans]
        now_s = self._terminal.clock.now_s()
        from_s, to_s = instant(query, "from", 0), min(instant(query, "to", FOREVER_S), now_s)
        platform = next((link for link in self._terminal.links.values() if isinstance(link, DepositLink)), None)
        compared = 0
        findings: list[Finding] = []
        for span in wanted:
            slices = (
                self._own(signer, span, from_s, to_s)
                if platform is None
                else self._deposited(signer, platform, span, from_s, to_s)
            )
            async for number, found in slices:
                compared += number
                findings += found
        self._tell(compared, findings)
        against = "own copies" if platform is None else f"deposits at {platform.config.id}"
        return {"compared": compared, "against": against, "findings": [self._finding(each) for each in findings]}

    async def _own(
        self, signer: FingerprintSigner, span: Span, from_s: int, to_s: int
    ) -> AsyncIterator[tuple[int, list[Finding]]]:
        """Without a platform the terminal's own signed copies are all there is."""
        for count, result in enumerate(signer.compare(span.code, from_s, to_s), 1):
            yield result
            if count % _PERIODS_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _deposited(
        self, signer: FingerprintSigner, platform: DepositLink, span: Span, from_s: int, to_s: int
    ) -> AsyncIterator[tuple[int, list[Finding]]]:
        """Point by point against what the platform has. Raises HttpError (503) if it does not answer."""
        terminal = self._terminal
        # Records beyond the age of deletion are not missing. Who names no begin means all there is.
        kept_s = terminal.clock.now_s() - terminal.config.storage.record_days * DAY_S
        begin_s = max(from_s or terminal.store.earliest_start_s(span.code), kept_s)
        for state in terminal.pipeline.every:
            try:
                deposits = await platform.deposits(span.code, state.number, begin_s, to_s)
            except (HttpFailed, Refused, OSError, TimeoutError, ChannelRefused, CertificateError) as error:
                raise refusals.PLATFORM_SILENT(platform=platform.config.id, problem=error) from None
            yield signer.compare_deposits(span.code, state.number, begin_s, to_s, deposits)

    def _tell(self, compared: int, findings: list[Finding]) -> None:
        journal, name = self._terminal.journal, self._terminal.config.name
        if findings:
            journal.raise_alarm(messages.RECORDS_ALTERED, name, altered=len(findings), count=compared)
        else:
            journal.event(messages.VERIFIED, name, count=compared)
        self._terminal.store.flush()

    def _finding(self, found: Finding) -> dict[str, Any]:
        state = self._terminal.pipeline.by_number.get(found.point)
        return {
            "what": found.what,
            "point": "" if state is None else state.config.id,
            "class": span_of(found.span).name,
            "start": iso(found.start_s),
            "revision": found.revision,
        }

    def _span(self, name: str) -> Span:
        span = span_named(name) if name.isascii() and len(name) <= 10 else None
        if span is None:
            known = ", ".join(span.name for span in STANDARD_SPANS)
            raise refusals.UNKNOWN_CLASS_OF(known=known, got=shown(name))
        return span

    # Orders

    @route("POST", "upload", right=Right.OPERATE, body=("centre", "author"))
    def upload(self, fields: dict[str, str]) -> Any:
        """Send now what waits for a centre, its window closed or not (CSMT 7.5)."""
        self._check(fields)
        centre = fields["centre"]
        window = self._terminal.windows.get(centre)
        self._order(messages.UPLOAD_ORDERED, centre, author=fields["author"])
        if window is None:
            self._terminal.outboxes[centre].wake()
        else:
            window.order()
        return {"ordered": fields, "pending": self._terminal.outboxes[centre].counts()["pending"]}

    @route("POST", "upload-time", right=Right.CONFIGURE, body=("centre", "time", "author"))
    def set_upload_time(self, fields: dict[str, str]) -> Any:
        """Set the time of day at which a centre's window opens; in force until another one is accepted (R-13)."""
        self._check(fields)
        centre, time = fields["centre"], fields["time"]
        if centre not in self._terminal.windows:
            raise refusals.NO_WINDOW(centre=centre)
        if day_times_s(time) is None:
            raise refusals.BAD_UPLOAD_TIME(got=shown(time))
        before = self._terminal.settings[centre].upload_time
        self._order(messages.UPLOAD_TIME_SET, centre, author=fields["author"], before=before, after=time)
        if not self._terminal.settings[centre].keep("upload_time", time):
            raise refusals.NOT_RECORDED()
        return {"recorded": fields}

    @route("POST", "backfill", right=Right.OPERATE, body=("centre", "class", "from", "to", "author", "reason"))
    def backfill(self, fields: dict[str, str]) -> Any:
        """Send stored periods with from ≤ start < to again, under their own keys (ISC-2 7.2.4(5))."""
        self._check(fields)
        centre, span = fields["centre"], self._span(fields["class"])
        if span not in self._terminal.settings[centre].spans():
            raise refusals.CLASS_NOT_SENT(centre=centre, name=span.name)
        from_s, to_s = instant(fields, "from", 0), instant(fields, "to", FOREVER_S)
        store, outbox = self._terminal.store, self._terminal.outboxes[centre]
        items = [
            Pending(centre, span.code, start_s, span.end(start_s))
            for start_s in store.periods(span.code, from_s, to_s - 1)
        ]
        if len(items) > _MOST_PERIODS:
            raise refusals.TOO_MANY_PERIODS(count=len(items))

        def gather() -> None:
            store.enqueue(items, again=True)
            self._order(
                messages.BACKFILL_ORDERED,
                centre,
                author=fields["author"],
                count=len(items),
                span=span.name,
                first=iso(from_s),
                last=iso(to_s),
                reason=fields["reason"],
            )

        if not store.attempt(gather):
            raise refusals.NOT_RECORDED()
        for item in items:
            outbox.revised(item)
        window = self._terminal.windows.get(centre)
        if window is not None:
            window.order()
        return {"ordered": fields, "periods": len(items)}

    @seam
    def _order(self, message: Message, centre: str, /, **fields: object) -> None:
        self._terminal.journal.event(message, centre, **fields)
