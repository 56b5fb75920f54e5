"""A device behind a collector: the collector has read it, and tells its values with the instant they were read.

Leaves the device's own protocol out: nothing of it is seen. What is told about it goes into the history once as the
message (Published) and once as what can be known from it (Served, Unserved), which judges read as the truth.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Unpack

from simulators.collectors.entries import Entry
from simulators.collectors.hj212_text import with_bad_check
from simulators.events import NoAnswer, Published, Served, Unserved
from simulators.meters.faults import (
    BadCheck,
    Calibrating,
    Delayed,
    Duplicate,
    Fault,
    Garbage,
    Jump,
    Late,
    Omitted,
    Ramp,
    Scaled,
    Sentinel,
    SignFlip,
    Silent,
    Stale,
    Stuck,
    Token,
    Truncated,
    WrongClock,
)
from simulators.meters.maps import RegisterMap
from simulators.meters.meter import Meter, Wiring
from simulators.plant import Plant

ASKED = (
    Silent,
    Omitted,
    Token,
    Stale,
    Garbage,
    Truncated,
    Stuck,
    Sentinel,
    Jump,
    Ramp,
    Scaled,
    SignFlip,
    Calibrating,
    WrongClock,
)
"""Faults of a device whose collector is asked."""
TOLD = (*ASKED, Duplicate, Delayed, Late)
"""Faults of a device whose collector publishes by itself."""
TOLD_HJ212 = (*TOLD, BadCheck)
"""Those of one whose collector publishes HJ 212 text."""


@dataclass(frozen=True)
class Sample:
    """What a collector knows of a device: the instant (us UTC, by its clock) and an entry for each point.

    `values` are those that are numbers of this very instant, by point; `lost` the points without one. `outcome` says
    why a whole sample is of no use (empty: it is of use), `fault` names the faults in it.
    """

    stamp_us: int
    entries: tuple[Entry, ...]
    values: dict[str, str]
    lost: tuple[str, ...]
    outcome: NoAnswer | Literal[""] = ""
    fault: str = ""


class CollectedMeter(Meter):
    """A device of a register map whose values a collector tells by tag.

    `tags` maps point to tag. `as_text` writes numbers as JSON texts, as some collectors do. `faults` are those that a
    device behind its collector can have.
    """

    def __init__(
        self,
        name: str,
        device: RegisterMap,
        plant: Plant,
        *,
        tags: dict[str, str],
        as_text: bool = False,
        faults: tuple[type[Fault], ...] = TOLD,
        **wiring: Unpack[Wiring],
    ) -> None:
        super().__init__(name, device.name, 0, plant, **wiring)
        self._fit(device.registers)
        self._tags = tags
        self._as_text = as_text
        self.known_faults = faults
        self._last: Sample | None = None

    def sample(self, at_us: int) -> Sample:
        """What the collector reads of the device at an instant of true time, faults applied."""
        if "stale" in self.in_force and self._last is not None:
            return replace(self._last, values={}, lost=tuple(self._tags), outcome="stale", fault="stale")
        if "silent" in self.in_force:
            unread = tuple(Entry(tag, "", self._unit(point)) for point, tag in self._tags.items())
            return Sample(self.clock_us(at_us), unread, {}, tuple(self._tags), "silent", "silent")
        entries: list[Entry] = []
        values: dict[str, str] = {}
        lost: list[str] = []
        for point, tag in self._tags.items():
            entry, text = self._entry(point, tag, at_us)
            if entry is not None:
                entries.append(entry)
            if text is None:
                lost.append(point)
            else:
                values[point] = text
        fault = ",".join(kind for kind in self.in_force)
        found = Sample(self.clock_us(at_us), tuple(entries), values, tuple(lost), fault=fault)
        if found.stamp_us != at_us:
            return replace(found, values={}, lost=tuple(self._tags), outcome="wrong-clock")
        if not self.troubled:
            self._last = found
        return found

    def _unit(self, point: str) -> str:
        return self.points[point].register.unit

    def _entry(self, point: str, tag: str, at_us: int) -> tuple[Entry | None, str | None]:
        """The entry of a point (None: left out), and its value if it is a number."""
        channel, unit = self.points[point], self._unit(point)
        omitted, token = self.in_force.get("omitted"), self.in_force.get("token")
        if isinstance(omitted, Omitted) and (not omitted.points or point in omitted.points):
            return None, None
        if isinstance(token, Token) and (not token.points or point in token.points):
            return Entry(tag, token.text, unit), None
        _, text = channel.serve(at_us)
        if text is None:
            return Entry(tag, "null", unit), None
        return Entry(tag, json.dumps(text) if self._as_text else text, unit), text

    def written(self, text: str) -> tuple[bytes, str]:
        """The octets that leave, and the fault that made them unreadable (empty: none)."""
        octets = text.encode()
        if "garbage" in self.in_force:
            return self.noise(len(octets)), "garbage"
        bad = self.in_force.get("bad-check")
        if isinstance(bad, BadCheck):
            return with_bad_check(octets, bad.by), "bad-check"
        cut = self.in_force.get("truncated")
        return (octets[: cut.octets], "truncated") if isinstance(cut, Truncated) else (octets, "")

    def told(
        self,
        collector: str,
        number: int,
        sample: Sample,
        payload: bytes,
        *,
        topic: str = "",
        asked: tuple[int, str] | None = None,
        spoiled: str = "",
        late: bool = False,
        retain: bool = False,
    ) -> None:
        """A message has left now. `asked` is instant and text of the request it answers, if there was one."""
        now = self._clock.now_us()
        values = {} if spoiled else sample.values
        at, request = asked or (now, "")
        self._observe(
            Published(
                t=now,
                collector=collector,
                meter=self.name,
                number=number,
                stamp=sample.stamp_us,
                payload=payload.decode("utf-8", "replace"),
                topic=topic,
                values=values,
                retain=retain,
                fault=spoiled or sample.fault,
            )
        )
        outcome: NoAnswer | Literal[""] = "spoiled" if spoiled else "late" if late else sample.outcome
        lost = tuple(self._tags) if spoiled or late else sample.lost
        if values and not late:
            self._observe(
                Served(
                    t=now,
                    meter=self.name,
                    unit=0,
                    asked=at,
                    request=request.encode().hex().upper(),
                    response=payload.hex().upper(),
                    values=values,
                    fault=sample.fault,
                )
            )
        if lost:
            self.untold(outcome or "spoiled", spoiled or sample.fault, lost, (request, payload))

    def untold(self, outcome: NoAnswer, fault: str, points: Sequence[str], said: tuple[str, bytes] = ("", b"")) -> None:
        """Nothing of use was told of these points."""
        self._observe(
            Unserved(
                t=self._clock.now_us(),
                meter=self.name,
                unit=0,
                outcome=outcome,
                request=said[0].encode().hex().upper(),
                response=said[1].hex().upper(),
                points=tuple(points),
                fault=fault,
            )
        )

    @property
    def tagged(self) -> tuple[str, ...]:
        """Its points, in order."""
        return tuple(self._tags)
