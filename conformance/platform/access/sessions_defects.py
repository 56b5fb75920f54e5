"""Defects of sessions: logging out that leaves them open, one that keeps others out."""

# A defect stands where the platform keeps its own.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from starlette.requests import Request

from conformance.defects import Patch, defect
from simulators.platform.core.accounts import Accounts
from simulators.platform.core.api import Api
from simulators.platform.core.desk import Desk


@defect(
    "platform-logout-leaves-the-session",
    en="whoever logs out is shown the login, and the session opens still",
    zh="退出登录仅跳转到登录页，原会话仍可使用",
    clauses=("isc-1/4.7b",),
)
def logout_leaves_the_session(patch: Patch) -> None:
    """The cookie was forgotten by the browser, it was thought."""
    patch(Accounts, "_end", lambda self, digest: None)


@defect(
    "platform-logins-want-the-last-session",
    en="whoever logs in at a browser in which a session stands is refused, as if another site had sent it",
    zh="浏览器中已有会话时再次登录被当作跨站请求而拒绝",
    clauses=("isc-1/4.7b",),
)
def logins_want_the_last_session(patch: Patch) -> None:
    """A cookie is enough for no change, and a login is one."""

    def desk(self: Api, request: Request) -> Desk:
        token, by_cookie = self._token(request)
        found = self._office.accounts.who(token) if by_cookie else None
        if found is not None and request.url.path == "/api/login":
            self._check_forged(request, found[1].csrf)
        return own(self, request)

    own = patch(Api, "_desk", desk)
