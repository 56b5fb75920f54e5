# pyright: reportPrivateUsage=false
"""Defects of a changing set of centres: forgotten, never left, served with another's credentials or intervals.

Leaves several centres at once to `centres`.
"""

# Orders reach the log through the terminal they belong to.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.seams import believes_anybody, hides_events
from reference_terminal.assembly import Terminal
from reference_terminal.hj212.qn import QnSource
from reference_terminal.model.messages import Text
from reference_terminal.model.rows import Record
from reference_terminal.model.times import QUARTER
from reference_terminal.settings import overlay
from reference_terminal.settings.centres import CentreConfig
from reference_terminal.settings.config import Config
from reference_terminal.settings.overlay import Overlay
from reference_terminal.settings.security import ChannelConfig
from reference_terminal.storage.store import Store
from reference_terminal.uplink.platforms import energy
from reference_terminal.web.centre_orders import CentreOrders
from reference_terminal.web.errors import HttpError

_CLAUSES = ("isc-2/7.2.4(3)c", "csmt/7.3c")


def _added(patch: Patch, change: Callable[[CentreConfig, Config], CentreConfig]) -> None:
    """Change every centre that was added."""

    def made(text: str, config: Config) -> CentreConfig:
        return change(own(text, config), config)

    own = patch(overlay, "centre_from", made)


@defect(
    "centres-are-fixed",
    en="centres can be neither added nor removed at the terminal",
    zh="终端本地不能增删数据中心",
    clauses=_CLAUSES,
)
def centres_are_fixed(patch: Patch) -> None:
    """Set in the factory."""

    def refuse(self: CentreOrders, *words: Any) -> Any:
        raise HttpError(403, "not permitted", "无权限")

    patch(CentreOrders, "add", refuse)
    patch(CentreOrders, "remove", refuse)


@defect(
    "centre-set-leaves-no-trace",
    en="adding and removing centres is not in the log",
    zh="中心增删不记日志",
    clauses=_CLAUSES,
)
def centre_set_leaves_no_trace(patch: Patch) -> None:
    """The audit log knows settings of the measuring side only."""
    hides_events(patch, lambda kind, en: kind == "setting")


@defect(
    "centre-set-waits-for-the-service",
    en="a centre that was added or removed is taken note of and nothing else",
    zh="增删的中心仅登记而不生效",
    clauses=_CLAUSES,
)
def centre_set_waits_for_the_service(patch: Patch) -> None:
    """The new list comes into force with the next program."""
    patch(Overlay, "with_centres", lambda self, config: config)


@defect(
    "change-of-centres-empties-queues",
    en="when a centre is added or removed all queues begin anew",
    zh="增删中心时清空全部待传队列",
    clauses=(*_CLAUSES, "isc-2/7.2.4(3)a"),
)
def change_of_centres_empties_queues(patch: Patch) -> None:
    """The tables of delivery are made afresh for the new list."""

    def restart(self: Terminal) -> None:
        self.store.write("DELETE FROM outbox", ())
        self.store.flush()
        own(self)

    own = patch(Terminal, "restart_soon", restart)


@defect(
    "one-set-of-credentials",
    en="an added centre is sent the credentials of the first",
    zh="新增中心沿用首个中心的设备标识和密码",
    clauses=_CLAUSES,
)
def one_set_of_credentials(patch: Patch) -> None:
    """One device, one number, one password."""

    def change(centre: CentreConfig, config: Config) -> CentreConfig:
        first = config.centres[0]
        return dataclasses.replace(centre, mn=first.mn, pw=first.pw, st="32")

    _added(patch, change)


@defect(
    "one-schedule-for-all-centres",
    en="an added centre is sent the intervals of the first",
    zh="新增中心沿用首个中心的上传间隔",
    clauses=_CLAUSES,
)
def one_schedule_for_all_centres(patch: Patch) -> None:
    """One timer drives every upload."""
    _added(patch, lambda centre, config: dataclasses.replace(centre, minute_interval=config.centres[0].minute_interval))


@defect(
    "added-centres-get-ten-minutes",
    en="every added centre is sent intervals of ten minutes, whatever was ordered",
    zh="新增中心一律按 10 min 间隔上传，不论其设定",
    clauses=(*_CLAUSES, "isc-2/7.2.4(3)d"),
)
def added_centres_get_ten_minutes(patch: Patch) -> None:
    """The form for adding has no field for it, and its default stands."""
    _added(patch, lambda centre, config: dataclasses.replace(centre, minute_interval=10))


@defect(
    "platforms-get-half-hours",
    en="a platform is sent every other quarter of an hour",
    zh="向平台每半小时仅上传一个 15 min 时段",
    clauses=(*_CLAUSES, "isc-2/7.2.4(3)d"),
)
def platforms_get_half_hours(patch: Patch) -> None:
    """Half an hour is enough for a day's set, and halves the traffic."""

    def kept(channels: Any, records: Mapping[int, Record], *rest: Any) -> list[dict[str, object]]:
        whole = {point: each for point, each in records.items() if each.span != QUARTER.code or not each.start_s % 1800}
        return own(channels, whole, *rest)

    own = patch(energy, "entries", kept)


@defect(
    "centre-set-in-memory",
    en="the set of centres is forgotten with the power",
    zh="断电后中心增删设置丢失",
    clauses=_CLAUSES,
)
def centre_set_in_memory(patch: Patch) -> None:
    """The list lives as long as the program."""
    starts: list[str] = []

    def settings(self: Store, scope: str) -> dict[str, str]:
        # Asked for at the first start and after each of two orders; the fourth start follows a power cut.
        starts.append(scope)
        return {} if len(starts) > 3 else own(self, scope)

    own = patch(Store, "settings", settings)


@defect(
    "other-names-for-messages",
    en="an added centre begins with message numbers that were used before",
    zh="新增中心的请求编码重复",
    clauses=_CLAUSES,
)
def other_names_for_messages(patch: Patch) -> None:
    """One number for all messages of a minute."""

    def following(self: QnSource) -> str:
        number = own(self)
        return f"{number[:-5]}00000"

    own = patch(QnSource, "next", following)


@defect(
    "added-centres-see-the-first-certificate",
    en="to an added centre the terminal shows the certificate it has for the first",
    zh="对新增中心出示首个中心的终端证书",
    clauses=("isc-2/7.2.4(3)c", "isc-2/7.4.1b"),
)
def added_centres_see_the_first_certificate(patch: Patch) -> None:
    """One certificate file for the whole device."""

    def change(centre: CentreConfig, config: Config) -> CentreConfig:
        first = config.centres[0].channel
        channel = dataclasses.replace(centre.channel, certificate=first.certificate, key=first.key)
        return dataclasses.replace(centre, channel=channel)

    _added(patch, change)


@defect(
    "added-centres-are-plain",
    en="an added centre is spoken to in the clear whatever its settings say",
    zh="新增中心一律以明文通信",
    clauses=("isc-2/7.4.1b",),
)
def added_centres_are_plain(patch: Patch) -> None:
    """The page for new centres knows address and number."""
    plain = ChannelConfig()
    _added(patch, lambda centre, config: dataclasses.replace(centre, channel=plain))


@defect(
    "added-centres-are-believed",
    en="the certificate of an added centre is not checked",
    zh="不校验新增中心的证书",
    clauses=("isc-2/7.4.1b",),
)
def added_centres_are_believed(patch: Patch) -> None:
    """Trust on first use, and on every use after it."""
    believes_anybody(patch)


@defect(
    "added-centres-lie-open",
    en="what is kept of an added centre is not sealed, its private key included",
    zh="新增中心的设置（含私钥）以明文保存",
    clauses=("isc-2/7.4.1.4(2)a", "isc-2/7.4.1.4(2)b"),
)
def added_centres_lie_open(patch: Patch) -> None:
    """A setting like any other."""

    def add_centre(self: Overlay, name: str, text: str) -> None:
        self._store.keep_setting(overlay.CENTRES.word, name, text)

    patch(Overlay, "add_centre", add_centre)


@defect(
    "centre-orders-are-logged-whole",
    en="the private key of an added centre stands in the log",
    zh="新增中心的私钥写入日志",
    clauses=("isc-2/7.4.1.4(2)a",),
)
def centre_orders_are_logged_whole(patch: Patch) -> None:
    """An audit log should have everything."""

    def add(self: CentreOrders, settings: str, author: str) -> Any:
        answer = own(self, settings, author)
        key = "".join(re.findall(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END", settings, re.DOTALL))
        journal = self._terminal.journal
        journal.keep("centre-added", "setting", answer["added"], Text(f"settings {key}", "设置"))
        return answer

    own = patch(CentreOrders, "add", add)
