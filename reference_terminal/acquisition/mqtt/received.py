"""Packet identifiers of QoS 2 that are the terminal's and not yet released: over cuts and power losses.

Leaves packets to `client`. An identifier is kept with the very commit that holds the reading of its message, and
forgotten with a commit of its own, before the broker is told either: so nothing is lost and nothing taken twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from reference_terminal.acquisition.systems import Memory
from reference_terminal.model.seams import seam

_SCOPE = "mqtt received"


class Keeping(Memory, Protocol):
    """What outlasts a restart, committed soon."""

    def keep_latest(self, scope: str, name: str, value: Callable[[], str]) -> None:
        """Keep a setting with the next commit, as it will be by then."""
        ...

    def touch(self) -> None:
        """Let what was gathered be committed soon."""
        ...


class ReceivedIds:
    """The identifiers of one collector's session; `durable` are those that a commit holds."""

    def __init__(self, memory: Keeping, collector: str) -> None:
        self._memory = memory
        self._collector = collector
        kept = memory.setting(_SCOPE, collector) or ""
        self._ids = dict.fromkeys(int(each) for each in kept.split(",") if each)
        self._durable = dict(self._ids)
        # Whether the next commit takes them.
        self._due = False

    @seam
    def __contains__(self, packet_id: int) -> bool:
        """Whether the message is the terminal's, or is about to be."""
        return packet_id in self._ids

    def is_durable(self, packet_id: int) -> bool:
        """Whether that outlasts a loss of power."""
        return packet_id in self._durable

    def add(self, packet_ids: Iterable[int]) -> None:
        """Keep identifiers with the next commit."""
        fresh = [each for each in packet_ids if each not in self._ids]
        if fresh:
            self._ids |= dict.fromkeys(fresh)
            self._keep()

    def remove(self, packet_id: int) -> None:
        """Forget an identifier with the next commit."""
        if packet_id in self._ids:
            del self._ids[packet_id]
            self._keep()

    def clear(self) -> None:
        """The broker has no session: its identifiers begin anew."""
        if self._ids:
            self._ids.clear()
            self._keep()

    def committed(self) -> None:
        """A commit has taken all that was kept."""
        self._due = False
        if self._durable.keys() != self._ids.keys():
            self._durable = dict(self._ids)

    def _keep(self) -> None:
        if not self._due:
            self._due = True
            self._memory.keep_latest(_SCOPE, self._collector, lambda: ",".join(map(str, self._ids)))
            self._memory.touch()
