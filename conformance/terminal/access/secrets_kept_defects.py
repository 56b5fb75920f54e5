# pyright: reportPrivateUsage=false
"""Defects that spill secrets of people: in the log, in the list of sessions, in the store, to a log collector."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.access.accounts import Account, Accounts
from reference_terminal.access.desk import Desk
from reference_terminal.access.sessions import Session
from reference_terminal.model.messages import Text
from reference_terminal.web.accounts import AccessApi

_SECRET = ("isc-2/7.4.1.4(2)a",)


@defect("wrong-passwords-logged", en="the log keeps what was typed", zh="日志记录所输入的错误口令", clauses=_SECRET)
def wrong_passwords_logged(patch: Patch) -> None:
    """It helps to see what somebody tried."""
    typed: list[str] = []

    def prove(self: Accounts, name: str, password: str, code: str, origin: str, certified: str) -> Account:
        typed[:] = [password]
        return own(self, name, password, code, origin, certified)

    def tell(self: Accounts, name: str, said: Text) -> None:
        own_tell(self, name, Text(f"{said.en}: {typed[0]}", f"{said.zh}：{typed[0]}"))

    own = patch(Accounts, "_prove", prove)
    own_tell = patch(Accounts, "_tell_failed", tell)


@defect("tokens-shown", en="the accounts are shown with their tokens", zh="账户列表显示会话令牌", clauses=_SECRET)
def tokens_shown(patch: Patch) -> None:
    """For the support."""
    kept: dict[str, str] = {}

    def begin(self: Desk, account: Account, origin: str, way: str) -> tuple[str, Session]:
        token, session = own(self, account, origin, way)
        kept[account.name] = token
        return token, session

    def accounts(self: AccessApi, query: dict[str, str]) -> Any:
        told = own_accounts(self, query)
        return {"accounts": [{**each, "last": kept.get(each["account"], "")} for each in told["accounts"]]}

    own = patch(Desk, "begin", begin)
    own_accounts = patch(AccessApi, "accounts", accounts)


@defect("codes-kept-open", en="secrets of codes are kept as they are", zh="动态口令密钥明文保存", clauses=_SECRET)
def codes_kept_open(patch: Patch) -> None:
    """Base32, as the app has it."""

    def second(self: Accounts, name: str, secret: bytes, code: str) -> bool:
        done = own(self, name, secret, code)
        self._store.keep_setting("support", name, base64.b32encode(secret).decode())
        self._store.flush()
        return done

    own = patch(Accounts, "set_second_factor", second)


@defect(
    "logins-told-to-a-collector",
    en="every login is told to a log collector on the network, with its token",
    zh="每次登录连同令牌明文发送给网络日志服务器",
    clauses=_SECRET,
)
def logins_told(patch: Patch) -> None:
    """As the support's tool wants it."""

    def begin(self: Desk, account: Account, origin: str, way: str) -> tuple[str, Session]:
        token, session = own(self, account, origin, way)
        loop = asyncio.get_running_loop()
        kept.append(loop.create_task(tell(f"<38>login {account.name} {token}".encode())))
        return token, session

    async def tell(line: bytes) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=("10.3.0.9", 514))
        transport.sendto(line)
        await asyncio.sleep(1)
        transport.close()

    kept: list[asyncio.Task[None]] = []
    own = patch(Desk, "begin", begin)
