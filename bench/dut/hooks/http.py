"""By HTTP: one request, answered in JSON. Leaves rows and fields to the profile's expressions."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp

from bench.dut import sentences
from bench.dut.hooks import ANSWER_S, MOST_OCTETS, Question, Way
from bench.dut.refused import no_answer
from simulators.settings import Word


class Http(Way, frozen=True, kw_only=True):
    """`get` or `post` with an address; `body` and `headers` where wanted."""

    chooses = ("get", "post")
    templates = ("get", "post", "body")

    get: Word = ""
    post: Word = ""
    body: str | None = None
    headers: dict[str, str] = {}

    async def fetch(self, question: Question) -> Any:
        """The JSON of the answer; its numbers stay the text they were."""
        address = question.fill(self.post or self.get)
        body = None if self.body is None else question.fill(self.body)
        return await _asked("post" if self.post else "get", address, body, self.headers)


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


WAY = Http
