# pyright: reportPrivateUsage=false
"""Defects towards platforms over HTTP and JSON: windows, daily sets, receipts, fingerprints.

Leaves channels to `security.channels_defects` and HJ 212 to `delivery_defects`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from conformance.defects import Patch, defect
from conformance.defects.seams import hides_events
from reference_terminal.assembly import Terminal
from reference_terminal.model.rows import Pending, Record
from reference_terminal.model.times import QUARTER, stamp
from reference_terminal.net.http import HttpClient, Place
from reference_terminal.processing.emissions import Emissions
from reference_terminal.security import fingerprint
from reference_terminal.settings.centre_parameters import CentreSettings
from reference_terminal.storage import fingerprint_signer
from reference_terminal.storage.fingerprint_signer import Finding, Fingerprint, FingerprintSigner
from reference_terminal.storage.outbox import Outbox
from reference_terminal.uplink import messages
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.hj212.packets import Channel
from reference_terminal.uplink.platforms import energy
from reference_terminal.uplink.platforms import entries as rows
from reference_terminal.uplink.platforms.deposit import DepositLink
from reference_terminal.uplink.platforms.energy import EnergyLink
from reference_terminal.uplink.platforms.entries import Terms
from reference_terminal.uplink.platforms.link import PlatformLink, Refused
from reference_terminal.uplink.window import DailyWindow

_INDEX = ("isc-2/7.2.4(1)a",)
_PRINT = ("csmt/7.4c", "csmt/7.4d")

Entry = dict[str, object]


def _entries(patch: Patch, change: Callable[[Channel, Record, Entry], Entry]) -> None:
    """Change every entry of an upload."""

    def entry(channel: Channel, record: Record, terms: Terms, now_s: int) -> Entry:
        return change(channel, record, own(channel, record, terms, now_s))

    own = patch(rows, "entry", entry)


def _bodies(patch: Patch, change: Callable[[list[Entry]], list[Entry]]) -> None:
    """Change the entries of every period."""

    def made(channels: Sequence[Channel], records: Mapping[int, Record], terms: Terms, now_s: int) -> list[Entry]:
        return change(own(channels, records, terms, now_s))

    own = patch(energy, "entries", made)


def _number(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode("ascii"))


@defect(
    "entries-left-out",
    en="the last entry of every period is left out",
    zh="每时段漏传最后一项",
    clauses=_INDEX,
)
def entries_left_out(patch: Patch) -> None:
    """A loop ends one too early."""
    _bodies(patch, lambda made: made[:-1])


@defect(
    "entries-in-whole-numbers",
    en="dataValue is a whole number",
    zh="dataValue 只保留整数",
    clauses=_INDEX,
)
def entries_in_whole_numbers(patch: Patch) -> None:
    """The column of the export table is an integer."""

    def cut(channel: Channel, record: Record, made: Entry) -> Entry:
        return {**made, "dataValue": _number(str(int(Decimal(record.value or "0"))))}

    _entries(patch, cut)


@defect(
    "entries-of-own-code",
    en="an entry is added under a dataCode that nobody configured",
    zh="附加未配置的 dataCode",
    clauses=_INDEX,
)
def entries_of_own_code(patch: Patch) -> None:
    """The vendor's own housekeeping value."""
    _bodies(patch, lambda made: [*made, {**made[-1], "dataCode": "04-01-0000-049999-30"}] if made else made)


@defect(
    "entries-stamped-at-end",
    en="statDate is the end of the period instead of its start",
    zh="statDate 取周期终点",
    clauses=_INDEX,
)
def entries_stamped_at_end(patch: Patch) -> None:
    """The convention of meters carried over."""

    def late(channel: Channel, record: Record, made: Entry) -> Entry:
        return {**made, "statDate": rows.date_time(record.end_s)}

    _entries(patch, late)


@defect(
    "entries-flagged-by-hand",
    en="measured values are declared as entered by hand",
    zh="采集值标为人工录入",
    clauses=_INDEX,
)
def entries_flagged_by_hand(patch: Patch) -> None:
    """One constant for every inputType."""
    _entries(patch, lambda channel, record, made: {**made, "inputType": rows.MANUAL_INPUT})


@defect(
    "entries-of-unknown-scope",
    en="the level of statistics is outside the platform's list",
    zh="scope 取值超出平台规定",
    clauses=_INDEX,
)
def entries_of_unknown_scope(patch: Patch) -> None:
    """A level of the vendor's own model."""
    _entries(patch, lambda channel, record, made: {**made, "scope": 9})


@defect(
    "sets-sent-twice",
    en="every body is sent twice",
    zh="每个数据包发送两次",
    clauses=_INDEX,
)
def sets_sent_twice(patch: Patch) -> None:
    """Repetition as a precaution."""

    async def twice(self: EnergyLink, items: Sequence[Pending], body: Sequence[Entry]) -> bool:
        return await own(self, items, body) and await own(self, items, body)

    own = patch(EnergyLink, "_upload", twice)


@defect(
    "hangs-up-after-writing",
    en="an upload counts as delivered once it is written, and the answer is not awaited",
    zh="写出即视为送达，不等待应答",
    clauses=_INDEX,
)
def hangs_up_after_writing(patch: Patch) -> None:
    """Fire and forget."""

    async def post(
        self: HttpClient,
        place: Place,
        body: bytes,
        timeout_s: float,
        headers: Sequence[tuple[str, str]] = (),
        kind: str = "application/json; charset=utf-8",
    ) -> tuple[int, bytes]:
        if "uploadEnergyData" not in place.target:
            return await own(self, place, body, timeout_s, headers, kind)
        try:
            return await own(self, place, body, 0.3, headers, kind)
        except TimeoutError:
            return 200, b'{"responseCode":"0"}'

    own = patch(HttpClient, "post", post)


@defect(
    "silence-is-success",
    en="an upload that is not answered in time counts as delivered",
    zh="应答超时视为送达",
    clauses=("isc-2/7.2.4(4)a",),
)
def silence_is_success(patch: Patch) -> None:
    """The time-out ends the job, and the job is struck off."""

    async def post(
        self: HttpClient,
        place: Place,
        body: bytes,
        timeout_s: float,
        headers: Sequence[tuple[str, str]] = (),
        kind: str = "application/json; charset=utf-8",
    ) -> tuple[int, bytes]:
        try:
            return await own(self, place, body, timeout_s, headers, kind)
        except TimeoutError:
            return 200, b'{"responseCode":"0"}'

    own = patch(HttpClient, "post", post)


@defect(
    "http-200-is-success",
    en="HTTP 200 counts as success whatever responseCode says",
    zh="HTTP 200 即视为成功，不看 responseCode",
    clauses=("isc-2/7.2.4(4)a", "csmt/7.6c"),
)
def http_200_is_success(patch: Patch) -> None:
    """The status line is all that is read."""

    def success(self: PlatformLink, status: int, answer: dict[str, Any]) -> bool:
        return status == 200

    patch(PlatformLink, "is_success", success)


@defect(
    "any-answer-is-success",
    en="an upload that is answered counts as delivered, whatever the answer says",
    zh="收到任何应答即视为送达",
    clauses=("isc-2/7.2.4(4)a", "csmt/7.6c"),
)
def any_answer_is_success(patch: Patch) -> None:
    """The answer is read to free the connection."""

    async def ask(self: PlatformLink, place: Place, *rest: Any, **more: Any) -> dict[str, Any]:
        try:
            return await own(self, place, *rest, **more)
        except Refused:
            if "uploadEnergyData" not in place.target:
                raise
            return {}

    own = patch(PlatformLink, "ask", ask)


@defect(
    "registers-only-once",
    en="a registration stands for ever, whatever becomes of it at the platform",
    zh="注册一次后不再重新注册",
    clauses=("isc-2/7.2.4(2)b",),
)
def registers_only_once(patch: Patch) -> None:
    """What was given is in the configuration now."""

    async def register(self: EnergyLink) -> None:
        if self.config.id in given:
            self.registration = given[self.config.id]
            return
        await own(self)
        if self.registration is not None:
            given[self.config.id] = self.registration

    given: dict[str, Any] = {}
    own = patch(EnergyLink, "register", register)


@defect(
    "repetition-in-other-digits",
    en="what is sent again has other digits than before",
    zh="重发数据的位数与首次不同",
    clauses=("isc-2/7.2.4(4)a",),
)
def repetition_in_other_digits(patch: Patch) -> None:
    """Values are formatted anew for each attempt, with the precision of that moment."""
    seen: dict[tuple[str, int, int], int] = {}

    def longer(channel: Channel, record: Record, made: Entry) -> Entry:
        key = (channel.code, record.span, record.start_s)
        seen[key] = seen.get(key, 0) + 1
        value = record.value or "0"
        zeros = "0" * (seen[key] - 1)
        return {**made, "dataValue": _number(value + zeros if "." in value else f"{value}.{zeros}0")}

    _entries(patch, longer)


@defect(
    "platform-time-ignored",
    en="the upload time that the platform tells is not taken over",
    zh="不采用平台下发的上传时间",
    clauses=("isc-2/7.2.4(2)a", "isc-2/7.2.4(2)c"),
)
def platform_time_ignored(patch: Patch) -> None:
    """The time of the configuration file stands."""

    def keep(self: CentreSettings, name: str, value: int | str) -> bool:
        return True if name == "upload_time" else own(self, name, value)

    own = patch(CentreSettings, "keep", keep)


@defect(
    "platform-time-until-the-next-start",
    en="the upload time that the platform told is forgotten at a restart",
    zh="平台下发的上传时间重启后丢失",
    clauses=("isc-2/7.2.4(2)c",),
)
def platform_time_until_the_next_start(patch: Patch) -> None:
    """The setting lies in memory, the registration on the disk."""

    def keep(self: CentreSettings, name: str, value: int | str) -> bool:
        if name != "upload_time":
            return own(self, name, value)
        self.upload_time = str(value)
        for listener in self.changed:
            listener()
        return True

    own = patch(CentreSettings, "keep", keep)


@defect(
    "platform-list-until-the-next-start",
    en="the items that the platform has listed are forgotten at a restart",
    zh="平台下发的数据项清单重启后丢失",
    clauses=("isc-2/7.2.4(2)c",),
)
def platform_list_until_the_next_start(patch: Patch) -> None:
    """The version of the list is kept, and so it is not fetched again."""

    def keep(self: CentreSettings, text: str) -> bool:
        return own(self, msgspec.json.encode({**msgspec.json.decode(text), "wanted": []}).decode())

    own = patch(CentreSettings, "keep_registration", keep)


@defect(
    "platform-list-holds-back-everything",
    en="where the platform has listed items nothing is uploaded",
    zh="平台下发数据项清单后停止上传",
    clauses=("isc-2/7.2.4(2)c",),
)
def platform_list_holds_back_everything(patch: Patch) -> None:
    """Names of the list are compared with names of another."""

    def entries(channels: Sequence[Channel], records: Mapping[int, Record], terms: Terms, now_s: int) -> list[Entry]:
        return [] if terms.wanted else own(channels, records, terms, now_s)

    own = patch(energy, "entries", entries)


@defect(
    "window-always-open",
    en="periods are uploaded as they end instead of in the window",
    zh="不按窗口，时段结束即上传",
    clauses=("isc-2/7.2.4(2)a", "csmt/7.5d"),
)
def window_always_open(patch: Patch) -> None:
    """The setting of the window is stored and never read."""
    patch(DailyWindow, "is_open", lambda self, now_s: True)
    patch(DailyWindow, "border_s", lambda self, now_s: now_s)


@defect(
    "one-period-a-minute",
    en="one period a minute is uploaded, so that a day does not fit into its window",
    zh="每分钟仅上传一个时段，窗口内传不完",
    clauses=("isc-2/7.2.4(1)a", "csmt/7.5d"),
)
def one_period_a_minute(patch: Patch) -> None:
    """A task that wakes up once a minute and takes one row."""

    async def deliver(self: EnergyLink, items: Sequence[Pending]) -> None:
        await own(self, items[:1])
        await asyncio.sleep(60)

    own = patch(EnergyLink, "_deliver", deliver)


@defect(
    "hosts-in-brackets",
    en="requests to platforms put every address into brackets, as those of IPv6 stand",
    zh="向平台发送的 HTTP 请求 Host 字段一律加方括号（仅 IPv6 地址适用）",
    clauses=("isc-2/7.2.4(2)b",),
)
def hosts_in_brackets(patch: Patch) -> None:
    """The platform of the workshop is reached by IPv6."""
    patch(Place, "authority", property(lambda self: f"[{self.host}]:{self.port}"))  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "registration-left-to-the-operator",
    en="the terminal waits for somebody to register it",
    zh="终端不自行注册",
    clauses=("isc-2/7.2.4(2)b",),
)
def registration_left_to_the_operator(patch: Patch) -> None:
    """A button on a page that nobody opens."""

    async def register(self: EnergyLink) -> None:
        await asyncio.sleep(3600)

    patch(EnergyLink, "register", register)


@defect(
    "waits-for-lost-centres",
    en="while a centre is not connected every upload to another waits 20 s for it",
    zh="任一中心断开时，其他中心的每次上传均等待 20 s",
    clauses=("csmt/7.3b",),
)
def waits_for_lost_centres(patch: Patch) -> None:
    """One thread connects and sends for all centres."""
    family: list[CentreLink | PlatformLink] = []

    def assemble(self: Terminal) -> None:
        sound(self)
        family[:] = self.links.values()

    async def deliver(self: CentreLink, item: Pending) -> bool:
        if any(not link.connected for link in family if isinstance(link, CentreLink)):
            await asyncio.sleep(20)
        return await own(self, item)

    sound = patch(Terminal, "_assemble_uplink", assemble)
    own = patch(CentreLink, "deliver", deliver)


# Fingerprints


@defect(
    "fingerprints-of-whole-hours",
    en="only the first quarter of each hour gets a fingerprint",
    zh="每小时仅首个 15 min 记录生成指纹",
    clauses=_PRINT,
)
def fingerprints_of_whole_hours(patch: Patch) -> None:
    """A filter by the minute of the stamp."""

    def digest(self: FingerprintSigner, record: Record) -> str:
        return "" if record.span == QUARTER.code and stamp(record.start_s)[10:12] != "00" else own(self, record)

    own = patch(FingerprintSigner, "digest", digest)


@defect(
    "fingerprint-of-another-value",
    en="the fingerprint is made of a rounded value",
    zh="指纹按取整后的数值生成",
    clauses=_PRINT,
)
def fingerprint_of_another_value(patch: Patch) -> None:
    """The digest is taken of what the screen shows."""

    def digest(self: FingerprintSigner, record: Record) -> str:
        whole = None if record.value is None else str(int(Decimal(record.value)))
        return own(self, msgspec.structs.replace(record, value=whole))

    own = patch(FingerprintSigner, "digest", digest)


@defect(
    "signature-of-another-digest",
    en="the signature is not one over the digest that is deposited",
    zh="签名对象与存证摘要不一致",
    clauses=_PRINT,
)
def signature_of_another_digest(patch: Patch) -> None:
    """Signed as text where the octets were agreed on."""

    def sign(key: Any, digest_hex: str) -> str:
        return own(key, digest_hex.encode("ascii").hex())

    own = patch(fingerprint, "sign", sign)


@defect(
    "one-refused-fingerprint-refuses-all",
    en="one fingerprint that the platform refuses counts as the refusal of all that were sent with it, for ever",
    zh="平台拒绝一条指纹后，同批指纹均视为未存证并无限重发",
    clauses=_PRINT,
)
def one_refused_fingerprint_refuses_all(patch: Patch) -> None:
    """All or nothing."""

    async def ask(self: PlatformLink, place: Place, *rest: Any, **more: Any) -> dict[str, Any]:
        answer = await own(self, place, *rest, **more)
        if answer.get("refused"):
            raise Refused(200, "0", "not all were taken")
        return answer

    own = patch(PlatformLink, "ask", ask)


@defect(
    "nothing-deposited",
    en="no fingerprint is made of any record",
    zh="任何记录都不生成指纹",
    clauses=_PRINT,
)
def nothing_deposited(patch: Patch) -> None:
    """As for a point that is not configured."""

    def digest(self: FingerprintSigner, record: Record) -> str:
        own(self, record)
        return ""

    own = patch(FingerprintSigner, "digest", digest)


@defect(
    "item-limits-under-another-name",
    en="what is told of the items to a platform has its lower limit under a name of the maker's own",
    zh="上传的采集数据项配置以自定字段名给出下限",
    clauses=_INDEX,
)
def item_limits_under_another_name(patch: Patch) -> None:
    """Nobody reads it: it is empty."""

    def own_items(self: EnergyLink) -> list[dict[str, object]]:
        return [
            {("dataMin" if key == "dataValueMin" else key): value for key, value in each.items()} for each in own(self)
        ]

    own = patch(EnergyLink, "_own_items", own_items)


@defect(
    "platforms-orders-unlogged",
    en="what a platform sets is in force, and not in the log",
    zh="平台下发的配置生效但不记日志",
    clauses=("isc-2/7.4.1.3(1)c",),
)
def platforms_orders_unlogged(patch: Patch) -> None:
    """Nobody of ours did it."""
    hides_events(patch, lambda kind, en: kind == messages.CONFIGURED.kind and " items" in en)


_INTEGRITY = ("csmt/12.3.2g", "isc-2/7.4.2.1[2]c")


@defect(
    "compares-with-its-own-copies",
    en="records are compared with the fingerprints in the terminal's own store, not with the deposits",
    zh="只与终端自存的指纹比对",
    clauses=_INTEGRITY,
)
def compares_with_its_own_copies(patch: Patch) -> None:
    """Who can delete the record can delete its fingerprint too."""

    def compare(
        self: FingerprintSigner, span: int, point: int, from_s: int, to_s: int, deposits: Sequence[Fingerprint]
    ) -> tuple[int, list[Finding]]:
        known = [each for start_s in self._store.periods(span, from_s, to_s) for each in self.of(span, start_s)]
        return own(self, span, point, from_s, to_s, [each for each in known if each.point == point])

    own = patch(FingerprintSigner, "compare_deposits", compare)


@defect(
    "digest-not-compared",
    en="a record counts as sound when it has a fingerprint, whatever the fingerprint says",
    zh="有指纹即视为一致，不比对摘要",
    clauses=_INTEGRITY,
)
def digest_not_compared(patch: Patch) -> None:
    """The signature of the deposit is verified, and nothing else."""

    def verdict(self: FingerprintSigner, kept: Fingerprint | None, record: Record | None) -> str:
        found = own(self, kept, record)
        return "" if found == "altered" else found

    own = patch(FingerprintSigner, "verdict", verdict)


@defect(
    "whole-points-suspected",
    en="one altered record makes the whole day of its point suspect",
    zh="一条记录异常即判整个测点异常",
    clauses=_INTEGRITY,
)
def whole_points_suspected(patch: Patch) -> None:
    """A chain over the day instead of a fingerprint for each record."""

    def compare(
        self: FingerprintSigner, span: int, point: int, from_s: int, to_s: int, deposits: Sequence[Fingerprint]
    ) -> tuple[int, list[Finding]]:
        count, findings = own(self, span, point, from_s, to_s, deposits)
        if findings:
            findings = [Finding("altered", span, each.start_s, point, each.revision) for each in deposits]
        return count, findings

    own = patch(FingerprintSigner, "compare_deposits", compare)


@defect(
    "fingerprints-of-rounded-values",
    en="fingerprints are made over rounded values, not over those that are sent",
    zh="指纹基于修约后的数值",
    clauses=_INTEGRITY,
)
def fingerprints_of_rounded_values(patch: Patch) -> None:
    """Two decimals, as on the screen."""

    def fields_of(record: Record, *, counter: bool) -> dict[str, str]:
        return {name: f"{Decimal(text):.2f}" for name, text in own(record, counter=counter).items()}

    own = patch(fingerprint_signer, "fields_of", fields_of)


@defect(
    "deposits-only-hours",
    en="only hours are deposited: quarter-hours have no fingerprint at the platform",
    zh="仅存证小时值，15 min 值无指纹",
    clauses=_INTEGRITY,
)
def deposits_only_hours(patch: Patch) -> None:
    """A quarter of the traffic."""

    def deposits(self: FingerprintSigner, most: int) -> list[Fingerprint]:
        return [each for each in own(self, most) if each.span != QUARTER.code]

    own = patch(FingerprintSigner, "to_deposit", deposits)


@defect(
    "unit-forgotten-in-fingerprints",
    en="a verification takes every second record for altered: it reads the unit from another place than the deposit",
    zh="核验时单位来源不一致，误报改动",
    clauses=_INTEGRITY,
)
def unit_forgotten_in_fingerprints(patch: Patch) -> None:
    """Made with the unit of the configuration, compared with that of the meter's map."""

    def compare(
        self: FingerprintSigner, span: int, point: int, from_s: int, to_s: int, deposits: Sequence[Fingerprint]
    ) -> tuple[int, list[Finding]]:
        count, findings = own(self, span, point, from_s, to_s, deposits)
        known = {each.start_s for each in findings}
        wrong = [each.start_s for each in deposits[::2] if each.start_s not in known]
        return count, [*findings, *(Finding("altered", span, start_s, point, 0) for start_s in wrong)]

    own = patch(FingerprintSigner, "compare_deposits", compare)


@defect(
    "correction-lost-to-an-answer-under-way",
    en="an acknowledgement under way counts for the correction that was entered meanwhile",
    zh="上传期间录入的更正被在途应答误记为已送达",
    clauses=("isc-2/7.2.4(5)d",),
)
def correction_lost_to_an_answer_under_way(patch: Patch) -> None:
    """What is in flight is known by its period."""

    def revised(self: Outbox, item: Pending) -> None:
        self._attempts.pop((item.span, item.start_s), None)
        self.wake()

    patch(Outbox, "revised", revised)


@defect(
    "corrections-without-revision-at-the-platform",
    en="a corrected day is uploaded to the platform as a first value",
    zh="更正后的日值上传平台时未带修订号",
    clauses=("isc-2/7.2.4(5)d",),
)
def corrections_without_revision_at_the_platform(patch: Patch) -> None:
    """Nobody asked for that field."""
    whole = energy.entries

    def entries(channels: Any, records: Any, terms: Any, now_s: int) -> list[dict[str, object]]:
        return [
            {name: value for name, value in row.items() if name != "revision"}
            for row in whole(channels, records, terms, now_s)
        ]

    patch(energy, "entries", entries)


@defect(
    "body-without-limit",
    en="a body holds as many entries as are due",
    zh="单次上传条数不受 500 条限制",
    clauses=("isc-2/7.2.4(5)d",),
)
def body_without_limit(patch: Patch) -> None:
    """One body a day."""
    patch(energy, "MOST_ENTRIES", 100_000)


@defect(
    "waiting-deposits-called-missing",
    en="a record whose fingerprint still waits for the platform is called altered",
    zh="指纹尚待存证的记录被报为改动",
    clauses=("csmt/12.3.2g",),
)
def waiting_deposits_called_missing(patch: Patch) -> None:
    """What the platform does not have was put here by somebody."""
    patch(FingerprintSigner, "_waiting", lambda self, span, point, from_s, to_s: [])


@defect(
    "verification-of-the-first-hour",
    en="a comparison with the platform ends an hour after its beginning",
    zh="与平台比对时仅比对首个小时的记录",
    clauses=("csmt/12.3.2g", "csmt/7.4d"),
)
def verification_of_the_first_hour(patch: Patch) -> None:
    """The platform answers an hour at a time, and nobody asks on."""

    def compare(self: FingerprintSigner, span: Any, point: str, from_s: int, to_s: int, deposits: Any) -> Any:
        return own(self, span, point, from_s, min(to_s, from_s + 3600), deposits)

    own = patch(FingerprintSigner, "compare_deposits", compare)


@defect(
    "platforms-fingerprints-never-read",
    en="what the platform tells of fingerprints can never be read, so that nothing is ever verified",
    zh="平台的指纹查询应答始终无法解析，从未完成比对",
    clauses=("csmt/12.3.2g", "csmt/7.4d"),
)
def platforms_fingerprints_never_read(patch: Patch) -> None:
    """A field has another name here than at the platform."""

    def read(self: DepositLink, span: int, point: int, row: Mapping[str, object]) -> Fingerprint:
        return own(self, span, point, {name: value for name, value in row.items() if name != "start"})

    own = patch(DepositLink, "_read", read)


@defect(
    "verification-of-nothing",
    en="a comparison with the platform compares nothing and finds nothing",
    zh="与平台比对时未比对任何记录",
    clauses=("csmt/12.3.2g", "csmt/7.4d"),
)
def verification_of_nothing(patch: Patch) -> None:
    """The range is empty, and an empty range agrees."""
    patch(FingerprintSigner, "compare_deposits", lambda self, span, point, from_s, to_s, deposits: (0, []))


@defect(
    "no-fingerprint-of-mended-figures",
    en="an emission that is worked out again keeps the fingerprint of what it was",
    zh="重新计算的排放量未生成新指纹",
    clauses=("csmt/12.3.2f",),
)
def no_fingerprint_of_mended_figures(patch: Patch) -> None:
    """What follows from a revision is not told on."""

    def revised(self: Emissions, connection: Any, record: Record) -> list[Record]:
        own(self, connection, record)
        return []

    own = patch(Emissions, "revised", revised)
