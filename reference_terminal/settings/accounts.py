"""What the terminal is told of people: rules of login and audit, and the accounts it is delivered with.

Leaves accounts in use, which live in the store, to the access room. Without the section [accounts] there are none and
the local interface is open.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from reference_terminal.settings import reasons
from reference_terminal.settings.problems import Problem
from reference_terminal.settings.reader import Section, Settings, matching, note_doubles, one_of

ROLES = ("administrator", "operator", "auditor", "clerk", "reviewer", "viewer")
"""The three of ISC-2 7.4.1.2(1), which exclude each other, and those of business (CSMT 11.13)."""
SECURITY_ROLES = ROLES[:3]
AUDIT_DAYS = 184
"""Six months of the log may be removed by nothing (ISC-2 7.4.1.3(3), R-39)."""

AccountName = Annotated[str, matching(r"[A-Za-z][A-Za-z0-9._-]{0,31}", reasons.AN_ACCOUNT_NAME())]


class DeliveredConfig(Settings, frozen=True):
    """An account that is there when the terminal first starts; its password opens nothing until it is changed."""

    name: AccountName
    role: Annotated[str, one_of(ROLES)]
    password: str


class RulesConfig(Settings, frozen=True):
    """Rules of login (R-36) and of the log (R-39).

    `idle_s` and `session_s` end a session after so long without a request, and after so long at all; `former` is how
    many former passwords may not be taken again. `administrators_from` are the addresses that administrators may log in
    from (R-38): single, `a-b` or `a/n`; empty: any. `names` are the names of the terminal that a browser may ask for
    besides its addresses. `second_check`: a value by hand counts once another person has released it.
    """

    max_failures: Annotated[int, Meta(ge=1, le=10)] = 5
    lock_s: Annotated[int, Meta(ge=60, le=86_400)] = 600
    idle_s: Annotated[int, Meta(ge=60, le=3600)] = 600
    session_s: Annotated[int, Meta(ge=300, le=86_400)] = 28_800
    password_days: Annotated[int, Meta(ge=1, le=365)] = 90
    min_length: Annotated[int, Meta(ge=8, le=64)] = 8
    min_classes: Annotated[int, Meta(ge=3, le=4)] = 3
    former: Annotated[int, Meta(ge=0, le=24)] = 5
    administrators_from: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    second_check: bool = True
    audit_days: Annotated[int, Meta(ge=AUDIT_DAYS, le=36_600)] = 366
    audit_entries: Annotated[int, Meta(ge=1000, le=100_000_000)] = 400_000


class AccountsConfig(RulesConfig, frozen=True):
    """The rules and the delivered accounts."""

    delivered: tuple[DeliveredConfig, ...] = ()


def read_accounts(section: Section) -> AccountsConfig:
    """The section [accounts]; its problems go into it."""
    rules = section.read(RulesConfig)
    inner = section.sections("delivered", required=True)
    delivered: list[DeliveredConfig] = []
    for each in inner:
        delivered.append(each.read(DeliveredConfig))
        each.done()
    doubles: list[Problem] = []
    note_doubles(doubles, "delivered", "name", [each.name.lower() for each in delivered])
    for problem in doubles:
        section.problem(problem.where, problem.said)
    if inner and not {"administrator", "operator", "auditor"} <= {each.role for each in delivered}:
        section.problem("delivered", reasons.THREE_ROLES())
    for text in rules.administrators_from:
        if network_of(text) is None:
            section.problem("administrators_from", reasons.ORIGIN(text=text[:60]))
    section.done()
    values = {name: getattr(rules, name) for name in RulesConfig.__struct_fields__}
    return AccountsConfig(**values, delivered=tuple(delivered))


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def network_of(text: str) -> tuple[Address, Address] | None:
    """First and last address of a single one, a range or a network; None if it is none of them."""
    try:
        if "-" in text:
            first, last = (ipaddress.ip_address(part.strip()) for part in text.split("-", 1))
            return (first, last) if first.version == last.version and int(first) <= int(last) else None
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    return network[0], network[-1]


def is_listed(host: str, listed: Sequence[str]) -> bool:
    """Whether an address is one of a list; everything is in an empty list."""
    if not listed:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    for text in listed:
        found = network_of(text)
        if found is not None and found[0].version == address.version and int(found[0]) <= int(address) <= int(found[1]):
            return True
    return False
