"""By HTTP: one request, answered in JSON. Leaves rows and fields to the profile's expressions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp

from bench.dut import sentences
from bench.dut.hooks import ANSWER_S, MOST_OCTETS, Question, Way
from bench.dut.refused import no_answer


class Http(Way):
    """`get` or `post` with an address; `body` and `headers` where wanted."""

    chooses = ("get", "post")
    keys = frozenset(("body", "headers"))
    templates = frozenset(("get", "post", "body"))

    def problems(self, asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Headers are a table."""
        if not isinstance(asked.get("headers", {}), dict):
            yield "headers", "a table of texts"

    async def fetch(self, asked: Mapping[str, Any], question: Question) -> Any:
        """The JSON of the answer; its numbers stay the text they were."""
        method = "post" if "post" in asked else "get"
        address = question.fill(asked[method])
        body = question.fill(asked["body"]) if "body" in asked else None
        return await _asked(method, address, body, dict(asked.get("headers", {})))


async def _asked(method: str, address: str, body: str | None, headers: dict[str, str]) -> Any:
    """One request. Raises LookupError (Refused where the product refuses) or OSError."""
    if body is not None:
        headers = {"Content-Type": "application/json", **headers}
    try:
        async with (
            asyncio.timeout(ANSWER_S),
            aiohttp.ClientSession() as session,
            # A redirection would lead the bench wherever the item under test points.
            session.request(method, address, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            octets = bytearray()
            async for piece in answer.content.iter_any():
                octets += piece
                if len(octets) > MOST_OCTETS:
                    raise LookupError(f"{method.upper()} {address}: the answer is longer than {MOST_OCTETS >> 20} MiB")
            if answer.status != 200:
                words = f"{method.upper()} {address}: status {answer.status}, {bytes(octets[:200])!r}"
                raise no_answer(words, answer.status)
    except (aiohttp.ClientError, ValueError) as error:
        raise ConnectionError(f"{method.upper()} {address}: {error}") from None
    try:
        return json.loads(octets, parse_float=str, parse_int=str)
    except RecursionError:
        raise ConnectionError(str(sentences.JSON_DEPTH(method=method.upper(), address=address))) from None
    except ValueError:
        raise ConnectionError(f"{method.upper()} {address}: expected JSON, found {bytes(octets[:60])!r}") from None


WAY = Http()
