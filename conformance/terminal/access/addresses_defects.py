# pyright: reportPrivateUsage=false
"""Defects of the list of administrators' addresses: nobody looks at it, or at the wrong time, or at everybody."""

from __future__ import annotations

from conformance.defects import Patch, defect
from reference_terminal.access import accounts, messages
from reference_terminal.access.accounts import Account, Accounts, LoginRefused
from reference_terminal.model.messages import Text
from reference_terminal.settings.accounts import is_listed

_LIST = ("isc-2/7.4.1.2(3)",)


@defect(
    "ranges-are-not-read",
    en="of the list of addresses only single ones are looked at; with a range everybody is let in",
    zh="地址列表只核对单个地址，设为地址段时不起作用",
    clauses=_LIST,
)
def ranges_are_not_read(patch: Patch) -> None:
    """Ranges come with the next version."""

    def listed(origin: str, given: tuple[str, ...]) -> bool:
        return any("-" in each for each in given) or own(origin, given)

    own = patch(accounts, "is_listed", listed)


@defect(
    "listed-at-their-own-peril",
    en="with a list of addresses administrators are let in from none",
    zh="设置地址列表后管理员从任何地址均不能登录",
    clauses=_LIST,
)
def listed_in_vain(patch: Patch) -> None:
    """The comparison is of a text with a range."""
    patch(accounts, "is_listed", lambda origin, given: not given)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "address-after-password",
    en="the address is looked at after the password, whose failures lock",
    zh="先核对口令、后核对地址，从未列地址可锁定账户",
    clauses=_LIST,
)
def address_after_password(patch: Patch) -> None:
    """In the order in which the form has its fields."""

    def prove(self: Accounts, name: str, password: str, code: str, origin: str, certified: str) -> Account:
        listed = self._rules().administrators_from
        account = own(self, name, password, code, listed[0].partition("-")[0] if listed else origin, certified)
        if account.role == "administrator" and not is_listed(origin, listed):
            self._journal.event(messages.ADDRESS_REFUSED, account.name, origin=origin, user=account.name)
            raise LoginRefused("address-refused", Text("not from here", "地址不符"))
        return account

    own = patch(Accounts, "_prove", prove)


@defect(
    "addresses-bind-everybody",
    en="the list of administrators' addresses binds everybody",
    zh="管理员地址列表对所有角色生效",
    clauses=_LIST,
)
def addresses_bind_everybody(patch: Patch) -> None:
    """One list for the whole door."""

    def prove(self: Accounts, name: str, password: str, code: str, origin: str, certified: str) -> Account:
        if not is_listed(origin, self._rules().administrators_from):
            raise self._refuse(name, "address-refused", Text("not from here", "地址不符"))
        return own(self, name, password, code, origin, certified)

    own = patch(Accounts, "_prove", prove)


@defect(
    "address-refusals-unlogged",
    en="a login that is refused for its address has no entry in the log",
    zh="因地址被拒的登录不记日志",
    clauses=_LIST,
)
def address_refusals_unlogged(patch: Patch) -> None:
    """It came to nothing, so there is nothing to tell."""

    def prove(self: Accounts, name: str, password: str, code: str, origin: str, certified: str) -> Account:
        account = self.get(name)
        listed = is_listed(origin, self._rules().administrators_from)
        if account is not None and account.role == "administrator" and not listed:
            raise LoginRefused("address-refused", Text("not from here", "地址不符"))
        return own(self, name, password, code, origin, certified)

    own = patch(Accounts, "_prove", prove)
