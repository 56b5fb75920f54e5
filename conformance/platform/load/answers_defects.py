# pyright: reportPrivateUsage=false
"""Defects of a platform under load: slow for everybody, forgetful of sessions, failing now and then."""

from __future__ import annotations

import time
from itertools import count

from starlette.requests import Request

from conformance.defects import REAL_RIGS, Patch, defect
from simulators.platform.core.accounts import Accounts, Session
from simulators.platform.core.api import Api
from simulators.platform.core.desk import Desk
from simulators.platform.core.sentences import Refused

_SLOW_S = 0.3
_SLOW_AT = ("/api/analyses", "/api/objects/point")
_EVERY = 25
_FORGOTTEN_US = 3_000_000


@defect(
    "platform-serves-one-at-a-time",
    en="Every analysis, and every list of points, holds up all other requests for 0.3 s",
    zh="每次分析或列出监测点阻塞其他全部请求 0.3 s",
    clauses=("cpcif/6.2a-1",),
    rigs=REAL_RIGS,
)
def serves_one_at_a_time(patch: Patch) -> None:
    """Whoever asks is looked up while everybody waits."""
    desk = Api._desk

    def slowly(self: Api, request: Request) -> Desk:
        if request.url.path.startswith(_SLOW_AT):
            time.sleep(_SLOW_S)
        return desk(self, request)

    patch(Api, "_desk", slowly)


@defect(
    "platform-ends-sessions-early",
    en="A session ends when nothing was asked in it for three seconds",
    zh="会话 3 s 无操作即被结束",
    clauses=("cpcif/6.2e-1",),
    rigs=REAL_RIGS,
)
def ends_sessions_early(patch: Patch) -> None:
    """Sessions are idle too soon."""

    def idle(self: Accounts, session: Session, now: int) -> bool:
        return now - session.seen >= _FORGOTTEN_US

    patch(Accounts, "_idle", idle)


@defect(
    "platform-fails-now-and-then",
    en="Every 25th request fails",
    zh="每 25 个请求失败一次",
    clauses=("cpcif/6.3c",),
    rigs=REAL_RIGS,
)
def fails_now_and_then(patch: Patch) -> None:
    """Some requests are refused for no reason."""
    desk, number = Api._desk, count(1)

    def sometimes(self: Api, request: Request) -> Desk:
        if request.url.path.startswith("/api/analyses") and next(number) % _EVERY == 0:
            raise Refused(503, "busy", "系统繁忙")
        return desk(self, request)

    patch(Api, "_desk", sometimes)
