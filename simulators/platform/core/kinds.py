"""Kinds of objects: a msgspec struct each, whom it belongs to, who may do what; conversion, one sentence a fault.

Leaves keeping to `objects`, whose they are to `rights`. Numbers are `Amount` (Decimal, from text), instants whole
microseconds UTC (from a number, text of one, or ISO 8601; without a zone local time), everything else text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from simulators.platform.core.sentences import Refused, wrong
from simulators.platform.core.times import FIRST_YEAR, LAST_YEAR, from_iso, within

Tenant = Literal["enterprise", "park", "region", "public"]
"""Whom an object belongs to: `enterprise` its enterprise alone (and who oversees it), `park` the park and all in it,
`region` likewise, `public` everybody. A row of park or region with an `enterprise` is that enterprise's alone."""

MOST_TEXT = 200_000
_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,40})?")

Instant = Annotated[int, msgspec.Meta(extra={"instant": True})]
"""Microseconds UTC, of a year that is reckoned with (`times.within`)."""
Year = Annotated[int, msgspec.Meta(ge=FIRST_YEAR, le=LAST_YEAR)]
Amount = Annotated[Decimal, msgspec.Meta(extra={"amount": True})]
"""A number, exact, from decimal text."""


class Number(str):
    """A number of JSON with a fraction or exponent, as the text it is."""

    __slots__ = ()


def ref(kind: str) -> msgspec.Meta:
    """Text that names an object of a kind, which must exist and be the account's to see; empty is none."""
    return msgspec.Meta(extra={"ref": kind})


def matching(pattern: str, hint: str) -> msgspec.Meta:
    """Text that matches as a whole; `hint` says what it should be."""
    return msgspec.Meta(pattern=rf"\A(?:{pattern})\Z", extra={"hint": hint})


def one_of(*words: str) -> msgspec.Meta:
    """Text out of a list, for words known only at run time (otherwise: Literal)."""
    return matching("|".join(map(re.escape, words)), "one of " + ", ".join(words))


class Thing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An object of some kind. `id` is its key: given by who creates it, else by the platform."""

    id: str = ""

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """What types do not say: field, sentence in English, in Chinese."""
        return iter(())


class Span(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The query of an analysis over [from, to), instants."""

    from_: Instant = msgspec.field(name="from")
    to: Instant


ROLES = ("administrator", "auditor", "operator", "manager", "clerk", "government", "public")
"""System administrator, auditor (reads everything, changes nothing), operator of a park, manager and clerk of an
enterprise, government of a region, and whoever is not logged in."""
PEOPLE = ROLES[:-1]
"""Whoever is logged in."""
EVERYBODY = ROLES

_WRITERS: Mapping[str, tuple[str, ...]] = {
    "enterprise": ("administrator", "operator", "manager", "clerk"),
    "park": ("administrator", "operator"),
    "region": ("administrator", "government"),
    "public": ("administrator", "operator"),
}


@dataclass(frozen=True)
class Kind:
    """A kind as registered. `secret` fields are taken and never shown; `visible` narrows who sees one."""

    name: str
    shape: type[Thing]
    en: str
    zh: str
    tenant: Tenant
    read: tuple[str, ...]
    write: tuple[str, ...]
    remove: tuple[str, ...]
    secret: tuple[str, ...] = ()
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    visible: Callable[[Any, Any], bool] | None = None


def kind(
    name: str,
    shape: type[Thing],
    *,
    en: str,
    zh: str,
    tenant: Tenant,
    read: tuple[str, ...] | None = None,
    write: tuple[str, ...] | None = None,
    remove: tuple[str, ...] | None = None,
    secret: tuple[str, ...] = (),
    visible: Callable[[Any, Any], bool] | None = None,
) -> Kind:
    """Declare a kind. `read`, `write` and `remove` are roles; whose objects they reach the tenant rule says besides.

    Without `read` it is read by whoever is logged in, and by everybody if it is the public's.

    `visible(desk, thing)` False: within what the tenant rule shows, this account does not see this object.
    """
    writers = _WRITERS[tenant] if write is None else write
    return Kind(
        name,
        shape,
        en,
        zh,
        tenant,
        (ROLES if tenant == "public" else PEOPLE) if read is None else read,
        writers,
        writers if remove is None else remove,
        secret,
        notes_of(shape),
        visible,
    )


def notes_of(shape: type[msgspec.Struct]) -> dict[str, dict[str, Any]]:
    """What is noted of each field of a struct, by its name on the wire."""
    found: dict[str, dict[str, Any]] = {}
    told = msgspec.inspect.type_info(shape)
    assert isinstance(told, msgspec.inspect.StructType)
    for each in told.fields:
        notes: dict[str, Any] = {}
        at: Any = each.type
        waiting = [at]
        while waiting:
            at = waiting.pop()
            if isinstance(at, msgspec.inspect.Metadata):
                notes |= at.extra or {}
                waiting.append(at.type)
            elif isinstance(at, msgspec.inspect.UnionType):
                waiting.extend(at.types)
            elif isinstance(at, msgspec.inspect.DecimalType):
                notes["amount"] = True
        found[each.encode_name] = notes
    return found


def instant(text: Any, name: str) -> int:
    """An instant from a whole number, its text, or ISO 8601. Raises Refused."""
    told = str(text)[:40]
    if isinstance(text, bool) or not isinstance(text, int | str):
        raise wrong(name, f"expected an instant, got {told}", f"应为时刻，收到 {told}")
    try:
        if isinstance(text, str) and not re.fullmatch(r"-?\d{1,18}", text):
            return from_iso(text)
    except ValueError:
        raise wrong(
            name,
            f"expected microseconds UTC or ISO 8601, got {told!r}",
            f"应为 UTC 微秒数或 ISO 8601 时刻，收到“{told}”",
        ) from None
    if not within(at := int(text)):
        raise wrong(
            name,
            f"expected an instant of the years {FIRST_YEAR} to {LAST_YEAR}",
            f"应为 {FIRST_YEAR} 至 {LAST_YEAR} 年间的时刻",
        )
    return at


def amount(text: Any, name: str) -> Decimal:
    """A number from decimal text or a whole number. Raises Refused."""
    plain = str(text) if isinstance(text, int | str | Decimal) and not isinstance(text, bool) else ""
    if not _DECIMAL.fullmatch(plain):
        raise wrong(name, f"expected decimal text, got {str(text)[:40]!r}", f"应为十进制数，收到“{str(text)[:40]}”")
    return Decimal(plain)


S = TypeVar("S", bound=msgspec.Struct)


def convert(values: Mapping[str, Any], shape: type[S], notes: Mapping[str, Mapping[str, Any]] | None = None) -> S:
    """A struct from JSON or CSV values. Raises Refused with one sentence."""
    notes = notes_of(shape) if notes is None else notes
    ready: dict[str, Any] = {}
    for name, value in values.items():
        note = notes.get(name)
        if note is None:
            known = ", ".join(notes)
            raise wrong(name, f"is no field of this; it has {known}", f"没有该字段，可用字段：{known}")
        if isinstance(value, str) and len(value) > MOST_TEXT:
            raise wrong(name, f"is longer than {MOST_TEXT} characters", f"超过 {MOST_TEXT} 个字符")
        if isinstance(value, str) and "\0" in value:
            raise wrong(name, "has a character U+0000", "含有字符 U+0000")
        if value is None or (value == "" and ("instant" in note or "amount" in note)):
            continue
        if "instant" in note:
            value = instant(value, name)
        elif "amount" in note:
            value = amount(value, name)
        elif isinstance(value, Number):
            raise wrong(name, f"expected text, got {value[:40]}", f"应为文本，收到 {value[:40]}")
        ready[name] = value
    try:
        return msgspec.convert(ready, shape, strict=False)
    except msgspec.ValidationError as error:
        raise _told(str(error), notes) from None


def _told(problem: str, notes: Mapping[str, Mapping[str, Any]]) -> Refused:
    """msgspec's refusal as a sentence."""
    what, _, where = problem.partition(" - at `$.")
    name = where.rstrip("`")
    missing = re.search(r"missing required field `(.+?)`", what)
    if missing:
        return wrong(missing[1], "is missing", "缺少该字段")
    hint = notes.get(name, {}).get("hint")
    if hint and "regex" in what:
        return wrong(name, f"expected {hint}", f"格式不符，应为 {hint}")
    return wrong(name or "body", what[:1].lower() + what[1:], f"取值不符（{what}）")


def shown(thing: Thing, kind: Kind) -> dict[str, Any]:
    """The fields of a thing as they leave: numbers as decimal text, secrets not at all."""
    found = plain(thing)
    for name in kind.secret:
        found.pop(name, None)
    return found


def of_fraction(value: Fraction) -> str:
    """Exact decimal text where there is one, else 12 significant digits, half to even."""
    rest, places = value.denominator, 0
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest, count = rest // prime, count + 1
        places = max(places, count)
    context = Context(prec=len(str(abs(value.numerator))) + places + 2 if rest == 1 else 12)
    found = f"{context.divide(Decimal(value.numerator), Decimal(value.denominator)):f}"
    return found.rstrip("0").rstrip(".") if "." in found else found


def plain(value: Any) -> Any:
    """Builtins for JSON: Decimal as plain text without exponent, Fraction likewise or to 12 significant digits."""
    kind = type(value)
    if kind is str or kind is int or value is None or kind is bool:
        return value
    if kind is dict:
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Fraction):
        return of_fraction(value)
    if isinstance(value, msgspec.Struct):
        names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
        return {name: plain(getattr(value, attribute)) for attribute, name in names}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return str(value) if isinstance(value, Number) else value
