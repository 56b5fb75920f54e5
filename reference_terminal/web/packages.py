"""The local interface to signed packages and to backups of the configuration, as files.

Leaves HTTP to `server`, verifying and keeping to the management room. Who may hand a package over is decided by its
signature, who may hand a backup over by its seal; the author is written down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_terminal.management import backup
from reference_terminal.management.packages import PackageRefused
from reference_terminal.web.parameters import pairs
from reference_terminal.web.server import HttpError, Request

if TYPE_CHECKING:
    from reference_terminal.assembly import Terminal

PACKAGES, PACKAGE, BACKUP, RESTORE = "packages", "package", "configuration-backup", "configuration-restore"
KEYS: dict[str, tuple[str, ...]] = {PACKAGES: (), PACKAGE: ("author",), BACKUP: ("author",), RESTORE: ("author",)}
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
    if name == BACKUP:
        return _back_up(terminal, author)
    if request.content_type != "application/json":
        raise HttpError(415, "expected Content-Type application/json", "Content-Type 应为 application/json")
    if name == RESTORE:
        return _restore(terminal, request.body, author)
    outcome = terminal.installer.take(request.body, f"file by {author}")
    return {"result": outcome.result, "message": outcome.message}


def _back_up(terminal: Terminal, author: str) -> Any:
    made = backup.make(terminal.store, terminal.config.name, terminal.clock.now_s(), terminal.keyring.vault)
    said = f"{author}: configuration backed up, {len(made['settings'])} settings"
    terminal.journal.event("backup", terminal.config.name, said, f"{author}:备份配置")
    return made


def _restore(terminal: Terminal, octets: bytes, author: str) -> Any:
    try:
        rows = backup.read(octets, terminal.keyring.vault)
    except PackageRefused as error:
        said = f"{author}: {error.en}"
        terminal.journal.event("restore refused", terminal.config.name, said, f"{author}:{error.zh}")
        raise HttpError(400, error.en, error.zh) from None

    def gather() -> None:
        backup.restore(terminal.store, rows)
        said = f"{author}: configuration restored, {len(rows)} settings"
        terminal.journal.event("restore", terminal.config.name, said, f"{author}:恢复配置")

    if not terminal.store.attempt(gather):
        raise HttpError(
            503,
            "the store cannot be written now and nothing was restored; try again",
            "存储暂不可写,未恢复,请稍后重试",
            {"Retry-After": "5"},
        )
    terminal.restart_soon()
    return {"restored": len(rows)}
