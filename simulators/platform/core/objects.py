"""Objects of every kind: create, change, remove, list, versions; whatever is done is a version and a line of the log.

Leaves rights to `rights`, forms to `kinds`, what areas add at a change to their hooks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from simulators.platform.core import rights
from simulators.platform.core.answers import Answers
from simulators.platform.core.audit import Audit
from simulators.platform.core.ground import Ground
from simulators.platform.core.kinds import Kind, Thing, convert, plain, shown
from simulators.platform.core.rights import Account, Whose
from simulators.platform.core.sentences import Refused, unknown, wrong
from simulators.platform.core.tables import ObjectRow, VersionRow

if TYPE_CHECKING:
    from simulators.platform.core.desk import Desk

_ID = 120
_VERSIONS = "versions"


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A version of an object: `what` is created, changed or removed; `thing` as it was then (removed: before)."""

    version: int
    what: str
    at: int
    by: str
    valid_from: int
    before: dict[str, Any]
    after: dict[str, Any]
    thing: Any


class Objects:
    """The objects of one platform. Every method raises Refused."""

    def __init__(self, ground: Ground, audit: Audit) -> None:
        self._ground = ground
        self._audit = audit
        self._numbers = 0
        self.answers = Answers(ground)

    def kind(self, name: str) -> Kind:
        """A kind by its name."""
        found = self._ground.plans.kinds.get(name)
        if found is None:
            raise unknown("kind", name[:80])
        return found

    # Reading.

    def listed(
        self, desk: Desk, kind: Kind, filters: Mapping[str, Any] | None = None, *, as_of: int | None = None
    ) -> list[Thing]:
        """The objects that an account sees, in the order of their creation; `as_of`: as they counted then."""
        account = desk.account
        rights.check_read(account, kind)
        things = self._seen(account, kind, self._filters(kind, filters or {}), as_of)
        return [thing for thing in things if kind.visible is None or kind.visible(desk, thing)]

    def _seen(self, account: Account, kind: Kind, wanted: Mapping[str, Any], as_of: int | None = None) -> list[Thing]:
        """What the tenant rule shows, by fields that were asked for."""
        return self.answers.get(
            kind.name, (account, as_of, *wanted.items()), lambda: self._read(account, kind, wanted, as_of)
        )

    def _read(self, account: Account, kind: Kind, wanted: Mapping[str, Any], as_of: int | None) -> list[Thing]:
        # Of the table, not of its class: half the price.
        columns = ObjectRow.__table__.columns
        asked = select(columns.body).where(columns.kind == kind.name, rights.visible(account, kind))
        asked = asked.order_by(columns.number)
        for name in ("id", "enterprise", "park", "region"):
            if name in wanted and (name == "id" or kind.name != name):
                asked = asked.where(columns[name] == wanted[name])
        with self._ground.db.begin() as session:
            if as_of is not None:
                things = self._as_of(session, account, kind, as_of)
            else:
                session.flush()
                things = [self._thing(kind, body) for body in session.connection().scalars(asked)]
        return [thing for thing in things if all(getattr(thing, name) == value for name, value in wanted.items())]

    def _filters(self, kind: Kind, filters: Mapping[str, Any]) -> dict[str, Any]:
        wanted: dict[str, Any] = {}
        encoded = dict(zip(kind.shape.__struct_encode_fields__, kind.shape.__struct_fields__, strict=True))
        for name, value in filters.items():
            if name not in encoded or name in kind.secret:
                known = ", ".join(each for each in encoded if each not in kind.secret)
                raise wrong(name, f"is no field of {kind.name}; it has {known}", f"不是{kind.zh}的字段，可用：{known}")
            single = _filter(kind.shape, name, encoded[name])
            wanted[encoded[name]] = getattr(convert({name: value}, single, {name: kind.fields[name]}), name)
        return wanted

    def get(self, desk: Desk, kind: Kind, key: str) -> Thing:
        """One object."""
        rights.check_read(desk.account, kind)
        return self._shown(desk, kind, key)

    def _shown(self, desk: Desk, kind: Kind, key: str) -> Thing:
        found = [] if "\0" in key else self._seen(desk.account, kind, {"id": key})
        if not found or (kind.visible is not None and not kind.visible(desk, found[0])):
            raise unknown(kind.name, key[:_ID])
        return found[0]

    def find(self, desk: Desk, kind: Kind, key: str) -> Thing | None:
        """One object, or None."""
        try:
            return self.get(desk, kind, key)
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def _row(self, session: Session, desk: Desk, kind: Kind, key: str) -> ObjectRow:
        seen = rights.visible(desk.account, kind)
        if "\0" in key:
            raise unknown(kind.name, key[:_ID])
        found = session.scalar(select(ObjectRow).where(ObjectRow.kind == kind.name, ObjectRow.id == key, seen))
        if found is None or (kind.visible is not None and not kind.visible(desk, self._thing(kind, found.body))):
            raise unknown(kind.name, key[:_ID])
        return found

    def _thing(self, kind: Kind, body: str) -> Any:
        return msgspec.json.decode(body, type=kind.shape)

    def versions(self, desk: Desk, kind: Kind, key: str) -> list[Version]:
        """All versions of an object, oldest first; those of a removed one too."""
        account = desk.account
        rights.check_read(account, kind)
        if "\0" in key:
            raise unknown(kind.name, key[:_ID])
        found: list[Version] = self.answers.get(
            kind.name, (account, _VERSIONS, key), lambda: self._read_versions(account, kind, key)
        )
        if not found or (kind.visible is not None and not kind.visible(desk, found[-1].thing)):
            raise unknown(kind.name, key[:_ID])
        return found

    def _read_versions(self, account: Account, kind: Kind, key: str) -> list[Version]:
        asked = select(VersionRow).where(VersionRow.kind == kind.name, VersionRow.id == key)
        with self._ground.db.begin() as session:
            rows = session.scalars(
                asked.where(rights.visible(account, kind, VersionRow)).order_by(VersionRow.version)
            ).all()
        return [
            Version(
                version=row.version,
                what=row.what,
                at=row.at,
                by=row.by,
                valid_from=row.valid_from,
                before=msgspec.json.decode(row.before or "{}"),
                after=msgspec.json.decode(row.after or "{}"),
                thing=self._thing(kind, row.after or row.before),
            )
            for row in rows
        ]

    def _as_of(self, session: Session, account: Account, kind: Kind, as_of: int) -> list[Any]:
        asked = select(VersionRow).where(VersionRow.kind == kind.name, rights.visible(account, kind, VersionRow))
        latest: dict[str, VersionRow] = {}
        for row in session.scalars(asked.order_by(VersionRow.valid_from, VersionRow.version)):
            if row.valid_from <= as_of:
                latest[row.id] = row
        return [self._thing(kind, row.after) for row in latest.values() if row.after]

    # Writing.

    def create(self, desk: Desk, kind: Kind, values: Mapping[str, Any]) -> str:
        """A new object: its key."""
        account = desk.account
        with self._ground.db.begin() as session:
            if not rights.may(account, "create", kind):
                raise rights.forbidden(f"create {kind.name}")
            thing = convert(self._at_home(account, kind, values), kind.shape, kind.fields)
            number = self._number(session)
            if not thing.id:
                thing = msgspec.structs.replace(thing, id=f"{kind.name}-{number}")
            self._check(session, desk, kind, thing, "create")
            if session.get(ObjectRow, (kind.name, thing.id)) is not None:
                raise Refused(409, f"{kind.name} {thing.id!r} exists already", f"{kind.zh}“{thing.id}”已存在")
            body = self._body(kind, thing)
            owner = rights.whose(kind, thing)
            now = self._ground.now_us()
            session.add(
                ObjectRow(
                    kind=kind.name,
                    id=thing.id,
                    body=body,
                    version=1,
                    changed=now,
                    number=number,
                    enterprise=owner.enterprise,
                    park=owner.park,
                    region=owner.region,
                )
            )
            # A key that was used before goes on with its versions.
            last = session.scalar(
                select(func.max(VersionRow.version)).where(VersionRow.kind == kind.name, VersionRow.id == thing.id)
            )
            self._version(session, desk, kind, thing, owner, (last or 0) + 1, "created", "", body)
            self._hooked(session, desk, kind, None, thing)
        return thing.id

    def change(self, desk: Desk, kind: Kind, key: str, values: Mapping[str, Any]) -> Thing:
        """Other values of some fields (null: the field's default); the object as it is then."""
        account = desk.account
        with self._ground.db.begin() as session:
            row = self._row(session, desk, kind, key)
            before: Thing = self._thing(kind, row.body)
            if str(values.get("id", key)) != key:
                raise wrong("id", "the key of an object cannot be changed", "对象的键不能更改")
            kept = {name: value for name, value in plain(before).items() if name not in values}
            thing = convert({**kept, **values}, kind.shape, kind.fields)
            rights.check_write(session, account, kind, rights.whose(kind, before), "change")
            self._check(session, desk, kind, thing, "change")
            body = self._body(kind, thing)
            old, owner = row.body, rights.whose(kind, thing)
            row.body, row.version, row.changed = body, row.version + 1, self._ground.now_us()
            row.enterprise, row.park, row.region = owner.enterprise, owner.park, owner.region
            last = session.scalar(
                select(func.max(VersionRow.version)).where(VersionRow.kind == kind.name, VersionRow.id == key)
            )
            self._version(session, desk, kind, thing, owner, (last or 0) + 1, "changed", old, body)
            self._hooked(session, desk, kind, before, thing)
        return self._thing(kind, body)

    def remove(self, desk: Desk, kind: Kind, key: str) -> None:
        """An object is no more; its versions stay."""
        account = desk.account
        with self._ground.db.begin() as session:
            row = self._row(session, desk, kind, key)
            thing: Thing = self._thing(kind, row.body)
            owner = rights.whose(kind, thing)
            rights.check_write(session, account, kind, owner, "remove")
            last = session.scalar(
                select(func.max(VersionRow.version)).where(VersionRow.kind == kind.name, VersionRow.id == key)
            )
            self._version(session, desk, kind, thing, owner, (last or 0) + 1, "removed", row.body, "")
            session.delete(row)
            self._hooked(session, desk, kind, thing, None)

    def _at_home(self, account: Account, kind: Kind, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """People of an enterprise, a park or a region write their own without saying so."""
        filled = dict(values)
        names = kind.shape.__struct_fields__
        if account.role in ("manager", "clerk") and "enterprise" in names and not filled.get("enterprise"):
            filled["enterprise"] = account.enterprise
        elif account.role == "operator" and kind.tenant == "park" and "park" in names and not filled.get("park"):
            filled["park"] = account.park
        return filled

    def _check(self, session: Session, desk: Desk, kind: Kind, thing: Thing, verb: str) -> None:
        if len(thing.id) > _ID or any(not each.isprintable() or each == "/" for each in thing.id):
            raise wrong(
                "id", f"expected at most {_ID} printable characters without /", f"应为至多 {_ID} 个字符，不含 /"
            )
        owner = rights.whose(kind, thing)
        if len(owner.region) > _ID or len(owner.park) > _ID:
            name = "region" if len(owner.region) > _ID else "park"
            raise wrong(name, f"is longer than {_ID} characters", f"超过 {_ID} 个字符")
        rights.check_write(session, desk.account, kind, owner, verb)
        for name, en, zh in thing.flaws():
            raise wrong(name, en, zh)
        for name, note in kind.fields.items():
            target = note.get("ref")
            text = getattr(thing, _attribute(kind, name))
            if target and text and not (target == kind.name and text == thing.id):
                self._check_named(desk, self.kind(target), str(text), name)

    def _check_named(self, desk: Desk, kind: Kind, key: str, field: str) -> None:
        """Raises Refused unless the named object exists and the account sees it."""
        try:
            self._shown(desk, kind, key)
        except Refused:
            raise wrong(field, f"there is no {kind.name} {key[:_ID]!r}", f"不存在{kind.zh}“{key[:_ID]}”") from None

    def _hooked(self, session: Session, desk: Desk, kind: Kind, before: Thing | None, after: Thing | None) -> None:
        """What was remembered of this kind is forgotten, and areas hear of the change; both undone if one refuses."""
        session.flush()
        self._ground.tell_changed(kind.name)
        for name in (kind.name, "*"):
            for plan in self._ground.plans.changes.get(name, ()):
                plan.function(desk, before, after)

    def _body(self, kind: Kind, thing: Thing) -> str:
        return msgspec.json.encode(shown(thing, kind)).decode()

    def _version(
        self,
        session: Session,
        desk: Desk,
        kind: Kind,
        thing: Thing,
        owner: Whose,
        number: int,
        what: str,
        before: str,
        after: str,
    ) -> None:
        """Keep the version and a line of the log."""
        now = self._ground.now_us()
        counts = getattr(thing, "valid_from", None) if what != "removed" else None
        session.add(
            VersionRow(
                kind=kind.name,
                id=thing.id,
                version=number,
                what=what,
                at=now,
                by=desk.account.name,
                valid_from=now if counts is None else counts,
                before=before,
                after=after,
                enterprise=owner.enterprise,
                park=owner.park,
                region=owner.region,
            )
        )
        changed = _differences(before, after)
        self._audit.note(desk.account, what, kind.name, thing.id, detail=changed, enterprise=owner.enterprise)

    def _number(self, session: Session) -> int:
        if not self._numbers:
            self._numbers = session.scalar(select(func.max(ObjectRow.number))) or 0
        self._numbers += 1
        return self._numbers


def _attribute(kind: Kind, name: str) -> str:
    return kind.shape.__struct_fields__[kind.shape.__struct_encode_fields__.index(name)]


@cache
def _filter(shape: type[Thing], name: str, attribute: str) -> type[msgspec.Struct]:
    """What a filter by one field is read as."""
    kind = next(each.type for each in msgspec.structs.fields(shape) if each.name == attribute)
    return msgspec.defstruct("Filter", [(name, kind)])


def _differences(before: str, after: str) -> dict[str, list[Any]]:
    old: dict[str, Any] = msgspec.json.decode(before or "{}")
    new: dict[str, Any] = msgspec.json.decode(after or "{}")
    names: Iterable[str] = dict.fromkeys((*old, *new))
    return {name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)}
