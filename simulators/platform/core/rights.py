"""Who may see and write what: rights by role, reach by tenant; one condition for lists, analyses, exports and guesses.

Leaves who somebody is to `accounts`. Whatever an account cannot see is told as if it did not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from simulators.platform.core.kinds import Kind, Thing
from simulators.platform.core.plans import Plan
from simulators.platform.core.seams import seam
from simulators.platform.core.sentences import forbidden, unknown
from simulators.platform.core.tables import ObjectRow, VersionRow


@dataclass(frozen=True)
class Account:
    """Somebody: `name`, `role`, and where they belong; an operator without a park has them all.

    `park` and `region` of an enterprise's people are those of the enterprise.
    """

    name: str
    role: str
    enterprise: str = ""
    park: str = ""
    region: str = ""

    @property
    def whole(self) -> bool:
        """Whether this account sees everything."""
        return self.role in ("administrator", "auditor")


PUBLIC = Account("public", "public")
SYSTEM = Account("system", "administrator")
"""The platform itself."""

Row = type[ObjectRow] | type[VersionRow]


@dataclass(frozen=True)
class Whose:
    """Whom an object belongs to; empty: nobody of that sort."""

    enterprise: str = ""
    park: str = ""
    region: str = ""


def whose(kind: Kind, thing: Thing) -> Whose:
    """Whom an object belongs to, by its fields; an enterprise and a park are their own."""
    own = {name: str(getattr(thing, name, "")) for name in ("enterprise", "park", "region")}
    if kind.name in ("enterprise", "park"):
        own[kind.name] = thing.id
    return Whose(**own)


def visible(account: Account, kind: Kind, row: Row = ObjectRow) -> ColumnElement[bool]:
    """The condition under which an account sees objects (or versions) of a kind."""
    if account.role not in kind.read:
        return false()
    if account.whole or kind.tenant == "public":
        return true()
    if account.role == "public":
        return false()
    own = row.enterprise.in_(enterprises(account))
    if kind.tenant == "enterprise":
        return own
    shared = or_(row.enterprise == "", own)
    if kind.tenant == "park":
        return shared & _park(account, row)
    return shared & _region(account, row)


@seam
def enterprises(account: Account) -> Any:
    """The enterprises an account sees: its own, those of its park, or those of its region."""
    if account.role in ("manager", "clerk"):
        return [account.enterprise]
    known = select(ObjectRow.id).where(ObjectRow.kind == "enterprise")
    if account.role == "operator":
        return known.where(ObjectRow.park == account.park) if account.park else known
    return known.where(ObjectRow.region.startswith(account.region, autoescape=True))


@seam
def _park(account: Account, row: Row) -> ColumnElement[bool]:
    if account.role == "government":
        parks = select(ObjectRow.id).where(ObjectRow.kind == "park", ObjectRow.region.startswith(account.region))
        return or_(row.park == "", row.park.in_(parks))
    return row.park.in_(["", account.park]) if account.park else true()


def _region(account: Account, row: Row) -> ColumnElement[bool]:
    wider = [account.region[:length] for length in range(len(account.region) + 1)]
    return or_(row.region.in_(wider), row.region.startswith(account.region, autoescape=True))


@seam
def may(account: Account, verb: str, what: Kind | Plan) -> bool:
    """Whether a role may at all: list, create, change, remove, import, export a kind; ask or act what is declared."""
    if isinstance(what, Plan):
        return account.role in what.roles
    if verb in ("list", "export"):
        return account.role in what.read and (account.role != "public" or what.tenant == "public")
    return account.role in (what.remove if verb == "remove" else what.write)


def check_read(account: Account, kind: Kind, verb: str = "list") -> None:
    """Raises Refused if the role reads no objects of this kind at all."""
    if not may(account, verb, kind):
        raise forbidden(f"{verb} {kind.name}")


def check_write(session: Session, account: Account, kind: Kind, owner: Whose, verb: str) -> None:
    """Raises Refused unless an account may write an object that belongs to `owner`."""
    if not may(account, verb, kind):
        raise forbidden(f"{verb} {kind.name}")
    if account.role == "administrator":
        return
    if owner.enterprise:
        _within(session, account, owner.enterprise)
        return
    if account.role in ("manager", "clerk"):
        raise forbidden(f"{verb} {kind.name} of the park")
    if account.role == "operator" and account.park and owner.park not in ("", account.park):
        raise unknown("park", owner.park)
    if account.role == "government" and owner.region and not owner.region.startswith(account.region):
        raise unknown("region", owner.region)


@seam
def _within(session: Session, account: Account, enterprise: str) -> None:
    """Raises Refused unless the enterprise is one of the account's."""
    found = enterprises(account)
    within = enterprise in found if isinstance(found, list) else session.scalar(found.where(ObjectRow.id == enterprise))
    if not within:
        raise unknown("enterprise", enterprise)
