# pyright: reportPrivateUsage=false
"""Defects that spill secrets of people: wrong passwords in the log, tokens in the list of sessions, passwords kept."""

from __future__ import annotations

import base64
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.access.accounts import Account, Accounts
from reference_terminal.access.desk import Desk
from reference_terminal.access.sessions import Session
from reference_terminal.web.accounts import AccessApi

_SECRET = ("isc-2/7.4.1.4(2)a",)


@defect("wrong-passwords-logged", en="the log keeps what was typed", zh="日志记录所输入的错误口令", clauses=_SECRET)
def wrong_passwords_logged(patch: Patch) -> None:
    """It helps to see what somebody tried."""
    typed: list[str] = []

    def prove(self: Accounts, name: str, password: str, code: str, origin: str, certified: str) -> Account:
        typed[:] = [password]
        return own(self, name, password, code, origin, certified)

    def tell(self: Accounts, name: str, en: str, zh: str) -> None:
        own_tell(self, name, f"{en}: {typed[0]}", f"{zh}：{typed[0]}")

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
