"""The Chinese log has Chinese words; what people have written stays as it is."""

from __future__ import annotations

from reference_terminal.access.messages import LOGIN
from reference_terminal.model import reading
from reference_terminal.model.words import WORDS
from reference_terminal.processing.messages import MANUAL, METER_SILENT
from reference_terminal.settings.accounts import ROLES
from reference_terminal.web.pages.instants import as_sent


def test_every_cause_and_role_has_a_chinese_word() -> None:
    causes = [
        value
        for name, value in vars(reading).items()
        if name.isupper() and isinstance(value, str) and not name.startswith("_")
    ]
    assert len(causes) > 30
    assert [cause for cause in [*causes, *ROLES] if cause not in WORDS] == []


def test_words_are_put_in_and_names_are_not() -> None:
    assert METER_SILENT(cause="no connection").zh == "无应答：无法连接"
    assert METER_SILENT(cause="no connection").en == "no answer: no connection"
    assert LOGIN(role="auditor", way="cookie").zh == "登录成功，角色 安全审计员，方式 页面"
    said = {
        "author": "late",
        "start": "s",
        "span": "hour",
        "value": "1",
        "old": "2",
        "reason": "late",
        "verdict": "late",
    }
    assert MANUAL(**said).zh == "late 录入 s 起时段（小时）值 1，原值 2：late"


def test_a_picked_instant_is_local_time() -> None:
    assert as_sent("start", "2026-03-01T08:00") == "2026-03-01T08:00:00+08:00"
    assert as_sent("at", "2026-03-01T08:00:05") == "2026-03-01T08:00:05+08:00"
    assert as_sent("at", "2026-03-01T08:00:00Z") == "2026-03-01T08:00:00Z"
    assert as_sent("reason", "2026-03-01T08:00") == "2026-03-01T08:00"
    assert as_sent("before", "yesterday") == "yesterday"
