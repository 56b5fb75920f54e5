"""Polling periods in force: those of the configuration, with what a user has set at the terminal since (ISC-2 9.1).

Leaves polling to `poller` and the way in to web. What was set is kept in the store and outlasts a restart.
"""

from __future__ import annotations

import dataclasses

from reference_terminal.acquisition.occupancy import LIMIT_PERCENT, of_line
from reference_terminal.model.times import DAY_S, floor_s
from reference_terminal.settings.carriers import refusal
from reference_terminal.settings.config import Config, ConfigError
from reference_terminal.settings.meters import MeterConfig
from reference_terminal.settings.problems import Problem
from reference_terminal.storage.store import Store

SHORTEST_S, LONGEST_S = 1, 10_800
_SCOPE = "polling period"


def in_force(config: Config, store: Store) -> Config:
    """The configuration with the polling periods in force."""
    kept = _kept(store)
    meters = tuple(
        dataclasses.replace(meter, period_s=kept[meter.id][0]) if meter.id in kept else meter for meter in config.meters
    )
    return dataclasses.replace(config, meters=meters)


def _kept(store: Store) -> dict[str, tuple[int, int]]:
    """Period and the instant from which it holds (UTC seconds), by meter."""
    found: dict[str, tuple[int, int]] = {}
    for name, text in store.settings(_SCOPE).items():
        period, since = text.split(" ")
        found[name] = (int(period), int(since))
    return found


def not_before_s(store: Store, meter: MeterConfig) -> int:
    """The last slot for which a meter's period did not hold yet (0: it always did): nothing up to it was missed."""
    kept = _kept(store).get(meter.id)
    return 0 if kept is None else floor_s(kept[1], meter.period_s)


def checked(config: Config, name: str, period_s: int) -> None:
    """Raise ConfigError where a meter cannot be polled so often."""
    if not SHORTEST_S <= period_s <= LONGEST_S or DAY_S % period_s:
        en = f"expected seconds from {SHORTEST_S} to {LONGEST_S} that divide a day evenly, got {period_s}"
        raise ConfigError([Problem("period_s", en, f"应为 {SHORTEST_S} 至 {LONGEST_S} 且能整除一天的秒数")])
    changed = [
        dataclasses.replace(meter, period_s=period_s) if meter.id == name else meter
        for meter in (*config.meters, *config.standbys)
    ]
    place = next((meter.line for meter in changed if meter.id == name), "")
    for line in config.lines:
        load = of_line(line, [meter for meter in changed if meter.line == line.id and not meter.standby_for])
        if line.id == place and load.percent > LIMIT_PERCENT:
            raise ConfigError([refusal("period_s", line, load)])


def keep(store: Store, name: str, period_s: int, now_s: int) -> None:
    """Gather a period for the next transaction."""
    store.keep_setting(_SCOPE, name, f"{period_s} {now_s}")
