"""A third-party platform: one token, records and documents as JSON, enciphered if it asks so (docs/WIRE.md section 6).

Leaves HTTP and the ways to answer wrongly to `http`, records and documents to `records` and `documents`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Unpack

from simulators.centres.base import Item
from simulators.centres.http import JsonCentre, Reply, Request, Wiring
from simulators.centres.json_text import JsonError, parse, text_of
from simulators.centres.records import read_records
from simulators.centres.third_party.documents import PATHS, read_documents
from simulators.trust import oracle

RECORDS = "/api/records"


class ThirdPartyCentre(JsonCentre):
    """Takes records and documents from whoever knows the token; with a `body_key` (SM4) enciphered bodies alone."""

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        token: str,
        items: Mapping[str, Item],
        body_key: bytes = b"",
        **wiring: Unpack[Wiring],
    ) -> None:
        super().__init__(name, host, port, **wiring)
        self.token = token
        self.items = dict(items)
        self.body_key = body_key

    def ask_for(self, token: str) -> None:
        """Take this token alone from now on."""
        self.token = token
        self.tell({"token": "changed"})

    def refuse(self, operation: str, why: str, status: int = 400) -> Reply:
        """A body that is of no use."""
        return Reply(operation, {"error": why}, status, refused=why)

    def handle(self, request: Request, body: dict[str, object]) -> Reply:
        """Take records or documents, or say why not."""
        operation = request.path.rpartition("/")[2]
        if request.path != RECORDS and request.path not in PATHS:
            return self.refuse("unknown", "no such path", 404)
        if request.method != "POST":
            return self.refuse(operation, "the method is not POST", 405)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return self.refuse(operation, "the token is wrong or missing", 401)
        if self.body_key:
            opened = self._open(request.path, body)
            if isinstance(opened, str):
                return self.refuse(operation, opened)
            body = opened
        if request.path == RECORDS:
            records, wrong = read_records(body, self.items)
        else:
            records, wrong = read_documents(request.path, body)
        if wrong:
            return self.refuse(operation, wrong)
        mn = records[0].key[0] if records else ""
        return Reply(operation, {"accepted": len(records)}, mn=mn, data=True, records=records)

    def _open(self, path: str, body: dict[str, object]) -> dict[str, object] | str:
        """What an enciphered body holds, or what is wrong with it."""
        if set(body) != {"keyId", "iv", "data"}:
            return "the body is not enciphered"
        if text_of(body, "keyId").lower() != oracle.sm3(self.body_key).hex()[:8]:
            return "the body is enciphered with an unknown key"
        try:
            nonce, octets = (_octets(text_of(body, name)) for name in ("iv", "data"))
            return parse(oracle.sm4_gcm_open(self.body_key, nonce, octets[:-16], octets[-16:], path.encode()))
        except (ValueError, binascii.Error, JsonError, oracle.OracleError) as error:
            return f"the body cannot be deciphered: {error}"


def _octets(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
