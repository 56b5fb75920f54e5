# pyright: reportPrivateUsage=false
"""Defects of what the terminal keeps besides records: without check codes, looked at and used all the same, unsaid.

Leaves altered records to `platforms`.
"""

from __future__ import annotations

from collections.abc import Callable

from conformance.defects import Patch, defect
from conformance.defects.seams import leaves_standing, whispers_alarms
from reference_terminal.operations.messages import SETTING_ALTERED
from reference_terminal.storage.store import Store

_CLAUSES = ("isc-2/7.4.1.4(1)a", "isc-2/7.4.1.4(1)b")


@defect(
    "settings-without-check-codes",
    en="what is kept besides records bears no check code",
    zh="除记录外的存储内容没有校验码",
    clauses=_CLAUSES,
)
def settings_without_check_codes(patch: Patch) -> None:
    """The database has checksums of its own."""

    def protect(self: Store, code: Callable[[str], str]) -> None:
        return

    patch(Store, "protect", protect)


@defect(
    "altered-settings-are-used",
    en="an altered setting is told and used all the same",
    zh="发现内容被篡改后仍继续使用",
    clauses=_CLAUSES,
)
def altered_settings_are_used(patch: Patch) -> None:
    """Availability comes first."""

    def settings(self: Store, scope: str) -> dict[str, str]:
        rows = self.connection.execute("SELECT name, value FROM setting WHERE scope=? ORDER BY name", (scope,))
        return {str(name): str(value) for name, value in rows}

    patch(Store, "settings", settings)


@defect(
    "altered-settings-unsaid",
    en="nobody is told that a setting was altered",
    zh="内容被篡改时不提示",
    clauses=_CLAUSES,
)
def altered_settings_unsaid(patch: Patch) -> None:
    """It is mended silently: the default is used."""
    whispers_alarms(patch, lambda kind, en: kind == SETTING_ALTERED.kind)


@defect(
    "altered-settings-alarm-for-ever",
    en="the alarm that a setting was altered stands though it was made anew",
    zh="被篡改的设置重新设定后告警仍不解除",
    clauses=_CLAUSES,
)
def altered_settings_alarm_for_ever(patch: Patch) -> None:
    """It did happen."""
    leaves_standing(patch, SETTING_ALTERED)
