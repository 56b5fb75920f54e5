"""Asks a running terminal how one figure came about, and prints the whole chain.

Leaves the chain to the terminal's local interface (docs/ACCOUNTING.md); an accountant can follow it by hand.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any, cast

from reference_terminal.commissioning import reasons
from reference_terminal.model.messages import Text
from reference_terminal.settings.problems import InputError, Problem

_TIMEOUT_S = 30


def fetched(place: str, words: Mapping[str, str], *, as_json: bool, token: str) -> str:
    """The chain of what `words` (parameters of emission-explain) name, as text or JSON.

    Raises InputError with what the terminal says.
    """
    if not place.startswith(("http://", "https://")):
        place = f"http://{place}"
    query = {**words, "form": "json" if as_json else "text"}
    url = f"{place.rstrip('/')}/api/v1/emission-explain?{urllib.parse.urlencode(query)}"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
            return cast(bytes, answer.read()).decode()
    except urllib.error.HTTPError as error:
        raise InputError([_told(place, error.read())]) from None
    except (OSError, ValueError) as error:
        raise InputError([Problem(place, reasons.NO_ANSWER(error=error))]) from None


def _told(place: str, octets: bytes) -> Problem:
    try:
        said: Any = json.loads(octets)["error"]
        return Problem(place, Text(str(said["en"]), str(said["zh"])))
    except (ValueError, KeyError, TypeError):
        return Problem(place, reasons.ANSWER_UNREADABLE())
