"""The chain of a record: an event's line, and the proof that a line follows from those before it.

Leaves files to `recorder` and `stored`. A record is a text file of JSON lines `["<chain>", {event}]`. The chain is SM3
over the previous digest and the event's octets; each line shows its first 16 hex digits and the last line the whole
digest, so that one altered octet is found at its line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import cast

import msgspec

from bench.history import sentences
from bench.history.events import AnyEvent, Ended
from simulators.events import Event

# UTF-8 has no form for one alone: a JSON text of a product can hold it, and so can octets that were read as text.
_SURROGATE = re.compile("[\ud800-\udfff]")
GENESIS = hashlib.new("sm3", b"carbonbench history 1").digest()
SHOWN = 16
_EMPTY = hashlib.new("sm3")
_encoder = msgspec.json.Encoder()
decoder = msgspec.json.Decoder(AnyEvent)
_line_decoder = msgspec.json.Decoder(tuple[str, msgspec.Raw])


def encoded(event: Event) -> tuple[Event, bytes]:
    """An event as the record holds it, and its octets there."""
    try:
        return event, _encoder.encode(event)
    except UnicodeEncodeError:
        event = _legible(event)
        return event, _encoder.encode(event)


def linked(digest: bytes, octets: bytes) -> bytes:
    """The next digest of a chain."""
    made = _EMPTY.copy()
    made.update(digest + octets)
    return made.digest()


class HistoryError(Exception):
    """A record that cannot be trusted or read; the text names file, line and what is wrong."""


def _legible(event: Event) -> Event:
    """The event with every lone surrogate of its texts written out; what a product sends is evidence before all."""
    escaped = 0

    def written(text: str) -> str:
        nonlocal escaped
        text, found = _SURROGATE.subn(lambda match: f"\\u{ord(match[0]):04x}", text)
        escaped += found
        return text

    def tree(node: object) -> object:
        if isinstance(node, str):
            return written(node)
        if isinstance(node, dict):
            named = cast("dict[object, object]", node)
            return {tree(key): tree(value) for key, value in named.items()}
        if isinstance(node, list | tuple):
            return [tree(each) for each in cast("Sequence[object]", node)]
        return node

    fields = cast("dict[str, object]", tree(msgspec.to_builtins(event)))
    return msgspec.convert({**fields, "escaped": escaped}, type(event))


class Chain:
    """The chain of a record under way: gives each event its line; `digest` (hex) is that of all lines so far."""

    def __init__(self) -> None:
        self._digest = GENESIS
        self.events = 0

    @property
    def digest(self) -> str:
        """SM3 over all events so far, in hex."""
        return self._digest.hex()

    def copy(self) -> Chain:
        """Another that goes on from here."""
        made = Chain()
        made._digest, made.events = self._digest, self.events
        return made

    def line(self, event: Event) -> bytes:
        """The line of the next event."""
        return self.written(event)[1]

    def written(self, event: Event) -> tuple[Event, bytes]:
        """The next event as the record holds it (see `Event.escaped`), and its line."""
        event, octets = encoded(event)
        self._digest = digest = linked(self._digest, octets)
        self.events += 1
        shown = digest.hex() if type(event) is Ended else digest[: SHOWN // 2].hex()
        return event, b'["%b",%b]\n' % (shown.encode(), octets)

    def lines(self, events: list[Event]) -> list[bytes]:
        """The lines of the next events; one that the record holds otherwise (see `Event.escaped`) is put in its place.

        The same as `written` for each, for many at once.
        """
        digest, fresh, encode = self._digest, _EMPTY.copy, _encoder.encode
        lines: list[bytes] = []
        for number, event in enumerate(events):
            try:
                octets = encode(event)
            except UnicodeEncodeError:
                events[number], octets = encoded(event)
            made = fresh()
            made.update(digest + octets)
            digest = made.digest()
            shown = digest if type(event) is Ended else digest[: SHOWN // 2]
            lines.append(b'["%b",%b]\n' % (shown.hex().encode(), octets))
        self._digest = digest
        self.events += len(lines)
        return lines

    def proven(self, line: bytes, place: object) -> tuple[Event, str]:
        """The next event, read from its line, and how much of the digest the line shows.

        Raises HistoryError, naming the place, for a line that is none or does not follow from those before it.
        """
        try:
            shown, raw = _line_decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise HistoryError(sentences.NO_LINE(error=error).after(place)) from None
        octets = bytes(raw)
        self._digest = linked(self._digest, octets)
        self.events += 1
        expected = self._digest.hex() if len(shown) > SHOWN else self._digest.hex()[:SHOWN]
        if shown != expected or line != b'["' + shown.encode() + b'",' + octets + b"]\n":
            raise HistoryError(sentences.CHAIN_BROKEN(expected=expected, shown=shown).after(place))
        try:
            return decoder.decode(octets), shown
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise HistoryError(sentences.UNKNOWN_EVENT(error=error).after(place)) from None
