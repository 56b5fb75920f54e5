"""The order to be filled in: it says nothing that the laboratory has to say, and asks for every key that there is."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from bench.commands.laboratory.desk.skeleton import skeleton
from reports.issue.papers import Amendment, Condition, Job
from reports.issue.reading import read_paper

ITEM = {"name": '终端 "A"', "vendor": "carbonbench", "serial": "SN-1", "firmware": "1.0"}


def test_as_it_is_it_says_what_the_profile_says_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    path.write_text(skeleton(ITEM), "utf-8")
    found = read_paper(path, Job)
    assert (found.item.vendor, found.item.serial, found.item.firmware) == ("carbonbench", "SN-1", "1.0")
    assert found == Job(item=found.item)


def test_with_every_mark_taken_away_it_is_an_order_with_every_key(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    path.write_text(re.sub(r"^# (?=\[\[|\w+ = )", "", skeleton(ITEM), flags=re.MULTILINE), "utf-8")
    found = read_paper(path, Job)
    assert found.item.name == ITEM["name"]
    assert (found.environment[0].high, found.amendments[0].issue) == ("23.5", 2)
    named = set(re.findall(r"^(?:# )?(\w+) = ", skeleton(ITEM), flags=re.MULTILINE))
    for part in (found.report, found.customer, found.item, found.tests, found.persons, Condition(), Amendment()):
        assert {each.name for each in msgspec.structs.fields(part)} <= named
