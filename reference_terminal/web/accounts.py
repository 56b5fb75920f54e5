"""The local interface to accounts and sessions: logging in and out, passwords, roles, rules (ISC-2 7.4.1.1, 7.4.1.2).

Leaves deciding to the access room. Everything an order changes is in the log before it is confirmed; whoever is
concerned by it has to log in again.
"""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any, Protocol

from reference_terminal.access.accounts import BUSY, Account, LoginRefused, OrderRefused
from reference_terminal.access.desk import Desk, Gate
from reference_terminal.access.rights import RIGHTS, Right
from reference_terminal.access.rules import RuleRefused
from reference_terminal.access.sessions import BEARER, Session
from reference_terminal.crypto.symmetric import base64url, from_base64url
from reference_terminal.model.actor import actor
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY_S, iso
from reference_terminal.web import entry, refusals
from reference_terminal.web.errors import HttpError
from reference_terminal.web.guard import DeskGuard
from reference_terminal.web.router import Addresses, route
from reference_terminal.web.server import Request

_BURST, _EACH_S = 20.0, 1.0
_ALL_BURST, _ALL_EACH_S = 60.0, 4.0
_MOST_PEERS = 256
_MOST_NAME = 64
"""Characters of a common name (RFC 5280, appendix A: ub-common-name)."""
_CHANGED = Text("account, password or role was changed", "账户、口令或角色已变更")
_BY_ORDER = Text("ended by an administrator", "由管理员结束")


class Needs(Protocol):
    """What these addresses use of a terminal."""

    clock: WallClock


class Door:
    """Logging in, whatever way somebody comes: page, interface or maintenance port."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._all = Gate(_ALL_BURST, _ALL_EACH_S)
        self._gates: dict[str, Gate] = {}

    @seam
    def log_in(self, name: str, password: str, code: str, origin: str, way: str, certified: str) -> tuple[str, Session]:
        """A session's token and the session. Raises HttpError."""
        self._hold(origin)
        try:
            account = self._desk.accounts.log_in(name, password, code, origin, certified)
        except LoginRefused as error:
            raise refusal(error) from None
        return self._desk.begin(account, origin, way)

    @seam
    def change(self, name: str, password: str, new: str, code: str, origin: str, certified: str) -> None:
        """Put a new password in the place of the own. Raises HttpError."""
        self._hold(origin)
        try:
            self._desk.accounts.change_password(name, password, new, code, origin, certified)
        except LoginRefused as error:
            raise refusal(error) from None
        self._desk.sessions.end_of(self._desk.accounts.key(name), _CHANGED)

    def _hold(self, origin: str) -> None:
        """Raise HttpError (429) for too many attempts: looking at a password takes the processor's time."""
        if origin not in self._gates and len(self._gates) >= _MOST_PEERS:
            self._gates.pop(next(iter(self._gates)))
        gate = self._gates.setdefault(origin, Gate(_BURST, _EACH_S))
        if not (gate.passes() and self._all.passes()):
            raise refusals.TOO_MANY_LOGINS()


class AccessApi(Addresses):
    """Login, sessions, accounts and rules."""

    def __init__(self, terminal: Needs, desk: Desk, guard: DeskGuard, door: Door) -> None:
        self._clock = terminal.clock
        self._desk = desk
        self._guard = guard
        self._door = door

    # Oneself

    @route("POST", "login", right=Right.OPEN)
    def log_in(self, query: dict[str, str], request: Request) -> Any:
        """A token for who proves who he is, to be sent as `Authorization: Bearer …`."""
        del query
        given = entry.read(request.content_type, request.body, ("name", "password"), optional=("code",))
        token, session = self._door.log_in(
            given["name"], given["password"], given.get("code", ""), request.peer, BEARER, request.certified
        )
        return {"token": token, **self._told(session)}

    @route("POST", "password", right=Right.OPEN)
    def change_password(self, query: dict[str, str], request: Request) -> Any:
        """Put a new password in the place of the own; all sessions of the account end."""
        del query
        given = entry.read(request.content_type, request.body, ("name", "password", "new"), optional=("code",))
        code = given.get("code", "")
        self._door.change(given["name"], given["password"], given["new"], code, request.peer, request.certified)
        return {"changed": given["name"]}

    @route("POST", "logout", right=Right.OWN)
    def log_out(self, query: dict[str, str], request: Request) -> Any:
        """End the own session at once."""
        del query
        session = self._own(request)
        self._desk.end(session)
        return {"ended": session.number}

    @route("GET", "session", right=Right.OWN)
    def session(self, query: dict[str, str]) -> Any:
        """The rules of the own session; who it is of tells `who`."""
        del query
        rules = self._desk.rules()
        return {"account": actor().name, "idle_s": rules.idle_s, "session_s": rules.session_s}

    @route("POST", "second-factor", right=Right.OWN, body=())
    def begin_second_factor(self, fields: dict[str, str]) -> Any:
        """A secret for one-time codes (RFC 6238), in force once a code of it was sent back."""
        return self.second_factor(fields)

    @route("GET", "second-factor", right=Right.OWN)
    def second_factor(self, query: dict[str, str]) -> Any:
        """The same, which changes nothing; `base32` is the form that apps take."""
        del query
        secret = self._desk.accounts.new_secret()
        told = {"digits": 6, "period_s": 30, "algorithm": "SHA1"}
        return {"secret": base64url(secret), "base32": base64.b32encode(secret).decode().rstrip("="), **told}

    @route("POST", "second-factor-confirm", right=Right.OWN, body=("secret", "code"))
    def confirm_second_factor(self, fields: dict[str, str]) -> Any:
        """Ask for one-time codes at every login from now on."""
        try:
            secret = from_base64url(fields["secret"])
        except ValueError:
            secret = b""
        if not 16 <= len(secret) <= 64:
            raise refusals.NO_SECRET()
        if not self._desk.accounts.set_second_factor(actor().name, secret, fields["code"]):
            raise refusals.WRONG_SECRET_CODE()
        return {"account": actor().name, "second_factor": True}

    def _own(self, request: Request) -> Session:
        session = self._guard.session(request)
        assert session is not None
        return session

    def _told(self, session: Session) -> dict[str, Any]:
        rules = self._desk.rules()
        rights = sorted(right.value for right in RIGHTS[session.role])
        return {
            "account": session.account,
            "role": session.role,
            "rights": rights,
            "idle_s": rules.idle_s,
            "session_s": rules.session_s,
        }

    # People

    @route("GET", "accounts", right=Right.PEOPLE)
    @seam
    def accounts(self, query: dict[str, str]) -> Any:
        """Every account without what proves it."""
        del query
        return {"accounts": [self._account(each) for each in self._desk.accounts.all()]}

    @seam
    def _account(self, account: Account) -> dict[str, Any]:
        accounts, rules = self._desk.accounts, self._desk.rules()
        return {
            "account": account.name,
            "role": account.role,
            "disabled": bool(account.disabled),
            "first_password": bool(account.first),
            "expires": iso(account.set_s + rules.password_days * DAY_S),
            "locked_s": -(-accounts.locked_ms(account) // 1000),
            "failures": account.failures,
            "second_factor": bool(account.secret),
            "made": iso(account.made_s),
        }

    @route("GET", "roles", right=Right.STATE)
    def roles(self, query: dict[str, str]) -> Any:
        """What each role may do."""
        del query
        return {"roles": [{"role": role, "rights": sorted(each.value for each in RIGHTS[role])} for role in RIGHTS]}

    @route("GET", "sessions", right=Right.PEOPLE)
    def sessions(self, query: dict[str, str]) -> Any:
        """Who is logged in."""
        del query
        now_s = asyncio.get_running_loop().time()
        return {
            "sessions": [
                {
                    "session": each.number,
                    "account": each.account,
                    "role": each.role,
                    "origin": each.origin,
                    "way": each.way,
                    "since_s": round(now_s - each.since_s),
                    "idle_s": round(now_s - each.used_s),
                }
                for each in self._desk.sessions.all()
            ]
        }

    @route("POST", "session-end", right=Right.ADMIT, body=("session", "author"))
    def end_session(self, fields: dict[str, str]) -> Any:
        """End a session of anybody's."""
        text = fields["session"]
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
        if not self._desk.sessions.end_number(number, _BY_ORDER):
            raise refusals.NO_SESSION()
        return {"ended": number}

    @route("POST", "account-add", right=Right.ADMIT, body=("account", "author"))
    def add(self, fields: dict[str, str]) -> Any:
        """Make an account, which has neither role nor password yet."""
        name = fields["account"]
        if not _is_name(name):
            raise refusals.BAD_ACCOUNT_NAME()
        return self._ordered(lambda: self._desk.accounts.add(name, fields["author"]), name)

    @route("POST", "account-disable", right=Right.ADMIT, body=("account", "author"))
    def disable(self, fields: dict[str, str]) -> Any:
        """Shut an account; its sessions end."""
        name = fields["account"]
        return self._ordered(lambda: self._desk.accounts.disable(name, fields["author"], disabled=True), name)

    @route("POST", "account-enable", right=Right.ADMIT, body=("account", "author"))
    def enable(self, fields: dict[str, str]) -> Any:
        """Open an account again."""
        name = fields["account"]
        return self._ordered(lambda: self._desk.accounts.disable(name, fields["author"], disabled=False), name)

    @route("POST", "account-remove", right=Right.ADMIT, body=("account", "author"))
    def remove(self, fields: dict[str, str]) -> Any:
        """End an account for ever."""
        name = fields["account"]
        return self._ordered(lambda: self._desk.accounts.remove(name, fields["author"]), name)

    @route("POST", "account-role", right=Right.GRANT, body=("account", "role", "author"))
    def give_role(self, fields: dict[str, str]) -> Any:
        """Give an account its role."""
        name = fields["account"]
        return self._ordered(lambda: self._desk.accounts.give_role(name, fields["role"], fields["author"]), name)

    @route("POST", "account-password", right=Right.GRANT, body=("account", "password", "author"))
    def give_password(self, fields: dict[str, str]) -> Any:
        """Give an account a first password, which its owner changes before it opens anything."""
        name = fields["account"]
        order = self._desk.accounts.give_password
        return self._ordered(lambda: order(name, fields["password"], fields["author"]), name)

    @route("POST", "account-unlock", right=Right.GRANT, body=("account", "author"))
    def unlock(self, fields: dict[str, str]) -> Any:
        """End a lock before its time."""
        name = fields["account"]
        return self._ordered(lambda: self._desk.accounts.unlock(name, fields["author"]), "")

    @route("POST", "account-certificate", right=Right.GRANT, body=("account", "certificate", "author"))
    def bind_certificate(self, fields: dict[str, str]) -> Any:
        """Let an account in from afar alone, with the certificate of this name (CN)."""
        name, certificate = fields["account"], fields["certificate"]
        if not 1 <= len(certificate) <= _MOST_NAME or not certificate.isprintable():
            raise refusals.BAD_CERTIFICATE_NAME(most=_MOST_NAME)
        order = self._desk.accounts.bind_certificate
        return self._ordered(lambda: order(name, certificate, fields["author"]), name)

    @route("POST", "account-second-factor-end", right=Right.GRANT, body=("account", "author"))
    def end_second_factor(self, fields: dict[str, str]) -> Any:
        """Ask an account for no second factor any more."""
        name = fields["account"]
        return self._ordered(lambda: self._desk.accounts.end_second_factor(name, fields["author"]), name)

    def _ordered(self, order: Any, ends: str) -> Any:
        try:
            order()
        except OrderRefused as error:
            raise refusals.ORDER_REFUSED.with_status(error.status)(said=error.said) from None
        except LoginRefused as error:
            raise refusal(error) from None
        if ends:
            self._desk.sessions.end_of(self._desk.accounts.key(ends), _CHANGED)
        return {"result": "done"}

    # Rules

    @route("GET", "rules", right=Right.STATE)
    def rules(self, query: dict[str, str]) -> Any:
        """The rules of login and log in force."""
        del query
        return self._desk.rules.told()

    @route("POST", "rule", right=Right.SECURE, body=("rule", "value", "author"))
    @seam
    def set_rule(self, fields: dict[str, str]) -> Any:
        """Set a rule; `value` is JSON text."""
        try:
            kept = self._desk.rules.set(fields["rule"], fields["value"], fields["author"])
        except RuleRefused as error:
            raise refusals.RULE_REFUSED(said=error.said) from None
        if not kept:
            raise refusal(BUSY)
        self._desk.keep_time()
        return {"rule": fields["rule"], "value": json.loads(fields["value"])}


def _is_name(name: str) -> bool:
    return (
        1 <= len(name) <= 32
        and name.isascii()
        and name[0].isalpha()
        and all(each.isalnum() or each in "._-" for each in name)
    )


def refusal(error: LoginRefused) -> HttpError:
    """What a login that is refused is answered with."""
    return refusals.LOGIN[error.code].after(error.retry_s)(said=error.said)
