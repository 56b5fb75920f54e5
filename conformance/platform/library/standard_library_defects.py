"""Defects of the library of standards: formulas unheeded, versions lost or counting at once, anybody's updates."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from conformance.defects import Patch, defect
from simulators.platform.accounting import versions as all_versions
from simulators.platform.core import api, desk, rights
from simulators.platform.core.kinds import Kind
from simulators.platform.core.objects import Objects
from simulators.platform.core.plans import Plan
from simulators.platform.core.rights import Account
from simulators.platform.library import rules


@defect(
    "library-of-fuels",
    en="the library holds sources of fuel alone",
    zh="标准库只含燃料类排放源",
    clauses=("ssea/5.4.9.1-1", "ssea/5.4.1h"),
)
def library_of_fuels(patch: Patch) -> None:
    """Fuels were entered first."""
    patch(
        rules,
        "sources",
        lambda desk, enterprise: [
            each for each in desk.objects("point", enterprise=enterprise) if each.source_class == "fuel"
        ],
    )


@defect(
    "formulas-on-display",
    en="formulas of the library are kept and shown, results are quantity times factor",
    zh="标准库公式只作展示，结果仍为活动量乘以因子",
    clauses=("ssea/5.4.9.1-2", "ssea/5.4.1h"),
)
def formulas_on_display(patch: Patch) -> None:
    """Nobody has joined library and engine."""
    patch(rules, "formula_of", lambda point, found: None)


@defect(
    "facilities-at-first",
    en="facilities of the library keep the name that they had first",
    zh="标准库设施名称不随更改而变",
    clauses=("ssea/5.4.9.1-2",),
)
def facilities_at_first(patch: Patch) -> None:
    """The dictionary was copied once."""

    def facilities(desk: Any, enterprise: str) -> dict[str, str]:
        return {key: desk.versions("facility", key)[0].thing.name for key in whole(desk, enterprise)}

    whole = patch(rules, "facilities", facilities)


@defect(
    "last-two-versions",
    en="only the newest version of a factor or formula is kept",
    zh="因子和公式只保留最新版本",
    clauses=("ssea/5.4.9.2-1",),
)
def last_two_versions(patch: Patch) -> None:
    """Storage was dear once."""

    def versions(self: Objects, desk: Any, kind: Any, key: str) -> list[Any]:
        return whole(self, desk, kind, key)[-1:]

    whole = patch(Objects, "versions", versions)


@defect(
    "versions-count-at-once",
    en="a new version of a factor or formula counts for every period as soon as it is entered",
    zh="因子和公式的新版本一经录入即用于所有时段",
    clauses=("ssea/5.4.9.2-1",),
)
def versions_count_at_once(patch: Patch) -> None:
    """There is one factor, the one in force."""
    patch(all_versions, "_newest", lambda versions, start: versions[-1])


@defect(
    "anybody-updates-the-library",
    en="everybody who is logged in updates factors and formulas",
    zh="任何登录用户均可更新因子和公式",
    clauses=("ssea/5.4.9.2-2",),
)
def anybody_updates_the_library(patch: Patch) -> None:
    """Knowledge is shared."""
    shared = ("factor", "formula")

    def may(account: Account, verb: str, what: Kind | Plan) -> bool:
        return what.name in shared or whole(account, verb, what)

    def check_write(session: Session, account: Account, kind: Kind, owner: rights.Whose, verb: str) -> None:
        if kind.name not in shared:
            checked(session, account, kind, owner, verb)

    whole = patch(rights, "may", may)
    for room in (api, desk):
        patch(room, "may", may)
    checked = patch(rights, "check_write", check_write)
