"""Control operations: who may give them, under which password, and what they do (SSEA 5.5.3).

Leaves people's own accounts to the machinery. An order stops taking a terminal's data, or takes them again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Annotated, Literal

from simulators.platform.core import Desk, Refused, Thing, kind, on_change, ref, seam

_KEPT = "control/password"
_STOPPED = "control/stopped/"
_LEAST = 6
_ORDERERS = ("administrator", "operator", "manager", "clerk")


class ControlPassword(Thing, frozen=True, kw_only=True):
    """The password that every control operation asks for; kept as a digest."""

    password: str = ""

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """It has a length."""
        if len(self.password) < _LEAST:
            yield "password", f"has fewer than {_LEAST} characters", f"少于 {_LEAST} 个字符"


class OperationRight(Thing, frozen=True, kw_only=True):
    """Whether a role may give orders; without such a row only administrators and operators may."""

    role: Literal["administrator", "operator", "manager", "clerk"]
    operation: Literal["control"] = "control"
    allowed: Literal["yes", "no"] = "yes"


class Control(Thing, frozen=True, kw_only=True):
    """An order that was carried out."""

    terminal: Annotated[str, ref("terminal")]
    enterprise: Annotated[str, ref("enterprise")] = ""
    order: Literal["stop", "start"]
    password: str = ""


KINDS = (
    kind(
        "control_password",
        ControlPassword,
        en="control password",
        zh="控制口令",
        tenant="region",
        read=("administrator", "auditor"),
        write=("administrator",),
        secret=("password",),
    ),
    kind(
        "operation_right",
        OperationRight,
        en="rights to operations",
        zh="操作权限",
        tenant="region",
        read=("administrator", "auditor"),
        write=("administrator",),
    ),
    kind(
        "control",
        Control,
        en="control operations",
        zh="控制操作",
        tenant="enterprise",
        write=_ORDERERS,
        remove=(),
        secret=("password",),
    ),
)


def digest(password: str, salt: str) -> str:
    """What is kept of a control password."""
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=1024, r=8, p=1).hex()


@on_change("control_password")
def keep_password(desk: Desk, before: ControlPassword | None, after: ControlPassword | None) -> None:
    """Keep the digest of the newest one; without one no order is carried out."""
    whole = desk.as_system()
    if after is None:
        whole.keep(_KEPT, {})
        return
    salt = f"{desk.chance.getrandbits(128):032x}"
    whole.keep(_KEPT, {"salt": salt, "digest": digest(after.password, salt)})


@seam
def may_order(desk: Desk) -> bool:
    """Whether somebody's role may give orders, as it is set."""
    role = desk.account.role
    told = [each for each in desk.as_system().objects(OperationRight) if each.role == role]
    return told[-1].allowed == "yes" if told else role in ("administrator", "operator")


@seam
def knows(desk: Desk, password: str) -> bool:
    """Whether a password is the one that was set."""
    kept = desk.as_system().kept(_KEPT)
    return bool(kept) and hmac.compare_digest(kept["digest"], digest(password, kept["salt"]))


@on_change("control")
def carry_out(desk: Desk, before: Control | None, after: Control | None) -> None:
    """Carry an order out, or refuse it."""
    if after is None or before is not None:
        raise Refused(409, "an order that was carried out stays as it is", "已执行的控制操作不能更改")
    if not may_order(desk):
        raise Refused(403, "your role has no right to control operations", "当前角色无控制操作权限")
    if not knows(desk, after.password):
        raise Refused(403, "the control password is wrong", "控制口令错误")
    act(desk, after)


def act(desk: Desk, order: Control) -> None:
    """What an order does: what a terminal proves itself by opens nothing any more, or does again."""
    whole = desk.as_system()
    own, aside = f"terminal/{order.terminal}", f"{_STOPPED}{order.terminal}"
    stopped = whole.kept(aside)
    if order.order == "stop" and stopped is None:
        whole.keep(aside, whole.kept(own))
        whole.keep(own, f"{desk.chance.getrandbits(128):032x}")
    elif order.order == "start" and stopped is not None:
        whole.keep(own, stopped)
        whole.keep(aside, None)
    _tell(whole)


@seam
def _tell(whole: Desk) -> None:
    """Whoever remembers terminals reads them anew."""
    whole.office.ground.tell_changed("terminal")
