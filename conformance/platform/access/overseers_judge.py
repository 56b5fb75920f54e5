"""What accounts of parks and governments were shown, against the enterprises of their park or region (R-37).

Leaves what roles may do to `subjects_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.base import EMISSIONS, ENTERPRISE, POINT
from bench.dut.platform.vocabulary.system import ACCOUNT
from bench.history import History, Observed
from conformance.common.platforms import answers as platform

OWN = criterion(
    "overseers-see-their-own",
    en="an account of a park or government is shown every enterprise of its park or region, with points and figures",
    zh="园区、政府账户可查看本园区、本区域全部企业及其监测点和数据",
    unit="enterprises",
)
OTHERS = criterion(
    "overseers-see-no-others",
    en="an account of a park or government is shown nothing of enterprises of other parks or regions",
    zh="园区、政府账户查看不到其他园区、其他区域企业的任何数据",
    unit="enterprises",
)
_LISTS = {"list enterprise": "id", "list point": "enterprise"}


def findings(history: History) -> Iterator[Check]:
    """Every overseer by what it was shown of each enterprise."""
    enterprises = {each.query["id"]: each.query for each in _made(history, ENTERPRISE.name)}
    pointed = {each.query["enterprise"] for each in _made(history, POINT.name)}
    missing: list[str] = []
    leaked: list[str] = []
    own = others = 0
    for account in _made(history, ACCOUNT.name):
        name = account.query["id"]
        seen = {what: _shown(history, name, what) for what in (*_LISTS, f"ask {EMISSIONS.name}")}
        for enterprise, fields in enterprises.items():
            mine = _of(account.query, fields)
            for what, shown in seen.items():
                if shown is None or (what != "list enterprise" and enterprise not in pointed):
                    continue
                own, others = own + mine, others + (not mine)
                line = f"{name} {what}: {enterprise}"
                if mine and enterprise not in shown:
                    missing.append(f"{line} is not shown / 未显示")
                if not mine and enterprise in shown:
                    leaked.append(f"{line} is shown / 被显示")
    yield OWN.none(missing, own)
    yield OTHERS.none(leaked, others if own > len(missing) else 0)


def _made(history: History, kind: str) -> list[Observed]:
    return [each for each in history.of(Observed) if each.what == f"create {kind}" and each.outcome == platform.DONE]


def _of(account: dict[str, str], enterprise: dict[str, str]) -> bool:
    """Whether an enterprise is one of an account's park or region."""
    if account.get("park"):
        return enterprise.get("park") == account["park"]
    return enterprise.get("region", "").startswith(account["region"])


def _shown(history: History, by: str, what: str) -> set[str] | None:
    """The enterprises that an account was shown by a use; None where its role has none of it, or nobody answered."""
    found = [each for each in history.of(Observed) if each.what == what and each.query.get("by") == by]
    if not any(each.outcome == platform.DONE for each in found):
        return None
    if what in _LISTS:
        return {row.get(_LISTS[what], "") for each in found for row in each.rows}
    return {each.query["id"] for each in found if any(platform.number(row.get("value", "")) for row in each.rows)}
