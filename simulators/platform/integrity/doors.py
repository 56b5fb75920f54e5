"""Backups as files: fetched, and handed back to be restored.

Leaves what is in them to `backups`.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from simulators.platform.core import Desk, route
from simulators.platform.core.api import file_of
from simulators.platform.integrity import backups


@route("GET", "/api/backups/{key}", roles=backups.KEEPERS)
async def fetch(desk: Desk, request: Request) -> Response:
    """The set of a backup."""
    return Response(backups.octets(desk, request.path_params["key"]), media_type="application/octet-stream")


@route("POST", "/api/backups", roles=backups.KEEPERS)
async def hand_back(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """Restore a set."""
    return backups.restore(desk, await file_of(request))
