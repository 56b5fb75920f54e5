# pyright: reportPrivateUsage=false
"""Defects of meters behind transformers: the ratio forgotten, applied twice, or kept from the modulus."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from msgspec import structs

from conformance.defects import Patch, defect
from conformance.defects.seams import changes_stored
from reference_terminal.acquisition.modbus import decode as decoding
from reference_terminal.processing.counter import CounterTracker
from reference_terminal.settings.meters import PointConfig
from reference_terminal.storage.store import Store

_CLAUSES = ("isc-2/7.2.3-B(1)d", "csmt/8.3.1c")


def _with_ratio(patch: Patch, power: int) -> None:
    """Every reading is multiplied by the ratio so many times."""
    decode = decoding.decode

    def other(config: PointConfig) -> PointConfig:
        return replace(config, ratio=config.ratio**power)

    def decoded(plan: Any, *rest: Any) -> Any:
        return decode(replace(plan, config=other(plan.config)), *rest)

    patch(decoding, "decode", decoded)


@defect(
    "transformer-ratio-forgotten",
    en="readings behind transformers are taken as they are shown",
    zh="互感器变比未计入",
    clauses=_CLAUSES,
)
def transformer_ratio_forgotten(patch: Patch) -> None:
    """The ratio is in the point table, and nobody reads that column."""
    _with_ratio(patch, 0)


@defect(
    "transformer-ratio-twice",
    en="readings behind transformers are multiplied twice",
    zh="互感器变比重复计入",
    clauses=_CLAUSES,
)
def transformer_ratio_twice(patch: Patch) -> None:
    """The driver applies it, and so does the conversion of units behind it."""
    _with_ratio(patch, 2)


@defect(
    "modulus-without-ratio",
    en="at full scale the modulus of the meter is added as it is shown",
    zh="满度回零时模数未按变比换算",
    clauses=_CLAUSES,
)
def modulus_without_ratio(patch: Patch) -> None:
    """The readings are multiplied by the ratio and the largest display value is not."""
    whole = CounterTracker.__init__

    def made(self: CounterTracker, config: PointConfig) -> None:
        whole(self, config if config.modulus is None else replace(config, modulus=config.modulus / abs(config.ratio)))

    patch(CounterTracker, "__init__", made)


@defect(
    "raw-value-dropped",
    en="what the meter showed is given up once it is converted",
    zh="换算后不再保留原始值",
    clauses=("csmt/9.2-9",),
)
def raw_value_dropped(patch: Patch) -> None:
    """The converted value can be divided again."""
    changes_stored(patch, lambda reading: structs.replace(reading, raw=""))


@defect(
    "raw-value-converted-too",
    en="the raw value is the converted one again",
    zh="所存原始值实为换算后的数值",
    clauses=("csmt/9.2-9",),
)
def raw_value_converted_too(patch: Patch) -> None:
    """Both columns are filled from the same variable."""
    changes_stored(patch, lambda reading: structs.replace(reading, raw=str(reading.value)))


@defect(
    "raw-values-in-memory",
    en="raw values are gone after a power cut",
    zh="断电后原始值丢失",
    clauses=("csmt/9.2-9",),
)
def raw_values_in_memory(patch: Patch) -> None:
    """The store keeps results only."""
    whole = Store.__init__

    def init(self: Store, *arguments: Any, **named: Any) -> None:
        whole(self, *arguments, **named)
        self.connection.execute("UPDATE reading SET raw=''")

    patch(Store, "__init__", init)
