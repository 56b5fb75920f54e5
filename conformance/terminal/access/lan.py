"""Pages and interface on the local network over HTTPS, where a product claims it (R-32 for its other links).

Leaves uploads to `channels`, maintenance from afar to `afar`. No clause asks for HTTPS at the local interface.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Text, beside
from bench.facade.bench import Bench
from bench.history import History
from conformance.terminal import ACCOUNTS, FUNCTIONS, MODBUS
from conformance.terminal.access import lan_judge
from conformance.terminal.access.logins import OFFICE
from conformance.terminal.access.rights import begin

FAMILY = "logins"
HTTPS_PAGES = "access.https"


class LogsInOverHttps(Case):
    """Over HTTPS on the local network accounts log in, the certificate is the declared one, and nothing goes plain."""

    zh = "局域网以 HTTPS 登录，出示所声明的证书，不接受旧版本协议和明文请求。"
    remark = Text(
        "No clause asks for HTTPS on the local network; a product that claims it is shown to speak it.",
        "标准未要求局域网接口使用 HTTPS；声明具备者须予以证明。",
    )
    checks = beside(
        lan_judge.CERTIFICATE,
        lan_judge.STRONG,
        lan_judge.NOT_PLAIN,
        lan_judge.ENTERS,
        lan_judge.COOKIES_SECURE.sometimes(),
    )
    needs = (MODBUS, ACCOUNTS, FUNCTIONS, HTTPS_PAGES)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        word = people.access.of_role("operator")
        for door in people.doors:
            known = people.access.doors[door]
            if known.base.startswith("https:") and not known.certified and not known.browser:
                await people.network.sessions_tried(door)
                await people.login(door, word, step="https")
                if known.pages:
                    await people.cookies_given(door, word)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from lan_judge.findings(history)
        if lan_judge.cookies_looked_at(history):
            yield lan_judge.cookies_finding(history)
