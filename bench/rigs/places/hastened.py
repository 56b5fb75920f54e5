"""Links of a world that runs faster: what a case asks in the world's seconds, the wires do in the wall's.

Leaves everything else to the link itself.
"""

from __future__ import annotations

from typing import Any

from bench.facade.bench import LinkControl


class HastenedLink:
    """A link under the same verbs; times are divided by the rate, bits a second multiplied."""

    def __init__(self, link: LinkControl, rate: int) -> None:
        self._link: Any = link
        self._rate = rate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._link, name)

    def delay(self, seconds: float, *more: Any, **words: Any) -> Any:
        """Frames take so much longer."""
        return self._link.delay(seconds / self._rate, *more, **words)

    def jitter(self, seconds: float, *more: Any, **words: Any) -> Any:
        """Frames take 0 to so much longer."""
        return self._link.jitter(seconds / self._rate, *more, **words)

    def reorder(self, p: float, by_s: float = 0.05, *more: Any, **words: Any) -> Any:
        """A share of frames comes later than those behind it."""
        return self._link.reorder(p, by_s / self._rate, *more, **words)

    def rate(self, bits_per_s: float, *more: Any, **words: Any) -> Any:
        """The link carries no more than this."""
        return self._link.rate(bits_per_s * self._rate, *more, **words)


def hastened(link: LinkControl, rate: int) -> LinkControl:
    """The link as it is in real time, or under a faster world's verbs."""
    made: Any = link if rate == 1 else HastenedLink(link, rate)
    return made
