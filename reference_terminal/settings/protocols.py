"""What a protocol of meters is to the settings, and every protocol there is: one descriptor a folder, found by walking.

Leaves drivers and probing to `acquisition.protocol`. A new protocol is a folder of acquisition with a `descriptor.py`
whose `PROTOCOL` is one; no list names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from reference_terminal.model.messages import Text
from reference_terminal.settings.reader import Section, Settings

if TYPE_CHECKING:
    from reference_terminal.settings.meters import MeterConfig, PointConfig

_ROOM = "reference_terminal.acquisition"
LINE, GATEWAY = "line", "gateway"
"""What a meter that is asked by itself stands at."""


class Own(Settings, frozen=True, kw_only=True):
    """What a configuration says of a meter that only its protocol has."""

    @property
    def known_as(self) -> str:
        """Unit or address, which must be its own at its gateway or line."""
        return ""

    @property
    def bus_unit(self) -> int:
        """Modbus unit; 0 where there is none."""
        return 0


@dataclass(frozen=True)
class Place:
    """Where a point's number stands in what a meter answers. This one: where nobody asks by number, but by `tag`."""

    tag: str = ""

    @property
    def unit(self) -> str:
        """The unit the device is known to have; empty if it says nothing."""
        return ""

    @property
    def signed(self) -> bool:
        """Whether its numbers may be below 0."""
        return True

    @property
    def binary(self) -> bool:
        """Whether its numbers are binary floats."""
        return False

    @property
    def failure_s(self) -> int | None:
        """After how many seconds a signal at fault has failed; None where there is no such signal."""
        return None

    def decimals(self) -> int | None:
        """Decimals of its numbers before scale and ratio; None where that is not known."""
        return None

    def modulus(self, kind: str) -> Decimal | None:
        """Where a counter starts again, before its scale; None where its place cannot tell."""
        del kind
        return None

    def taken(self) -> Iterator[tuple[tuple[int | str, ...], str, Text]]:
        """What no other point of the meter may read: what tells it apart, the key, and its name in two languages."""
        return iter(())


class MeterProtocol:
    """A protocol of meters; its descriptor overrides what is its own.

    `words` are what a configuration calls it, one an edition or framing; `rank` is its place in lists.
    """

    words: ClassVar[tuple[str, ...]]
    rank: ClassVar[int] = 100

    def carrier(self, word: str) -> str:
        """What a meter of this protocol stands at."""
        del word
        return LINE

    def own(self, section: Section, word: str) -> Own:
        """The keys of a meter that its protocol has besides those of every meter."""
        del section, word
        return Own()

    def place(self, section: Section, word: str, own: Own) -> Place:
        """Where the number of a point stands."""
        raise NotImplementedError

    def check(self, section: Section, point: PointConfig) -> None:
        """Note what speaks against a point that all protocols would take."""

    def exchanges(self, meter: MeterConfig) -> Sequence[tuple[int, int]]:
        """Octets of every request and its answer in one poll."""
        raise NotImplementedError

    def asked_every_s(self, meter: MeterConfig) -> int:
        """How often its line is used for it."""
        return meter.period_s


@cache
def protocols() -> Mapping[str, MeterProtocol]:
    """Every protocol by each of its words, in the order of lists. TypeError if a folder's descriptor is none."""
    found: list[MeterProtocol] = []
    for path in sorted((Path(__file__).parents[1] / "acquisition").glob("*/descriptor.py")):
        made: object = getattr(import_module(f"{_ROOM}.{path.parent.name}.descriptor"), "PROTOCOL", None)
        if not isinstance(made, MeterProtocol):
            raise TypeError(f"{path} has no PROTOCOL that is a MeterProtocol")
        found.append(made)
    found.sort(key=lambda each: (each.rank, each.words))
    return {word: each for each in found for word in each.words}


def words_at(carrier: str) -> tuple[str, ...]:
    """The words of all protocols whose meters stand at a gateway, or on a line."""
    return tuple(word for word, each in protocols().items() if each.carrier(word) == carrier)
