# pyright: reportPrivateUsage=false
"""Defects of believing: packets with wrong check words, terminals with wrong secrets, numbers in unknown units.

Leaves what is kept of sound packets to `taking_defects`.
"""

from __future__ import annotations

from fractions import Fraction

from conformance.defects import Patch, defect
from simulators.platform.core import units
from simulators.platform.core.intake import hj212, records_json, taking


@defect(
    "platform-checks-no-word",
    en="The check word of a packet is not looked at",
    zh="不校验 CRC",
    clauses=("ssea/5.2.3.3-1",),
)
def checks_no_word(patch: Patch) -> None:
    """Every frame is sound."""
    patch(hj212, "sound", lambda data, word: True)


@defect(
    "platform-asks-no-secret",
    en="Terminals need no password, token or certificate",
    zh="不校验终端口令、令牌和证书",
    clauses=("ssea/5.2.3.3-1",),
)
def asks_no_secret(patch: Patch) -> None:
    """Whoever names a terminal is that terminal."""
    patch(taking, "proves", lambda terminal, secret, certified: True)


@defect(
    "platform-takes-any-unit",
    en="A value in an unknown unit is kept as if it were in the point's",
    zh="未知单位的数值按监测点单位入库",
    clauses=("ssea/5.2.3.3-1", "ssea/5.2.3.3-3"),
)
def takes_any_unit(patch: Patch) -> None:
    """Everything converts by one."""
    known = units.factor

    def one(given: str, wanted: str) -> Fraction:
        found = known(given, wanted)
        return Fraction(1) if found is None else found

    patch(units, "factor", one)


@defect(
    "platform-hours-of-any-length",
    en="A record that calls itself an hour is taken whatever its start and end are",
    zh="“小时”记录不核对起止时刻即入库",
    clauses=("ssea/5.2.3.3-1",),
)
def hours_of_any_length(patch: Patch) -> None:
    """Its class says how long it is."""
    patch(records_json, "_as_long", lambda kind, start, end, span: True)
