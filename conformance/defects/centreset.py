"""Defects of a changing set of centres: forgotten, never left, served with another's credentials or intervals.

Leaves several centres at once to `centres`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal import centre_set
from reference_terminal.config import Config
from reference_terminal.config_centres import CentreConfig
from reference_terminal.operations.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.terminal import Terminal
from reference_terminal.uplink.qn import QnSource
from reference_terminal.web.centre_orders import CentreOrders
from reference_terminal.web.server import HttpError

_CASES = ("centreset/adds-and-removes-centres-while-running",)
_CLAUSES = ("isc-2/7.2.4(3)c", "csmt/7.3c")


def _added(patch: Patch, change: Callable[[CentreConfig, Config], CentreConfig]) -> None:
    """Change every centre that was added."""

    def made(text: str, config: Config) -> CentreConfig:
        return change(own(text, config), config)

    own = patch(centre_set, "centre_from", made)


@defect(
    "centres-are-fixed",
    en="centres can be neither added nor removed at the terminal",
    zh="终端本地不能增删数据中心",
    clauses=_CLAUSES,
    cases=_CASES,
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
    cases=_CASES,
)
def centre_set_leaves_no_trace(patch: Patch) -> None:
    """The audit log knows settings of the measuring side only."""

    def event(self: Journal, kind: str, subject: str, en: str, zh: str) -> None:
        if kind != "setting":
            own(self, kind, subject, en, zh)

    own = patch(Journal, "event", event)


@defect(
    "centre-set-waits-for-the-service",
    en="a centre that was added or removed is taken note of and nothing else",
    zh="增删的中心仅登记而不生效",
    clauses=_CLAUSES,
    cases=_CASES,
)
def centre_set_waits_for_the_service(patch: Patch) -> None:
    """The new list comes into force with the next program."""
    patch(centre_set, "in_force", lambda config, store, vault: config)


@defect(
    "change-of-centres-empties-queues",
    en="when a centre is added or removed all queues begin anew",
    zh="增删中心时清空全部待传队列",
    clauses=(*_CLAUSES, "isc-2/7.2.4(3)a"),
    cases=_CASES,
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
    cases=_CASES,
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
    cases=_CASES,
)
def one_schedule_for_all_centres(patch: Patch) -> None:
    """One timer drives every upload."""
    _added(patch, lambda centre, config: dataclasses.replace(centre, minute_interval=config.centres[0].minute_interval))


@defect(
    "centre-set-in-memory",
    en="the set of centres is forgotten with the power",
    zh="断电后中心增删设置丢失",
    clauses=_CLAUSES,
    cases=_CASES,
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
    cases=_CASES,
)
def other_names_for_messages(patch: Patch) -> None:
    """One number for all messages of a minute."""

    def following(self: QnSource) -> str:
        number = own(self)
        return f"{number[:-5]}00000"

    own = patch(QnSource, "next", following)
