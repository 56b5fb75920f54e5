"""Answers that no platform gives in its right mind, and that some give all the same: bodies by name.

Leaves when they are given to the switches (`ack` "malformed"). A client has to do without them: each is no answer, and
none may end it, stop it or stay with it.
"""

from __future__ import annotations

_REGISTERED = (
    '{"responseCode":"0","deviceId":"D1","uploadTime":"02:17:00","centerDataURL":"%s","loadDicVersionURL":"%s",'
    '"centerInfoURL":"%s","centerInfoDownloadURL":"%s"}'
)


def _at(url: str) -> bytes:
    """A registration whose addresses are all this one."""
    return (_REGISTERED % (url, url, url, url)).encode()


MALFORMED: dict[str, bytes] = {
    "deep-list": b"[" * 50_000,
    "deep-object": b'{"responseCode":' * 20_000,
    "octet-ff": b'{"responseCode":"0","responseMessage":"\xff"}',
    "half-pair": b'{"responseCode":"0\\ud800","responseMessage":"\\ud800"}',
    "endless-number": b'{"responseCode":' + b"9" * 6_000 + b"}",
    "list": b"[0]",
    "nothing": b"",
    "control": b'{"responseCode":"9","responseMessage":"a\\r\\n2026-01-01 [alarm] forged\\u001b[2J\\u202e"}',
    "url-empty-label": _at("https://a..b/"),
    "url-blank": _at("https://platform.example/a b"),
    "url-letter": _at("https://platform.example/\u00e9"),
    "url-port": _at("https://platform.example:99999/"),
}
"""The body of an answer with status 200, by its name."""
