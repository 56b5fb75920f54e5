"""What templates of a profile may name, known before any seat is there: top-level names and the fields below them.

Leaves rendering to `command`. A template is read, not run: fields are looked up where they follow a name outright
(`local.host`) or the variable of a loop over a list of the seat (`{% for meter in meters %}{{ meter.host }}`).
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping

import jinja2
from jinja2 import meta, nodes

from simulators.centres.kinds import names as centre_names
from simulators.trust.authority import TerminalSide
from simulators.world.points import names as point_names

_POINT = point_names()
_CENTRE = centre_names() | {*TerminalSide.__struct_fields__}
_ADDRESS = frozenset({"host", "port"})
FIELDS: Mapping[str, Collection[str] | None] = {
    "state": None,
    "folder": None,
    "python": None,
    "local": _ADDRESS,
    "time_server": _ADDRESS,
    "period_s": None,
    "buffer_h": None,
    "store_octets": None,
    "log_entries": None,
    "meters": frozenset(
        [
            "name",
            "host",
            "port",
            "line",
            "device",
            "unit",
            "address",
            "protocol",
            "map",
            "collector",
            "system",
            "period_s",
            "records",
            "points",
        ]
    ),
    "lines": frozenset(["name", "device", "baud", "parity", "stop_bits"]),
    "points": _POINT,
    "derived": None,
    "emitter": None,
    "emission_codes": None,
    "collectors": None,
    "systems": frozenset(["id", "kind", "url", "security", "certificate", "key", "trusted"]),
    "centres": _CENTRE | {"codes", "figures"},
    "revocation": frozenset(["urls", "look_s", "policy"]),
    "status": frozenset(["url", "look_s", "policy"]),
    "connection": None,
    "uplink": frozenset(["host"]),
    "intakes": None,
    "side": frozenset(["certificate", "key", "anchors"]),
    "accounts": None,
    "role": frozenset(["name", "own", "master", "slaves", "reports_as", "tags", "minute_interval"]),
}
"""What a template of a command line, an environment or a file may name, with the fields of each (None: not known)."""
ASKED: Mapping[str, Collection[str] | None] = {
    "query": None,
    "local": _ADDRESS,
    "state": None,
    "folder": None,
    "centre": _CENTRE | {"codes"},
}
"""What the template of a question may name."""
_METHODS = frozenset(dir(dict)) | frozenset(dir(list)) | frozenset(dir(str))


def misnamed(engine: jinja2.Environment, text: str, known: Mapping[str, Collection[str] | None]) -> Iterator[str]:
    """Each name in a template that will not be there, with the one that was meant; nothing for one that breaks."""
    try:
        tree = engine.parse(text)
    except jinja2.TemplateSyntaxError:
        return
    for name in sorted(meta.find_undeclared_variables(tree) - set(known)):
        yield f"there is no {name!r} to name{_meant(name, known)}"
    fields = dict(known)
    for loop in tree.find_all(nodes.For):
        over = _name_of(loop.iter)
        if isinstance(loop.target, nodes.Name):
            # The points of a meter are rows of the point table.
            fields[loop.target.name] = _POINT if over == "points" else known.get(over) if over in known else None
    for found in tree.find_all(nodes.Getattr):
        if not isinstance(found.node, nodes.Name):
            continue
        allowed = fields.get(found.node.name)
        if allowed is not None and found.attr not in allowed and found.attr not in _METHODS:
            yield f"{found.node.name!r} has no {found.attr!r}{_meant(found.attr, allowed)}"


def _name_of(node: nodes.Node | None) -> str:
    """The list that a loop goes over: a name, or a name behind filters; the last field where it is one of a name."""
    while isinstance(node, nodes.Filter):
        node = node.node
    if isinstance(node, nodes.Getattr):
        return node.attr
    return node.name if isinstance(node, nodes.Name) else ""


def _meant(name: str, known: Collection[str]) -> str:
    # A letter left out or doubled; what a name of another meaning resembles leads astray.
    near = difflib.get_close_matches(name, sorted(known), 1, 0.75)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(known))}"
