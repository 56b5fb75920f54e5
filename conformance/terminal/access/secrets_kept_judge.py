"""Where secrets of people were found: in files of the terminal, its answers and its wires (ISC-2 7.4.1.4(2), R-35)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, EvidenceKind, criterion
from bench.history import History, looks
from bench.history import people as told_of
from conformance.common import people

NOT_IN_FILES = criterion(
    "no-persons-secret-in-files",
    en="no password, token or secret of codes is readable in the files of the terminal",
    zh="终端文件中读不到人员的口令、令牌和动态口令密钥",
    unit="files",
    evidence=EvidenceKind.STORAGE,
)
NOT_IN_ANSWERS = criterion(
    "no-persons-secret-in-answers",
    en="no password, token or secret of codes stands in what is shown to any role, the log included",
    zh="向任何角色显示的内容（含日志）中均无人员的口令、令牌和动态口令密钥",
    unit="answers",
    evidence=EvidenceKind.READ_OUT,
)
NOT_ON_WIRES = criterion(
    "no-persons-secret-on-wires",
    en="no password, token or secret of codes crosses a network of the terminal readably, but at its own doors that "
    "claim no encryption",
    zh="除未声明加密的本机通道外，各网络抓包中读不到人员的口令、令牌和动态口令密钥",
    unit="connections",
    evidence=EvidenceKind.WIRES,
)
PEOPLE_CAME = criterion(
    "people-came",
    en="people were let in, so that there were secrets to look for",
    zh="人员已登录，存在可供查找的秘密",
    unit="logins",
    evidence=EvidenceKind.READ_OUT,
    condition=True,
)


def findings(history: History) -> Iterator[Check]:
    """The rows of both searches; what did not answer was not searched."""
    right = people.logins(history, "right")
    came = any(login.entered for login in right)
    searched = looks.SECRETS.rows(history)
    files = [row for row in searched if row.where.startswith("storage")]
    shown = told_of.SECRETS_SHOWN.rows(history)
    for asked, rows in ((NOT_IN_FILES, files), (NOT_IN_ANSWERS, shown)):
        found = [f"{row.where}: {row.found}" for row in rows if row.found]
        silent = any(not row.octets for row in rows)
        yield asked.none(found, came and any(row.octets not in ("", "0") for row in rows) and not silent)
    yield _carried(history, came)
    yield PEOPLE_CAME.none_among(right, [login for login in right if not login.entered])


def _carried(history: History, came: bool) -> Check:
    """A search that sees nothing at doors in the clear either, where secrets must be, shows nothing."""
    rows = told_of.SECRETS_CARRIED.rows(history)
    clear = [row for row in rows if row.door and not row.secured]
    others = [row for row in rows if row not in clear]
    found = [f"{row.segment} {row.door or '-'}: {row.found}" for row in others if row.found]
    seeing = not clear or any(row.found for row in clear)
    return NOT_ON_WIRES.none(found, came and seeing and sum(int(row.connections) for row in others))
