"""Which kind of centre stands where a case asks for any: the uplink that the product declares (R-46).

Leaves what a centre of a kind is to its descriptor. A case that is about one kind names it in its scenario and in its
needs; every other case leaves the choice to the capability statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulators.centres.kinds import altered, kind_of
from simulators.centres.spec import USUAL, CentreSpec

UPLINKS: Mapping[str, Mapping[str, Any]] = {
    "uplink.hj212": {},
    "uplink.https-records": {"kind": "third-party", "channel": "tls"},
    "uplink.mqtt-records": {"kind": "mqtt-records", "channel": "tls"},
    "uplink.hj212-window": {"schedule": "window", "upload_time": "00:20:00"},
}
"""Questions of the capability statement in order of preference, each with what it changes of a centre of HJ 212."""


def chosen(claimed: Callable[[str], bool]) -> Mapping[str, Any]:
    """What the first uplink that the product declares changes of a centre; nothing where it declares none."""
    return next((changes for question, changes in UPLINKS.items() if claimed(question)), {})


def as_declared(spec: CentreSpec, changes: Mapping[str, Any]) -> CentreSpec:
    """The centre by the product's uplink; itself where the scenario wants HJ 212 of a kind of its own.

    A channel that the scenario asks for stays.
    """
    plain = spec.kind == USUAL and not kind_of(spec).window(spec) and kind_of(spec).payload(spec) == "clear"
    if not changes or not plain:
        return spec
    if spec.channel != "plain":
        changes = {name: value for name, value in changes.items() if name != "channel"}
    return altered(spec, **changes)
