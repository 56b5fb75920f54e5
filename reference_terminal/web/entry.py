"""An entered change of a meter, read and checked (ruling R-19).

Leaves committing it to processing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from reference_terminal.model import numbers
from reference_terminal.model.rows import Replacement
from reference_terminal.model.times import DAY_S, iso
from reference_terminal.processing.pipeline import PointState
from reference_terminal.settings.reader import did_you_mean
from reference_terminal.web.parameters import instant, shown
from reference_terminal.web.server import HttpError

KEYS = ("point", "at", "final_old", "initial_new")
_MOST_DIGITS = 20
"""More than any register has (64 bits: 20 digits)."""
_AHEAD_S = DAY_S
"""How long before it happens a change may be entered."""


def read(
    content_type: str,
    body: bytes,
    wanted: Sequence[str],
    given: Mapping[str, str] | None = None,
    optional: Sequence[str] = (),
) -> dict[str, str]:
    """The fields of an entry as text, each of `wanted` once, of `optional` at most once. Raises HttpError.

    Fields that are `given` need not be there, and say the same where they are.

    Only a deliberate client sends application/json: a page that is open in a browser cannot make it do so elsewhere.
    """
    if content_type != "application/json":
        raise HttpError(
            415,
            f"expected Content-Type application/json, got {shown(content_type)}",
            f"Content-Type 应为 application/json，实际为 {shown(content_type)}",
        )
    try:
        value = json.loads(body, parse_float=str, parse_int=str, object_pairs_hook=_no_doubles)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        keys = ", ".join(wanted)
        raise HttpError(400, f"expected a JSON object with {keys}, each once", f"应为包含 {keys} 的 JSON 对象")
    fields = cast(dict[str, Any], value)
    for name in fields:
        if name not in (*wanted, *optional):
            hint = did_you_mean(name[:60], wanted)
            raise HttpError(400, f"unknown key {shown(name)}{hint}", f"未知的键 {shown(name)}")
    fields = {**(given or {}), **fields}
    asked = [*wanted, *(name for name in optional if name in fields)]
    for name in asked:
        if name not in fields:
            raise HttpError(400, f"{name} is missing; send {', '.join(wanted)}", f"缺少 {name}")
        if not isinstance(fields[name], str):
            raise HttpError(400, f"expected {name} as text", f"{name} 应为文本")
    for name, value in (given or {}).items():
        check_given(name, fields[name], value)
    return {name: fields[name] for name in asked}


def check_given(name: str, said: str, known: str) -> None:
    """Raise HttpError (403) where somebody gives himself out for another."""
    if said != known:
        raise HttpError(
            403,
            f"{name} is {known}, who is logged in; leave it out or name yourself, not {shown(said)}",
            f"{name} 应为登录账户 {known}",
            code="not-yourself",
        )


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def check(state: PointState, fields: dict[str, str], now_ms: int) -> Replacement:
    """The entry that the fields tell. Raises HttpError (400) for what no counter shows or lies too far ahead."""
    if state.tracker is None and state.counts:
        raise HttpError(
            400,
            f"{state.config.id} is computed from other points; enter the replacement for the meter that was replaced",
            f"{state.config.id} 由其他监测点计算，请为实际更换的表计登记",
        )
    if state.tracker is None:
        raise HttpError(400, f"{state.config.id} is no counter", f"{state.config.id} 不是累计量")
    for name in ("final_old", "initial_new"):
        check_register(state, name, fields[name])
    at_s = instant(fields, "at", 0)
    latest_s = now_ms // 1000 + _AHEAD_S
    if at_s > latest_s:
        raise HttpError(
            400,
            f"expected at no later than {iso(latest_s)}, a day from the terminal's clock; got {iso(at_s)}",
            f"at 不应晚于 {iso(latest_s)}（终端时钟之后一天），实际为 {iso(at_s)}",
        )
    return Replacement(state.config.id, at_s, fields["final_old"], fields["initial_new"], now_ms)


def check_register(state: PointState, name: str, text: str) -> None:
    """Raise HttpError (400) unless the text is a number that the counter can show."""
    if not is_decimal(text):
        raise HttpError(
            400,
            f"expected {name} a plain decimal number of at most {_MOST_DIGITS} digits such as 1234.50,"
            f" got {shown(text)}",
            f"{name} 应为十进制数，例如 1234.50，实际为 {shown(text)}",
        )
    config = state.config
    value = Decimal(text)
    if value < 0 and not config.signed:
        raise HttpError(400, f"expected {name} not below 0, got {text}", f"{name} 不应小于 0，实际为 {text}")
    if config.modulus is None:
        return
    modulus = numbers.CONTEXT.multiply(config.modulus, abs(config.ratio))
    if abs(value) >= modulus:
        limit = numbers.text(modulus)
        raise HttpError(
            400,
            f"expected {name} below {limit}, where the counter starts again; got {text}",
            f"{name} 应小于计数器模数 {limit}，实际为 {text}",
        )


def is_decimal(text: str) -> bool:
    """Whether a text is a plain decimal number: sign, digits, point, digits."""
    whole, point, part = text.removeprefix("-").partition(".")
    digits = whole + part
    return (
        bool(whole)
        and bool(part) == bool(point)
        and digits.isascii()
        and digits.isdigit()
        and len(digits) <= _MOST_DIGITS
    )


def same(one: str, other: str) -> bool:
    """Whether two texts are the same number."""
    return Decimal(one) == Decimal(other)


def check_order(state: PointState, made: Replacement) -> None:
    """Raise HttpError (409) for an entry that contradicts what was read already."""
    tracker = state.tracker
    if tracker is None or tracker.value is None:
        return
    if made.at_s < tracker.slot_s:
        raise HttpError(
            409,
            f"a reading at {iso(tracker.slot_s)} follows {iso(made.at_s)} already; "
            "enter a replacement before the new meter is read",
            "该时刻之后已有读数，请在新表首次读数之前登记",
        )
    if Decimal(made.final_old) < tracker.value:
        last = numbers.text(tracker.value)
        raise HttpError(
            409,
            f"the old meter stood at {last} at {iso(tracker.slot_s)} already; expected final_old no less,"
            f" got {made.final_old}",
            f"旧表在 {iso(tracker.slot_s)} 的读数已为 {last}，final_old 不应小于它，实际为 {made.final_old}",
        )
