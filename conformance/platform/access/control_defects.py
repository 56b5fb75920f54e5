"""Defects of control operations: any password will do, any role may, an order takes effect some day."""

from __future__ import annotations

from conformance.defects import Patch, defect
from simulators.platform import control
from simulators.platform.core.desk import Desk


@defect(
    "control-any-password",
    en="a control operation asks for a password and does not look at it",
    zh="控制操作要求输入口令但不核对",
    clauses=("ssea/5.5.3a",),
)
def any_password(patch: Patch) -> None:
    """Something must be typed."""

    def knows(desk: Desk, password: str) -> bool:
        del desk
        return bool(password)

    patch(control, "knows", knows)


@defect(
    "control-first-password",
    en="the first control password opens for ever",
    zh="更改后旧控制口令仍然有效",
    clauses=("ssea/5.5.3a",),
)
def first_password(patch: Patch) -> None:
    """It is remembered."""
    known: list[str] = []

    def knows(desk: Desk, password: str) -> bool:
        if own(desk, password):
            known.append(password)
        return password in known

    own = patch(control, "knows", knows)


@defect(
    "control-any-role",
    en="whoever knows the control password may give orders, whatever right is set",
    zh="只核对控制口令，不核对操作权限",
    clauses=("ssea/5.5.3a",),
)
def any_role(patch: Patch) -> None:
    """Rights are for the menu."""

    def may_order(desk: Desk) -> bool:
        del desk
        return True

    patch(control, "may_order", may_order)


@defect(
    "control-acts-late",
    en="an order to a terminal is confirmed, and takes effect only once terminals are changed for another reason",
    zh="控制命令已确认，但直到终端资料另有变更时才生效",
    clauses=("ssea/5.5.3a",),
)
def acts_late(patch: Patch) -> None:
    """What was read of terminals is remembered."""

    def tell(whole: Desk) -> None:
        del whole

    patch(control, "_tell", tell)
