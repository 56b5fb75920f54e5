"""What stands in packages whose content is JSON, read and checked for its form (docs/WIRE.md section 5).

Leaves what parameters and configurations mean to those who set them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from reference_terminal.management import reasons
from reference_terminal.management.packages import Package, PackageRefused
from reference_terminal.model import json_text

_FACTOR = ("code", "value", "unit", "gas", "source", "region", "validFrom")
_METHOD = ("id", "edition", "formula")
_BOUNDARY = ("id", "enterprise", "edition", "units")
_UNIT = ("unit", "sector", "source", "gas", "point")


def read_content(package: Package) -> dict[str, Any]:
    """The one member of a package's content. Raises PackageRefused for a content that is not that of its kind."""
    try:
        found: Any = json_text.read(package.content)
    except json_text.NoJson:
        found = None
    body = cast(dict[str, Any], found) if isinstance(found, dict) else {}
    inner = body.get(package.kind)
    if len(body) != 1 or not _GOOD[package.kind](inner):
        raise PackageRefused(reasons.CONTENT_OF_ANOTHER_KIND(kind=package.kind, form=_FORMS[package.kind]))
    return {"factors": inner} if package.kind == "factors" else cast(dict[str, Any], inner)


def _factors(inner: object) -> bool:
    return isinstance(inner, list) and bool(inner) and all(_texts(row, _FACTOR) for row in cast(list[Any], inner))


def _method(inner: object) -> bool:
    return _texts(inner, _METHOD)


def _boundary(inner: object) -> bool:
    members = cast(dict[str, object], inner) if isinstance(inner, dict) else {}
    units = members.get("units")
    if set(members) != set(_BOUNDARY) or not isinstance(units, list) or not units:
        return False
    texts = {name: members[name] for name in _BOUNDARY[:-1]}
    return _texts(texts, _BOUNDARY[:-1]) and all(_texts(unit, _UNIT) for unit in cast(list[Any], units))


def _table(inner: object) -> bool:
    return isinstance(inner, dict) and bool(cast(dict[str, Any], inner))


_FORMS = {
    "factors": f"factors: [{', '.join(_FACTOR)}]",
    "method": f"method: {', '.join(_METHOD)}",
    "boundary": f"boundary: {', '.join(_BOUNDARY)} [{', '.join(_UNIT)}]",
    "parameters": "parameters: {}",
    "configuration": "configuration: {}",
}
"""Of each kind its one member and what stands in it."""
_GOOD: dict[str, Callable[[object], bool]] = {
    "factors": _factors,
    "method": _method,
    "boundary": _boundary,
    "parameters": _table,
    "configuration": _table,
}


def _texts(row: object, names: tuple[str, ...]) -> bool:
    """Whether an object has these members, all of them text, and no other."""
    members = cast(dict[str, object], row) if isinstance(row, dict) else {}
    return set(members) == set(names) and all(isinstance(value, str) for value in members.values())
