"""Parameters that the management software may set, by name (docs/WIRE.md section 5).

Leaves what they do to the settings of the centres. All of a package are good, or none is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reference_terminal.model.times import Span, minutes
from reference_terminal.settings.centre_parameters import CentreSettings
from reference_terminal.settings.centres import MIN_INTERVALS, day_times_s

_NUMBERS = {
    "minute_interval": ("minute_interval", 1, 30),
    "realtime_interval_s": ("realtime_s", 30, 3600),
    "over_time_s": ("overtime_s", 1, 99),
    "re_count": ("recount", 1, 99),
}
"""Name on the wire to the setting, lowest and highest value."""
_UPLOAD_TIME = "upload_time"


class Parameters:
    """The settings of all centres under the names `<centre>.<parameter>`."""

    def __init__(self, settings: Mapping[str, CentreSettings], use_span: Callable[[Span], None]) -> None:
        self._settings = settings
        self._use_span = use_span

    def set(self, given: dict[str, str], put: bool) -> str:
        """Check parameters, and gather them for the store if `put`; what is wrong with the first, empty if nothing."""
        found: list[tuple[CentreSettings, str, int | str]] = []
        for name, text in given.items():
            centre, _, parameter = name.rpartition(".")
            settings = self._settings.get(centre)
            value = _value(parameter, text)
            if settings is None or value is None:
                known = ", ".join((*_NUMBERS, _UPLOAD_TIME))
                return (
                    f"{name[:60]} = {str(text)[:40]!r}: expected <centre>.<parameter> of {known} with a value it takes"
                )
            found.append((settings, *value))
        for settings, name, value in found if put else ():
            settings.gather(name, value)
            if name == "minute_interval":
                self._use_span(minutes(int(value)))
        return ""


def _value(parameter: str, text: object) -> tuple[str, int | str] | None:
    if not isinstance(text, str):
        return None
    if parameter == _UPLOAD_TIME:
        return None if day_times_s(text) is None else (parameter, text)
    name, low, high = _NUMBERS.get(parameter, ("", 0, 0))
    if not name or not (text.isascii() and text.isdigit() and len(text) <= 6 and low <= int(text) <= high):
        return None
    value = int(text)
    return None if name == "minute_interval" and value not in MIN_INTERVALS else (name, value)
