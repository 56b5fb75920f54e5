"""Addresses that a page points at."""

from __future__ import annotations

import pytest

from bench.facade.links import links_of

BASE = "http://10.1.0.2:8443/pages/live"


@pytest.mark.parametrize(
    ("page", "found"),
    (
        ('<a href="/own">x</a><a href="own?a=1#b">y</a>', ["/own", "/pages/own?a=1"]),
        ('<a href="http://10.1.0.2:8443">x</a><a href="https://10.1.0.2:8443/own">y</a>', ["/"]),
        ('<a href="mailto:a@b">x</a><a href="//elsewhere/x">y</a><a href="http://[bad">z</a><a>w</a>', []),
        ('<link href="/s.css"><script src="app.js"></script><img src="/i.png">', ["/s.css", "/pages/app.js", "/i.png"]),
        ('<a href="/file" download>x</a><form action="/reset"><input></form>', []),
        ("<a href='/own'><a href='/own#there'>", ["/own"]),
    ),
)
def test_addresses_of_the_same_host_are_found_once(page: str, found: list[str]) -> None:
    assert links_of(page, BASE) == found
