"""Whatever the reference platform is asked, by whomever: an answer, a sentence, and never a fault of its own.

Requests are made of every kind, analysis, action and address that is declared, mostly sensible with something hostile
in them. `PLATFORM_REQUESTS=100000 pytest tests/fuzz/test_platform_requests.py` goes on for longer. What once failed
lies in corpus/platform_requests.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from platform_fuzz_kit import HOSTILE, TEXTS, WHO, Stand, choices, kinds, plans
from reference_platform_kit import Answer

_CORPUS = Path(__file__).parent / "corpus" / "platform_requests"
_TRIED = int(os.environ.get("PLATFORM_REQUESTS", "250"))
_SENTENCE = {"problem", "problem_zh"}
_BODIES = (
    *(b"", b"{", b"[]", b"null", b"[" * 100_000, b'{"a":' * 5_000, b"1e999", b"\xff", b'{"account":"\\ud800"}'),
    *(
        b'{"account":"administrator","password":"\\u0000"}',
        b'{"source":"\\u0000","records":[]}',
        b'{"old":1.5,"new":[]}',
    ),
    *(b'{"body":"x","seal":"\xc3\xa9"}', b'{"body":"\\ud800","seal":""}', b"id\n[[[[" + b"[" * 3_000, b"--x\r\n\r\n"),
)
_HEADERS = (
    (),
    ((b"content-type", b"multipart/form-data"),),
    ((b"content-type", b"multipart/form-data; boundary=x"),),
    ((b"content-type", b"\xff"),),
    ((b"cookie", b"\xff=\xff; lang=en"),),
    ((b"cookie", b'session="\\ud800"; ;;='),),
    ((b"authorization", b"Bearer \xff"),),
)
_KEYS = {
    "enterprise": ("A", "B"),
    "park": ("P",),
    "process": ("A.cracking",),
    "point": ("A.k01", "A.t01"),
    "terminal": ("MN-A",),
}
_OWN = ("login", "logout", "password", "me", "health", "kinds", "analyses", "records", "nothing")


@pytest.fixture(scope="module")
def platform() -> Generator[Stand]:
    """One for all requests: what one leaves behind the next one meets."""
    found = Stand()
    yield found
    found.close()


def _values(draw: Any, shape: type[msgspec.Struct] | None, notes: Any) -> dict[str, Any]:
    if shape is None:
        return {}
    found = {
        name: draw(st.sampled_from(known))
        for name, known in choices(shape, notes, _KEYS).items()
        if name != "id" and draw(st.integers(0, 9))
    }
    if draw(st.integers(0, 2)) == 0:
        found[draw(st.sampled_from([*notes, "limit", "as_of", "offset", "search", "format"]))] = draw(
            st.sampled_from(HOSTILE)
        )
    return found


@st.composite
def requests(draw: Any) -> dict[str, Any]:
    """A request, as the corpus keeps them."""
    told: dict[str, Any] = {"who": draw(st.sampled_from((*WHO, *["administrator"] * 6))), "headers": ()}
    known, sort = plans(), draw(st.sampled_from(("create", "change", "read", "ask", "ask", "page", "act", "any")))
    if sort in ("create", "change", "read"):
        kind = draw(st.sampled_from(kinds()))
        key = draw(st.sampled_from((*_KEYS.get(kind.name, ()), *TEXTS, "a\0b", "..", "%2e%2e/", "x" * 300)))
        values = _values(draw, kind.shape, kind.fields)
        path = f"/api/objects/{kind.name}"
        if sort == "create":
            return {**told, "method": "POST", "path": path, "body": values}
        if sort == "change":
            return {**told, "method": draw(st.sampled_from(("PUT", "DELETE"))), "path": f"{path}/{key}", "body": values}
        ends = ("", "/export", f"/{key}", f"/{key}/versions")
        page = (f"/objects/{kind.name}", f"/objects/{kind.name}/edit/{key}", f"/objects/{kind.name}/new")
        few = dict(list(values.items())[:2])
        path = draw(st.sampled_from((*(path + end for end in ends), *page)))
        return {**told, "method": "GET", "path": path, "query": few}
    if sort in ("ask", "page", "act"):
        plan = draw(st.sampled_from(list((known.actions if sort == "act" else known.analyses).values())))
        values = _values(draw, plan.query, plan.notes)
        if sort == "act":
            return {**told, "method": "POST", "path": f"/api/actions/{plan.name}", "body": values}
        at = "/analyses" if sort == "page" else "/api/analyses"
        return {**told, "method": "GET", "path": f"{at}/{plan.name}", "query": values}
    word = draw(st.sampled_from((*TEXTS, "..", "a\0b", "app.css")))
    own = [f"/api/{each}" for each in _OWN]
    named = [each.name.replace("{", "").replace("}", "") for each in known.routes]
    path = draw(st.sampled_from((*own, *named))).replace("key", word).replace("kind", "point").replace("name", word)
    query = {draw(st.sampled_from(("next", "lang", "page", "user", "search"))): draw(st.sampled_from(HOSTILE))}
    told["headers"] = draw(st.sampled_from(_HEADERS))
    method = draw(st.sampled_from(("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS")))
    return {**told, "method": method, "path": path, "query": query, "raw": draw(st.sampled_from(_BODIES))}


def _asked(platform: Stand, told: dict[str, Any]) -> Answer:
    body = told.get("raw", b"")
    if "body" in told:
        body = json.dumps(told["body"]).encode()
    found = platform.ask(told["who"], told["method"], told["path"], told.get("query"), body, told.get("headers", ()))
    platform.unhurt()
    assert found.status < 500, (told, found.body[:300])
    if found.status >= 400 and told["path"].startswith("/api/") and told["path"] != "/api/records":
        assert told["method"] == "HEAD" or set(found.json) == _SENTENCE, found.body[:300]
    return found


def test_any_request_is_answered_or_told_in_a_sentence(platform: Stand) -> None:
    @settings(
        max_examples=_TRIED,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(requests())
    def tried(told: dict[str, Any]) -> None:
        _asked(platform, told)

    tried()


@pytest.mark.parametrize("path", sorted(_CORPUS.glob("*.json")), ids=lambda path: path.stem)
def test_what_once_failed_is_told_in_a_sentence(platform: Stand, path: Path) -> None:
    told = json.loads(path.read_text("utf-8"))
    if "raw" in told:
        told["raw"] = bytes.fromhex(told["raw"])
    told["headers"] = [(name.encode(), text.encode()) for name, text in told.get("headers", {}).items()]
    assert _asked(platform, told).status in (200, 400)
