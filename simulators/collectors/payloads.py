"""What collectors write into a message about one device: the forms in use (facts 4.3), numbers as decimal text.

Leaves topics' transport to `mqtt` and `https`, HJ 212 text to `hj212_text`. Tokens are written as they are handed in,
so that a message can hold what no JSON writer would give: NaN, numbers as texts, a word.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Literal, get_args

from simulators.collectors import hj212_text
from simulators.collectors.entries import Entry
from simulators.sentences import Words

__all__ = ["FORMS", "Entry", "Form", "flaws_of", "node_of", "status_topic", "topic_of", "write"]

Form = Literal["neuron", "neuron-tags", "thingsboard", "properties", "hj212"]
"""EMQX Neuron's two forms, ThingsBoard gateway's telemetry, a list of properties stamped in seconds, HJ 212 text."""
TOLD_ONLY: tuple[Form, ...] = ("hj212",)
"""Forms that nobody asks for: they are published."""
FORMS: tuple[Form, ...] = get_args(Form)
GROUP = "meters"
UNREACHABLE = 3002
"""The error code in place of the values of a device that does not answer."""


def topic_of(form: Form, collector: str, node: str) -> str:
    """Where a message about a device is published."""
    if form == "thingsboard":
        return "v1/gateway/telemetry"
    if form == "properties":
        return f"CET/NX/upload/{node}"
    if form == "hj212":
        return f"hj212/{node_of(form, node)}"
    return f"/neuron/{collector}/{node}"


def node_of(form: Form, name: str) -> str:
    """What a device is called in messages."""
    return hj212_text.mn_of(name) if form == "hj212" else name


def flaws_of(form: Form, name: str, tags: Sequence[str]) -> Iterator[Words]:
    """What a form cannot say of a device with these tags."""
    return hj212_text.flaws_of(name, tags) if form == "hj212" else iter(())


def content_type(form: Form) -> str:
    """The kind of content that MQTT 5.0 tells of a message."""
    return "text/plain" if form == "hj212" else "application/json"


def status_topic(collector: str) -> str:
    """Where a collector says whether it is there (retained, and its will)."""
    return f"collectors/{collector}/status"


def write(form: Form, node: str, stamp_us: int, entries: tuple[Entry, ...]) -> str:
    """The text of a message about one device at one instant (us UTC, by the collector's clock)."""
    if form == "hj212":
        return hj212_text.write(node, stamp_us, entries)
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
