"""The local interface to signed packages: what is in force, and taking a package over from a file.

Leaves HTTP to `server`, verifying and keeping to the management room. Who may hand a package over is decided by its
signature; the author is written down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_terminal.web.parameters import pairs
from reference_terminal.web.server import HttpError, Request

if TYPE_CHECKING:
    from reference_terminal.terminal import Terminal

PACKAGES, PACKAGE = "packages", "package"
KEYS: dict[str, tuple[str, ...]] = {PACKAGES: (), PACKAGE: ("author",)}
"""The addresses and the parameters each knows."""
_MOST_AUTHOR = 64


def answer(terminal: Terminal, name: str, request: Request) -> Any:
    """The JSON value for a request to one of `KEYS`; raises HttpError."""
    if name == PACKAGES:
        if request.method not in ("GET", "HEAD"):
            raise HttpError(405, f"expected GET for {name}", f"{name} 应为 GET", {"Allow": "GET, HEAD"})
        pairs(request.query, KEYS[name])
        return {"packages": terminal.installer.in_force(), "version": terminal.installer.version}
    if request.method != "POST":
        raise HttpError(405, f"expected POST for {name}", f"{name} 须用 POST 提交", {"Allow": "POST"})
    author = pairs(request.query, KEYS[name]).get("author", "").strip()
    if not author or len(author) > _MOST_AUTHOR or not author.isprintable():
        raise HttpError(
            400, f"expected author= as 1 to {_MOST_AUTHOR} printable characters", "author 应为 1 至 64 个可见字符"
        )
    if request.content_type != "application/json":
        raise HttpError(415, "expected Content-Type application/json", "Content-Type 应为 application/json")
    outcome = terminal.installer.take(request.body, f"file by {author}")
    return {"result": outcome.result, "message": outcome.message}
