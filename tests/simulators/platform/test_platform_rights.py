"""Who may what of the reference platform: the whole table beside this file, and the same asked over its interface.

`WRITE_RIGHTS=1 pytest tests/simulators/platform/test_platform_rights.py` writes it anew after a decision.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from platform_fuzz_kit import SHARED, Stand, choices, furnish_all, kinds, plans
from reference_platform_kit import START_US

from simulators.platform.core.kinds import ROLES, Kind
from simulators.platform.core.plans import Plan
from simulators.platform.core.rights import Account, may

TABLE = Path(__file__).with_name("rights.txt")
_ACCOUNTS = {"manager": "manager-a", "clerk": "clerk-a", "public": ""}
_OPEN = ("/api/login", "/api/health", "/api/kinds", "/api/analyses")
"""What the machinery itself answers whoever is not logged in; the last two tell what is the public's alone."""
_OWN = (*_OPEN, "/api/me", "/api/logout", "/api/password")


@pytest.fixture(scope="module")
def platform() -> Generator[Stand]:
    found = Stand()
    yield found
    found.close()


def _declared() -> Iterator[tuple[str, str, Kind | Plan, tuple[str, ...]]]:
    known = plans()
    for kind in sorted(known.kinds.values(), key=lambda each: each.name):
        yield f"kind of {kind.tenant}", kind.name, kind, ("list", "change", "remove")
    for sort, found, verb in (
        ("analysis", known.analyses, "ask"),
        ("action", known.actions, "act"),
        ("address", {f"{each.method} {each.name}": each for each in known.routes}, "ask"),
    ):
        for name in sorted(found):
            yield sort, name, found[name], (verb,)


def rows() -> list[str]:
    """The table: r reads, w writes, d removes, x may use it."""
    head = f"{'':<20}{'':<32}" + " ".join(f"{role[:4]:<4}" for role in ROLES)
    made = [head.rstrip()]
    for sort, name, what, verbs in _declared():
        letters = "rwd" if len(verbs) == 3 else "x"
        cells = (
            "".join(letters[at] * may(Account("x", role), verb, what) for at, verb in enumerate(verbs))
            for role in ROLES
        )
        made.append((f"{sort:<20}{name:<32}" + " ".join(f"{cell or '.':<4}" for cell in cells)).rstrip())
    return made


def test_the_table_of_rights_is_as_it_was_decided() -> None:
    if os.environ.get("WRITE_RIGHTS"):
        TABLE.write_text("\n".join(rows()) + "\n", "utf-8")
    assert rows() == TABLE.read_text("utf-8").splitlines()


def test_nothing_but_what_must_executes_before_login(platform: Stand) -> None:
    known = plans()
    for plan in known.analyses.values():
        asked = platform.ask("", "GET", f"/api/analyses/{plan.name}")
        assert (asked.status == 401) != ("public" in plan.roles), plan.name
    for plan in known.actions.values():
        assert platform.ask("", "POST", f"/api/actions/{plan.name}", body=b"{").status == 401, plan.name
    for kind in known.kinds.values():
        for end in ("", "/export", "/x", "/x/versions"):
            found = platform.ask("", "GET", f"/api/objects/{kind.name}{end}").status
            assert found == 401 or (kind.tenant == "public" and found in (200, 403, 404)), (kind.name, end, found)
        for method, end in (("POST", ""), ("POST", "/import"), ("PUT", "/x"), ("DELETE", "/x")):
            found = platform.ask("", method, f"/api/objects/{kind.name}{end}", body=b"{").status
            assert found in ((403, 404) if kind.tenant == "public" else (401,)), (kind.name, method, found)
    for path in _OWN:
        found = platform.ask("", "POST" if path in ("/api/login", "/api/logout", "/api/password") else "GET", path)
        assert (found.status == 401) != (path in _OPEN), path
    names = [row["kind"] for row in platform.ask("", "GET", "/api/kinds").rows]
    assert all(known.kinds[name].tenant == "public" for name in names)
    platform.unhurt()


@pytest.mark.parametrize("role", ROLES[:-1])
def test_the_interface_keeps_to_the_table(platform: Stand, role: str) -> None:
    who, account = _ACCOUNTS.get(role, role), Account("x", role)
    for sort, name, what, _ in _declared():
        if sort == "analysis":
            found = platform.ask(who, "GET", f"/api/analyses/{name}").status
            assert (found == 403) != may(account, "ask", what), (name, found)
        elif sort == "action":
            found = platform.ask(who, "POST", f"/api/actions/{name}", body=b"{").status
            assert found == (400 if may(account, "act", what) else 403), (name, found)
        elif sort.startswith("kind"):
            assert platform.ask(who, "GET", f"/api/objects/{name}").status == (
                200 if may(account, "list", what) else 403
            )
            found = platform.ask(who, "POST", f"/api/objects/{name}", body=b"{").status
            assert found == (400 if may(account, "create", what) else 403), (name, found)
            if not may(account, "remove", what):
                assert platform.ask(who, "DELETE", f"/api/objects/{name}/x").status in (403, 404), name


# Tenants: what one enterprise has is in no answer that another gets.

_MARK = "only-of-A"


def test_what_is_an_enterprises_is_in_no_answer_that_another_gets(platform: Stand) -> None:
    made = furnish_all(platform, _MARK)
    own = [kind for kind in kinds() if kind.tenant == "enterprise" and kind.name not in SHARED]
    covered = [kind.name for kind in own if kind.name in made]
    assert len(covered) > len(own) * 0.8, sorted({kind.name for kind in own} - set(covered))
    for who in ("clerk-b", ""):
        for kind in own:
            path = f"/api/objects/{kind.name}"
            keys = made.get(kind.name, ["x"])
            answers = [
                platform.ask(who, "GET", f"{path}{end}") for end in ("", "/export", *(f"/{key}" for key in keys))
            ]
            answers.append(platform.ask(who, "GET", f"{path}/{keys[0]}/versions"))
            if who:
                answers.append(platform.ask(who, "GET", f"/objects/{kind.name}"))
                answers.append(platform.ask(who, "GET", f"/objects/{kind.name}/edit/{keys[0]}"))
                answers.append(platform.ask(who, "PUT", f"{path}/{keys[0]}", body=b"{}"))
                answers.append(platform.ask(who, "DELETE", f"{path}/{keys[0]}"))
            for each in answers:
                text = each.body.decode().replace(keys[0], "")
                assert _MARK not in text and "A.cracking" not in text, (kind.name, each.body[:300])
        for plan in plans().analyses.values():
            for turn in range(3):
                query: dict[str, Any] = {}
                if plan.query is not None:
                    known = choices(plan.query, plan.notes, made)
                    query = {name: each[min(turn, len(each) - 1)] for name, each in known.items() if each}
                    query |= {name: START_US for name in query if name in ("to", "until")}
                    query |= {name: "A" for name in query if name in ("id", "enterprise", "whose") and turn < 2}
                asked = platform.ask(who, "GET", f"/api/analyses/{plan.name}", query)
                named = {str(value) for value in query.values()}
                text = asked.body.decode()
                for each in sorted(named, key=len, reverse=True):
                    text = text.replace(each, "") if _MARK in each else text
                assert _MARK not in text, (who, plan.name, query, asked.body[:300])
    platform.unhurt()
