"""What is wrong with a campaign, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence

NO_CAMPAIGN = Sentence(
    "campaign-no-campaign",
    "this is no campaign; `carbonbench campaign new` makes one",
    "不是试验任务目录，可用 `carbonbench campaign new` 新建",
)
