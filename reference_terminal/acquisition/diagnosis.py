"""What lines and gateways carry, live, with every frame explained (ISC-2 8.1, 8.2).

Leaves explaining to the protocols. A line is listened to while somebody looks, and for a minute after; polling goes on
as ever and notices nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import Any

from reference_terminal.acquisition.carriers import Carriers
from reference_terminal.acquisition.explaining import hexes
from reference_terminal.acquisition.line import Heard
from reference_terminal.acquisition.protocol import probes
from reference_terminal.model.clock import WallClock
from reference_terminal.model.seams import seam
from reference_terminal.model.times import iso_ms
from reference_terminal.settings.config import Config

MOST_FRAMES = 100
LISTEN_S = 60.0
_MOST_OCTETS = 2048


@dataclass
class Frame:
    """What went one way without the other way in between."""

    at_ms: int
    sent: bool
    octets: bytes


class Diagnosis:
    """Listens to lines and gateways."""

    def __init__(self, config: Config, carriers: Carriers, clock: WallClock) -> None:
        self._carriers = carriers
        self._clock = clock
        self._frames: dict[str, deque[Frame]] = {}
        self._ends: dict[str, asyncio.TimerHandle] = {}
        self._words: dict[str, list[str]] = {}
        for meter in (*config.meters, *config.standbys):
            self._words.setdefault(meter.carrier, []).append(meter.protocol)

    def names(self) -> list[str]:
        """The lines and gateways that can be listened to."""
        return self._carriers.heard_names()

    def look(self, name: str) -> list[dict[str, Any]]:
        """The latest frames of a line, from the first look on; KeyError for a name that there is not."""
        if name not in self._frames:
            frames = self._frames[name] = deque[Frame](maxlen=MOST_FRAMES)
            self._carriers.listen(name, partial(self._note, frames))
        if name in self._ends:
            self._ends[name].cancel()
        self._ends[name] = asyncio.get_running_loop().call_later(LISTEN_S, self._end, name)
        return [self._told(name, frame) for frame in self._frames[name]]

    def _note(self, frames: deque[Frame], heard: Heard) -> None:
        last = frames[-1] if frames else None
        if last is not None and last.sent == heard.sent and len(last.octets) < _MOST_OCTETS:
            last.octets += heard.octets
        else:
            frames.append(Frame(self._clock.now_ms(), heard.sent, heard.octets))

    def _end(self, name: str) -> None:
        self._carriers.listen(name, None)
        del self._frames[name], self._ends[name]

    def close(self) -> None:
        """Listen to nothing any more."""
        for handle in self._ends.values():
            handle.cancel()

    @seam
    def _told(self, name: str, frame: Frame) -> dict[str, Any]:
        return {
            "at": iso_ms(frame.at_ms),
            "way": "sent" if frame.sent else "heard",
            "octets": hexes(frame.octets),
            "explained": self._explained(name, frame.octets),
        }

    def _explained(self, name: str, octets: bytes) -> list[str]:
        known = probes()
        for word in dict.fromkeys(self._words.get(name, ())):
            if word in known and (said := known[word].explain(octets)):
                return said
        return []
