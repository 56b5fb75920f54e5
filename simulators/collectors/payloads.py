"""What collectors write into a message about one device: the forms in use (facts 4.3), numbers as decimal text.

Leaves topics' transport to `mqtt` and `https`. Tokens are written as they are handed in, so that a message can hold
what no JSON writer would give: NaN, numbers as texts, a word.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, get_args

Form = Literal["neuron", "neuron-tags", "thingsboard", "properties"]
"""EMQX Neuron's two forms, ThingsBoard gateway's telemetry, and the list of properties with seconds as stamps."""
FORMS: tuple[Form, ...] = get_args(Form)
GROUP = "meters"
UNREACHABLE = 3002
"""The error code in place of the values of a device that does not answer."""


@dataclass(frozen=True)
class Entry:
    """One value in a message: its tag, the JSON token that stands for it (empty: an error code), its unit."""

    tag: str
    token: str
    unit: str = ""


def topic_of(form: Form, collector: str, node: str) -> str:
    """Where a message about a device is published."""
    if form == "thingsboard":
        return "v1/gateway/telemetry"
    if form == "properties":
        return f"CET/NX/upload/{node}"
    return f"/neuron/{collector}/{node}"


def status_topic(collector: str) -> str:
    """Where a collector says whether it is there (retained, and its will)."""
    return f"collectors/{collector}/status"


def write(form: Form, node: str, stamp_us: int, entries: tuple[Entry, ...]) -> str:
    """The text of a message about one device at one instant (us UTC, by the collector's clock)."""
    name, ms = _text(node), str(stamp_us // 1000)
    good = [entry for entry in entries if entry.token]
    failed = [entry for entry in entries if not entry.token]
    if form == "neuron":
        values = _members([(entry.tag, entry.token) for entry in good])
        errors = _members([(entry.tag, str(UNREACHABLE)) for entry in failed])
        return f'{{"timestamp":{ms},"node":{name},"group":"{GROUP}","values":{values},"errors":{errors},"metas":{{}}}}'
    if form == "neuron-tags":
        rows = [f'{{"name":{_text(entry.tag)},"value":{entry.token}}}' for entry in good]
        rows += [f'{{"name":{_text(entry.tag)},"error":{UNREACHABLE}}}' for entry in failed]
        return f'{{"timestamp":{ms},"node":{name},"group":"{GROUP}","tags":[{",".join(rows)}]}}'
    if form == "thingsboard":
        return f'{{{name}:[{{"ts":{ms},"values":{_members([(entry.tag, entry.token) for entry in good])}}}]}}'
    seconds = str(stamp_us // 1_000_000)
    rows = [
        f'{{"type":"AI","key":{_text(entry.tag)},"value":{entry.token},"unit":{_text(entry.unit)},'
        f'"timestamp":{seconds}}}'
        for entry in good
    ]
    return f'{{"version":"1.0","location_code":{name},"ts":{seconds},"properties":[{",".join(rows)}]}}'


def _members(pairs: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{_text(name)}:{token}" for name, token in pairs) + "}"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
