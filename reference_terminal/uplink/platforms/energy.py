"""The link to an energy platform over HTTPS and JSON: registration, versions, configuration, data in daily windows.

Leaves HTTP to `http`, entries to `entries` and the queue to `storage.outbox`. One link knows nothing of the others.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import msgspec

from reference_terminal.model import json_text
from reference_terminal.model.rows import Pending
from reference_terminal.model.seams import seam
from reference_terminal.net.http import HttpFailed
from reference_terminal.settings.centres import day_time_s
from reference_terminal.uplink import messages, reasons
from reference_terminal.uplink.platforms.entries import STAT_TYPES, Terms, entries
from reference_terminal.uplink.platforms.link import LinkContext, PlatformLink, Refused

MOST_ENTRIES = 500
PERIODS_AT_ONCE = 200
REGISTER = "/enterprise/register"
_ASK_VERSIONS_AFTER = 3
_REGISTER_AGAIN = "2"


class Registration(msgspec.Struct, kw_only=True):
    """What a platform answered at registration, and what was learned since; kept across restarts."""

    deviceId: str
    centerDataURL: str
    uploadTime: str = ""
    loadDicVersionURL: str = ""
    centerInfoURL: str = ""
    centerInfoDownloadURL: str = ""
    secretKey: str = ""
    reg_version: str = ""
    dic_version: str = ""
    valid_means_valid: bool = True
    wanted: list[tuple[str, int]] = []


class EnergyLink(PlatformLink):
    """One energy platform."""

    def __init__(self, context: LinkContext) -> None:
        super().__init__(context)
        self.registration = self._kept(context.settings.secret("registration"))
        self._configured = self.registration is not None
        self._check_versions = True
        self._most = PERIODS_AT_ONCE

    def window_opened(self) -> None:
        """The window opens: versions are asked for before anything is uploaded."""
        self._check_versions = True
        self._failures = 0

    def _kept(self, text: str) -> Registration | None:
        with contextlib.suppress(json_text.NoJson):
            return json_text.read_as(text, Registration) if text else None
        return None

    async def work_on(self) -> None:
        """Register, configure, look at the versions, upload what may go."""
        if self.registration is None:
            await self.attempt(self.register)
        elif not self._configured:
            await self.attempt(self.configure)
        elif self._check_versions and self.outbox.is_open():
            await self.attempt(self.check_versions, mends=False)
        elif items := self.outbox.batch(self._most):
            await self._deliver(items)
        else:
            self._http.close()
            await self.wait(self.outbox.is_open() and self.outbox.any_waiting())

    def failed(self, error: Exception) -> None:
        """A device the platform does not know registers again; a body it refuses is made smaller."""
        if not isinstance(error, Refused):
            return
        self._most = max(1, self._most // 2)
        if error.code == _REGISTER_AGAIN:
            self.registration = None
        elif self._failures % _ASK_VERSIONS_AFTER == 0:
            self._check_versions = True

    # Registration

    async def register(self) -> None:
        """Register, or register again: whatever the platform answers now replaces what it answered before."""
        given = self.config.platform
        answer = await self.ask(
            self.home(REGISTER),
            {"region": given.region, "enterpriseCode": given.enterprise, "terminalCode": self.config.mn},
        )
        try:
            made = msgspec.convert(answer, Registration)
            for url in (made.centerDataURL, made.loadDicVersionURL, made.centerInfoURL, made.centerInfoDownloadURL):
                if url or url is made.centerDataURL:
                    self.place(url)
            if made.secretKey and len(bytes.fromhex(made.secretKey)) != 16:
                raise ValueError("secretKey has not 32 hexadecimal digits")
            if made.uploadTime and day_time_s(made.uploadTime) is None:
                raise ValueError(f"uploadTime {made.uploadTime!r} is no time of day")
        except (msgspec.ValidationError, ValueError) as error:
            raise HttpFailed(reasons.REGISTRATION_UNUSABLE(error=error)) from None
        self.registration = made
        self._configured = False
        self._check_versions = True
        self._keep()
        if made.uploadTime and made.uploadTime != self.settings.upload_time:
            self.settings.keep("upload_time", made.uploadTime)
        self._journal.event(messages.REGISTERED, self.config.id, device=made.deviceId, time=self.settings.upload_time)
        self._store.flush()

    def _keep(self) -> None:
        if self.registration is not None:
            self.settings.keep_registration(msgspec.json.encode(self.registration).decode())

    async def check_versions(self) -> None:
        """Register again or download the configuration where the platform's version has changed."""
        known = self.registration
        assert known is not None
        if known.loadDicVersionURL:
            answer = await self.ask(self.place(known.loadDicVersionURL), {"deviceId": known.deviceId})
            registered, dictionary = str(answer.get("regVersion", "")), str(answer.get("dicVersion", ""))
            if known.reg_version and registered != known.reg_version:
                self.registration = None
                await self.register()
                if self.registration is not None:
                    self.registration.reg_version = registered
                self._keep()
                return
            known.reg_version = registered
            if dictionary != known.dic_version:
                await self.configure()
            self._keep()
        self._check_versions = False

    async def configure(self) -> None:
        """Tell what this terminal measures, then download what the platform wants of it."""
        known = self.registration
        assert known is not None
        enterprise = self.config.platform.enterprise
        if known.centerInfoURL:
            await self.ask(
                self.place(known.centerInfoURL),
                {
                    "deviceId": known.deviceId,
                    "enterpriseCode": enterprise,
                    "collectItemConfig": self._own_items(),
                    "enterprise": {"code": enterprise, "regionCode": self.config.platform.region},
                },
            )
        if known.centerInfoDownloadURL:
            answer = await self.ask(
                self.place(known.centerInfoDownloadURL), {"deviceId": known.deviceId, "enterpriseCode": enterprise}
            )
            try:
                known.wanted = [
                    (str(item["dataCode"]), int(item["statType"])) for item in answer.get("collectItemConfig", [])
                ]
            except (TypeError, KeyError, ValueError):
                raise HttpFailed(reasons.ITEMS_UNREADABLE()) from None
            known.valid_means_valid = answer.get("validMeansValid", True) is not False
            known.dic_version = str(answer.get("dicVersion", ""))
            self._journal.event(messages.CONFIGURED, self.config.id, version=known.dic_version, count=len(known.wanted))
        self._configured = True
        self._keep()

    @seam
    def _own_items(self) -> list[dict[str, object]]:
        given = self.config.platform
        return [
            {
                "dataCode": channel.code,
                "name": channel.name,
                "statType": stat,
                "inputType": given.input_type,
                "scope": given.scope,
                "unit": channel.unit,
                "dataValueMin": "",
                "dataValueMax": "",
            }
            for channel in self.channels
            for stat in STAT_TYPES.values()
        ]

    # Data

    def terms(self) -> Terms:
        """How the platform wants its entries now."""
        known = self.registration
        given = self.config.platform
        if known is None:
            return Terms(given.scope, given.input_type)
        key = bytes.fromhex(known.secretKey)
        wanted = frozenset(known.wanted)
        return Terms(given.scope, given.input_type, known.valid_means_valid, key, wanted)

    @seam
    async def _deliver(self, items: Sequence[Pending]) -> None:
        """Upload periods in bodies of at most 500 entries; each period is done when all its entries were taken."""
        known = self.registration
        assert known is not None
        terms = self.terms()
        body: list[dict[str, object]] = []
        inside: list[Pending] = []
        for item in items:
            rows = self.period_entries(item, terms)
            if body and len(body) + len(rows) > MOST_ENTRIES:
                if not await self._upload(inside, body):
                    return
                body, inside = [], []
                if not self.outbox.is_open():
                    return
            body += rows
            inside.append(item)
        await self._upload(inside, body)

    def period_entries(self, item: Pending, terms: Terms) -> list[dict[str, object]]:
        """The entries of one stored period."""
        records = self._store.period(item.span, item.start_s)
        return entries(self.channels, records, terms, self._clock.now_s())

    @seam
    async def _upload(self, items: Sequence[Pending], body: Sequence[dict[str, object]]) -> bool:
        """Send the entries of some periods; they leave the queue when the platform has taken all of them."""
        for item in items:
            self.outbox.begin(item)
        done = False
        try:
            done = await self.attempt(lambda: self._send(body))
        finally:
            if not done:
                for item in items:
                    self.outbox.abandon(item)
        if done:
            self._most = min(PERIODS_AT_ONCE, self._most * 2)
            self.outbox.delivered_all(items)
        elif len(items) == 1:
            self.outbox.failed(items[0])
        return done

    async def _send(self, body: Sequence[dict[str, object]]) -> None:
        known = self.registration
        assert known is not None
        place = self.place(known.centerDataURL)
        head = {"deviceId": known.deviceId, "enterpriseCode": self.config.platform.enterprise}
        for start in range(0, len(body), MOST_ENTRIES):
            await self.ask(place, {**head, "data": list(body[start : start + MOST_ENTRIES])})
