"""The addresses that a page points at: its links, styles, scripts and pictures on the same host.

Leaves asking for them to `people`. Whatever a form would send is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

_HELD = {"a": "href", "link": "href", "script": "src", "img": "src", "iframe": "src"}


class _Held(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element points at."""
        given = dict(attrs)
        if (text := given.get(_HELD.get(tag, ""))) and "download" not in given:
            self.found.append(text.strip())


def links_of(page: str, base: str) -> list[str]:
    """Where a page at `base` (an absolute address) points on its host: path and query, each once, in its order."""
    reader = _Held()
    reader.feed(page)
    return joined(reader.found, base)


def joined(texts: Iterable[str], base: str) -> list[str]:
    """These addresses as they are asked for on the host of `base`; those elsewhere are left out."""
    own = urlsplit(base)
    found: dict[str, None] = {}
    for text in texts:
        try:
            made = urlsplit(urldefrag(urljoin(base, text)).url)
        except ValueError:
            continue
        if (made.scheme, made.netloc) == (own.scheme, own.netloc):
            found[(made.path or "/") + (f"?{made.query}" if made.query else "")] = None
    return list(found)
