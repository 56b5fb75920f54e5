"""Defects of sessions: logging out that leaves them open."""

# A defect stands where the platform keeps its own.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from conformance.defects import Patch, defect
from simulators.platform.core.accounts import Accounts


@defect(
    "platform-logout-leaves-the-session",
    en="whoever logs out is shown the login, and the session opens still",
    zh="退出登录仅跳转到登录页，原会话仍可使用",
    clauses=("isc-1/4.7b",),
)
def logout_leaves_the_session(patch: Patch) -> None:
    """The cookie was forgotten by the browser, it was thought."""
    patch(Accounts, "_end", lambda self, digest: None)
