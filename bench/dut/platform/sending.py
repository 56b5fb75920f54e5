"""Records in a product's own form over HTTP, as its profile writes the request; and what the product calls our objects.

Leaves connections, repetitions and faults to `simulators.senders`, whose records come in here as tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bench.dut.access.exchange import Answer
from bench.dut.access.expressions import fill, value
from bench.dut.access.visit import plain
from bench.dut.platform import Request

_TAKEN = "answer.status >= 200 and answer.status < 300"


class Names(dict[str, str]):
    """What a product calls objects of a kind, by our id; ours where it calls them nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self._ours: dict[str, str] = {}

    def __missing__(self, ours: str) -> str:
        return ours

    def __setitem__(self, ours: str, theirs: str) -> None:
        super().__setitem__(ours, theirs)
        self._ours[theirs] = ours

    def ours(self, theirs: str) -> str:
        """Our id of what the product calls so."""
        return self._ours.get(theirs, theirs)

    def back(self, rows: Sequence[Mapping[str, str]]) -> tuple[dict[str, str], ...]:
        """Rows of an answer, their objects by our ids."""
        return tuple(
            {**row, **{name: self.ours(row[name]) for name in ("object", "id") if name in row}} for row in rows
        )


class Keys(dict[str, Names]):
    """The names of every kind: `{{ keys.point[query.point] }}` in a template."""

    def __missing__(self, kind: str) -> Names:
        return self.setdefault(kind, Names())


class ProductForm:
    """A request for so many records at once, and whether its answer says that they were taken (expression `done`).

    Its templates may name `terminal` (mn, secret), `records`, each with point (our id), code, kind (realtime, minute,
    hour …), start, end (us UTC), value (decimal text), unit and flag, `record`, the first of them, and `keys`.
    """

    def __init__(self, request: Request, most: int, keys: Keys, points: Mapping[str, str]) -> None:
        self._request = request
        self._keys = keys
        self._points = points
        self.most = most

    def request(
        self, mn: str, secret: str, records: Sequence[Mapping[str, Any]]
    ) -> tuple[str, str, list[tuple[str, str]], bytes]:
        """Method, target, headers and body. Raises LookupError for a template that does not fit."""
        listed = [{**each, "point": self._points.get(each["code"], each["code"])} for each in records]
        known = {
            "terminal": {"mn": mn, "secret": secret},
            "records": listed,
            "record": listed[0],
            "keys": self._keys,
        }
        asked = self._request
        headers = {name: str(fill(text, known)) for name, text in asked.headers.items()}
        if asked.json is not None:
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(plain(fill(asked.json, known)), ensure_ascii=False).encode()
        else:
            body = str(fill(asked.text, known)).encode()
        return asked.method, str(fill(asked.target, known)), list(headers.items()), body

    def taken(self, status: int, octets: bytes) -> bool:
        """Whether the product says so."""
        try:
            return bool(value(self._request.done or _TAKEN, answer=Answer(status, (), octets)))
        except LookupError:
            return False
